package schema

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/xeipuuv/gojsonschema"

	"target-filelake/ingest/text"
	"target-filelake/lake/columns"
)

// validator holds records against the whole schema, by Draft 4, from a tree of
// their values. Its schema is compiled when first needed: most never need it.
type validator struct {
	root   *Field
	check  *Check // of whole records
	links  *links
	schema func() (*gojsonschema.Schema, error)
}

func newValidator(l *links, root *Field, whole *Check) *validator {
	return &validator{root: root, check: whole, links: l, schema: sync.OnceValues(func() (*gojsonschema.Schema, error) {
		loader := gojsonschema.NewSchemaLoader()
		loader.Draft, loader.AutoDetect = gojsonschema.Draft4, false
		d := draft4{links: l, names: map[*node]string{}}
		return loader.Compile(gojsonschema.NewRawLoader(d.document()))
	})}
}

// draft4 rewrites a schema for the validator: only Draft 4's keywords, no
// formats (they choose columns and check nothing), no ids, and references only
// to definitions that it makes itself.
type draft4 struct {
	links *links
	names map[*node]string
	queue []*node
}

func (d *draft4) document() any {
	doc := d.schema(d.links.root)
	defs := map[string]any{}
	for len(d.queue) > 0 {
		n := d.queue[0]
		d.queue = d.queue[1:]
		defs[d.names[n]] = d.schema(n)
	}
	if root, ok := doc["$ref"]; ok { // a reference would hide the definitions beside it
		doc = map[string]any{"allOf": []any{map[string]any{"$ref": root}}}
	}
	doc["definitions"] = defs
	return doc
}

func (d *draft4) schema(n *node) map[string]any {
	if ref := n.get("$ref"); ref != nil {
		return map[string]any{"$ref": "#/definitions/" + d.name(d.links.follow(n))}
	}
	out := map[string]any{}
	for i, name := range n.names {
		v := n.items[i]
		switch name {
		case "anyOf", "oneOf", "allOf":
			out[name] = d.list(v)
		case "items":
			if v.kind == '[' {
				out[name] = d.list(v)
			} else {
				out[name] = d.schema(v)
			}
		case "not", "additionalProperties", "additionalItems":
			out[name] = d.schemaOrNot(v)
		case "properties", "patternProperties", "dependencies":
			out[name] = d.members(v)
		case "required", "type":
			if v.kind != '[' {
				out[name] = v.plain()
				continue
			}
			out[name] = distinct(v.items)
		case "enum":
			out[name] = distinct(v.items)
		case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "pattern", "uniqueItems":
			out[name] = v.plain()
		}
	}
	d.counts(out, n)
	return out
}

// counts writes the keywords that count. The validator wants them without a
// point, and no least number above the most: so they stand apart.
func (d *draft4) counts(out map[string]any, n *node) {
	for _, of := range [...]string{"Length", "Items", "Properties"} {
		least, most := n.get("min"+of), n.get("max"+of)
		if most != nil {
			out["max"+of] = bounded(most)
		}
		if least != nil {
			all, _ := out["allOf"].([]any)
			out["allOf"] = append(all, map[string]any{"min" + of: bounded(least)})
		}
	}
}

func bounded(count *node) json.Number {
	return json.Number(strconv.Itoa(min(whole(count), math.MaxInt32)))
}

func (d *draft4) name(n *node) string {
	if _, ok := d.names[n]; !ok {
		d.names[n] = strconv.Itoa(len(d.names))
		d.queue = append(d.queue, n)
	}
	return d.names[n]
}

func (d *draft4) list(v *node) []any {
	out := make([]any, len(v.items))
	for i := range v.items {
		out[i] = d.schema(v.items[i])
	}
	return out
}

func (d *draft4) members(v *node) map[string]any {
	out := make(map[string]any, len(v.names))
	for i, name := range v.names {
		out[name] = d.schemaOrNot(v.items[i])
	}
	return out
}

func (d *draft4) schemaOrNot(v *node) any {
	if v.kind == '{' {
		return d.schema(v)
	}
	return v.plain()
}

