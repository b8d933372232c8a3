package merge

import (
	"context"
	"fmt"
	"strings"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// Resent is rows that have come, held against rows that the lake has already.
type Resent struct {
	Table   *lake.Table
	Spans   []lake.Span      // of the lake's rows, in the order they came
	Staged  []Staged         // of those that have come; the first Rows of them count
	Columns []columns.Column // to compare, of the table's schema from now on
	Rows    int64            // how many to compare, at most as many as there are
}

// Same reports whether the first rows of both are the same in the same order,
// and whether they are all alike among themselves.
func (db *DB) Same(ctx context.Context, r Resent) (same, alike bool, err error) {
	have, err := r.have(duck.Under(db.root))
	if err != nil {
		return false, false, err
	}
	query := sameRows(have, r.come(duck.Under(db.root)))
	if err := db.sql.QueryRowContext(ctx, query).Scan(&same, &alike); err != nil {
		return false, false, stepError(ctx, "compare with rows of the lake", err)
	}
	return same, alike, nil
}

// have selects the lake's rows.
func (r Resent) have(at duck.Place) (string, error) {
	stored := map[string]*columns.Schema{}
	for _, f := range r.Table.DataFiles() {
		stored[f.Path] = r.Table.Schemas[f.Schema]
	}
	var parts []string
	n := int64(0)
	for _, s := range r.Spans {
		schema := stored[s.Path]
		if schema == nil {
			return "", fmt.Errorf("merge: %s: is no file of the table", s.Path)
		}
		if rows := min(s.Rows, r.Rows-n); rows > 0 {
			parts = append(parts, numberedRows(schema, r.Columns, at(s.Path), s.From, rows, n))
			n += rows
		}
	}
	return strings.Join(parts, "\nUNION ALL\n"), nil
}

// come selects the staged rows.
func (r Resent) come(at duck.Place) string {
	var parts []string
	n := int64(0)
	for i := range r.Staged {
		s := &r.Staged[i]
		if rows := min(s.Keep-s.Skip, r.Rows-n); rows > 0 {
			parts = append(parts, numberedRows(s.Schema, r.Columns, at(s.File.Path), s.Skip, rows, n))
			n += rows
		}
	}
	return strings.Join(parts, "\nUNION ALL\n")
}

// sameRows compares two selections of numberedRows without regard to the order
// in which DuckDB reads them.
func sameRows(have, come string) string {
	total := "(SELECT count(*) AS rows, sum(hash(h, n)) AS total, min(h) = max(h) AS alike FROM (\n"
	return "SELECT a.rows = b.rows AND a.total = b.total, b.alike FROM\n" + total + have + ")) AS a,\n" + total + come + ")) AS b"
}

// numberedRows is a hash of each of a file's rows [from, from+rows), and its number
// among all, the first of them being number n.
func numberedRows(stored *columns.Schema, cols []columns.Column, file string, from, rows, n int64) string {
	exprs := make([]string, len(cols))
	for i := range cols {
		exprs[i] = duck.FromStored(stored, &cols[i])
	}
	if len(exprs) == 0 {
		exprs = []string{"0"}
	}
	return fmt.Sprintf("SELECT hash(%s) AS h, %s - %d AS n FROM %s WHERE %s >= %d AND %s < %d",
		strings.Join(exprs, ", "), duck.RowColumn, from-n, duck.Scan([]string{file}), duck.RowColumn, from, duck.RowColumn, from+rows)
}
