package lake

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"golang.org/x/sys/unix"
)

// ErrUnfit marks a disk that does not do what a commit relies on.
var ErrUnfit = errors.New("a lake needs a local disk that syncs, links and locks, such as ext4, xfs, btrfs or zfs")

// unsupported are the errors of file systems that have no such call.
var unsupported = []error{unix.ENOSYS, unix.EOPNOTSUPP, unix.ENOTSUP, unix.ENOLCK, unix.EPERM, unix.EXDEV, unix.EMLINK}

// unfit names the step, and says what a lake needs where the file system is
// what fails.
func unfit(step string, err error) error {
	for _, u := range unsupported {
		if errors.Is(err, u) {
			return fmt.Errorf("%s: %w: %w", step, err, ErrUnfit)
		}
	}
	return fmt.Errorf("%s: %w", step, err)
}

// probeData is what Probe writes.
var probeData = []byte("a probe of target-filelake; safe to delete\n")

// Probe does once, with small files of its own, what commits rely on: write,
// sync, link (which must not replace a name), rename, sync of a directory, and
// the pipeline's lock (which nobody may get twice). It takes a few syncs. What a
// crash leaves of it the next Open sweeps.
func (l *Lake) Probe() error {
	id, err := l.ids.next()
	if err != nil {
		return err
	}
	name := path.Join(tempDir, id)
	err = l.probe(name, name+".link", name+".renamed")
	for _, n := range []string{name, name + ".link", name + ".renamed"} {
		if rerr := l.fs.Remove(n); rerr != nil && !errors.Is(rerr, fs.ErrNotExist) {
			err = errors.Join(err, unfit("remove a file", rerr))
		}
	}
	if err != nil {
		return fmt.Errorf("probe the lake: %w", err)
	}
	return nil
}

func (l *Lake) probe(name, linked, renamed string) error {
	if err := writeTemp(l.fs, name, probeData); err != nil {
		return unfit("write and sync a file", err)
	}
	// The directory's sync comes with each.
	if err := move(l.fs, l.fs.Link, name, linked); err != nil {
		return unfit("link a file", err)
	}
	switch err := l.fs.Link(name, linked); {
	case err == nil:
		return fmt.Errorf("link took a name that was taken: %w", ErrUnfit)
	case !errors.Is(err, fs.ErrExist):
		return unfit("link a file to a name that is taken", err)
	}
	if err := move(l.fs, l.fs.Rename, linked, renamed); err != nil {
		return unfit("rename a file", err)
	}
	data, err := ReadFile(l.fs, renamed)
	if err != nil {
		return unfit("read a file", err)
	}
	if !bytes.Equal(data, probeData) {
		return fmt.Errorf("a file reads other than it was written: %w", ErrUnfit)
	}
	return l.probeLock()
}

func (l *Lake) probeLock() error {
	second, err := l.fs.Lock(lockPath(l.pipeline), "")
	if err == nil {
		return errors.Join(fmt.Errorf("flock gave one lock twice: %w", ErrUnfit), second.Close())
	}
	if !errors.Is(err, ErrLocked) {
		return err
	}
	return nil
}

// Space is where a lake stands.
type Space struct {
	System string // name of the file system, "" if not known
	Free   int64  // bytes that this process may still write
}

// network are file systems on which link and lock do not hold between hosts,
// or whose server may do a link and say that it did not.
var network = []string{"nfs", "cifs", "smb", "smb2", "ncp", "afs", "coda"}

// foreign are those that some other program serves, of which nothing is known.
var foreign = []string{"fuse", "9p"}

// Suits refuses file systems by their kind. trusted is the word of whoever
// runs us that a foreign one keeps its promises and has no other host.
func (s Space) Suits(trusted bool) error {
	if slices.Contains(network, s.System) {
		return fmt.Errorf("%s is a network file system, where a commit may be done twice or not at all: %w", s.System, ErrUnfit)
	}
	if slices.Contains(foreign, s.System) && !trusted {
		return &ForeignError{s.System}
	}
	return nil
}

// ForeignError refuses a file system of which nothing is known.
type ForeignError struct{ System string }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s may be a network in disguise, where commits get lost: %s", e.System, ErrUnfit)
}

func (e *ForeignError) Unwrap() error { return ErrUnfit }

// Space tells where the disk is.
func (d Disk) Space() (Space, error) {
	f, err := d.root.Open(".")
	if err != nil {
		return Space{}, err
	}
	var st unix.Statfs_t
	err = unix.Fstatfs(int(f.Fd()), &st)
	if err := errors.Join(err, f.Close()); err != nil {
		return Space{}, fmt.Errorf("statfs: %w", err)
	}
	return Space{systemName(&st), int64(st.Bavail) * int64(st.Bsize)}, nil
}
