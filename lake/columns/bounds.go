package columns

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go/format"
)

// maxBound is the length past which a string is no bound: the footer would
// carry it twice a row group, and our Parquet library cannot mark a shortened
// bound as inexact.
const maxBound = 512

// bounds are the least and the greatest of some values, as Parquet's PLAIN
// encoding stores them.
type bounds struct {
	lo, hi  []byte // nil: there are no values; not nil where a string is empty
	unknown bool   // a value among them has no place in the order
	short   bool   // lo or hi is cut: no value need be equal to it
}

// add widens b, bounds of leaf l, to o's values.
func (b *bounds) add(o *bounds, l *Leaf) {
	b.unknown = b.unknown || o.unknown
	if b.unknown || o.lo == nil {
		return
	}
	lo, hi := below(o.lo, maxBound), above(o.hi, maxBound)
	b.unknown = hi == nil
	b.short = b.short || o.short || len(o.lo) > maxBound || len(o.hi) > maxBound
	if b.lo == nil || less(l, lo, b.lo) {
		b.lo = append([]byte{}, lo...)
	}
	if b.hi == nil || less(l, b.hi, hi) {
		b.hi = append([]byte{}, hi...)
	}
}

// below is at most x, and at most n bytes of whole UTF-8 characters.
func below(x []byte, n int) []byte {
	if len(x) <= n {
		return x
	}
	for n > 0 && !utf8.RuneStart(x[n]) {
		n--
	}
	return x[:n]
}

// above is at least x, and at most n bytes of whole UTF-8 characters: a prefix
// whose last character is the next one. Nil if there is none.
func above(x []byte, n int) []byte {
	if len(x) <= n {
		return x
	}
	cut := below(x, n)
	for len(cut) > 0 {
		r, size := utf8.DecodeLastRune(cut)
		cut = cut[:len(cut)-size]
		next := r + 1
		if next == 0xD800 { // surrogates are no characters
			next = 0xE000
		}
		if r < utf8.MaxRune && len(cut)+utf8.RuneLen(next) <= n {
			return utf8.AppendRune(slices.Clone(cut), next)
		}
	}
	return nil
}

func (b *bounds) statistics(nulls int64) format.Statistics {
	s := format.Statistics{NullCount: nulls}
	if !b.unknown && !b.short && len(b.lo) <= maxBound && len(b.hi) <= maxBound {
		s.MinValue, s.MaxValue = b.lo, b.hi
	}
	return s
}

func less(l *Leaf, x, y []byte) bool {
	switch physical(l.Kind, l.Precision) {
	case format.Int64:
		return int64(binary.LittleEndian.Uint64(x)) < int64(binary.LittleEndian.Uint64(y))
	case format.Int32:
		return int32(binary.LittleEndian.Uint32(x)) < int32(binary.LittleEndian.Uint32(y))
	case format.Double:
		return math.Float64frombits(binary.LittleEndian.Uint64(x)) < math.Float64frombits(binary.LittleEndian.Uint64(y))
	}
	if l.Kind == Decimal {
		return decimalLess(x, y)
	}
	return bytes.Compare(x, y) < 0
}

// boundsOf returns the bounds of v's values; they may alias v.
func boundsOf(v *Vector) bounds {
	switch v.layout() {
	case inBools:
		return boolBounds(v.Bools)
	case inFloats:
		return floatBounds(v.Floats)
	case withEnds:
		return byteBounds(len(v.Ends), v.Value)
	case inData:
		if v.Kind == Decimal {
			return decimalBounds(v.Data)
		}
		return byteBounds(len(v.Data)/fixedBytes, v.Value)
	default:
		return intBounds(v.Ints, physical(v.Kind, v.Precision))
	}
}

func intBounds(x []int64, t format.Type) bounds {
	if len(x) == 0 {
		return bounds{}
	}
	lo, hi := slices.Min(x), slices.Max(x)
	if t == format.Int32 {
		return bounds{
			lo: binary.LittleEndian.AppendUint32(nil, uint32(lo)),
			hi: binary.LittleEndian.AppendUint32(nil, uint32(hi)),
		}
	}
	return bounds{
		lo: binary.LittleEndian.AppendUint64(nil, uint64(lo)),
		hi: binary.LittleEndian.AppendUint64(nil, uint64(hi)),
	}
}

// floatBounds follows the format: a zero bound stands for both zeros, and
// where there is a NaN there are no bounds.
func floatBounds(x []float64) bounds {
	if len(x) == 0 {
		return bounds{}
	}
	lo, hi := slices.Min(x), slices.Max(x)
	if math.IsNaN(lo) || math.IsNaN(hi) {
		return bounds{unknown: true}
	}
	if lo == 0 {
		lo = math.Copysign(0, -1)
	}
	if hi == 0 {
		hi = 0
	}
	return bounds{
		lo: binary.LittleEndian.AppendUint64(nil, math.Float64bits(lo)),
		hi: binary.LittleEndian.AppendUint64(nil, math.Float64bits(hi)),
	}
}

func boolBounds(x []bool) bounds {
	if len(x) == 0 {
		return bounds{}
	}
	b := bounds{lo: []byte{1}, hi: []byte{0}}
	if slices.Contains(x, false) {
		b.lo[0] = 0
	}
	if slices.Contains(x, true) {
		b.hi[0] = 1
	}
	return b
}

func byteBounds(n int, value func(int) []byte) bounds {
	var b bounds
	for i := range n {
		b.addBytes(value(i))
	}
	return b
}

func (b *bounds) addBytes(x []byte) {
	switch {
	case b.lo == nil:
		b.lo, b.hi = notNil(x), notNil(x)
	case bytes.Compare(x, b.lo) < 0:
		b.lo = notNil(x)
	case bytes.Compare(x, b.hi) > 0:
		b.hi = x
	}
}

func notNil(x []byte) []byte {
	if x == nil {
		return []byte{}
	}
	return x
}
