package ingest

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"target-filelake/ingest/schema/draft4"
)

const rejectSchema = `{"properties":{"id":{"type":"integer"},"v":{"type":"string","maxLength":3},"l":{"type":["array","null"],"items":{"type":"integer"}}}}`

// quarantined decodes lines of stream s, one block, and says what came of it.
func quarantined(t *testing.T, d *Decoder, o Options, lines ...string) *Decoded {
	t.Helper()
	p := planOf(t, &SchemaMessage{Stream: "s", Key: []string{"id"}, JSON: []byte(rejectSchema)}, o)
	b, err := NewReader(strings.NewReader(strings.Join(lines, "\n")+"\n"), Limits{}, nil).Next()
	if err != nil {
		t.Fatal(err)
	}
	return d.Decode(b, Plans{"s": p})
}

func record(body string) string { return `{"type":"RECORD","stream":"s","record":` + body + `}` }

// TestQuarantine has refused records between good ones and STATEs.
func TestQuarantine(t *testing.T) {
	d := Decoder{Quarantine: true}
	out := quarantined(t, &d, Options{},
		record(`{"id":1,"v":"a"}`),
		record(`{ "id":"x", "v":"long", "l":[1,2,"y"] }`),
		`{"type":"STATE","value":1}`,
		record(`[]`),
		record(`{"id":2,"v":"b"}`),
		`{"type":"RECORD","time_extracted" : "2026-01-01T00:00:00Z","record": {"id":3} ,"version":7,"stream":"s","more":[]}`,
		`{"record":{"v":"q\"é"},"stream":"s","type":"record"}`,
		`{"type":"STATE","value":2}`,
		record(`{"id":3,"v":null}`),
		record(`{"id":4,"v":"d"}`),
	)
	if out.Err != nil || out.Records != 8 || out.Chunks[0].Batch.Rows != 4 {
		t.Fatalf("%v, %d records, %d rows", out.Err, out.Records, out.Chunks[0].Batch.Rows)
	}
	if got := fmt.Sprint(out.Chunks[0].Ords, out.Marks[0].Ord, out.Marks[1].Ord); got != "[0 3 4 7] 2 6" {
		t.Errorf("places %s", got)
	}
	f := func(i int, ord uint32, want string) {
		t.Helper()
		if got := out.Rejects[i]; got.Ord != ord || string(got.JSON) != want+"\n" {
			t.Errorf("reject %d at %d:\n got %s\nwant %s", i, got.Ord, got.JSON, want)
		}
	}
	if len(out.Rejects) != 4 {
		t.Fatalf("%d rejects", len(out.Rejects))
	}
	f(0, 1, `{"type":"RECORD","stream":"s","line":2,"reasons":[{"path":"/id","reason":"type integer, got a string"},{"path":"/l/2","reason":"type integer, got a string"},{"path":"/v","reason":"maxLength 3, got a string of 4 characters"}],"record":{ "id":"x", "v":"long", "l":[1,2,"y"] }}`)
	f(1, 2, `{"type":"RECORD","stream":"s","line":4,"reasons":[{"path":"","reason":"the record is of type array, want object"}],"record":[]}`)
	f(2, 5, `{"type":"RECORD","stream":"s","line":7,"reasons":[{"path":"/id","reason":"id is required"}],"record":{"v":"q\"é"}}`)
	f(3, 6, `{"type":"RECORD","stream":"s","line":9,"reasons":[{"path":"/v","reason":"type string, got null"}],"record":{"id":3,"v":null}}`)
}

// TestQuarantineTakesRecordsOnly: rows may be lost in a line whose envelope is
// broken, so it ends the run all the same.
func TestQuarantineTakesRecordsOnly(t *testing.T) {
	f := func(line, want string) {
		t.Helper()
		d := Decoder{Quarantine: true}
		out := quarantined(t, &d, Options{}, record(`{"id":1,"v":"a"}`), line, record(`{"id":2,"v":"a"}`))
		if got := fmt.Sprint(out.Err); got != want || out.Records != 1 || len(out.Rejects) > 0 || out.Chunks[0].Batch.Rows != 1 {
			t.Errorf("%s:\n got %s, %d records, %d rejects\nwant %s", line, got, out.Records, len(out.Rejects), want)
		}
		if !is[*LineError](out.Err) {
			t.Errorf("%s: %T", line, out.Err)
		}
	}
	f(`{"type":"RECORD","stream":"s","record":{"id":"x"},"stream":"s"}`, `line 2, stream "s": RECORD has two properties stream`)
	f(`{"type":"RECORD","stream":"s","record":{"id":"x"},"\u0074ype":"RECORD"}`, `line 2, stream "s": RECORD has two properties type`)
	f(`{"type":"RECORD","stream":"s","record":{"id":"x"}`, `line 2: malformed JSON at byte 50: want , or } after a property`)
	f(`{"type":"RECORD","stream":"s","record":{"id":"x",}}`, `line 2: malformed JSON at byte 50: want a property's name`)
	f(`{"type":"RECORD","stream":"u","record":{"id":"x"}}`, `line 2, stream "u": RECORD before the SCHEMA of its stream`)
	f(`{"type":"RECORD","stream":"s"}`, `line 2: RECORD without type, stream or record`)
}

