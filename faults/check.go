package main

import (
	"context"
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
	"target-filelake/merge/answer"
	"target-filelake/merge/duck"
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
	out := found{version: m.Version, rows: map[string]digest{}}
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
	return out, readRows(t, dir, m, out.rows)
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

// readRows asks DuckDB for every stream's digest.
func readRows(t *tap, dir string, m *lake.Manifest, out map[string]digest) error {
	var parts []string
	for _, s := range t.streams {
		if table := m.Tables[s.name]; table != nil {
			parts = append(parts, digestSQL(s, table))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	temp, err := os.MkdirTemp("", "faults-query-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	c := duck.Config{Root: dir, Threads: 1, MemoryMB: 512, TempDir: temp}
	rows, err := answer.Query(context.Background(), c, m, strings.Join(parts, " UNION ALL "))
	if err != nil {
		return faulty("torn", "version %d: %v", m.Version, err)
	}
	values := make([]any, 4)
	for {
		ok, err := rows.Next(values)
		if err != nil {
			return faulty("torn", "version %d: %v", m.Version, errors.Join(err, rows.Close()))
		}
		if !ok {
			return rows.Close()
		}
		out[values[0].(string)] = digest{values[1].(int64), values[2].(int64), values[3].(int64)}
	}
}

func digestSQL(s *stream, t *lake.Table) string { return digestOf(s, t, s.name) }

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
