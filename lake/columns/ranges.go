package columns

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go/format"
)

// Range is what a file's values of one column lie between.
type Range struct {
	ID    int32   `json:"id"`              // field id
	Min   *string `json:"min,omitempty"`   // at most every value that is not null; absent: not known, or all are null
	Max   *string `json:"max,omitempty"`   // at least every such value; absent as Min is
	Nulls int64   `json:"nulls,omitempty"` // rows without a value
}

// rangeText is the length past which a string in a Range is cut, in bytes.
const rangeText = 64

// ranged reports whether a column's values have an order that a Range can tell.
func ranged(l *Leaf) bool {
	switch l.Kind {
	case Int64, Double, Decimal, String, UUID, Date, Time, Timestamp:
		return l.MaxRep == 0
	}
	return false
}

// tracked is a column whose Range the file will tell.
type tracked struct {
	leaf   *Leaf
	at     int // among the file's leaves
	bounds bounds
	nulls  int64
	rises  bool // every value is greater than the one before it, and none is null
}

// Track makes the file keep the Range of the columns of some field ids, those
// that can have one. It is called before the first Begin.
func (f *FileWriter) Track(ids []int32) {
	for i := range f.leaves {
		for _, id := range ids {
			if l := &f.leaves[i]; l.ID == id && ranged(l) {
				f.tracked = append(f.tracked, tracked{leaf: l, at: i, rises: true})
			}
		}
	}
}

func (f *FileWriter) tracks(l *Leaf) bool {
	for i := range f.tracked {
		if f.tracked[i].leaf == l {
			return true
		}
	}
	return false
}

// track adds what a row group holds of the tracked columns.
func (f *FileWriter) track(g *RowGroup) {
	for i := range f.tracked {
		t := &f.tracked[i]
		t.rises = t.rises && g.rises[i] && t.bounds.endBefore(&g.bounds[i], t.leaf)
		t.bounds.add(&g.bounds[i], t.leaf)
		t.nulls += g.meta.Columns[t.at].MetaData.Statistics.NullCount
	}
}

// Rises reports whether the values of the only tracked column become greater from
// row to row, and none is null. It may say no where they do.
func (f *FileWriter) Rises() bool { return len(f.tracked) == 1 && f.tracked[0].rises }

// endBefore reports whether all values of b are less than those of o.
func (b *bounds) endBefore(o *bounds, l *Leaf) bool {
	return b.lo == nil && !b.unknown || !b.unknown && !o.unknown && !b.short && !o.short && o.lo != nil && less(l, b.hi, o.lo)
}

// rises reports whether the values of vector i become greater from row to row,
// from segment to segment too, and none is null.
func rises(segments []*Batch, i int) bool {
	var before *Vector
	for _, b := range segments {
		v := &b.Vectors[i]
		n := v.values()
		if n < len(v.Def) {
			return false
		}
		if n == 0 {
			continue
		}
		if before != nil && !lessAt(before, before.values()-1, v, 0) {
			return false
		}
		for at := 1; at < n; at++ {
			if !lessAt(v, at-1, v, at) {
				return false
			}
		}
		before = v
	}
	return true
}

// lessAt compares value i of v with value j of o, of the same leaf.
func lessAt(v *Vector, i int, o *Vector, j int) bool {
	switch v.layout() {
	case inInts:
		return v.Ints[i] < o.Ints[j]
	case inFloats:
		return v.Floats[i] < o.Floats[j]
	case inData:
		if v.Kind == Decimal {
			return decimalLess(v.Value(i), o.Value(j))
		}
	}
	return bytes.Compare(v.Value(i), o.Value(j)) < 0
}

// Ranges are those of the tracked columns, in the order of the schema.
func (f *FileWriter) Ranges() []Range {
	var out []Range
	for i := range f.tracked {
		t := &f.tracked[i]
		out = append(out, t.bounds.rangeOf(t.leaf, t.nulls))
	}
	return out
}

func (b *bounds) rangeOf(l *Leaf, nulls int64) Range {
	r := Range{ID: l.ID, Nulls: nulls}
	if b.unknown || b.lo == nil {
		return r
	}
	lo, hi := b.lo, b.hi
	if l.Kind == String {
		if lo, hi = below(lo, rangeText), above(hi, rangeText); hi == nil {
			return r
		}
	}
	least, most := rangeWords(l, lo), rangeWords(l, hi)
	r.Min, r.Max = &least, &most
	return r
}

// rangeWords is a value, as Parquet's PLAIN encoding stores it, as text: a
// number in decimal, a date in days and a time in µs, as they are stored, a
// UUID in lower-case hex.
func rangeWords(l *Leaf, x []byte) string {
	switch {
	case l.Kind == Double:
		return strconv.FormatFloat(math.Float64frombits(binary.LittleEndian.Uint64(x)), 'g', -1, 64)
	case l.Kind == String:
		return string(x)
	case l.Kind == UUID:
		return hex.EncodeToString(x)
	case l.Kind == Decimal:
		return new(big.Rat).SetFrac(integer(x), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(l.Scale)), nil)).FloatString(l.Scale)
	case len(x) == 4:
		return strconv.FormatInt(int64(int32(binary.LittleEndian.Uint32(x))), 10)
	}
	return strconv.FormatInt(int64(binary.LittleEndian.Uint64(x)), 10)
}

