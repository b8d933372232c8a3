package schema

import (
	"math/big"

	"target-filelake/ingest/text"
	"target-filelake/lake/columns"
)

// blindScale is the most digits after its point for a number whose digits
// before it are unknown: it leaves twenty for them.
const blindScale = 18

// scalar chooses the column for a scalar schema's values.
func (f *Field) scalar(n *node, base Types) {
	f.Kind = scalarKind(base, n.get("format"))
	switch {
	case decimalFormat(n) && base&^(Number|String) == 0 && f.named(n):
	case f.Kind == columns.Int64 && beyondInt64(n):
		f.Kind, f.Precision = columns.Decimal, columns.MaxPrecision
	case f.Kind == columns.Double:
		f.stepped(n)
	}
}

func decimalFormat(n *node) bool {
	format := n.get("format")
	return format.is('"') && (format.text == "singer.decimal" || format.text == "x-singer.decimal")
}

// named makes a decimal of the size that the schema names, if it is one.
func (f *Field) named(n *node) bool {
	precision, ok := smallNumber(n.get("precision"))
	if !ok {
		return false
	}
	scale := 0
	if v := n.get("scale"); v != nil {
		if scale, ok = smallNumber(v); !ok {
			return false
		}
	}
	if precision < 1 || precision > columns.MaxPrecision || scale < 0 || scale > precision {
		f.Rounded = f.Kind == columns.Double
		return false
	}
	f.Kind, f.Precision, f.Scale = columns.Decimal, precision, scale
	return true
}

// smallNumber is a schema's integer.
func smallNumber(n *node) (int, bool) {
	if !n.is('0') {
		return 0, false
	}
	x, ok := text.TakeApart([]byte(n.text)).Int64()
	return int(x), ok
}

// stepped makes a decimal of a number that is a multiple of a power of ten. It
// stays a double where the digits would not all have room.
func (f *Field) stepped(n *node) {
	step := n.get("multipleOf")
	if !step.is('0') {
		return
	}
	exp, ok := text.TakeApart([]byte(step.text)).PowerOfTen()
	if !ok {
		return
	}
	scale := max(0, -exp)
	whole, bounded := wholeDigits(n)
	if !bounded {
		whole = columns.MaxPrecision - scale
	}
	if whole+scale > columns.MaxPrecision || !bounded && scale > blindScale {
		f.Rounded = true
		return
	}
	f.Kind, f.Precision, f.Scale, f.Rounded = columns.Decimal, max(1, whole+scale), scale, false
	f.sized = exp <= 0 && (n.get("minimum") == nil && n.get("maximum") == nil || bounded && symmetric(n, whole))
}

// symmetric reports whether a schema's bounds let in all numbers of so many
// digits before the point, and no more.
func symmetric(n *node, digits int) bool {
	low, high := n.get("minimum").text, n.get("maximum").text
	if low[0] != '-' || !n.get("exclusiveMinimum").isTrue() || !n.get("exclusiveMaximum").isTrue() {
		return false
	}
	a, okA := text.TakeApart([]byte(low[1:])).PowerOfTen()
	b, okB := text.TakeApart([]byte(high)).PowerOfTen()
	return okA && okB && a == digits && b == digits
}

// Implied reports whether a column of type c takes no number that f's Check
// would refuse: having room in it is all that the schema asks.
func (f *Field) Implied(c *columns.Column) bool {
	k := f.Check
	return f.sized && k != nil && k.num != nil && k.types|Null == f.Accept|Null &&
		k.enum == nil && k.str == nil && k.arr == nil && k.obj == nil && !k.combined() &&
		c.Kind == f.Kind && c.Precision == f.Precision && c.Scale == f.Scale
}

// wholeDigits is how many digits stand before the point of numbers between
// the schema's bounds, if it has both.
func wholeDigits(n *node) (digits int, bounded bool) {
	low, high := n.get("minimum"), n.get("maximum")
	if !low.is('0') || !high.is('0') {
		return 0, false
	}
	return max(digitsWithin(low, n.get("exclusiveMinimum")), digitsWithin(high, n.get("exclusiveMaximum"))), true
}

// digitsWithin is how many digits a number has before its point that goes as
// far as bound; up to 1000, but not to it, there are three.
func digitsWithin(bound, exclusive *node) int {
	size := bound.text
	if size[0] == '-' {
		size = size[1:]
	}
	d := text.TakeApart([]byte(size))
	if exp, ok := d.PowerOfTen(); ok && exp >= 0 && exclusive.isTrue() {
		return exp
	}
	return d.WholeDigits()
}

var (
	leastInt64 = new(big.Rat).SetInt64(-1 << 63)
	mostInt64  = new(big.Rat).SetInt64(1<<63 - 1)
)

// beyondInt64 reports whether a schema's bounds let integers in that 64 bits do not hold.
func beyondInt64(n *node) bool {
	return outside(n.get("minimum"), n.get("exclusiveMinimum"), leastInt64, 1) ||
		outside(n.get("maximum"), n.get("exclusiveMaximum"), mostInt64, -1)
}

// outside reports whether the integers up to bound go past limit. An excluded
// bound is one step inwards.
func outside(bound, exclusive *node, limit *big.Rat, inwards int64) bool {
	if !bound.is('0') {
		return false
	}
	x, ok := new(big.Rat).SetString(bound.text)
	if !ok {
		return false
	}
	if exclusive.isTrue() {
		x.Add(x, new(big.Rat).SetInt64(inwards))
	}
	return x.Cmp(limit) == -int(inwards)
}

// column is a field's type, as columns.Common looks at it.
func (f *Field) column() columns.Column {
	return columns.Column{Kind: f.Kind, Precision: f.Precision, Scale: f.Scale}
}

// become gives a field the type of c.
func (f *Field) become(c columns.Column) {
	f.Kind, f.Precision, f.Scale = c.Kind, c.Precision, c.Scale
}
