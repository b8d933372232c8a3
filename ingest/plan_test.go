package ingest

import (
	"fmt"
	"strings"
	"testing"
)

// columnsOf is a schema of n integer columns.
func columnsOf(n int) string {
	var props []string
	for i := range n {
		props = append(props, fmt.Sprintf(`"c%d":{"type":["integer","null"]}`, i))
	}
	return `{"properties":{` + strings.Join(props, ",") + `}}`
}

func TestWide(t *testing.T) {
	const n = 10_000 // 54
	schema := `{"type":"SCHEMA","stream":"s","schema":` + columnsOf(n) + "}\n"
	out := load(t, schema+recordOf(`{"c9999":1,"c0":2}`)+recordOf(`{"c5000":3}`), Options{}, Limits{})
	if got := fmt.Sprint(out.rows, out.err); got != `[s {"c0":2,"c9999":1} s {"c5000":3}] <nil>` {
		t.Error(got)
	}
}

// Structs deeper than Parquet's levels reach are JSON text from there on.
func TestDeepStruct(t *testing.T) {
	schema, record := `{"type":"integer"}`, "1"
	for range 100 {
		schema = `{"type":"object","properties":{"x":` + schema + `},"required":["x"]}`
		record = `{"x":` + record + `}`
	}
	line := `{"type":"SCHEMA","stream":"s","schema":` + schema + "}\n"
	out := load(t, line+recordOf(record), Options{}, Limits{})
	if out.err != nil || out.rows[0] != "s "+record {
		t.Errorf("%v %v", out.rows, out.err)
	}
	out = load(t, line+recordOf(strings.Replace(record, "1", `"1"`, 1)), Options{}, Limits{})
	if want := strings.Repeat("/x", 100) + ": type integer, got a string"; !strings.Contains(fmt.Sprint(out.err), want) {
		t.Errorf("%v", out.err)
	}
}

