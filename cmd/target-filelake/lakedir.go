package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// makeLakeDir makes the lake's directory and what it stands in, each name
// durable: a lake must not vanish with its own name.
func makeLakeDir(dir string) error {
	err := os.Mkdir(dir, 0o777)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeLakeDir(filepath.Dir(dir)); err == nil {
			err = os.Mkdir(dir, 0o777)
		}
	}
	if errors.Is(err, fs.ErrExist) {
		if _, err := os.Stat(filepath.Join(dir, "_lake")); err == nil {
			return nil // a lake; its first load did what follows
		}
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return errors.Join(err, &fs.PathError{Op: "mkdir", Path: dir, Err: fs.ErrExist})
		}
		err = nil // who made it may have died before the sync
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(dir))
}

// syncDir makes the names in a directory durable. One that may be written to
// and not read, as some that homes stand in, cannot be synced; it is the system's.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
