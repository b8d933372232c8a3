package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
)

// node is a JSON value of a schema, its properties in their order.
type node struct {
	kind  byte // one of { [ " 0 t n
	names []string
	items []*node // of an object, with names; of an array
	text  string  // a string's text, a number's or literal's JSON
}

// mostNodes bounds what a schema can make us hold: 10,000 columns with a
// dozen keywords each take a tenth of it.
const mostNodes = 1_000_000

var errSchemaTooBig = fmt.Errorf("schema has more than %d values", mostNodes)

// get is an object's property, nil if it has none of that name.
func (n *node) get(name string) *node {
	if n.kind != '{' {
		return nil
	}
	for i := range n.names {
		if n.names[i] == name {
			return n.items[i]
		}
	}
	return nil
}

// is reports whether n stands there and is of the kind.
func (n *node) is(kind byte) bool { return n != nil && n.kind == kind }

func (n *node) isTrue() bool { return n.is('t') && n.text == "true" }

func (n *node) isFalse() bool { return n.is('t') && n.text == "false" }

// parseDocument reads a schema. A property that stands twice keeps its first
// place and its last value.
func parseDocument(text []byte) (*node, error) {
	p := parser{b: append(append([]byte(nil), text...), '\n'), scan: scanner{max: 512}}
	if !p.scan.wellFormed(p.b) {
		return nil, errors.New(p.scan.malformed())
	}
	n, _, err := p.value(p.scan.space(p.b, 0))
	return n, err
}

// parser builds nodes from text that is known to be well-formed.
type parser struct {
	b     []byte
	scan  scanner
	count int
}

func (p *parser) value(i int) (*node, int, error) {
	if p.count++; p.count > mostNodes {
		return nil, 0, errSchemaTooBig
	}
	start := i
	switch p.b[i] {
	case '{':
		return p.object(i)
	case '[':
		return p.array(i)
	case '"':
		end, _ := p.scan.str(p.b, i+1)
		return &node{kind: '"', text: string(unescape(nil, p.b[i+1:end]))}, end + 1, nil
	case 't', 'f', 'n':
		i = p.scan.literal(p.b, i)
		kind := byte('t')
		if p.b[start] == 'n' {
			kind = 'n'
		}
		return &node{kind: kind, text: string(p.b[start:i])}, i, nil
	default:
		i = p.scan.number(p.b, i)
		return &node{kind: '0', text: string(p.b[start:i])}, i, nil
	}
}

func (p *parser) object(i int) (*node, int, error) {
	n := &node{kind: '{'}
	at := map[string]int{}
	for i = p.scan.space(p.b, i+1); p.b[i] != '}'; {
		raw, _, next := p.scan.key(p.b, i)
		name := string(unescape(nil, raw))
		v, end, err := p.value(next)
		if err != nil {
			return nil, 0, err
		}
		if old, twice := at[name]; twice {
			n.items[old] = v
		} else {
			at[name] = len(n.names)
			n.names, n.items = append(n.names, name), append(n.items, v)
		}
		i = p.next(end)
	}
	return n, i + 1, nil
}

func (p *parser) array(i int) (*node, int, error) {
	n := &node{kind: '['}
	for i = p.scan.space(p.b, i+1); p.b[i] != ']'; {
		v, end, err := p.value(i)
		if err != nil {
			return nil, 0, err
		}
		n.items = append(n.items, v)
		i = p.next(end)
	}
	return n, i + 1, nil
}

// next passes the comma after a member, if there is one.
func (p *parser) next(i int) int {
	i = p.scan.space(p.b, i)
	if p.b[i] == ',' {
		i = p.scan.space(p.b, i+1)
	}
	return i
}

// plain is the value as encoding/json would decode it with UseNumber.
func (n *node) plain() any {
	switch n.kind {
	case '{':
		m := make(map[string]any, len(n.names))
		for i, name := range n.names {
			m[name] = n.items[i].plain()
		}
		return m
	case '[':
		s := make([]any, len(n.items))
		for i := range n.items {
			s[i] = n.items[i].plain()
		}
		return s
	case '"':
		return n.text
	case '0':
		return json.Number(n.text)
	case 't':
		return n.text == "true"
	}
	return nil
}