// integer is the number that a decimal of any width is stored as.
func integer(x []byte) *big.Int {
	switch len(x) {
	case 4:
		return big.NewInt(int64(int32(binary.LittleEndian.Uint32(x))))
	case 8:
		return big.NewInt(int64(binary.LittleEndian.Uint64(x)))
	}
	n := new(big.Int).SetBytes(x)
	if len(x) > 0 && x[0]&0x80 != 0 { // two's complement
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(x))))
	}
	return n
}

// Meets reports whether a value of r, of a column a, may equal one of o, of the
// same column as b: types of a key change, between numbers.
func (r *Range) Meets(a *Column, o *Range, b *Column) bool {
	if r.Nulls > 0 && o.Nulls > 0 {
		return true
	}
	if r.Min == nil || o.Min == nil {
		// Without bounds a range with nulls may hold nothing else, or anything.
		return true
	}
	return !(before(*r.Max, a, *o.Min, b) || before(*o.Max, b, *r.Min, a))
}

// before reports whether x is surely less than y.
func before(x string, a *Column, y string, b *Column) bool {
	exact := func(c *Column) bool { return c.Kind == Int64 || c.Kind == Decimal }
	switch {
	case exact(a) && exact(b):
		p, okP := new(big.Rat).SetString(x)
		q, okQ := new(big.Rat).SetString(y)
		return okP && okQ && p.Cmp(q) < 0
	case a.Kind != b.Kind:
		return false
	case a.Kind == Double:
		p, errP := strconv.ParseFloat(x, 64)
		q, errQ := strconv.ParseFloat(y, 64)
		return errP == nil && errQ == nil && p < q
	case a.Kind == Date || a.Kind == Time || a.Kind == Timestamp:
		p, errP := strconv.ParseInt(x, 10, 64)
		q, errQ := strconv.ParseInt(y, 10, 64)
		return errP == nil && errQ == nil && p < q
	}
	return strings.Compare(x, y) < 0
}

// Join is the range of the values of both; they are of one column.
func (r Range) Join(c *Column, o Range) Range {
	out := Range{ID: r.ID, Nulls: r.Nulls + o.Nulls}
	if r.Min == nil || o.Min == nil {
		return out
	}
	out.Min, out.Max = r.Min, r.Max
	if before(*o.Min, c, *r.Min, c) {
		out.Min = o.Min
	}
	if before(*r.Max, c, *o.Max, c) {
		out.Max = o.Max
	}
	return out
}

// Compare orders ranges of one column by their least values; those that tell none
// are equal to any.
func (r *Range) Compare(c *Column, o *Range) int {
	switch {
	case r.Min == nil || o.Min == nil:
		return 0
	case before(*r.Min, c, *o.Min, c):
		return -1
	case before(*o.Min, c, *r.Min, c):
		return 1
	}
	return 0
}

// Before reports whether all of r is surely less than all of o; nulls are in
// neither.
func (r *Range) Before(c *Column, o *Range) bool {
	return r.Nulls == 0 && o.Nulls == 0 && r.Max != nil && o.Min != nil && before(*r.Max, c, *o.Min, c)
}

// FileRanges are the ranges that a Parquet file's footer tells of the columns
// of some field ids, in the order of s, the file's schema.
func FileRanges(r io.ReaderAt, size int64, s *Schema, ids []int32) ([]Range, error) {
	meta, _, err := readMeta(r, size)
	if err != nil {
		return nil, err
	}
	f := FileWriter{schema: s, leaves: s.Leaves()}
	f.Track(ids)
	for i := range meta.RowGroups {
		if n := len(meta.RowGroups[i].Columns); n != len(f.leaves) {
			return nil, fmt.Errorf("%w: row group %d has %d columns", ErrNotParquet, i, n)
		}
		f.trackCopied(&meta.RowGroups[i])
	}
	return f.Ranges(), nil
}

// trackCopied adds what a row group's statistics say of the tracked columns.
func (f *FileWriter) trackCopied(g *format.RowGroup) {
	for i := range f.tracked {
		t := &f.tracked[i]
		m := &g.Columns[t.at].MetaData
		b := footerBounds(m)
		t.bounds.add(&b, t.leaf)
		t.nulls += m.Statistics.NullCount
		t.rises = false // who knows
	}
}

// footerBounds are what the statistics of a column chunk say; those of a chunk
// without any say nothing.
func footerBounds(m *format.ColumnMetaData) bounds {
	s := &m.Statistics
	switch {
	case s.NullCount == m.NumValues:
		return bounds{}
	case s.MinValue == nil || s.MaxValue == nil || !wide(s.MinValue, m.Type) || !wide(s.MaxValue, m.Type):
		return bounds{unknown: true}
	}
	return bounds{lo: s.MinValue, hi: s.MaxValue}
}

// wide reports whether a bound, if there is one, is as long as a value.
func wide(bound []byte, t format.Type) bool {
	want := len(bound)
	switch t {
	case format.Boolean:
		want = 1
	case format.Int32:
		want = 4
	case format.Int64, format.Double:
		want = 8
	case format.FixedLenByteArray:
		want = fixedBytes
	}
	return bound == nil || len(bound) == want
}
