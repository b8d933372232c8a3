package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"target-filelake/lake"
)

// look finds what current is in every stream's directory: all files of one
// version, and their bytes.
func (f *found) look(disk lake.Disk, dir string, m *lake.Manifest) error {
	f.current = map[string]lake.Version{}
	for _, stream := range m.Streams() {
		t := m.Tables[stream]
		have, err := linked(filepath.Join(dir, t.Dir, "current"))
		if err != nil {
			return err
		}
		if !same(have, t) {
			f.stale = append(f.stale, stream)
		}
		if have == nil {
			continue
		}
		if f.current[stream], err = shownVersion(disk, m, stream, have); err != nil {
			return err
		}
	}
	return nil
}

// linked are the files under current, with the hashes of what they hold; nil
// without current.
func linked(current string) (map[string]string, error) {
	if _, err := os.Lstat(current); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	entries, err := os.ReadDir(current)
	if err != nil {
		return nil, faulty("torn", "current dangles: %v", err)
	}
	out := map[string]string{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(current, e.Name()))
		if err != nil {
			return nil, faulty("torn", "current: %v", err)
		}
		sum := sha256.Sum256(data)
		out[e.Name()] = hex.EncodeToString(sum[:])
	}
	return out, nil
}

// same reports whether files, with their hashes, are those of a table.
func same(have map[string]string, t *lake.Table) bool {
	return t != nil && len(have) == len(t.Files) && !slices.ContainsFunc(t.Files, func(f lake.DataFile) bool {
		return have[path.Base(f.Path)] != f.SHA256
	})
}

// shownVersion is the newest version whose files these are. All their rows must live.
func shownVersion(disk lake.Disk, m *lake.Manifest, stream string, have map[string]string) (lake.Version, error) {
	for v := m.Version; v > 0; v-- {
		at, err := lake.At(disk, v)
		if err != nil {
			return 0, faulty("torn", "%v", err)
		}
		t := at.Tables[stream]
		if !same(have, t) {
			continue
		}
		if !t.Plain() {
			return 0, faulty("torn", "current of %s shows version %d, which has superseded rows", stream, v)
		}
		return v, nil
	}
	return 0, faulty("torn", "current of %s is no version's: %d files", stream, len(have))
}

// compact runs the compact command, which changes no row.
func (s *session) compact(o options) (outcome, error) {
	o.command = "compact"
	return s.run(nil, o)
}

// shown wants current to have all rows of every stream, once whatever was cut
// short is compacted.
func (s *session) shown(want content) error {
	if len(s.found.stale) > 0 {
		// Types that a column no longer has stay until somebody asks for all.
		res, err := s.compact(options{args: []string{"--full"}})
		if err == nil && res.code != 0 {
			err = faulty("wrong", "compact: exit %d\n%s", res.code, res.stderr)
		}
		if err == nil && len(s.found.stale) > 0 {
			err = faulty("wrong", "current is not up to date of %q", s.found.stale)
		}
		if err != nil {
			return err
		}
	}
	m, err := newest(s.dir)
	if err != nil {
		return err
	}
	rows, err := digests(s.tap, m, fromCurrent(s.dir))
	if err != nil {
		return err
	}
	for _, stream := range s.tap.streams {
		if err := compare(stream.name+"/current", rows[stream.name], want.digest(stream.name)); err != nil {
			return err
		}
	}
	return leftovers(s.dir)
}

func newest(dir string) (*lake.Manifest, error) {
	disk, err := lake.OpenDisk(dir)
	if err != nil {
		return nil, err
	}
	defer disk.Close()
	return lake.Newest(disk)
}

// unnamed says which compacted files stay that neither the newest version names nor
// one before it did.
func unnamed(dir string) error {
	m, err := newest(dir)
	if err != nil {
		return err
	}
	named := map[string]bool{}
	for _, t := range m.Tables {
		for _, f := range t.Named() {
			named[f.Path] = true
		}
	}
	for _, f := range m.RetiredNow() {
		named[f.Path] = true
	}
	for _, area := range []string{"*/table/*", "*/table/*/*"} {
		names, err := filepath.Glob(filepath.Join(dir, area))
		if err != nil {
			return err
		}
		for _, name := range names {
			if rel, err := filepath.Rel(dir, name); err != nil || !named[filepath.ToSlash(rel)] {
				return errors.Join(err, fmt.Errorf("%w", faulty("wrong", "left behind: %s", rel)))
			}
		}
	}
	return nil
}
