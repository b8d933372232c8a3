package schema

import (
	"target-filelake/ingest/schema/draft4"
	"target-filelake/ingest/selection"
	"target-filelake/lake/columns"
)

// checked is how much of a property's value is held against its schema; nested:
// it may be an object or array.
func (o *Options) checked(path []string, nested bool) draft4.Wanted {
	switch w := o.Selection.Want(path); {
	case w == selection.None:
		return draft4.Nothing
	case w == selection.All:
		return draft4.Everything
	case nested:
		return draft4.Inside
	case o.Selection.Scalar(path):
		return draft4.Everything
	}
	return draft4.Nothing
}

// unselect marks the fields inside f, which stands at path, that are not
// wanted, and reports whether any is.
func (o *Options) unselect(f *Field, path []string) (some bool) {
	for i := range f.Fields {
		child := &f.Fields[i]
		at := path
		if child.Name != columns.ListElement || f.Kind != columns.List {
			at = append(path[:len(path):len(path)], child.Name)
		}
		switch o.Selection.Want(at) {
		case selection.None:
			child.skip()
		case selection.Part:
			o.unselectPart(child, at)
		}
		some = some || !child.Skip
	}
	return some
}

// unselectPart marks what is not wanted of a field of which a part is.
func (o *Options) unselectPart(f *Field, path []string) {
	f.Cut = true
	some := true
	switch {
	case f.Kind == columns.Struct || f.Kind == columns.List:
		some = o.unselect(f, path)
	case !f.Accept.Nested():
		some = o.Selection.Scalar(path)
	}
	if !some {
		f.skip()
	}
}

// skip makes f a field that takes anything and fills no column.
func (f *Field) skip() {
	*f = Field{Name: f.Name, Kind: columns.JSON, Accept: draft4.Any, Skip: true}
}
