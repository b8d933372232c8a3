package object

import (
	"time"

	"target-filelake/ingest/mapping/python/fault"
)

// Evaluation is one evaluation of an expression: when it takes place, and the
// units of work it may still spend, each at most some hundred nanoseconds.
type Evaluation struct {
	Started time.Time
	Left    int
}

var errTooMuch = fault.New("takes more work than an expression may")

// spend takes n units of the budget.
func (e *Evaluation) spend(n int) error {
	if e.Left -= n; e.Left < 0 {
		return errTooMuch
	}
	return nil
}

// room is asked for before n bytes or elements are made.
func (e *Evaluation) room(n int) error { return e.spend(n / 2) }

// product is asked for before n things of a size are made.
func (e *Evaluation) product(size, n int) error {
	if n > 0 && size > 0 && size > (1<<40)/n {
		return errTooMuch
	}
	return e.room(size * max(n, 0))
}

// Call calls a function and spends what its arguments and its value cost.
func (f Function) Call(e *Evaluation, args []any) (any, error) {
	cost := 1
	for _, a := range args {
		cost += weight(a, f.deep)
	}
	if err := e.spend(cost); err != nil {
		return nil, err
	}
	v, err := f.do(e, args)
	if s, ok := v.(string); ok && err == nil && len(s) > 64 {
		err = e.room(len(s))
	}
	return v, err
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
