package schema

import (
	"fmt"
	"slices"
	"strconv"

	"target-filelake/ingest/schema/draft4"
	"target-filelake/lake/columns"
)

// Field is what a schema says of one property.
type Field struct {
	Name     string // columns.ListElement of a list's element, "" of the record itself
	Kind     columns.Kind
	Accept   draft4.Types // as they are received; the coercion of strings comes before
	Required bool
	Closed   bool          // an object: undeclared properties are refused
	Fields   []Field       // of a struct; the one element of a list
	Check    *draft4.Check // what its values must satisfy beyond all that; nil: nothing

	Column string // the property of the column it fills, of one that stands at the top
	Label  string // the name that column wants, if not its property
	Flat   bool   // a struct whose fields are columns at the top
	Chosen bool   // its column's type is an option's
	inside *Field // of one that is kept as JSON text: what it would have been
	Skip   bool   // not selected: its values are passed over
	Cut    bool   // where it is JSON text, what is not selected is cut out of it

	Precision, Scale int  // of a decimal
	Rounded          bool // a double, though the schema asks for more digits than a decimal has
	sized            bool // a decimal whose room is what the schema's numbers ask for
}

// covered reports whether accept alone says which values are right.
func (f *Field) covered() bool { return len(f.Fields) == 0 && !f.Closed }

// Shape is a compiled schema: what its records must satisfy, and the columns
// it asks for. It is never changed once made, and may be shared.
type Shape struct {
	Root  Field            // of the records: a struct
	Added []columns.Column // that no field of Root fills, but for DeletedAt
	judge *draft4.Judge
	fault *keywordFault // nil: every keyword means something
}

// mostColumns is how many leaf columns a table may have.
const mostColumns = 10_000

// Compile turns a schema, as JSON text, into a Shape; key names the properties
// that make a record's key, each once. path is the JSON pointer into the schema
// of the fault that err words. Neither argument is changed or kept.
func Compile(document []byte, key []string) (s *Shape, path string, err error) {
	return Options{}.Compile(document, key)
}

// Compile is as the function, with columns chosen by o.
func (o Options) Compile(document []byte, key []string) (s *Shape, path string, err error) {
	d, path, err := draft4.Parse(document)
	if err != nil {
		return nil, path, fmt.Errorf("schema: %w", err)
	}
	c := compiler{document: d}
	s = &Shape{}
	if s.Root, err = c.table(d.Root()); err != nil {
		return nil, "", fmt.Errorf("schema: %w", err)
	}
	if o.Selection != nil {
		o.unselect(&s.Root, nil)
		d.Unselect(o.checked)
	}
	if err := o.override(&s.Root); err != nil {
		return nil, "", err
	}
	o.nest(&s.Root)
	if n := s.Root.leaves(); n > mostColumns {
		return nil, "", fmt.Errorf("schema: %d columns, want at most %d", n, mostColumns)
	}
	if err := s.requireKey(key); err != nil {
		return nil, "", err
	}
	s.check(d)
	s.Added = o.add(&s.Root, key)
	return s, "", nil
}

// requireKey makes the key's columns required, as far as the record goes; they
// may be null where their schema says so.
func (s *Shape) requireKey(key []string) error {
	for _, k := range key {
		i := slices.IndexFunc(s.Root.Fields, func(f Field) bool { return f.Name == k })
		if i < 0 {
			return fmt.Errorf("key property %s is not in the schema", strconv.Quote(k))
		}
		f := &s.Root.Fields[i]
		if f.Skip {
			return fmt.Errorf("key property %s is not selected", strconv.Quote(k))
		}
		if f.Kind == columns.JSON || f.Kind == columns.Struct || f.Kind == columns.List {
			return fmt.Errorf("key property %s is not of a scalar type", strconv.Quote(k))
		}
		f.Required = true
	}
	return nil
}

// Columns are the columns the schema asks for: their Property, Kind and Fields,
// and of flattened ones the Name.
func (s *Shape) Columns() []columns.Column {
	return append(topColumns(nil, s.Root.Fields), s.Added...)
}

// topColumns appends the columns of a table, those of flat fields in their place.
func topColumns(out []columns.Column, fields []Field) []columns.Column {
	for i := range fields {
		f := &fields[i]
		if f.Skip {
			continue
		}
		if f.Flat {
			out = topColumns(out, f.Fields)
			continue
		}
		c := f.column()
		c.Property, c.Name, c.Fields = f.Column, f.Label, columnsFor(f.Fields)
		out = append(out, c)
	}
	return out
}

func columnsFor(fields []Field) []columns.Column {
	var out []columns.Column
	for i := range fields {
		f := &fields[i]
		if f.Skip {
			continue
		}
		c := f.column()
		c.Property, c.Fields = f.Name, columnsFor(f.Fields)
		out = append(out, c)
	}
	return out
}

func (f *Field) leaves() int {
	if f.Skip {
		return 0
	}
	if f.Kind != columns.Struct && f.Kind != columns.List {
		return 1
	}
	n := 0
	for i := range f.Fields {
		n += f.Fields[i].leaves()
	}
	return n
}

// compiler turns schemas, which survey has found sound, into fields.
type compiler struct {
	document *draft4.Document
}

// table is the shape of records.
func (c *compiler) table(n *draft4.Node) (Field, error) {
	n = c.document.Follow(n)
	accept := draft4.TypesOf(n)
	if !accept.Has(draft4.Object) {
		return Field{}, fmt.Errorf("describes no objects, want type object")
	}
	if !n.Get("properties").Is('{') {
		return Field{}, fmt.Errorf("has no properties")
	}
	f := Field{Kind: columns.Struct, Accept: draft4.Object}
	c.properties(&f, n, 0)
	return f, nil
}

