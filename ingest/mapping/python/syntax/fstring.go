package syntax

import "strings"

// template is the parts of an f-string.
func (p *parser) template(t token) []*Node {
	var parts []*Node
	rest := t.text
	for rest != "" && p.err == nil {
		n := strings.IndexAny(rest, "{}")
		if n < 0 {
			return append(parts, p.literal(rest, t.raw))
		}
		if strings.HasPrefix(rest[n:], "{{") || strings.HasPrefix(rest[n:], "}}") {
			parts = append(parts, p.literal(rest[:n], t.raw), &Node{Kind: Constant, Value: rest[n : n+1]})
			rest = rest[n+2:]
			continue
		}
		if rest[n] == '}' {
			p.fail("a single } in an f-string; write }}")
			return nil
		}
		parts = append(parts, p.literal(rest[:n], t.raw))
		end := hole(rest[n+1:])
		if end < 0 {
			p.fail("a { in an f-string does not end")
			return nil
		}
		parts = append(parts, p.filled(rest[n+1:n+1+end]))
		rest = rest[n+1+end+1:]
	}
	return append(parts, &Node{Kind: Constant, Value: ""})
}

func (p *parser) literal(s string, raw bool) *Node {
	if !raw {
		var err error
		if s, err = unescape(s); err != nil {
			return p.fail("%s", err)
		}
	}
	return &Node{Kind: Constant, Value: s}
}

// hole is where the } that ends an expression in braces stands.
func hole(s string) int { return top(s, "}") }

// top finds the first of the characters outside strings and brackets, -1 if
// there is none.
func top(s, chars string) int {
	depth := 0
	var quote byte
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case depth == 0 && strings.IndexByte(chars, c) >= 0:
			if c == '!' && i+1 < len(s) && s[i+1] == '=' {
				i++
				continue
			}
			return i
		case c == '\'' || c == '"':
			quote = c
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		}
	}
	return -1
}

// filled is what stands between braces: an expression, !s or !r, a format.
func (p *parser) filled(s string) *Node {
	out := &Node{Kind: Formatted, Words: []string{""}}
	if n := top(s, ":"); n >= 0 {
		s, out.Text = s[:n], s[n+1:]
	}
	if strings.Contains(out.Text, "{") {
		return p.fail("braces in a format are not supported: write the width itself")
	}
	if n := top(s, "!"); n >= 0 {
		s, out.Words[0] = s[:n], s[n+1:]
		if out.Words[0] != "s" && out.Words[0] != "r" {
			return p.fail("!%s in an f-string is not supported; there are !s and !r", out.Words[0])
		}
	}
	if strings.HasSuffix(strings.TrimSpace(s), "=") {
		return p.fail("{x=} is not supported: write the name itself")
	}
	if p.depth++; p.depth > deepest {
		return p.fail("nested deeper than %d", deepest)
	}
	defer func() { p.depth-- }()
	tokens, err := (&lexer{src: s}).all()
	if err != nil {
		return p.fail("%s", err)
	}
	inner := parser{tokens: tokens, depth: p.depth}
	n := inner.tuple()
	if inner.err == nil && inner.now().kind != tokenEnd {
		inner.fail("%s is not expected here", inner.shown())
	}
	if inner.err != nil {
		return p.fail("%s", inner.err)
	}
	out.Of = []*Node{n}
	return out
}
