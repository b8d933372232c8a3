package mapping

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"target-filelake/ingest/mapping/python"
	"target-filelake/ingest/mapping/python/object"
	"target-filelake/ingest/selection"
	"target-filelake/ingest/text"
)

// Source is what a SCHEMA says of a stream before it is mapped.
type Source struct {
	Stream    string
	Schema    []byte // its JSON
	Key       []string
	Selection *selection.Selection
	Started   time.Time // what the expressions' now() is
}

// Route is a stream that a source is loaded as.
type Route struct {
	Stream    string
	Schema    []byte
	Key       []string
	Selection *selection.Selection // of the mapped records' properties
	Map       *Map                 // nil: records go as they are
	OwnKey    bool                 // the map names the key
}

// Routes are the streams that a source is loaded as, the source itself first;
// mapped is false where no map has to do with it.
func (m *Maps) Routes(src Source) (routes []Route, mapped bool, err error) {
	if m == nil {
		return nil, false, nil
	}
	own, copies := m.of(src.Stream)
	if own == nil && len(copies) == 0 && !m.dropOthers {
		return nil, false, nil
	}
	entries := copies
	switch {
	case own != nil && !own.drop:
		entries = slices.Insert(copies, 0, own)
	case own == nil && !m.dropOthers:
		routes = append(routes, Route{Stream: src.Stream, Schema: src.Schema, Key: src.Key, Selection: src.Selection})
	}
	for _, s := range entries {
		r, err := m.route(s, src)
		if err != nil {
			return nil, true, err
		}
		if slices.ContainsFunc(routes, func(o Route) bool { return o.Stream == r.Stream }) {
			return nil, true, fmt.Errorf("stream_maps: %s becomes %s twice; give one another name", strconv.Quote(src.Stream), strconv.Quote(r.Stream))
		}
		routes = append(routes, r)
	}
	return routes, true, nil
}

// property is one of a mapped record's.
type property struct {
	name   string
	schema []byte
	source string             // the property it is a copy of
	expr   *python.Expression // nil: it is a copy
	whole  bool               // it is the record
	text   bool               // what is not text becomes text
}

// routing works out one route.
type routing struct {
	src      Source
	entry    *streamMap
	config   *object.Dict
	target   string
	declared []text.Member // the source's properties that are selected
	props    []property    // of mapped records
}

func (m *Maps) route(s *streamMap, src Source) (Route, error) {
	target, err := s.target(src.Stream)
	if err != nil {
		return Route{}, err
	}
	r := routing{src: src, entry: s, config: m.config, target: target}
	root := text.Members(src.Schema)
	r.declare(root)
	key := src.Key
	if s.keySet {
		key = s.key
	}
	r.begin(key)
	errs := r.apply(key)
	for _, k := range key {
		if r.at(k) < 0 {
			errs = append(errs, r.lost(k))
		}
	}
	built, err := r.build()
	if err = errors.Join(append(errs, err)...); err != nil {
		return Route{}, err
	}
	return Route{target, r.schema(root), key, r.selection(), built, s.keySet}, nil
}

// declare finds the properties of the source's schema that are selected.
func (r *routing) declare(root []text.Member) {
	for _, m := range text.Members(valueOf(root, "properties", "{}")) {
		if r.src.Selection.Want([]string{m.Name}) != selection.None {
			r.declared = append(r.declared, m)
		}
	}
}

func valueOf(ms []text.Member, name, otherwise string) []byte {
	for _, m := range ms {
		if m.Name == name {
			return m.Value
		}
	}
	return []byte(otherwise)
}

// begin starts with the source's properties, or only with the key's.
func (r *routing) begin(key []string) {
	for _, m := range r.declared {
		if !r.entry.dropOthers || contains(key, m.Name) {
			r.props = append(r.props, property{name: m.Name, schema: m.Value, source: m.Name})
		}
	}
}

// apply changes the properties that the entry names.
func (r *routing) apply(key []string) (errs []error) {
	for _, p := range r.entry.props {
		at := r.at(p.name)
		if p.expr == nil {
			if contains(key, p.name) {
				errs = append(errs, fmt.Errorf("%s: %s is a key property; name another key with __key_properties__, or null for none",
					r.where(p.name), strconv.Quote(p.name)))
			}
			if at >= 0 {
				r.props = slices.Delete(r.props, at, at+1)
			}
			continue
		}
		next := r.made(p)
		if at >= 0 {
			r.props[at] = next
		} else {
			r.props = append(r.props, next)
		}
	}
	return errs
}

func (r *routing) at(name string) int {
	return slices.IndexFunc(r.props, func(p property) bool { return p.name == name })
}

func (r *routing) where(name string) string { return "stream_maps." + r.entry.name + "." + name }

func (r *routing) lost(key string) error {
	if slices.ContainsFunc(r.entry.props, func(p propertyMap) bool { return p.name == key && p.expr == nil }) {
		return nil // said already
	}
	return fmt.Errorf("%s: key property %s is not among the properties of %s: %s",
		r.where("__key_properties__"), strconv.Quote(key), strconv.Quote(r.target), nameList(r.names()))
}

func (r *routing) names() []string {
	out := make([]string, len(r.props))
	for i := range r.props {
		out[i] = r.props[i].name
	}
	return out
}

// nameList words some names.
func nameList(names []string) string {
	const most = 20
	more := ""
	if len(names) > most {
		names, more = names[:most], fmt.Sprintf(" and %d more", len(names)-most)
	}
	for i := range names {
		names[i] = text.Printable(names[i])
	}
	return strings.Join(names, ", ") + more
}

