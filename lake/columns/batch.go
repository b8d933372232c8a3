package columns

import (
	"bytes"
	"slices"
)

// Batch is rows of one stream, column by column, as Parquet will store them:
// each leaf a Vector of values with definition and repetition levels (Dremel).
// It is appended to by one goroutine at a time and owns all its bytes.
type Batch struct {
	Schema *Schema
	Rows   int
	// Vectors are the leaves of Schema.WithDeleted().WithExtra(), in their order.
	// Those that Schema lacks are left out of files that lack them too.
	Vectors []Vector

	late     bool // Schema has no column for DeletedName
	lateFrom int  // 1 + the first row with an undeclared DeletedName; 0: none has it
}

// Vector is one leaf column of a Batch. There is an entry in Def (and in Rep)
// for every value, null or empty list; Ints, Floats, Bools or Data hold only
// the entries whose level is MaxDef, in order.
type Vector struct {
	Leaf
	Def    []byte
	Rep    []byte    // nil unless MaxRep > 0
	Starts []uint32  // entry at which each row starts; nil unless MaxRep > 0
	Ints   []int64   // Int64, Date, Time, Timestamp; Decimal of up to 18 digits, times 10^Scale
	Floats []float64 // Double
	Bools  []bool    // Boolean
	Data   []byte    // the values end to end: String, JSON; UUID and longer Decimals, 16 bytes each
	Ends   []uint32  // String, JSON: where each value ends in Data
}

// layout says which of a Vector's slices hold its values.
type layout uint8

const (
	inInts layout = iota
	inFloats
	inBools
	inData   // fixedBytes each
	withEnds // in Data, any length
)

func (l *Leaf) layout() layout {
	switch l.Kind {
	case Boolean:
		return inBools
	case Double:
		return inFloats
	case String, JSON:
		return withEnds
	case UUID:
		return inData
	case Decimal:
		if l.Precision > int64Precision {
			return inData
		}
	}
	return inInts
}

// NewBatch returns an empty batch of schema.
func NewBatch(s *Schema) *Batch {
	leaves := s.WithDeleted().WithExtra().Leaves()
	b := &Batch{Schema: s, Vectors: make([]Vector, len(leaves)), late: !s.HasDeleted()}
	for i := range leaves {
		b.Vectors[i].Leaf = leaves[i]
	}
	return b
}

// Like returns an empty batch of b's schema.
func (b *Batch) Like() *Batch {
	next := &Batch{Schema: b.Schema, Vectors: make([]Vector, len(b.Vectors)), late: b.late}
	for i := range b.Vectors {
		next.Vectors[i].Leaf = b.Vectors[i].Leaf
	}
	return next
}

// Extra is the vector of undeclared properties: one JSON object a row, or null.
func (b *Batch) Extra() *Vector { return &b.Vectors[len(b.Vectors)-1] }

// HasExtra reports whether a row holds an undeclared property.
func (b *Batch) HasExtra() bool { return len(b.Extra().Ends) > 0 }

// Null appends an entry below a value that is absent at level def.
func (v *Vector) Null(def, rep byte) {
	v.level(def, rep)
}

func (v *Vector) level(def, rep byte) {
	if v.MaxRep > 0 {
		if rep == 0 {
			v.Starts = append(v.Starts, uint32(len(v.Def)))
		}
		v.Rep = append(v.Rep, rep)
	}
	v.Def = append(v.Def, def)
}

// Int appends a value of an Int64, Date, Time or Timestamp leaf.
func (v *Vector) Int(x int64, rep byte) {
	v.level(v.MaxDef, rep)
	v.Ints = append(v.Ints, x)
}

// Float appends a value of a Double leaf.
func (v *Vector) Float(x float64, rep byte) {
	v.level(v.MaxDef, rep)
	v.Floats = append(v.Floats, x)
}

// Bool appends a value of a Boolean leaf.
func (v *Vector) Bool(x bool, rep byte) {
	v.level(v.MaxDef, rep)
	v.Bools = append(v.Bools, x)
}

// Bytes appends a copy of a value of a String, JSON or UUID leaf.
func (v *Vector) Bytes(x []byte, rep byte) {
	v.Data = append(v.Data, x...)
	v.EndBytes(rep)
}

// EndBytes ends a value whose bytes the caller has appended to Data itself.
func (v *Vector) EndBytes(rep byte) {
	v.level(v.MaxDef, rep)
	if v.Kind == String || v.Kind == JSON {
		v.Ends = append(v.Ends, uint32(len(v.Data)))
	}
}

// Reset empties the batch and keeps its memory.
func (b *Batch) Reset() {
	for i := range b.Vectors {
		v := &b.Vectors[i]
		v.Def, v.Rep, v.Starts = v.Def[:0], v.Rep[:0], v.Starts[:0]
		v.Ints, v.Floats, v.Bools = v.Ints[:0], v.Floats[:0], v.Bools[:0]
		v.Data, v.Ends = v.Data[:0], v.Ends[:0]
	}
	b.Rows, b.lateFrom = 0, 0
}

