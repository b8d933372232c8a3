package columns

import (
	"slices"
	"time"
)

// Kind says what a column holds.
type Kind string

// The kinds, with the Parquet type each is stored as.
const (
	Boolean   Kind = "boolean"   // BOOLEAN
	Int64     Kind = "int64"     // INT64
	Double    Kind = "double"    // DOUBLE
	Decimal   Kind = "decimal"   // INT32, INT64 or, past 18 digits, FIXED_LEN_BYTE_ARRAY(16); DECIMAL(Precision, Scale)
	String    Kind = "string"    // BYTE_ARRAY, STRING
	JSON      Kind = "json"      // BYTE_ARRAY, STRING: text without white space outside strings
	UUID      Kind = "uuid"      // FIXED_LEN_BYTE_ARRAY(16), UUID
	Date      Kind = "date"      // INT32, days since 1970-01-01
	Time      Kind = "time"      // INT64, µs since midnight, not adjusted to UTC
	Timestamp Kind = "timestamp" // INT64, µs since 1970-01-01T00:00:00Z, adjusted to UTC
	Struct    Kind = "struct"    // group of Fields
	List      Kind = "list"      // three-level LIST of Fields[0]
)

// Column is one column of a table, a field of a struct, or the element of a
// list. Every column of a table is optional in Parquet; checks are ingest's.
type Column struct {
	ID       int32  `json:"id"`       // Parquet field id: stable for the life of the table, unique in it
	Name     string `json:"name"`     // on disk and in views; unique among its siblings, case folded
	Property string `json:"property"` // as the tap sends it; any string
	Kind     Kind   `json:"kind"`

	Precision int `json:"precision,omitempty"` // of a Decimal: its digits, 1 to MaxPrecision
	Scale     int `json:"scale,omitempty"`     // of a Decimal: those after the point, 0 to Precision

	Fields   []Column `json:"fields,omitempty"` // of a struct; the one element of a list
	Required bool     `json:"-"`                // only in delete files
}

// Schema is the columns of a table at one time, in the order in which SCHEMAs
// first named them; an ExtraName column, where there is one, stands last.
// A Schema is never changed once made.
type Schema struct {
	// Set by the commit that first names it.
	ID        int       `json:"id"`        // place in Table.Schemas
	Version   uint64    `json:"version"`   // of that commit
	Committed time.Time `json:"committed"` // when it was

	Columns []Column `json:"columns"`
}

// ExtraName is the JSON column that keeps properties no SCHEMA declared.
const ExtraName = "_extra"

// ExtraID is its field id, the same in every table. Ids above 2147483447 are
// reserved by Iceberg; this is below them and above any that counting reaches.
const ExtraID int32 = 2147480000

// DeletedName is the property, and the column, that says when a row was deleted
// at its source. Taps send it undeclared.
const DeletedName = "_sdc_deleted_at"

// DeletedID is its field id wherever it stands at the top of a table: the
// column may come with a record before a SCHEMA declares it, or after.
const DeletedID int32 = 2147480001

// ListElement is the name and the property of a list's element column.
const ListElement = "element"

// HasExtra reports whether the schema has the ExtraName column.
func (s *Schema) HasExtra() bool {
	n := len(s.Columns)
	return n > 0 && s.Columns[n-1].ID == ExtraID
}

// WithExtra returns s with the ExtraName column, s itself if it has one.
func (s *Schema) WithExtra() *Schema {
	if s.HasExtra() {
		return s
	}
	cols := append(slices.Clip(s.Columns), Column{ID: ExtraID, Name: ExtraName, Property: ExtraName, Kind: JSON})
	return &Schema{ID: -1, Columns: cols}
}

// HasDeleted reports whether the schema has a column for DeletedName.
func (s *Schema) HasDeleted() bool { return s.Column(DeletedName) != nil }

// WithDeleted returns s with a timestamp column for DeletedName, s itself if it
// has a column for it.
func (s *Schema) WithDeleted() *Schema {
	if s.HasDeleted() {
		return s
	}
	own := len(s.Columns)
	if s.HasExtra() {
		own--
	}
	c := Column{ID: DeletedID, Name: DeletedName, Property: DeletedName, Kind: Timestamp}
	return &Schema{ID: -1, Columns: slices.Insert(slices.Clone(s.Columns), own, c)}
}

// Column returns the top-level column the tap knows as property, or nil.
func (s *Schema) Column(property string) *Column {
	return find(s.Columns, property)
}

// Equal reports whether both schemas have the same columns, whatever their ids as schemas.
func (s *Schema) Equal(o *Schema) bool { return equalColumns(s.Columns, o.Columns) }

func equalColumns(a, b []Column) bool {
	return slices.EqualFunc(a, b, func(x, y Column) bool {
		return x.ID == y.ID && x.Name == y.Name && x.Property == y.Property && sameType(&x, &y) &&
			equalColumns(x.Fields, y.Fields)
	})
}

func find(cols []Column, property string) *Column {
	for i := range cols {
		if cols[i].Property == property {
			return &cols[i]
		}
	}
	return nil
}

// Leaf is one Parquet leaf column: where its values go in a Batch.
type Leaf struct {
	ID        int32 // field id
	Kind      Kind
	Precision int      // of a Decimal
	Scale     int      // of a Decimal
	Path      []string // Parquet path from the root, with "list"/"element" of lists
	MaxDef    byte     // definition level of a present value
	MaxRep    byte     // repetition levels: how many lists it stands in
}

// Leaves lists the schema's leaf columns, depth first, in the order of a
// Batch's Vectors and of the Parquet file's column chunks. A struct has at
// least one field: Parquet has no empty groups.
func (s *Schema) Leaves() []Leaf {
	var out []Leaf
	for i := range s.Columns {
		out = appendLeaves(out, &s.Columns[i], nil, 0, 0)
	}
	return out
}

// LeafCount is the number of leaves at and below c.
func (c *Column) LeafCount() int { return len(appendLeaves(nil, c, nil, 0, 0)) }

func appendLeaves(out []Leaf, c *Column, path []string, def, rep byte) []Leaf {
	path = append(slices.Clip(path), c.Name)
	if !c.Required {
		def++
	}
	switch c.Kind {
	case Struct:
		for i := range c.Fields {
			out = appendLeaves(out, &c.Fields[i], path, def, rep)
		}
	case List:
		out = appendLeaves(out, &c.Fields[0], append(slices.Clip(path), "list"), def+1, rep+1)
	default:
		out = append(out, Leaf{
			ID: c.ID, Kind: c.Kind, Precision: c.Precision, Scale: c.Scale,
			Path: path, MaxDef: def, MaxRep: rep,
		})
	}
	return out
}
