package ingest

import (
	"fmt"
	"sync"
	"time"

	"target-filelake/ingest/schema"
	"target-filelake/ingest/schema/draft4"
	"target-filelake/ingest/selection"
	"target-filelake/ingest/text"
	"target-filelake/lake/columns"
)

// Undeclared says what becomes of properties that no SCHEMA declares.
type Undeclared byte

const (
	KeepUndeclared   Undeclared = iota // in the batch's Extra
	IgnoreUndeclared                   // counted only
	RefuseUndeclared                   // the record is refused
)

// Options change how a stream's records are taken.
type Options struct {
	Undeclared Undeclared
	NoChecks   bool // only what a column cannot hold, and a missing key, is refused
	NullDates  bool // what no date or time column can hold is null there, and counted; not in keys

	Selection    *selection.Selection // of the stream's properties; nil: all
	Types        map[string]string    // property → the type its column gets, as schema.ParseType reads it; dots lead into objects
	Nested       schema.Nested        // what becomes of objects and arrays; "" is schema.NestedStruct
	Separator    string               // joins the names of flattened columns; "" is two underscores
	FlattenDepth int                  // how many objects deep columns are flattened; 0: any number

	Metadata bool             // add the columns of schema.Metadata; needs Now and Started
	Deleted  bool             // add schema.DeletedAt to tables whose SCHEMA does not name it
	Now      func() time.Time // called by decoders, side by side
	Started  time.Time        // when the run began
}

// Plans are the plans of the streams known so far. A set is never changed once
// handed to Decode.
type Plans map[string]*Plan

// Plan is the way from a stream's record bytes into the vectors of its table.
// It is shared by decoders and never changed.
type Plan struct {
	stream  string
	schema  *columns.Schema
	options Options
	root    slot
	slots   int    // how many slots there are; their ids are below
	keys    []slot // of the key properties
	added   []metaSlot
	late    *slot // of an undeclared schema.DeletedAt that the table has no column for; else nil
	shape   *schema.Shape
	wider   []string   // properties whose chosen type is not their column's
	forked  bool       // its records go to other plans:
	forks   []Fork     // none: nowhere
	pool    *sync.Pool // of *columns.Batch
}

// slot is a place for a value: a property of an object, an element of a list,
// or the record itself.
type slot struct {
	id       int // of what comes after its value
	head     int // of what comes first in it, if it is an object
	name     string
	quoted   []byte // the name as most taps write it: "name":
	op       op
	to       op   // of opCast: what the column holds
	size     size // of decimals
	accept   draft4.Types
	coerce   bool          // a string here is JSON text
	check    *draft4.Check // of what was decoded; nil: nothing more to check
	ints     *draft4.Ints  // the check, of the value as it is stored; nil: of its bytes
	floats   *draft4.Floats
	strings  *draft4.Strings
	required bool
	key      bool // required of a delete event too
	nullable bool // what is no date or time is null
	flat     bool // a struct whose fields are columns of the table
	cut      bool // JSON text out of which is cut what is not selected
	element  bool
	def, rep byte // levels of a present value; a list's rep is its elements'
	vec      int  // its vectors are [vec, vec+leaves)
	leaves   int
	column   string // its type, for reasons

	fields []slot // of a struct; the one element of a list
	index  map[string]int
	kept   []slot // columns of the table that the SCHEMA does not name
	closed bool
}

// op is how a value is stored.
type op byte

const (
	opStruct op = iota
	opList
	opInt
	opFloat
	opDecimal
	opString
	opBool
	opTimestamp
	opDate
	opTime
	opUUID
	opText // strings as they are, other scalars as JSON text
	opJSON
	opCast // into a column of a type that is not its SCHEMA's
	opSkip // not at all: it is not selected
)

// holds is what a column holds beyond what its SCHEMA says.
var holds = map[op]draft4.Types{opFloat: draft4.Number, opDecimal: draft4.Number, opText: draft4.Bool | draft4.Number | draft4.String, opJSON: draft4.Any}

// Stream is the stream the plan is for.
func (p *Plan) Stream() string { return p.stream }

// Schema is the schema of the plan's batches.
func (p *Plan) Schema() *columns.Schema { return p.schema }

// Wider are the properties for which Options.Types chose a type that their
// columns do not have: the table held them as another before, and both fit only
// a wider one.
func (p *Plan) Wider() []string { return p.wider }

// Recycle takes back a batch that nobody refers to any more.
func (p *Plan) Recycle(b *columns.Batch) {
	b.Reset()
	p.pool.Put(b)
}

