package python

import (
	"slices"
	"strconv"
)

// Bounds of an expression's text.
const (
	longestText = 10_000 // bytes
	deepest     = 100    // parts standing in one another
)

func parse(src string) (*node, error) {
	tokens, err := (&lexer{src: src}).all()
	if err != nil {
		return nil, err
	}
	p := parser{tokens: tokens}
	if p.now().kind == tokenEnd {
		return nil, fault("empty, want an expression")
	}
	n := p.tuple()
	if p.err == nil && p.now().kind != tokenEnd {
		p.fail("%s is not expected here", p.shown())
	}
	return n, p.err
}

// parser reads tokens by recursive descent. After a fault it gives empty nodes.
type parser struct {
	tokens []token
	depth  int
	err    error
}

func (p *parser) now() token { return p.tokens[0] }

func (p *parser) shown() string {
	if p.now().kind == tokenEnd {
		return "the end"
	}
	return strconv.Quote(p.now().text)
}

func (p *parser) advance() token {
	t := p.tokens[0]
	if t.kind != tokenEnd {
		p.tokens = p.tokens[1:]
	}
	return t
}

func (p *parser) fail(format string, args ...any) *node {
	if p.err == nil {
		p.err = fault(format, args...)
	}
	p.tokens = []token{{}}
	return &node{}
}

// op reports whether the token is that operator or word, and passes it.
func (p *parser) op(text string) bool {
	t := p.now()
	if t.text != text || t.kind != tokenOp && t.kind != tokenName {
		return false
	}
	p.advance()
	return true
}

func (p *parser) want(text string) {
	if !p.op(text) {
		p.fail("%s, want %s", p.shown(), strconv.Quote(text))
	}
}

// statements are words that start none of the expressions, and what to do
// without them.
var statements = map[string]string{
	"lambda": "write the expression itself", "await": "nothing waits here", "yield": "write a list", "import": "modules are datetime and json",
	"from": "modules are datetime and json", "def": "write the expression itself", "return": "write the expression alone", "class": "write a dict",
	"for": "a loop stands inside [ ]: [x for x in xs]", "if": "write a if c else b", "while": "write a list comprehension",
	"assert": "the SCHEMA checks records", "del": "map the property to null", "not": "", "print": "an expression prints nothing",
}

// tuple is an expression, or several with commas between them.
func (p *parser) tuple() *node {
	first := p.expression()
	if !p.at(",") {
		return first
	}
	out := &node{kind: list, of: []*node{first}}
	for p.op(",") {
		if p.now().kind == tokenEnd || p.at(")") || p.at("]") {
			break
		}
		out.of = append(out.of, p.expression())
	}
	return out
}

func (p *parser) at(text string) bool {
	t := p.now()
	return t.text == text && (t.kind == tokenOp || t.kind == tokenName)
}

// expression is a or-test, with a condition or without.
func (p *parser) expression() *node {
	if p.depth++; p.depth > deepest {
		return p.fail("nested deeper than %d", deepest)
	}
	defer func() { p.depth-- }()
	n := p.chain(either, "or", func() *node { return p.chain(both, "and", p.negation) })
	if p.at(":=") || p.at("=") {
		return p.fail("assignments are not supported: write the value itself")
	}
	if !p.op("if") {
		return n
	}
	condition := p.chain(either, "or", func() *node { return p.chain(both, "and", p.negation) })
	p.want("else")
	return &node{kind: choice, of: []*node{condition, n, p.expression()}}
}

// chain is parts with a word between them.
func (p *parser) chain(kind nodeKind, word string, part func() *node) *node {
	n := part()
	if !p.at(word) {
		return n
	}
	out := &node{kind: kind, of: []*node{n}}
	for p.op(word) {
		out.of = append(out.of, part())
	}
	return out
}

func (p *parser) negation() *node {
	if !p.op("not") {
		return p.comparison()
	}
	if p.depth++; p.depth > deepest {
		return p.fail("nested deeper than %d", deepest)
	}
	defer func() { p.depth-- }()
	return &node{kind: unary, text: "not", of: []*node{p.negation()}}
}

func (p *parser) comparison() *node {
	n := p.binary(0)
	out := &node{kind: compare, of: []*node{n}}
	for {
		word := p.comparator()
		if word == "" {
			break
		}
		out.words = append(out.words, word)
		out.of = append(out.of, p.binary(0))
	}
	if len(out.words) == 0 {
		return n
	}
	return out
}

