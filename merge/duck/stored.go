package duck

import (
	"fmt"
	"strings"

	"target-filelake/lake"
	"target-filelake/lake/columns"
)

// StoredType is the DuckDB type that c is stored as in a file: JSON is text there.
func StoredType(c *columns.Column) string {
	switch c.Kind {
	case columns.JSON:
		return "VARCHAR"
	case columns.Struct:
		fields := make([]string, len(c.Fields))
		for i := range c.Fields {
			fields[i] = Ident(c.Fields[i].Name) + " " + StoredType(&c.Fields[i])
		}
		return "STRUCT(" + strings.Join(fields, ", ") + ")"
	case columns.List:
		return StoredType(&c.Fields[0]) + "[]"
	}
	return TypeOf(c)
}

// FieldIDs is the value of COPY's option of that name.
func FieldIDs(cols []columns.Column) string { return fieldIDs(cols, nil) }

func fieldIDs(cols []columns.Column, parts []string) string {
	for i := range cols {
		c := &cols[i]
		id := fmt.Sprint(c.ID)
		if len(c.Fields) > 0 {
			id = fieldIDs(c.Fields, []string{"__duckdb_field_id: " + id})
		}
		parts = append(parts, Ident(c.Name)+": "+id)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// SelectStored is the live rows of some of a table's files, in the types that its
// schema now is stored as. exprs, if any, are further columns, over those of the
// table as they are shown.
func SelectStored(t *lake.Table, files []lake.DataFile, at Place, root string, exprs ...string) string {
	cols := t.Schema().Columns
	out := make([]string, 0, len(cols)+len(exprs))
	for i := range cols {
		expr := Ident(cols[i].Name)
		if holdsJSON(&cols[i]) {
			expr = "CAST(" + expr + " AS " + StoredType(&cols[i]) + ") AS " + expr
		}
		out = append(out, expr)
	}
	return "SELECT " + strings.Join(append(out, exprs...), ", ") + "\nFROM (\n" + selectLive(t, files, at, root) + "\n)"
}

// manyWorn is how many files a statement may hold against their positions one by
// one; it binds each scan of its own.
const manyWorn = 64

// selectLive is the live rows of some of a table's files, in its schema now and in
// their order. Each file is held against its own positions by their numbers alone:
// the names of files beside two million of them took more memory than a compaction
// may have.
func selectLive(t *lake.Table, files []lake.DataFile, at Place, root string) string {
	if countWorn(files) > manyWorn {
		some := *t
		some.Files = files
		return selectTable(&some, at, root)
	}
	var parts []string
	for len(files) > 0 {
		n := 1
		for f := files[0]; f.Superseded == 0 && n < len(files) && files[n].Superseded == 0; {
			n++
		}
		if files[0].Superseded == 0 {
			parts = append(parts, selectRows(t, files[:n], at, false))
		} else if files[0].Live() > 0 {
			parts = append(parts, selectWorn(t, files[0], at))
		}
		files = files[n:]
	}
	if len(parts) == 0 {
		return selectNothing(t.Schema().Columns)
	}
	return strings.Join(parts, "\nUNION ALL\n")
}

func countWorn(files []lake.DataFile) (n int) {
	for i := range files {
		if files[i].Superseded > 0 {
			n++
		}
	}
	return n
}

// selectWorn is the live rows of a file some of whose rows are superseded.
func selectWorn(t *lake.Table, f lake.DataFile, at Place) string {
	return "SELECT " + strings.Join(Names(t.Schema().Columns), ", ") + "\nFROM (\n" + selectRows(t, []lake.DataFile{f}, at, true) +
		"\n) AS live\nANTI JOIN (SELECT pos FROM read_parquet(" + List(DeletePaths(t.Deletes, at)) +
		", hive_partitioning = false) WHERE file_path = " + Lit(f.Path) + ") AS gone\nON live." + RowColumn + " = gone.pos"
}

func holdsJSON(c *columns.Column) bool {
	if c.Kind == columns.JSON {
		return true
	}
	for i := range c.Fields {
		if holdsJSON(&c.Fields[i]) {
			return true
		}
	}
	return false
}
