package object

import (
	"math"
	"math/bits"

	"target-filelake/ingest/mapping/python/fault"
)

// notBetween refuses an operator for the types of two values.
func notBetween(op string, a, b any) error {
	if a == nil || b == nil {
		return fault.New("%s does not go between %s and %s; write a value for None: x if x is not None else …", op, TypeName(a), TypeName(b))
	}
	return fault.New("%s does not go between %s and %s", op, TypeName(a), TypeName(b))
}

var errTooBig = fault.New("an integer beyond 64 bits")

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

var errZero = fault.New("division by zero")

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
		return nil, fault.New("** goes beyond what a float holds")
	}
	return f, nil
}

func shiftLeft(a, b int) (any, error) {
	if b < 0 {
		return nil, fault.New("a shift by less than nothing")
	}
	if a != 0 && b > 62 {
		return nil, errTooBig
	}
	return mulInts(a, 1<<min(b, 62))
}

func shiftRight(a, b int) (any, error) {
	if b < 0 {
		return nil, fault.New("a shift by less than nothing")
	}
	return a >> min(b, 63), nil
}
