package ingest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"target-filelake/lake/columns"
)

// schemaMaker writes random schemas and records that come near to fitting them.
type schemaMaker struct{ *rand.Rand }

func (m schemaMaker) pick(of ...string) string { return of[m.IntN(len(of))] }

func (m schemaMaker) list(most int, item func() string) string {
	items := make([]string, 1+m.IntN(most))
	for i := range items {
		items[i] = item()
	}
	return "[" + strings.Join(items, ",") + "]"
}

func (m schemaMaker) typ() string {
	name := func() string {
		return m.pick(`"null"`, `"integer"`, `"number"`, `"string"`, `"boolean"`, `"object"`, `"array"`)
	}
	if m.IntN(2) == 0 {
		return name()
	}
	return m.list(3, name)
}

func (m schemaMaker) schema(depth int) string {
	var parts []string
	add := func(chance int, name string, value func() string) {
		if m.IntN(chance) == 0 {
			parts = append(parts, `"`+name+`":`+value())
		}
	}
	sub := func() string { return m.schema(depth - 1) }
	if depth > 0 && m.IntN(3) == 0 {
		add(2, "anyOf", func() string { return m.list(3, sub) })
		add(3, "oneOf", func() string { return m.list(3, sub) })
		add(4, "allOf", func() string { return m.list(2, sub) })
		add(8, "not", sub)
		add(6, "$ref", func() string { return m.pick(`"#/definitions/x"`, `"#/definitions/y"`, `"#"`) })
	}
	if len(parts) == 0 || m.IntN(2) == 0 {
		add(1, "type", m.typ)
		add(3, "format", func() string { return m.pick(`"date-time"`, `"date"`, `"email"`) })
		add(5, "enum", func() string { return m.list(3, func() string { return m.value(0) }) })
	}
	if depth > 0 {
		add(2, "properties", func() string { return m.properties(depth) })
		add(2, "items", sub)
		add(4, "required", func() string { return m.pick(`["a"]`, `["b","a"]`, `["z"]`) })
		add(5, "additionalProperties", func() string { return m.pick("false", "true", m.schema(0)) })
		add(9, "patternProperties", func() string { return `{"^[az]":` + m.schema(0) + `}` })
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func (m schemaMaker) properties(depth int) string {
	var parts []string
	for _, name := range []string{"a", "b", "v"} {
		if m.IntN(3) > 0 {
			parts = append(parts, `"`+name+`":`+m.schema(depth-1))
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func (m schemaMaker) value(depth int) string {
	switch n := m.IntN(9); {
	case n < 2 && depth > 0:
		return m.record(depth - 1)
	case n == 2 && depth > 0:
		return m.list(3, func() string { return m.value(depth - 1) })
	}
	return m.pick("null", "1", "1.0", "1.5", "-3", `"x"`, `"2020-01-01"`, `"2020-01-01T10:00:00Z"`, "true", `"{}"`, `"[1]"`, "{}", "[]")
}

func (m schemaMaker) record(depth int) string {
	var parts []string
	for _, name := range []string{"a", "b", "v", "z"} {
		if m.IntN(2) == 0 {
			parts = append(parts, `"`+name+`":`+m.value(depth))
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// Plans take what the whole validator takes, and refuse what it refuses.
func TestVerdicts(t *testing.T) {
	taken, refused := 0, 0
	for seed := range uint64(1500) {
		m := schemaMaker{rand.New(rand.NewPCG(seed, 9))}
		schema := fmt.Sprintf(`{"properties":%s,"definitions":{"x":%s,"y":%s}}`, m.properties(3), m.schema(2), m.schema(1))
		message := &SchemaMessage{Stream: "s", JSON: []byte(schema)}
		s, err := Compile(message, Options{})
		if err != nil {
			continue
		}
		if _, err := s.Ready(); err != nil {
			continue // a fault in a keyword that the plan has no use for
		}
		e := columns.Evolver{NextID: 1}
		table, err := e.Evolve(nil, s.Columns())
		if err != nil {
			t.Fatal(err)
		}
		p := Bind(message, s, table, Options{})
		for range 20 {
			record := m.record(3)
			b, err := NewReader(strings.NewReader(recordOf(record)), Limits{Block: 1024}, nil).Next()
			if err != nil {
				t.Fatal(err)
			}
			out := new(Decoder).Decode(b, Plans{"s": p})
			rs := s.Judge([]byte(record))
			bad, _ := out.Err.(*RecordError)
			if (out.Err == nil) != (len(rs) == 0) && (bad == nil || !isOurs(bad.Reason)) {
				t.Fatalf("seed %d: plan %v, validator %v\nschema %s\ncolumns %v\nrecord %s",
					seed, out.Err, rs, schema, s.Columns(), record)
			}
			if out.Err == nil {
				taken++
				checkBatch(t, out.Chunks[0].Batch)
			} else {
				refused++
			}
		}
	}
	if taken < 3000 || refused < 3000 {
		t.Errorf("%d taken, %d refused: the cases prove little", taken, refused)
	}
}

// A plan is shared: decoders side by side give what one gives alone.
func TestDecodersSideBySide(t *testing.T) {
	p := planOf(t, &SchemaMessage{Stream: "orders", Key: []string{"id"}, JSON: []byte(orderSchema)}, Options{})
	b, err := NewReader(bytes.NewReader(orders(500, "")), Limits{}, nil).Next()
	if err != nil {
		t.Fatal(err)
	}
	want := new(Decoder).Decode(b, Plans{"orders": p})
	got := make(chan *Decoded)
	for range 4 {
		go func() {
			var d Decoder
			for range 5 {
				out := d.Decode(b, Plans{"orders": p})
				got <- out
			}
		}()
	}
	for range 20 {
		out := <-got
		for row := range 500 {
			if a, b := rowJSON(out.Chunks[0].Batch, row), rowJSON(want.Chunks[0].Batch, row); a != b {
				t.Fatalf("row %d: got %s, want %s", row, a, b)
			}
			if row > 20 {
				break
			}
		}
		p.Recycle(out.Chunks[0].Batch)
	}
}
