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
	at := make(map[int32]*Column, len(have))
	for i := range have {
		at[have[i].ID] = &have[i]
	}
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

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")
