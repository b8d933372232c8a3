package python

import (
	"math"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// notBetween refuses an operator for the types of two values.
func notBetween(op string, a, b any) error {
	if a == nil || b == nil {
		return fault("%s does not go between %s and %s; write a value for None: x if x is not None else …", op, typeName(a), typeName(b))
	}
	return fault("%s does not go between %s and %s", op, typeName(a), typeName(b))
}

var errTooBig = fault("an integer beyond 64 bits")

// arithmetic is an operator on numbers: whole on two integers, else broken.
type arithmetic struct {
	whole  func(a, b int) (any, error)
	broken func(a, b float64) (any, error)
}

func (o arithmetic) of(op string, a, b any) (any, error) {
	ai, af, aInt, aNum := number(a)
	bi, bf, bInt, bNum := number(b)
	switch {
	case !aNum || !bNum:
		return nil, notBetween(op, a, b)
	case aInt && bInt && o.whole != nil:
		return o.whole(ai, bi)
	case o.broken == nil:
		return nil, notBetween(op, a, b)
	}
	return o.broken(af, bf)
}

var operations = map[string]arithmetic{
	"+":  {addInts, func(a, b float64) (any, error) { return a + b, nil }},
	"-":  {subInts, func(a, b float64) (any, error) { return a - b, nil }},
	"*":  {mulInts, func(a, b float64) (any, error) { return a * b, nil }},
	"/":  {nil, divide},
	"//": {floorInts, func(a, b float64) (any, error) { return zeroChecked(b, math.Floor(a/b)) }},
	"%":  {modInts, modFloats},
	"**": {powInts, powFloats},
	"&":  {func(a, b int) (any, error) { return a & b, nil }, nil},
	"|":  {func(a, b int) (any, error) { return a | b, nil }, nil},
	"^":  {func(a, b int) (any, error) { return a ^ b, nil }, nil},
	"<<": {shiftLeft, nil},
	">>": {shiftRight, nil},
}

func addInts(a, b int) (any, error) {
	c := a + b
	if (c > a) != (b > 0) && b != 0 {
		return nil, errTooBig
	}
	return c, nil
}

func subInts(a, b int) (any, error) {
	c := a - b
	if (c < a) != (b > 0) && b != 0 {
		return nil, errTooBig
	}
	return c, nil
}

func mulInts(a, b int) (any, error) {
	high, low := bits.Mul64(magnitude(a), magnitude(b))
	negative := (a < 0) != (b < 0)
	switch {
	case high != 0 || low > 1<<63 || low == 1<<63 && !negative:
		return nil, errTooBig
	case negative:
		return int(-low), nil
	}
	return int(low), nil
}

func magnitude(n int) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

var errZero = fault("division by zero")

func zeroChecked(b float64, v any) (any, error) {
	if b == 0 {
		return nil, errZero
	}
	return v, nil
}

func divide(a, b float64) (any, error) { return zeroChecked(b, a/b) }

func floorInts(a, b int) (any, error) {
	if b == 0 {
		return nil, errZero
	}
	if b == -1 {
		return subInts(0, a)
	}
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q, nil
}

func modInts(a, b int) (any, error) {
	if b == 0 {
		return nil, errZero
	}
	if b == -1 {
		return 0, nil
	}
	r := a % b
	if r != 0 && (r < 0) != (b < 0) {
		r += b
	}
	return r, nil
}

func modFloats(a, b float64) (any, error) {
	r := math.Mod(a, b)
	if r != 0 && (r < 0) != (b < 0) {
		r += b
	}
	return zeroChecked(b, r)
}

func powInts(a, b int) (any, error) {
	if b < 0 {
		return powFloats(float64(a), float64(b))
	}
	out := any(1)
	var err error
	for base := a; b > 0; b >>= 1 {
		if b&1 == 1 {
			if out, err = mulInts(out.(int), base); err != nil {
				return nil, err
			}
		}
		if b > 1 {
			next, err := mulInts(base, base)
			if err != nil {
				return nil, err
			}
			base = next.(int)
		}
	}
	return out, nil
}

func powFloats(a, b float64) (any, error) {
	if a == 0 && b < 0 {
		return nil, errZero
	}
	f := math.Pow(a, b)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, fault("** goes beyond what a float holds")
	}
	return f, nil
}

func shiftLeft(a, b int) (any, error) {
	if b < 0 {
		return nil, fault("a shift by less than nothing")
	}
	if a != 0 && b > 62 {
		return nil, errTooBig
	}
	return mulInts(a, 1<<min(b, 62))
}

func shiftRight(a, b int) (any, error) {
	if b < 0 {
		return nil, fault("a shift by less than nothing")
	}
	return a >> min(b, 63), nil
}

// add, subtract, multiply and modulo also take what is no number.
func add(m *Machine, a, b any) (any, error) {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return x + y, m.room(len(x) + len(y))
		}
	case []any:
		if y, ok := b.([]any); ok {
			if err := m.room(len(x) + len(y)); err != nil {
				return nil, err
			}
			return append(x[:len(x):len(x)], y...), nil
		}
	case Timedelta:
		if isTime(b) {
			return shifted(b, time.Duration(x))
		}
	}
	if d, ok := b.(Timedelta); ok && (isTime(a) || typeName(a) == "timedelta") {
		return shifted(a, time.Duration(d))
	}
	return operations["+"].of("+", a, b)
}

