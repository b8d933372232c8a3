package compaction

import (
	"context"
	"database/sql"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// same holds two queries of one text column to the same rows.
func (f *fixture) same(got, want string) {
	f.Helper()
	have, wanted := f.lines(got), f.lines(want)
	if !slices.Equal(have, wanted) {
		i := 0
		for i < min(len(have), len(wanted)) && have[i] == wanted[i] {
			i++
		}
		f.Fatalf("%d rows, want %d; from row %d on got %.1000q, want %.1000q", len(have), len(wanted), i, have[i:], wanted[i:])
	}
}

// lines are the rows of a query of one text column, sorted.
func (f *fixture) lines(query string) []string {
	f.Helper()
	rows, err := f.Writer.Query(query)
	if err != nil {
		f.Fatalf("%v\n%s", err, query)
	}
	defer func() { f.Must(rows.Close()) }()
	var out []string
	for rows.Next() {
		var s string
		f.Must(rows.Scan(&s))
		out = append(out, s)
	}
	f.Must(rows.Err())
	slices.Sort(out)
	return out
}

// prove holds the table to what merges promise.
func (f *fixture) prove() {
	f.Helper()
	broken, err := f.db.Prove(context.Background(), f.now())
	f.Must(err)
	if len(broken) > 0 {
		f.Fatalf("broken: %v", broken)
	}
}

// checkFile holds a file to what the manifest says of it.
func (f *fixture) checkFile(t *lake.Table, file *lake.DataFile) {
	f.Helper()
	f.Must(f.lake.Check(file))
	s := t.Schemas[file.Schema]
	from := "(" + duck.SelectFiles(s, s.Columns, []string{duck.Lit(f.Abs(file.Path))}, true) + ")"
	var rows, most int64
	f.scan("SELECT sum(n), max(n) FROM (SELECT DISTINCT row_group_id, row_group_num_rows AS n FROM parquet_metadata("+duck.Lit(f.Abs(file.Path))+"))", &rows, &most)
	// DuckDB ends a row group after the vector, of up to 2,048 rows, with which it is full.
	if rows != file.Rows || t.IsCompacted(file) && most >= f.sizes.or().group+2048 {
		f.Fatalf("%s: %d rows, want %d; row groups of %d", file.Path, rows, file.Rows, most)
	}
	if want := f.rangesOf(s, from, file.Keys); len(want) > 0 && !reflect.DeepEqual(file.Keys, want) {
		f.Fatalf("%s: ranges %s, want %s", file.Path, ranges(file.Keys), ranges(want))
	}
	if file.Sorted {
		f.checkSorted(t, s, from, file)
	}
	if file.Partition != "" {
		f.checkPartition(t, s, from, file)
	}
	if dir := path.Join(t.Dir, "table", file.Partition); t.IsCompacted(file) && path.Dir(file.Path) != dir {
		f.Fatalf("%s is not in %s", file.Path, dir)
	}
}

func (f *fixture) scan(query string, dst ...any) {
	f.Helper()
	if err := f.Writer.QueryRow(query).Scan(dst...); err != nil {
		f.Fatalf("%v\n%s", err, query)
	}
}

// words are the SQL of a bound of a column, as ranges say it.
func words(c *columns.Column, x string) string {
	switch c.Kind {
	case columns.UUID:
		return "replace(" + x + "::VARCHAR, '-', '')"
	case columns.Date:
		return "(" + x + " - DATE '1970-01-01')::VARCHAR"
	case columns.Time, columns.Timestamp:
		return "epoch_us(" + x + ")::VARCHAR"
	case columns.Double:
		return "printf('%g', " + x + ")"
	}
	return x + "::VARCHAR"
}

// rangesOf are the true ranges of the columns of some, as far as they must be told.
func (f *fixture) rangesOf(s *columns.Schema, from string, some []columns.Range) []columns.Range {
	f.Helper()
	out, ends := make([]columns.Range, len(some)), make([][2]sql.NullString, len(some))
	var exprs []string
	var dst []any
	for i := range some {
		c := duck.ByID(s.Columns, some[i].ID)
		if c == nil {
			f.Fatalf("a range of column %d, which is not at the top", some[i].ID)
		}
		name := duck.Ident(c.Name)
		exprs = append(exprs, words(c, "min("+name+")"), words(c, "max("+name+")"), "count(*) - count("+name+")")
		out[i].ID = c.ID
		dst = append(dst, &ends[i][0], &ends[i][1], &out[i].Nulls)
	}
	if len(some) == 0 {
		return nil
	}
	f.scan("SELECT "+strings.Join(exprs, ", ")+" FROM "+from, dst...)
	for i := range out {
		// Joined with a file that has nulls alone, another's bounds are not told.
		if ends[i][0].Valid && (some[i].Min != nil || out[i].Nulls == 0) {
			out[i].Min, out[i].Max = &ends[i][0].String, &ends[i][1].String
		}
	}
	return out
}

func ranges(of []columns.Range) string {
	var out []string
	for _, r := range of {
		lo, hi := "-", "-"
		if r.Min != nil {
			lo, hi = *r.Min, *r.Max
		}
		out = append(out, fmt.Sprintf("%d: %q to %q, %d nulls", r.ID, lo, hi, r.Nulls))
	}
	return strings.Join(out, "; ")
}

// checkSorted compares keys as they stand with the same sorted.
func (f *fixture) checkSorted(t *lake.Table, s *columns.Schema, from string, file *lake.DataFile) {
	f.Helper()
	var names []string
	for _, property := range t.Key {
		names = append(names, duck.Ident(s.Column(property).Name))
	}
	var sorted bool
	key := "row(" + strings.Join(names, ", ") + ")"
	f.scan("SELECT list("+key+" ORDER BY "+duck.RowColumn+") IS NOT DISTINCT FROM list("+key+" ORDER BY "+strings.Join(names, " NULLS FIRST, ")+" NULLS FIRST) FROM "+from, &sorted)
	if !sorted {
		f.Fatalf("%s is not sorted", file.Path)
	}
}

// checkPartition finds the partition of every row anew, by the table's spec.
func (f *fixture) checkPartition(t *lake.Table, s *columns.Schema, from string, file *lake.DataFile) {
	f.Helper()
	spec := specIn(t, f.spec(), file.Schema)
	exprs := make([]string, len(spec))
	for i := range spec {
		exprs[i] = spec[i].SQL(duck.Ident(spec[i].Column.Name))
	}
	conn, err := f.db.Conn(context.Background())
	f.Must(err)
	defer func() { f.Must(conn.Close()) }()
	f.Must(duck.RegisterMurmur(conn))
	rows, err := conn.QueryContext(context.Background(), "SELECT DISTINCT "+strings.Join(exprs, ", ")+" FROM "+from)
	f.Must(err)
	var dirs []string
	for rows.Next() {
		values := make([]sql.NullString, len(spec))
		dst := make([]any, len(spec))
		for i := range dst {
			dst[i] = &values[i]
		}
		f.Must(rows.Scan(dst...))
		dirs = append(dirs, spec.Dir(values))
	}
	f.Must(rows.Err())
	if !slices.Equal(dirs, []string{file.Partition}) {
		f.Fatalf("%s has rows of %q", file.Path, dirs)
	}
}
