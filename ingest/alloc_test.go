//go:build !race

package ingest

import (
	"bytes"
	"testing"
)

// Once a decoder has seen a stream, rows cost no allocations; what a block
// costs is the same for many rows as for few. The race detector drops pooled
// memory at random, so this runs without it.
func TestAllocations(t *testing.T) {
	p := planOf(t, &SchemaMessage{Stream: "orders", Key: []string{"id"}, JSON: []byte(orderSchema)}, Options{})
	var d Decoder
	f := func(rows int) float64 {
		b, err := NewReader(bytes.NewReader(orders(rows, "")), Limits{Block: 4 << 20}, nil).Next()
		if err != nil {
			t.Fatal(err)
		}
		return testing.AllocsPerRun(20, func() {
			out := d.Decode(b, Plans{"orders": p})
			if out.Records != rows {
				t.Fatal(out.Err)
			}
			p.Recycle(out.Chunks[0].Batch)
		})
	}
	if many := f(4000); many > 60 { // the vectors grow once and are kept by the plan
		t.Errorf("%v allocations for 4000 rows", many)
	}
}
