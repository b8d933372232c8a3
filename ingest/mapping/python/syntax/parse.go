package syntax

import (
	"slices"
	"strconv"

	"target-filelake/ingest/mapping/python/fault"
)

// Bounds of an expression's text.
const (
	Longest = 10_000 // bytes
	deepest = 100    // parts standing in one another
)

// Parse reads an expression.
func Parse(src string) (*Node, error) {
	if len(src) > Longest {
		return nil, fault.New("longer than %d bytes", Longest)
	}
	tokens, err := (&lexer{src: src}).all()
	if err != nil {
		return nil, err
	}
	p := parser{tokens: tokens}
	if p.now().kind == tokenEnd {
		return nil, fault.New("empty, want an expression")
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

func (p *parser) fail(format string, args ...any) *Node {
	if p.err == nil {
		p.err = fault.New(format, args...)
	}
	p.tokens = []token{{}}
	return &Node{}
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
func (p *parser) tuple() *Node {
	first := p.expression()
	if !p.at(",") {
		return first
	}
	out := &Node{Kind: List, Of: []*Node{first}}
	for p.op(",") {
		if p.now().kind == tokenEnd || p.at(")") || p.at("]") {
			break
		}
		out.Of = append(out.Of, p.expression())
	}
	return out
}

func (p *parser) at(text string) bool {
	t := p.now()
	return t.text == text && (t.kind == tokenOp || t.kind == tokenName)
}

// expression is a or-test, with a condition or without.
func (p *parser) expression() *Node {
	if p.depth++; p.depth > deepest {
		return p.fail("nested deeper than %d", deepest)
	}
	defer func() { p.depth-- }()
	n := p.chain(Either, "or", func() *Node { return p.chain(Both, "and", p.negation) })
	if p.at(":=") || p.at("=") {
		return p.fail("assignments are not supported: write the value itself")
	}
	if !p.op("if") {
		return n
	}
	condition := p.chain(Either, "or", func() *Node { return p.chain(Both, "and", p.negation) })
	p.want("else")
	return &Node{Kind: Choice, Of: []*Node{condition, n, p.expression()}}
}

// chain is parts with a word between them.
func (p *parser) chain(kind Kind, word string, part func() *Node) *Node {
	n := part()
	if !p.at(word) {
		return n
	}
	out := &Node{Kind: kind, Of: []*Node{n}}
	for p.op(word) {
		out.Of = append(out.Of, part())
	}
	return out
}

func (p *parser) negation() *Node {
	if !p.op("not") {
		return p.comparison()
	}
	if p.depth++; p.depth > deepest {
		return p.fail("nested deeper than %d", deepest)
	}
	defer func() { p.depth-- }()
	return &Node{Kind: Unary, Text: "not", Of: []*Node{p.negation()}}
}

func (p *parser) comparison() *Node {
	n := p.binary(0)
	out := &Node{Kind: Compare, Of: []*Node{n}}
	for {
		word := p.comparator()
		if word == "" {
			break
		}
		out.Words = append(out.Words, word)
		out.Of = append(out.Of, p.binary(0))
	}
	if len(out.Words) == 0 {
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

func (p *parser) binary(level int) *Node {
	if level == len(levels) {
		return p.sign()
	}
	n := p.binary(level + 1)
	for {
		i := slices.IndexFunc(levels[level], p.op)
		if i < 0 {
			return n
		}
		n = &Node{Kind: Binary, Text: levels[level][i], Of: []*Node{n, p.binary(level + 1)}}
	}
}

func (p *parser) sign() *Node {
	for _, op := range []string{"-", "+", "~"} {
		if p.op(op) {
			if p.depth++; p.depth > deepest {
				return p.fail("nested deeper than %d", deepest)
			}
			defer func() { p.depth-- }()
			return &Node{Kind: Unary, Text: op, Of: []*Node{p.sign()}}
		}
	}
	n := p.postfix(p.atom())
	if p.op("**") {
		return &Node{Kind: Binary, Text: "**", Of: []*Node{n, p.sign()}}
	}
	return n
}

func (p *parser) postfix(n *Node) *Node {
	for {
		switch {
		case p.op("."):
			t := p.advance()
			if t.kind != tokenName {
				return p.fail("a name must follow the dot")
			}
			n = &Node{Kind: Attribute, Text: t.text, Of: []*Node{n}}
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
func (p *parser) subscript(n *Node) *Node {
	parts := []*Node{n}
	colons := 0
	for ; colons <= 2; colons++ {
		if p.at(":") || p.at("]") {
			parts = append(parts, &Node{Kind: Constant})
		} else {
			parts = append(parts, p.tuple())
		}
		if !p.op(":") {
			break
		}
	}
	if colons == 0 {
		if parts[1].Kind == Constant && parts[1].Value == nil && p.err == nil {
			return p.fail("an index is missing in []")
		}
		return &Node{Kind: Index, Of: parts}
	}
	for len(parts) < 4 {
		parts = append(parts, &Node{Kind: Constant})
	}
	return &Node{Kind: Slice, Of: parts}
}

// arguments are those of a call, behind its bracket.
func (p *parser) arguments(n *Node) *Node {
	out := &Node{Kind: Call, Of: []*Node{n}}
	for !p.at(")") && p.err == nil {
		if p.at("*") || p.at("**") {
			return p.fail("*arguments are not supported: write each of them")
		}
		if p.now().kind == tokenName && p.tokens[1].kind == tokenOp && p.tokens[1].text == "=" {
			out.Words = append(out.Words, p.advance().text)
			p.advance()
		} else if len(out.Words) > 0 {
			return p.fail("an argument without a name follows one with a name")
		}
		arg := p.expression()
		if p.at("for") {
			arg = p.loop(arg)
		}
		out.Of = append(out.Of, arg)
		if !p.op(",") {
			break
		}
	}
	return out
}

// loop is a comprehension from its for on.
func (p *parser) loop(element *Node) *Node {
	p.want("for")
	t := p.advance()
	if t.kind != tokenName || p.at(",") {
		return p.fail("a loop has one name: [x for x in xs]")
	}
	p.want("in")
	logic := func() *Node { return p.chain(Either, "or", func() *Node { return p.chain(Both, "and", p.negation) }) }
	out := &Node{Kind: Comprehension, Text: t.text, Of: []*Node{element, logic()}}
	for p.op("if") {
		out.Of = append(out.Of, logic())
	}
	if p.at("for") {
		return p.fail("a comprehension with two loops is not supported: put one inside the other's list")
	}
	return out
}
