package columns

import (
	"encoding/binary"
	"fmt"
)

// MaxPrecision is the most digits a decimal has: those of 128 bits, which is
// what DuckDB and every other reader of Parquet hold.
const MaxPrecision = 38

// The most digits of an unscaled decimal in 32 bits and in 64, and the digits
// that any int64 needs.
const (
	int32Precision = 9
	int64Precision = 18
	int64Digits    = 19
)

// fixedBytes is the size of a UUID, and of a decimal beyond int64Precision.
const fixedBytes = 16

// Short reports whether a decimal column's values have room in an int64: its
// vectors keep them in Ints.
func (c *Column) Short() bool { return c.Precision <= int64Precision }

// Decimal appends a value of a Decimal leaf: the number times 10^Scale, in
// two's complement, hi its upper 64 bits. It has at most Precision digits; the
// caller has seen to that. Leaves of up to 18 digits take Int too, with lo.
func (v *Vector) Decimal(hi int64, lo uint64, rep byte) {
	v.level(v.MaxDef, rep)
	if v.Precision <= int64Precision {
		v.Ints = append(v.Ints, int64(lo))
		return
	}
	v.Data = appendDecimal(v.Data, hi, lo)
}

// appendDecimal appends the 16 bytes of Parquet's FIXED_LEN_BYTE_ARRAY(16).
func appendDecimal(dst []byte, hi int64, lo uint64) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(dst, uint64(hi)), lo)
}

// decimalLess compares what appendDecimal appended.
func decimalLess(x, y []byte) bool {
	xHi, yHi := int64(binary.BigEndian.Uint64(x)), int64(binary.BigEndian.Uint64(y))
	return xHi < yHi || xHi == yHi && binary.BigEndian.Uint64(x[8:]) < binary.BigEndian.Uint64(y[8:])
}

// decimalBounds are the least and the greatest of the decimals in data.
func decimalBounds(data []byte) bounds {
	var b bounds
	for i := 0; i < len(data); i += fixedBytes {
		b.addDecimal(data[i : i+fixedBytes])
	}
	return b
}

func (b *bounds) addDecimal(x []byte) {
	if b.lo == nil {
		b.lo, b.hi = x, x
	}
	if decimalLess(x, b.lo) {
		b.lo = x
	} else if decimalLess(b.hi, x) {
		b.hi = x
	}
}

// Common is the narrowest type that keeps every value of a's and of b's, by
// Widened's rules; where a decimal would need more than MaxPrecision digits,
// and beside a double, it is String. It looks at Kind, Precision and Scale,
// and sets only these.
func Common(a, b Column) Column {
	aWhole, aScale, aExact := a.digits()
	bWhole, bScale, bExact := b.digits()
	if !aExact || !bExact || a.Kind != Decimal && b.Kind != Decimal {
		return Column{Kind: Widened(a.Kind, b.Kind)}
	}
	scale := max(aScale, bScale)
	precision := max(aWhole, bWhole) + scale
	if precision > MaxPrecision {
		return Column{Kind: String}
	}
	return Column{Kind: Decimal, Precision: precision, Scale: scale}
}

// digits are those a number needs before its point and after it.
func (c *Column) digits() (whole, scale int, exact bool) {
	switch c.Kind {
	case Int64:
		return int64Digits, 0, true
	case Decimal:
		return c.Precision - c.Scale, c.Scale, true
	}
	return 0, 0, false
}

// sameType reports whether values of a and b are the same, whatever is below them.
func sameType(a, b *Column) bool {
	return a.Kind == b.Kind && a.Precision == b.Precision && a.Scale == b.Scale
}

// typeText names the type in messages.
func (c *Column) typeText() string {
	if c.Kind == Decimal {
		return fmt.Sprintf("%s(%d,%d)", c.Kind, c.Precision, c.Scale)
	}
	return string(c.Kind)
}

func (c *Column) check(at string) error {
	if c.Kind == Decimal && (c.Precision < 1 || c.Precision > MaxPrecision || c.Scale < 0 || c.Scale > c.Precision) {
		return fmt.Errorf("%w: %s is a %s, want a precision of 1 to %d and a scale within it",
			ErrSchema, at, c.typeText(), MaxPrecision)
	}
	return nil
}
