package python

import (
	"strconv"
	"strings"
)

func (p *parser) atom() *node {
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

func (p *parser) named(text string) *node {
	switch text {
	case "True":
		return &node{kind: constant, value: true}
	case "False":
		return &node{kind: constant, value: false}
	case "None":
		return &node{kind: constant}
	case "and", "or", "in", "is", "else", "not":
		return p.fail("%s is not expected here", strconv.Quote(text))
	}
	if why, ok := statements[text]; ok {
		return p.fail("%s is not supported: %s", text, why)
	}
	return &node{kind: name, text: text}
}

func (p *parser) number(text string) *node {
	if n, err := strconv.ParseInt(text, 0, 64); err == nil && (text == "0" || text[0] != '0' || strings.ContainsAny(text, "xXoObB")) {
		return &node{kind: constant, value: int(n)}
	}
	if f, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64); err == nil && strings.ContainsAny(text, ".eE") {
		return &node{kind: constant, value: f}
	}
	return p.fail("%s is no number of 64 bits", text)
}

// texts is a string, and those that follow it without an operator.
func (p *parser) texts(t token) *node {
	var parts []*node
	for {
		if t.kind == tokenText {
			parts = append(parts, &node{kind: constant, value: t.text})
		} else {
			parts = append(parts, p.template(t)...)
		}
		if next := p.now().kind; next != tokenText && next != tokenTemplate {
			break
		}
		t = p.advance()
	}
	if len(parts) == 1 && parts[0].kind == constant {
		return parts[0]
	}
	return &node{kind: template, of: parts}
}

// brackets is what stands in ( ), behind the first.
func (p *parser) brackets() *node {
	if p.op(")") {
		return &node{kind: list}
	}
	n := p.tuple()
	if p.at("for") {
		n = p.loop(n)
	}
	p.want(")")
	return n
}

func (p *parser) listed() *node {
	out := &node{kind: list}
	for !p.at("]") && p.err == nil {
		if p.at("*") {
			return p.fail("*lists are not supported: write xs + ys")
		}
		n := p.expression()
		if len(out.of) == 0 && p.at("for") {
			n = p.loop(n)
			p.want("]")
			return n
		}
		out.of = append(out.of, n)
		if !p.op(",") {
			break
		}
	}
	p.want("]")
	return out
}

// braces is a dict or a set.
func (p *parser) braces() *node {
	out := &node{kind: dict}
	for !p.at("}") && p.err == nil {
		if p.at("**") || p.at("*") {
			return p.fail("** in a dict is not supported: write each of its names")
		}
		out.of = append(out.of, p.expression())
		if len(out.of) == 1 && !p.at(":") {
			out.kind = set
		}
		if out.kind == dict {
			p.want(":")
			out.of = append(out.of, p.expression())
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
