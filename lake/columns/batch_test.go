package columns

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// A tree is a value as a record holds it: nil, bool, int64, float64, []byte,
// a decimal's unscaled *big.Int, fields of a struct, or items of a list.
type (
	fields []any
	items  []any
)

// late is an undeclared DeletedName behind a row's columns: an int64, or nil.
type late struct{ value any }

// shred appends row to b, whose schema's columns it has one value each of.
func shred(b *Batch, row []any) {
	at := 0
	for i := range b.Schema.Columns {
		c := &b.Schema.Columns[i]
		n := c.LeafCount()
		if c.ID == ExtraID {
			at = len(b.Vectors) - 1
		}
		shredValue(b.Vectors[at:at+n], c, row[i], 0, 0, 0)
		at += n
	}
	if x, ok := row[len(row)-1].(late); ok {
		if !b.BeginLate() {
			panic("BeginLate of a row that has none yet")
		}
		if b.Late().Null(0, 0); x.value != nil {
			b.Late().Def = b.Late().Def[:b.Rows]
			b.Late().Int(x.value.(int64), 0)
		}
		if b.BeginLate() {
			panic("BeginLate of a row that has one")
		}
	}
	if !b.Schema.HasExtra() {
		b.Extra().Null(0, 0)
	}
	b.Rows++
}

func shredValue(v []Vector, c *Column, x any, def, rep, depth byte) {
	switch x := x.(type) {
	case nil:
		nulls(v, def, rep)
	case fields:
		at := 0
		for i := range c.Fields {
			n := c.Fields[i].LeafCount()
			shredValue(v[at:at+n], &c.Fields[i], x[i], def+1, rep, depth)
			at += n
		}
	case items:
		if len(x) == 0 {
			nulls(v, def+1, rep)
		}
		for i := range x {
			if i > 0 {
				rep = depth + 1
			}
			shredValue(v, &c.Fields[0], x[i], def+2, rep, depth+1)
		}
	case bool:
		v[0].Bool(x, rep)
	case int64:
		v[0].Int(x, rep)
	case float64:
		v[0].Float(x, rep)
	case []byte:
		v[0].Bytes(x, rep)
	case *big.Int:
		hi, lo := halves(x)
		v[0].Decimal(hi, lo, rep)
	default:
		panic(fmt.Sprintf("no column holds a %T", x))
	}
}

func nulls(v []Vector, def, rep byte) {
	for i := range v {
		v[i].Null(def, rep)
	}
}

// halves is x in two's complement.
func halves(x *big.Int) (hi int64, lo uint64) {
	lo = new(big.Int).And(x, new(big.Int).SetUint64(math.MaxUint64)).Uint64()
	return new(big.Int).Rsh(x, 64).Int64(), lo
}

// randomUnscaled has up to precision digits, often few or the most there are.
func randomUnscaled(r *rand.Rand, precision int) *big.Int {
	digits := 1 + r.IntN(precision)
	if r.IntN(4) == 0 {
		digits = precision
	}
	text := []byte{'-'}
	for range digits {
		d := byte(r.IntN(10))
		if digits == precision {
			d = max(d, 4+byte(r.IntN(6)))
		}
		text = append(text, '0'+d)
	}
	x, _ := new(big.Int).SetString(string(text[r.IntN(2):]), 10)
	return x
}

var leafKinds = []Kind{Boolean, Int64, Double, Decimal, String, JSON, UUID, Date, Time, Timestamp}

// randomSchema has up to six columns, nested up to three deep.
func randomSchema(r *rand.Rand) *Schema {
	id := int32(0)
	s := &Schema{Columns: randomColumns(r, 1+r.IntN(6), 3, &id)}
	if r.IntN(4) == 0 {
		s = s.WithDeleted()
	}
	if r.IntN(3) == 0 {
		return s.WithExtra()
	}
	return s
}

