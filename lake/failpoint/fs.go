//go:build failpoints

package failpoint

import (
	"errors"
	"io"
	"io/fs"
	"syscall"

	"target-filelake/lake"
)

// FS returns fsys with failpoints around its calls.
func FS(fsys lake.FS) lake.FS { return points{fsys} }

type points struct{ lake.FS }

// around passes the points of a call that do carries out.
func around(op, name string, do func() error) error {
	call := op + "/" + kind(name)
	fault := func(err error) error {
		if err == nil {
			return nil
		}
		return &fs.PathError{Op: op, Path: name, Err: err}
	}
	if err := Hit(call + "/before"); err != nil {
		return fault(err)
	}
	switch active().instead(call) {
	case "skip":
	case "late":
		active().putOff(do)
	default:
		if err := do(); err != nil {
			return err
		}
	}
	return fault(Hit(call + "/after"))
}

// opened is around for calls that open a file; one opened in vain is closed.
func opened(op, name string, open func() (lake.File, error)) (lake.File, error) {
	var f lake.File
	err := around(op, name, func() (err error) {
		f, err = open()
		return err
	})
	if err != nil && f != nil {
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return nil, err
	}
	return file{f, name}, nil
}

func (p points) Create(name string) (lake.File, error) {
	return opened("create", name, func() (lake.File, error) { return p.FS.Create(name) })
}

func (p points) Open(name string) (lake.File, error) {
	return opened("open", name, func() (lake.File, error) { return p.FS.Open(name) })
}

func (p points) Mkdir(name string) error {
	return around("mkdir", name, func() error { return p.FS.Mkdir(name) })
}

func (p points) Rename(oldname, newname string) error {
	return around("rename", newname, func() error { return p.FS.Rename(oldname, newname) })
}

func (p points) Link(oldname, newname string) error {
	return around("link", newname, func() error {
		if active().instead("link") == "rename" {
			return p.FS.Rename(oldname, newname)
		}
		return p.FS.Link(oldname, newname)
	})
}

func (p points) Symlink(target, name string) error {
	return around("symlink", name, func() error { return p.FS.Symlink(target, name) })
}
func (p points) Readlink(name string) (target string, err error) {
	err = around("readlink", name, func() (err error) {
		target, err = p.FS.Readlink(name)
		return err
	})
	return target, err
}
func (p points) Remove(name string) error {
	return around("remove", name, func() error { return p.FS.Remove(name) })
}

func (p points) Stat(name string) (info fs.FileInfo, err error) {
	err = around("stat", name, func() (err error) {
		info, err = p.FS.Stat(name)
		return err
	})
	return info, err
}

func (p points) ReadDir(name string) (out []fs.DirEntry, err error) {
	err = around("readdir", name, func() (err error) {
		out, err = p.FS.ReadDir(name)
		return err
	})
	return out, err
}

func (p points) SyncDir(name string) error {
	return around("syncdir", name, func() error { return p.FS.SyncDir(name) })
}

func (p points) Lock(name, holder string) (c io.Closer, err error) {
	err = around("lock", name, func() (err error) {
		c, err = p.FS.Lock(name, holder)
		return err
	})
	if err != nil && c != nil {
		err = errors.Join(err, c.Close())
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// file is an open file of a lake, with failpoints around its calls.
type file struct {
	lake.File
	name string
}

func (f file) Write(b []byte) (n int, err error) {
	err = around("write", f.name, func() (err error) {
		if active().instead("write/"+kind(f.name)+"/half") == "short" {
			n, err = f.File.Write(b[:len(b)/2])
			return errors.Join(err, &fs.PathError{Op: "write", Path: f.name, Err: syscall.ENOSPC})
		}
		n, err = f.File.Write(b)
		return err
	})
	return n, err
}

func (f file) Read(b []byte) (n int, err error) {
	if err := Hit("read/" + kind(f.name) + "/before"); err != nil {
		return 0, &fs.PathError{Op: "read", Path: f.name, Err: err}
	}
	return f.File.Read(b)
}

func (f file) ReadAt(b []byte, off int64) (n int, err error) {
	if err := Hit("read/" + kind(f.name) + "/before"); err != nil {
		return 0, &fs.PathError{Op: "read", Path: f.name, Err: err}
	}
	return f.File.ReadAt(b, off)
}

func (f file) Sync() error { return around("sync", f.name, f.File.Sync) }

func (f file) Close() error {
	// A file is closed whatever is injected: no descriptor may leak.
	err := Hit("close/" + kind(f.name) + "/before")
	if cerr := f.File.Close(); cerr != nil || err != nil {
		return &fs.PathError{Op: "close", Path: f.name, Err: errors.Join(err, cerr)}
	}
	return nil
}