// scope is what names stand for in the expression of a property.
func (r *routing) scope(self string) python.Scope {
	return python.Scope{
		Self: self, Config: r.config,
		Texts:    map[string]string{"__stream_name__": r.target, "__original_stream_name__": r.src.Stream},
		Property: r.known,
	}
}

// known refuses the name of no property.
func (r *routing) known(name string) error {
	if strings.HasPrefix(name, "_sdc_") || slices.ContainsFunc(r.declared, func(m text.Member) bool { return m.Name == name }) {
		return nil
	}
	if r.src.Selection.Want([]string{name}) == selection.None {
		return fmt.Errorf("%s is not selected", strconv.Quote(name))
	}
	var names []string
	for _, m := range r.declared {
		names = append(names, m.Name)
	}
	return fmt.Errorf("the SCHEMA has no property %s; it has %s. Write record.get('%s') for one that it does not declare",
		strconv.Quote(name), nameList(names), text.Printable(name))
}

// made is the property that an expression makes, with the type that the SDK
// gives it.
func (r *routing) made(p propertyMap) property {
	out := property{name: p.name, expr: p.expr}
	if p.expr.Record() {
		out.schema, out.whole = objectSchema(r.src.Schema), true
		return out
	}
	own := valueOf(r.declared, p.name, "")
	if source, ok := p.expr.Reference(r.scope(p.name)); ok {
		if schema := valueOf(r.declared, source, ""); len(schema) > 0 {
			if len(own) > 0 && source != p.name {
				schema = orNull(own) // what it replaces has the say
			}
			return property{name: p.name, schema: schema, source: source}
		}
	}
	if hint := hinted(p.expr.Text); hint != "" {
		out.schema, out.text = []byte(hint), hint == stringSchema
		return out
	}
	if len(own) > 0 {
		out.schema = orNull(own)
		return out
	}
	out.schema, out.text = []byte(stringSchema), true
	return out
}

// orNull is a schema for the same values, and null.
func orNull(schema []byte) []byte {
	members := text.Members(schema)
	var types []string
	if one, several := valueOf(members, "type", ""), valueOf(members, "enum", ""); len(one) > 0 && len(several) == 0 {
		if types = stringsOf(one); types == nil {
			types = stringsOf(slices.Concat([]byte{'['}, one, []byte{']'}))
		}
	}
	if len(types) > 0 {
		return typedAs(members, append(types, "null"))
	}
	return slices.Concat([]byte(`{"anyOf":[`), schema, []byte(`,{"type":"null"}]}`))
}

// typedAs is a schema with another type.
func typedAs(members []text.Member, types []string) []byte {
	out := []byte(`{"type":[`)
	for i, t := range types {
		if i > 0 {
			out = append(out, ',')
		}
		out = text.AppendQuote(out, t)
	}
	out = append(out, ']')
	for _, m := range members {
		if m.Name != "type" {
			out = append(append(text.AppendQuote(append(out, ','), m.Name), ':'), m.Value...)
		}
	}
	return append(out, '}')
}

const stringSchema = `{"type":["string","null"]}`

// hints are the types of expressions by how they begin.
var hints = []struct{ prefix, schema string }{
	{"float(", `{"type":["number","null"]}`}, {"int(", `{"type":["integer","null"]}`}, {"bool(", `{"type":["boolean","null"]}`},
	{"str(", stringSchema}, {"json.dumps(", stringSchema},
	{"datetime.date.", dateSchema}, {"datetime.date(", dateSchema},
	{"datetime.datetime.", dateTimeSchema}, {"datetime.datetime(", dateTimeSchema},
}

const (
	dateSchema     = `{"type":["string","null"],"format":"date"}`
	dateTimeSchema = `{"type":["string","null"],"format":"date-time"}`
)

// hinted is the type that an expression's text tells of, "" if it does not.
func hinted(text string) string {
	text = strings.TrimSpace(text)
	if strings.HasSuffix(text, ".date()") {
		return dateSchema
	}
	for _, h := range hints {
		if strings.HasPrefix(text, h.prefix) {
			return h.schema
		}
	}
	if len(text) > 1 && text[0] == '\'' && text[len(text)-1] == '\'' {
		return stringSchema
	}
	return ""
}

// objectSchema is a SCHEMA's as that of a property.
func objectSchema(root []byte) []byte {
	out := []byte(`{"type":["object","null"],"properties":`)
	return append(append(out, valueOf(text.Members(root), "properties", "{}")...), '}')
}

// kept are the words of a SCHEMA that hold for mapped records too.
var kept = []string{"type", "additionalProperties", "definitions", "$defs", "$schema"}

// schema is the SCHEMA of mapped records.
func (r *routing) schema(root []text.Member) []byte {
	out := []byte(`{`)
	for _, m := range root {
		if contains(kept, m.Name) {
			out = append(append(append(text.AppendQuote(out, m.Name), ':'), m.Value...), ',')
		}
	}
	out = append(out, `"properties":{`...)
	for i, p := range r.props {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(text.AppendQuote(out, p.name), ':'), p.schema...)
	}
	return append(append(append(out, `},"required":[`...), r.required(root)...), ']', '}')
}

// required are the names that the SCHEMA demands, as far as they are copied.
func (r *routing) required(root []text.Member) []byte {
	var out []byte
	for _, name := range stringsOf(valueOf(root, "required", "[]")) {
		at := r.at(name)
		if at < 0 || r.props[at].source != name {
			continue
		}
		if len(out) > 0 {
			out = append(out, ',')
		}
		out = text.AppendQuote(out, name)
	}
	return out
}

// selection is that of the source for the mapped records.
func (r *routing) selection() *selection.Selection {
	sources := map[string]string{}
	for _, p := range r.props {
		if p.source != p.name {
			sources[p.name] = p.source
		}
	}
	return r.src.Selection.Renamed(sources)
}