// Truncate drops every row from row on, and what a row begun after them has
// already put into some vectors.
func (b *Batch) Truncate(row int) {
	for i := range b.Vectors {
		v := &b.Vectors[i]
		entry := v.entryOf(row)
		v.dropValues(v.present(entry, len(v.Def)))
		v.Def = v.Def[:entry]
		if v.MaxRep > 0 {
			v.Rep, v.Starts = v.Rep[:entry], v.Starts[:min(row, len(v.Starts))]
		}
	}
	b.Rows = min(b.Rows, row)
	b.dropLate()
}

// entryOf is the index of row's first entry, the count of entries if there is none.
func (v *Vector) entryOf(row int) int {
	if v.MaxRep == 0 {
		return min(row, len(v.Def))
	}
	if row >= len(v.Starts) {
		return len(v.Def)
	}
	return int(v.Starts[row])
}

// present counts the values among the entries [from, to).
func (v *Vector) present(from, to int) int {
	return bytes.Count(v.Def[from:to], []byte{v.MaxDef})
}

func (v *Vector) dropValues(n int) {
	switch v.layout() {
	case inBools:
		v.Bools = v.Bools[:len(v.Bools)-n]
	case inFloats:
		v.Floats = v.Floats[:len(v.Floats)-n]
	case inData:
		v.Data = v.Data[:len(v.Data)-fixedBytes*n]
	case withEnds:
		v.Ends = v.Ends[:len(v.Ends)-n]
		// Bytes past the last end may be of a value that was never ended.
		v.Data = v.Data[:v.end(len(v.Ends))]
	default:
		v.Ints = v.Ints[:len(v.Ints)-n]
	}
}

// end is where the first n values of a String or JSON vector end in Data.
func (v *Vector) end(n int) int {
	if n == 0 {
		return 0
	}
	return int(v.Ends[n-1])
}

// Value is the i-th value's bytes in a vector that keeps them in Data; valid
// until the vector changes.
func (v *Vector) Value(i int) []byte {
	if v.layout() == inData {
		return v.Data[fixedBytes*i : fixedBytes*(i+1)]
	}
	return v.Data[v.end(i):v.Ends[i]]
}

// AppendRows appends rows [from, to) of src, whose schema must have the same
// columns.
func (b *Batch) AppendRows(src *Batch, from, to int) {
	if len(b.Vectors) != len(src.Vectors) {
		panic("BUG: AppendRows between different schemas")
	}
	b.joinLate(src)
	for i := range b.Vectors {
		v := &src.Vectors[i]
		b.Vectors[i].appendEntries(v, v.entryOf(from), v.entryOf(to))
	}
	b.Rows += to - from
}

func (v *Vector) appendEntries(src *Vector, from, to int) {
	first := 0
	if from > 0 {
		first = src.present(0, from)
	}
	n := src.present(from, to)
	base := uint32(len(v.Def))
	v.Def = append(v.Def, src.Def[from:to]...)
	if v.MaxRep > 0 {
		v.Rep = append(v.Rep, src.Rep[from:to]...)
		for i, r := range src.Rep[from:to] {
			if r == 0 {
				v.Starts = append(v.Starts, base+uint32(i))
			}
		}
	}
	switch v.layout() {
	case inBools:
		v.Bools = append(v.Bools, src.Bools[first:first+n]...)
	case inFloats:
		v.Floats = append(v.Floats, src.Floats[first:first+n]...)
	case inData:
		v.Data = append(v.Data, src.Data[fixedBytes*first:fixedBytes*(first+n)]...)
	case withEnds:
		v.appendBytes(src, first, n)
	default:
		v.Ints = append(v.Ints, src.Ints[first:first+n]...)
	}
}

func (v *Vector) appendBytes(src *Vector, first, n int) {
	lo, hi := src.end(first), src.end(first+n)
	shift := uint32(len(v.Data)) - uint32(lo)
	v.Data = append(v.Data, src.Data[lo:hi]...)
	v.Ends = slices.Grow(v.Ends, n)
	for _, e := range src.Ends[first : first+n] {
		v.Ends = append(v.Ends, e+shift)
	}
}

// Size is the number of bytes the rows take, without spare capacity.
func (b *Batch) Size() int {
	n := 0
	for i := range b.Vectors {
		v := &b.Vectors[i]
		n += len(v.Def) + len(v.Rep) + 4*len(v.Starts) + 8*len(v.Ints) + 8*len(v.Floats) +
			len(v.Bools) + len(v.Data) + 4*len(v.Ends)
	}
	return n
}
