package ingest

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"target-filelake/lake/columns"
)

const orderSchema = `{"type":"object","properties":{
	"id":{"type":"integer"},
	"created_at":{"type":"string","format":"date-time"},
	"updated_at":{"type":["string","null"],"format":"date-time"},
	"name":{"type":["string","null"]},
	"email":{"type":["string","null"]},
	"status":{"type":"string"},
	"amount":{"type":["number","null"]},
	"quantity":{"anyOf":[{"type":"integer"},{"type":"null"}]},
	"paid":{"type":["boolean","null"]},
	"address":{"type":["object","null"],"properties":{
		"street":{"type":["string","null"]},"city":{"type":["string","null"]},"zip":{"type":["string","null"]}}},
	"tags":{"type":["array","null"],"items":{"type":"string"}},
	"details":{"type":["object","null"]}},
	"required":["id"]}`

// orders is a stream of n orders of about 400 bytes, seeded.
func orders(n int, space string) []byte {
	r := rand.New(rand.NewPCG(7, 7))
	var b bytes.Buffer
	for i := range n {
		line := fmt.Sprintf(`{"type":"RECORD","stream":"orders","record":{"id":%d,"created_at":"2026-%02d-%02dT%02d:%02d:%02d.%06dZ","updated_at":"2026-11-%02dT08:15:%02dZ","name":"Customer Number %d","email":"customer.%d@example.com","status":"%s","amount":%d.%02d,"quantity":%d,"paid":%t,"address":{"street":"%d Main Street","city":"Springfield","zip":"%05d"},"tags":["retail","priority-%d"],"details":{"source":"web","attempts":%d,"flags":[1,2,3]}}}`,
			i, r.IntN(12)+1, r.IntN(28)+1, r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(1e6), r.IntN(28)+1, r.IntN(60),
			r.IntN(1e5), r.IntN(1e6), []string{"open", "paid", "shipped", "returned"}[r.IntN(4)],
			r.IntN(1e4), r.IntN(100), r.IntN(50), r.IntN(2) == 0, r.IntN(999), r.IntN(1e5), r.IntN(9), r.IntN(9))
		if space != "" {
			line = string(bytes.ReplaceAll(bytes.ReplaceAll([]byte(line), []byte(`":`), []byte(`":`+space)), []byte(`,"`), []byte(`,`+space+`"`)))
		}
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// planOf compiles a SCHEMA and binds it to a new table.
func planOf(tb testing.TB, m *SchemaMessage, o Options) *Plan {
	tb.Helper()
	s, err := Compile(m, o)
	if err != nil {
		tb.Fatal(err)
	}
	e := columns.Evolver{NextID: 1, Key: m.Key}
	table, err := e.Evolve(nil, s.Columns())
	if err != nil {
		tb.Fatal(err)
	}
	return Bind(m, s, table, o)
}

func BenchmarkReader(b *testing.B) {
	text := orders(20_000, "")
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		r := NewReader(bytes.NewReader(text), Limits{}, nil)
		for {
			blk, err := r.Next()
			if err == io.EOF {
				break
			}
			blk.Release()
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	bench := func(name, schema, space string) {
		b.Run(name, func(b *testing.B) {
			const n = 2500
			text := orders(n, space)
			p := planOf(b, &SchemaMessage{Stream: "orders", Key: []string{"id"}, JSON: []byte(schema)}, Options{})
			blk, err := NewReader(bytes.NewReader(text), Limits{Block: 2 << 20}, nil).Next()
			if err != nil {
				b.Fatal(err)
			}
			plans := Plans{"orders": p}
			var d Decoder
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				out := d.Decode(blk, plans)
				if out.Err != nil || out.Records != n {
					b.Fatal(out.Records, out.Err)
				}
				p.Recycle(out.Chunks[0].Batch)
			}
			b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "rows/s")
		})
	}
	bench("orders", orderSchema, "")
	bench("spaced", orderSchema, " ")
	bench("full", `{"type":"object","properties":{"id":{"type":"integer","minimum":0},"name":{"type":"string"}}}`, "")
}
