package draft4

import (
	"maps"
	"math"
	"slices"
	"strings"
)

// BesideItems is what a schema says of arrays beside type and items; inside,
// whether that may tell values inside their elements from one another.
func (c *Compiler) BesideItems(n *Node) (k *Check, inside bool) {
	k = c.whole(n)
	if a := c.elements(n); a != nil && (a.min > 0 || a.max >= 0 || a.unique) {
		a.items, a.counted = nil, a.min == 0 && !a.unique
		k.arr = a
	}
	return k.unlessFree()
}

// BesideProperties is what a schema says of objects beside type, the checks of
// its properties and what their reader sees to: names that are required, and,
// if closed, that there are no others. inside is as in BesideItems.
func (c *Compiler) BesideProperties(n *Node, closed bool, isRequired func(name string) bool) (k *Check, inside bool) {
	k = c.whole(n)
	if o := c.members(n); o != nil {
		for name := range maps.Keys(o.props) {
			o.props[name] = nil
		}
		o.closed = o.closed && !closed
		o.required = slices.DeleteFunc(o.required, func(r required) bool { return isRequired(r.name) })
		if !o.useless() {
			k.obj = o
		}
	}
	return k.unlessFree()
}

// whole is what a schema says of arrays or objects as values.
func (c *Compiler) whole(n *Node) *Check {
	k := &Check{types: Any}
	c.limits(k, n)
	c.combinators(k, n)
	k.num, k.str = nil, nil
	return k
}

// unlessFree is k, nil if it demands nothing, and whether it looks inside.
func (k *Check) unlessFree() (same *Check, inside bool) {
	if k.enum == nil && k.arr == nil && k.obj == nil && !k.combined() {
		return nil, false
	}
	o := k.obj
	return k, k.enum != nil || k.arr != nil && k.arr.unique || o != nil && (!allFree(o.patterns) || len(o.depends) > 0) ||
		slices.ContainsFunc(slices.Concat(k.all, k.any, k.one, []*Check{k.not}), looksInside)
}

func allFree(patterns []patterned) bool {
	return !slices.ContainsFunc(patterns, func(p patterned) bool { return !p.free() })
}

// looksInside reports whether a check may tell values inside objects or arrays
// from one another.
func looksInside(k *Check) bool {
	if k == nil {
		return false
	}
	o := k.obj
	return k.enum != nil || k.arr != nil || k.combined() ||
		o != nil && (len(o.props) > 0 || len(o.patterns) > 0 || o.more != nil || len(o.depends) > 0)
}

// Coercing is k for values that may hold JSON text in strings: a pass over the
// bytes is unsure of them.
func (k *Check) Coercing(yes bool) *Check {
	if k == nil || !yes {
		return k
	}
	changed := *k // others may share k
	changed.coerces = true
	return &changed
}

// Judged is the keyword for whose sake a pass over the bytes is unsure of every
// value, "" if it is not.
func (k *Check) Judged() string {
	if k == nil || !k.coerces {
		return ""
	}
	o := k.obj
	for _, of := range [...]struct {
		keyword string
		stands  bool
	}{
		{"enum", k.enum != nil}, {"uniqueItems", k.arr != nil && k.arr.unique},
		{"patternProperties", o != nil && !allFree(o.patterns)}, {"dependencies", o != nil && len(o.depends) > 0},
		{"anyOf", k.any != nil}, {"oneOf", k.one != nil}, {"allOf", k.all != nil}, {"not", k.not != nil},
	} {
		if of.stands {
			return of.keyword
		}
	}
	return "type"
}

// OnlyNumbers reports whether k limits numbers and demands nothing else but
// these types, null apart.
func (k *Check) OnlyNumbers(types Types) bool {
	return k != nil && k.num != nil && k.types|Null == types|Null &&
		k.enum == nil && k.str == nil && k.arr == nil && k.obj == nil && !k.combined()
}

var nullText = []byte("null\n")

