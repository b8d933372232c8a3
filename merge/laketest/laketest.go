package laketest

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// Lake is a directory of files and the manifest that names them.
type Lake struct {
	testing.TB
	Root     string
	Writer   *sql.DB // a DuckDB that may do anything
	Manifest *lake.Manifest
	files    int
}

// New makes a lake without tables.
func New(t testing.TB) *Lake {
	t.Helper()
	root := filepath.Join(t.TempDir(), `the "lake"; it's $$`)
	l := &Lake{TB: t, Root: root, Manifest: &lake.Manifest{Tables: map[string]*lake.Table{}}}
	l.Must(os.MkdirAll(l.Config().TempDir, 0o755))
	l.Writer = Open(t)
	l.Exec("SET threads = 2")
	l.Exec("SET GLOBAL TimeZone = 'UTC'")
	return l
}

// Open starts a DuckDB as anyone would, for the length of the test.
func Open(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// Config is that of a small DuckDB.
func (l *Lake) Config() duck.Config {
	return duck.Config{Root: l.Root, Threads: 2, MemoryMB: 256, TempDir: filepath.Join(l.Root, "_lake", "spill")}
}

// Must ends the test at an error.
func (l *Lake) Must(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

// Exec runs a statement that must work.
func (l *Lake) Exec(query string) {
	l.Helper()
	if _, err := l.Writer.Exec(query); err != nil {
		l.Fatalf("%v\n%s", err, query)
	}
}

// Table adds an empty table.
func (l *Lake) Table(name string, key []string, cols ...columns.Column) *lake.Table {
	t := &lake.Table{Stream: name, Name: name, Dir: "t" + fmt.Sprint(len(l.Manifest.Tables)), Key: key}
	t.Schemas = []*columns.Schema{{ID: 0, Columns: cols}}
	l.Manifest.Tables[name] = t
	return t
}

// Evolve makes cols the table's schema now.
func Evolve(t *lake.Table, cols ...columns.Column) {
	t.Schemas = append(t.Schemas, &columns.Schema{ID: len(t.Schemas), Columns: cols})
}

// Column is a column of a property of the same name.
func Column(id int32, name string, kind columns.Kind, fields ...columns.Column) columns.Column {
	return columns.Column{ID: id, Name: name, Property: name, Kind: kind, Fields: fields}
}

// Decimal is the same of exact numbers.
func Decimal(id int32, name string, precision, scale int) columns.Column {
	return columns.Column{ID: id, Name: name, Property: name, Kind: columns.Decimal, Precision: precision, Scale: scale}
}

// path makes a fresh file name in the table's directory, quotes and all.
func (l *Lake) path(t *lake.Table, dir string) string {
	l.files++
	p := fmt.Sprintf("%s/%s/0%04d 'a\"; -- $$\n.parquet", t.Dir, dir, l.files)
	l.Must(os.MkdirAll(filepath.Dir(l.Abs(p)), 0o755))
	return p
}

// Abs is the full path of a file of the lake.
func (l *Lake) Abs(path string) string { return filepath.Join(l.Root, path) }

// Write writes rows, each the SQL of its values, as a file of the table's schema
// now, which the table does not name yet.
func (l *Lake) Write(t *lake.Table, rows ...string) lake.DataFile {
	l.Helper()
	s := t.Schema()
	exprs := make([]string, len(s.Columns))
	for i := range s.Columns {
		exprs[i] = fmt.Sprintf("CAST(c%d AS %s) AS %s", i, duck.StoredType(&s.Columns[i]), duck.Ident(s.Columns[i].Name))
	}
	params := make([]string, len(exprs))
	for i := range params {
		params[i] = fmt.Sprintf("c%d", i)
	}
	from := "(VALUES (" + strings.Join(rows, "), (") + ")) v(" + strings.Join(params, ", ") + ")"
	if len(rows) == 0 {
		from = "(SELECT " + strings.Repeat("NULL, ", len(exprs)-1) + "NULL WHERE false) v(" + strings.Join(params, ", ") + ")"
	}
	return l.WriteQuery(t, int64(len(rows)), "SELECT "+strings.Join(exprs, ", ")+" FROM "+from)
}

// WriteQuery writes the rows of a query, so many, in the same way.
func (l *Lake) WriteQuery(t *lake.Table, rows int64, query string) lake.DataFile {
	l.Helper()
	s := t.Schema()
	p := l.path(t, "batches")
	l.Exec("COPY (" + query + ") TO " + duck.Lit(l.Abs(p)) + " (FORMAT parquet, FIELD_IDS " + duck.FieldIDs(s.Columns) + ")")
	return l.file(t, p, rows)
}

// file is a file of the table's schema now, with the ranges that its footer tells.
func (l *Lake) file(t *lake.Table, p string, rows int64) lake.DataFile {
	l.Helper()
	s := t.Schema()
	var ids []int32
	for i := range s.Columns {
		ids = append(ids, s.Columns[i].ID)
	}
	data, err := os.ReadFile(l.Abs(p))
	l.Must(err)
	keys, err := columns.FileRanges(bytes.NewReader(data), int64(len(data)), s, ids)
	l.Must(err)
	return lake.DataFile{Path: p, Schema: s.ID, Rows: rows, Bytes: int64(len(data)), Keys: keys}
}

// WriteBatches writes batches, each a row group, by our own writer.
func (l *Lake) WriteBatches(t *lake.Table, batches ...*columns.Batch) lake.DataFile {
	l.Helper()
	p := l.path(t, "batches")
	file, err := os.Create(l.Abs(p))
	l.Must(err)
	w, err := columns.NewFileWriter(file, t.Schema(), columns.Zstd)
	l.Must(err)
	for _, b := range batches {
		g := w.Begin()
		l.Must(g.Encode([]*columns.Batch{b}))
		l.Must(g.Commit())
	}
	rows, err := w.Close()
	l.Must(err)
	l.Must(file.Close())
	return l.file(t, p, rows)
}

// WriteDeletes writes positions as a delete file of the table.
func (l *Lake) WriteDeletes(t *lake.Table, dead []lake.Positions) (rows int64) {
	l.Helper()
	var parts []string
	for _, p := range dead {
		rows += p.Count()
		parts = append(parts, fmt.Sprintf("SELECT %s AS file_path, pos FROM range(%d) r(pos) WHERE get_bit(from_hex('%x')::BIT, pos::INT) = 1",
			duck.Lit(p.Path), 8*len(p.Set), p.Set))
	}
	if rows == 0 {
		return 0
	}
	del := l.path(t, "deletes")
	l.Exec("COPY (" + strings.Join(parts, " UNION ALL ") + ") TO " + duck.Lit(l.Abs(del)) + " (FORMAT parquet)")
	info, err := os.Stat(l.Abs(del))
	l.Must(err)
	t.Deletes = append(t.Deletes, lake.DeleteFile{Path: del, Rows: rows, Bytes: info.Size()})
	for _, p := range dead {
		for i := range t.Files {
			if t.Files[i].Path == p.Path {
				t.Files[i].Superseded += p.Count()
			}
		}
	}
	return rows
}

// CheckDeletes holds that every position names a row, and none stands twice.
func (l *Lake) CheckDeletes(t *lake.Table) {
	l.Helper()
	files := []string{}
	var want int64
	for i := range t.Deletes {
		files = append(files, duck.Lit(l.Abs(t.Deletes[i].Path)))
		want += t.Deletes[i].Rows
	}
	rows := []string{}
	for i := range t.Files {
		rows = append(rows, fmt.Sprintf("(%s, %d)", duck.Lit(t.Files[i].Path), t.Files[i].Rows))
	}
	var got, distinct int64
	l.Must(l.Writer.QueryRow("SELECT count(*), count(DISTINCT (path, pos)) FROM read_parquet("+duck.List(files)+
		") JOIN (VALUES "+strings.Join(rows, ", ")+") v(path, n) ON file_path = path WHERE pos >= 0 AND pos < n").Scan(&got, &distinct))
	if got != want || distinct != want {
		l.Fatalf("%d positions name rows, %d of them different, want %d", got, distinct, want)
	}
}

// OpenViews opens a database of views as anyone would.
func OpenViews(t testing.TB, path string) *sql.Conn {
	t.Helper()
	db := Open(t)
	if _, err := db.Exec("ATTACH " + duck.Lit(path) + " AS lake (READ_ONLY)"); err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := conn.ExecContext(context.Background(), "USE lake"); err != nil {
		t.Fatal(err)
	}
	return conn
}

// Texts reads a query of one text column.
func Texts(t testing.TB, conn *sql.Conn, query string) []string {
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
