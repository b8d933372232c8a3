package text

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// Scanner walks JSON text and checks it. Every text it is given ends with a
// newline: no token holds one, so loops stop there without counting bytes.
// Its methods take the index to start at and return the one after, or -1 for a
// fault, which At and Why then say. They neither keep nor change a text.
// A Scanner is for one goroutine at a time.
type Scanner struct {
	Max    int    // containers that may stand in one another
	Depth  int    // containers open now; who gives up inside one sets it back
	Spaced bool   // white space stood outside strings since this was cleared
	Lone   int    // surrogate escapes without their other half since this was cleared
	At     int    // index of the last fault
	Why    string // the last fault, in words
}

// Fail notes a fault and is -1.
func (s *Scanner) Fail(at int, why string) int {
	s.At, s.Why = at, why
	return -1
}

// Malformed words the last fault, with the byte it stands at, from 1.
func (s *Scanner) Malformed() string {
	if s.Why == tooDeep {
		return fmt.Sprintf("nested deeper than %d at byte %d", s.Max, s.At+1)
	}
	return fmt.Sprintf("malformed JSON at byte %d: %s", s.At+1, s.Why)
}

// WellFormed reports whether text is one JSON value and white space. Depth
// starts at 0.
func (s *Scanner) WellFormed(text []byte) bool {
	s.Depth = 0
	i := s.Value(text, s.Space(text, 0))
	return i >= 0 && s.AtEnd(text, i) >= 0
}

// AtEnd passes the white space that alone may follow a text's value.
func (s *Scanner) AtEnd(b []byte, i int) int {
	if i = s.Space(b, i); i < len(b)-1 {
		return s.Fail(i, "a second value stands after the first")
	}
	return i
}

// Space skips white space, but never the newline that ends the text.
func (s *Scanner) Space(b []byte, i int) int {
	if b[i] > ' ' {
		return i
	}
	return s.Skip(b, i)
}

// Skip is Space where white space is likely.
func (s *Scanner) Skip(b []byte, i int) int {
	for i < len(b)-1 && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		s.Spaced = true
		i++
	}
	return i
}

// Value passes the value that starts at b[i].
func (s *Scanner) Value(b []byte, i int) int {
	switch c := b[i]; {
	case c == '"':
		end, _ := s.Str(b, i+1)
		if end < 0 {
			return -1
		}
		return end + 1
	case c == '{':
		return s.object(b, i)
	case c == '[':
		return s.array(b, i)
	case c == '-' || c-'0' <= 9:
		return s.Number(b, i)
	default:
		return s.literal(b, i)
	}
}

func (s *Scanner) literal(b []byte, i int) int {
	for _, word := range [...]string{"null", "true", "false"} {
		if Has(b, i, word) {
			return i + len(word)
		}
	}
	return s.Fail(i, "no JSON value here")
}

// Has reports whether word stands at b[i].
func Has(b []byte, i int, word string) bool {
	return len(b)-i >= len(word) && string(b[i:i+len(word)]) == word
}

// Enter opens the container at i, unless it would stand too deep. Who calls it
// takes one from Depth at the container's end.
func (s *Scanner) Enter(i int) bool {
	if s.Depth++; s.Depth > s.Max {
		s.Fail(i, tooDeep)
		return false
	}
	return true
}

func (s *Scanner) object(b []byte, i int) int {
	if !s.Enter(i) {
		return -1
	}
	i = s.Space(b, i+1)
	if b[i] == '}' {
		s.Depth--
		return i + 1
	}
	for {
		if _, _, i = s.Key(b, i); i < 0 {
			return -1
		}
		if i = s.Value(b, i); i < 0 {
			return -1
		}
		i = s.Space(b, i)
		if b[i] == ',' {
			i = s.Space(b, i+1)
			continue
		}
		if b[i] != '}' {
			return s.Fail(i, "want , or } after a property")
		}
		s.Depth--
		return i + 1
	}
}

func (s *Scanner) array(b []byte, i int) int {
	if !s.Enter(i) {
		return -1
	}
	i = s.Space(b, i+1)
	if b[i] == ']' {
		s.Depth--
		return i + 1
	}
	for {
		if i = s.Value(b, i); i < 0 {
			return -1
		}
		i = s.Space(b, i)
		if b[i] == ',' {
			i = s.Space(b, i+1)
			continue
		}
		if b[i] != ']' {
			return s.Fail(i, "want , or ] after an element")
		}
		s.Depth--
		return i + 1
	}
}

// Key reads a property's name and the colon after it: raw is the name as it
// stands between its quotes, a part of b; plain whether it stands there without
// escapes; next where the value starts, or -1.
func (s *Scanner) Key(b []byte, i int) (raw []byte, plain bool, next int) {
	if b[i] != '"' {
		return nil, false, s.Fail(i, "want a property's name")
	}
	end, plain := s.Str(b, i+1)
	if end < 0 {
		return nil, false, -1
	}
	raw = b[i+1 : end]
	if !plain && bytes.Contains(raw, nulEscape) && bytes.IndexByte(Unescape(nil, raw), 0) >= 0 {
		return nil, false, s.Fail(i, "NUL in a property's name")
	}
	if i = s.Space(b, end+1); b[i] != ':' {
		return nil, false, s.Fail(i, "want : after a property's name")
	}
	return raw, plain, s.Space(b, i+1)
}

var nulEscape = []byte(`\u0000`)

// Str finds the quote that ends the string whose content starts at b[i]; end is
// its index, or -1. plain: the content needs no unescaping.
func (s *Scanner) Str(b []byte, i int) (end int, plain bool) {
	end = special(b, i)
	if b[end] == '"' {
		return end, true
	}
	return s.strRest(b, i, end)
}

// strRest goes on with a string that starts at start from its first special byte.
func (s *Scanner) strRest(b []byte, start, i int) (end int, plain bool) {
	plain = true
	ascii := true
	for {
		switch c := b[i]; {
		case c == '"':
			if !ascii && !utf8.Valid(b[start:i]) {
				return s.Fail(start, "invalid UTF-8"), false
			}
			return i, plain
		case c == '\\':
			plain = false
			if i = s.escape(b, i); i < 0 {
				return -1, false
			}
		case c < ' ':
			return s.Fail(i, controlIn(b, i)), false
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
func (s *Scanner) escape(b []byte, i int) int {
	switch b[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		r, ok := hex4(b, i+2)
		if !ok {
			return s.Fail(i, "want four hex digits after \\u")
		}
		if !utf16.IsSurrogate(r) {
			return i + 6
		}
		if low, ok := lowHalf(b, i+6); ok && r < 0xDC00 && utf16.IsSurrogate(low) {
			return i + 12
		}
		s.Lone++
		return i + 6
	}
	return s.Fail(i, "unknown escape in a string")
}

// lowHalf is the low surrogate whose escape stands at b[i].
func lowHalf(b []byte, i int) (rune, bool) {
	if !Has(b, i, `\u`) {
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

// Trim is text without JSON's white space around it.
func Trim(text []byte) []byte { return bytes.Trim(text, " \t\r\n") }
