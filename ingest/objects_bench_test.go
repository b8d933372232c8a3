//go:build !race

package ingest

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"testing"
)

// mostObjects is what a record may cost the garbage collector: a block's
// objects are spread over a few thousand records.
const mostObjects = 0.01

// BenchmarkObjects takes records all the way from bytes to columns, block by
// block as a load does, and counts the objects that are made for each.
func BenchmarkObjects(b *testing.B) {
	bench := func(name, schema string, o Options) {
		b.Run(name, func(b *testing.B) {
			const n = 100_000
			text := orders(n, "")
			p := planOf(b, &SchemaMessage{Stream: "orders", Key: []string{"id"}, JSON: []byte(schema)}, o)
			var d Decoder
			decodeAll(b, &d, p, text) // vectors grow once and are kept by the plan
			b.SetBytes(int64(len(text)))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for b.Loop() {
				if got := decodeAll(b, &d, p, text); got != n {
					b.Fatalf("%d records, want %d", got, n)
				}
			}
			runtime.ReadMemStats(&after)
			objects := float64(after.Mallocs-before.Mallocs) / float64(b.N) / n
			b.ReportMetric(objects, "objects/record")
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/n, "B/record")
			if objects > mostObjects {
				b.Errorf("%.4f objects for each record, want at most %v", objects, mostObjects)
			}
		})
	}
	bench("orders", orderSchema, Options{})
	bench("limited", limitedSchema, Options{})
	bench("metadata", orderSchema, metadataOptions())
	bench("json", orderSchema, Options{Nested: "json"})
}

// decodeAll decodes a stream, and counts its records.
func decodeAll(b *testing.B, d *Decoder, p *Plan, text []byte) (records int) {
	plans := Plans{"orders": p}
	for r := NewReader(bytes.NewReader(text), Limits{}, nil); ; {
		blk, err := r.Next()
		if errors.Is(err, io.EOF) {
			return records
		}
		if err != nil {
			b.Fatal(err)
		}
		out := d.Decode(blk, plans)
		if out.Err != nil {
			b.Fatal(out.Err)
		}
		records += out.Records
		for _, c := range out.Chunks {
			p.Recycle(c.Batch)
		}
		blk.Release()
	}
}
