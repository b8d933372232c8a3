package answer

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"target-filelake/lake"
	"target-filelake/merge"
	"target-filelake/merge/laketest"
)

const odd = laketest.Odd

var (
	column, decimal, evolve = laketest.Column, laketest.Decimal, laketest.Evolve
	texts                   = laketest.Texts
)

// fixture is a lake that is loaded by merges.
type fixture struct {
	*laketest.Lake
	db *merge.DB
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	f := &fixture{Lake: laketest.New(t)}
	var err error
	f.db, err = merge.Open(context.Background(), f.Config())
	f.Must(err)
	t.Cleanup(func() { f.Must(f.db.Close()) })
	return f
}

// load merges files into the table, as a commit would.
func (f *fixture) load(t *lake.Table, files ...lake.DataFile) merge.Result {
	f.Helper()
	j := merge.Job{Table: t}
	for _, k := range t.Key {
		j.Key = append(j.Key, *t.Schema().Column(k))
	}
	for _, file := range files {
		j.Staged = append(j.Staged, merge.Staged{File: file, Schema: t.Schema(), Keep: file.Rows})
	}
	dead, r, err := f.db.Positions(context.Background(), j)
	f.Must(err)
	t.Files = append(t.Files, files...)
	f.WriteDeletes(t, dead)
	return r
}

// answer is the rows of a query, each a JSON array, in the order they come.
func (f *fixture) answer(query string) []string {
	f.Helper()
	rows, err := Query(context.Background(), f.Config(), f.Manifest, query)
	f.Must(err)
	defer func() { f.Must(rows.Close()) }()
	var out []string
	dst := make([]any, len(rows.Columns()))
	for {
		ok, err := rows.Next(dst)
		f.Must(err)
		if !ok {
			return out
		}
		line := []byte("[")
		for i, v := range dst {
			if i > 0 {
				line = append(line, ',')
			}
			line = AppendJSON(line, v)
		}
		out = append(out, string(append(line, ']')))
	}
}

// views writes lake.duckdb and opens it as anyone would.
func (f *fixture) views() *sql.Conn {
	f.Helper()
	path := filepath.Join(f.TempDir(), "lake.duckdb")
	_, err := Views(context.Background(), f.Manifest, f.Root, path)
	f.Must(err)
	if _, err := os.Stat(path + ".wal"); err == nil {
		f.Fatal("a log is left beside the views")
	}
	return laketest.OpenViews(f.TB, path)
}
