package object

import (
	"slices"
	"strings"
	"time"

	"target-filelake/ingest/mapping/python/fault"
)

// add, subtract, multiply and modulo also take what is no number.
func add(e *Evaluation, a, b any) (any, error) {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return x + y, e.room(len(x) + len(y))
		}
	case []any:
		if y, ok := b.([]any); ok {
			if err := e.room(len(x) + len(y)); err != nil {
				return nil, err
			}
			return append(x[:len(x):len(x)], y...), nil
		}
	case Timedelta:
		if IsTime(b) {
			return shifted(b, time.Duration(x))
		}
	}
	if d, ok := b.(Timedelta); ok && (IsTime(a) || TypeName(a) == "timedelta") {
		return shifted(a, time.Duration(d))
	}
	return operations["+"].of("+", a, b)
}

func subtract(_ *Evaluation, a, b any) (any, error) {
	if d, ok := b.(Timedelta); ok && (IsTime(a) || TypeName(a) == "timedelta") {
		return shifted(a, -time.Duration(d))
	}
	switch x := a.(type) {
	case Date:
		if y, ok := b.(Date); ok {
			return Timedelta(x.t.Sub(y.t)), nil
		}
	case Datetime:
		if y, ok := b.(Datetime); ok && x.aware == y.aware {
			return Timedelta(x.t.Sub(y.t)), nil
		}
	}
	return operations["-"].of("-", a, b)
}

func multiply(e *Evaluation, a, b any) (any, error) {
	if n, _, isInt, _ := number(a); isInt && TypeName(b) != "int" {
		if s, ok := repeated(b); ok {
			return s(e, n)
		}
	}
	if n, _, isInt, _ := number(b); isInt {
		if s, ok := repeated(a); ok {
			return s(e, n)
		}
	}
	return operations["*"].of("*", a, b)
}

// repeated repeats text, a list or a span of time.
func repeated(v any) (func(e *Evaluation, n int) (any, error), bool) {
	switch x := v.(type) {
	case string:
		return func(e *Evaluation, n int) (any, error) {
			if err := e.product(len(x), n); err != nil {
				return nil, err
			}
			return strings.Repeat(x, max(n, 0)), nil
		}, true
	case []any:
		return func(e *Evaluation, n int) (any, error) {
			if err := e.product(len(x), n); err != nil {
				return nil, err
			}
			return slices.Repeat(x, max(n, 0)), nil
		}, true
	case Timedelta:
		return func(_ *Evaluation, n int) (any, error) {
			d, err := mulInts(int(x), n)
			if err != nil {
				return nil, err
			}
			return Timedelta(d.(int)), nil
		}, true
	}
	return nil, false
}

func modulo(_ *Evaluation, a, b any) (any, error) {
	if _, ok := a.(string); ok {
		return nil, fault.New("%% does not format text here; write an f-string: f'{x:.2f}'")
	}
	return operations["%"].of("%", a, b)
}

func negate(_ *Evaluation, v any) (any, error) {
	if d, ok := v.(Timedelta); ok {
		return -d, nil
	}
	i, f, isInt, ok := number(v)
	switch {
	case !ok:
		return nil, fault.New("- does not go before %s", TypeName(v))
	case isInt:
		return subInts(0, i)
	}
	return -f, nil
}

func positive(_ *Evaluation, v any) (any, error) {
	i, f, isInt, ok := number(v)
	switch {
	case !ok:
		return nil, fault.New("+ does not go before %s", TypeName(v))
	case isInt:
		return i, nil
	}
	return f, nil
}

func invert(_ *Evaluation, v any) (any, error) {
	i, _, isInt, _ := number(v)
	if !isInt {
		return nil, fault.New("~ does not go before %s", TypeName(v))
	}
	return ^i, nil
}
