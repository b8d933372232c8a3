package draft4

import (
	"math"
	"math/big"
	"unicode/utf8"

	"target-filelake/ingest/schema/pattern"
	"target-filelake/ingest/text"
)

// Ints is a Check of numbers that are stored as integers: times a power of ten.
type Ints struct {
	min, max int64
	step     int64 // 0: any
}

// Has reports whether the check takes the stored number.
func (n *Ints) Has(x int64) bool {
	return n.min <= x && x <= n.max && (n.step == 0 || x%n.step == 0)
}

// Ints is k for numbers of the types that are stored times ten to the scale;
// nil if it asks more than how large they are, and multiples of what.
func (k *Check) Ints(types Types, scale int) *Ints {
	if !k.only(types & Number) {
		return nil
	}
	ten := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil))
	n := &Ints{min: math.MinInt64, max: math.MaxInt64}
	if least := k.num.min; least != nil {
		floor, whole := split(new(big.Rat).Mul(least.rat, ten))
		if !whole || least.exclusive {
			floor.Add(floor, big.NewInt(1))
		}
		if floor.Cmp(big.NewInt(math.MaxInt64)) > 0 {
			return nil
		}
		if floor.IsInt64() {
			n.min = floor.Int64()
		}
	}
	if most := k.num.max; most != nil {
		floor, whole := split(new(big.Rat).Mul(most.rat, ten))
		if whole && most.exclusive {
			floor.Sub(floor, big.NewInt(1))
		}
		if floor.Cmp(big.NewInt(math.MinInt64)) < 0 {
			return nil
		}
		if floor.IsInt64() {
			n.max = floor.Int64()
		}
	}
	if k.num.multipleOf != nil {
		// In lowest terms, an integer is a multiple of p/q if it is one of p.
		step := new(big.Rat).Mul(k.num.multipleOf.rat, ten).Num()
		if !step.IsInt64() {
			return nil
		}
		n.step = step.Int64()
	}
	return n
}

// split is the integer at or below x, and whether it is x.
func split(x *big.Rat) (floor *big.Int, whole bool) {
	return new(big.Int).Div(x.Num(), x.Denom()), x.IsInt() // Div rounds down: a denominator is positive
}

// only reports whether k limits numbers of all of the types, and nothing else
// that numbers could break.
func (k *Check) only(types Types) bool {
	return k.num != nil && k.enum == nil && !k.combined() && !k.coerces && types&^k.types == 0
}

// Floats is a Check of numbers that are stored as the nearest doubles.
type Floats struct {
	min, max float64 // nearest to the limits
}

// longestPlain is how many bytes a number may have to be no number out of all
// measure, if it is a double and not 0.
const longestPlain = 30

// Inside reports that the check takes a number of so many bytes, of which x is
// the nearest double. If it does not, the number itself must be looked at: it
// may be wrong, or too near to a limit, or to 0, to be told from it.
func (n *Floats) Inside(x float64, size int) bool {
	return n.min < x && x < n.max && x != 0 && size <= longestPlain
}

// Floats is k for numbers of the types; nil if it asks more than how large they are.
func (k *Check) Floats(types Types) *Floats {
	if !k.only(types&Number) || k.num.multipleOf != nil {
		return nil
	}
	n := &Floats{min: math.Inf(-1), max: math.Inf(1)}
	if k.num.min != nil {
		n.min, _ = text.Float([]byte(k.num.min.text))
	}
	if k.num.max != nil {
		n.max, _ = text.Float([]byte(k.num.max.text))
	}
	return n
}

// Strings is a Check of strings that are stored without their escapes.
type Strings struct {
	min, max int // code points
	pattern  *pattern.Pattern
	enum     map[string]struct{} // nil: any
}

// Has reports whether the check takes the stored string.
func (t *Strings) Has(s []byte) bool {
	if len(s) > t.max || len(s) < utf8.UTFMax*t.min {
		if n := utf8.RuneCount(s); n < t.min || n > t.max {
			return false
		}
	}
	if t.pattern != nil && !t.pattern.Match(s) {
		return false
	}
	if t.enum != nil {
		_, found := t.enum[string(s)]
		return found
	}
	return true
}

// Strings is k for strings; nil if they are limited by more than a list, their
// length and a pattern, or if that may be long work, which a Checker counts.
func (k *Check) Strings() *Strings {
	if !k.types.Has(String) || k.combined() || k.coerces {
		return nil
	}
	t := &Strings{max: math.MaxInt}
	if k.str != nil {
		if t.min, t.pattern = k.str.min, k.str.pattern; t.pattern != nil && t.pattern.Steps(1) > 0 {
			return nil
		}
		if k.str.max >= 0 {
			t.max = k.str.max
		}
	}
	if k.enum != nil {
		t.enum = k.enum.strings
	}
	return t
}
