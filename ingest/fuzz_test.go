package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"target-filelake/ingest/schema"
	"target-filelake/ingest/schema/draft4"
	"target-filelake/lake/columns"
)

// refusalsOf are our own reasons to refuse what JSON Schema allows.
var refusalsOf = []string{
	"beyond", "not a date", "not a time", "no such", "year 0000", "leap second", "outside the years",
	"unknown time zone", "zone other than UTC", "time of day other", "not a UUID", "out of all measure",
	"holds no JSON", "nested too deeply", draft4.TooManySteps, "the record is of type",
}

func isOurs(reason string) bool {
	return slices.ContainsFunc(refusalsOf, func(s string) bool { return strings.Contains(reason, s) })
}

// FuzzLine holds the decoder against encoding/json: a line is taken as
// well-formed by both or by neither, and nothing panics.
func FuzzLine(f *testing.F) {
	for _, s := range []string{
		recordOf(`{"id":1,"s":"x","o":{"x":1,"l":["a",null]},"l":[{"k":"\ud83d\ude00"}],"j":{"a":[1.5e3]},"u":7,"zz":1}`),
		recordOf(`{"id":1.0,"id":2,"t":"2020-02-30T00:00:00Z","d":"2020-01-01","b":null,"n":-0.0}`),
		recordOf(`{"o":"{\"x\":1}","l":"[]","s":"\u0000\ud800"}`), recordOf(`{"id":01}`), recordOf(`{"id":NaN}`), recordOf(`[]`),
		recordOf(`{"o":{"l":[[[[[[]]]]]]}}`), ` { "record" : {} , "type":"record","stream":"s"}`, stateX, `{"type":"STATE"}`, "{}", "\xef\xbb\xbf{}",
		`{"level":"x","message":"y"}`, schemA, `{"type":"ACTIVATE_VERSION","stream":"s","version":1}`, `{"type":"RECORD","stream":"q","record":{}}`,
	} {
		f.Add([]byte(strings.TrimSuffix(s, "\n")))
	}
	schema := `{"type":"SCHEMA","stream":"s","key_properties":["id"],"schema":` + strings.ReplaceAll(oracleSchema, "\n", "") + "}\n"
	f.Fuzz(func(t *testing.T, line []byte) {
		if bytes.IndexByte(line, '\n') >= 0 {
			return
		}
		out := load(t, schema+recordOf(`{"id":1}`)+string(line)+"\n"+recordOf(`{"id":2}`), Options{}, Limits{MaxDepth: 20})
		if out.rows[0] != `s {"id":1}` {
			t.Fatalf("row before the line: %v", out.rows)
		}
		valid := json.Valid(line) && utf8.Valid(line)
		var bad *LineError
		switch {
		case out.err == nil && !valid && !blank(line):
			t.Fatalf("taken, though malformed: %q", line)
		case errors.As(out.err, &bad) && valid && strings.HasPrefix(bad.Reason, "malformed") && !strings.Contains(bad.Reason, "NUL"):
			t.Fatalf("%v, though well-formed: %q", out.err, line)
		case out.err == nil && out.rows[len(out.rows)-1] != `s {"id":2}`:
			t.Fatalf("row after the line: %v", out.rows)
		}
	})
}

// FuzzSchema compiles anything, and holds what a compiled plan takes against
// the whole validator.
func FuzzSchema(f *testing.F) {
	for _, s := range [][2]string{
		{oracleSchema, `{"id":1,"l":[{"k":"x","m":[[1],null]}],"any":{"a":1}}`},
		{`{"properties":{"v":{"anyOf":[{"type":"string","format":"date-time"},{"type":["string","null"]}]}}}`, `{"v":null}`},
		{`{"properties":{"v":{"oneOf":[{"type":"integer"},{"type":"number"}]}},"required":["v"]}`, `{"v":1}`},
		{`{"properties":{"v":{"allOf":[{"type":["object","null"],"properties":{"a":{}}},{"required":["a"]}]}}}`, `{"v":"{}"}`},
		{`{"properties":{"v":{"$ref":"#/d/n"}},"d":{"n":{"type":"object","properties":{"k":{"type":"array","items":{"$ref":"#/d/n"}}}}}}`, `{"v":{"k":[{}]}}`},
		{`{"properties":{"v":{"$ref":"#/properties/v"}}}`, `{}`},
		{`{"properties":{"v":{"$ref":"http://x"}},"additionalProperties":false}`, `{"w":1}`},
		{`{"properties":{"v":{"type":["array","boolean"],"items":[{"type":"integer"}],"maxItems":2}}}`, `{"v":["x"]}`},
		{`{"properties":{"v":{"type":"number","multipleOf":0.1,"minimum":1e9},"w":{"enum":[1,"a"]}}}`, `{"v":1e400,"w":2}`},
		{`{"$ref":"#/d/r","d":{"r":{"properties":{"v":{"type":"array","items":{"type":"object","properties":{"x":{"type":"integer"}},"required":["x"],"additionalProperties":false}}}}}}`, `{"v":[{"x":1},{}]}`},
		{`{"properties":{"v":{"type":"object","patternProperties":{"^a":{"type":"string"}},"dependencies":{"a":["b"]}}}}`, `{"v":{"a":1}}`},
	} {
		f.Add([]byte(s[0]), []byte(s[1]))
	}
	f.Fuzz(func(t *testing.T, schema, record []byte) {
		m := &SchemaMessage{Stream: "s", JSON: schema}
		s, err := Compile(m, Options{})
		if err != nil {
			return
		}
		e := columns.Evolver{NextID: 1}
		table, err := e.Evolve(nil, s.Columns())
		if err != nil {
			t.Fatal(err)
		}
		p := Bind(m, s, table, Options{})
		line := append([]byte(`{"type":"RECORD","stream":"s","record":`), record...)
		line = append(line, "}\n"...)
		if bytes.Count(line, []byte("\n")) != 1 || !json.Valid(record) {
			return
		}
		b, err := NewReader(bytes.NewReader(line), Limits{MaxDepth: 30}, nil).Next()
		if err != nil {
			return
		}
		out := new(Decoder).Decode(b, Plans{"s": p})
		for _, c := range out.Chunks {
			checkBatch(t, c.Batch)
		}
		compare(t, s, record, out.Err)
	})
}

// compare holds a plan's verdict on a record against the whole validator's.
func compare(t *testing.T, s *schema.Shape, record []byte, verdict error) {
	if _, err := s.Ready(); err != nil {
		return
	}
	var refused *RecordError
	switch {
	case verdict == nil:
		if rs := s.Judge(record); len(rs) > 0 && !isOurs(rs[0].Text) {
			t.Fatalf("taken, though %v: %s", rs, record)
		}
	case errors.As(verdict, &refused):
		if rs := s.Judge(record); len(rs) == 0 && !isOurs(refused.Reason) {
			t.Fatalf("%v, though valid: %s", verdict, record)
		}
	}
}
