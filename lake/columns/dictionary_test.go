package columns

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go/format"
)

// A sample tells how many distinct values a long chunk has, also where few repeat in it.
func TestDictionaryIsForeseen(t *testing.T) {
	s := &Schema{Columns: []Column{{ID: 1, Name: "sku", Property: "sku", Kind: String}}}
	f := func(rows, distinct int, want format.Encoding) {
		t.Helper()
		r := rand.New(rand.NewPCG(1, uint64(distinct)))
		b := NewBatch(s)
		for range rows {
			shred(b, []any{fmt.Appendf(nil, "SKU-%06d", r.IntN(distinct))})
		}
		file := writeFile(t, s, Zstd, []*Batch{b})
		checkFile(t, s, file, []*Batch{b})
		got := openFile(t, file).Metadata().RowGroups[0].Columns[0].MetaData.Encoding
		if !slices.Equal(got, []format.Encoding{format.RLE, want}) {
			t.Errorf("%d of %d: %v, want %v", distinct, rows, got, want)
		}
	}
	f(100_000, 100, format.RLEDictionary)
	f(100_000, 5_000, format.RLEDictionary)
	f(100_000, 10_000, format.RLEDictionary)
	f(100_000, 100_000, format.DeltaLengthByteArray) // each is there about once
	f(10_000, 5_000, format.DeltaLengthByteArray)    // too short for 5,000 to repeat
}
