package python

import (
	"slices"
	"strconv"
	"time"
)

// Expression is an expression that has been parsed.
type Expression struct {
	Text string
	root *node
}

// Parse reads an expression.
func Parse(src string) (*Expression, error) {
	if len(src) > longestText {
		return nil, fault("longer than %d bytes", longestText)
	}
	root, err := parse(src)
	if err != nil {
		return nil, err
	}
	return &Expression{src, root}, supported(root)
}

// Reference is the property that an expression is no more than the name of.
func (e *Expression) Reference(s Scope) (string, bool) {
	n := e.root
	switch {
	case n.kind == name && n.text == "self":
		return s.Self, s.Self != ""
	case n.kind == name:
		_, text := s.Texts[n.text]
		return n.text, !text && n.text != "config" && !slices.Contains(recordNames, n.text)
	case (n.kind == index || n.kind == attribute) && n.of[0].kind == name && slices.Contains(recordNames, n.of[0].text):
		if n.kind == attribute {
			return n.text, true
		}
		s, ok := n.of[1].value.(string)
		return s, ok && n.of[1].kind == constant
	}
	return "", false
}

// Record reports whether an expression is no more than the record's name.
func (e *Expression) Record() bool {
	return e.root.kind == name && slices.Contains(recordNames, e.root.text)
}

// Constant is the text that an expression always is, if its names are texts.
func (e *Expression) Constant(texts map[string]string) (string, error) {
	p, err := e.Compile(Scope{Config: &Dict{}, Texts: texts, Property: func(name string) error {
		return fault("there is no %s", strconv.Quote(name))
	}}, time.Time{})
	if err != nil {
		return "", err
	}
	m, err := p.Machine()
	if err != nil {
		return "", err
	}
	v, err := m.Run(0)
	if s, ok := v.(string); ok || err != nil {
		return s, err
	}
	return "", fault("is %s, want str", typeName(v))
}
