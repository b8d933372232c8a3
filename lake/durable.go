package lake

import (
	"errors"
	"io/fs"
	"path"
	"sync"
)

// move gives the file temp, whole and synced, its name by Rename or Link, and
// makes that name durable. But for linkAll nothing else in the program renames or
// links. If
// the directory cannot be synced the error is a *UnsureError: the name may or
// may not outlive a power cut.
func move(fsys FS, by func(oldname, newname string) error, temp, name string) error {
	if err := by(temp, name); err != nil {
		return err
	}
	// Without this the name itself can vanish on power loss.
	if err := fsys.SyncDir(path.Dir(name)); err != nil {
		return &UnsureError{name, err}
	}
	return nil
}

// UnsureError says that a name was given but not made durable. Syncing again
// proves nothing, so it is not tried.
type UnsureError struct {
	Name string
	Err  error
}

func (e *UnsureError) Error() string {
	return "sync the directory of " + e.Name + ": " + e.Err.Error() + "; whether it outlives a power cut is unknown until the next run"
}

func (e *UnsureError) Unwrap() error { return e.Err }

// writeTemp writes a file that nothing names yet, and syncs it.
func writeTemp(fsys FS, temp string, data []byte) error {
	f, err := fsys.Create(temp)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// WriteAtomic puts data under name, in place of what is there: after a crash
// name holds the old bytes or the new ones, whole. The directory must exist.
func WriteAtomic(fsys FS, name string, data []byte) error {
	temp := name + tempSuffix
	if err := fsys.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeTemp(fsys, temp, data); err != nil {
		return err
	}
	return move(fsys, fsys.Rename, temp, name)
}

// linkAll gives files second names in a new directory, durable with it.
func linkAll(fsys FS, dir string, names []string) error {
	if err := fsys.Mkdir(dir); err != nil {
		return err
	}
	for _, name := range names {
		if err := fsys.Link(name, path.Join(dir, path.Base(name))); err != nil {
			return err
		}
	}
	// The one directory holds all the names, and its parent its own.
	return errors.Join(fsys.SyncDir(dir), fsys.SyncDir(path.Dir(dir)))
}

// Replace puts the file temp, written by somebody else, in the place of name,
// as WriteAtomic does.
func Replace(fsys FS, temp, name string) error {
	if err := syncFile(fsys, temp); err != nil {
		return err
	}
	return move(fsys, fsys.Rename, temp, name)
}

func syncFile(fsys FS, name string) error {
	f, err := fsys.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// madeDirs are the directories known to be durable. The zero value knows none.
type madeDirs struct {
	mu   sync.Mutex
	once map[string]func() error // by name
}

// ensure makes dir and what it stands in, each name durable before the next, but
// for those that are durable already. Several directories may be made at once.
func (d *madeDirs) ensure(fsys FS, dir string) error {
	if dir == "." {
		return nil
	}
	d.mu.Lock()
	do := d.once[dir]
	if do == nil {
		do = sync.OnceValue(func() error { return d.make(fsys, dir) })
		d.put(dir, do)
	}
	d.mu.Unlock()
	return do()
}

func (d *madeDirs) put(dir string, do func() error) {
	if d.once == nil {
		d.once = map[string]func() error{}
	}
	d.once[dir] = do
}

func (d *madeDirs) make(fsys FS, dir string) error {
	if err := d.ensure(fsys, path.Dir(dir)); err != nil {
		return err
	}
	if err := fsys.Mkdir(dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	// Also when it was there: who made it may have died before the sync.
	return fsys.SyncDir(path.Dir(dir))
}

// know adds the directories of m's files: they were durable before m was.
func (d *madeDirs) know(m *Manifest) {
	d.mu.Lock()
	defer d.mu.Unlock()
	add := func(name string) {
		for dir := path.Dir(name); dir != "." && d.once[dir] == nil; dir = path.Dir(dir) {
			d.put(dir, func() error { return nil })
		}
	}
	for _, t := range m.Tables {
		for i := range t.Files {
			add(t.Files[i].Path)
		}
		for i := range t.Deletes {
			add(t.Deletes[i].Path)
		}
	}
}
