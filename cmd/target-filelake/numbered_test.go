package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestNumberedCases holds the numbered cases of bad input that concern values,
// schemas and keys: what is said, or the value that DuckDB reads back.
func TestNumberedCases(t *testing.T) {
	t.Parallel()
	column := func(property string) string {
		return `{'type':'SCHEMA','stream':'s','schema':{'type':'object','properties':{'v':` + property + `}},'key_properties':[]}`
	}
	record := func(v string) string { return `{'type':'RECORD','stream':'s','record':{'v':` + v + `}}` }
	accepts := func(number, property, v, want string, args ...string) {
		t.Helper()
		dir := t.TempDir()
		load(t, dir, singer(column(property), record(v), stateOf("1")), 0, args...)
		if got := query(t, dir, "SELECT v FROM s"); got != `[{"v":`+want+`}]` {
			t.Errorf("case %s: %s holds %s, want %s", number, v, got, want)
		}
	}
	refuses := func(number, property, v, says string) {
		t.Helper()
		dir := t.TempDir()
		r := load(t, dir, singer(column(property), record(v), stateOf("1")), exitBadInput)
		if want := `line 2, stream "s", /v: ` + says; !strings.Contains(r.err, want) {
			t.Errorf("case %s: %s says %q, want %q", number, v, strings.TrimSpace(r.err), want)
		}
		if r.out != "" || len(lakeFiles(t, dir)) > 0 {
			t.Errorf("case %s: stdout %q, files %v", number, r.out, lakeFiles(t, dir))
		}
	}
	const integer, num, date, moment = `{'type':'integer'}`, `{'type':'number'}`, `{'type':'string','format':'date'}`, `{'type':'string','format':'date-time'}`
	const cents, wide = `{'type':'number','multipleOf':0.01}`, `{'type':'integer','maximum':99999999999999999999999999}`

	accepts("27", integer, "9223372036854775807", "9223372036854775807")
	accepts("27", integer, "-9223372036854775808", "-9223372036854775808")
	refuses("28", integer, "9223372036854775808", "")
	accepts("28", wide, "9223372036854775808", "9223372036854775808")
	refuses("29", cents, "1234567890123456789012345678901234567.01", "")
	accepts("29", cents, "123456789012345678901234567890123456.01", "123456789012345678901234567890123456.01")
	refuses("30", num, "1e400", "")
	refuses("31", `{'type':'number','minimum':0}`, "1e4000000", "")
	refuses("31", `{'type':'number','multipleOf':3}`, "1e4000000", "")
	refuses("32", num, "1e1000000", "")
	accepts("33", integer, "1.0", "1")
	refuses("33", integer, `'1.0'`, "")
	accepts("34", num, "-0.0", "-0.0")
	accepts("35", cents, "0.07", "0.07")
	refuses("35", cents, "0.075", "")
	refuses("36", moment, `'0000-01-01T00:00:00Z'`, "")
	refuses("37", moment, `'10000-01-01T00:00:00Z'`, "")
	refuses("38", moment, `'2016-12-31T23:59:60Z'`, "")
	refuses("39", date, `'2026-02-30'`, "")
	refuses("39", moment, `'2026-02-28T24:00:00Z'`, "")
	for number, v := range map[string]string{"36": "0000-01-01T00:00:00Z", "37": "10000-01-01T00:00:00Z", "38": "2016-12-31T23:59:60Z", "39": "2026-02-30T00:00:00Z"} {
		accepts(number, moment, `'`+v+`'`, "null", "--invalid-dates", "null")
	}
	accepts("40", moment, `'2026-11-22 10:00:00'`, `"2026-11-22T10:00:00Z"`)
	accepts("41", moment, `'2026-11-22T10:00:00+05:30'`, `"2026-11-22T04:30:00Z"`)
	accepts("42", moment, `'2026-11-22T10:00:00.123456789Z'`, `"2026-11-22T10:00:00.123456Z"`)
	accepts("43", `{}`, `{'a': [1, 2.50]}`, `{"a":[1,2.50]}`)
	accepts("44", `{'type':'object'}`, `{'a':null}`, `{"a":null}`)
	accepts("47", `{'$ref':'#/properties/v/definitions/x','definitions':{'x':{'type':'integer'}}}`, "7", "7")
	accepts("48", `{'type':'object','properties':{'left':{'$ref':'#/properties/v'}}}`, `{'left':{'left':{}}}`, `{"left":{"left":{}}}`)
	accepts("14", `{'type':'string'}`, `'\ud800'`, "\"\ufffd\"")
	accepts("15", `{'type':'string'}`, `'a\u0000b'`, `"a\u0000b"`)
	accepts("51", `{'type':'string','pattern':'^(a+)+$'}`, `'`+strings.Repeat("a", 40_000)+`'`, `"`+strings.Repeat("a", 40_000)+`"`)

	schema := func(number, schema, says string) {
		t.Helper()
		line := `{'type':'SCHEMA','stream':'s','schema':` + schema + `,'key_properties':[]}`
		r := load(t, t.TempDir(), singer(line), exitBadInput)
		if !strings.Contains(r.err, `line 1, stream "s"`) || !strings.Contains(r.err, says) {
			t.Errorf("case %s says %q, want %q", number, strings.TrimSpace(r.err), says)
		}
	}
	props := func(v string) string { return `{'type':'object','properties':{'v':` + v + `}}` }
	schema("45", props(`{'$ref':'http://127.0.0.1:1/x'}`), "$ref")
	schema("46", props(`{'$ref':'file:///etc/passwd'}`), "$ref")
	schema("49", props(`{'$ref':'#/properties/v'}`), "itself")
	schema("52", props(`{'type':'string','pattern':'(?=a)'}`), "(?=a)")
	schema("53", props(`{'type':'string','pattern':'(a{1000}){1000}'}`), "a{1000}")
	columns := func(n int) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = fmt.Sprintf(`'c%d':{'type':['null','integer']}`, i)
		}
		return `{'type':'object','properties':{` + strings.Join(parts, ",") + `}}`
	}
	schema("50", `{'properties':{'v':{'$ref':'#/definitions/d0'}},'definitions':{`+doubling(40)+`}}`, "schemas once references are followed")
	schema("54", columns(10_001), "10001 columns")
	dir := t.TempDir()
	load(t, dir, singer(`{'type':'SCHEMA','stream':'s','schema':`+columns(10_000)+`,'key_properties':[]}`, `{'type':'RECORD','stream':'s','record':{'c9999':7}}`, stateOf("1")), 0)
	wantQuery(t, dir, "SELECT c0, c9999 FROM s", `[{"c0":null,"c9999":7}]`)
	schema("61", `[]`, "object")
	schema("61b", `{'type':'object'}`, "properties")

	keyed := func(number, key, records, want string) {
		t.Helper()
		dir := t.TempDir()
		line := `{'type':'SCHEMA','stream':'s','schema':{'type':'object','properties':{'a':{'type':['string','null']},'b':{'type':['number','null']},'n':{'type':'integer'}}},'key_properties':` + key + `}`
		r := invoke(t, singer(line, records, stateOf("1")), "--lake", dir)
		got := strings.TrimSpace(r.err)
		if r.code == 0 {
			got = query(t, dir, "SELECT n FROM s ORDER BY n")
		} else if r.code != exitBadInput {
			t.Errorf("case %s: exit %d", number, r.code)
		}
		if !strings.Contains(got, want) {
			t.Errorf("case %s: %s, want %s", number, got, want)
		}
	}
	rows := func(parts ...string) string {
		for i := range parts {
			parts[i] = fmt.Sprintf(`{'type':'RECORD','stream':'s','record':{%s,'n':%d}}`, parts[i], i)
		}
		return strings.Join(parts, "\n")
	}
	keyed("62", `['a']`, rows(`'b':1`), "/a")
	keyed("63", `['a']`, rows(`'a':null`, `'a':'x'`, `'a':null`), `[{"n":1},{"n":2}]`)
	keyed("64", `['a','b']`, rows(`'a':'x','b':1`, `'a':'x','b':2`, `'a':'x','b':1.0`), `[{"n":1},{"n":2}]`)
	keyed("65", `['b']`, rows(`'b':0.1`, `'b':0.2`, `'b':1e-1`), `[{"n":1},{"n":2}]`)
	keyed("34", `['b']`, rows(`'b':0`, `'b':-0.0`), `[{"n":1}]`)
	keyed("67", `['a']`, rows(`'a':7`), "/a")
	keyed("69", `['nobody']`, rows(`'a':'x'`), "nobody")
	keyed("70", `['a']`, rows(`'a':'x'`, `'a':'x'`, `'a':'x'`), `[{"n":2}]`)
	keyed("71", `['a']`, rows(`'a':'`+strings.Repeat("k", 64<<10)+`'`), `[{"n":0}]`)
	keyed("71", `['a']`, rows(`'a':'`+strings.Repeat("k", 64<<10+1)+`'`), "/a")
	keyed("72", `[]`, rows(`'a':'x'`, `'a':'x'`), `[{"n":0},{"n":1}]`)
}

// doubling is n definitions, each of which refers twice to the next.
func doubling(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `'d%d':{'anyOf':[{'$ref':'#/definitions/d%d'},{'$ref':'#/definitions/d%[2]d'}]},`, i, i+1)
	}
	fmt.Fprintf(&b, `'d%d':{'type':'integer'}`, n)
	return b.String()
}
