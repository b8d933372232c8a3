package text

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// Unescape appends to dst the text that raw, the checked content of a JSON string,
// stands for. A surrogate escape without its other half becomes U+FFFD.
func Unescape(dst, raw []byte) []byte {
	for {
		n := bytes.IndexByte(raw, '\\')
		if n < 0 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:n]...)
		raw = raw[n:]
		if raw[1] != 'u' {
			dst = append(dst, shortEscape(raw[1]))
			raw = raw[2:]
			continue
		}
		r, used := longEscape(raw)
		dst = utf8.AppendRune(dst, r)
		raw = raw[used:]
	}
}

func shortEscape(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// longEscape decodes the \u escape that raw starts with, and a second one if
// both are halves of a pair.
func longEscape(raw []byte) (r rune, used int) {
	r, _ = hex4(raw, 2)
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if low, ok := lowHalf(raw, 6); ok && r < 0xDC00 {
		return utf16.DecodeRune(r, low), 12
	}
	return utf8.RuneError, 6
}

// AppendCompact appends src, checked JSON, without the white space outside strings,
// as received otherwise; only lone surrogate escapes, which no reader of JSON
// text takes, become \ufffd.
func AppendCompact(dst, src []byte) []byte {
	for i := 0; i < len(src); {
		start := i
		for i < len(src) && src[i] > ' ' && src[i] != '"' {
			i++
		}
		dst = append(dst, src[start:i]...)
		if i == len(src) {
			break
		}
		if src[i] != '"' {
			i++
			continue
		}
		end := closing(src, i+1)
		dst = appendQuoted(dst, src[i:end])
		i = end
	}
	return dst
}

// closing is the index after the quote that ends the checked string whose
// content starts at src[i].
func closing(src []byte, i int) int {
	for ; src[i] != '"'; i++ {
		if src[i] == '\\' {
			i++
		}
	}
	return i + 1
}

func appendQuoted(dst, quoted []byte) []byte {
	for {
		n := bytes.IndexByte(quoted, '\\')
		if n < 0 {
			return append(dst, quoted...)
		}
		used := 2
		if quoted[n+1] == 'u' {
			var r rune
			r, used = longEscape(quoted[n:])
			if r == utf8.RuneError && utf16.IsSurrogate(mustHex4(quoted[n:])) {
				dst = append(append(dst, quoted[:n]...), `\ufffd`...)
				quoted = quoted[n+used:]
				continue
			}
		}
		dst = append(dst, quoted[:n+used]...)
		quoted = quoted[n+used:]
	}
}

func mustHex4(escape []byte) rune {
	r, _ := hex4(escape, 2)
	return r
}

// AppendQuote appends text as a JSON string, with the escapes that Python's
// json.dumps writes.
func AppendQuote[T string | []byte](dst []byte, text T) []byte {
	const hex = "0123456789abcdef"
	const short = "btn\x00fr" // of \b and those behind it
	dst = append(dst, '"')
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c >= '\b' && c <= '\r' && c != '\v':
			dst = append(dst, '\\', short[c-'\b'])
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
