package lake

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// again is c, opened by the next process.
func (c *compacting) again() *compacting {
	c.Helper()
	out := c.follow(c.fs.afterDeath())
	if err := out.open(31); err != nil {
		c.Fatal(err)
	}
	return out
}

// follow is c on a disk that was left.
func (c *compacting) follow(fsys *memFS) *compacting {
	out := *c
	out.fs, out.l = fsys, nil
	return &out
}

// target is what current stands for; "" without current.
func (c *compacting) target() string {
	if _, n, err := c.fs.at("", "orders/current"); err == nil && n != nil {
		return n.link
	}
	return ""
}

// current is the version of which a glob over current finds all files, whole.
func (c *compacting) current() (Version, error) {
	dir := path.Join("orders", c.target())
	entries, err := c.fs.ReadDir(dir)
	if err != nil {
		return 0, fmt.Errorf("current dangles: %w", err)
	}
	_, newest, err := Range(c.fs)
	if err != nil {
		return 0, err
	}
	for v := newest; v > 0; v-- {
		m, err := At(c.fs, v)
		if err != nil {
			return 0, err
		}
		t := m.Tables["orders"]
		if t == nil || !c.l.shows(dir, paths(t)) {
			continue
		}
		if !t.Plain() {
			return 0, fmt.Errorf("current shows version %d, of which rows are superseded", v)
		}
		for _, f := range t.Files {
			if err := whole(c.fs, path.Join(dir, path.Base(f.Path)), f.Rows, f.SHA256); err != nil {
				return 0, fmt.Errorf("current shows version %d: %w", v, err)
			}
		}
		return v, nil
	}
	return 0, fmt.Errorf("current shows %d files that are no version's: %v", len(entries), entries)
}

func paths(t *Table) []string {
	out := make([]string, len(t.Files))
	for i := range t.Files {
		out[i] = t.Files[i].Path
	}
	return out
}

// shownWell holds current to what was said of it.
func (c *compacting) shownWell() error {
	if c.l == nil {
		c.l = &Lake{fs: c.fs}
	}
	switch has := c.target() != ""; {
	case has && c.hidden:
		return errors.New("current is back")
	case !has && c.shown > 0 && !c.hiding:
		return fmt.Errorf("current is gone; it stood for version %d", c.shown)
	case !has:
		return nil
	}
	v, err := c.current()
	if err == nil && v < c.shown {
		err = fmt.Errorf("current shows version %d, version %d was shown", v, c.shown)
	}
	return err
}

// unnamed are the files of streams that are no version's and no links.
func (c *compacting) unnamed() error {
	m, named := c.l.Manifest(), map[string]bool{}
	for _, t := range m.Tables {
		for _, f := range t.Named() {
			named[f.Path] = true
		}
	}
	for i := range m.Retired {
		named[m.Retired[i].Path] = true
	}
	lost := slices.DeleteFunc(c.fs.files("orders/"), func(name string) bool {
		return named[name] || isLink(name) || name == "orders/current"
	})
	if len(lost) > 0 {
		return fmt.Errorf("left behind: %q", lost)
	}
	return nil
}

// wrong says what is wrong with a lake that was left, and with what the next run
// makes of it: it opens it, makes current what it should be and goes on.
func (c *compacting) wrong(run byte) error {
	if err := c.shownWell(); err != nil {
		return err
	}
	before := c.target()
	if err := c.open(run); err != nil {
		return fmt.Errorf("open: %w", err)
	}
	if v := c.l.Manifest().Version; v != c.acked && v != c.acked+1 {
		return fmt.Errorf("version %d, acknowledged %d", v, c.acked)
	}
	if got := c.target(); got != before {
		return fmt.Errorf("open made current %q of %q", got, before)
	}
	if err := c.unnamed(); err != nil {
		return fmt.Errorf("after open: %w", err)
	}
	if err := c.heal(); err != nil {
		return fmt.Errorf("the next run: %w", err)
	}
	if err := errors.Join(kept(c.fs), c.unnamed()); err != nil {
		return fmt.Errorf("after the next run: %w", err)
	}
	gone := c.follow(c.fs.afterPowerLoss(func() bool { return false }))
	if err := gone.shownWell(); err != nil {
		return fmt.Errorf("after the next run and a power cut: %w", err)
	}
	return nil
}

// heal is what the next run does.
func (c *compacting) heal() error {
	c.acked = c.l.Manifest().Version
	if c.table() == nil {
		return c.hide()
	}
	if c.table().Plain() {
		_, err := c.l.PublishCurrent(c.table()) // it may be shown already
		if err = errors.Join(err, c.settled()); err != nil {
			return err
		}
	}
	c.hiding = false
	for _, step := range []func() error{func() error { return c.add(50, 1) }, func() error { return c.compact("region=fr") }, c.publish} {
		if err := step(); err != nil {
			return err
		}
	}
	return errors.Join(c.settled(), c.tidy())
}

// settled reports an error unless current shows the newest version.
func (c *compacting) settled() error {
	v, err := c.current()
	if err != nil {
		return err
	}
	m, err := At(c.fs, v)
	if err == nil && !slices.Equal(paths(m.Tables["orders"]), paths(c.table())) {
		err = fmt.Errorf("current shows version %d, want %d", v, c.l.Manifest().Version)
	}
	return err
}

// tidy wants nothing among the links but two directories.
func (c *compacting) tidy() error {
	entries, err := c.fs.ReadDir("orders/links")
	if err == nil && (len(entries) > 2 || slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return !e.IsDir() })) {
		err = fmt.Errorf("among the links are %v", entries)
	}
	return err
}
