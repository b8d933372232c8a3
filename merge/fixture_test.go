package merge

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/answer"
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
	db *DB

	conflict Conflict // of load; order and deleted too
	order    *columns.Column
	deleted  *columns.Column
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	f := &fixture{Lake: laketest.New(t)}
	var err error
	f.db, err = Open(context.Background(), f.Config())
	f.Must(err)
	t.Cleanup(func() { f.Must(f.db.Close()) })
	return f
}

func whole(t *lake.Table, file lake.DataFile) Staged {
	return Staged{File: file, Schema: t.Schema(), Keep: file.Rows}
}

// stage writes rows, each the SQL of its values.
func (f *fixture) stage(t *lake.Table, rows ...string) Staged {
	f.Helper()
	return whole(t, f.Write(t, rows...))
}

func (f *fixture) stageQuery(t *lake.Table, rows int64, query string) Staged {
	f.Helper()
	return whole(t, f.WriteQuery(t, rows, query))
}

func keyOf(t *lake.Table) []columns.Column {
	var out []columns.Column
	for _, k := range t.Key {
		out = append(out, *t.Schema().Column(k))
	}
	return out
}

// load merges staged files into the table, as a commit would.
func (f *fixture) load(t *lake.Table, staged ...Staged) Result {
	f.Helper()
	dead, r, err := f.db.Positions(context.Background(), Job{Table: t, Key: keyOf(t), Staged: staged, Conflict: f.conflict, Order: f.order, Deleted: f.deleted})
	f.Must(err)
	for i := range staged {
		t.Files = append(t.Files, staged[i].File)
	}
	if n := f.WriteDeletes(t, dead); n != r.Total() {
		f.Fatalf("%d positions for %+v", n, r)
	}
	if r.Total() > 0 {
		f.CheckDeletes(t)
	}
	return r
}

// answer is the rows of a query, each a JSON array, in the order they come.
func (f *fixture) answer(query string) []string {
	f.Helper()
	rows, err := answer.Query(context.Background(), f.Config(), f.Manifest, query)
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
			line = answer.AppendJSON(line, v)
		}
		out = append(out, string(append(line, ']')))
	}
}

// views writes lake.duckdb and opens it as anyone would.
func (f *fixture) views() *sql.Conn {
	f.Helper()
	path := filepath.Join(f.TempDir(), "lake.duckdb")
	_, err := answer.Views(context.Background(), f.Manifest, f.Root, path)
	f.Must(err)
	return laketest.OpenViews(f.TB, path)
}
