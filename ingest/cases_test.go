package ingest

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// The bad inputs of values, schemas and keys, by their numbers: what a record
// becomes, or why it or its SCHEMA is refused.
func TestNumberedCases(t *testing.T) {
	f := func(number, schema, record, want string) {
		t.Helper()
		start := time.Now()
		input := `{"type":"SCHEMA","stream":"s","schema":` + schema + "}\n" + recordOf(record)
		if key, rest, keyed := strings.Cut(schema, "|"); keyed {
			input = `{"type":"SCHEMA","stream":"s","key_properties":` + key + `,"schema":{"properties":` + rest + "}}\n" + recordOf(record)
		}
		got := strings.TrimPrefix(outcome(t, input, Options{}), `!line 1, stream "s": `)
		if got != want {
			t.Errorf("%s: %.80s of %.80s:\n got %.300s\nwant %s", number, record, schema, got, want)
		}
		if took := time.Since(start); took > 10*time.Second { // what these inputs are made for takes minutes
			t.Errorf("%s: took %s", number, took)
		}
	}
	v := func(schema string) string { return `{"properties":{"v":` + schema + `}}` }
	integer, number, when := v(`{"type":"integer"}`), v(`{"type":"number"}`), v(`{"type":"string","format":"date-time"}`)
	f("27", integer, `{"v":-9223372036854775808}`, `{"v":-9223372036854775808}`)
	f("27", integer, `{"v":9223372036854775807}`, `{"v":9223372036854775807}`)
	f("28", integer, `{"v":9223372036854775808}`, `!/v: integer is beyond 64 bits`)
	f("28", v(`{"type":"integer","maximum":1e20}`), `{"v":9223372036854775808}`, `{"v":9223372036854775808}`)
	f("29", v(`{"type":"number","multipleOf":0.1}`), `{"v":12345678901234567890123456789012345678.9}`, `!/v: number is beyond the digits of a decimal(38,1) column`)
	f("29", v(`{"type":"number","multipleOf":0.1}`), `{"v":1234567890123456789012345678901234567.8}`, `{"v":1234567890123456789012345678901234567.8}`)
	f("30", number, `{"v":1e400}`, `!/v: number is beyond the range of a double`)
	f("31", v(`{"type":"number","minimum":0}`), `{"v":1e4000000}`, `!/v: number is beyond the range of a double`)
	f("31", v(`{"type":"number","multipleOf":0.5}`), `{"v":1e4000000}`, `!/v: number is beyond the range of a double`)
	f("32", integer, `{"v":1e1000000}`, `!/v: integer is beyond 64 bits`)
	f("33", integer, `{"v":1.0}`, `{"v":1}`)
	f("34", `["v"]|{"v":{"type":"number"}}`, `{"v":-0.0}`, `{"v":-0}`)
	f("34", `["v"]|{"v":{"type":"number","multipleOf":0.1}}`, `{"v":-0.0}`, `{"v":0.0}`)
	f("35", v(`{"type":"number","multipleOf":0.01}`), `{"v":0.07}`, `{"v":0.07}`)
	f("36", when, `{"v":"0000-12-31T00:00:00Z"}`, `!/v: year 0000`)
	f("37", when, `{"v":"10000-01-01T00:00:00Z"}`, `!/v: not a date or date-time`)
	f("38", when, `{"v":"2016-12-31T23:59:60Z"}`, `!/v: leap second`)
	f("39", when, `{"v":"2020-02-30T00:00:00Z"}`, `!/v: no such day in the calendar`)
	f("39", when, `{"v":"2020-02-03T24:00:00Z"}`, `!/v: no such time of day`)
	f("40", when, `{"v":"1970-01-01 00:00:01"}`, `{"v":1000000}`)
	f("41", when, `{"v":"1970-01-01T05:30:01+05:30"}`, `{"v":1000000}`)
	f("42", when, `{"v":"1970-01-01T00:00:00.123456789Z"}`, `{"v":123456}`)

	f("43", v(`{}`), `{"v":[1, {"a":"b"}]}`, `{"v":[1,{"a":"b"}]}`)
	f("44", v(`{"type":"object"}`), `{"v":{"a": 1}}`, `{"v":{"a":1}}`)
	f("46", v(`{"$ref":"file:///etc/passwd"}`), `{}`, `!line 1, stream "s", /properties/v: schema: $ref "file:///etc/passwd" points outside the schema`)
	f("47", `{"properties":{"v":{"$ref":"#/definitions/d"}},"definitions":{"d":{"type":"integer"}}}`, `{"v":1}`, `{"v":1}`)
	tree := `{"properties":{"v":{"$ref":"#/definitions/d"}},"definitions":{"d":{"type":"object","properties":{"kid":{"$ref":"#/definitions/d"},"n":{"type":"integer"}}}}}`
	f("48", tree, `{"v":{"kid":{"kid":{"n":1}}}}`, `{"v":{"kid":{"kid":{"n":1}}}}`)
	f("48", tree, `{"v":{"kid":{"kid":{"n":"1"}}}}`, `!/v/kid/kid/n: type integer, got a string`)
	f("49", v(`{"$ref":"#/properties/v"}`), `{}`, `schema: a $ref leads to itself`)
	f("51", v(`{"type":"string","pattern":"(a+)+$"}`), `{"v":"`+strings.Repeat("a", 40_000)+`!"}`, `!/v: pattern "(a+)+$", got a string that does not match`)
	f("52", v(`{"pattern":"(?=a)"}`), `{}`, `!line 1, stream "s", /properties/v: schema: pattern "(?=a)": not a regular expression that RE2 takes`)
	f("53", v(`{"pattern":"(a{1000}){1000}"}`), `{}`, `!line 1, stream "s", /properties/v: schema: pattern "(a{1000}){1000}": not a regular expression that RE2 takes`)
	f("54", columnsOf(10_000), `{"c9999":1}`, `{"c9999":1}`)
	f("54", columnsOf(10_001), `{}`, `schema: 10001 columns, want at most 10000`)
	f("61", `[]`, `{}`, `schema: a schema is not a JSON object`)
	f("61b", `{"type":"object"}`, `{}`, `schema: has no properties`)

	two := `["a","b"]|{"a":{"type":"integer"},"b":{"type":["string","null"]}}`
	f("62", two, `{"a":1}`, `!/b: b is required`)
	f("63", two, `{"a":1,"b":null}`, `{"a":1}`)
	f("63", two, `{"a":null,"b":"x"}`, `!/a: type integer, got null`)
	f("64", two, `{"b":"x","a":1}`, `{"a":1,"b":"x"}`)
	f("65", `["v"]|{"v":{"type":"number"}}`, `{"v":1.5}`, `{"v":1.5}`)
	f("66", `["v"]|{"v":{"type":"number"}}`, `{"v":NaN}`, `!line 2: malformed JSON at byte 45: no JSON value here`)
	f("67", two, `{"a":"1","b":"x"}`, `!/a: type integer, got a string`)
	f("69", `["z"]|{"v":{"type":"number"}}`, `{}`, `key property "z" is not in the schema`)
	f("71", two, `{"a":1,"b":"`+strings.Repeat("y", 64<<10)+`"}`, `{"a":1,"b":"`+strings.Repeat("y", 64<<10)+`"}`)
	f("71", two, `{"a":1,"b":"`+strings.Repeat("y", 64<<10+1)+`"}`, `!/b: a key property longer than 65536 bytes`)
	f("72", `[]|{"v":{"type":"integer"}}`, `{"v":1}`, `{"v":1}`)
	f("72", `null|{"v":{"type":"integer"}}`, `{"v":1}`, `{"v":1}`)
	f("72", integer, `{}`, `{}`)
}

