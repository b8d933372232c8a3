package main

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"target-filelake/lake"
	"target-filelake/merge/duck"
)

// reader is a DuckDB that looks at one lake after another: it takes longer to start
// one than to look.
type reader struct {
	db   *sql.DB
	left int // looks until it is opened anew: a DuckDB that is asked for long grows
}

const looks = 200

var (
	readersLock sync.Mutex
	readers     []*reader // those that nobody uses
)

// takeReader is one for the caller alone, until giveReader.
func takeReader() (*reader, error) {
	readersLock.Lock()
	if n := len(readers); n > 0 {
		defer readersLock.Unlock()
		r := readers[n-1]
		readers = readers[:n-1]
		return r, nil
	}
	readersLock.Unlock()
	c := duck.Config{Threads: 1, MemoryMB: 512, TempDir: filepath.Join(os.TempDir(), "faults-spill")}
	db, err := duck.Open(context.Background(), c, duck.Directories("/"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return &reader{db, looks}, nil
}

func giveReader(r *reader) error {
	if r.left--; r.left == 0 {
		return r.db.Close()
	}
	readersLock.Lock()
	defer readersLock.Unlock()
	readers = append(readers, r)
	return nil
}

// digests asks for every stream's; from says where the rows of one are. A lake
// that cannot be read is torn.
func digests(t *tap, m *lake.Manifest, from func(*reader, *lake.Table) (string, error)) (out map[string]digest, err error) {
	r, err := takeReader()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, giveReader(r)) }()
	var parts []string
	for _, s := range t.streams {
		if table := m.Tables[s.name]; table != nil {
			rows, err := from(r, table)
			if err != nil {
				return nil, faulty("torn", "version %d: %v", m.Version, err)
			}
			parts = append(parts, digestOf(s, table, rows))
		}
	}
	out = map[string]digest{}
	if len(parts) == 0 {
		return out, nil
	}
	rows, err := r.db.Query(strings.Join(parts, " UNION ALL "))
	if err != nil {
		return nil, faulty("torn", "version %d: %v", m.Version, err)
	}
	defer rows.Close()
	for rows.Next() {
		var stream string
		var d digest
		if err := rows.Scan(&stream, &d.rows, &d.distinct, &d.sum); err != nil {
			return nil, faulty("torn", "version %d: %v", m.Version, err)
		}
		out[stream] = d
	}
	if err := rows.Err(); err != nil {
		return nil, faulty("torn", "version %d: %v", m.Version, err)
	}
	return out, nil
}

// fromView is a view of a table, as query makes it.
func fromView(dir string) func(*reader, *lake.Table) (string, error) {
	return func(r *reader, t *lake.Table) (string, error) {
		_, err := r.db.Exec(duck.CreateView(t, duck.Under(dir), duck.Lit(dir)))
		return duck.View(t), err
	}
}

// fromCurrent is what somebody reads who knows no manifest.
func fromCurrent(dir string) func(*reader, *lake.Table) (string, error) {
	return func(_ *reader, t *lake.Table) (string, error) {
		return "read_parquet(" + duck.Lit(filepath.Join(dir, t.Dir, "current", "*.parquet")) + ")", nil
	}
}
