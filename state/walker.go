package state

import (
	"bytes"
	"encoding/json"
	"strings"
)

// walker steps through the members of a JSON object without decoding them, so
// that values keep every byte. It trusts b to be valid JSON; in what is not it
// finds wrong members, or turns bad, but never leaves b.
type walker struct {
	b   []byte
	i   int  // after the opening brace at first, on the closing one at last
	bad bool // b breaks off, or is no object
}

// member is where one member stands in a walker's bytes.
type member struct {
	name  int
	colon int // after the name's closing quote
	value int
	end   int
}

// next returns the next member, false at the end.
func (w *walker) next() (member, bool) {
	c := w.space()
	if c == ',' {
		w.i++
		c = w.space()
	}
	if c != '"' {
		w.bad = w.bad || c != '}'
		return member{}, false
	}
	m := member{name: w.i}
	w.quoted()
	m.colon = w.i
	if w.space() != ':' {
		w.bad = true
		return member{}, false
	}
	w.i++
	w.space()
	m.value = w.i
	w.skip()
	m.end = w.i
	w.bad = w.bad || m.end == m.value
	return m, !w.bad
}

// space steps over white space and returns the byte there, 0 at the end.
func (w *walker) space() byte {
	for ; w.i < len(w.b); w.i++ {
		if c := w.b[w.i]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

// quoted steps over a string, from its opening quote.
func (w *walker) quoted() {
	for i := w.i + 1; ; {
		n := bytes.IndexByte(w.b[i:], '"')
		if n < 0 {
			w.i, w.bad = len(w.b), true
			return
		}
		i += n + 1
		if !escaped(w.b[:i-1], w.i+1) {
			w.i = i
			return
		}
	}
}

// escaped reports whether what follows b is escaped in a string that starts at from.
func escaped(b []byte, from int) bool {
	n := len(b)
	for n > from && b[n-1] == '\\' {
		n--
	}
	return (len(b)-n)%2 == 1
}

// skip steps over a value.
func (w *walker) skip() {
	depth := 0
	for w.i < len(w.b) {
		switch w.b[w.i] {
		case '"':
			w.quoted()
		case '{', '[':
			depth++
			w.i++
		case '}', ']':
			if depth == 0 {
				return
			}
			depth--
			w.i++
		case ',':
			if depth == 0 {
				return
			}
			w.i++
			continue
		default:
			w.i++
			continue
		}
		if depth == 0 {
			return
		}
	}
	w.bad = true
}

// sameNames reports whether both hold the same names in the same order, as the
// STATEs of a run mostly do.
func sameNames(a, b walker) bool {
	for {
		m, more := a.next()
		n, mores := b.next()
		if !more || !mores {
			return more == mores
		}
		if !bytes.Equal(a.b[m.name:m.colon], b.b[n.name:n.colon]) {
			return false
		}
	}
}

func sameName(a, b []byte) bool {
	return bytes.Equal(a, b) || bytes.IndexByte(a, '\\') >= 0 && nameOf(a) == nameOf(b)
}

// nameOf is what a quoted name stands for. One that says a lone surrogate
// keeps its quotes and escapes: unquoted, all such would be one.
func nameOf(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var s string
	if err := json.Unmarshal(quoted, &s); err != nil || strings.ContainsRune(s, '\uFFFD') {
		return string(quoted)
	}
	return s
}