func subtract(_ *Machine, a, b any) (any, error) {
	if d, ok := b.(Timedelta); ok && (isTime(a) || typeName(a) == "timedelta") {
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

func multiply(m *Machine, a, b any) (any, error) {
	if n, _, isInt, _ := number(a); isInt && typeName(b) != "int" {
		if s, ok := repeated(b); ok {
			return s(m, n)
		}
	}
	if n, _, isInt, _ := number(b); isInt {
		if s, ok := repeated(a); ok {
			return s(m, n)
		}
	}
	return operations["*"].of("*", a, b)
}

// repeated repeats text, a list or a span of time.
func repeated(v any) (func(m *Machine, n int) (any, error), bool) {
	switch x := v.(type) {
	case string:
		return func(m *Machine, n int) (any, error) {
			if err := m.product(len(x), n); err != nil {
				return nil, err
			}
			return strings.Repeat(x, max(n, 0)), nil
		}, true
	case []any:
		return func(m *Machine, n int) (any, error) {
			if err := m.product(len(x), n); err != nil {
				return nil, err
			}
			var out []any
			for range n {
				out = append(out, x...)
			}
			return out, nil
		}, true
	case Timedelta:
		return func(_ *Machine, n int) (any, error) {
			d, err := mulInts(int(x), n)
			if err != nil {
				return nil, err
			}
			return Timedelta(d.(int)), nil
		}, true
	}
	return nil, false
}

func modulo(_ *Machine, a, b any) (any, error) {
	if _, ok := a.(string); ok {
		return nil, fault("%% does not format text here; write an f-string: f'{x:.2f}'")
	}
	return operations["%"].of("%", a, b)
}

func negate(_ *Machine, v any) (any, error) {
	if d, ok := v.(Timedelta); ok {
		return -d, nil
	}
	i, f, isInt, ok := number(v)
	switch {
	case !ok:
		return nil, fault("- does not go before %s", typeName(v))
	case isInt:
		return subInts(0, i)
	}
	return -f, nil
}

func positive(_ *Machine, v any) (any, error) {
	i, f, isInt, ok := number(v)
	switch {
	case !ok:
		return nil, fault("+ does not go before %s", typeName(v))
	case isInt:
		return i, nil
	}
	return f, nil
}

func invert(_ *Machine, v any) (any, error) {
	i, _, isInt, _ := number(v)
	if !isInt {
		return nil, fault("~ does not go before %s", typeName(v))
	}
	return ^i, nil
}

// toInt is int(v) and int(v, base).
func toInt(_ *Machine, args []any) (any, error) {
	base := 10
	if b, ok := args[1].(int); ok {
		base = b
	}
	switch x := args[0].(type) {
	case string:
		n, err := strconv.ParseInt(strings.ReplaceAll(strings.TrimSpace(x), "_", ""), base, 64)
		if err != nil {
			return nil, fault("int() of text that is no integer of 64 bits")
		}
		return int(n), nil
	case float64:
		if x != x || x >= 1<<63 || x < -1<<63 {
			return nil, fault("int() of a float beyond 64 bits")
		}
		return int(x), nil
	}
	i, _, isInt, _ := number(args[0])
	if !isInt {
		return nil, fault("int() does not take %s; write int(x) if x is not None else None, say", typeName(args[0]))
	}
	return i, nil
}

// toFloat is float(v).
func toFloat(_ *Machine, args []any) (any, error) {
	if s, ok := args[0].(string); ok {
		f, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(s), "_", ""), 64)
		if err != nil || strings.ContainsAny(s, "xX") {
			return nil, fault("float() of text that is no number")
		}
		return f, nil
	}
	_, f, _, ok := number(args[0])
	if !ok {
		return nil, fault("float() does not take %s; write float(x) if x is not None else None, say", typeName(args[0]))
	}
	return f, nil
}

// absolute is abs(v).
func absolute(m *Machine, args []any) (any, error) {
	i, f, isInt, ok := number(args[0])
	switch {
	case !ok:
		return nil, fault("abs() does not take %s", typeName(args[0]))
	case isInt && i >= 0:
		return i, nil
	case isInt:
		return subInts(0, i)
	}
	return math.Abs(f), nil
}

// round is round(v) and round(v, digits): to the nearest, halves to even.
func round(_ *Machine, args []any) (any, error) {
	i, f, isInt, ok := number(args[0])
	digits, whole := args[1].(int)
	switch {
	case !ok:
		return nil, fault("round() does not take %s", typeName(args[0]))
	case args[1] != nil && !whole:
		return nil, fault("round() counts digits with an int, not with %s", typeName(args[1]))
	case isInt && digits >= 0:
		return i, nil
	case isInt:
		f = float64(i)
	case math.IsNaN(f) || math.IsInf(f, 0):
		return nil, fault("round() of what is no number")
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
