package syntax

import (
	"strconv"
	"strings"
)

func (p *parser) atom() *Node {
	t := p.advance()
	switch t.kind {
	case tokenText, tokenTemplate:
		return p.texts(t)
	case tokenNumber:
		return p.number(t.text)
	case tokenName:
		return p.named(t.text)
	case tokenOp:
		switch t.text {
		case "(":
			return p.brackets()
		case "[":
			return p.listed()
		case "{":
			return p.braces()
		}
	}
	if p.err == nil && t.kind == tokenEnd {
		return p.fail("it ends where a value is expected")
	}
	return p.fail("%s is not expected here", strconv.Quote(t.text))
}

func (p *parser) named(text string) *Node {
	switch text {
	case "True":
		return &Node{Kind: Constant, Value: true}
	case "False":
		return &Node{Kind: Constant, Value: false}
	case "None":
		return &Node{Kind: Constant}
	case "and", "or", "in", "is", "else", "not":
		return p.fail("%s is not expected here", strconv.Quote(text))
	}
	if why, ok := statements[text]; ok {
		return p.fail("%s is not supported: %s", text, why)
	}
	return &Node{Kind: Name, Text: text}
}

func (p *parser) number(text string) *Node {
	if n, err := strconv.ParseInt(text, 0, 64); err == nil && (text == "0" || text[0] != '0' || strings.ContainsAny(text, "xXoObB")) {
		return &Node{Kind: Constant, Value: int(n)}
	}
	if f, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64); err == nil && strings.ContainsAny(text, ".eE") {
		return &Node{Kind: Constant, Value: f}
	}
	return p.fail("%s is no number of 64 bits", text)
}

// texts is a string, and those that follow it without an operator.
func (p *parser) texts(t token) *Node {
	var parts []*Node
	for {
		if t.kind == tokenText {
			parts = append(parts, &Node{Kind: Constant, Value: t.text})
		} else {
			parts = append(parts, p.template(t)...)
		}
		if next := p.now().kind; next != tokenText && next != tokenTemplate {
			break
		}
		t = p.advance()
	}
	if len(parts) == 1 && parts[0].Kind == Constant {
		return parts[0]
	}
	return &Node{Kind: Template, Of: parts}
}

// brackets is what stands in ( ), behind the first.
func (p *parser) brackets() *Node {
	if p.op(")") {
		return &Node{Kind: List}
	}
	n := p.tuple()
	if p.at("for") {
		n = p.loop(n)
	}
	p.want(")")
	return n
}

func (p *parser) listed() *Node {
	out := &Node{Kind: List}
	for !p.at("]") && p.err == nil {
		if p.at("*") {
			return p.fail("*lists are not supported: write xs + ys")
		}
		n := p.expression()
		if len(out.Of) == 0 && p.at("for") {
			n = p.loop(n)
			p.want("]")
			return n
		}
		out.Of = append(out.Of, n)
		if !p.op(",") {
			break
		}
	}
	p.want("]")
	return out
}

// braces is a dict or a set.
func (p *parser) braces() *Node {
	out := &Node{Kind: Dict}
	for !p.at("}") && p.err == nil {
		if p.at("**") || p.at("*") {
			return p.fail("** in a dict is not supported: write each of its names")
		}
		out.Of = append(out.Of, p.expression())
		if len(out.Of) == 1 && !p.at(":") {
			out.Kind = Set
		}
		if out.Kind == Dict {
			p.want(":")
			out.Of = append(out.Of, p.expression())
		}
		if p.at("for") {
			return p.fail("a comprehension in { } is not supported: write one in [ ]")
		}
		if !p.op(",") {
			break
		}
	}
	p.want("}")
	return out
}
