package answer

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// keyValue is text, as people write it, as a value of a key column.
func keyValue(c *columns.Column, text string) string {
	switch c.Kind {
	case columns.Struct, columns.List:
		return "CAST(CAST(" + duck.Lit(text) + " AS JSON) AS " + duck.TypeOf(c) + ")"
	}
	return "CAST(" + duck.Lit(text) + " AS " + duck.TypeOf(c) + ")"
}

var plainNumber = regexp.MustCompile(`^[+-]?[0-9]+([.][0-9]*)?$`)

// sameNumber reports whether two texts are one number, without exponents.
func sameNumber(a, b string) bool {
	b = wholeNumber(b)
	if !plainNumber.MatchString(a) || !plainNumber.MatchString(b) {
		return false
	}
	x, okX := new(big.Rat).SetString(a)
	y, okY := new(big.Rat).SetString(b)
	return okX && okY && x.Cmp(y) == 0
}

// createRows keeps the rows of files, live or not, for which where holds.
func createRows(schemas []*columns.Schema, cols []columns.Column, files []lake.DataFile, where string, at duck.Place) string {
	return "CREATE OR REPLACE TEMP TABLE " + rowsTable + " AS\nSELECT * FROM " + located(schemas, cols, files, at) + "\nWHERE " + where
}

// rowDeaths is the place of each row kept, with each delete file that names it.
func rowDeaths(deletes []lake.DeleteFile, at duck.Place, root string) string {
	if len(deletes) == 0 {
		return "SELECT file, pos, NULL::VARCHAR FROM temp." + rowsTable + " ORDER BY file, pos"
	}
	return "SELECT r.file, r.pos, d.by FROM temp." + rowsTable + " AS r\nLEFT JOIN (SELECT " + duck.FileColumn + " AS by, " + root +
		" || '/' || file_path AS file, pos FROM read_parquet(" + duck.List(duck.DeletePaths(deletes, at)) + ", filename = " + duck.Lit(duck.FileColumn) +
		", hive_partitioning = false)) AS d\nON r.file = d.file AND r.pos = d.pos\nORDER BY r.file, r.pos"
}

// eventRows is (_change, _version, _committed, columns …) of events, but of
// updates that changed nothing.
func eventRows(cols []columns.Column, events []event) string {
	own := ownNames(cols, "_change", "_version", "_committed")
	names, now, old := make([]string, len(cols)), numbered("r.c", len(cols)), numbered("o.c", len(cols))
	for i := range cols {
		names[i] = ", " + now[i] + " AS " + duck.Ident(cols[i].Name)
	}
	head := "SELECT e.change AS " + duck.Ident(own[0]) + ", e.version AS " + duck.Ident(own[1]) + ", e.committed AS " + duck.Ident(own[2]) + strings.Join(names, "")
	if len(events) == 0 {
		return head + "\nFROM (SELECT NULL::VARCHAR, NULL::BIGINT, NULL::TIMESTAMPTZ) AS e(change, version, committed), (SELECT " +
			strings.Join(nulls(cols), ", ") + ") AS r(" + strings.Join(numbered("c", len(cols)), ", ") + ")\nWHERE false"
	}
	var values []string
	for i, e := range events {
		oldFile, oldPos := "NULL::VARCHAR", "NULL::BIGINT"
		if e.old != nil {
			oldFile, oldPos = duck.Lit(e.old.file), fmt.Sprint(e.old.pos)
		}
		values = append(values, fmt.Sprintf("(%d, %s, %s, TIMESTAMPTZ %s, %s, %d, %s, %s)", i, duck.Lit(e.change), bigint(e.point.version),
			duck.Lit(e.point.committed.UTC().Format("2006-01-02 15:04:05.999999Z07:00")), duck.Lit(e.row.file), e.row.pos, oldFile, oldPos))
	}
	return head + "\nFROM (VALUES " + strings.Join(values, ",\n") + ") AS e(n, change, version, committed, file, pos, old_file, old_pos)" +
		"\nJOIN temp." + rowsTable + " AS r ON e.file = r.file AND e.pos = r.pos" +
		"\nLEFT JOIN temp." + rowsTable + " AS o ON e.old_file = o.file AND e.old_pos = o.pos" +
		"\nWHERE e.change <> 'update' OR " + distinct(now, old) + "\nORDER BY e.n"
}