func TestFullChecks(t *testing.T) {
	f := func(schema, value, want string) {
		t.Helper()
		got := strings.TrimPrefix(cell(t, schema, value), `line 2, stream "s", `)
		if got != want {
			t.Errorf("%s of %.50s:\n got %s\nwant %s", schema, value, got, want)
		}
	}
	f(`{"type":"integer","minimum":5}`, `5`, `5`)
	f(`{"type":"integer","minimum":5}`, `4`, `/v: minimum 5, got a smaller number`)
	f(`{"type":"integer","maximum":9007199254740993}`, `9007199254740993`, `9007199254740993`)
	f(`{"type":"integer","maximum":9007199254740993}`, `9007199254740994`, `/v: maximum 9007199254740993, got a larger number`)
	f(`{"type":"number","multipleOf":0.01}`, `0.07`, `0.07`) // 35
	f(`{"type":"number","multipleOf":0.01}`, `0.075`, `/v: multipleOf 0.01, got another number`)
	f(`{"type":"number","multipleOf":0.01}`, `1e4000000`, `/v: number is beyond the digits of a decimal(38,2) column`)                          // 31
	f(`{"type":"string","pattern":"^(a+)+$"}`, `"`+strings.Repeat("a", 40_000)+`!"`, `/v: pattern "^(a+)+$", got a string that does not match`) // 51
	f(`{"type":"string","enum":["a","b"]}`, `"secret"`, `/v: enum, want one of 2 values, got another string`)
	f(`{"enum":[1,1.0,{"a":1,"b":2},{"b":2,"a":1},1]}`, `1`, `1`)
	f(`{"enum":[1,{}]}`, `1e399`, `/v: enum, want one of 2 values, got another integer`)
	f(`{"type":"array","uniqueItems":true}`, `[1e399,{"a":[1,"x"]},{"a":[1,"y"]}]`, `[1e399,{"a":[1,"x"]},{"a":[1,"y"]}]`)
	f(`{"type":"array","uniqueItems":true}`, `[{"b":2,"a":1},{"a":1.0,"b":20e-1}]`, `/v: uniqueItems, got an array with equal items`)
	f(`{"type":"string","maxLength":2}`, `"éé"`, `"éé"`)
	f(`{"type":"string","maxLength":2}`, `"ééé"`, `/v: maxLength 2, got a string of 3 characters`)
	f(`{"type":"string","format":"date-time","minLength":1}`, `"2020-01-01"`, `1577836800000000`)
	f(`{"type":"string","format":"ipv4","minLength":1}`, `"x"`, `"x"`)
	f(`{"type":"object","minProperties":1}`, `"{}"`, `/v: minProperties 1, got an object of 0 properties`)
	f(`{"type":"object","minProperties":1}`, `"{\"a\":1}"`, `{"a":1}`)
	f(`{"type":"array","items":{"type":"object","properties":{"a.b":{"type":"integer","maximum":3}}}}`, `[{"a.b":3},{"a.b":4}]`,
		`/v/1/a.b: maximum 3, got a larger number`)
	f(`{"type":"array","items":{"type":"integer"},"uniqueItems":true}`, `[1,1]`, `/v: uniqueItems, got an array with equal items`)
	f(`{"oneOf":[{"type":"integer"},{"type":"number"}]}`, `1.5`, `1.5`)
	f(`{"type":"object","patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false,"properties":{"a":{}}}`,
		`{"a":1,"x1":2}`, `{"a":1},"_extra":{"/v/x1":2}`)
	f(`{"type":"object","patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false,"properties":{"a":{}}}`,
		`{"y\u001b":2}`, `/v/y\x1b: additionalProperties false, got a property beside those declared`)
	f(`{"anyOf":[{"type":"integer"},{"type":"object","properties":{"a":{"type":"integer"}}}]}`, `{"a":"x"}`,
		`/v: anyOf, none of its 2 schemas takes an object; /v/a: type integer, got a string`)

	tree := `{"type":"SCHEMA","stream":"s","schema":{"properties":{"t":{"$ref":"#/definitions/n"}},"definitions":{"n":` +
		`{"type":"object","required":["k"],"properties":{"k":{"type":"array","items":{"$ref":"#/definitions/n"}}}}}}}` + "\n"
	out := load(t, tree+recordOf(`{"t":{"k":[{"k":[]}]}}`)+recordOf(`{"t":{"k":[{"k":[{}]}]}}`), Options{}, Limits{})
	if got := fmt.Sprint(out.rows, out.err); got != `[s {"t":{"k":[{"k":[]}]}}] line 3, stream "s", /t/k/0/k/0/k: required, got nothing` {
		t.Error(got)
	}
}

// A refusal names everything that is wrong with the record.
func TestAllReasons(t *testing.T) {
	schema := `{"type":"SCHEMA","stream":"s","schema":{"required":["a","b"],"properties":{"a":{"type":"integer"},"b":{"type":"string"},"c":{"type":"boolean"},"d":{"type":"integer"}}}}` + "\n"
	f := func(record, want string) {
		t.Helper()
		out := load(t, schema+recordOf(record), Options{}, Limits{})
		if got := strings.TrimPrefix(fmt.Sprint(out.err), `line 2, stream "s", `); got != want {
			t.Errorf("%s:\n got %s\nwant %s", record, got, want)
		}
	}
	f(`{"c":"secret","a":"secret"}`, `/a: type integer, got a string; /b: required, got nothing; /c: type boolean, got a string`)
	f(`{"d":1e30,"a":1,"b":2}`, `/d: integer is beyond 64 bits; /b: type string, got an integer`)
}

// Of many faults, the first are told and the others counted.
func TestManyReasons(t *testing.T) {
	f := func(n int, want string) {
		t.Helper()
		out := load(t, schemaOf(`"v":{"type":"array","items":{"type":"integer","minimum":1}}`)+
			recordOf(`{"v":[`+strings.Repeat("0,", n-1)+`0]}`), Options{}, Limits{})
		got := fmt.Sprint(out.err)
		if told := strings.Count(got, "minimum 1, got a smaller number"); fmt.Sprint(told, got[strings.LastIndex(got, ";"):]) != want {
			t.Errorf("%d faults: %d told, %s", n, told, got)
		}
	}
	f(2, "2; /v/1: minimum 1, got a smaller number")
	f(21, "21; /v/20: minimum 1, got a smaller number")
	f(22, "20; and 2 more")
	f(500, "20; and 480 more")
}

