package draft4

import (
	"encoding/json"
	"math"
	"strconv"
)

// rewriter rewrites a schema for the validator: only Draft 4's keywords, no
// formats (they choose columns and check nothing), no ids, and references only
// to definitions that it makes itself.
type rewriter struct {
	links *Document
	names map[*Node]string
	queue []*Node
}

func (d *rewriter) document() any {
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

func (d *rewriter) schema(n *Node) map[string]any {
	if ref := n.Get("$ref"); ref != nil {
		return map[string]any{"$ref": "#/definitions/" + d.name(d.links.Follow(n))}
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
func (d *rewriter) counts(out map[string]any, n *Node) {
	for _, of := range [...]string{"Length", "Items", "Properties"} {
		least, most := n.Get("min"+of), n.Get("max"+of)
		if most != nil {
			out["max"+of] = bounded(most)
		}
		if least != nil {
			all, _ := out["allOf"].([]any)
			out["allOf"] = append(all, map[string]any{"min" + of: bounded(least)})
		}
	}
}

func bounded(count *Node) json.Number {
	return json.Number(strconv.Itoa(min(whole(count), math.MaxInt32)))
}

func (d *rewriter) name(n *Node) string {
	if _, ok := d.names[n]; !ok {
		d.names[n] = strconv.Itoa(len(d.names))
		d.queue = append(d.queue, n)
	}
	return d.names[n]
}

func (d *rewriter) list(v *Node) []any {
	out := make([]any, len(v.items))
	for i := range v.items {
		out[i] = d.schema(v.items[i])
	}
	return out
}

func (d *rewriter) members(v *Node) map[string]any {
	out := make(map[string]any, len(v.names))
	for i, name := range v.names {
		out[name] = d.schemaOrNot(v.items[i])
	}
	return out
}

func (d *rewriter) schemaOrNot(v *Node) any {
	if v.kind == '{' {
		return d.schema(v)
	}
	return v.plain()
}

// distinct are a list's values, those that are equal once: Draft 4 forbids
// repeats, and taps write them.
func distinct(vs []*Node) []any {
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
func canonical(v *Node) string {
	text, err := json.Marshal(v.plain())
	var doc any
	if err == nil && json.Unmarshal(text, &doc) == nil {
		text, _ = json.Marshal(doc)
	}
	return string(text)
}
