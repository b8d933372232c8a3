package python

import (
	"errors"
	"runtime"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"target-filelake/ingest/mapping/python/fault"
	"target-filelake/ingest/mapping/python/object"
	"target-filelake/ingest/mapping/python/syntax"
)

// Machine evaluates a program. It is for one goroutine at a time.
type Machine struct {
	program *vm.Program
	machine vm.VM
	env     map[string]any
	inputs  []string
	has     []string // by input, "" where nobody asks
	eval    object.Evaluation
}

// Budget of one evaluation, in units of work: some, and more for the record's
// size.
const (
	leastWork = 1 << 20
	perByte   = 4
)

// Machine makes a machine for the program.
func (p *Program) Machine() (*Machine, error) {
	m := &Machine{env: map[string]any{"record": nil}, eval: object.Evaluation{Started: p.started}}
	options := []expr.Option{expr.DisableAllBuiltins(), expr.EnableBuiltin("map"), expr.EnableBuiltin("filter"), expr.Optimize(false), expr.MaxNodes(20 * syntax.Longest)}
	for name, f := range p.used {
		options = append(options, expr.Function(name, func(args ...any) (any, error) { return f.Call(&m.eval, args) }))
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
		return nil, fault.New("cannot be translated: %s", err)
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

// Run evaluates the program for a record of size bytes. Every error is a *fault.Fault.
func (m *Machine) Run(size int) (any, error) {
	m.eval.Left = leastWork + perByte*size
	v, err := m.machine.Run(m.program, m.env)
	if err != nil {
		return nil, asFault(err)
	}
	return v, nil
}

// asFault finds the fault in an error of the machine's. Errors of its own
// would show values.
func asFault(err error) error {
	if f, ok := errors.AsType[*fault.Fault](err); ok {
		return f
	}
	if bug, ok := errors.AsType[runtime.Error](err); ok {
		return fault.New("a bug in how it is evaluated: %s", bug)
	}
	return fault.New("takes more memory than an expression may")
}
