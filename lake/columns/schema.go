package columns

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Kind says what a column holds.
type Kind string

// The kinds, with the Parquet type each is stored as.
const (
	Boolean   Kind = "boolean"   // BOOLEAN
	Int64     Kind = "int64"     // INT64
	Double    Kind = "double"    // DOUBLE
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
	ID       int32    `json:"id"`       // Parquet field id: stable for the life of the table, unique in it
	Name     string   `json:"name"`     // on disk and in views; unique among its siblings, case folded
	Property string   `json:"property"` // as the tap sends it; any string
	Kind     Kind     `json:"kind"`
	Fields   []Column `json:"fields,omitempty"` // of a struct; the one element of a list
	Required bool     `json:"-"`                // only in delete files
}

// Schema is the columns of a table at one time, in the order in which SCHEMAs
// first named them; an ExtraName column, where there is one, stands last.
// A Schema is never changed once made.
type Schema struct {
	ID      int      `json:"id"` // place in Table.Schemas; set by the commit that first names it
	Columns []Column `json:"columns"`
}

// ExtraName is the JSON column that keeps properties no SCHEMA declared.
const ExtraName = "_extra"

// ExtraID is its field id, the same in every table. Ids above 2147483447 are
// reserved by Iceberg; this is below them and above any that counting reaches.
const ExtraID int32 = 2147480000

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

// Column returns the top-level column the tap knows as property, or nil.
func (s *Schema) Column(property string) *Column {
	return find(s.Columns, property)
}

// Equal reports whether both schemas have the same columns, whatever their ids as schemas.
func (s *Schema) Equal(o *Schema) bool { return equalColumns(s.Columns, o.Columns) }

func equalColumns(a, b []Column) bool {
	return slices.EqualFunc(a, b, func(x, y Column) bool {
		return x.ID == y.ID && x.Name == y.Name && x.Property == y.Property && x.Kind == y.Kind &&
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
	Kind   Kind
	Path   []string // Parquet path from the root, with "list"/"element" of lists
	MaxDef byte     // definition level of a present value
	MaxRep byte     // repetition levels: how many lists it stands in
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
		out = append(out, Leaf{Kind: c.Kind, Path: path, MaxDef: def, MaxRep: rep})
	}
	return out
}

// reserved are column names our readers add or DuckDB's Parquet reader claims.
var reserved = []string{"__lake_file", "file_row_number", "filename", ExtraName}

// ErrSchema marks a SCHEMA the table cannot take.
var ErrSchema = errors.New("schema refused")

// Evolver turns the columns a SCHEMA asks for into the schema of its table.
// It hands out field ids and names and widens kinds; it is pure.
type Evolver struct {
	NextID int32    // next free field id; ids below it were given
	Key    []string // properties whose kind must not change
}

// Evolve returns the schema that holds both cur (nil: a new table) and want.
// want's columns need only Property, Kind and Fields.
// Columns that want lacks stay; new ones come after. If nothing changes the
// result is cur itself.
func (e *Evolver) Evolve(cur *Schema, want []Column) (*Schema, error) {
	var have []Column
	extra := false
	if cur != nil {
		if have, extra = cur.Columns, cur.HasExtra(); extra {
			have = have[:len(have)-1]
		}
	}
	cols, err := e.merge(have, want, "", true)
	if err != nil {
		return nil, err
	}
	next := &Schema{ID: -1, Columns: cols}
	if extra {
		next = next.WithExtra()
	}
	if cur != nil && cur.Equal(next) {
		return cur, nil
	}
	return next, nil
}

func (e *Evolver) merge(have, want []Column, path string, top bool) ([]Column, error) {
	out := slices.Clone(have)
	taken := map[string]bool{}
	if top {
		for _, r := range reserved {
			taken[Fold(r)] = true
		}
	}
	for i := range out {
		taken[Fold(out[i].Name)] = true
	}
	for i := range want {
		w := &want[i]
		at := path + "/" + w.Property
		old := find(out, w.Property)
		if old == nil {
			c, err := e.fresh(w, at, taken)
			if err != nil {
				return nil, err
			}
			out = append(out, c)
			continue
		}
		next, err := e.widen(old, w, at, top && slices.Contains(e.Key, w.Property))
		if err != nil {
			return nil, err
		}
		*old = next
	}
	return out, nil
}

// fresh gives a new column, and those below it, an id and a name of its own.
func (e *Evolver) fresh(w *Column, at string, taken map[string]bool) (Column, error) {
	c := Column{ID: e.NextID, Name: FreeName(w.Property, taken), Property: w.Property, Kind: w.Kind}
	e.NextID++
	var err error
	c.Fields, err = e.merge(nil, w.Fields, at, false)
	return c, err
}

// widen returns the narrowest column that holds both, keeping old's id and name.
func (e *Evolver) widen(old, want *Column, at string, key bool) (Column, error) {
	c := *old
	if old.Kind == want.Kind && (old.Kind == Struct || old.Kind == List) {
		var err error
		c.Fields, err = e.merge(old.Fields, want.Fields, at, false)
		return c, err
	}
	kind := Widened(old.Kind, want.Kind)
	if kind == old.Kind {
		return c, nil
	}
	if key {
		return c, fmt.Errorf("%w: key %s changes from %s to %s; `reset` the stream to load it anew",
			ErrSchema, at, old.Kind, want.Kind)
	}
	c.Kind, c.Fields = kind, nil
	return c, nil
}

// Widened is the narrowest kind that keeps every value of both exactly: an
// integer beyond 2^53 does not fit a double, but a column that a tap itself
// redeclares from integer to number holds measurements, and stays a number.
func Widened(a, b Kind) Kind {
	switch {
	case a == b:
		return a
	case pair(a, b, Int64, Double):
		return Double
	case pair(a, b, Date, Timestamp):
		return Timestamp
	case nested(a) || nested(b):
		return JSON
	default:
		return String
	}
}

func pair(a, b, x, y Kind) bool { return a == x && b == y || a == y && b == x }

func nested(k Kind) bool { return k == Struct || k == List || k == JSON }

// FreeName returns name, or name with the first of _2, _3 … that is not taken,
// and takes it.
func FreeName(name string, taken map[string]bool) string {
	free := name
	for n := 2; free == "" || taken[Fold(free)]; n++ {
		free = fmt.Sprintf("%s_%d", name, n)
	}
	taken[Fold(free)] = true
	return free
}

// Fold maps names that DuckDB or a case-folding file system takes for one.
func Fold(s string) string { return strings.ToLower(s) }
