package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"target-filelake/lake"
)

// found is a lake as a check found it.
type found struct {
	version lake.Version
	state   int // line of its STATE; 0: none
	rows    map[string]digest
	current map[string]lake.Version // the newest version that current shows, by stream; none: there is no current
	stale   []string                // streams that are not as current has them
}

// pipelines of the loads.
const pipeline = "default"

// inspect reads a lake that nobody writes to, every file of it.
func inspect(t *tap, dir string) (found, error) {
	disk, err := lake.OpenDisk(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return found{}, nil // not made yet, or the power went before it was durable
	}
	if err != nil {
		return found{}, err
	}
	defer disk.Close()
	m, err := lake.Newest(disk)
	if err != nil {
		return found{}, faulty("torn", "%v", err)
	}
	out := found{version: m.Version}
	if s := m.Pipelines[pipeline].State; s != nil {
		if out.state, err = stateLine(*s); err != nil {
			return out, err
		}
	}
	if err := whole(dir, m); err != nil {
		return out, err
	}
	if err := out.look(disk, dir, m); err != nil {
		return out, err
	}
	out.rows, err = digests(t, m, fromView(dir))
	return out, err
}

// stateLine reads a STATE value of the tap's.
func stateLine(value string) (int, error) {
	var s struct{ Line int }
	err := json.Unmarshal([]byte(value), &s)
	return s.Line, err
}

// whole compares the bytes of every file with the manifest.
func whole(dir string, m *lake.Manifest) error {
	check := func(name, want string) error {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return faulty("torn", "version %d: %v", m.Version, err)
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != want {
			return faulty("torn", "version %d: %s of %d bytes is not what was committed", m.Version, name, len(data))
		}
		return nil
	}
	for _, t := range m.Tables {
		for i := range t.Files {
			if err := check(t.Files[i].Path, t.Files[i].SHA256); err != nil {
				return err
			}
		}
		for i := range t.Deletes {
			if err := check(t.Deletes[i].Path, t.Deletes[i].SHA256); err != nil {
				return err
			}
		}
	}
	return nil
}

// digestOf is one row: a stream's name and digest. Rows differ by their key,
// those that are appended by all they hold.
func digestOf(s *stream, t *lake.Table, from string) string {
	row := s.sql
	for _, c := range s.columns {
		if t.Schema().Column(c) == nil {
			row = strings.ReplaceAll(row, c, "NULL")
		}
	}
	distinct := row
	if s.keyed {
		distinct = fmt.Sprintf("concat_ws('|', %s)", strings.Join(t.Key, ", "))
	}
	return fmt.Sprintf("SELECT '%s' AS stream, count(*) AS n, count(DISTINCT %s) AS d, coalesce(sum(%s), 0)::BIGINT AS s FROM %s",
		s.name, distinct, hashSQL(row), from)
}

// sidecar reads the line of the STATE in state.json; 0 if there is none.
func sidecar(dir string) (int, error) {
	data, err := os.ReadFile(filepath.Join(dir, "state.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n, err := stateLine(string(data))
	if err != nil {
		return 0, faulty("torn", "state.json: %v", err)
	}
	return n, nil
}
