package columns

import (
	"bytes"
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

func decimalColumn(precision, scale int) Column {
	return Column{ID: 1, Name: "x", Property: "x", Kind: Decimal, Precision: precision, Scale: scale}
}

// most is the greatest unscaled number of precision digits.
func most(precision int) *big.Int {
	x := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(precision)), nil)
	return x.Sub(x, big.NewInt(1))
}

// unscaled reads a value back, whatever its physical type.
func unscaled(x parquet.Value) *big.Int {
	switch x.Kind() {
	case parquet.Int32:
		return big.NewInt(int64(x.Int32()))
	case parquet.Int64:
		return big.NewInt(x.Int64())
	}
	n := new(big.Int).SetBytes(x.ByteArray())
	if x.ByteArray()[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), 128))
	}
	return n
}

// TestDecimalsRoundTrip reads decimals of every precision back as numbers, and
// their bounds.
func TestDecimalsRoundTrip(t *testing.T) {
	f := func(precision int, few bool) {
		t.Helper()
		r := rand.New(rand.NewPCG(uint64(precision), 9))
		s := &Schema{Columns: []Column{decimalColumn(precision, r.IntN(precision+1))}}
		edge := most(precision)
		want := []*big.Int{edge, new(big.Int).Neg(edge), new(big.Int), big.NewInt(-1), big.NewInt(1)}
		for len(want) < 40_000 {
			if few {
				want = append(want, want[r.IntN(5)])
			} else {
				want = append(want, randomUnscaled(r, precision))
			}
		}
		b := NewBatch(s)
		for _, x := range want {
			shred(b, []any{x})
		}
		file := openFile(t, writeFile(t, s, Zstd, []*Batch{b}))
		chunk := file.RowGroups()[0].ColumnChunks()[0]
		lo, hi, ok := chunk.(*parquet.FileColumnChunk).Bounds()
		if !ok || unscaled(lo).Cmp(want[1]) != 0 || unscaled(hi).Cmp(edge) != 0 {
			t.Fatalf("precision %d: bounds %s to %s, %v", precision, unscaled(lo), unscaled(hi), ok)
		}
		at := 0
		pages := chunk.Pages()
		defer pages.Close()
		for at < len(want) {
			page, err := pages.ReadPage()
			if err != nil {
				t.Fatal(err)
			}
			values := make([]parquet.Value, page.NumValues())
			if n, err := page.Values().ReadValues(values); n < len(values) {
				t.Fatalf("read %d of %d values: %v", n, len(values), err)
			}
			for _, x := range values {
				if got := unscaled(x); got.Cmp(want[at]) != 0 {
					t.Fatalf("precision %d, row %d: %s, want %s", precision, at, got, want[at])
				}
				at++
			}
		}
	}
	for precision := 1; precision <= MaxPrecision; precision++ {
		f(precision, false)
		f(precision, true)
	}
}

// A page's bounds are its own, in the order of numbers, with a dictionary too.
func TestDecimalPageBounds(t *testing.T) {
	s := &Schema{Columns: []Column{decimalColumn(38, 0)}}
	b := NewBatch(s)
	const rows = 4 * pageBytes / fixedBytes
	for i := range rows {
		x := big.NewInt(int64(i%3 - 1))
		if i >= rows/2 {
			x = big.NewInt(int64(i%2) - 300)
		}
		shred(b, []any{x})
	}
	file := writeFile(t, s, None, []*Batch{b})
	m := &openFile(t, file).Metadata().RowGroups[0].Columns[0].MetaData
	if want := []format.Encoding{format.RLE, format.RLEDictionary}; !slices.Equal(m.Encoding, want) {
		t.Fatalf("encodings %v, want %v", m.Encoding, want)
	}
	var first, last bounds
	first.addDecimal(appendDecimal(nil, -1, ^uint64(0)))
	first.addDecimal(appendDecimal(nil, 0, 1))
	last.addDecimal(appendDecimal(nil, -1, ^uint64(299)))
	last.addDecimal(appendDecimal(nil, -1, ^uint64(298)))
	headers := headersOf(t, file, m)
	f := func(h format.PageHeader, want bounds) {
		t.Helper()
		got := h.DataPageHeader.V.Statistics
		if !bytes.Equal(got.MinValue, want.lo) || !bytes.Equal(got.MaxValue, want.hi) {
			t.Fatalf("bounds %x to %x, want %x to %x", got.MinValue, got.MaxValue, want.lo, want.hi)
		}
	}
	f(headers[1], first)
	f(headers[len(headers)-1], last)
}

func TestDecimalAsJSON(t *testing.T) {
	f := func(c Column, want string) {
		t.Helper()
		text, err := json.Marshal(&c)
		if err != nil || string(text) != want {
			t.Fatalf("got %s, %v, want %s", text, err, want)
		}
		var back Column
		if err := json.Unmarshal(text, &back); err != nil || !equalColumns([]Column{back}, []Column{c}) {
			t.Fatalf("read back %+v, %v, want %+v", back, err, c)
		}
	}
	f(decimalColumn(38, 9), `{"id":1,"name":"x","property":"x","kind":"decimal","precision":38,"scale":9}`)
	f(decimalColumn(5, 0), `{"id":1,"name":"x","property":"x","kind":"decimal","precision":5}`)
	f(Column{ID: 1, Name: "x", Property: "x", Kind: Int64}, `{"id":1,"name":"x","property":"x","kind":"int64"}`)
	if equalColumns([]Column{decimalColumn(5, 0)}, []Column{decimalColumn(5, 1)}) {
		t.Fatal("decimals of other scales are equal")
	}
}
