package draft4

import (
	"encoding/json"
	"errors"
	"fmt"

	"target-filelake/ingest/text"
)

// Node is a JSON value of a schema, its properties in their order.
type Node struct {
	kind  byte // one of { [ " 0 t n
	names []string
	items []*Node // of an object, with names; of an array
	text  string  // a string's text, a number's or literal's JSON
}

// mostNodes bounds what a schema can make us hold: 10,000 columns with a
// dozen keywords each take a tenth of it.
const mostNodes = 1_000_000

var errSchemaTooBig = fmt.Errorf("schema has more than %d values", mostNodes)

// Get is an object's property, nil if it has none of that name.
func (n *Node) Get(name string) *Node {
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

// Names are an object's properties, in their order.
func (n *Node) Names() []string { return n.names }

// Items are an array's values, or those of an object's properties.
func (n *Node) Items() []*Node { return n.items }

// Text is a string's text, a number's or literal's JSON.
func (n *Node) Text() string { return n.text }

// Is reports whether n stands there and is of the kind: one of { [ " 0 t n.
func (n *Node) Is(kind byte) bool { return n != nil && n.kind == kind }

// IsTrue reports whether n stands there and is true.
func (n *Node) IsTrue() bool { return n.Is('t') && n.text == "true" }

// IsFalse reports whether n stands there and is false.
func (n *Node) IsFalse() bool { return n.Is('t') && n.text == "false" }

// parseDocument reads a schema. A property that stands twice keeps its first
// place and its last value.
func parseDocument(document []byte) (*Node, error) {
	p := parser{b: append(append([]byte(nil), document...), '\n'), scan: text.Scanner{Max: 512}}
	if !p.scan.WellFormed(p.b) {
		return nil, errors.New(p.scan.Malformed())
	}
	n, _, err := p.value(p.scan.Space(p.b, 0))
	return n, err
}

// parser builds nodes from text that is known to be well-formed.
type parser struct {
	b     []byte
	scan  text.Scanner
	count int
}

func (p *parser) value(i int) (*Node, int, error) {
	if p.count++; p.count > mostNodes {
		return nil, 0, errSchemaTooBig
	}
	kind := byte('0')
	switch p.b[i] {
	case '{':
		return p.object(i)
	case '[':
		return p.array(i)
	case '"':
		end, _ := p.scan.Str(p.b, i+1)
		return &Node{kind: '"', text: string(text.Unescape(nil, p.b[i+1:end]))}, end + 1, nil
	case 't', 'f':
		kind = 't'
	case 'n':
		kind = 'n'
	}
	end := p.scan.Value(p.b, i)
	return &Node{kind: kind, text: string(p.b[i:end])}, end, nil
}

func (p *parser) object(i int) (*Node, int, error) {
	n := &Node{kind: '{'}
	at := map[string]int{}
	for i = p.scan.Space(p.b, i+1); p.b[i] != '}'; {
		raw, _, next := p.scan.Key(p.b, i)
		name := string(text.Unescape(nil, raw))
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

func (p *parser) array(i int) (*Node, int, error) {
	n := &Node{kind: '['}
	for i = p.scan.Space(p.b, i+1); p.b[i] != ']'; {
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
	i = p.scan.Space(p.b, i)
	if p.b[i] == ',' {
		i = p.scan.Space(p.b, i+1)
	}
	return i
}

// plain is the value as encoding/json would decode it with UseNumber, zeros without
// a sign.
func (n *Node) plain() any {
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
		return unsigned(json.Number(n.text))
	case 't':
		return n.text == "true"
	}
	return nil
}
