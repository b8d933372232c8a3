package python

import (
	"fmt"
	"slices"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// Program is an expression whose names are known. It is never changed once
// made, and may be shared.
type Program struct {
	Inputs []string // the properties it looks at, in the order of Machine.Set
	Whole  bool     // it looks at the whole record too

	source    string
	used      map[string]function
	constants []any
	asked     []bool // whether it asks if an input is there
	started   time.Time
}

// slot is the place of a property among the inputs.
func (p *Program) slot(property string) int {
	if i := slices.Index(p.Inputs, property); i >= 0 {
		return i
	}
	p.Inputs, p.asked = append(p.Inputs, property), append(p.asked, false)
	return len(p.Inputs) - 1
}

// has is the name of whether an input is there.
func (p *Program) has(slot int) string {
	p.asked[slot] = true
	return fmt.Sprintf("h%d", slot)
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
		return fault("there is no %s", quoted(name))
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

// Compile finds what the names of an expression stand for. started is now().
func (e *Expression) Compile(s Scope, started time.Time) (*Program, error) {
	p := &Program{used: map[string]function{}, started: started.UTC().Truncate(time.Microsecond)}
	t := translator{scope: s, program: p, used: p.used, locals: map[string]string{}}
	if p.source = t.value(e.root); t.err != nil {
		return nil, t.err
	}
	_, err := p.Machine()
	return p, err
}

// Machine evaluates a program. It is for one goroutine at a time.
type Machine struct {
	program *vm.Program
	machine vm.VM
	env     map[string]any
	inputs  []string
	has     []string // by input, "" where nobody asks
	started time.Time
	left    int // of the budget
}

// Budget of one evaluation: units of work, each at most some hundred
// nanoseconds, beside those for the record's size.
const (
	leastWork = 1 << 20
	perByte   = 4
)

// Machine makes a machine for the program.
func (p *Program) Machine() (*Machine, error) {
	m := &Machine{env: map[string]any{"record": nil}, started: p.started}
	options := []expr.Option{expr.DisableAllBuiltins(), expr.EnableBuiltin("map"), expr.EnableBuiltin("filter"), expr.Optimize(false), expr.MaxNodes(20 * longestText)}
	for name, f := range p.used {
		options = append(options, expr.Function(name, m.bound(f)))
	}
	for i := range p.Inputs {
		m.inputs, m.has = append(m.inputs, slotName(i)), append(m.has, "")
		m.env[slotName(i)] = nil
		if p.asked[i] {
			m.has[i] = p.has(i)
			m.env[m.has[i]] = false
		}
	}
	for i, c := range p.constants {
		m.env[constantName(i)] = c
	}
	known := make(map[string]any, len(m.env))
	for name, v := range m.env {
		if known[name] = nil; v == false {
			known[name] = false
		}
	}
	var err error
	m.program, err = expr.Compile(p.source, append(options, expr.Env(known))...)
	if err != nil {
		return nil, fault("cannot be translated: %s", err)
	}
	m.machine.MemoryBudget = leastWork
	return m, nil
}

// Set gives an input its value for the next Run.
func (m *Machine) Set(input int, v any, there bool) {
	m.env[m.inputs[input]] = v
	if h := m.has[input]; h != "" {
		m.env[h] = there
	}
}

// SetRecord gives the whole record.
func (m *Machine) SetRecord(v any) { m.env["record"] = v }

// Run evaluates the program for a record of size bytes. Every error is a *Fault.
func (m *Machine) Run(size int) (any, error) {
	m.left = leastWork + perByte*size
	v, err := m.machine.Run(m.program, m.env)
	if err != nil {
		return nil, asFault(err)
	}
	return v, nil
}

var errTooMuch = fault("takes more work than an expression may")

// spend takes n units of the budget.
func (m *Machine) spend(n int) error {
	if m.left -= n; m.left < 0 {
		return errTooMuch
	}
	return nil
}

// room is asked for before n bytes or elements are made.
func (m *Machine) room(n int) error { return m.spend(n / 2) }

// product is asked for before n things of a size are made.
func (m *Machine) product(size, n int) error {
	if n > 0 && size > 0 && size > (1<<40)/n {
		return errTooMuch
	}
	return m.room(size * max(n, 0))
}

// bound is a function that spends of the machine's budget.
func (m *Machine) bound(f function) func(args ...any) (any, error) {
	return func(args ...any) (any, error) {
		cost := 1
		for _, a := range args {
			cost += weight(a, f.deep)
		}
		if err := m.spend(cost); err != nil {
			return nil, err
		}
		v, err := f.do(m, args)
		if s, ok := v.(string); ok && err == nil && len(s) > 64 {
			err = m.room(len(s))
		}
		return v, err
	}
}

// weight is what it costs to look at a value, all inside it too if deep.
func weight(v any, deep bool) int {
	n := 0
	switch x := v.(type) {
	case string:
		n = len(x) / 32
	case []any:
		if n = len(x) / 8; deep {
			for _, y := range x {
				n += 1 + weight(y, true)
			}
		}
	case *Dict:
		if deep {
			for i := range x.keys {
				n += 2 + weight(x.keys[i], true) + weight(x.values[i], true)
			}
		}
	}
	return n
}