// deepest is the nesting of columns past which a value is kept as JSON text:
// Parquet's definition levels are counted in a byte.
const deepest = 60

// field is the shape of a schema's values; level counts the columns above it.
func (c *compiler) field(n *draft4.Node, level int) Field {
	if ref := n.Get("$ref"); ref != nil {
		target := c.document.Follow(n)
		if c.document.Recursive(target) {
			return Field{Kind: columns.JSON, Accept: draft4.TypesOf(target)}
		}
		return c.field(target, level)
	}
	f := c.own(n, level)
	if branches := n.Get("anyOf"); branches != nil {
		f = c.both(f, c.union(branches.Items(), level))
	}
	if branches := n.Get("oneOf"); branches != nil {
		f = c.both(f, c.union(branches.Items(), level))
	}
	if branches := n.Get("allOf"); branches != nil {
		for _, b := range branches.Items() {
			f = c.both(f, c.field(b, level))
		}
	}
	return f
}

// own is what a schema says without its combinators.
func (c *compiler) own(n *draft4.Node, level int) Field {
	accept := draft4.TypesOf(n)
	f := Field{Kind: columns.JSON, Accept: accept}
	switch base := accept &^ draft4.Null; {
	case base == draft4.Object && level < deepest && n.Get("properties").Is('{') && len(n.Get("properties").Names()) > 0:
		f.Kind = columns.Struct
		c.properties(&f, n, level)
	case base == draft4.Array && level < deepest && n.Get("items").Is('{'):
		f.Kind = columns.List
		element := c.field(n.Get("items"), level+1)
		element.Name = columns.ListElement
		f.Fields = []Field{element}
	case base.Nested() || accept == draft4.Any:
	case base != 0:
		f.scalar(n, base)
	}
	return f
}

// properties are the fields of an object that becomes a struct.
func (c *compiler) properties(f *Field, n *draft4.Node, level int) {
	props := n.Get("properties")
	at := make(map[string]int, len(props.Names()))
	for i, name := range props.Names() {
		p := c.field(props.Items()[i], level+1)
		p.Name = name
		at[name] = i
		f.Fields = append(f.Fields, p)
	}
	if required := n.Get("required"); required != nil {
		for _, r := range required.Items() {
			if i, ok := at[r.Text()]; ok {
				f.Fields[i].Required = true
			}
		}
	}
	f.Closed = n.Get("additionalProperties").IsFalse()
	if patterns := n.Get("patternProperties"); patterns.Is('{') && len(patterns.Names()) > 0 {
		f.Closed = false
	}
}

// union is the shape of values that fit any of the schemas.
func (c *compiler) union(branches []*draft4.Node, level int) Field {
	var fs []Field
	var null draft4.Types
	for _, b := range branches {
		f := c.field(b, level)
		if f.Accept == draft4.Null {
			null = draft4.Null
			continue
		}
		fs = append(fs, f)
	}
	if len(fs) == 0 {
		return Field{Kind: columns.JSON, Accept: draft4.Null}
	}
	f := fs[0]
	for i := 1; i < len(fs); i++ {
		f = c.either(f, fs[i])
	}
	f.Accept |= null
	return f
}

// either is the shape of values that fit a or b.
func (c *compiler) either(a, b Field) Field {
	f := Field{Accept: a.Accept | b.Accept, Rounded: a.Rounded || b.Rounded}
	f.become(columns.Common(a.column(), b.column()))
	if f.Kind == columns.String && f.Accept&^(draft4.Number|draft4.Null) == 0 && a.Kind != columns.String && b.Kind != columns.String {
		f.become(columns.Column{Kind: columns.Double})
		f.Rounded = true
	}
	if f.Accept.Nested() {
		f.Kind = columns.JSON
	}
	return f
}

// both is the shape of values that fit a and b.
func (c *compiler) both(a, b Field) Field {
	switch {
	case b.Accept == draft4.Any && b.covered():
		return a
	case a.Accept == draft4.Any && a.covered():
		return b
	}
	if b.covered() {
		a, b = b, a
	}
	f := Field{Kind: columns.JSON, Accept: a.Accept & b.Accept}
	base := f.Accept &^ draft4.Null
	switch {
	case !a.covered():
	case !b.covered() && base.Nested():
		b.Accept = f.Accept
		return b
	case !base.Nested() && base != 0:
		f.Kind = scalarKind(base, nil)
		if a.Kind == b.Kind {
			f.become(columns.Common(a.column(), b.column()))
		} else if f.Kind == columns.Double {
			f.exact(a, b)
		}
	}
	return f
}

// exact makes a number a decimal, or text, if a or b, both of which it fits, says so.
func (f *Field) exact(a, b Field) {
	for _, of := range [...]Field{a, b} {
		if of.Kind == columns.Decimal || of.Kind == columns.String {
			f.become(of.column())
		}
	}
}

// scalarKind is the column for a set of scalar types.
func scalarKind(t draft4.Types, format *draft4.Node) columns.Kind {
	switch t {
	case draft4.Bool:
		return columns.Boolean
	case draft4.Whole:
		return columns.Int64
	case draft4.Number, draft4.Fraction:
		return columns.Double
	}
	if t != draft4.String || format == nil {
		return columns.String
	}
	switch format.Text() {
	case "date-time":
		return columns.Timestamp
	case "date":
		return columns.Date
	case "time":
		return columns.Time
	case "uuid":
		return columns.UUID
	}
	return columns.String
}
