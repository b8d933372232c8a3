package ingest

import (
	"fmt"
	"slices"

	"target-filelake/lake/columns"
)

// field is what a SCHEMA says of one property.
type field struct {
	name     string
	kind     columns.Kind
	accept   types
	required bool
	closed   bool    // an object: undeclared properties are refused
	fields   []field // of a struct; the one element of a list
}

// covered reports whether accept alone says which values are right.
func (f *field) covered() bool { return len(f.fields) == 0 && !f.closed }

// Shape is a compiled SCHEMA: what its records must satisfy, and the columns
// it asks for. It is never changed once made.
type Shape struct {
	stream  string
	key     []string
	lenient bool // DisableCheck
	root    field
	full    bool // its records need the whole validator
	check   *validator
}

// mostColumns is how many leaf columns a table may have.
const mostColumns = 10_000

// Compile turns a SCHEMA into a Shape. What it refuses comes as a *LineError.
func Compile(m *SchemaMessage) (*Shape, error) {
	s, path, err := compile(m)
	if err != nil {
		return nil, &LineError{Line: m.Line, Stream: m.Stream, Path: path, Reason: err.Error()}
	}
	return s, nil
}

func compile(m *SchemaMessage) (s *Shape, path string, err error) {
	root, err := parseDocument(m.JSON)
	if err != nil {
		return nil, "", fmt.Errorf("schema: %w", err)
	}
	links := newLinks(root)
	if path, err = links.survey(); err != nil {
		return nil, path, fmt.Errorf("schema: %w", err)
	}
	c := compiler{links: links}
	s = &Shape{stream: m.Stream, key: m.Key, lenient: m.DisableCheck}
	if s.root, err = c.table(root); err != nil {
		return nil, "", fmt.Errorf("schema: %w", err)
	}
	if n := s.root.leaves(); n > mostColumns {
		return nil, "", fmt.Errorf("schema: %d columns, want at most %d", n, mostColumns)
	}
	if err := s.requireKey(); err != nil {
		return nil, "", err
	}
	s.full = c.full && !s.lenient
	s.check = newValidator(links, &s.root)
	if s.full {
		if _, err := s.check.schema(); err != nil {
			return nil, "", fmt.Errorf("schema: %w", err)
		}
	}
	return s, "", nil
}

// requireKey makes the key's columns required, as far as the record goes; they
// may be null where their schema says so.
func (s *Shape) requireKey() error {
	for _, k := range s.key {
		i := slices.IndexFunc(s.root.fields, func(f field) bool { return f.name == k })
		if i < 0 {
			return fmt.Errorf("key property %s is not in the schema", printableName(k))
		}
		f := &s.root.fields[i]
		if f.kind == columns.JSON || f.kind == columns.Struct || f.kind == columns.List {
			return fmt.Errorf("key property %s is not of a scalar type", printableName(k))
		}
		f.required = true
	}
	return nil
}

// Columns are the columns the SCHEMA asks for: their Property, Kind and Fields.
func (s *Shape) Columns() []columns.Column { return columnsFor(s.root.fields) }

func columnsFor(fields []field) []columns.Column {
	var out []columns.Column
	for i := range fields {
		f := &fields[i]
		out = append(out, columns.Column{Property: f.name, Kind: f.kind, Fields: columnsFor(f.fields)})
	}
	return out
}

func (f *field) leaves() int {
	if f.kind != columns.Struct && f.kind != columns.List {
		return 1
	}
	n := 0
	for i := range f.fields {
		n += f.fields[i].leaves()
	}
	return n
}

// compiler turns schemas, which survey has found sound, into fields. It sets
// full where the fields it makes do not say all that the schema does.
type compiler struct {
	links *links
	full  bool
}

// table is the shape of records.
func (c *compiler) table(n *node) (field, error) {
	n = c.links.follow(n)
	accept := typesOf(n)
	if !accept.has(tObject) {
		return field{}, fmt.Errorf("describes no objects, want type object")
	}
	if !n.get("properties").is('{') {
		return field{}, fmt.Errorf("has no properties")
	}
	for _, combinator := range [...]string{"anyOf", "oneOf", "allOf"} {
		c.full = c.full || n.get(combinator) != nil
	}
	c.constraints(n, tObject)
	f := field{kind: columns.Struct, accept: tObject}
	c.properties(&f, n, 0)
	return f, nil
}

// deepest is the nesting of columns past which a value is kept as JSON text:
// Parquet's definition levels are counted in a byte.
const deepest = 60

// field is the shape of a schema's values; level counts the columns above it.
func (c *compiler) field(n *node, level int) field {
	if ref := n.get("$ref"); ref != nil {
		target := c.links.follow(n)
		if c.links.recursive[target] {
			c.full = true
			return field{kind: columns.JSON, accept: typesOf(target)}
		}
		return c.field(target, level)
	}
	f := c.own(n, level)
	if branches := n.get("anyOf"); branches != nil {
		f = c.both(f, c.union(branches.items, level, false))
	}
	if branches := n.get("oneOf"); branches != nil {
		f = c.both(f, c.union(branches.items, level, true))
	}
	if branches := n.get("allOf"); branches != nil {
		for _, b := range branches.items {
			f = c.both(f, c.field(b, level))
		}
	}
	return f
}

