package schema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"target-filelake/ingest/schema/draft4"
	"target-filelake/ingest/selection"
	"target-filelake/ingest/text"
	"target-filelake/lake/columns"
)

// Nested says what becomes of objects and arrays.
type Nested string

// The ways. An empty Nested is NestedStruct.
const (
	NestedStruct  Nested = "struct"  // structs and lists
	NestedJSON    Nested = "json"    // JSON text
	NestedFlatten Nested = "flatten" // an object's properties are columns; arrays are JSON text
)

// Options choose columns where the schema leaves a choice.
type Options struct {
	Selection *selection.Selection // of the stream's properties; nil: all
	Types     map[string]string    // property → the type its column gets, as ParseType reads it; dots lead into objects
	Nested    Nested
	Separator string // joins names of flattened columns; "" is two underscores
	Depth     int    // how many objects deep columns are flattened; 0: any number
	Metadata  bool   // add the columns of Metadata
	Deleted   bool   // add DeletedAt
}

const typeChoices = "decimal(p,s), bigint, double, varchar, json, boolean, timestamp, date, time or uuid"

var typesByName = map[string]columns.Kind{
	"bigint": columns.Int64, "double": columns.Double, "varchar": columns.String, "json": columns.JSON, "boolean": columns.Boolean,
	"timestamp": columns.Timestamp, "date": columns.Date, "time": columns.Time, "uuid": columns.UUID,
}

// ParseType reads a column's type as a configuration names it: its Kind,
// Precision and Scale.
func ParseType(name string) (columns.Column, error) {
	low := strings.ToLower(strings.ReplaceAll(name, " ", ""))
	if kind, ok := typesByName[low]; ok {
		return columns.Column{Kind: kind}, nil
	}
	digits, ok := strings.CutPrefix(low, "decimal(")
	if digits, ok = cutSuffix(digits, ")", ok); ok {
		p, s, _ := strings.Cut(digits, ",")
		precision, err := strconv.Atoi(p)
		scale := 0
		if err == nil && s != "" {
			scale, err = strconv.Atoi(s)
		}
		if err == nil && precision >= 1 && precision <= columns.MaxPrecision && scale >= 0 && scale <= precision {
			return columns.Column{Kind: columns.Decimal, Precision: precision, Scale: scale}, nil
		}
	}
	return columns.Column{}, fmt.Errorf("type %s, want %s, of up to %d digits", strconv.Quote(name), typeChoices, columns.MaxPrecision)
}

func cutSuffix(s, suffix string, ok bool) (string, bool) {
	s, has := strings.CutSuffix(s, suffix)
	return s, ok && has
}

// override gives the fields that o.Types names their types.
func (o *Options) override(root *Field) error {
	for path, name := range o.Types {
		c, err := ParseType(name)
		if err != nil {
			return fmt.Errorf("column %s: %w", strconv.Quote(path), err)
		}
		if f := fieldAt(root.Fields, path); f != nil && !f.Skip {
			f.kept(c)
			f.Chosen, f.Rounded, f.sized = true, false, false
		}
	}
	return nil
}

// fieldAt finds a field by its name, or by names with dots between them; nil if
// there is none.
func fieldAt(fields []Field, path string) *Field {
	for i := range fields {
		if fields[i].Name == path {
			return &fields[i]
		}
	}
	for i := range fields {
		if rest, ok := strings.CutPrefix(path, fields[i].Name+"."); ok && fields[i].Kind == columns.Struct {
			if f := fieldAt(fields[i].Fields, rest); f != nil {
				return f
			}
		}
	}
	return nil
}

// nest gives each of the record's fields its column, and the nested ones the
// form that o asks for.
func (o *Options) nest(root *Field) {
	taken := map[string]bool{}
	for i := range root.Fields {
		f := &root.Fields[i]
		o.nestField(f, 1)
		if f.Column = f.Name; !f.Flat && !f.Skip {
			taken[columns.Fold(f.Name)] = true
		}
	}
	for i := range root.Fields {
		if f := &root.Fields[i]; f.Flat {
			o.flatten(f, text.Pointer("", f.Name), f.Name, taken)
		}
	}
}

