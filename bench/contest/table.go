package contest

import (
	"errors"
	"fmt"

	"target-filelake/lake"
)

// Table reads the newest version of the first table of a lake.
func Table(root string) (*lake.Table, error) {
	disk, err := lake.OpenDisk(root)
	if err != nil {
		return nil, err
	}
	m, err := lake.Newest(disk)
	if err = errors.Join(err, disk.Close()); err != nil {
		return nil, err
	}
	t := m.Tables[Stream]
	if t == nil {
		return nil, fmt.Errorf("%s: no stream %s", root, Stream)
	}
	return t, nil
}

// Live counts the files that a version of a table consists of, and their bytes.
func Live(t *lake.Table) (files int, bytes int64) {
	for i := range t.Files {
		bytes += t.Files[i].Bytes
	}
	for i := range t.Deletes {
		bytes += t.Deletes[i].Bytes
	}
	return len(t.Files) + len(t.Deletes), bytes
}