func is[T error](err error) bool {
	_, ok := errors.AsType[T](err)
	return ok
}

// TestReplayedRejects decodes what a Decoder has set aside, with and without
// what was wrong with it.
func TestReplayedRejects(t *testing.T) {
	d := Decoder{Quarantine: true}
	line := `{"type":"RECORD","stream":"s","time_extracted":"2026-01-01T00:00:00Z","record":{"id":1,"v":"long"},"version":7}`
	first := quarantined(t, &d, Options{}, "", "", line).Rejects[0]
	const want = `{"type":"RECORD","stream":"s","line":3,"time_extracted":"2026-01-01T00:00:00Z","version":7,"reasons":[{"path":"/v","reason":"maxLength 3, got a string of 4 characters"}],"record":{"id":1,"v":"long"}}` + "\n"
	if string(first.JSON) != want {
		t.Fatalf("got %s", first.JSON)
	}
	again := Decoder{Quarantine: true, Replay: true}
	second := quarantined(t, &again, Options{}, strings.TrimSpace(want)).Rejects[0]
	if string(second.JSON) != want || second.Line != 3 {
		t.Errorf("again: line %d, %s", second.Line, second.JSON)
	}
	taken := quarantined(t, &again, Options{NoChecks: true}, strings.TrimSpace(want))
	if len(taken.Rejects) > 0 || taken.Chunks[0].Batch.Rows != 1 {
		t.Errorf("%d rejects, want a row", len(taken.Rejects))
	}
}

func TestReasonsAreBounded(t *testing.T) {
	r := RecordError{Stream: "s", Line: 1, Path: "/a", Reason: "x"}
	const want = `{"type":"RECORD","stream":"s","line":1,"reasons":[{"path":"/a","reason":"x"},{"path":"","reason":"and 7 more"}],"record":{}}` + "\n"
	if got := r.appendJSON(nil, envelope{"record": []byte("{}")}, 7); string(got) != want {
		t.Errorf("got %s", got)
	}
	f := func(reasons, record, kept int) {
		t.Helper()
		more := make([]draft4.Reason, reasons)
		for i := range more {
			more[i] = draft4.Reason{Path: fmt.Sprintf("/c%04d", i), Text: "required, got nothing"}
		}
		if got, cut := boundReasons(more, record); len(got) != kept || cut != reasons-kept {
			t.Errorf("%d reasons for %d bytes: %d kept, %d cut, want %d kept", reasons, record, len(got), cut, kept)
		}
	}
	f(0, 0, 0)
	f(5, 0, 5)
	f(6, 0, 5)
	f(1000, 30, 5)
	f(1000, 1000, 19)
	f(1000, 1<<20, 80)
}

// BenchmarkQuarantine is the price of refused records among good ones.
func BenchmarkQuarantine(b *testing.B) {
	bench := func(name string, every int) {
		b.Run(name, func(b *testing.B) {
			const n = 2500
			lines := strings.SplitAfter(string(orders(n, "")), "\n")
			for i := 0; every > 0 && i < n; i += every {
				lines[i] = strings.Replace(lines[i], `"id":`, `"id":"x","was":`, 1)
			}
			text := strings.Join(lines, "")
			p := planOf(b, &SchemaMessage{Stream: "orders", Key: []string{"id"}, JSON: []byte(orderSchema)}, Options{})
			blk, err := NewReader(strings.NewReader(text), Limits{Block: 2 << 20}, nil).Next()
			if err != nil && err != io.EOF {
				b.Fatal(err)
			}
			d := Decoder{Quarantine: true}
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				out := d.Decode(blk, Plans{"orders": p})
				if out.Err != nil || out.Records != n {
					b.Fatal(out.Records, out.Err)
				}
				p.Recycle(out.Chunks[0].Batch)
			}
		})
	}
	bench("none", 0)
	bench("one in 1000", 1000)
	bench("one in 10", 10)
	bench("all", 1)
}

// TestSchemaMessageEncode reads what Encode wrote.
func TestSchemaMessageEncode(t *testing.T) {
	f := func(line string) {
		t.Helper()
		read := func(line string) SchemaMessage {
			b, err := NewReader(strings.NewReader(line+"\n"), Limits{}, nil).Next()
			if err != nil {
				t.Fatal(err)
			}
			return *b.Then.Schema
		}
		want := read(line)
		text, err := want.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if got := read(strings.TrimSpace(string(text))); strings.Count(string(text), "\n") != 1 || !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", line, got, want)
		}
	}
	f(`{"type":"SCHEMA","stream":"s","schema":{"properties":{}}}`)
	f(`{"type":"SCHEMA","stream":"a \"<é>\u2028","schema":{"properties":{"z":{"type":"integer","maximum":123456789012345678901234567890},"a":{}}},"key_properties":["z"],"bookmark_properties":["a"],` +
		`"replication_method":"FULL_TABLE","unique_constraints":["a"],"unique_conflict_method":"IGNORE","disable_column_type_check":true}`)
}