// nestField changes objects and arrays; level counts the objects it would be
// flattened out of.
func (o *Options) nestField(f *Field, level int) {
	if f.Skip || f.Kind != columns.Struct && f.Kind != columns.List || o.Nested == NestedStruct || o.Nested == "" {
		return
	}
	if o.Nested == NestedJSON || f.Kind == columns.List || o.Depth > 0 && level > o.Depth {
		f.kept(columns.Column{Kind: columns.JSON})
		return
	}
	f.Flat = true
	for i := range f.Fields {
		o.nestField(&f.Fields[i], level+1)
	}
}

// kept gives a field a column of type c, whatever it would have been.
func (f *Field) kept(c columns.Column) {
	if len(f.Fields) > 0 {
		inside := *f
		f.inside, f.Fields = &inside, nil
	}
	f.become(c)
}

// flatten names the columns of a flat field's own fields. What they stand for
// is told by a path, so that no property of another SCHEMA gets their column.
func (o *Options) flatten(f *Field, path, prefix string, taken map[string]bool) {
	separator := o.Separator
	if separator == "" {
		separator = "__"
	}
	for i := range f.Fields {
		child := &f.Fields[i]
		at, name := text.Pointer(path, child.Name), prefix+separator+child.Name
		if child.Flat {
			o.flatten(child, at, name, taken)
			continue
		}
		child.Column, child.Label = columns.FreeName(at, taken), name
	}
}

// DeletedAt is when a row was deleted at its source. Taps send it undeclared.
const DeletedAt = columns.DeletedName

// Metadata are the columns that tell where a row comes from, named and typed
// as the Singer SDK does. DeletedAt is the record's own.
var Metadata = []columns.Column{
	{Property: "_sdc_extracted_at", Kind: columns.Timestamp},
	{Property: "_sdc_received_at", Kind: columns.Timestamp},
	{Property: "_sdc_batched_at", Kind: columns.Timestamp},
	{Property: DeletedAt, Kind: columns.Timestamp},
	{Property: "_sdc_sequence", Kind: columns.Int64},
	{Property: "_sdc_table_version", Kind: columns.Int64},
	{Property: "_sdc_sync_started_at", Kind: columns.Int64},
}

// DeletedPlace is where DeletedAt stands in Metadata.
const DeletedPlace = 3

// MetadataColumn is one of Metadata, by its property.
func MetadataColumn(property string) columns.Column {
	return Metadata[slices.IndexFunc(Metadata, func(c columns.Column) bool { return c.Property == property })]
}

// IsMetadata reports whether property is one of Metadata's that no record says.
func IsMetadata(property string) bool {
	return property != DeletedAt && slices.ContainsFunc(Metadata, func(c columns.Column) bool { return c.Property == property })
}

// AddedField is what a column of Metadata takes.
func AddedField(c columns.Column) Field {
	f := Field{Name: c.Property, Column: c.Property, Kind: c.Kind, Accept: draft4.Null | draft4.String}
	if c.Kind == columns.Int64 {
		f.Accept = draft4.Null | draft4.Whole
	}
	return f
}

// add are the columns that o adds to the fields', and drops the fields, but
// for those of the key, whose place they take.
func (o *Options) add(root *Field, key []string) []columns.Column {
	if o.Metadata {
		root.Fields = slices.DeleteFunc(root.Fields, func(f Field) bool { return IsMetadata(f.Name) && !slices.Contains(key, f.Name) })
	}
	var out []columns.Column
	for _, c := range Metadata {
		wanted := o.Metadata || o.Deleted && c.Property == DeletedAt
		if wanted && !slices.ContainsFunc(root.Fields, func(f Field) bool { return f.Name == c.Property }) {
			out = append(out, c)
		}
	}
	return out
}

// Rounded are the JSON pointers of the properties that became doubles though
// their schema asks for more digits than a double, or a decimal, has.
func (s *Shape) Rounded() []string { return appendRounded(nil, "", s.Root.Fields) }

func appendRounded(out []string, path string, fields []Field) []string {
	for i := range fields {
		at := text.Pointer(path, fields[i].Name)
		if fields[i].Rounded && fields[i].Kind == columns.Double {
			out = append(out, at)
		}
		out = appendRounded(out, at, fields[i].Fields)
	}
	return out
}
