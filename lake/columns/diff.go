package columns

import "strings"

// SchemaChange is one difference between two schemas of a table.
type SchemaChange struct {
	Path string  // JSON pointer of the property; a list's elements are its "element"
	From *Column // nil: the column is new
	To   *Column
}

// Changes lists what next adds to s and widens in it, in the order of next's
// columns. Where s is nil everything is new. A new struct is one change, one
// that gains a field is a change of that field alone.
func (s *Schema) Changes(next *Schema) []SchemaChange {
	var have []Column
	if s != nil {
		have = s.Columns
	}
	return appendChanges(nil, have, next.Columns, "")
}

func appendChanges(out []SchemaChange, have, want []Column, path string) []SchemaChange {
	at := byID(have)
	for i := range want {
		to := &want[i]
		here := path + "/" + pointerEscapes.Replace(to.Property)
		switch from := at[to.ID]; {
		case from == nil:
			out = append(out, SchemaChange{Path: here, To: to})
		case !sameType(from, to):
			out = append(out, SchemaChange{Path: here, From: from, To: to})
		default:
			out = appendChanges(out, from.Fields, to.Fields, here)
		}
	}
	return out
}

func byID(cols []Column) map[int32]*Column {
	out := make(map[int32]*Column, len(cols))
	for i := range cols {
		out[cols[i].ID] = &cols[i]
	}
	return out
}

// TextChange is a column that became text or JSON, though neither the table nor the
// SCHEMA had it as that.
type TextChange struct {
	Path            string // as of a SchemaChange
	From, Asked, To *Column
}

// BecameText lists those of next, which was s until a SCHEMA asked for want.
func (s *Schema) BecameText(next *Schema, want []Column) []TextChange {
	return appendTexts(nil, s.Columns, next.Columns, want, "")
}

func appendTexts(out []TextChange, have, next, want []Column, path string) []TextChange {
	was, wanted := byID(have), make(map[string]*Column, len(want))
	for i := range want {
		wanted[want[i].Property] = &want[i]
	}
	for i := range next {
		to := &next[i]
		from, asked := was[to.ID], wanted[to.Property]
		if from == nil || asked == nil {
			continue
		}
		here := path + "/" + pointerEscapes.Replace(to.Property)
		switch {
		case to.Kind == from.Kind:
			out = appendTexts(out, from.Fields, to.Fields, asked.Fields, here)
		case to.Kind != asked.Kind && (to.Kind == String || to.Kind == JSON):
			out = append(out, TextChange{here, from, asked, to})
		}
	}
	return out
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")
