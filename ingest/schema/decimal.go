package schema

import (
	"math/big"

	"target-filelake/ingest/schema/draft4"
	"target-filelake/ingest/text"
	"target-filelake/lake/columns"
)

// blindScale is the most digits after its point for a number whose digits
// before it are unknown: it leaves twenty for them.
const blindScale = 18

// scalar chooses the column for a scalar schema's values.
func (f *Field) scalar(n *draft4.Node, base draft4.Types) {
	f.Kind = scalarKind(base, n.Get("format"))
	named := decimalFormat(n) && base&^(draft4.Number|draft4.String) == 0
	switch {
	case named && f.named(n):
	case f.Kind == columns.Int64 && beyondInt64(n):
		f.Kind, f.Precision = columns.Decimal, columns.MaxPrecision
	case f.Kind == columns.Double:
		f.stepped(n)
		if named && f.Kind == columns.Double { // the format promises exact numbers: as text, then
			f.Kind, f.Rounded = columns.String, false
		}
	}
}

func decimalFormat(n *draft4.Node) bool {
	format := n.Get("format")
	return format.Is('"') && (format.Text() == "singer.decimal" || format.Text() == "x-singer.decimal")
}

// named makes a decimal of the size that the schema names, if it is one.
func (f *Field) named(n *draft4.Node) bool {
	precision, ok := smallNumber(n.Get("precision"))
	scale := 0
	if v := n.Get("scale"); ok && v != nil {
		scale, ok = smallNumber(v)
	}
	if !ok || precision < 1 || precision > columns.MaxPrecision || scale < 0 || scale > precision {
		return false
	}
	f.Kind, f.Precision, f.Scale = columns.Decimal, precision, scale
	return true
}

// smallNumber is a schema's integer.
func smallNumber(n *draft4.Node) (int, bool) {
	if !n.Is('0') {
		return 0, false
	}
	x, ok := text.TakeApart([]byte(n.Text())).Int64()
	return int(x), ok
}

// stepped makes a decimal of a number that is a multiple of a power of ten. It
// stays a double where the digits would not all have room.
func (f *Field) stepped(n *draft4.Node) {
	step := n.Get("multipleOf")
	if !step.Is('0') {
		return
	}
	exp, ok := text.TakeApart([]byte(step.Text())).PowerOfTen()
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
	f.sized = exp <= 0 && (n.Get("minimum") == nil && n.Get("maximum") == nil || bounded && symmetric(n, whole))
}

// symmetric reports whether a schema's bounds let in all numbers of so many
// digits before the point, and no more.
func symmetric(n *draft4.Node, digits int) bool {
	low, high := n.Get("minimum").Text(), n.Get("maximum").Text()
	if low[0] != '-' || !n.Get("exclusiveMinimum").IsTrue() || !n.Get("exclusiveMaximum").IsTrue() {
		return false
	}
	a, okA := text.TakeApart([]byte(low[1:])).PowerOfTen()
	b, okB := text.TakeApart([]byte(high)).PowerOfTen()
	return okA && okB && a == digits && b == digits
}

// Implied reports whether a column of type c takes no number that f's Check
// would refuse: having room in it is all that the schema asks.
func (f *Field) Implied(c *columns.Column) bool {
	return f.sized && f.Check.OnlyNumbers(f.Accept) &&
		c.Kind == f.Kind && c.Precision == f.Precision && c.Scale == f.Scale
}

// wholeDigits is how many digits stand before the point of numbers between
// the schema's bounds, if it has both.
func wholeDigits(n *draft4.Node) (digits int, bounded bool) {
	low, high := n.Get("minimum"), n.Get("maximum")
	if !low.Is('0') || !high.Is('0') {
		return 0, false
	}
	return max(digitsWithin(low, n.Get("exclusiveMinimum")), digitsWithin(high, n.Get("exclusiveMaximum"))), true
}

// digitsWithin is how many digits a number has before its point that goes as
// far as bound; up to 1000, but not to it, there are three.
func digitsWithin(bound, exclusive *draft4.Node) int {
	size := bound.Text()
	if size[0] == '-' {
		size = size[1:]
	}
	d := text.TakeApart([]byte(size))
	if exp, ok := d.PowerOfTen(); ok && exp >= 0 && exclusive.IsTrue() {
		return exp
	}
	return d.WholeDigits()
}

var (
	leastInt64 = new(big.Rat).SetInt64(-1 << 63)
	mostInt64  = new(big.Rat).SetInt64(1<<63 - 1)
)

// beyondInt64 reports whether a schema's bounds let integers in that 64 bits do not hold.
func beyondInt64(n *draft4.Node) bool {
	return outside(n.Get("minimum"), n.Get("exclusiveMinimum"), leastInt64, 1) ||
		outside(n.Get("maximum"), n.Get("exclusiveMaximum"), mostInt64, -1)
}

// outside reports whether the integers up to bound go past limit. An excluded
// bound is one step inwards.
func outside(bound, exclusive *draft4.Node, limit *big.Rat, inwards int64) bool {
	if !bound.Is('0') {
		return false
	}
	x, ok := new(big.Rat).SetString(bound.Text())
	if !ok {
		return false
	}
	if exclusive.IsTrue() {
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
