package lake

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// FS is the disk as a lake uses it. Names are slash separated, relative to
// the lake's directory, and never leave it. No call retries.
type FS interface {
	// Create makes a file that must not exist yet.
	Create(name string) (File, error)
	// Open opens a file for reading, and for Sync.
	Open(name string) (File, error)
	// Mkdir makes one directory; its parent must exist.
	Mkdir(name string) error
	// Rename replaces what newname may hold.
	Rename(oldname, newname string) error
	// Link gives a file a second name; fs.ErrExist if that is taken.
	Link(oldname, newname string) error
	// Symlink makes name stand for target, which is relative to name's directory.
	Symlink(target, name string) error
	// Readlink is the target of a symbolic link.
	Readlink(name string) (string, error)
	Remove(name string) error
	// Stat does not follow a symbolic link.
	Stat(name string) (fs.FileInfo, error)
	ReadDir(name string) ([]fs.DirEntry, error)
	// SyncDir makes the names in a directory durable.
	SyncDir(name string) error
	// Lock takes the exclusive lock of a file, made if missing and never
	// removed, and writes holder into it. A *LockedError if another process
	// holds it. The kernel frees it with the process.
	Lock(name, holder string) (io.Closer, error)
}

// File is an open file of an FS.
type File interface {
	io.Reader
	io.ReaderAt
	io.Writer
	io.Closer
	Stat() (fs.FileInfo, error)
	Sync() error
}

// ErrLocked is what a LockedError wraps.
var ErrLocked = errors.New("locked by another process")

// LockedError says who holds a lock.
type LockedError struct {
	Name   string
	Holder string // as the holder wrote it; may be stale or empty
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("%s: %s (%s)", e.Name, ErrLocked, e.Holder)
}

func (e *LockedError) Unwrap() error { return ErrLocked }

// Disk is the FS of a directory. Modes follow the process umask.
type Disk struct{ root *os.Root }

// OpenDisk opens the directory dir.
func OpenDisk(dir string) (Disk, error) {
	root, err := os.OpenRoot(dir)
	return Disk{root}, err
}

// Close closes the directory; open files stay open.
func (d Disk) Close() error { return d.root.Close() }

func (d Disk) Create(name string) (File, error) {
	f, err := d.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	return fileOf(f, d.outward(name, err))
}

func (d Disk) Open(name string) (File, error) {
	f, err := d.root.Open(name)
	return fileOf(f, d.outward(name, err))
}

// fileOf keeps a nil *os.File from becoming a File that is not nil.
func fileOf(f *os.File, err error) (File, error) {
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (d Disk) Mkdir(name string) error              { return d.outward(name, d.root.Mkdir(name, 0o777)) }
func (d Disk) Rename(oldname, newname string) error { return d.root.Rename(oldname, newname) }
func (d Disk) Link(oldname, newname string) error   { return d.root.Link(oldname, newname) }
func (d Disk) Symlink(target, name string) error    { return d.root.Symlink(target, name) }
func (d Disk) Readlink(name string) (string, error) { return d.root.Readlink(name) }
func (d Disk) Remove(name string) error             { return d.outward(name, d.root.Remove(name)) }

func (d Disk) Stat(name string) (fs.FileInfo, error) {
	info, err := d.root.Lstat(name)
	return info, d.outward(name, err)
}

func (d Disk) ReadDir(name string) ([]fs.DirEntry, error) {
	f, err := d.root.Open(name)
	if err != nil {
		return nil, d.outward(name, err)
	}
	entries, err := f.ReadDir(-1)
	return entries, errors.Join(err, f.Close())
}

func (d Disk) SyncDir(name string) error {
	f, err := d.root.Open(name)
	if err != nil {
		return d.outward(name, err)
	}
	return errors.Join(f.Sync(), f.Close())
}

func (d Disk) Lock(name, holder string) (io.Closer, error) {
	f, err := d.root.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, d.outward(name, err)
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, errors.Join(&LockedError{name, readHolder(f)}, f.Close())
	}
	if err != nil {
		return nil, errors.Join(unfit("flock "+name, err), f.Close())
	}
	if err := errors.Join(f.Truncate(0), writeAt(f, holder)); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return diskLock{f}, nil
}

// diskLock is a lock held.
type diskLock struct{ *os.File }

// Close takes the holder's name off and gives the lock back, at once: a process that
// was started meanwhile has the file too until it runs a program of its own.
func (l diskLock) Close() error {
	return errors.Join(l.Truncate(0), unix.Flock(int(l.Fd()), unix.LOCK_UN), l.File.Close())
}

// readHolder is what the holder of a lock wrote into it, for the message only:
// one that has just taken it gets a moment to write.
func readHolder(f *os.File) string {
	for range 20 {
		b := make([]byte, 1<<10)
		if n, _ := f.ReadAt(b, 0); n > 0 {
			return string(b[:n])
		}
		time.Sleep(5 * time.Millisecond)
	}
	return "it has not said who it is"
}

func writeAt(f *os.File, s string) error {
	_, err := f.WriteAt([]byte(s), 0)
	return err
}
