package columns

import (
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
)

const rowGroupRows = 122_880

// sampleSchema is an order: 13 leaves, nested ones among them.
func sampleSchema() *Schema {
	return &Schema{Columns: []Column{
		{ID: 1, Name: "id", Property: "id", Kind: Int64},
		{ID: 2, Name: "customer_id", Property: "customer_id", Kind: Int64},
		{ID: 3, Name: "status", Property: "status", Kind: String},
		{ID: 4, Name: "amount", Property: "amount", Kind: Double},
		{ID: 5, Name: "currency", Property: "currency", Kind: String},
		{ID: 6, Name: "paid", Property: "paid", Kind: Boolean},
		{ID: 7, Name: "created_at", Property: "created_at", Kind: Timestamp},
		{ID: 8, Name: "updated_at", Property: "updated_at", Kind: Timestamp},
		{ID: 9, Name: "email", Property: "email", Kind: String},
		{ID: 10, Name: "address", Property: "address", Kind: Struct, Fields: []Column{
			{ID: 11, Name: "city", Property: "city", Kind: String},
			{ID: 12, Name: "zip", Property: "zip", Kind: String},
		}},
		{ID: 13, Name: "tags", Property: "tags", Kind: List, Fields: []Column{
			{ID: 14, Name: ListElement, Property: ListElement, Kind: String},
		}},
		{ID: 15, Name: "note", Property: "note", Kind: String},
	}}
}

// sampleBatch makes rows [from, to) of the orders.
func sampleBatch(from, to int) *Batch {
	b := NewBatch(sampleSchema())
	r := rand.New(rand.NewPCG(7, uint64(from)))
	pick := func(x ...string) []byte { return []byte(x[r.IntN(len(x))]) }
	words := []string{"leave", "at", "the", "door", "ring", "twice", "call", "before", "fragile", "gift"}
	for i := from; i < to; i++ {
		v := b.Vectors
		created := int64(1_700_000_000_000_000) + int64(i)*1_000_000
		v[0].Int(int64(i), 0)
		v[1].Int(r.Int64N(100_000), 0)
		v[2].Bytes(pick("new", "paid", "shipped", "returned"), 0)
		v[3].Float(float64(r.IntN(100_000))/100, 0)
		v[4].Bytes(pick("EUR", "USD", "GBP"), 0)
		v[5].Bool(r.IntN(3) > 0, 0)
		v[6].Int(created, 0)
		v[7].Int(created+r.Int64N(86_400_000_000), 0)
		v[8].Bytes(fmt.Appendf(nil, "user%d@example.com", r.IntN(1_000_000)), 0)
		v[9].Bytes(pick("Berlin", "Paris", "London", "New York", "Tokyo"), 0)
		v[10].Bytes(fmt.Appendf(nil, "%05d", r.IntN(100_000)), 0)
		for j := range 3 {
			v[11].Bytes(pick("red", "green", "blue", "express"), byte(min(j, 1)))
		}
		if r.IntN(4) == 0 {
			v[12].Null(0, 0)
		} else {
			note := make([]byte, 0, 64)
			for range 6 {
				note = append(append(note, words[r.IntN(len(words))]...), ' ')
			}
			v[12].Bytes(note, 0)
		}
		b.Extra().Null(0, 0)
		b.Rows++
	}
	return b
}

// BenchmarkEncode counts 400 bytes of input a row, the size of such a record.
func BenchmarkEncode(b *testing.B) {
	var segments []*Batch
	for from := 0; from < rowGroupRows; from += rowGroupRows / 16 {
		segments = append(segments, sampleBatch(from, from+rowGroupRows/16))
	}
	for _, c := range []Codec{Zstd, Snappy, LZ4, None} {
		b.Run(string(c), func(b *testing.B) {
			f, err := NewFileWriter(io.Discard, segments[0].Schema, c)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(400 * rowGroupRows)
			b.ReportAllocs()
			for b.Loop() {
				g := f.Begin()
				if err := g.Encode(segments); err != nil {
					b.Fatal(err)
				}
				if err := g.Commit(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(rowGroupRows*b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(f.offset)/float64(b.N)/rowGroupRows, "file-B/row")
		})
	}
}

// BenchmarkEncodeWide reports what an encoded row group holds until it is
// committed (its compressed bytes) and what its encoder held meanwhile.
func BenchmarkEncodeWide(b *testing.B) {
	for _, columns := range []int{15, 1000} {
		b.Run(fmt.Sprint(columns), func(b *testing.B) {
			batch := wideBatch(columns, 2_000_000/columns)
			f, err := NewFileWriter(io.Discard, batch.Schema, Zstd)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(batch.Size()))
			b.ReportAllocs()
			held := 0
			for b.Loop() {
				g := f.Begin()
				if err := g.Encode([]*Batch{batch}); err != nil {
					b.Fatal(err)
				}
				held = len(*g.body)
				if err := g.Commit(); err != nil {
					b.Fatal(err)
				}
			}
			e := encoders.Get().(*encoder)
			b.ReportMetric(float64(batch.Rows*b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(held), "body-B")
			b.ReportMetric(float64(cap(e.raw)+cap(e.part)+cap(e.packed)+4*cap(e.int32s)+
				cap(e.page.Data)+8*cap(e.page.Ints)+cap(e.page.Def)+4*cap(e.page.Ends)), "encoder-B")
			encoders.Put(e)
		})
	}
}

// wideBatch has integers and texts by turns.
func wideBatch(columns, rows int) *Batch {
	s := &Schema{}
	for i := range columns {
		name := fmt.Sprintf("column_%d", i)
		s.Columns = append(s.Columns, Column{ID: int32(i + 1), Name: name, Property: name, Kind: []Kind{Int64, String}[i%2]})
	}
	b := NewBatch(s)
	r := rand.New(rand.NewPCG(7, 7))
	for range rows {
		for i := range columns {
			if i%2 == 0 {
				b.Vectors[i].Int(r.Int64N(1_000_000), 0)
			} else {
				b.Vectors[i].Bytes(fmt.Appendf(nil, "text %d", r.IntN(1_000_000)), 0)
			}
		}
		b.Extra().Null(0, 0)
		b.Rows++
	}
	return b
}

// BenchmarkEncodeDecimal has prices, all different or one of a hundred.
func BenchmarkEncodeDecimal(b *testing.B) {
	f := func(precision int, prices int64) {
		b.Run(fmt.Sprintf("%d/%d", precision, prices), func(b *testing.B) {
			batch := NewBatch(&Schema{Columns: []Column{decimalColumn(precision, 2)}})
			r := rand.New(rand.NewPCG(7, 7))
			for range rowGroupRows {
				x := r.Int64N(2*prices) - prices
				batch.Vectors[0].Decimal(x>>63, uint64(x), 0)
				batch.Extra().Null(0, 0)
				batch.Rows++
			}
			f, err := NewFileWriter(io.Discard, batch.Schema, Zstd)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				g := f.Begin()
				if err := g.Encode([]*Batch{batch}); err != nil {
					b.Fatal(err)
				}
				if err := g.Commit(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(rowGroupRows*b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(f.offset)/float64(b.N)/rowGroupRows, "file-B/row")
		})
	}
	for _, precision := range []int{9, 18, 38} {
		f(precision, 50)
		f(precision, 100_000_000)
	}
}
