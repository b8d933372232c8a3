package main

import (
	"slices"

	"target-filelake/lake/columns"
)

// kindText is a column's type, in a word where it has columns inside.
func kindText(c *columns.Column) string {
	switch c.Kind {
	case columns.Struct:
		return "struct"
	case columns.List:
		return "list"
	}
	return typeText(c)
}

// warnOfText says which columns become text because no other type holds what the
// table has and what the SCHEMA says; of those in said it is said already.
func (t *tables) warnOfText(stream string, cur, next *columns.Schema, want []columns.Column, said []string) {
	if cur == nil || cur == next || t.frozen {
		return
	}
	for kind, word := range map[columns.Kind]string{columns.String: "text", columns.JSON: "JSON"} {
		var properties, types []string
		for _, c := range cur.BecameText(next, want) {
			if c.To.Kind == kind && !slices.Contains(said, c.Path) {
				properties, types = append(properties, c.Path), append(types, kindText(c.From)+" and "+kindText(c.Asked))
			}
		}
		if len(properties) > 0 {
			t.log.Warn("the table's type and the SCHEMA's have no other in common that is exact: the column becomes "+word,
				"stream", stream, "properties", properties, "types", types)
		}
	}
}
