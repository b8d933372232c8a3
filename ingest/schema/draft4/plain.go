package draft4

import (
	"bytes"

	"target-filelake/ingest/text"
)

// mostPlain bounds the properties of an object that are compared two by two.
const mostPlain = 64

// plain reports whether a record, with a line break behind it, reads the same
// as it stands: no property twice in an object, none that a reader may leave
// out, no string that may hold JSON. It is false where that takes more to say.
func plain(b []byte) bool {
	if bytes.Contains(b, []byte(`_sdc_`)) {
		return false
	}
	s := text.Scanner{Max: len(b)}
	i := s.Space(b, 0)
	end := s.Value(b, i)
	return end >= 0 && s.Space(b, end) == len(b)-1 && plainAt(&s, b, i)
}

// plainAt looks at the well-formed value at b[i].
func plainAt(s *text.Scanner, b []byte, i int) bool {
	switch b[i] {
	case '"':
		for i++; b[i] == ' ' || b[i] == '\t'; i++ {
		}
		return b[i] != '{' && b[i] != '[' && b[i] != '\\' && !text.Has(b, i, "null")
	case '[':
		for i = s.Space(b, i+1); b[i] != ']'; {
			if !plainAt(s, b, i) {
				return false
			}
			i = past(s, b, s.Value(b, i))
		}
	case '{':
		return plainObject(s, b, i)
	}
	return true
}

func plainObject(s *text.Scanner, b []byte, i int) bool {
	var names [mostPlain][]byte
	n := 0
	for i = s.Space(b, i+1); b[i] != '}'; n++ {
		raw, unescaped, at := s.Key(b, i)
		if n == mostPlain || !unescaped || !plainAt(s, b, at) {
			return false
		}
		for k := range n {
			if bytes.Equal(names[k], raw) {
				return false
			}
		}
		names[n] = raw
		i = past(s, b, s.Value(b, at))
	}
	return true
}

// past is where what follows a value that ends at i begins.
func past(s *text.Scanner, b []byte, i int) int {
	if i = s.Space(b, i); b[i] == ',' {
		i = s.Space(b, i+1)
	}
	return i
}
