package mapping

import (
	"encoding/json"
	"errors"
	"fmt"

	"target-filelake/ingest/mapping/python"
	"target-filelake/ingest/selection"
	"target-filelake/ingest/text"
)

// Map is the way from a stream's records to those of one route. It is never
// changed once made, and shared by decoders.
type Map struct {
	filter    *program
	outs      []output
	actions   map[string]action // by the names of record's properties
	others    action            // of names that actions lacks
	slots     []string          // the properties that are looked at
	selection *selection.Selection
	whole     bool // the record is looked at as a whole
}

// action is what becomes of a property of a record.
type action struct {
	pass bool // it is copied
	slot int  // it is looked at, unless -1
}

// output is a property that a map makes.
type output struct {
	quoted  []byte // "name":
	slot    int    // the property it is a copy of
	program *program
	whole   bool // it is the record
	text    bool // what is not text becomes text
}

// program is an expression with the places of what it looks at.
type program struct {
	*python.Program
	slots []int
	name  string // of the property it makes, for faults
	text  string
}

// stringsOf are the texts of a JSON list; nil if it is none.
func stringsOf(value []byte) []string {
	var out []string
	if json.Unmarshal(value, &out) != nil {
		return nil
	}
	return out
}

// build makes the map of what was worked out.
func (r *routing) build() (*Map, error) {
	m := &Map{actions: map[string]action{}, others: action{pass: !r.entry.dropOthers, slot: -1}, selection: r.src.Selection}
	var errs []error
	if r.entry.filter != nil {
		p, err := m.compile(r, r.entry.filter, "")
		m.filter, errs = p, append(errs, err)
	}
	for _, d := range text.Members(valueOf(text.Members(r.src.Schema), "properties", "{}")) {
		m.actions[d.Name] = action{slot: -1} // unless it comes below
	}
	for _, p := range r.entry.props {
		m.actions[p.name] = action{slot: -1}
	}
	for i := range r.props {
		if p := &r.props[i]; p.expr == nil && p.source == p.name {
			m.actions[p.name] = action{pass: true, slot: -1}
		}
	}
	for i := range r.props {
		p := &r.props[i]
		if p.expr == nil && p.source == p.name {
			continue
		}
		o, err := m.output(r, p)
		m.outs, errs = append(m.outs, o), append(errs, err)
	}
	for i, name := range m.slots {
		a, known := m.actions[name]
		if !known {
			a = m.others
		}
		a.slot = i
		m.actions[name] = a
	}
	return m, errors.Join(errs...)
}

func (m *Map) output(r *routing, p *property) (output, error) {
	o := output{quoted: append(text.AppendQuote(nil, p.name), ':'), text: p.text, whole: p.whole, slot: -1}
	switch {
	case p.whole:
		m.whole = true
	case p.expr == nil:
		o.slot = m.slot(p.source)
	default:
		var err error
		o.program, err = m.compile(r, p.expr, p.name)
		return o, err
	}
	return o, nil
}

// slot is the place of a property among those that are looked at.
func (m *Map) slot(name string) int {
	for i, s := range m.slots {
		if s == name {
			return i
		}
	}
	m.slots = append(m.slots, name)
	return len(m.slots) - 1
}

// compile finds what an expression's names stand for; name is the property it
// makes, "" of the filter.
func (m *Map) compile(r *routing, e *python.Expression, name string) (*program, error) {
	where := name
	if name == "" {
		where = "__filter__"
	}
	p, err := e.Compile(r.scope(name), r.src.Started)
	if err != nil {
		return nil, fmt.Errorf("%s: `%s`: %w", r.where(where), e.Text, err)
	}
	out := &program{Program: p, name: name, text: e.Text}
	for _, property := range p.Inputs {
		out.slots = append(out.slots, m.slot(property))
	}
	m.whole = m.whole || p.Whole
	return out, nil
}