// distinct are a list's values, those that are equal once: Draft 4 forbids
// repeats, and taps write them.
func distinct(vs []*node) []any {
	out := []any{}
	seen := map[string]bool{}
	for _, v := range vs {
		if key := canonical(v); !seen[key] {
			seen[key] = true
			out = append(out, v.plain())
		}
	}
	return out
}

// canonical is the same for values that the validator takes for equal: it
// compares numbers as doubles and objects in any order of their properties.
func canonical(v *node) string {
	text, err := json.Marshal(v.plain())
	var doc any
	if err == nil && json.Unmarshal(text, &doc) == nil {
		text, _ = json.Marshal(doc)
	}
	return string(text)
}

// reasons is all that is wrong with a record, which is well-formed.
func (v *validator) reasons(record []byte) []Reason {
	schema, err := v.schema()
	if err != nil {
		return []Reason{{"", "cannot be checked: " + err.Error()}}
	}
	doc, err := decodeAny(record)
	if err != nil {
		return []Reason{{"", "malformed JSON"}}
	}
	if r, ok := wild(doc, ""); ok {
		return []Reason{r}
	}
	if v.links.doubling && depthOf(doc) > mostDoublings {
		return []Reason{{"", "nested too deeply for a schema that refers to itself in several ways"}}
	}
	result, err := schema.Validate(gojsonschema.NewRawLoader(coerced(doc, v.root)))
	if err != nil {
		return []Reason{{"", "cannot be checked"}}
	}
	var out []Reason
	for _, e := range result.Errors() {
		out = append(out, Reason{pathOf(e), e.Description()})
	}
	slices.SortFunc(out, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(out)
}

// mostDoublings keeps the check of one record under a second.
const mostDoublings = 16

// depthOf counts the containers that stand in one another.
func depthOf(doc any) int {
	deepest := 0
	switch v := doc.(type) {
	case []any:
		for i := range v {
			deepest = max(deepest, depthOf(v[i]))
		}
	case map[string]any:
		for name := range v {
			deepest = max(deepest, depthOf(v[name]))
		}
	default:
		return 0
	}
	return deepest + 1
}

func decodeAny(b []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var doc any
	if err := dec.Decode(&doc); err != nil {
		return nil, err
	}
	if len(text.Trim(b[dec.InputOffset():])) > 0 {
		return nil, errors.New("a second value stands after the first")
	}
	return doc, nil
}

// pathOf is the JSON pointer of the value that an error is about.
func pathOf(e gojsonschema.ResultError) string {
	const mark = "\x00" // stands in no property name
	path := ""
	for _, step := range strings.Split(e.Context().String(mark), mark)[1:] {
		path = text.Pointer(path, step)
	}
	switch e.Type() {
	case "required", "additional_property_not_allowed":
		path = text.Pointer(path, fmt.Sprint(e.Details()["property"]))
	}
	return path
}

// wild finds a number whose exact arithmetic would take all day.
func wild(doc any, path string) (Reason, bool) {
	switch v := doc.(type) {
	case json.Number:
		return Reason{path, WildNumber}, !tame(string(v))
	case []any:
		for i := range v {
			if r, ok := wild(v[i], path+"/"+strconv.Itoa(i)); ok {
				return r, true
			}
		}
	case map[string]any:
		for name := range v {
			if r, ok := wild(v[name], text.Pointer(path, name)); ok {
				return r, true
			}
		}
	}
	return Reason{}, false
}

// coerced is the document as the decoder takes it: strings parsed where an
// object or array must stand.
func coerced(doc any, f *Field) any {
	if s, ok := doc.(string); ok && f.Accept.Nested() && !f.Accept.Has(String) {
		switch parsed, err := decodeAny([]byte(s)); parsed.(type) {
		case map[string]any, []any:
			doc = parsed
		case nil:
			if err == nil {
				doc = nil
			}
		}
	}
	switch v := doc.(type) {
	case map[string]any:
		if f.Kind != columns.Struct {
			return doc
		}
		for i := range f.Fields {
			if p, ok := v[f.Fields[i].Name]; ok {
				v[f.Fields[i].Name] = coerced(p, &f.Fields[i])
			}
		}
	case []any:
		if f.Kind != columns.List {
			return doc
		}
		for i := range v {
			v[i] = coerced(v[i], &f.Fields[0])
		}
	}
	return doc
}
