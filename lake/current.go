package lake

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// currentLink is the one name in a lake that may be a symbolic link: a
// stream's, to a directory of links to its files.
const currentLink = "current"

// linksDir is where those directories are, in the stream's.
const linksDir = "links"

// MaxPartitionFields is how many directories deep partitions may be.
const MaxPartitionFields = 8

// isLink reports whether a name in a lake is a second one of a file.
func isLink(name string) bool {
	parts := strings.Split(name, "/")
	return len(parts) > 2 && parts[1] == linksDir
}

// isCurrent reports whether a name is of a stream's link to its current files, or of
// the next one.
func isCurrent(name string) bool {
	dir, base := path.Split(name)
	_, below, _ := strings.Cut(dir, "/")
	return base == currentLink && dir != "" && (below == "" || below == linksDir+"/")
}

// Plain reports whether the table's files, read as they are, hold its live rows
// and no others, all with the columns it has now.
func (t *Table) Plain() bool {
	now := t.Schema().ID
	return len(t.Files) > 0 && !slices.ContainsFunc(t.Files, func(f DataFile) bool { return f.Superseded > 0 || f.Schema != now })
}

// PublishCurrent makes the link "current" in a plain table's directory stand for
// a directory of hard links to its files, and takes it from one without rows, in one
// step: whoever opens files
// through it finds those of one version. It reports whether that was to be done.
// The directory before stays, for who has begun to read it, until the next.
//
// The link is made after the version that it shows is durable. A crash leaves
// the one before; a power cut too, or the new one, whole.
func (l *Lake) PublishCurrent(t *Table) (bool, error) {
	if t.Rows() == 0 {
		before, err := l.current(t.Dir)
		if err == nil && before != "" {
			err = l.HideCurrent(t.Dir)
		}
		return before != "" && err == nil, wrapCurrent(t, err)
	}
	if !t.Plain() {
		return false, nil
	}
	names := make([]string, len(t.Files))
	for i := range t.Files {
		names[i] = t.Files[i].Path
	}
	before, err := l.current(t.Dir)
	if err != nil || before != "" && l.shows(path.Join(t.Dir, before), names) {
		return false, wrapCurrent(t, err)
	}
	id, err := l.ids.next()
	if err == nil {
		err = l.ensure(path.Join(t.Dir, linksDir))
	}
	next := path.Join(linksDir, id)
	if err == nil {
		err = linkAll(l.fs, path.Join(t.Dir, next), names)
	}
	if err == nil {
		err = l.point(t.Dir, next)
	}
	if err == nil {
		err = l.dropLinks(t.Dir, next, before)
	}
	return err == nil, wrapCurrent(t, err)
}

func wrapCurrent(t *Table, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("publish %s: %w", path.Join(t.Dir, currentLink), err)
}

// HideCurrent removes the link and what it stands for: the rows it shows are no
// more the stream's.
func (l *Lake) HideCurrent(dir string) error {
	name := path.Join(dir, currentLink)
	err := l.fs.Remove(name)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		// A power cut must not bring back the link alone: it would dangle.
		err = l.fs.SyncDir(dir)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove %s: %w", name, err)
	}
	return l.dropLinks(dir)
}

// current is what the link stands for, relative to the stream's directory; ""
// if there is none.
func (l *Lake) current(dir string) (string, error) {
	target, err := l.fs.Readlink(path.Join(dir, currentLink))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if errors.Is(err, unix.EINVAL) {
		return "", errNoLink
	}
	return path.Clean(target), err
}

// errNoLink is that something else stands where a stream's link is to be.
var errNoLink = errors.New("what has this name is no link to the stream's plain files; move it away")

// shows reports whether a directory has links to exactly these files. What
// cannot be read does not.
func (l *Lake) shows(dir string, names []string) bool {
	entries, err := l.fs.ReadDir(dir)
	if err != nil || len(entries) != len(names) {
		return false
	}
	have := map[string]bool{}
	for _, e := range entries {
		have[e.Name()] = true
	}
	return !slices.ContainsFunc(names, func(n string) bool { return !have[path.Base(n)] })
}

// point makes the link stand for target, in place of what it did.
func (l *Lake) point(dir, target string) error {
	temp := path.Join(dir, linksDir, currentLink)
	if err := l.fs.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := l.fs.Symlink(target, temp); err != nil {
		return err
	}
	return move(l.fs, l.fs.Rename, temp, path.Join(dir, currentLink))
}

// dropLinks removes the directories of links but those in keep.
func (l *Lake) dropLinks(dir string, keep ...string) error {
	links := path.Join(dir, linksDir)
	entries, err := l.fs.ReadDir(links)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if e.IsDir() && !slices.Contains(keep, path.Join(linksDir, e.Name())) {
			err = errors.Join(err, l.removeDir(path.Join(links, e.Name())))
		}
	}
	return err
}

// removeDir removes a directory of files.
func (l *Lake) removeDir(dir string) error {
	entries, err := l.fs.ReadDir(dir)
	for _, e := range entries {
		if err == nil {
			err = l.fs.Remove(path.Join(dir, e.Name()))
		}
	}
	if err != nil {
		return err
	}
	return l.fs.Remove(dir)
}