func (p *Plan) batch() *columns.Batch { return p.pool.Get().(*columns.Batch) }

// Compile turns a SCHEMA into a shape. What it refuses comes as a *LineError.
func Compile(m *SchemaMessage, o Options) (*schema.Shape, error) {
	columns := schema.Options{
		Selection: o.Selection,
		Types:     o.Types, Nested: o.Nested, Separator: o.Separator, Depth: o.FlattenDepth,
		Metadata: o.Metadata, Deleted: o.Deleted,
	}
	s, path, err := columns.Compile(m.JSON, m.Key)
	if err == nil && !m.DisableCheck {
		path, err = s.Ready()
	}
	if err != nil {
		return nil, &LineError{Line: m.Line, Stream: m.Stream, Path: path, Reason: err.Error()}
	}
	return s, nil
}

// Bind fits what Compile made of a SCHEMA to the table it is loaded into. t
// holds at least the shape's columns, as Evolve made them: values are stored
// as t's kinds.
func Bind(m *SchemaMessage, s *schema.Shape, t *columns.Schema, o Options) *Plan {
	o.NoChecks = o.NoChecks || m.DisableCheck
	first := columns.NewBatch(t)
	p := &Plan{
		stream: m.Stream, schema: t, options: o, shape: s,
		pool: &sync.Pool{New: func() any { return first.Like() }},
	}
	p.root = slot{op: opStruct, accept: draft4.Object, closed: s.Root.Closed || o.Undeclared == RefuseUndeclared}
	if !o.NoChecks {
		p.root.check = s.Root.Check
	}
	p.bindRoot(s.Root.Fields, t.Columns)
	p.slots = number(&p.root, 0)
	for _, k := range m.Key {
		key := &p.root.fields[p.root.index[k]]
		key.required, key.nullable, key.key = true, false, true
		p.keys = append(p.keys, *key)
	}
	return p
}

// number gives each slot an id.
func number(s *slot, next int) int {
	s.id, s.head = next, next+1
	next += 2
	for i := range s.fields {
		next = number(&s.fields[i], next)
	}
	return next
}

// bindRoot fits the record's fields, and those of flat ones, to the columns of
// the table.
func (p *Plan) bindRoot(fields []schema.Field, cols []columns.Column) {
	fields = p.bindLate(fields, p.schema)
	byColumn := map[string]place{}
	p.places(&p.root, fields, byColumn)
	want := len(byColumn)
	vec := 0
	for i := range cols {
		child := slot{vec: vec, leaves: cols[i].LeafCount(), def: 1, name: cols[i].Property}
		vec += child.leaves
		at, ok := byColumn[cols[i].Property]
		switch {
		case cols[i].ID == columns.ExtraID:
		case ok:
			p.bind(&child, at.field, &cols[i])
			*at.slot = child
			want--
		case p.options.Metadata && schema.IsMetadata(cols[i].Property):
			f := schema.AddedField(schema.MetadataColumn(cols[i].Property))
			p.bind(&child, &f, &cols[i])
			p.added = append(p.added, metaSlot{child, sayers[child.name]})
		default:
			p.root.kept = append(p.root.kept, child)
		}
	}
	if want != 0 {
		panic(fmt.Sprintf("BUG: table of stream %q lacks columns of its own SCHEMA", p.stream))
	}
}

// place is where a field's slot goes.
type place struct {
	slot  *slot
	field *schema.Field
}

// places makes the slots of s, and finds those that have a column of their own.
func (p *Plan) places(s *slot, fields []schema.Field, byColumn map[string]place) {
	s.fields, s.index = make([]slot, len(fields)), make(map[string]int, len(fields))
	for i := range fields {
		f, child := &fields[i], &s.fields[i]
		s.index[f.Name] = i
		if f.Skip {
			p.describe(child, f)
			child.op = opSkip
			continue
		}
		if !f.Flat {
			byColumn[f.Column] = place{child, f}
			continue
		}
		p.describe(child, f)
		child.op, child.flat = opStruct, true
		p.places(child, f.Fields, byColumn)
	}
}

