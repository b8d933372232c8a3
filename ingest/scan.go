package ingest

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// scanner walks JSON text and checks it. Every text it is given ends with a
// newline: no token holds one, so loops stop there without counting bytes.
// Its methods take the index to start at and return the one after, or -1.
type scanner struct {
	max    int  // containers that may stand in one another
	depth  int  // containers open now
	spaced bool // white space stood outside strings since this was cleared
	lone   int  // surrogate escapes without their other half
	at     int  // of the last fault
	why    string
}

func (s *scanner) fail(at int, why string) int {
	s.at, s.why = at, why
	return -1
}

// wellFormed reports whether text is one JSON value and white space.
func (s *scanner) wellFormed(text []byte) bool {
	s.depth = 0
	i := s.value(text, s.space(text, 0))
	return i >= 0 && s.atEnd(text, i) >= 0
}

func (s *scanner) atEnd(b []byte, i int) int {
	if i = s.space(b, i); i < len(b)-1 {
		return s.fail(i, "a second value stands after the first")
	}
	return i
}

// space skips white space, but never the newline that ends the text.
func (s *scanner) space(b []byte, i int) int {
	if b[i] > ' ' {
		return i
	}
	return s.skip(b, i)
}

func (s *scanner) skip(b []byte, i int) int {
	for i < len(b)-1 && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		s.spaced = true
		i++
	}
	return i
}

func (s *scanner) value(b []byte, i int) int {
	switch c := b[i]; {
	case c == '"':
		end, _ := s.str(b, i+1)
		if end < 0 {
			return -1
		}
		return end + 1
	case c == '{':
		return s.object(b, i)
	case c == '[':
		return s.array(b, i)
	case c == '-' || c-'0' <= 9:
		return s.number(b, i)
	default:
		return s.literal(b, i)
	}
}

func (s *scanner) literal(b []byte, i int) int {
	for _, word := range [...]string{"null", "true", "false"} {
		if has(b, i, word) {
			return i + len(word)
		}
	}
	return s.fail(i, "no JSON value here")
}

// has reports whether word stands at b[i].
func has(b []byte, i int, word string) bool {
	return len(b)-i >= len(word) && string(b[i:i+len(word)]) == word
}

// enter opens a container.
func (s *scanner) enter(i int) bool {
	if s.depth++; s.depth > s.max {
		s.fail(i, tooDeep)
		return false
	}
	return true
}

func (s *scanner) object(b []byte, i int) int {
	if !s.enter(i) {
		return -1
	}
	i = s.space(b, i+1)
	if b[i] == '}' {
		s.depth--
		return i + 1
	}
	for {
		if _, _, i = s.key(b, i); i < 0 {
			return -1
		}
		if i = s.value(b, i); i < 0 {
			return -1
		}
		i = s.space(b, i)
		if b[i] == ',' {
			i = s.space(b, i+1)
			continue
		}
		if b[i] != '}' {
			return s.fail(i, "want , or } after a property")
		}
		s.depth--
		return i + 1
	}
}

func (s *scanner) array(b []byte, i int) int {
	if !s.enter(i) {
		return -1
	}
	i = s.space(b, i+1)
	if b[i] == ']' {
		s.depth--
		return i + 1
	}
	for {
		if i = s.value(b, i); i < 0 {
			return -1
		}
		i = s.space(b, i)
		if b[i] == ',' {
			i = s.space(b, i+1)
			continue
		}
		if b[i] != ']' {
			return s.fail(i, "want , or ] after an element")
		}
		s.depth--
		return i + 1
	}
}

// key reads a property's name and the colon after it: raw is the name as it
// stands between its quotes, plain whether it stands there without escapes,
// next where the value starts.
func (s *scanner) key(b []byte, i int) (raw []byte, plain bool, next int) {
	if b[i] != '"' {
		return nil, false, s.fail(i, "want a property's name")
	}
	end, plain := s.str(b, i+1)
	if end < 0 {
		return nil, false, -1
	}
	raw = b[i+1 : end]
	if !plain && bytes.Contains(raw, nulEscape) && bytes.IndexByte(unescape(nil, raw), 0) >= 0 {
		return nil, false, s.fail(i, "NUL in a property's name")
	}
	if i = s.space(b, end+1); b[i] != ':' {
		return nil, false, s.fail(i, "want : after a property's name")
	}
	return raw, plain, s.space(b, i+1)
}

var nulEscape = []byte(`\u0000`)

// str finds the quote that ends the string whose content starts at b[i].
// plain: the content needs no unescaping.
func (s *scanner) str(b []byte, i int) (end int, plain bool) {
	end = special(b, i)
	if b[end] == '"' {
		return end, true
	}
	return s.strRest(b, i, end)
}

// strRest goes on with a string that starts at start from its first special byte.
func (s *scanner) strRest(b []byte, start, i int) (end int, plain bool) {
	plain = true
	ascii := true
	for {
		switch c := b[i]; {
		case c == '"':
			if !ascii && !utf8.Valid(b[start:i]) {
				return s.fail(start, "invalid UTF-8"), false
			}
			return i, plain
		case c == '\\':
			plain = false
			if i = s.escape(b, i); i < 0 {
				return -1, false
			}
		case c < ' ':
			return s.fail(i, controlIn(b, i)), false
		default:
			ascii = false
			for b[i] >= utf8.RuneSelf {
				i++
			}
		}
		i = special(b, i)
	}
}

func controlIn(b []byte, i int) string {
	switch {
	case i == len(b)-1:
		return "the line ends inside a string"
	case b[i] == 0:
		return "NUL byte"
	default:
		return "control character in a string"
	}
}

const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// special finds the first quote, backslash, control character or byte beyond
// ASCII at or after b[i], eight bytes at a time. A borrow can mark a byte only
// after one that is rightly marked, so the first mark is exact.
func special(b []byte, i int) int {
	for i+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[i:])
		quote, slash := w^('"'*ones), w^('\\'*ones)
		if m := (w | (quote-ones)&^quote | (slash-ones)&^slash | (w - ' '*ones)) & highs; m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
		i += 8
	}
	for b[i] >= ' ' && b[i] < utf8.RuneSelf && b[i] != '"' && b[i] != '\\' {
		i++
	}
	return i
}

// escape passes one escape sequence, both halves of a surrogate pair at once.
func (s *scanner) escape(b []byte, i int) int {
	switch b[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		r, ok := hex4(b, i+2)
		if !ok {
			return s.fail(i, "want four hex digits after \\u")
		}
		if !utf16.IsSurrogate(r) {
			return i + 6
		}
		if low, ok := lowHalf(b, i+6); ok && r < 0xDC00 && utf16.IsSurrogate(low) {
			return i + 12
		}
		s.lone++
		return i + 6
	}
	return s.fail(i, "unknown escape in a string")
}

// lowHalf is the low surrogate whose escape stands at b[i].
func lowHalf(b []byte, i int) (rune, bool) {
	if !has(b, i, `\u`) {
		return 0, false
	}
	r, ok := hex4(b, i+2)
	return r, ok && r >= 0xDC00 && r <= 0xDFFF
}

func hex4(b []byte, i int) (rune, bool) {
	if i+4 > len(b) {
		return 0, false
	}
	var r rune
	for _, c := range b[i : i+4] {
		d := unhex(c)
		if d > 15 {
			return 0, false
		}
		r = r<<4 | rune(d)
	}
	return r, true
}

// unhex is the value of a hex digit, 255 of any other byte.
func unhex(c byte) byte {
	switch {
	case c-'0' <= 9:
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 255
}

const tooDeep = "nested too deeply"