// RefusesNull reports whether null does not satisfy k.
func (k *Check) RefusesNull() bool {
	w := Checker{}
	w.Begin(math.MaxInt16)
	return w.run(k, nullText, 0) < 0
}

// Bare is the schema that n says no more than, but that values may be null.
func (c *Compiler) Bare(n *Node) (bare *Node, nullable bool) {
	for {
		n = c.links.Follow(n)
		one := ""
		for _, name := range n.names {
			if !words[name] {
				continue
			}
			if one != "" || name != "anyOf" && name != "oneOf" && name != "allOf" {
				return n, nullable
			}
			one = name
		}
		inner, null := c.single(n.Get(one), one)
		if inner == nil || nullable && one == "oneOf" && null {
			return n, nullable
		}
		n, nullable = inner, nullable || null
	}
}

// single is the one schema of a combinator that takes more than null.
func (c *Compiler) single(list *Node, combinator string) (inner *Node, nullable bool) {
	if list == nil || combinator == "allOf" && len(list.items) > 1 {
		return nil, false
	}
	for _, b := range list.items {
		if t, only := c.OnlyTypes(b); only && t == Null {
			if nullable && combinator == "oneOf" {
				return nil, false
			}
			nullable = true
			continue
		}
		if inner != nil {
			return nil, false
		}
		inner = b
	}
	if combinator == "oneOf" && nullable && inner != nil && !c.refusesNull(inner) {
		return nil, false
	}
	return inner, nullable
}

func (c *Compiler) refusesNull(n *Node) bool {
	k := c.Of(n)
	return k != nil && k.RefusesNull()
}

// limited are the keywords that limit values of the types beside them.
var limited = map[string]Types{
	"enum": Any, "not": Any,
	"minimum": Number, "maximum": Number, "multipleOf": Number,
	"minLength": String, "maxLength": String, "pattern": String,
	"minItems": Array, "maxItems": Array, "uniqueItems": Array,
	"minProperties": Object, "maxProperties": Object, "dependencies": Object,
}

// OnlyTypes is the types that a schema takes, if it demands nothing else.
func (c *Compiler) OnlyTypes(n *Node) (t Types, only bool) {
	n = c.links.Follow(n)
	if c.links.recursive[n] {
		return 0, false
	}
	t = Any
	for i, name := range n.names {
		v := n.items[i]
		switch {
		case name == "type":
			t &= TypesOf(n)
		case name == "anyOf" || name == "oneOf" || name == "allOf":
			u, only := c.typesOfEach(v.items, name)
			if !only {
				return 0, false
			}
			t &= u
		case name == "enum" && allOfTypes(v):
			t &= enumTypes(v)
		case words[name]:
			if !limited[name].Has(ownTypes(n)) && !c.says(n, name, v) {
				continue
			}
			return 0, false
		}
	}
	return t, true
}

// allOfTypes reports whether an enum is all values of some types: null, true
// and false.
func allOfTypes(enum *Node) bool {
	yes, no := false, false
	for _, v := range enum.items {
		if v.kind != 't' && v.kind != 'n' {
			return false
		}
		yes, no = yes || v.IsTrue(), no || v.IsFalse()
	}
	return yes == no
}

// says reports whether a keyword that looks into values limits those of n.
func (c *Compiler) says(n *Node, name string, v *Node) bool {
	if _, limit := limited[name]; limit || strings.HasPrefix(name, "exclusive") {
		return false
	}
	t := ownTypes(n)
	switch name {
	case "items", "additionalItems":
		return t.Has(Array) && c.elements(n) != nil
	}
	return t.Has(Object) && c.members(n) != nil
}

func (c *Compiler) typesOfEach(branches []*Node, combinator string) (t Types, only bool) {
	if combinator == "allOf" {
		t = Any
	}
	for _, b := range branches {
		u, only := c.OnlyTypes(b)
		if !only || combinator == "oneOf" && t.Has(u) {
			return 0, false
		}
		if combinator == "allOf" {
			t &= u
		} else {
			t |= u
		}
	}
	return t, true
}
