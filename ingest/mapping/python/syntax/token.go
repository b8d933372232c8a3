package syntax

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"target-filelake/ingest/mapping/python/fault"
)

type tokenKind byte

const (
	tokenEnd tokenKind = iota
	tokenName
	tokenNumber
	tokenText
	tokenTemplate // an f-string, its escapes undone outside braces
	tokenOp
)

type token struct {
	kind tokenKind
	text string
	raw  bool // of a template: backslashes are themselves
}

// punctuation is what operators and brackets are written with, the longest first.
var punctuation = []string{
	"**", "//", "==", "!=", "<=", ">=", "<<", ">>", ":=", "->",
	"+", "-", "*", "/", "%", "<", ">", "(", ")", "[", "]", "{", "}", ",", ":", ".", "|", "&", "^", "~", "=", "@", ";", "!",
}

// lexer cuts an expression into tokens.
type lexer struct {
	src string
	at  int
}

func (l *lexer) all() ([]token, error) {
	var out []token
	for {
		t, err := l.next()
		if err != nil {
			return nil, err
		}
		out = append(out, t)
		if t.kind == tokenEnd {
			return out, nil
		}
	}
}

func (l *lexer) next() (token, error) {
	for l.at < len(l.src) && strings.IndexByte(" \t\r\n", l.src[l.at]) >= 0 {
		l.at++
	}
	if l.at == len(l.src) {
		return token{}, nil
	}
	rest := l.src[l.at:]
	r, _ := utf8.DecodeRuneInString(rest)
	switch {
	case r == '\'' || r == '"':
		return l.text("")
	case r == '_' || unicode.IsLetter(r):
		return l.name()
	case r >= '0' && r <= '9' || r == '.' && len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9':
		return l.number()
	case r == '#':
		return token{}, fault.New("comments are not supported")
	}
	for _, op := range punctuation {
		if strings.HasPrefix(rest, op) {
			l.at += len(op)
			return token{kind: tokenOp, text: op}, nil
		}
	}
	return token{}, fault.New("%s has no meaning in Python", strconv.QuoteRune(r))
}

// name reads a name, or a string with a prefix.
func (l *lexer) name() (token, error) {
	start := l.at
	for l.at < len(l.src) {
		r, n := utf8.DecodeRuneInString(l.src[l.at:])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		l.at += n
	}
	name := l.src[start:l.at]
	if l.at < len(l.src) && (l.src[l.at] == '\'' || l.src[l.at] == '"') {
		switch prefix := strings.ToLower(name); prefix {
		case "r", "u", "f", "rf", "fr":
			return l.text(prefix)
		case "b", "br", "rb":
			return token{}, fault.New("bytes (b'…') are not supported: write text, '…'")
		}
	}
	return token{kind: tokenName, text: name}, nil
}

func (l *lexer) number() (token, error) {
	start := l.at
	for l.at < len(l.src) {
		c := l.src[l.at]
		sign := (c == '+' || c == '-') && (l.src[l.at-1]|0x20) == 'e' && !strings.HasPrefix(strings.ToLower(l.src[start:]), "0x")
		if c != '.' && c != '_' && !sign && !(c >= '0' && c <= '9') && !(c|0x20 >= 'a' && c|0x20 <= 'z') {
			break
		}
		l.at++
	}
	return token{kind: tokenNumber, text: l.src[start:l.at]}, nil
}

// text reads a string from its first quote on.
func (l *lexer) text(prefix string) (token, error) {
	quote := l.src[l.at : l.at+1]
	if strings.HasPrefix(l.src[l.at:], quote+quote+quote) {
		quote += quote + quote
	}
	l.at += len(quote)
	start := l.at
	for !strings.HasPrefix(l.src[l.at:], quote) {
		if l.at < len(l.src) && l.src[l.at] == '\\' {
			l.at++
		}
		if l.at++; l.at >= len(l.src) {
			return token{}, fault.New("a string does not end")
		}
	}
	content := l.src[start:l.at]
	l.at += len(quote)
	raw := strings.Contains(prefix, "r")
	if strings.Contains(prefix, "f") {
		return token{kind: tokenTemplate, text: content, raw: raw}, nil
	}
	if raw {
		return token{kind: tokenText, text: content}, nil
	}
	plain, err := unescape(content)
	return token{kind: tokenText, text: plain}, err
}

// escapes of one character.
var escapes = map[byte]string{
	'\\': "\\", '\'': "'", '"': "\"", 'n': "\n", 't': "\t", 'r': "\r", 'a': "\a", 'b': "\b", 'f': "\f", 'v': "\v", '0': "\x00", '\n': "",
}

// digits of the escapes that name a character by number.
var digits = map[byte]int{'x': 2, 'u': 4, 'U': 8}

func unescape(s string) (string, error) {
	if !strings.Contains(s, `\`) {
		return s, nil
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out.WriteByte(s[i])
			continue
		}
		i++
		if plain, ok := escapes[s[i]]; ok {
			out.WriteString(plain)
			continue
		}
		n, ok := digits[s[i]]
		if !ok {
			out.WriteByte('\\') // as Python leaves it
			out.WriteByte(s[i])
			continue
		}
		if i+n >= len(s) {
			return "", fault.New(`\%c wants %d hex digits`, s[i], n)
		}
		code, err := strconv.ParseUint(s[i+1:i+1+n], 16, 32)
		if err != nil || !utf8.ValidRune(rune(code)) {
			return "", fault.New(`\%c wants the number of a character in %d hex digits`, s[i], n)
		}
		out.WriteRune(rune(code))
		i += n
	}
	return out.String(), nil
}
