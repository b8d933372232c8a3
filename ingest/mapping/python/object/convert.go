package object

import (
	"math"
	"strconv"
	"strings"

	"target-filelake/ingest/mapping/python/fault"
)

// toInt is int(v) and int(v, base).
func toInt(_ *Evaluation, args []any) (any, error) {
	base := 10
	if b, ok := args[1].(int); ok {
		base = b
	}
	switch x := args[0].(type) {
	case string:
		n, err := strconv.ParseInt(strings.ReplaceAll(strings.TrimSpace(x), "_", ""), base, 64)
		if err != nil {
			return nil, fault.New("int() of text that is no integer of 64 bits")
		}
		return int(n), nil
	case float64:
		if x != x || x >= 1<<63 || x < -1<<63 {
			return nil, fault.New("int() of a float beyond 64 bits")
		}
		return int(x), nil
	}
	i, _, isInt, _ := number(args[0])
	if !isInt {
		return nil, fault.New("int() does not take %s; write int(x) if x is not None else None, say", TypeName(args[0]))
	}
	return i, nil
}

// toFloat is float(v).
func toFloat(_ *Evaluation, args []any) (any, error) {
	if s, ok := args[0].(string); ok {
		f, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(s), "_", ""), 64)
		if err != nil || strings.ContainsAny(s, "xX") {
			return nil, fault.New("float() of text that is no number")
		}
		return f, nil
	}
	_, f, _, ok := number(args[0])
	if !ok {
		return nil, fault.New("float() does not take %s; write float(x) if x is not None else None, say", TypeName(args[0]))
	}
	return f, nil
}

// absolute is abs(v).
func absolute(e *Evaluation, args []any) (any, error) {
	i, f, isInt, ok := number(args[0])
	switch {
	case !ok:
		return nil, fault.New("abs() does not take %s", TypeName(args[0]))
	case isInt && i >= 0:
		return i, nil
	case isInt:
		return subInts(0, i)
	}
	return math.Abs(f), nil
}

// round is round(v) and round(v, digits): to the nearest, halves to even.
func round(_ *Evaluation, args []any) (any, error) {
	i, f, isInt, ok := number(args[0])
	digits, whole := args[1].(int)
	switch {
	case !ok:
		return nil, fault.New("round() does not take %s", TypeName(args[0]))
	case args[1] != nil && !whole:
		return nil, fault.New("round() counts digits with an int, not with %s", TypeName(args[1]))
	case isInt && digits >= 0:
		return i, nil
	case isInt:
		f = float64(i)
	case math.IsNaN(f) || math.IsInf(f, 0):
		return nil, fault.New("round() of what is no number")
	case args[1] == nil:
		return toInt(nil, []any{math.RoundToEven(f), nil})
	}
	if digits = min(digits, 400); digits >= 0 {
		r, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'f', digits, 64), 64)
		return r, nil
	}
	unit := math.Pow10(min(-digits, 300))
	r := math.RoundToEven(f/unit) * unit
	if isInt {
		return toInt(nil, []any{r, nil})
	}
	return r, nil
}