func randomColumns(r *rand.Rand, n, depth int, id *int32) []Column {
	cols := make([]Column, n)
	for i := range cols {
		*id++
		// Names do not sort in the order of the columns.
		name := fmt.Sprintf("%c%d", 'z'-*id%26, *id)
		cols[i] = Column{ID: *id, Name: name, Property: name}
		switch k := r.IntN(12); {
		case depth > 0 && k == 0:
			cols[i].Kind, cols[i].Fields = Struct, randomColumns(r, 1+r.IntN(3), depth-1, id)
		case depth > 0 && k <= 2:
			cols[i].Kind, cols[i].Fields = List, randomColumns(r, 1, depth-1, id)
			cols[i].Fields[0].Name, cols[i].Fields[0].Property = ListElement, ListElement
		default:
			cols[i].Kind = leafKinds[r.IntN(len(leafKinds))]
			if cols[i].Kind == Decimal {
				cols[i].Precision = 1 + r.IntN(MaxPrecision)
				cols[i].Scale = r.IntN(cols[i].Precision + 1)
			}
		}
	}
	return cols
}

func randomRow(r *rand.Rand, cols []Column) []any {
	row := make([]any, len(cols))
	for i := range cols {
		row[i] = randomTree(r, &cols[i])
	}
	return row
}

func randomTree(r *rand.Rand, c *Column) any {
	if r.IntN(4) == 0 {
		return nil
	}
	switch c.Kind {
	case Struct:
		return fields(randomRow(r, c.Fields))
	case List:
		x := make(items, r.IntN(4))
		for i := range x {
			x[i] = randomTree(r, &c.Fields[0])
		}
		return x
	default:
		return randomScalar(r, c)
	}
}

func randomScalar(r *rand.Rand, c *Column) any {
	switch c.Kind {
	case Boolean:
		return r.IntN(2) == 0
	case Int64, Timestamp:
		return int64(r.Uint64()) >> r.IntN(64)
	case Date:
		return r.Int64N(80_000) - 40_000
	case Time:
		return r.Int64N(86_400_000_000)
	case Double:
		return r.NormFloat64() * 1e6
	case Decimal:
		return randomUnscaled(r, c.Precision)
	case UUID:
		x := make([]byte, 16)
		for i := range x {
			x[i] = byte(r.Uint32())
		}
		return x
	case JSON:
		return fmt.Appendf(nil, `{"n":%d}`, r.IntN(30))
	default:
		return bytes.Repeat([]byte{byte('a' + r.IntN(26))}, r.IntN(5))
	}
}

func batchOf(s *Schema, rows [][]any) *Batch {
	b := NewBatch(s)
	for _, row := range rows {
		shred(b, row)
	}
	return b
}

func sameBatch(t *testing.T, got, want *Batch) {
	t.Helper()
	if got.Rows != want.Rows {
		t.Fatalf("%d rows, want %d", got.Rows, want.Rows)
	}
	if want.HasLate() && !got.HasLate() {
		t.Fatal("HasLate is false of a batch with rows that have the property")
	}
	for i := range want.Vectors {
		g, w := got.Vectors[i], want.Vectors[i]
		if want.Late() == &want.Vectors[i] { // entries that lack at its end are null
			g.Def, w.Def = bytes.TrimRight(g.Def, "\x00"), bytes.TrimRight(w.Def, "\x00")
		}
		if !sameVector(&g, &w) {
			t.Fatalf("column %q:\n got %+v\nwant %+v", w.Path, g, w)
		}
	}
}

func sameVector(a, b *Vector) bool {
	return bytes.Equal(a.Def, b.Def) && bytes.Equal(a.Rep, b.Rep) && slices.Equal(a.Starts, b.Starts) &&
		slices.Equal(a.Ints, b.Ints) && slices.Equal(a.Floats, b.Floats) && slices.Equal(a.Bools, b.Bools) &&
		bytes.Equal(a.Data, b.Data) && slices.Equal(a.Ends, b.Ends)
}

