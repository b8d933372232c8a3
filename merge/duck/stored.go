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