// own is what a schema says without its combinators.
func (c *compiler) own(n *node, level int) field {
	accept := typesOf(n)
	c.constraints(n, accept)
	f := field{kind: columns.JSON, accept: accept}
	switch base := accept &^ tNull; {
	case base == tObject && level < deepest && n.get("properties").is('{') && len(n.get("properties").names) > 0:
		f.kind = columns.Struct
		c.properties(&f, n, level)
	case base == tArray && level < deepest && n.get("items").is('{'):
		f.kind = columns.List
		element := c.field(n.get("items"), level+1)
		element.name = columns.ListElement
		f.fields = []field{element}
	case base.nested() || accept == anyType:
		c.full = c.full || constrainsInside(n, accept)
	case base != 0:
		f.kind = scalarKind(base, n.get("format"))
	}
	return f
}

// properties are the fields of an object that becomes a struct.
func (c *compiler) properties(f *field, n *node, level int) {
	props := n.get("properties")
	at := make(map[string]int, len(props.names))
	for i, name := range props.names {
		p := c.field(props.items[i], level+1)
		p.name = name
		at[name] = i
		f.fields = append(f.fields, p)
	}
	if required := n.get("required"); required != nil {
		for _, r := range required.items {
			if i, ok := at[r.text]; ok {
				f.fields[i].required = true
			} else {
				c.full = true
			}
		}
	}
	f.closed = n.get("additionalProperties").isFalse()
	if more := n.get("additionalProperties"); more.is('{') && len(more.names) > 0 {
		c.full = true
	}
	if patterns := n.get("patternProperties"); patterns.is('{') && len(patterns.names) > 0 {
		c.full, f.closed = true, false
	}
}

// union is the shape of values that fit any (oneOf: exactly one) of the schemas.
func (c *compiler) union(branches []*node, level int, one bool) field {
	var fs []field
	var seen, null types
	for _, b := range branches {
		f := c.field(b, level)
		if one && seen&f.accept != 0 {
			c.full = true
		}
		seen |= f.accept
		if f.accept == tNull {
			null = tNull
			continue
		}
		fs = append(fs, f)
	}
	if len(fs) == 0 {
		return field{kind: columns.JSON, accept: tNull}
	}
	f := fs[0]
	for i := 1; i < len(fs); i++ {
		f = c.either(f, fs[i])
	}
	f.accept |= null
	return f
}

// either is the shape of values that fit a or b.
func (c *compiler) either(a, b field) field {
	f := field{kind: columns.Widened(a.kind, b.kind), accept: a.accept | b.accept}
	if f.accept.nested() {
		f.kind = columns.JSON
		c.full = c.full || !a.covered() || !b.covered()
	}
	return f
}

// both is the shape of values that fit a and b.
func (c *compiler) both(a, b field) field {
	switch {
	case b.accept == anyType && b.covered():
		return a
	case a.accept == anyType && a.covered():
		return b
	}
	if b.covered() {
		a, b = b, a
	}
	f := field{kind: columns.JSON, accept: a.accept & b.accept}
	base := f.accept &^ tNull
	switch {
	case !a.covered():
		c.full = true
	case !b.covered() && base.nested():
		b.accept = f.accept
		return b
	case !base.nested() && base != 0:
		f.kind = scalarKind(base, nil)
		if a.kind == b.kind {
			f.kind = a.kind
		}
	}
	return f
}

// scalarKind is the column for a set of scalar types.
func scalarKind(t types, format *node) columns.Kind {
	switch t {
	case tBool:
		return columns.Boolean
	case tWhole:
		return columns.Int64
	case tNumber, tFraction:
		return columns.Double
	}
	if t != tString || format == nil {
		return columns.String
	}
	switch format.text {
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

// limits are the keywords that a plan does not check, with the types they limit.
var limits = map[string]types{
	"enum": anyType, "not": anyType,
	"minimum": tNumber, "maximum": tNumber, "multipleOf": tNumber,
	"minLength": tString, "maxLength": tString, "pattern": tString,
	"minItems": tArray, "maxItems": tArray, "uniqueItems": tArray,
	"minProperties": tObject, "maxProperties": tObject, "dependencies": tObject,
}

// constraints sets full if a schema limits its values by more than their types.
func (c *compiler) constraints(n *node, accept types) {
	for _, name := range n.names {
		c.full = c.full || limits[name].has(accept)
	}
	c.full = c.full || n.get("items").is('[') && accept.has(tArray)
}

// constrainsInside reports whether a schema whose values are kept as JSON text
// says something of what is in them.
func constrainsInside(n *node, accept types) bool {
	inside := func(name string, t types) bool {
		v := n.get(name)
		return accept.has(t) && v != nil && !v.isTrue() && (v.kind == 't' || len(v.items) > 0)
	}
	return inside("properties", tObject) || inside("patternProperties", tObject) ||
		inside("additionalProperties", tObject) || inside("required", tObject) || inside("items", tArray)
}