// bindFields fits a struct's fields to those of its column.
func (p *Plan) bindFields(s *slot, fields []schema.Field, cols []columns.Column) {
	s.fields, s.index = make([]slot, len(fields)), make(map[string]int, len(fields))
	want := 0
	for i := range fields {
		f := &fields[i]
		s.index[f.Name] = i
		if f.Skip {
			p.describe(&s.fields[i], f)
			s.fields[i].op = opSkip
			continue
		}
		want++
	}
	bound, vec := 0, s.vec
	for i := range cols {
		child := slot{vec: vec, leaves: cols[i].LeafCount(), def: s.def + 1, rep: s.rep, name: cols[i].Property}
		vec += child.leaves
		at, ok := s.index[cols[i].Property]
		if !ok || fields[at].Skip {
			s.kept = append(s.kept, child)
			continue
		}
		p.bind(&child, &fields[at], &cols[i])
		s.fields[at] = child
		bound++
	}
	if bound != want {
		panic(fmt.Sprintf("BUG: table of stream %q lacks columns of its own SCHEMA", p.stream))
	}
}

// describe makes a slot demand what its field does.
func (p *Plan) describe(s *slot, f *schema.Field) {
	s.name = f.Name
	s.quoted = append(text.AppendQuote(nil, f.Name), ':')
	s.accept = f.Accept
	s.coerce = f.Accept.Nested() && !f.Accept.Has(draft4.String)
	s.closed = f.Closed || p.options.Undeclared == RefuseUndeclared
	if p.options.NoChecks {
		s.accept |= draft4.Null
		s.closed = p.options.Undeclared == RefuseUndeclared
		return
	}
	s.required, s.check = f.Required, f.Check
}

func (p *Plan) bind(s *slot, f *schema.Field, col *columns.Column) {
	p.describe(s, f)
	s.op, s.to = storing(f, col)
	s.column, s.cut = columnName(col), f.Cut
	if f.Chosen && (f.Kind != col.Kind || f.Precision != col.Precision || f.Scale != col.Scale) {
		p.wider = append(p.wider, f.Name)
	}
	if f.Implied(col) {
		s.check = nil
	}
	if p.options.NoChecks {
		s.accept |= holds[s.op]
	}
	s.size = sizeOf(col, s.accept)
	if s.check != nil {
		s.checkStored(col)
	}
	switch s.target() {
	case opTimestamp, opDate, opTime:
		s.nullable = p.options.NullDates
	case opStruct:
		p.bindFields(s, f.Fields, col.Fields)
	case opList:
		s.rep++
		element := slot{vec: s.vec, leaves: s.leaves, def: s.def + 2, rep: s.rep, element: true}
		p.bind(&element, &f.Fields[0], &col.Fields[0])
		s.fields = []slot{element}
	}
}

// checkStored finds the short way to hold a slot's values against its check.
func (s *slot) checkStored(col *columns.Column) {
	switch {
	case s.op == opInt, s.op == opDecimal && col.Short():
		s.ints = s.check.Ints(s.accept, col.Scale)
	case s.op == opFloat:
		s.floats = s.check.Floats(s.accept)
	case s.op == opString:
		s.strings = s.check.Strings()
	}
}

// ops are how values are stored as each kind but text.
var ops = map[columns.Kind]op{
	columns.Struct: opStruct, columns.List: opList, columns.Int64: opInt, columns.Double: opFloat, columns.Decimal: opDecimal,
	columns.Boolean: opBool, columns.Timestamp: opTimestamp, columns.Date: opDate, columns.Time: opTime, columns.UUID: opUUID,
}

// takes are the types that each op stores as they are.
var takes = map[op]draft4.Types{
	opStruct: draft4.Object, opList: draft4.Array, opInt: draft4.Whole, opFloat: draft4.Number, opDecimal: draft4.Number | draft4.String,
	opBool: draft4.Bool, opTimestamp: draft4.String, opDate: draft4.String, opTime: draft4.String, opUUID: draft4.String,
	opString: draft4.String, opText: draft4.Bool | draft4.Number | draft4.String,
}

// storing is how values of a field go into a column of its type or a wider
// one; to is the column's own op.
func storing(f *schema.Field, col *columns.Column) (o, to op) {
	base := f.Accept &^ draft4.Null
	switch to = ops[col.Kind]; col.Kind {
	case columns.JSON:
		return opJSON, opJSON
	case columns.String:
		to = opText
		if base == draft4.String {
			to = opString
		}
	case columns.Struct, columns.List:
		if f.Kind != col.Kind {
			panic(fmt.Sprintf("BUG: a %s column cannot hold %s", col.Kind, f.Kind))
		}
		return to, to
	}
	if base&^takes[to] == 0 {
		return to, to
	}
	return opCast, to
}
