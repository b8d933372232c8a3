package ingest

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"target-filelake/ingest/mapping"
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

// BenchmarkNumbers compares columns of numbers that fill most of a record.
func BenchmarkNumbers(b *testing.B) {
	r := rand.New(rand.NewPCG(2, 2))
	var lines bytes.Buffer
	const n = 2000
	for range n {
		lines.WriteString(`{"type":"RECORD","stream":"s","record":{"c0":1`)
		for c := 1; c < 20; c++ {
			fmt.Fprintf(&lines, `,"c%d":%d.%02d`, c, r.IntN(1e6), r.IntN(100))
		}
		lines.WriteString("}}\n")
	}
	bench := func(name, number string, o Options) {
		b.Run(name, func(b *testing.B) {
			schema := `{"properties":{"c0":` + number
			for c := 1; c < 20; c++ {
				schema += fmt.Sprintf(`,"c%d":%s`, c, number)
			}
			p := planOf(b, &SchemaMessage{Stream: "s", JSON: []byte(schema + "}}")}, o)
			blk, err := NewReader(bytes.NewReader(lines.Bytes()), Limits{Block: 4 << 20}, nil).Next()
			if err != nil {
				b.Fatal(err)
			}
			var d Decoder
			b.SetBytes(int64(lines.Len()))
			b.ReportAllocs()
			for b.Loop() {
				out := d.Decode(blk, Plans{"s": p})
				if out.Err != nil || out.Records != n {
					b.Fatal(out.Records, out.Err)
				}
				p.Recycle(out.Chunks[0].Batch)
			}
		})
	}
	typed := func(name string) Options {
		o := Options{Types: map[string]string{}}
		for c := range 20 {
			o.Types[fmt.Sprintf("c%d", c)] = name
		}
		return o
	}
	bench("double", `{"type":"number"}`, Options{})
	bench("decimal18", `{"type":"number"}`, typed("decimal(18,2)"))
	bench("decimal38", `{"type":"number"}`, typed("decimal(38,10)"))
	bench("metadata", `{"type":"number"}`, metadataOptions())
	bench("multipleOf", `{"type":"number","multipleOf":0.01}`, Options{})
}

// BenchmarkWide is what a SCHEMA of 10,000 columns costs.
func BenchmarkWide(b *testing.B) {
	m := &SchemaMessage{Stream: "s", Key: []string{"c0"}, JSON: []byte(columnsOf(10_000))}
	for b.Loop() {
		compiled := time.Now()
		s, err := Compile(m, Options{})
		if err != nil {
			b.Fatal(err)
		}
		evolved := time.Now()
		e := columns.Evolver{NextID: 1, Key: m.Key}
		table, err := e.Evolve(nil, s.Columns())
		if err != nil {
			b.Fatal(err)
		}
		again := time.Now()
		if table, err = e.Evolve(table, s.Columns()); err != nil {
			b.Fatal(err)
		}
		bound := time.Now()
		Bind(m, s, table, Options{})
		b.ReportMetric(float64(evolved.Sub(compiled).Milliseconds()), "ms-compile")
		b.ReportMetric(float64(again.Sub(evolved).Milliseconds()), "ms-evolve")
		b.ReportMetric(float64(bound.Sub(again).Milliseconds()), "ms-again")
		b.ReportMetric(float64(time.Since(bound).Milliseconds()), "ms-bind")
	}
}

// BenchmarkMapped decodes the orders of BenchmarkDecode under a map that
// renames a property, filters and computes one.
func BenchmarkMapped(b *testing.B) {
	const n = 2500
	text := orders(n, "")
	m := &SchemaMessage{Stream: "orders", Key: []string{"id"}, JSON: []byte(orderSchema)}
	maps, err := mapping.Parse([]byte(`{"orders":{"total":"amount","amount":null,"__filter__":"id >= 0","label":"status.upper()"}}`), nil)
	if err != nil {
		b.Fatal(err)
	}
	routes, _, err := maps.Routes(mapping.Source{Stream: m.Stream, Schema: m.JSON, Key: m.Key})
	if err != nil {
		b.Fatal(err)
	}
	p := planOf(b, &SchemaMessage{Stream: "orders", Key: m.Key, JSON: routes[0].Schema}, Options{})
	blk, err := NewReader(bytes.NewReader(text), Limits{Block: 2 << 20}, nil).Next()
	if err != nil {
		b.Fatal(err)
	}
	plans := Plans{"orders": Forked("orders", []Fork{{Plan: p, Map: routes[0].Map}})}
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
}
