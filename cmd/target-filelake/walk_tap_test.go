package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// property is what a SCHEMA says of one property.
type property struct {
	name, kind       string
	precision, scale int
	fields           []*property // of an object; the items of an array
	wide             bool        // its integers may lie beyond 2^53
}

// column is the kind of column a property of this kind asks for.
func (p *property) column() string {
	switch p.kind {
	case "integer":
		return "int"
	case "number":
		return "double"
	case "union":
		return "string"
	case "free":
		return "json"
	case "object":
		return "struct"
	case "array":
		return "list"
	case "date-time":
		return "timestamp"
	}
	return p.kind
}

// json is the property's own schema.
func (p *property) json() string {
	switch p.kind {
	case "free":
		return `{}`
	case "union":
		return `{"type":["string","integer","null"]}`
	case "object":
		return `{"type":["null","object"],"properties":{` + propertiesJSON(p.fields) + `}}`
	case "array":
		return `{"type":["null","array"],"items":` + p.fields[0].json() + `}`
	case "decimal":
		return fmt.Sprintf(`{"type":["null","number"],"format":"singer.decimal","precision":%d,"scale":%d}`, p.precision, p.scale)
	case "date", "date-time", "time", "uuid":
		return `{"type":["null","string"],"format":"` + p.kind + `"}`
	}
	return `{"type":["null","` + p.kind + `"]}`
}

func propertiesJSON(props []*property) string {
	var parts []string
	for _, p := range props {
		parts = append(parts, quote(p.name)+":"+p.json())
	}
	return strings.Join(parts, ",")
}

// value is a JSON value: its text, and its parts.
type value struct {
	text    string
	members []member
	items   []value
}

type member struct {
	name  string
	value value
}

// walker draws schemas and records.
type walker struct {
	*rand.Rand
	props []*property
}

var (
	topNames   = []string{"a", "A", "b", "B", "c d", `q"x`, "it's", "né", "filename", "_EXTRA", "s", "l", "p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"}
	innerNames = []string{"x", "X", "y", "z", "it's"}
	// Kinds that widen into each other come often.
	kinds = []string{"integer", "integer", "integer", "number", "number", "decimal", "decimal", "string", "boolean", "date", "date",
		"date-time", "date-time", "time", "uuid", "object", "object", "array", "array", "free", "union"}
)

// widened are kinds that a property of a kind often becomes: a random one mostly
// ends in text.
var widened = map[string][]string{
	"integer": {"integer", "number", "number", "decimal", "decimal", "free", "union"}, "number": {"integer", "number", "string", "free"},
	"decimal": {"decimal", "decimal", "integer", "integer", "string", "free"},
	"date":    {"date-time", "date-time", "string", "free"}, "date-time": {"date", "date", "string", "free"},
	"time": {"time", "string"}, "uuid": {"uuid", "string"}, "boolean": {"boolean", "string", "free"}, "string": {"string", "free"},
	"union": {"integer", "union"}, "free": {"free", "object"}, "object": {"object"}, "array": {"array"},
}

