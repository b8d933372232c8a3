package mapping

import (
	"bytes"
	"fmt"

	"target-filelake/ingest/mapping/python"
	"target-filelake/ingest/mapping/python/object"
	"target-filelake/ingest/selection"
	"target-filelake/ingest/text"
)

// Fault is why a record could not be mapped. It tells no value.
type Fault struct {
	Property string // that is made; "" of a filter
	Reason   string
}

func (f *Fault) Error() string { return f.Reason }

// Mapper maps records. It is for one goroutine at a time.
type Mapper struct {
	m      *Map
	scan   text.Scanner
	out    []byte
	pruned []byte

	line   []byte  // the text of the record
	spans  []span  // by slot
	values []value // by slot, once they were asked for
	whole  *value

	guesses []guess // by place: what stood there in the record before
	filter  *python.Machine
	outs    []*python.Machine // by output; nil where it has no program
}

// span is a value of the record, none if to is 0.
type span struct{ from, to int }

type value struct {
	v     any
	known bool
}

// guess is a property as it stood at a place of the last record.
type guess struct {
	quoted []byte // "name":
	act    action
}

// Mapper makes a mapper of m.
func (m *Map) Mapper() *Mapper {
	w := &Mapper{m: m, spans: make([]span, len(m.slots)), values: make([]value, len(m.slots)), outs: make([]*python.Machine, len(m.outs)), whole: &value{}}
	if m.filter != nil {
		w.filter = machine(m.filter)
	}
	for i := range m.outs {
		if p := m.outs[i].program; p != nil {
			w.outs[i] = machine(p)
		}
	}
	return w
}

func machine(p *program) *python.Machine {
	m, err := p.Machine()
	if err != nil {
		panic("BUG: a program that was compiled before does not compile: " + err.Error())
	}
	return m
}

// Apply maps the record that starts at b[i], a text that ends with a line
// break; containers stand in it at most depth deep. mapped is JSON text with a
// line break, valid until the next call, or nil if the record is filtered out.
// end is where the record ends, -1 if it is not well-formed. The error is a
// *Fault. What is no object comes out as it is.
func (w *Mapper) Apply(b []byte, i, depth int) (mapped []byte, end int, err error) {
	w.scan = text.Scanner{Max: depth, Depth: 1}
	w.line, w.out = b, append(w.out[:0], '{')
	clear(w.spans)
	clear(w.values)
	*w.whole = value{}
	if b[i] != '{' {
		if end = w.scan.Value(b, i); end < 0 {
			return nil, end, nil
		}
		w.out = append(append(w.out[:0], b[i:end]...), '\n')
		return w.out, end, nil
	}
	if end = w.members(b, i); end < 0 {
		return nil, end, nil
	}
	if w.filter != nil {
		v, err := w.run(w.m.filter, w.filter, i, end)
		if err != nil || !object.Truth(v) {
			return nil, end, err
		}
	}
	for k := range w.m.outs {
		if err := w.make(k, i, end); err != nil {
			return nil, end, err
		}
	}
	if n := len(w.out) - 1; w.out[n] == ',' {
		w.out = w.out[:n]
	}
	w.out = append(w.out, '}', '\n')
	return w.out, end, nil
}

// members copies the properties that pass, and notes where those stand that
// are looked at.
func (w *Mapper) members(b []byte, i int) int {
	if !w.scan.Enter(i) {
		return -1
	}
	if i = w.scan.Space(b, i+1); b[i] == '}' {
		return i + 1
	}
	for place := 0; ; place++ {
		start := i
		a, at := w.action(b, i, place)
		if at < 0 {
			return -1
		}
		if i = w.scan.Value(b, at); i < 0 {
			return -1
		}
		if a.slot >= 0 {
			w.spans[a.slot] = span{at, i}
		}
		if a.pass {
			w.out = append(append(w.out, b[start:i]...), ',')
		}
		if i = w.scan.Space(b, i); b[i] == ',' {
			i = w.scan.Space(b, i+1)
			continue
		}
		if b[i] != '}' {
			return w.scan.Fail(i, "want , or } after a property")
		}
		return i + 1
	}
}

// mostGuesses bounds what is remembered of the record before.
const mostGuesses = 10_000

