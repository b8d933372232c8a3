package main

import (
	"slices"

	"target-filelake/ingest/text"
	"target-filelake/lake/columns"
)

// asText is a column that becomes text or JSON, though neither the table nor the
// SCHEMA has it as that.
type asText struct {
	path, types string
	kind        columns.Kind
}

// becameText are those columns of next, which was cur until a SCHEMA wanted want.
func becameText(cur, next, want []columns.Column, path string) []asText {
	var out []asText
	for i := range next {
		to := &next[i]
		old := slices.IndexFunc(cur, func(c columns.Column) bool { return c.ID == to.ID })
		asked := slices.IndexFunc(want, func(c columns.Column) bool { return c.Property == to.Property })
		if old < 0 || asked < 0 {
			continue
		}
		from, ask := &cur[old], &want[asked]
		at := text.Pointer(path, to.Property)
		switch {
		case to.Kind != from.Kind && to.Kind != ask.Kind && (to.Kind == columns.String || to.Kind == columns.JSON):
			out = append(out, asText{at, kindText(from) + " and " + kindText(ask), to.Kind})
		case to.Kind == from.Kind:
			out = append(out, becameText(from.Fields, to.Fields, ask.Fields, at)...)
		}
	}
	return out
}

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
		for _, c := range becameText(cur.Columns, next.Columns, want, "") {
			if c.kind == kind && !slices.Contains(said, c.path) {
				properties, types = append(properties, c.path), append(types, c.types)
			}
		}
		if len(properties) > 0 {
			t.log.Warn("the table's type and the SCHEMA's have no other in common that is exact: the column becomes "+word,
				"stream", stream, "properties", properties, "types", types)
		}
	}
}
