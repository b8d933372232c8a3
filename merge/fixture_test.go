package merge

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"target-filelake/lake"
	"target-filelake/lake/columns"
)

// fixture is a lake whose files DuckDB itself writes, with field ids.
type fixture struct {
	testing.TB
	root   string
	writer *sql.DB
	db     *DB
	m      *lake.Manifest
	files  int

	conflict Conflict // of load; order and deleted too
	order    *columns.Column
	deleted  *columns.Column
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	root := filepath.Join(t.TempDir(), `the "lake"; it's $$`)
	f := &fixture{TB: t, root: root, m: &lake.Manifest{Tables: map[string]*lake.Table{}}}
	f.must(os.MkdirAll(f.config().TempDir, 0o755))
	var err error
	f.writer, err = start(context.Background(), []string{"SET threads = 2", "SET GLOBAL TimeZone = 'UTC'"})
	f.must(err)
	f.db, err = Open(context.Background(), f.config())
	f.must(err)
	t.Cleanup(func() {
		f.must(f.writer.Close())
		f.must(f.db.Close())
	})
	return f
}

func (f *fixture) config() Config {
	return Config{Root: f.root, Threads: 2, MemoryMB: 256, TempDir: filepath.Join(f.root, "_lake", "spill")}
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) exec(query string) {
	f.Helper()
	if _, err := f.writer.Exec(query); err != nil {
		f.Fatalf("%v\n%s", err, query)
	}
}

func (f *fixture) table(name string, key []string, cols ...columns.Column) *lake.Table {
	t := &lake.Table{Stream: name, Name: name, Dir: "t" + fmt.Sprint(len(f.m.Tables)), Key: key}
	t.Schemas = []*columns.Schema{{ID: 0, Columns: cols}}
	f.m.Tables[name] = t
	return t
}

// evolve makes cols the table's schema now.
func evolve(t *lake.Table, cols ...columns.Column) {
	t.Schemas = append(t.Schemas, &columns.Schema{ID: len(t.Schemas), Columns: cols})
}

func column(id int32, name string, kind columns.Kind, fields ...columns.Column) columns.Column {
	return columns.Column{ID: id, Name: name, Property: name, Kind: kind, Fields: fields}
}

func decimal(id int32, name string, precision, scale int) columns.Column {
	return columns.Column{ID: id, Name: name, Property: name, Kind: columns.Decimal, Precision: precision, Scale: scale}
}

// path makes a fresh file name in the table's directory, quotes and all.
func (f *fixture) path(t *lake.Table, dir string) string {
	f.files++
	p := fmt.Sprintf("%s/%s/0%04d 'a\"; -- $$\n.parquet", t.Dir, dir, f.files)
	f.must(os.MkdirAll(filepath.Dir(f.abs(p)), 0o755))
	return p
}

func (f *fixture) abs(path string) string { return filepath.Join(f.root, path) }

// stage writes rows, each the SQL of its values, as a file of the table's schema now.
func (f *fixture) stage(t *lake.Table, rows ...string) Staged {
	f.Helper()
	s := t.Schema()
	exprs := make([]string, len(s.Columns))
	for i := range s.Columns {
		exprs[i] = fmt.Sprintf("CAST(c%d AS %s) AS %s", i, storedType(&s.Columns[i]), ident(s.Columns[i].Name))
	}
	params := make([]string, len(exprs))
	for i := range params {
		params[i] = fmt.Sprintf("c%d", i)
	}
	from := "(VALUES (" + strings.Join(rows, "), (") + ")) v(" + strings.Join(params, ", ") + ")"
	if len(rows) == 0 {
		from = "(SELECT " + strings.Repeat("NULL, ", len(exprs)-1) + "NULL WHERE false) v(" + strings.Join(params, ", ") + ")"
	}
	return f.stageQuery(t, int64(len(rows)), "SELECT "+strings.Join(exprs, ", ")+" FROM "+from)
}

func (f *fixture) stageQuery(t *lake.Table, rows int64, query string) Staged {
	f.Helper()
	s := t.Schema()
	p := f.path(t, "batches")
	f.exec("COPY (" + query + ") TO " + lit(f.abs(p)) + " (FORMAT parquet, FIELD_IDS " + fieldIDs(s.Columns, "") + ")")
	return Staged{File: lake.DataFile{Path: p, Schema: s.ID, Rows: rows}, Schema: s, Keep: rows}
}

