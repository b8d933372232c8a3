package main

import (
	"errors"
	"io"
	"io/fs"

	"target-filelake/lake"
)

// dryFS shows a lake as it is and takes writes without doing any: what is
// written is gone at once, and nobody is locked out.
type dryFS struct {
	lake.FS // nil: there is no directory yet
}

// openDry is the directory of a lake, which need not be there.
func openDry(root string) (dryFS, io.Closer, error) {
	disk, err := lake.OpenDisk(root)
	if errors.Is(err, fs.ErrNotExist) {
		return dryFS{}, sink{}, nil
	}
	return dryFS{disk}, disk, err
}

func (f dryFS) Create(string) (lake.File, error)       { return sink{}, nil }
func (f dryFS) Mkdir(string) error                     { return nil }
func (f dryFS) Rename(string, string) error            { return nil }
func (f dryFS) Link(string, string) error              { return nil }
func (f dryFS) Symlink(string, string) error           { return nil }
func (f dryFS) Remove(string) error                    { return nil }
func (f dryFS) SyncDir(string) error                   { return nil }
func (f dryFS) Lock(string, string) (io.Closer, error) { return sink{}, nil }
func (f dryFS) Open(name string) (lake.File, error)    { return dry(f, name, lake.FS.Open) }
func (f dryFS) Stat(name string) (fs.FileInfo, error)  { return dry(f, name, lake.FS.Stat) }
func (f dryFS) Readlink(name string) (string, error) {
	return dry(f, name, lake.FS.Readlink)
}
func (f dryFS) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := dry(f, name, lake.FS.ReadDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // Mkdir said that it is there
	}
	return entries, err
}

// dry reads from the disk, if there is one.
func dry[T any](f dryFS, name string, read func(lake.FS, string) (T, error)) (T, error) {
	if f.FS == nil {
		var none T
		return none, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return read(f.FS, name)
}

// sink is a file that keeps nothing.
type sink struct{}

func (sink) Read([]byte) (int, error)          { return 0, io.EOF }
func (sink) ReadAt([]byte, int64) (int, error) { return 0, io.EOF }
func (sink) Write(p []byte) (int, error)       { return len(p), nil }
func (sink) Close() error                      { return nil }
func (sink) Sync() error                       { return nil }
func (sink) Stat() (fs.FileInfo, error)        { return nil, fs.ErrInvalid }