// beginRow leaves a row half written: some columns have it, the last of
// them without its end.
func beginRow(r *rand.Rand, b *Batch) {
	n := r.IntN(len(b.Schema.Columns) + 1)
	at := 0
	if b.Late() != nil && r.IntN(4) == 0 {
		b.BeginLate()
		b.Late().Int(1, 0)
	}
	for i := range n {
		c := &b.Schema.Columns[i]
		k := c.LeafCount()
		if c.ID == ExtraID {
			at = len(b.Vectors) - 1
		}
		shredValue(b.Vectors[at:at+k], c, randomTree(r, c), 0, 0, 0)
		at += k
	}
	if at == len(b.Vectors) || b.Late() == &b.Vectors[at] {
		return
	}
	if v := &b.Vectors[at]; v.Kind == String || v.Kind == JSON {
		v.Data = append(v.Data, "never ended"...)
	}
}

func TestBatchEqualsModel(t *testing.T) {
	f := func(seed uint64) {
		t.Helper()
		r := rand.New(rand.NewPCG(seed, 1))
		s := randomSchema(r)
		b, other := NewBatch(s), NewBatch(s)
		var rows, otherRows [][]any
		for range 60 {
			switch r.IntN(8) {
			case 0:
				beginRow(r, b)
				n := r.IntN(len(rows) + 1)
				b.Truncate(n)
				rows = rows[:n]
			case 1:
				beginRow(r, b)
				b.Truncate(b.Rows)
			case 2:
				from := r.IntN(len(otherRows) + 1)
				to := from + r.IntN(len(otherRows)-from+1)
				b.AppendRows(other, from, to)
				rows = append(rows, otherRows[from:to]...)
			case 3:
				if r.IntN(10) == 0 {
					b.Reset()
					rows = nil
				}
			default:
				row := randomRow(r, s.Columns)
				switch have := r.IntN(12); {
				case s.HasDeleted():
				case have == 0:
					row = append(row, late{})
				case have <= 2:
					row = append(row, late{r.Int64()})
				}
				if r.IntN(2) == 0 {
					shred(b, row)
					rows = append(rows, row)
				} else {
					shred(other, row)
					otherRows = append(otherRows, row)
				}
			}
			sameBatch(t, b, batchOf(s, rows))
		}
	}
	for seed := range uint64(300) {
		f(seed)
	}
}

// A file with the extra column is fed by batches whose schema lacks it.
func TestBatchExtra(t *testing.T) {
	b := NewBatch(&Schema{Columns: []Column{{ID: 1, Name: "id", Property: "id", Kind: Int64}}})
	b.Vectors[0].Int(1, 0)
	b.Extra().Null(0, 0)
	b.Rows++
	if b.HasExtra() {
		t.Fatal("HasExtra with a null only")
	}
	b.Vectors[0].Int(2, 0)
	b.Extra().Bytes([]byte(`{"x":1}`), 0)
	b.Rows++
	if !b.HasExtra() {
		t.Fatal("HasExtra is false beside an undeclared property")
	}
	if got := string(b.Extra().Value(0)); got != `{"x":1}` {
		t.Fatalf("extra %s", got)
	}
	b.Truncate(1)
	if b.HasExtra() {
		t.Fatal("HasExtra after its row was dropped")
	}
}

func TestAppendRowsBetweenSchemas(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Fatal("AppendRows took a batch of other columns")
		}
	}()
	one := []Column{{ID: 1, Name: "a", Property: "a", Kind: Int64}}
	two := append(slices.Clip(one), Column{ID: 2, Name: "b", Property: "b", Kind: Int64})
	NewBatch(&Schema{Columns: one}).AppendRows(NewBatch(&Schema{Columns: two}), 0, 0)
}

func TestBatchSize(t *testing.T) {
	b := NewBatch(&Schema{Columns: []Column{
		{ID: 1, Name: "id", Property: "id", Kind: Int64},
		{ID: 2, Name: "name", Property: "name", Kind: String},
	}})
	shred(b, []any{int64(1), []byte("four")})
	// A level each and one for the extra column, 8 bytes of integer, 4 of text and its end.
	if got, want := b.Size(), 3+8+4+4; got != want {
		t.Fatalf("Size() = %d, want %d", got, want)
	}
}
