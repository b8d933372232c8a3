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
		add(5, "enum", func() string { return m.list(3, func() string { return m.value(1) }) })
	}
	if m.IntN(2) == 0 {
		m.limits(add)
	}
	if depth > 0 {
		add(9, "items", func() string { return m.list(2, sub) + `,"additionalItems":` + m.pick("false", "true", m.schema(0)) })
		add(9, "dependencies", func() string { return m.pick(`{"a":["b"]}`, `{"z":`+m.schema(0)+`,"b":["z","a"]}`) })
		add(2, "properties", func() string { return m.properties(depth) })
		add(2, "items", sub)
		add(4, "required", func() string { return m.pick(`["a"]`, `["b","a"]`, `["z"]`) })
		add(5, "additionalProperties", func() string { return m.pick("false", "true", m.schema(0)) })
		add(9, "patternProperties", func() string { return `{"^[az]":` + m.schema(0) + `}` })
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// limits adds the keywords that limit values of one type.
func (m schemaMaker) limits(add func(chance int, name string, value func() string)) {
	number := func() string { return m.pick("0", "1", "-3", "1.5", "1e1", "0.70", "100", "9007199254740993") }
	count := func() string { return m.pick("0", "1", "2", "3.0") }
	exclusive := func() string { return number() + m.pick("", `,"exclusive%s":true`, `,"exclusive%s":false`) }
	add(4, "minimum", func() string { return strings.ReplaceAll(exclusive(), "%s", "Minimum") })
	add(4, "maximum", func() string { return strings.ReplaceAll(exclusive(), "%s", "Maximum") })
	add(6, "multipleOf", func() string { return m.pick("1", "0.01", "3", "1.5", "1e-7", "250e-2", "12345678901234567890") })
	add(6, "minLength", count)
	add(6, "maxLength", count)
	add(6, "pattern", func() string { return m.pick(`"x"`, `"^[0-9-]+$"`, `"é"`, `"^(a|\\[)"`, `"^$"`, `"^.{1,2}$"`) })
	add(6, "minItems", count)
	add(6, "maxItems", count)
	add(4, "uniqueItems", func() string { return m.pick("true", "true", "false") })
	add(6, "minProperties", count)
	add(6, "maxProperties", count)
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
	return m.pick("null", "1", "1.0", "1.5", "-3", "0.7", "100", "1e2", "150e-2", "9007199254740993", "-0", "0.07", "12345678901234567890.5",
		`"é"`, `"\u00e9\n"`, `"😀"`, `"\ud83d\ude00a"`, `""`, `"0-1"`, `{"a":1,"a":"x"}`, `[1,1.0]`, `[{"a":1,"b":[]},{"b":[],"a":1e0}]`,
		`"x"`, `"2020-01-01"`, `"2020-01-01T10:00:00Z"`, "true", `"{}"`, `"[1]"`, "{}", "[]")
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

// verdictSeeds times 20 records make 100,000 pairs of a schema and a record.
const verdictSeeds = 5000

// Plans take what the whole validator takes, and refuse what it refuses.
func TestVerdicts(t *testing.T) {
	taken, refused := 0, 0
	for seed := range uint64(verdictSeeds) {
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
			if bad != nil && strings.HasPrefix(bad.Reason, "is of type") && strings.Contains(record, `"a":1,"a":"x"`) {
				continue // a column refuses a value before it sees that another follows
			}
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
	if taken < 5*verdictSeeds || refused < 5*verdictSeeds {
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