// Values go into the kinds a table has come to hold, whatever this SCHEMA says.
func TestWidened(t *testing.T) {
	f := func(old, now, value, want string) {
		t.Helper()
		out := load(t, schemaOf(`"v":`+old+`,"gone":{"type":"array","items":{"type":"integer"}}`)+schemaOf(`"v":`+now)+
			recordOf(`{"v":`+value+`}`)+recordOf(`{"gone":[1]}`), Options{}, Limits{})
		if got := fmt.Sprint(out.rows, out.err); got != `[s {"v":`+want+`} s {"_extra":{"gone":[1]}}] <nil>` {
			t.Errorf("%s then %s: %s", old, now, got)
		}
	}
	f(`{"type":"number"}`, `{"type":"integer"}`, `7`, `7`)
	f(`{"type":"number"}`, `{"type":"integer"}`, `7.0`, `7`)
	f(`{"type":"string"}`, `{"type":"integer"}`, `7`, `"7"`)
	f(`{"type":"string"}`, `{"type":"boolean"}`, `true`, `"true"`)
	f(`{"type":"string"}`, `{"type":"string","format":"date-time"}`, `"2020-01-01"`, `"2020-01-01"`)
	f(`{"type":"string","format":"date-time"}`, `{"type":"string","format":"date"}`, `"1970-01-02"`, `86400000000`)
	f(`{"type":"object"}`, `{"type":"string"}`, `"x"`, `"x"`)
	f(`{"type":"object"}`, `{"type":"object","properties":{"a":{"type":"integer"}}}`, `{"a": 1}`, `{"a":1}`)
	f(`{"type":"object","properties":{"b":{"type":"integer"},"l":{"type":"array","items":{"type":"integer"}}}}`,
		`{"type":"object","properties":{"a":{"type":"integer"}}}`, `{"a":1}`, `{"b":null,"l":null,"a":1}`)
	f(`{"type":"array","items":{"type":"object","properties":{"b":{"type":"integer"}}}}`,
		`{"type":"array","items":{"type":"object","properties":{"a":{"type":"integer"}}}}`, `[{"a":1},{}]`, `[{"b":null,"a":1},{"b":null,"a":null}]`)

	out := load(t, schemaOf(`"v":{"type":"string"}`)+schemaOf(`"v":{"type":"integer"}`)+recordOf(`{"v":"7"}`), Options{}, Limits{})
	if got := fmt.Sprint(out.err); got != `line 3, stream "s", /v: type integer, got a string` {
		t.Error(got)
	}
}

// Without checks only what a column cannot hold is refused.
func TestNoChecks(t *testing.T) {
	schema := strings.Replace(schemaOf(`"a":{"type":"integer","minimum":5},"b":{"type":["string","integer"]},"c":{"type":"object"},"d":{"type":"object","required":["x"],"properties":{"x":{}},"additionalProperties":false}`),
		`"key_properties"`, `"disable_column_type_check":true,"key_properties"`, 1)
	f := func(record, want string) {
		t.Helper()
		out := load(t, schema+recordOf(record), Options{}, Limits{})
		got := strings.Join(out.rows, "|")
		if out.err != nil {
			got = out.err.Error()
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", record, got, want)
		}
	}
	f(`{"a":1,"b":true,"c":"{}","d":{"y":1}}`, `s {"a":1,"b":"true","c":"{}","d":{"x":null},"_extra":{"/d/y":1}}`)
	f(`{"a":null,"c":[1]}`, `s {"c":[1]}`)
	f(`{"a":"x"}`, `line 2, stream "s", /a: is of type string, want null or integer`)
}

func TestNames(t *testing.T) {
	out := load(t, schemaOf(`"A":{"type":"integer"},"a":{"type":"integer"},"":{"type":"integer"},"_extra":{"type":"integer"},"é\"\t":{"type":"integer"}`)+
		recordOf(`{"a":1,"A":2,"":3,"_extra":4,"\u00e9\"\t":5,"z":6}`), Options{}, Limits{})
	want := `[s {"A":2,"a_2":1,"_2":3,"_extra_2":4,"é\"\t":5,"_extra":{"z":6}}] <nil>` // 85, 86, 87
	if got := fmt.Sprint(out.rows, out.err); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
