package ingest

// types is a set of JSON types. A number is whole or it is not, so that
// "integer" is a part of "number".
type types byte

const (
	tNull types = 1 << iota
	tBool
	tWhole
	tFraction
	tString
	tArray
	tObject

	tNumber = tWhole | tFraction
	anyType = tNull | tBool | tNumber | tString | tArray | tObject
)

var typeNames = map[string]types{
	"null": tNull, "boolean": tBool, "integer": tWhole, "number": tNumber,
	"string": tString, "array": tArray, "object": tObject,
}

func (t types) has(o types) bool { return t&o != 0 }

// nested reports whether the set holds objects or arrays.
func (t types) nested() bool { return t.has(tObject | tArray) }

func (t types) String() string {
	var s string
	for _, n := range [...]struct {
		t    types
		name string
	}{
		{tNull, "null"}, {tBool, "boolean"}, {tFraction, "number"}, {tWhole, "integer"},
		{tString, "string"}, {tArray, "array"}, {tObject, "object"},
	} {
		if !t.has(n.t) || n.t == tWhole && t.has(tFraction) {
			continue
		}
		if s != "" {
			s += " or "
		}
		s += n.name
	}
	return s
}

// typesOf is what a schema's type says, or the types of its enum's values.
func typesOf(n *node) types {
	var t types
	switch typ := n.get("type"); {
	case typ.is('"'):
		t = typeNames[typ.text]
	case typ.is('['):
		for _, name := range typ.items {
			t |= typeNames[name.text]
		}
	default:
		return enumTypes(n.get("enum"))
	}
	return t
}

func enumTypes(enum *node) types {
	if !enum.is('[') {
		return anyType
	}
	var t types
	for _, v := range enum.items {
		switch v.kind {
		case '{':
			t |= tObject
		case '[':
			t |= tArray
		case '"':
			t |= tString
		case '0':
			t |= tNumber
		case 't':
			t |= tBool
		default:
			t |= tNull
		}
	}
	return t
}

// typesAt is the type of the well-formed value in b[i:end].
func typesAt(b []byte, i, end int) types {
	switch c := b[i]; c {
	case '{':
		return tObject
	case '[':
		return tArray
	case '"':
		return tString
	case 't', 'f':
		return tBool
	case 'n':
		return tNull
	}
	if wholeNumber(b[i:end]) {
		return tWhole
	}
	return tFraction
}

// typeOf names the type of the value that starts at b[i].
func typeOf(b []byte, i int) string {
	switch c := b[i]; {
	case c == '-' || c-'0' <= 9:
		return "number"
	case c == '{' || c == '[' || c == '"' || c == 't' || c == 'f' || c == 'n':
		return typesAt(b, i, i).String()
	}
	return "none"
}
