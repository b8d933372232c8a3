package object

import (
	"slices"
	"strings"
	"unicode/utf8"

	"target-filelake/ingest/mapping/python/fault"
)

// length is len(v).
func length(_ *Evaluation, args []any) (any, error) {
	switch x := args[0].(type) {
	case string:
		return utf8.RuneCountInString(x), nil
	case []any:
		return len(x), nil
	case *Dict:
		return len(x.keys), nil
	}
	return nil, fault.New("len() does not take %s", TypeName(args[0]))
}

// contains is item in of.
func contains(_ *Evaluation, item, of any) (any, error) {
	switch x := of.(type) {
	case string:
		if s, ok := item.(string); ok {
			return strings.Contains(x, s), nil
		}
	case []any:
		return slices.ContainsFunc(x, func(v any) bool { return equal(v, item) }), nil
	case *Dict:
		_, ok := x.Get(item)
		return ok, nil
	}
	return nil, notBetween("in", item, of)
}

// same is a is b, which is sure of None, True and False alone.
func same(_ *Evaluation, a, b any) (any, error) {
	switch b.(type) {
	case nil, bool:
		return TypeName(a) == TypeName(b) && a == b, nil
	}
	return nil, fault.New("is compares with None, True and False only; write ==")
}

// item is of[at].
func item(_ *Evaluation, of, at any) (any, error) {
	n, _, isInt, _ := number(at)
	switch x := of.(type) {
	case *Dict:
		if v, ok := x.Get(at); ok {
			return v, nil
		}
		return nil, fault.New("[…] names a key that is not there; write .get(…)")
	case []any:
		if isInt {
			if n = fromEnd(n, len(x)); n >= 0 && n < len(x) {
				return x[n], nil
			}
			return nil, fault.New("[…] is an index beyond the list's end")
		}
	case string:
		if isInt {
			rs := []rune(x)
			if n = fromEnd(n, len(rs)); n >= 0 && n < len(rs) {
				return string(rs[n]), nil
			}
			return nil, fault.New("[…] is an index beyond the text's end")
		}
	case nil:
		return nil, fault.New("None has no […]; write x[…] if x is not None else None")
	}
	return nil, fault.New("%s does not take […] of %s", TypeName(of), TypeName(at))
}

func fromEnd(n, length int) int {
	if n < 0 {
		return n + length
	}
	return n
}

// part is of[from:to:step].
func part(e *Evaluation, args []any) (any, error) {
	step := 1
	if s, ok := args[3].(int); ok {
		step = s
	} else if args[3] != nil {
		return nil, fault.New("a slice steps by an int, not by %s", TypeName(args[3]))
	}
	if step == 0 {
		return nil, fault.New("a slice cannot step by 0")
	}
	switch x := args[0].(type) {
	case string:
		rs := []rune(x)
		at, err := places(args[1], args[2], step, len(rs))
		if err != nil {
			return nil, err
		}
		out := make([]rune, len(at))
		for i, n := range at {
			out[i] = rs[n]
		}
		return string(out), e.room(len(rs) + len(out))
	case []any:
		at, err := places(args[1], args[2], step, len(x))
		if err != nil {
			return nil, err
		}
		out := make([]any, len(at))
		for i, n := range at {
			out[i] = x[n]
		}
		return out, e.room(len(out))
	}
	return nil, fault.New("%s does not take a slice", TypeName(args[0]))
}

// places are the indexes that a slice stands for.
func places(from, to any, step, length int) ([]int, error) {
	first, last := 0, length
	if step < 0 {
		first, last = length-1, -1
	}
	bound := func(v any, otherwise int) (int, error) {
		n, isInt := v.(int)
		switch {
		case v == nil:
			return otherwise, nil
		case !isInt:
			return 0, fault.New("a slice's ends are ints, not %s", TypeName(v))
		case step < 0:
			return max(min(fromEnd(n, length), length-1), -1), nil
		}
		return max(min(fromEnd(n, length), length), 0), nil
	}
	a, err := bound(from, first)
	if err != nil {
		return nil, err
	}
	b, err := bound(to, last)
	if err != nil {
		return nil, err
	}
	var out []int
	for n := a; step > 0 && n < b || step < 0 && n > b; n += step {
		out = append(out, n)
		if step > length || step < -length {
			break
		}
	}
	return out, nil
}

// elements are what a loop goes over.
func elements(e *Evaluation, args []any) (any, error) {
	var out []any
	switch x := args[0].(type) {
	case []any:
		out = x
	case *Dict:
		out = x.keys
	case string:
		for _, r := range x {
			out = append(out, string(r))
		}
	default:
		return nil, fault.New("a loop does not go over %s", TypeName(args[0]))
	}
	return out, e.spend(len(out))
}

// pairs makes a dict of keys and values in turn.
func pairs(_ *Evaluation, args []any) (any, error) {
	d := &Dict{}
	for i := 0; i < len(args); i += 2 {
		if !hashable(args[i]) {
			return nil, fault.New("%s cannot be a key of a dict", TypeName(args[i]))
		}
		d.Set(args[i], args[i+1])
	}
	return d, nil
}

// field is of.name: a dict's, as simpleeval has it, or a part of a time.
func field(_ *Evaluation, of any, name string) (any, error) {
	switch x := of.(type) {
	case *Dict:
		if v, ok := x.Get(name); ok {
			return v, nil
		}
		return nil, fault.New(".%s names a key that is not there; write .get(%s)", name, Quoted(name))
	case Date, Datetime, Timedelta:
		if v, ok := timePart(x, name); ok {
			return v, nil
		}
	case nil:
		return nil, fault.New("None has no .%s; write x.%s if x is not None else None", name, name)
	}
	return nil, fault.New("%s has no .%s", TypeName(of), name)
}

func dictGet(_ *Evaluation, args []any) (any, error) {
	d, ok := args[0].(*Dict)
	if !ok {
		return nil, noMethod(args[0], "get")
	}
	if v, ok := d.Get(args[1]); ok {
		return v, nil
	}
	return args[2], nil
}

// dictPart is .keys(), .values() or .items().
func dictPart(name string) method {
	return func(e *Evaluation, args []any) (any, error) {
		d, ok := args[0].(*Dict)
		if !ok {
			return nil, noMethod(args[0], name)
		}
		switch name {
		case "keys":
			return d.keys, e.spend(len(d.keys))
		case "values":
			return d.values, e.spend(len(d.keys))
		}
		out := make([]any, len(d.keys))
		for i := range d.keys {
			out[i] = []any{d.keys[i], d.values[i]}
		}
		return out, e.spend(3 * len(out))
	}
}

// noMethod refuses a method for the type of a value.
func noMethod(of any, name string) error {
	if of == nil {
		return fault.New("None has no .%s(); write x.%s(…) if x is not None else None", name, name)
	}
	return fault.New("%s has no .%s()", TypeName(of), name)
}