// action is what becomes of the property whose name stands at b[i], and where
// its value stands. Mostly the same one stood there in the record before.
func (w *Mapper) action(b []byte, i, place int) (a action, at int) {
	if place < len(w.guesses) {
		if g := &w.guesses[place]; bytes.HasPrefix(b[i:], g.quoted) {
			return g.act, w.scan.Space(b, i+len(g.quoted))
		}
	}
	raw, plain, at := w.scan.Key(b, i)
	if at < 0 {
		return a, at
	}
	name := string(raw)
	if !plain {
		name = string(text.Unescape(nil, raw))
	}
	a, known := w.m.actions[name]
	if !known {
		a = w.m.others
		a.pass = a.pass && w.m.selection.Want([]string{name}) != selection.None
	}
	if place < mostGuesses {
		for len(w.guesses) <= place {
			w.guesses = append(w.guesses, guess{quoted: []byte{0}})
		}
		w.guesses[place] = guess{append(w.guesses[place].quoted[:0], b[i:i+len(raw)+3]...), a}
		if b[i+len(raw)+2] != ':' {
			w.guesses[place].quoted = []byte{0}
		}
	}
	return a, at
}

// make appends output k of the record [from, to).
func (w *Mapper) make(k, from, to int) error {
	o := &w.m.outs[k]
	switch {
	case o.whole:
		w.out = append(w.out, o.quoted...)
		w.out = append(w.out, w.record(from, to)...)
	case o.program == nil:
		s := w.spans[o.slot]
		if s.to == 0 {
			return nil
		}
		w.out = append(append(w.out, o.quoted...), w.line[s.from:s.to]...)
	default:
		v, err := w.run(o.program, w.outs[k], from, to)
		if err != nil {
			return err
		}
		w.out = append(w.out, o.quoted...)
		if w.out, err = appendValue(w.out, v, o.text); err != nil {
			return o.program.fault(err)
		}
	}
	w.out = append(w.out, ',')
	return nil
}

// appendValue appends a value as JSON; as text where it should be text.
func appendValue(dst []byte, v any, asText bool) ([]byte, error) {
	if !asText || v == nil {
		return object.AppendJSON(dst, v)
	}
	if object.Nested(v) {
		json, err := object.AppendJSON(nil, v)
		return text.AppendQuote(dst, json), err
	}
	if object.IsTime(v) {
		return object.AppendJSON(dst, v)
	}
	return text.AppendQuote(dst, object.Text(v)), nil
}

// fault adds the expression to what went wrong in it.
func (p *program) fault(err error) error {
	what := ""
	if p.name == "" {
		what = "__filter__ "
	}
	return &Fault{Property: p.name, Reason: fmt.Sprintf("%s`%s`: %s", what, p.text, err)}
}

// run evaluates a program for the record [from, to).
func (w *Mapper) run(p *program, m *python.Machine, from, to int) (any, error) {
	for i, slot := range p.slots {
		v, err := w.value(slot)
		if err != nil {
			return nil, p.fault(fmt.Errorf("%s holds %w", w.m.slots[slot], err))
		}
		m.Set(i, v, w.spans[slot].to > 0)
	}
	if p.Whole {
		if !w.whole.known {
			v, err := object.FromJSON(append(bytes.Clone(w.record(from, to)), '\n'), 0)
			if err != nil {
				return nil, p.fault(fmt.Errorf("the record holds %w", err))
			}
			*w.whole = value{v, true}
		}
		m.SetRecord(w.whole.v)
	}
	v, err := m.Run(to - from)
	if err != nil {
		return nil, p.fault(err)
	}
	return v, nil
}

// value is that of a slot; of one that the record lacks, None.
func (w *Mapper) value(slot int) (any, error) {
	if w.values[slot].known || w.spans[slot].to == 0 {
		return w.values[slot].v, nil
	}
	s := w.spans[slot]
	path := []string{w.m.slots[slot]}
	b, at := w.line, s.from
	switch w.m.selection.Want(path) {
	case selection.None:
		w.spans[slot] = span{}
		return nil, nil
	case selection.Part:
		var kept bool
		if w.pruned, kept = w.m.selection.Prune(w.pruned[:0], b[s.from:s.to], path); !kept {
			w.spans[slot] = span{}
			return nil, nil
		}
		w.pruned = append(w.pruned, '\n')
		b, at = w.pruned, 0
	}
	v, err := object.FromJSON(b, at)
	w.values[slot] = value{v, err == nil}
	return v, err
}

// record is the whole record as far as it is selected.
func (w *Mapper) record(from, to int) []byte {
	if w.m.selection == nil {
		return w.line[from:to]
	}
	out := []byte{'{'}
	for _, p := range text.Members(w.line[from:to]) {
		mark := len(out)
		out = append(text.AppendQuote(out, p.Name), ':')
		pruned, kept := w.m.selection.Prune(out, p.Value, []string{p.Name})
		if out = out[:mark]; kept {
			out = append(pruned, ',')
		}
	}
	return append(bytes.TrimSuffix(out, []byte{','}), '}')
}
