package python

import (
	"slices"
	"strconv"
	"time"

	"target-filelake/ingest/mapping/python/fault"
	"target-filelake/ingest/mapping/python/object"
	"target-filelake/ingest/mapping/python/syntax"
)

// Expression is an expression that has been parsed.
type Expression struct {
	Text string
	root *syntax.Node
}

// Parse reads an expression.
func Parse(src string) (*Expression, error) {
	root, err := syntax.Parse(src)
	if err != nil {
		return nil, err
	}
	return &Expression{src, root}, supported(root)
}

// Reference is the property that an expression is no more than the name of.
func (e *Expression) Reference(s Scope) (string, bool) {
	n := e.root
	switch {
	case n.Kind == syntax.Name && n.Text == "self":
		return s.Self, s.Self != ""
	case n.Kind == syntax.Name:
		_, text := s.Texts[n.Text]
		return n.Text, !text && n.Text != "config" && !slices.Contains(recordNames, n.Text)
	case (n.Kind == syntax.Index || n.Kind == syntax.Attribute) && n.Of[0].Kind == syntax.Name && slices.Contains(recordNames, n.Of[0].Text):
		if n.Kind == syntax.Attribute {
			return n.Text, true
		}
		s, ok := n.Of[1].Value.(string)
		return s, ok && n.Of[1].Kind == syntax.Constant
	}
	return "", false
}

// Record reports whether an expression is no more than the record's name.
func (e *Expression) Record() bool {
	return e.root.Kind == syntax.Name && slices.Contains(recordNames, e.root.Text)
}

// Constant is the text that an expression always is, if its names are texts.
func (e *Expression) Constant(texts map[string]string) (string, error) {
	p, err := e.Compile(Scope{Config: &object.Dict{}, Texts: texts, Property: func(name string) error {
		return fault.New("there is no %s", strconv.Quote(name))
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
	return "", fault.New("is %s, want str", object.TypeName(v))
}
