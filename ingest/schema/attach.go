package schema

import (
	"math"
	"slices"
	"strings"

	"target-filelake/lake/columns"
)

// attach gives each field the check of what its schema demands beyond it.
func (c *checks) attach(f *Field, n *node) {
	n, nullable := c.bare(n)
	accept := typesOf(n)
	if nullable {
		accept |= Null
	}
	props, items := n.get("properties"), n.get("items")
	switch {
	case f.Kind == columns.Struct && f.Accept == accept && props.is('{') && sameNames(f.Fields, props.names):
		c.attachStruct(f, n, props)
	case f.Kind == columns.List && f.Accept == accept && items.is('{'):
		c.attach(&f.Fields[0], items)
		f.Check = c.beside(n, f, nil)
	default:
		if t, only := c.onlyTypes(n); !only || t&^Null != f.Accept&^Null || t.Has(Null) && !f.Accept.Has(Null) {
			f.Check = c.of(n)
		}
		f.Check = f.Check.coercing(f.Kind != columns.JSON && coercible(f.Fields))
	}
	if f.Check != nil && !nullable && f.Accept.Has(Null) && f.Check.refusesNull() {
		f.Accept &^= Null
	}
}

func (c *checks) attachStruct(f *Field, n, props *node) {
	for i := range f.Fields {
		c.attach(&f.Fields[i], props.items[i])
	}
	o := c.members(n)
	if o != nil {
		for name := range o.props { // the fields' own checks
			o.props[name] = nil
		}
		o.closed = o.closed && !f.Closed
		o.required = slices.DeleteFunc(o.required, func(r required) bool {
			return slices.ContainsFunc(f.Fields, func(p Field) bool { return p.Name == r.name && p.Required })
		})
		if o.useless() {
			o = nil
		}
	}
	f.Check = c.beside(n, f, o)
}

// beside is what a schema says beside its type, properties and items, which
// are those of the field.
func (c *checks) beside(n *node, f *Field, o *members) *Check {
	k := &Check{types: Any, obj: o}
	c.limits(k, n)
	c.combinators(k, n)
	if f.Kind == columns.List {
		a := c.elements(n)
		if a != nil && (a.min > 0 || a.max >= 0 || a.unique) {
			a.items, a.counted = nil, a.min == 0 && !a.unique
			k.arr = a
		}
	}
	k.num, k.str = nil, nil
	if k.enum == nil && k.arr == nil && k.obj == nil && !k.combined() {
		return nil
	}
	inside := k.enum != nil || k.arr != nil && k.arr.unique || o != nil && (len(o.patterns) > 0 || len(o.depends) > 0) ||
		slices.ContainsFunc(slices.Concat(k.all, k.any, k.one, []*Check{k.not}), looksInside)
	return k.coercing(inside && coercible(f.Fields))
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

// coercing is k for values that may hold JSON text in strings.
func (k *Check) coercing(yes bool) *Check {
	if k == nil || !yes {
		return k
	}
	changed := *k // others may share k
	changed.coerces = true
	return &changed
}

// coercible reports whether JSON text in strings is read for one of the fields.
func coercible(fields []Field) bool {
	return slices.ContainsFunc(fields, func(f Field) bool {
		return f.Accept.Nested() && !f.Accept.Has(String) || coercible(f.Fields)
	})
}

func sameNames(fields []Field, names []string) bool {
	return slices.EqualFunc(fields, names, func(f Field, name string) bool { return f.Name == name })
}

var nullText = []byte("null\n")

func (k *Check) refusesNull() bool {
	w := Checker{}
	w.Begin(math.MaxInt16)
	return w.run(k, nullText, 0) < 0
}

// bare is the schema that n says no more than, but that values may be null.
func (c *checks) bare(n *node) (bare *node, nullable bool) {
	for {
		n = c.links.follow(n)
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
		inner, null := c.single(n.get(one), one)
		if inner == nil || nullable && one == "oneOf" && null {
			return n, nullable
		}
		n, nullable = inner, nullable || null
	}
}

// single is the one schema of a combinator that takes more than null.
func (c *checks) single(list *node, combinator string) (inner *node, nullable bool) {
	if list == nil || combinator == "allOf" && len(list.items) > 1 {
		return nil, false
	}
	for _, b := range list.items {
		if t, only := c.onlyTypes(b); only && t == Null {
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

func (c *checks) refusesNull(n *node) bool {
	k := c.of(n)
	return k != nil && k.refusesNull()
}

// limits are the keywords that limit values of the types beside them.
var limits = map[string]Types{
	"enum": Any, "not": Any,
	"minimum": Number, "maximum": Number, "multipleOf": Number,
	"minLength": String, "maxLength": String, "pattern": String,
	"minItems": Array, "maxItems": Array, "uniqueItems": Array,
	"minProperties": Object, "maxProperties": Object, "dependencies": Object,
}

// onlyTypes is the types that a schema takes, if it demands nothing else.
func (c *checks) onlyTypes(n *node) (t Types, only bool) {
	n = c.links.follow(n)
	if c.links.recursive[n] {
		return 0, false
	}
	t = Any
	for i, name := range n.names {
		v := n.items[i]
		switch {
		case name == "type":
			t &= typesOf(n)
		case name == "anyOf" || name == "oneOf" || name == "allOf":
			u, only := c.typesOfEach(v.items, name)
			if !only {
				return 0, false
			}
			t &= u
		case words[name]:
			if !limits[name].Has(ownTypes(n)) && !c.says(n, name, v) {
				continue
			}
			return 0, false
		}
	}
	return t, true
}

// says reports whether a keyword that looks into values limits those of n.
func (c *checks) says(n *node, name string, v *node) bool {
	if _, limit := limits[name]; limit || strings.HasPrefix(name, "exclusive") {
		return false
	}
	t := ownTypes(n)
	switch name {
	case "items", "additionalItems":
		return t.Has(Array) && c.elements(n) != nil
	}
	return t.Has(Object) && c.members(n) != nil
}

func (c *checks) typesOfEach(branches []*node, combinator string) (t Types, only bool) {
	if combinator == "allOf" {
		t = Any
	}
	for _, b := range branches {
		u, only := c.onlyTypes(b)
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
