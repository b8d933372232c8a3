package ingest

import (
	"io"
	"strings"
	"testing"

	"target-filelake/ingest/schema"
	"target-filelake/ingest/selection"
)

// When a row was deleted is a time, though no SCHEMA declares it.
func TestUndeclaredDeletedAt(t *testing.T) {
	f := func(o Options, schema, record, want string) {
		t.Helper()
		if got := outcome(t, schema+recordOf(record), o); got != want {
			t.Errorf("%s:\n got %s\nwant %s", record, got, want)
		}
	}
	plain := schemaOf(`"a":{}`)
	var any Options
	f(any, plain, `{"a":1,"_sdc_deleted_at":"1970-01-01T00:00:01Z","b":2}`, `{"a":1,"_sdc_deleted_at":1000000,"_extra":{"b":2}}`)
	f(any, plain, `{"_sdc_deleted_at":"1970-01-01 00:00:02","a":1}`, `{"a":1,"_sdc_deleted_at":2000000}`)
	f(any, plain, `{"a":1,"_sdc_deleted\u005fat":null}`, `{"a":1}`)
	f(any, plain, `{"_sdc_deleted_at":"1970-01-01","_sdc_deleted_at":"1970-01-02"}`, `{"_sdc_deleted_at":86400000000}`)
	f(any, plain, `{"_sdc_deleted_at":"1970-01-01","_sdc_deleted_at":null}`, `{`+`}`)
	f(any, plain, `{"_sdc_deleted_at":"x"}`, `!/_sdc_deleted_at: not a date or date-time`)
	f(any, plain, `{"_sdc_deleted_at":5}`, `!/_sdc_deleted_at: is of type number, want null or string`)
	f(any, plain, `{"_sdc_deleted_at":{"a":[]}}`, `!/_sdc_deleted_at: is of type object, want null or string`)
	f(Options{NoChecks: true}, plain, `{"_sdc_deleted_at":5}`, `!/_sdc_deleted_at: is of type number, want null or string`)
	f(Options{NullDates: true}, plain, `{"a":1,"_sdc_deleted_at":"9999-99-99"}`, `{"a":1}`)
	f(Options{Nested: schema.NestedFlatten}, schemaOf(`"o":{"type":"object","properties":{"x":{"type":"string"}}}`),
		`{"o":{"x":"y","_sdc_deleted_at":1},"_sdc_deleted_at":"1970-01-01"}`, `{"o__x":"y","_sdc_deleted_at":0,"_extra":{"/o/_sdc_deleted_at":1}}`)

	// Taps send it undeclared by convention, whatever is said of others.
	late := `{"a":1,"_sdc_deleted_at":"1970-01-01"}`
	f(Options{Undeclared: RefuseUndeclared}, plain, late, `{"a":1,"_sdc_deleted_at":0}`)
	f(Options{Undeclared: IgnoreUndeclared}, plain, late, `{"a":1,"_sdc_deleted_at":0}`)
	closed := func(beside string) string {
		return `{"type":"SCHEMA","stream":"s","schema":{"properties":{"a":{"type":"integer"}},"additionalProperties":false` + beside + "}}\n"
	}
	f(any, closed(""), late, `{"a":1,"_sdc_deleted_at":0}`)
	f(any, closed(""), `{"a":"x","_sdc_deleted_at":"1970-01-01","b":1}`, `!/a: type integer, got a string; /b: additionalProperties false, got a property beside those declared`)
	f(any, closed(`,"patternProperties":{"^x":{}}`), late, `{"a":1,"_sdc_deleted_at":0}`)
	f(any, closed(`,"patternProperties":{"^x":{}}`), `{"b":1,"_sdc_deleted_at":"1970-01-01"}`, `!/b: additionalProperties false, got a property beside those declared`)

	// What is not selected is not loaded.
	not := Options{Selection: selection.New(selection.Rules{Exclude: []string{"_sdc_deleted_at"}}, nil, "s", nil)}
	f(not, plain, `{"a":1,"_sdc_deleted_at":"x"}`, `{"a":1}`)

	// Where an earlier SCHEMA had it as something else, that is its column.
	f(any, schemaOf(`"_sdc_deleted_at":{"type":"string"}`)+plain, `{"_sdc_deleted_at":"x"}`, `{"_sdc_deleted_at":"x"}`)
	f(any, schemaOf(`"_sdc_deleted_at":{"type":"object","properties":{"x":{}}}`)+plain, `{"_sdc_deleted_at":"x"}`, `{"_extra":{"_sdc_deleted_at":"x"}}`)
}

