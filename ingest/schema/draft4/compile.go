package draft4

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"hash/maphash"

	"target-filelake/ingest/schema/pattern"
	"target-filelake/ingest/text"
)

// Compiler turns a document's schemas into Checks.
type Compiler struct {
	links *Document
	made  map[*Node]*Check
	err   error // the first keyword that means nothing
	at    *Node // the schema it stands in
}

// NewCompiler compiles the schemas of d.
func NewCompiler(d *Document) *Compiler {
	return &Compiler{links: d, made: map[*Node]*Check{}}
}

// Fault is the first keyword, of the schemas compiled so far, that says nothing
// Draft 4 knows, and the JSON pointer to the schema it stands in.
func (c *Compiler) Fault() (path string, err error) {
	if c.err == nil {
		return "", nil
	}
	path, _ = pathTo(c.links.root, c.at)
	return path, c.err
}

// Of is the check of a schema, nil if it demands nothing.
func (c *Compiler) Of(n *Node) *Check {
	n = c.links.Follow(n)
	if free(n) {
		return nil
	}
	if done, ok := c.made[n]; ok {
		return done
	}
	k := &Check{types: ownTypes(n)}
	c.made[n] = k
	c.limits(k, n)
	c.combinators(k, n)
	if a := c.elements(n); a != nil && k.types.Has(Array) {
		k.arr = a
	}
	if o := c.members(n); o != nil && k.types.Has(Object) {
		k.obj = o
	}
	return k
}

// words is every keyword that limits values.
var words = map[string]bool{
	"type": true, "enum": true, "not": true, "anyOf": true, "oneOf": true, "allOf": true,
	"minimum": true, "maximum": true, "exclusiveMinimum": true, "exclusiveMaximum": true, "multipleOf": true,
	"minLength": true, "maxLength": true, "pattern": true,
	"items": true, "additionalItems": true, "minItems": true, "maxItems": true, "uniqueItems": true,
	"properties": true, "patternProperties": true, "additionalProperties": true, "required": true,
	"minProperties": true, "maxProperties": true, "dependencies": true,
}

// free reports whether a schema demands nothing.
func free(n *Node) bool {
	return !slices.ContainsFunc(n.names, func(name string) bool { return words[name] })
}

// ownTypes is what a schema's type says; its enum is looked at apart.
func ownTypes(n *Node) Types {
	if n.Get("type") == nil {
		return Any
	}
	return TypesOf(n)
}

// fault notes a keyword that means nothing.
func (c *Compiler) fault(n *Node, format string, args ...any) {
	if c.err == nil {
		c.err, c.at = fmt.Errorf(format, args...), n
	}
}

// limits compiles what a schema says of scalars, and of values as a whole.
func (c *Compiler) limits(k *Check, n *Node) {
	if enum := n.Get("enum"); enum != nil {
		if !allMeasured(enum) {
			c.fault(n, "enum has a number with an exponent or digits out of all measure")
			return
		}
		k.enum = setOf(enum.items)
	}
	if nums := c.numbers(n); *nums != (numbers{}) && k.types.Has(Number) {
		k.num = nums
	}
	s := &lengths{min: c.count(n, "minLength", 0), max: c.count(n, "maxLength", -1)}
	if p := n.Get("pattern"); p != nil {
		var err error
		if s.pattern, err = pattern.Compile(p.text); err != nil || !p.Is('"') {
			c.fault(n, "pattern is not a regular expression")
		}
	}
	if (s.min > 0 || s.max >= 0 || s.pattern != nil) && k.types.Has(String) {
		k.str = s
	}
}

func allMeasured(n *Node) bool {
	if n.kind == '0' {
		return measured([]byte(n.text))
	}
	return !slices.ContainsFunc(n.items, func(v *Node) bool { return !allMeasured(v) })
}

func (c *Compiler) numbers(n *Node) *numbers {
	nums := &numbers{min: c.bound(n, "minimum", "exclusiveMinimum"), max: c.bound(n, "maximum", "exclusiveMaximum")}
	if m := n.Get("multipleOf"); m != nil {
		if nums.multipleOf = boundOf(m.text); nums.multipleOf.rat.Sign() <= 0 {
			c.fault(n, "multipleOf is not above 0")
			nums.multipleOf = nil
		}
	}
	return nums
}

func (c *Compiler) bound(n *Node, keyword, exclusive string) *bound {
	x := n.Get(exclusive)
	if x != nil && !x.IsTrue() && !x.IsFalse() {
		c.fault(n, "%s is not true or false, as Draft 4 has it", exclusive)
	}
	limit := n.Get(keyword)
	if limit == nil {
		if x != nil {
			c.fault(n, "%s without %s", exclusive, keyword)
		}
		return nil
	}
	b := boundOf(limit.text)
	b.exclusive = x != nil && x.IsTrue()
	return b
}

// count is a keyword that counts, or what stands for its absence.
func (c *Compiler) count(n *Node, keyword string, absent int) int {
	v := n.Get(keyword)
	if v == nil {
		return absent
	}
	x := whole(v)
	if x < 0 {
		c.fault(n, "%s %w", keyword, errCount)
	}
	return min(x, math.MaxInt32)
}