// A reference to an address is refused before anything could open it.
func TestNoSocket(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ref := "http://" + l.Addr().String() + "/x.json"
	got := outcome(t, schemaOf(`"v":{"$ref":"`+ref+`"}`), Options{}) // 45
	if want := fmt.Sprintf(`!line 1, stream "s", /properties/v: schema: $ref %q points outside the schema`, ref); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := l.(*net.TCPListener).SetDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if c, err := l.Accept(); err == nil {
		c.Close()
		t.Error("somebody asked for the schema")
	}
}

// Shapes that some readers trip over.
func TestOddShapes(t *testing.T) {
	f := func(schema, record, want string) {
		t.Helper()
		if got := outcome(t, schemaOf(schema)+recordOf(record), Options{}); got != want {
			t.Errorf("%s of %s:\n got %s\nwant %s", record, schema, got, want)
		}
	}
	f(`"v":{"type":"null"},"w":{"type":["null"]}`, `{"v":null}`, `{}`)
	f(`"v":{"type":"object","properties":{"a":{},"b":{}}}`, `{"v":{"b":[1]}}`, `{"v":{"a":null,"b":[1]}}`)
	f(`"v":{"type":"object","properties":{"a":{"type":"object","properties":{}}}}`, `{"v":{"a":{"x": 1}}}`, `{"v":{"a":{"x":1}}}`)
	f(`"v":{"type":"object","properties":{"a":{"type":"object","properties":{}}}}`, `{"v":{}}`, `{"v":{"a":null}}`)
	f(`"v":{"type":["object","null"],"properties":{}}`, `{"v":{}}`, `{"v":{}}`)
	f(`"v":{"type":["boolean","number","string","null"]}`, `{"v":1.50}`, `{"v":"1.50"}`)
	f(`"v":{"type":["boolean","integer"]}`, `{"v":true}`, `{"v":"true"}`)
	f(`"v":{"type":["string","array"]}`, `{"v":"x"}`, `{"v":"x"}`)
	lists := `"v":{"type":"array","items":{"type":"object","properties":{"l":{"type":"array","items":{"type":"object","properties":{` +
		`"m":{"type":"array","items":{"type":"number","multipleOf":0.1}}}}}}}}`
	f(lists, `{"v":[{"l":[{"m":[1.5,2]},{},{"m":[]}]},{"l":[]},{"l":[{"m":[3]}]}]}`,
		`{"v":[{"l":[{"m":[1.5,2.0]},{"m":null},{"m":[]}]},{"l":[]},{"l":[{"m":[3.0]}]}]}`)
	f(lists, `{"v":[{"l":[{"m":[1.5,"x"]}]}]}`, `!/v/0/l/0/m/1: type number, got a string`)
}
