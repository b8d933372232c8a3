package main

import (
	"errors"
	"fmt"
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

// deniedError is that a user may not do in a lake what a command needs.
type deniedError struct {
	root string
	error
}

func (d *deniedError) Error() string {
	return fmt.Sprintf("lake %s: %s; give user %d the right, or name another lake with --lake", d.root, d.error, os.Getuid())
}

func (d *deniedError) Unwrap() error { return d.error }

// atLake adds to a fault which lake it is of and what to do, where the fault is of the
// lake's place: a file in it, or no permission. The names of files in the lake are
// relative to it.
func atLake(root string, err error) error {
	if err == nil || is[*deniedError](err) {
		return err
	}
	if file := fileOnTheWay(root); file != "" {
		return usageError{fmt.Errorf("lake %s: %s is a file, want a directory; name another lake with --lake", root, file)}
	}
	if denied, ok := errors.AsType[*fs.PathError](err); ok && errors.Is(err, fs.ErrPermission) && (!filepath.IsAbs(denied.Path) || denied.Path == root || isAbove(denied.Path, root)) {
		return &deniedError{root, err}
	}
	return err
}

// isAbove reports whether a directory is one that root is in.
func isAbove(dir, root string) bool {
	rel, err := filepath.Rel(dir, root)
	return err == nil && filepath.IsLocal(rel)
}

// fileOnTheWay is the first part of a lake's path that is there and no directory; "" if
// there is none.
func fileOnTheWay(root string) string {
	for dir := root; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err == nil && !info.IsDir() {
			return dir
		}
		if err == nil || dir == filepath.Dir(dir) {
			return ""
		}
	}
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
