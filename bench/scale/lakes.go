package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"target-filelake/bench/contest"
	"target-filelake/lake"
)

// sorted is a lake whose keys came in order.
func (s *session) sorted(ctx context.Context, rows int) (string, error) {
	return s.loaded(ctx, "sorted", input{rows, s.Seed, inOrder})
}

// shuffled is a lake whose keys came in any order, compacted since.
func (s *session) shuffled(ctx context.Context, rows int) (string, error) {
	came, err := s.loaded(ctx, "shuffled", input{rows, s.Seed, anywhere(rows, s.Seed)})
	if err != nil {
		return "", err
	}
	return s.Once(filepath.Base(came)+"-compacted", func(path string) error { return s.compacted(ctx, came, path) })
}

func (s *session) loaded(ctx context.Context, name string, in input) (string, error) {
	return s.Once(fmt.Sprintf("%s-%d-%d", name, in.records, in.seed), func(path string) error {
		_, err := contest.Process{Argv: []string{s.Target, "--lake", path}, Feed: in.write}.Run(ctx)
		return err
	})
}

// compacted makes a compacted copy of a lake.
func (s *session) compacted(ctx context.Context, from, to string) error {
	if err := copyLake(from, to); err != nil {
		return err
	}
	_, err := contest.Run(ctx, s.Target, "compact", "--lake", to, "--full")
	return err
}

// copyLake makes to what from is. A Parquet file is never changed once it has
// its name, so a link will do; all else is copied.
func copyLake(from, to string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		switch {
		case d.IsDir():
			return os.Mkdir(target, 0o777)
		case d.Type()&fs.ModeSymlink != 0:
			to, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return os.Symlink(to, target)
		case filepath.Ext(path) == ".parquet":
			return os.Link(path, target)
		}
		return copyFile(path, target)
	})
}

// copyFile copies a file, or has the disk share its blocks if it can.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() // read only
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// written adds up the bytes of the files that versions after one have added.
func written(root string, after lake.Version) (bytes int64, newest lake.Version, err error) {
	disk, err := lake.OpenDisk(root)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, disk.Close()) }()
	_, newest, err = lake.Range(disk)
	if err != nil {
		return 0, 0, err
	}
	for v := after + 1; v <= newest; v++ {
		m, err := lake.ReadRoot(disk, v)
		if err != nil {
			return 0, 0, err
		}
		for i := range m.Changes {
			bytes += m.Changes[i].Bytes
		}
	}
	return bytes, newest, nil
}