func storedType(c *columns.Column) string { return strings.ReplaceAll(typeOf(c), "JSON", "VARCHAR") }

func fieldIDs(cols []columns.Column, self string) string {
	parts := []string{}
	if self != "" {
		parts = append(parts, self)
	}
	for i := range cols {
		c := &cols[i]
		id := fmt.Sprint(c.ID)
		if len(c.Fields) > 0 {
			id = fieldIDs(c.Fields, "__duckdb_field_id: "+id)
		}
		parts = append(parts, ident(c.Name)+": "+id)
	}
	return "{" + strings.Join(parts, ", ") + "}"
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
	f.must(err)
	for i := range staged {
		t.Files = append(t.Files, staged[i].File)
	}
	if n := f.writeDeletes(t, dead); n != r.Total() {
		f.Fatalf("%d positions for %+v", n, r)
	}
	if r.Total() > 0 {
		f.checkDeletes(t)
	}
	return r
}

// writeDeletes writes positions as a delete file of the table.
func (f *fixture) writeDeletes(t *lake.Table, dead []lake.Positions) (rows int64) {
	f.Helper()
	var parts []string
	for _, p := range dead {
		rows += p.Count()
		parts = append(parts, fmt.Sprintf("SELECT %s AS file_path, pos FROM range(%d) r(pos) WHERE get_bit(from_hex('%x')::BIT, pos::INT) = 1",
			lit(p.Path), 8*len(p.Set), p.Set))
	}
	if rows == 0 {
		return 0
	}
	del := f.path(t, "deletes")
	f.exec("COPY (" + strings.Join(parts, " UNION ALL ") + ") TO " + lit(f.abs(del)) + " (FORMAT parquet)")
	t.Deletes = append(t.Deletes, lake.DeleteFile{Path: del, Rows: rows})
	return rows
}

// checkDeletes holds that every position names a row, and none stands twice.
func (f *fixture) checkDeletes(t *lake.Table) {
	f.Helper()
	files := []string{}
	var want int64
	for i := range t.Deletes {
		files = append(files, lit(f.abs(t.Deletes[i].Path)))
		want += t.Deletes[i].Rows
	}
	rows := []string{}
	for i := range t.Files {
		rows = append(rows, fmt.Sprintf("(%s, %d)", lit(t.Files[i].Path), t.Files[i].Rows))
	}
	var got, distinct int64
	f.must(f.writer.QueryRow("SELECT count(*), count(DISTINCT (path, pos)) FROM read_parquet("+listOf(files)+
		") JOIN (VALUES "+strings.Join(rows, ", ")+") v(path, n) ON file_path = path WHERE pos >= 0 AND pos < n").Scan(&got, &distinct))
	if got != want || distinct != want {
		f.Fatalf("%d positions name rows, %d of them different, want %d", got, distinct, want)
	}
}

// answer is the rows of a query, each a JSON array, in the order they come.
func (f *fixture) answer(query string) []string {
	f.Helper()
	rows, err := Query(context.Background(), f.config(), f.m, query)
	f.must(err)
	defer func() { f.must(rows.Close()) }()
	var out []string
	dst := make([]any, len(rows.Columns()))
	for {
		ok, err := rows.Next(dst)
		f.must(err)
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
	_, err := Views(context.Background(), f.m, f.root, path)
	f.must(err)
	if _, err := os.Stat(path + ".wal"); err == nil {
		f.Fatal("a log is left beside the views")
	}
	return openViews(f.TB, path)
}

func openViews(t testing.TB, path string) *sql.Conn {
	t.Helper()
	db, err := start(context.Background(), []string{"ATTACH " + lit(path) + " AS lake (READ_ONLY)"})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(context.Background(), "USE lake"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return conn
}

// texts reads a query of one text column.
func texts(t testing.TB, conn *sql.Conn, query string) []string {
	t.Helper()
	rows, err := conn.QueryContext(context.Background(), query)
	if err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s sql.NullString
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s.String)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
