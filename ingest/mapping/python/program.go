package python

import (
	"fmt"
	"slices"
	"time"

	"target-filelake/ingest/mapping/python/object"
)

// Program is an expression whose names are known. It is never changed once
// made, and may be shared.
type Program struct {
	Inputs []string // the properties it looks at, in the order of Machine.Set
	Whole  bool     // it looks at the whole record too

	source    string
	used      map[string]object.Function
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

// Compile finds what the names of an expression stand for. started is now().
func (e *Expression) Compile(s Scope, started time.Time) (*Program, error) {
	p := &Program{used: map[string]object.Function{}, started: started.UTC().Truncate(time.Microsecond)}
	t := translator{scope: s, program: p, used: p.used, locals: map[string]string{}}
	if p.source = t.value(e.root); t.err != nil {
		return nil, t.err
	}
	_, err := p.Machine()
	return p, err
}
