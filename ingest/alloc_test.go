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
	var d Decoder
	f := func(o Options) {
		t.Helper()
		const rows = 4000
		p := planOf(t, &SchemaMessage{Stream: "orders", Key: []string{"id"}, JSON: []byte(orderSchema)}, o)
		b, err := NewReader(bytes.NewReader(orders(rows, "")), Limits{Block: 4 << 20}, nil).Next()
		if err != nil {
			t.Fatal(err)
		}
		many := testing.AllocsPerRun(20, func() {
			out := d.Decode(b, Plans{"orders": p})
			if out.Records != rows {
				t.Fatal(out.Err)
			}
			p.Recycle(out.Chunks[0].Batch)
		})
		if many > 60 { // the vectors grow once and are kept by the plan
			t.Errorf("%v allocations for %d rows with %+v", many, rows, o)
		}
	}
	f(Options{})
	flat := metadataOptions()
	flat.Nested, flat.Types = "flatten", map[string]string{"amount": "decimal(38,2)", "quantity": "decimal(9,3)", "status": "varchar", "name": "json"}
	f(flat)
	f(Options{Nested: "json", NullDates: true, Types: map[string]string{"amount": "varchar", "id": "double"}})
}