// TestLateRows is rows with the property among others and refused ones, whose
// column must come neither too early nor shifted.
func TestLateRows(t *testing.T) {
	f := func(want string, late bool, records ...string) {
		t.Helper()
		d := Decoder{Quarantine: true}
		lines := []string{}
		for _, r := range records {
			lines = append(lines, record(r))
		}
		out := quarantined(t, &d, Options{}, lines...)
		b := out.Chunks[0].Batch
		if b.HasLate() != late {
			t.Errorf("HasLate() = %t", !late)
		}
		var rows []string
		for i := range b.Rows {
			rows = append(rows, rowJSON(b, i))
		}
		checkBatch(t, b)
		if got := strings.Join(rows, " "); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	const none, bad, null, one = `{"id":1}`, `{"_sdc_deleted_at":"1970-01-01","id":"x"}`, `{"id":3,"_sdc_deleted_at":null}`, `{"id":4,"_sdc_deleted_at":"1970-01-01T00:00:00.000001Z"}`
	f(`{"id":1} {"id":1}`, false, none, bad, none)
	f(`{"id":1} {"id":3}`, true, none, null)
	f(`{"id":1} {"id":4,"_sdc_deleted_at":1} {"id":1} {"id":4,"_sdc_deleted_at":1} {"id":1}`, true, none, bad, one, bad, none, one, bad, none)
}

func TestDeleteEventsTellTheirOwnFaults(t *testing.T) {
	f := func(record, want string) {
		t.Helper()
		schema := `{"type":"SCHEMA","stream":"s","key_properties":["id"],"schema":{"minProperties":9,"required":["v","o"],` +
			`"dependencies":{"id":["z"]},"properties":{"id":{"type":"integer"},"v":{"type":"string"},"o":{"type":"object","required":["x"],"properties":{"x":{}}}}}}` + "\n"
		if got := outcome(t, schema+recordOf(record), Options{}); got != want {
			t.Errorf("%s:\n got %s\nwant %s", record, got, want)
		}
	}
	f(`{"id":1,"_sdc_deleted_at":"1970-01-01"}`, `{"id":1,"_sdc_deleted_at":0}`)
	f(`{"id":"x","_sdc_deleted_at":"1970-01-01"}`, `!/id: type integer, got a string`)
	f(`{"id":1,"o":{},"_sdc_deleted_at":"1970-01-01"}`, `!/o/x: required, got nothing`)
	f(`{"v":1,"_sdc_deleted_at":"1970-01-01"}`, `!/v: type string, got an integer; /id: id is required`)
	f(`{"id":1,"_sdc_deleted_at":"soon"}`, `!/_sdc_deleted_at: not a date or date-time`)
	f(`{"id":"x"}`, `!line 2, stream "s": minProperties 9, got an object of 1 properties; /id: type integer, got a string; /o: required, got nothing; /v: required, got nothing; /z: dependencies, want it beside "id", got nothing`)
}

// TestLateCostsOthersNothing is what a stream that never sends the property pays.
func TestLateCostsOthersNothing(t *testing.T) {
	p := planOf(t, &SchemaMessage{Stream: "orders", Key: []string{"id"}, JSON: []byte(orderSchema)}, Options{})
	blk, err := NewReader(strings.NewReader(string(orders(100, ""))), Limits{}, nil).Next()
	if err != nil && err != io.EOF {
		t.Fatal(err)
	}
	var d Decoder
	b := d.Decode(blk, Plans{"orders": p}).Chunks[0].Batch
	if v := b.Late(); v == nil || v.Def != nil || v.Ints != nil || b.Rows != 100 {
		t.Fatalf("100 rows without the property have %+v", v)
	}
}