func pick[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

func (w *walker) property(name string, depth int) *property {
	return w.of(name, pick(w.Rand, kinds), depth)
}

// first is a SCHEMA with a property of each kind.
func (w *walker) first() []*property {
	var out []*property
	for i, kind := range slices.Sorted(maps.Keys(widened)) {
		out = append(out, w.of(topNames[i], kind, 1))
	}
	return out
}

// of is a property of a kind, if columns may still nest at that depth.
func (w *walker) of(name, kind string, depth int) *property {
	p := &property{name: name, kind: kind, wide: w.IntN(4) == 0}
	for depth == 3 && (p.kind == "object" || p.kind == "array") {
		p.kind = pick(w.Rand, kinds)
	}
	switch p.kind {
	case "decimal":
		p.precision = 2 + w.IntN(37)
		p.scale = w.IntN(p.precision + 1)
	case "object":
		for range 1 + w.IntN(3) {
			p.fields = w.with(p.fields, innerNames, depth+1)
		}
	case "array":
		p.fields = []*property{w.property("element", depth+1)}
	}
	return p
}

// with adds a property of a name that is free, if there is one.
func (w *walker) with(props []*property, names []string, depth int) []*property {
	name := pick(w.Rand, names)
	if slices.ContainsFunc(props, func(p *property) bool { return p.name == name }) {
		return props
	}
	return append(props, w.property(name, depth))
}

// change makes the SCHEMA another: new, removed, retyped and moved properties,
// at any depth.
func (w *walker) change(props []*property, names []string, depth int) []*property {
	props = slices.Clone(props)
	for range 1 + w.IntN(4) {
		i := w.IntN(max(1, len(props)))
		switch what := w.IntN(10); {
		case len(props) < 3 || what < 2:
			props = w.with(props, names, depth)
		case what < 3 && len(props) > 1:
			props = slices.Delete(props, i, i+1)
		case what < 4:
			w.Shuffle(len(props), func(a, b int) { props[a], props[b] = props[b], props[a] })
		default:
			props[i] = w.retype(props[i], depth)
		}
	}
	return props
}

func (w *walker) retype(p *property, depth int) *property {
	switch {
	case w.IntN(12) == 0:
		return w.property(p.name, depth)
	case w.IntN(10) == 0 && p.fields != nil:
		return w.of(p.name, "free", depth)
	case p.kind != "object" && p.kind != "array":
		return w.of(p.name, pick(w.Rand, widened[p.kind]), depth)
	}
	next := *p
	if p.kind == "array" {
		next.fields = []*property{w.retype(p.fields[0], depth+1)}
	} else {
		next.fields = w.change(p.fields, innerNames, depth+1)
	}
	return &next
}

// record draws a record, at times with properties that the SCHEMA lacks.
func (w *walker) record(id int) value {
	v := w.object(w.props, topNames)
	v.members = append(v.members, member{"id", value{text: fmt.Sprint(id)}})
	return objectOf(v.members)
}

func (w *walker) object(props []*property, undeclared []string) value {
	var members []member
	for _, p := range props {
		if w.IntN(6) > 0 {
			members = append(members, member{p.name, w.value(p)})
		}
	}
	name := pick(w.Rand, undeclared)
	if w.IntN(20) == 0 && !slices.ContainsFunc(props, func(p *property) bool { return p.name == name }) {
		at := w.IntN(len(members) + 1)
		members = slices.Insert(members, at, member{name, value{text: pick(w.Rand, freeTexts)}})
	}
	return objectOf(members)
}

func objectOf(members []member) value {
	var parts []string
	for _, m := range members {
		parts = append(parts, quote(m.name)+":"+m.value.text)
	}
	return value{text: "{" + strings.Join(parts, ",") + "}", members: members}
}

var (
	freeTexts = []string{"1", "-0.10", `"x"`, `{"a":[1,{"b":null}],"n":12345678901234567890.5}`, "[]", "true", `""`, "{}"}
	texts     = map[string][]string{
		"integer":   {"0", "1", "-7", "4294967296", "9007199254740992", "-9007199254740992", "12345"},
		"number":    {"0.5", "-1.25", "3", "1000000.125", "0.1", "1.50", "123456789.5", "1e16", "-1e-5", "1.5e-7", "1e21", "1e300", "-0.0"},
		"string":    {`"x"`, `""`, `"it's \"q\"\n\u0001é"`, `"7"`, `"null"`, `"2024-01-01"`, `"{}"`},
		"boolean":   {"true", "false"},
		"date":      {`"2024-02-29"`, `"1969-12-31"`, `"0001-01-01"`, `"9999-12-31"`, `"2024-03-10"`, `"2024-11-03T00:00:00Z"`},
		"date-time": {`"2024-03-10T02:30:00Z"`, `"2024-11-03T01:30:00.120-04:00"`, `"1969-12-31 23:59:59"`, `"2024-02-29"`, `"0001-01-01T00:00:00.000001Z"`, `"9999-12-31T23:59:59.999999Z"`},
		"time":      {`"10:11:12"`, `"23:59:59.000001"`, `"00:00:00"`},
		"uuid":      {`"0123abcd-0000-4000-8000-00000000ffff"`, `"ffffffff-ffff-ffff-ffff-ffffffffffff"`},
		"union":     {`"x"`, "9007199254740993", `"1"`, "0"},
		"free":      freeTexts,
	}
)

func (w *walker) value(p *property) value {
	switch {
	case w.IntN(8) == 0:
		return value{text: "null"}
	case p.kind == "object":
		return w.object(p.fields, innerNames)
	case p.kind == "array":
		v := value{}
		var parts []string
		for range w.IntN(4) {
			item := w.value(p.fields[0])
			v.items, parts = append(v.items, item), append(parts, item.text)
		}
		v.text = "[" + strings.Join(parts, ",") + "]"
		return v
	case p.kind == "decimal":
		return value{text: w.decimal(p.precision, p.scale)}
	case p.kind == "integer" && p.wide && w.IntN(3) == 0:
		return value{text: pick(w.Rand, []string{"9007199254740993", "-9223372036854775808", "9223372036854775807"})}
	}
	return value{text: pick(w.Rand, texts[p.kind])}
}

// decimal draws a number of at most so many digits.
func (w *walker) decimal(precision, scale int) string {
	digits := make([]byte, precision)
	for i := range digits {
		digits[i] = byte('0' + w.IntN(10))
	}
	whole := strings.TrimLeft(string(digits[:precision-scale]), "0")
	if whole == "" {
		whole = "0"
	}
	text := whole
	if scale > 0 {
		text += "." + string(digits[precision-scale:])
	}
	return pick(w.Rand, []string{"", "-"}) + text
}
