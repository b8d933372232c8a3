package draft4

import (
	"target-filelake/ingest/text"
)

// Types is a set of JSON types. A number is whole or it is not, so that
// "integer" is a part of "number".
type Types byte

// The types, and the sets that stand for more than one.
const (
	Null Types = 1 << iota
	Bool
	Whole
	Fraction
	String
	Array
	Object

	Number = Whole | Fraction
	Any    = Null | Bool | Number | String | Array | Object
)

var typeNames = map[string]Types{
	"null": Null, "boolean": Bool, "integer": Whole, "number": Number,
	"string": String, "array": Array, "object": Object,
}

// Has reports whether the sets have a type in common.
func (t Types) Has(o Types) bool { return t&o != 0 }

// Nested reports whether the set holds objects or arrays.
func (t Types) Nested() bool { return t.Has(Object | Array) }

// String names the types for a refusal: "null or integer".
func (t Types) String() string {
	var s string
	for _, n := range [...]struct {
		t    Types
		name string
	}{
		{Null, "null"}, {Bool, "boolean"}, {Fraction, "number"}, {Whole, "integer"},
		{String, "string"}, {Array, "array"}, {Object, "object"},
	} {
		if !t.Has(n.t) || n.t == Whole && t.Has(Fraction) {
			continue
		}
		if s != "" {
			s += " or "
		}
		s += n.name
	}
	return s
}

// TypesOf is what a schema's type says, or the types of its enum's values.
func TypesOf(n *Node) Types {
	var t Types
	switch typ := n.Get("type"); {
	case typ.Is('"'):
		t = typeNames[typ.text]
	case typ.Is('['):
		for _, name := range typ.items {
			t |= typeNames[name.text]
		}
	default:
		return enumTypes(n.Get("enum"))
	}
	return t
}

func enumTypes(enum *Node) Types {
	if !enum.Is('[') {
		return Any
	}
	var t Types
	for _, v := range enum.items {
		switch v.kind {
		case '{':
			t |= Object
		case '[':
			t |= Array
		case '"':
			t |= String
		case '0':
			t |= Number
		case 't':
			t |= Bool
		default:
			t |= Null
		}
	}
	return t
}

// TypesAt is the type of the well-formed value in b[i:end]: one bit.
func TypesAt(b []byte, i, end int) Types {
	switch c := b[i]; c {
	case '{':
		return Object
	case '[':
		return Array
	case '"':
		return String
	case 't', 'f':
		return Bool
	case 'n':
		return Null
	}
	if text.Whole(b[i:end]) {
		return Whole
	}
	return Fraction
}

// TypeOf names the type of the value that starts at b[i], well-formed or not.
// b goes on past i.
func TypeOf(b []byte, i int) string {
	switch c := b[i]; {
	case c == '-' || c-'0' <= 9:
		return "number"
	case c == '{' || c == '[' || c == '"' || c == 't' || c == 'f' || c == 'n':
		return TypesAt(b, i, i).String()
	}
	return "none"
}