func (c *Compiler) flag(n *Node, keyword string) bool {
	v := n.Get(keyword)
	if v != nil && !v.IsTrue() && !v.IsFalse() {
		c.fault(n, "%s is not true or false", keyword)
	}
	return v != nil && v.IsTrue()
}

func (c *Compiler) combinators(k *Check, n *Node) {
	k.all, k.any, k.one = c.each(n.Get("allOf")), c.each(n.Get("anyOf")), c.each(n.Get("oneOf"))
	if not := n.Get("not"); not != nil {
		if k.not = c.Of(not); k.not == nil {
			k.not = &Check{types: Any}
		}
	}
}

// each compiles the schemas of a combinator. One that demands nothing counts.
func (c *Compiler) each(list *Node) []*Check {
	if list == nil {
		return nil
	}
	out := make([]*Check, len(list.items))
	for i, n := range list.items {
		if out[i] = c.Of(n); out[i] == nil {
			out[i] = &Check{types: Any}
		}
	}
	return out
}

// elements is what a schema says of arrays, nil if nothing.
func (c *Compiler) elements(n *Node) *elements {
	a := &elements{min: c.count(n, "minItems", 0), max: c.count(n, "maxItems", -1), unique: c.flag(n, "uniqueItems")}
	more := n.Get("additionalItems")
	if more != nil && more.kind != '{' && !more.IsTrue() && !more.IsFalse() {
		c.fault(n, "additionalItems is no schema and not true or false")
	}
	switch items := n.Get("items"); {
	case items.Is('{'):
		a.items = c.Of(items)
	case items.Is('['):
		a.tuple = make([]*Check, len(items.items))
		for i, item := range items.items {
			a.tuple[i] = c.Of(item)
		}
		if more.Is('{') {
			a.items = c.Of(more)
		}
		a.closed = len(a.tuple) > 0 && more != nil && more.IsFalse()
	}
	a.counted = a.min == 0 && !a.unique && a.items == nil && !a.closed &&
		!slices.ContainsFunc(a.tuple, func(k *Check) bool { return k != nil })
	if a.counted && a.max < 0 {
		return nil
	}
	return a
}

// members is what a schema says of objects, nil if nothing.
func (c *Compiler) members(n *Node) *members {
	o := &members{min: c.count(n, "minProperties", 0), max: c.count(n, "maxProperties", -1), props: map[string]*Check{}}
	if props := n.Get("properties"); props != nil {
		for i, name := range props.names {
			o.props[name] = c.Of(props.items[i])
		}
	}
	c.others(o, n)
	if names := n.Get("required"); names != nil {
		for _, r := range names.items {
			o.required = append(o.required, requiredOf(r.text))
		}
	}
	if deps := n.Get("dependencies"); deps != nil {
		c.dependencies(o, deps)
	}
	if o.useless() {
		return nil
	}
	return o
}

// useless reports whether an object's names and values are all the same to o;
// counted, whether all but their number are.
func (o *members) useless() bool {
	for k := range maps.Values(o.props) {
		if k != nil {
			o.counted = false
			return false
		}
	}
	o.counted = o.min == 0 && len(o.patterns) == 0 && o.more == nil && !o.closed &&
		len(o.required) == 0 && len(o.depends) == 0
	return o.counted && o.max < 0
}

// others compiles what is said of properties that are not declared.
func (c *Compiler) others(o *members, n *Node) {
	if patterns := n.Get("patternProperties"); patterns != nil {
		for i, p := range patterns.names {
			re, err := pattern.Compile(p)
			if err != nil {
				panic("BUG: survey has passed a pattern that does not compile: " + err.Error())
			}
			o.patterns = append(o.patterns, patterned{re, c.Of(patterns.items[i])})
		}
	}
	switch more := n.Get("additionalProperties"); {
	case more == nil:
	case more.Is('{'):
		o.more = c.Of(more)
	case more.IsFalse():
		o.closed = true
	case !more.IsTrue():
		c.fault(n, "additionalProperties is no schema and not true or false")
	}
	if o.more == nil && !o.closed { // else a pattern says of which names nothing more is asked
		o.patterns = slices.DeleteFunc(o.patterns, patterned.free)
	}
}

func requiredOf(name string) required {
	return required{name, maphash.String(seed, name)}
}

func (c *Compiler) dependencies(o *members, deps *Node) {
	for i, name := range deps.names {
		d := dependency{on: requiredOf(name)}
		if v := deps.items[i]; v.Is('{') {
			d.check = c.Of(v)
		} else {
			for _, other := range v.items {
				d.names = append(d.names, requiredOf(other.text))
			}
		}
		o.depends = append(o.depends, d)
	}
}

// pathTo is the JSON pointer of a node in a document.
func pathTo(root, n *Node) (string, error) {
	if root == n {
		return "", nil
	}
	for i, v := range root.items {
		step := fmt.Sprint(i)
		if root.kind == '{' {
			step = root.names[i]
		}
		if path, err := pathTo(v, n); err == nil {
			return text.Pointer("", step) + path, nil
		}
	}
	return "", errNotThere
}

var errNotThere = errors.New("no such node")
