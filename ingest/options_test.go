package ingest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"target-filelake/lake/columns"
)

// outcome is a load's rows and error as one text.
func outcome(t *testing.T, input string, o Options) string {
	t.Helper()
	out := load(t, input, o, Limits{})
	got := strings.ReplaceAll(strings.Join(out.rows, "|"), "s {", "{")
	if out.err != nil {
		got += "!" + strings.TrimPrefix(out.err.Error(), `line 2, stream "s", `)
	}
	return got
}

func TestTypes(t *testing.T) {
	f := func(typ, schema, value, want string) {
		t.Helper()
		got := outcome(t, schemaOf(`"v":`+schema)+recordOf(`{"v":`+value+`}`), Options{Types: map[string]string{"v": typ}})
		if got = strings.TrimSuffix(strings.TrimPrefix(got, `{"v":`), "}"); got != want {
			t.Errorf("%s of %s %s:\n got %s\nwant %s", typ, schema, value, got, want)
		}
	}
	number, text, any := `{"type":["number","null"]}`, `{"type":"string"}`, `{}`
	f("decimal(18,4)", number, `12.5`, `12.5000`)
	f("Decimal(18, 4)", number, `12.5`, `12.5000`)
	f("decimal(18,4)", number, `null`, `{`)
	f("decimal(18,4)", number, `1.23456`, `!/v: number is beyond the digits of a decimal(18,4) column`)
	f("decimal(18,4)", number, `"1"`, `!/v: type null or number, got a string`)
	f("decimal(18,4)", text, `"12.5"`, `12.5000`)
	f("decimal(18,4)", text, `12.5`, `!/v: type string, got a number`)
	f("decimal(38)", any, `"170141183460469231731687303715884105728"`, `!/v: number is beyond the digits of a decimal(38,0) column`)
	f("decimal(38)", any, `17014118346046923173168730371588410572`, `17014118346046923173168730371588410572`)
	f("decimal(38)", any, `true`, `!/v: is of type boolean, beyond what a decimal(38,0) column holds`)
	f("bigint", number, `2.0`, `2`)
	f("bigint", number, `2.5`, `!/v: number is beyond the digits of a column of kind int64`)
	f("bigint", text, `"-7"`, `-7`)
	f("bigint", text, `"x"`, `!/v: is a string that holds no number, which a column of kind int64 needs`)
	f("double", text, `"1.5"`, `1.5`)
	f("double", text, `"1e999"`, `!/v: number is beyond the range of a double`)
	f("double", `{"type":"integer"}`, `3`, `3`)
	f("varchar", number, `12.50`, `"12.50"`)
	f("varchar", any, `"a\u0062"`, `"ab"`)
	f("varchar", any, `{"a": [1]}`, `"{\"a\":[1]}"`)
	f("varchar", any, `null`, `{`)
	f("varchar", `{"type":"object","properties":{"a":{"type":"integer"}}}`, `{"a": 1}`, `"{\"a\":1}"`)
	f("varchar", `{"type":"object","properties":{"a":{"type":"integer"}}}`, `{"a":"x"}`, `!/v/a: type integer, got a string`)
	f("json", text, `"x"`, `"x"`)
	f("json", `{"type":"array","items":{"type":"integer"}}`, `[1, 2]`, `[1,2]`)
	f("json", `{"type":"array","items":{"type":"integer"}}`, `[1,true]`, `!/v/1: type integer, got a boolean`)
	f("boolean", text, `"true"`, `true`)
	f("boolean", text, `"yes"`, `!/v: is a string that holds neither true nor false, which a column of kind boolean needs`)
	f("boolean", any, `1`, `!/v: is neither true nor false, which a column of kind boolean needs`)
	f("boolean", any, `false`, `false`)
	f("timestamp", text, `"1970-01-01 00:00:01"`, `1000000`)
	f("timestamp", text, `"soon"`, `!/v: not a date or date-time`)
	f("timestamp", number, `1`, `!/v: is of type integer, beyond what a column of kind timestamp holds`)
	f("date", `{"type":["string","null"],"format":"date-time"}`, `"1970-01-03T00:00:00Z"`, `2`)
	f("time", text, `"00:00:02"`, `2000000`)
	f("uuid", text, `"01234567-89ab-CDEF-0123-456789abcdef"`, `"0123456789abcdef0123456789abcdef"`)
	f("int", text, `""`, `!line 1, stream "s": column "v": type "int", want decimal(p,s), bigint, double, varchar, json, boolean, timestamp, date, time or uuid, of up to 38 digits`)
	f("decimal(39,2)", text, `""`, `!line 1, stream "s": column "v": type "decimal(39,2)", want decimal(p,s), bigint, double, varchar, json, boolean, timestamp, date, time or uuid, of up to 38 digits`)

	nested := schemaOf(`"a":{"type":"object","properties":{"b.c":{"type":"number"},"d":{"type":"string"}}},"a.d":{"type":"string"}`)
	got := outcome(t, nested+recordOf(`{"a":{"b.c":1,"d":"2"},"a.d":"3"}`), Options{Types: map[string]string{"a.b.c": "decimal(4,2)", "a.d": "bigint", "zzz": "json"}})
	if want := `{"a":{"b.c":1.00,"d":"2"},"a.d":3}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	keyed := `{"type":"SCHEMA","stream":"s","key_properties":["v"],"schema":{"properties":{"v":{"type":"string"}}}}` + "\n"
	f = func(typ, value, _, want string) {
		t.Helper()
		if got := outcome(t, keyed+recordOf(`{"v":`+value+`}`), Options{Types: map[string]string{"v": typ}}); got != want {
			t.Errorf("key of %s: got %s, want %s", typ, got, want)
		}
	}
	f("bigint", `"7"`, "", `{"v":7}`)
	f("json", `"7"`, "", `!line 1, stream "s": key property "v" is not of a scalar type`)
}

// A type that is set too late for a column is told of.
func TestWider(t *testing.T) {
	f := func(was columns.Column, now, want string) {
		t.Helper()
		m := &SchemaMessage{Stream: "s", JSON: []byte(`{"properties":{"v":{"type":"number"}}}`)}
		o := Options{Types: map[string]string{"v": now}}
		s, err := Compile(m, o)
		if err != nil {
			t.Fatal(err)
		}
		e := columns.Evolver{NextID: 1}
		was.Property = "v"
		old, err := e.Evolve(nil, []columns.Column{was})
		if err != nil {
			t.Fatal(err)
		}
		next, err := e.Evolve(old, s.Columns())
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(Bind(m, s, next, o).Wider(), " "); got != want {
			t.Errorf("%v, then %s: %q, want %q", was, now, got, want)
		}
	}
	double, decimal := columns.Column{Kind: columns.Double}, columns.Column{Kind: columns.Decimal, Precision: 18, Scale: 4}
	f(double, "decimal(18,4)", "v")
	f(decimal, "decimal(18,4)", "")
	f(columns.Column{Kind: columns.Int64}, "double", "")
	f(columns.Column{Kind: columns.String}, "double", "v")
}

func TestNested(t *testing.T) {
	schema := schemaOf(`"id":{"type":"integer"},"o":{"type":["object","null"],"required":["x"],"properties":{"x":{"type":"integer"},` +
		`"p":{"type":"object","properties":{"q":{"type":["string","null"]},"t":{"type":"string","format":"date"}}},"l":{"type":"array","items":{"type":"integer"}}}},` +
		`"o__x":{"type":"string"},"l":{"type":"array","items":{"type":"object","properties":{"k":{"type":"integer"}}}},"e":{"type":"object"}`)
	f := func(o Options, record, want string) {
		t.Helper()
		if got := outcome(t, schema+recordOf(record), o); got != want {
			t.Errorf("%+v %s:\n got %s\nwant %s", o.Nested, record, got, want)
		}
	}
	record := `{"id":1,"o":{"l":[1, 2],"p":{"t":"1970-01-02","q":"z"},"x":5,"u":true},"o__x":"own","l":"[{\"k\": 1}]","e":{"a":1}}`
	f(Options{Nested: "json"}, record,
		`{"id":1,"o":{"l":[1,2],"p":{"t":"1970-01-02","q":"z"},"x":5,"u":true},"o__x":"own","l":[{"k":1}],"e":{"a":1}}`)
	f(Options{Nested: "json"}, `{"o":{"x":"1"}}`, `!/o/x: type integer, got a string`)
	f(Options{Nested: "json"}, `{"o":{"x":1,"p":"{\"q\":\"z\"}"}}`, `{"o":{"x":1,"p":"{\"q\":\"z\"}"}}`)
	f(Options{Nested: "json"}, `{"o":{"x":1,"p":"{\"q\":1}"}}`, `!/o/p/q: type null or string, got an integer`)
	f(Options{Nested: "json"}, `{"l":[{"k":"1"}]}`, `!/l/0/k: type integer, got a string`)
	flat := Options{Nested: "flatten"}
	f(flat, record, `{"id":1,"o__x":5,"o__p__q":"z","o__p__t":1,"o__l":[1,2],"o__x_2":"own","l":[{"k":1}],"e":{"a":1},"_extra":{"/o/u":true}}`)
	f(flat, `{"id":1}`, `{"id":1}`)
	f(flat, `{"id":1,"o":null}`, `{"id":1}`)
	f(flat, `{"id":1,"o":{"x":2,"p":{}}}`, `{"id":1,"o__x":2}`)
	f(flat, `{"o":{"x":1,"x":2}}`, `{"o__x":2}`)
	f(flat, `{"o":"{\"x\":3}"}`, `{"o__x":3}`)
	f(flat, `{"o":{"p":{}}}`, `!/o/x: required, got nothing`)
	f(flat, `{"o":{"x":1,"p":{"t":"1970-02-30"}}}`, `!/o/p/t: no such day in the calendar`)
	f(flat, `{"o":{"x":1,"l":[true]}}`, `!/o/l/0: type integer, got a boolean`)
	f(Options{Nested: "flatten", FlattenDepth: 1, Separator: "."}, record,
		`{"id":1,"o.x":5,"o.p":{"t":"1970-01-02","q":"z"},"o.l":[1,2],"o__x":"own","l":[{"k":1}],"e":{"a":1},"_extra":{"/o/u":true}}`)

	// Columns of one object need not stand side by side.
	more := schemaOf(`"o":{"type":"object","properties":{"n":{"type":"integer"},"x":{"type":"integer"}}}`)
	first := schemaOf(`"o":{"type":"object","properties":{"x":{"type":"integer"}}},"z":{"type":"integer"}`)
	got := outcome(t, first+more+recordOf(`{"o":{"n":1,"x":2}}`)+recordOf(`{}`)+recordOf(`{"o":{"n":3}}`), flat)
	if want := `{"o__x":2,"o__n":1}|{}|{"o__n":3}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	// A property that comes to bear the name of a flattened one has a column of its own.
	own := schemaOf(`"o__x":{"type":"integer"},"o":{"type":"object","properties":{"x":{"type":"integer"}}}`)
	got = outcome(t, first+recordOf(`{"o":{"x":1}}`)+own+recordOf(`{"o":{"x":2},"o__x":3}`), flat)
	if want := `{"o__x":1}|{"o__x":2,"o__x_2":3}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNullDates(t *testing.T) {
	o := Options{NullDates: true}
	f := func(format, value, want string, count int) {
		t.Helper()
		out := load(t, schemaOf(`"v":{"type":"string","format":"`+format+`"}`)+recordOf(`{"v":"`+value+`"}`), o, Limits{})
		if got := fmt.Sprint(out.rows, out.err, out.notes.NullDates); got != fmt.Sprintf("[s {%s}] <nil> %d", want, count) {
			t.Errorf("%s %s: got %s, want %s", format, value, got, want)
		}
	}
	f("date-time", "0000-01-01T00:00:00Z", "", 1)  // 36
	f("date-time", "10000-01-01T00:00:00Z", "", 1) // 37
	f("date-time", "9999-12-31T23:59:59-01:00", "", 1)
	f("date-time", "2016-12-31T23:59:60Z", "", 1) // 38
	f("date-time", "2023-02-30T00:00:00Z", "", 1) // 39
	f("date-time", "2023-01-01T24:00:00Z", "", 1)
	f("date-time", "", "", 1)
	f("date", "2023-02-30", "", 1)
	f("time", "24:00", "", 1)
	f("time", "23:59:60", "", 1)
	f("date-time", "1970-01-01T00:00:01Z", `"v":1000000`, 0)
	out := load(t, schemaOf(`"l":{"type":"array","items":{"type":"string","format":"date"}},"u":{"type":"string","format":"uuid"}`)+
		recordOf(`{"l":["2023-02-30","1970-01-02","never"]}`)+recordOf(`{"u":"x"}`), o, Limits{})
	if got := fmt.Sprint(out.rows, out.err, out.notes.NullDates); got != `[s {"l":[null,1,null]}] line 3, stream "s", /u: not a UUID 2` {
		t.Error(got)
	}
	keyed := `{"type":"SCHEMA","stream":"s","key_properties":["v"],"schema":{"properties":{"v":{"type":"string","format":"date"}}}}` + "\n"
	if got := outcome(t, keyed+recordOf(`{"v":"2023-02-30"}`), o); got != `!/v: no such day in the calendar` {
		t.Error(got)
	}
	if got := outcome(t, schemaOf(`"v":{"type":"string"}`)+recordOf(`{"v":"2023-02-30"}`), Options{NullDates: true, Types: map[string]string{"v": "date"}}); got != `{}` {
		t.Error(got)
	}
}

func metadataOptions() Options {
	return Options{
		Metadata: true, Started: time.UnixMilli(1_700_000_000_123),
		Now: func() time.Time { return time.Unix(2, 5_000_000) },
	}
}

func TestMetadata(t *testing.T) {
	const ours = `"_sdc_received_at":2005000,"_sdc_batched_at":2005000`
	const rest = `"_sdc_sequence":2005`
	const run = `"_sdc_sync_started_at":1700000000123}`
	a := schemaOf(`"a":{"type":"integer"}`)
	f := func(input, want string) {
		t.Helper()
		if got := outcome(t, input, metadataOptions()); got != want {
			t.Errorf("%s:\n got %s\nwant %s", input, got, want)
		}
	}
	row := func(tail string) string { return `{"type":"RECORD","stream":"s","record":{"a":1}` + tail + "}\n" }
	f(a+row(""), `{"a":1,`+ours+`,`+rest+`,`+run)
	f(a+row(`,"time_extracted":"1970-01-01T00:00:01.5Z","version":7`),
		`{"a":1,"_sdc_extracted_at":1500000,`+ours+`,`+rest+`,"_sdc_table_version":7,`+run)
	f(a+row(`,"version":null,"time_extracted":null`), `{"a":1,`+ours+`,`+rest+`,`+run)
	f(a+row(`,"time_extracted":"never"`), `!/_sdc_extracted_at: not a date or date-time`)
	f(a+row(`,"version":"x"`), `!/_sdc_table_version: is of type string, want null or integer`)
	f(a+row(`,"version":1}`), `!line 2: malformed JSON at byte 60: a second value stands after the first`)
	f(a+recordOf(`{"a":1,"_sdc_deleted_at":"1970-01-01T00:00:03Z","_sdc_sequence":"mine","_sdc_received_at":5}`),
		`{"a":1,`+ours+`,"_sdc_deleted_at":3000000,`+rest+`,`+run)
	f(schemaOf(`"_sdc_sequence":{"type":"string"},"_sdc_extracted_at":{"type":"integer"}`)+recordOf(`{"_sdc_sequence":"mine"}`), `{`+ours+`,`+rest+`,`+run)

	// Taps repeat what stands before the record.
	early := `{"type":"RECORD","stream":"s","version":3,"time_extracted":"1970-01-01T00:00:01Z","record":{"a":1}}` + "\n"
	once := `{"a":1,"_sdc_extracted_at":1000000,` + ours + `,` + rest + `,"_sdc_table_version":3,` + run
	f(a+early+early+row(""), once+"|"+once+"|"+`{"a":1,`+ours+`,`+rest+`,`+run)

	// A table whose column has become text gets text.
	if got, want := outcome(t, schemaOf(`"_sdc_received_at":{"type":"string"}`)+recordOf(`{"_sdc_received_at":"x"}`), Options{}), `{"_sdc_received_at":"x"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Once asked for, the time of a row's deletion has a column from the first row on.
func TestDeletedAt(t *testing.T) {
	f := func(schema, record, want string, o Options) {
		t.Helper()
		if got := outcome(t, schemaOf(schema)+recordOf(record), o); got != want {
			t.Errorf("%s:\n got %s\nwant %s", record, got, want)
		}
	}
	deleted := Options{Deleted: true}
	f(`"a":{}`, `{"a":1,"_sdc_deleted_at":"1970-01-01T00:00:01Z"}`, `{"a":1,"_sdc_deleted_at":1000000}`, deleted)
	f(`"a":{}`, `{"a":1,"_sdc_deleted_at":null}`, `{"a":1}`, deleted)
	f(`"a":{}`, `{"a":1}`, `{"a":1}`, deleted)
	f(`"a":{}`, `{"a":1,"_sdc_deleted_at":5}`, `!/_sdc_deleted_at: is of type number, want null or string`, deleted)
	f(`"_sdc_deleted_at":{"type":"string"}`, `{"_sdc_deleted_at":"x"}`, `{"_sdc_deleted_at":"x"}`, deleted)
	f(`"a":{}`, `{"_sdc_deleted_at":"x"}`, `!/_sdc_deleted_at: not a date or date-time`, deleted)

	// A table that has the column takes it undeclared.
	has := schemaOf(`"_sdc_deleted_at":{"type":["string","null"],"format":"date-time"}`)
	if got := outcome(t, has+schemaOf(`"a":{}`)+recordOf(`{"_sdc_deleted_at":"1970-01-01T00:00:01Z"}`), Options{}); got != `{"_sdc_deleted_at":1000000}` {
		t.Error(got)
	}
}

func TestRounded(t *testing.T) {
	s, err := Compile(&SchemaMessage{Stream: "s", JSON: []byte(`{"properties":{"a":{"type":"number","multipleOf":1e-30},` +
		`"o":{"type":"object","properties":{"b":{"type":"number","multipleOf":1e-20}}},"c":{"type":"number","multipleOf":0.1}}}`)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(s.Rounded()); got != "[/a /o/b]" {
		t.Error(got)
	}
}