// comparator passes one of the words that compare, "" if there is none.
func (p *parser) comparator() string {
	for _, word := range []string{"==", "!=", "<=", ">=", "<", ">", "in"} {
		if p.op(word) {
			return word
		}
	}
	if p.op("is") {
		if p.op("not") {
			return "is not"
		}
		return "is"
	}
	if p.op("not") {
		p.want("in")
		return "not in"
	}
	return ""
}

// levels are the operators between two values, the loosest first.
var levels = [][]string{{"|"}, {"^"}, {"&"}, {"<<", ">>"}, {"+", "-"}, {"*", "//", "/", "%", "@"}}

func (p *parser) binary(level int) *node {
	if level == len(levels) {
		return p.sign()
	}
	n := p.binary(level + 1)
	for {
		i := slices.IndexFunc(levels[level], p.op)
		if i < 0 {
			return n
		}
		n = &node{kind: binary, text: levels[level][i], of: []*node{n, p.binary(level + 1)}}
	}
}

func (p *parser) sign() *node {
	for _, op := range []string{"-", "+", "~"} {
		if p.op(op) {
			if p.depth++; p.depth > deepest {
				return p.fail("nested deeper than %d", deepest)
			}
			defer func() { p.depth-- }()
			return &node{kind: unary, text: op, of: []*node{p.sign()}}
		}
	}
	n := p.postfix(p.atom())
	if p.op("**") {
		return &node{kind: binary, text: "**", of: []*node{n, p.sign()}}
	}
	return n
}

func (p *parser) postfix(n *node) *node {
	for {
		switch {
		case p.op("."):
			t := p.advance()
			if t.kind != tokenName {
				return p.fail("a name must follow the dot")
			}
			n = &node{kind: attribute, text: t.text, of: []*node{n}}
		case p.op("["):
			n = p.subscript(n)
			p.want("]")
		case p.op("("):
			n = p.arguments(n)
			p.want(")")
		default:
			return n
		}
	}
}

// subscript is an index or a slice, behind its bracket.
func (p *parser) subscript(n *node) *node {
	parts := []*node{n}
	colons := 0
	for ; colons <= 2; colons++ {
		if p.at(":") || p.at("]") {
			parts = append(parts, &node{kind: constant})
		} else {
			parts = append(parts, p.tuple())
		}
		if !p.op(":") {
			break
		}
	}
	if colons == 0 {
		if parts[1].kind == constant && parts[1].value == nil && p.err == nil {
			return p.fail("an index is missing in []")
		}
		return &node{kind: index, of: parts}
	}
	for len(parts) < 4 {
		parts = append(parts, &node{kind: constant})
	}
	return &node{kind: slice, of: parts}
}

// arguments are those of a call, behind its bracket.
func (p *parser) arguments(n *node) *node {
	out := &node{kind: call, of: []*node{n}}
	for !p.at(")") && p.err == nil {
		if p.at("*") || p.at("**") {
			return p.fail("*arguments are not supported: write each of them")
		}
		if p.now().kind == tokenName && p.tokens[1].kind == tokenOp && p.tokens[1].text == "=" {
			out.words = append(out.words, p.advance().text)
			p.advance()
		} else if len(out.words) > 0 {
			return p.fail("an argument without a name follows one with a name")
		}
		arg := p.expression()
		if p.at("for") {
			arg = p.loop(arg)
		}
		out.of = append(out.of, arg)
		if !p.op(",") {
			break
		}
	}
	return out
}

// loop is a comprehension from its for on.
func (p *parser) loop(element *node) *node {
	p.want("for")
	t := p.advance()
	if t.kind != tokenName || p.at(",") {
		return p.fail("a loop has one name: [x for x in xs]")
	}
	p.want("in")
	logic := func() *node { return p.chain(either, "or", func() *node { return p.chain(both, "and", p.negation) }) }
	out := &node{kind: comprehension, text: t.text, of: []*node{element, logic()}}
	for p.op("if") {
		out.of = append(out.of, logic())
	}
	if p.at("for") {
		return p.fail("a comprehension with two loops is not supported: put one inside the other's list")
	}
	return out
}
