package ingest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestValues(t *testing.T) {
	f := func(schema, value, want string) {
		t.Helper()
		if strings.HasPrefix(want, "/") {
			want = `line 2, stream "s", ` + want
		}
		if got := cell(t, schema, value); got != want {
			t.Errorf("%s of %.60s:\n got %s\nwant %s", schema, value, got, want)
		}
	}
	integer, number := `{"type":["integer","null"]}`, `{"type":"number"}`
	f(integer, `9223372036854775807`, `9223372036854775807`) // 27
	f(integer, `-9223372036854775808`, `-9223372036854775808`)
	f(integer, `9223372036854775808`, `/v: integer is beyond 64 bits`) // 28
	f(integer, `-9223372036854775809`, `/v: integer is beyond 64 bits`)
	f(integer, `1e19`, `/v: integer is beyond 64 bits`)
	f(integer, `1.0`, `1`) // 33
	f(integer, `-12.50e1`, `-125`)
	f(integer, `1200e-2`, `12`)
	f(integer, `0.000e999999999`, `0`)
	f(integer, `-0`, `0`)
	f(integer, `null`, `null`)
	f(integer, `1.5`, `/v: type null or integer, got a number`)
	f(integer, `"1.0"`, `/v: type null or integer, got a string`)
	f(integer, `true`, `/v: type null or integer, got a boolean`)
	f(integer, `1e1000000`, `/v: integer is beyond 64 bits`) // 32
	f(integer, `{}`, `/v: type null or integer, got an object`)
	f(number, `1.25`, `1.25`)
	f(number, `-0.0`, `-0`) // 34
	f(number, `123456789012345678`, `123456789012345680`)
	f(number, `0.1`, `0.1`)
	f(number, `1e400`, `/v: number is beyond the range of a double`) // 30
	f(number, `1e4000000`, `/v: number is beyond the range of a double`)
	f(number, `5e-324`, `5e-324`)
	f(number, `2.2250738585072011e-308`, `2.225073858507201e-308`)
	f(number, `null`, `/v: type number, got null`)
	f(`{"type":"number","minimum":0}`, `1e4000000`, `/v: number is beyond the range of a double`) // 31
	f(`{"type":"boolean"}`, `true`, `true`)
	f(`{"type":"boolean"}`, `"true"`, `/v: type boolean, got a string`)
	f(`{"type":"boolean"}`, `0`, `/v: type boolean, got an integer`)
	text := `{"type":"string"}`
	f(text, `"a\u00e9\ud83d\ude00\n\"\\\/"`, `"aé😀\n\"\\/"`)
	f(text, `"\u0000"`, `"\u0000"`) // 15
	f(text, `"\ud800x"`, `"�x"`)    // 14
	f(text, `"\udc00\ud800\ud83d\ude00"`, `"��😀"`)
	f(text, `"日本語テキスト, with ASCII after it"`, `"日本語テキスト, with ASCII after it"`)
	f(text, `7`, `/v: type string, got an integer`)
	f(text, `""`, `""`)

	union := `{"type":["string","integer","null"]}`
	f(union, `"7"`, `"7"`)
	f(union, `7`, `"7"`)
	f(union, `7.0`, `"7.0"`)
	f(union, `7.5`, `/v: type null or integer or string, got a number`)
	f(union, `true`, `/v: type null or integer or string, got a boolean`)
	f(`{"type":["integer","number"]}`, `7`, `7`)

	free := `{"type":["object","null"]}`
	f(free, `{ "a" : [ 1 , {"b c":"d\" e"} ] , "n":null}`, `{"a":[1,{"b c":"d\" e"}],"n":null}`) // 44
	f(free, `"{\n \"a\": 1}"`, `{"a":1}`)
	f(free, `"null"`, `null`)
	f(free, `"[1]"`, `/v: type null or object, got an array`)
	f(free, `"x"`, `/v: type null or object, got a string`)
	f(free, `[1]`, `/v: type null or object, got an array`)
	f(free, `{"a":"\ud800"}`, `{"a":"\ufffd"}`)
	f(free, `{"a":1,"a":2}`, `{"a":1,"a":2}`)
	f(`{}`, `"text"`, `"text"`) // 43
	f(`{}`, `{"a": 1e9}`, `{"a":1e9}`)
	f(`{}`, `null`, `null`)
	f(`{"type":"null"}`, `null`, `null`)
	f(`{"type":"null"}`, `1`, `/v: type null, got an integer`)
	f(`{"type":["array","string"]}`, `"[1, 2]"`, `"[1, 2]"`)

	list := `{"type":["array","null"],"items":{"type":["integer","null"]}}`
	f(list, `[]`, `[]`)
	f(list, `[1, null ,3]`, `[1,null,3]`)
	f(list, `null`, `null`)
	f(list, `"[4,5]"`, `[4,5]`)
	f(list, `"4,5"`, `/v: type null or array, got a string`)
	f(list, `[1,"x"]`, `/v/1: type null or integer, got a string`)
	f(list, `[1,99999999999999999999]`, `/v/1: integer is beyond 64 bits`)
	f(`{"type":"array"}`, `[1, "a", {}]`, `[1,"a",{}]`)
	f(`{"type":"array","items":{}}`, `[1, "a", null]`, `[1,"a",null]`)
	deep := `{"type":"array","items":{"type":"array","items":{"type":"string"}}}`
	f(deep, `[["a"],[],["b","c"]]`, `[["a"],[],["b","c"]]`)
	f(deep, `[]`, `[]`)

	object := `{"type":["object","null"],"required":["x"],"properties":{"x":{"type":"integer"},"y":{"type":["string","null"]},"z":` + list + `}}`
	f(object, `{"y":"q","x":1,"z":[]}`, `{"x":1,"y":"q","z":[]}`)
	f(object, `{"x":1}`, `{"x":1,"y":null,"z":null}`)
	f(object, `null`, `null`)
	f(object, `"{\"x\": 2}"`, `{"x":2,"y":null,"z":null}`)
	f(object, `{}`, `/v/x: required, got nothing`)
	f(object, `{"x":1,"z":[1,true]}`, `/v/z/1: type null or integer, got a boolean`)
	f(`{"type":"array","items":`+object+`}`, `[{"x":1,"z":[1]},null,{"x":2,"z":[2,3],"y":""}]`,
		`[{"x":1,"y":null,"z":[1]},null,{"x":2,"y":"","z":[2,3]}]`)
	f(`{"type":"array","items":`+object+`}`, `[{"x":1},{"x":2,"y":5}]`, `/v/1/y: type null or string, got an integer`)
}

func TestTimes(t *testing.T) {
	f := func(format, value string, want any) {
		t.Helper()
		s := fmt.Sprint(want)
		if why, bad := want.(string); bad {
			s = `line 2, stream "s", /v: ` + why
		}
		if got := cell(t, `{"type":["string","null"],"format":"`+format+`"}`, `"`+value+`"`); got != s {
			t.Errorf("%s %q = %s, want %v", format, value, got, s)
		}
	}
	const noon = 1582979696 * 1_000_000 // 2020-02-29T12:34:56Z
	f("date-time", "2020-02-29T12:34:56Z", noon)
	f("date-time", "2020-02-29 12:34:56", noon) // 40
	f("date-time", "2020-02-29t12:34:56z", noon)
	f("date-time", "2020-02-29T18:04:56+05:30", noon) // 41
	f("date-time", "2020-02-29T07:04:56-0530", noon)
	f("date-time", "2020-02-29T12:34:56.789012999Z", noon+789012) // 42
	f("date-time", "2020-02-29T12:34:56.7Z", noon+700000)
	f("date-time", "2020-02-29T12:34", noon-56_000_000)
	f("date-time", "1970-01-01", 0)
	f("date-time", "1969-12-31T23:59:59.999999Z", -1)
	f("date-time", "0001-01-01T00:00:00Z", -62135596800000000)
	f("date-time", "9999-12-31T23:59:59.999999Z", 253402300799999999)
	f("date-time", "2020\\u002d02-29T12:34:56Z", noon)
	f("date-time", "0000-01-01T00:00:00Z", "year 0000")                // 36
	f("date-time", "10000-01-01T00:00:00Z", "not a date or date-time") // 37
	f("date-time", "9999-12-31T23:59:59-01:00", "date-time is outside the years 0001 to 9999")
	f("date-time", "0001-01-01T00:00:00+00:01", "date-time is outside the years 0001 to 9999")
	f("date-time", "2016-12-31T23:59:60Z", "leap second")                 // 38
	f("date-time", "2023-02-29T00:00:00Z", "no such day in the calendar") // 39
	f("date-time", "2023-02-30", "no such day in the calendar")
	f("date-time", "2023-00-10", "no such day in the calendar")
	f("date-time", "1900-02-29", "no such day in the calendar")
	f("date-time", "2023-01-01T24:00:00Z", "no such time of day")
	f("date-time", "2023-01-01T12:00:00+5:30", "unknown time zone")
	f("date-time", "2023-01-01T12:00:00.Z", "not a time of day")
	f("date-time", "2023-01-01T12", "not a time of day")
	f("date-time", "", "not a date or date-time")
	f("date-time", "64/99/9999", "not a date or date-time")
	f("date", "2000-03-01", 11017)
	f("date", "2000-03-01T00:00:00Z", 11017)
	f("date", "2000-03-01 00:00", 11017)
	f("date", "2000-03-01T00:00:01Z", "date has a time of day other than 00:00")
	f("date", "2000-3-01", "not a date or date-time")
	f("time", "01:02:03.5", 3723500000)
	f("time", "01:02:03.5Z", 3723500000)
	f("time", "01:02", 3720000000)
	f("time", "01:02:03+01:00", "time has a zone other than UTC")
	f("time", "24:00:00", "no such time of day")
	f("uuid", "01234567-89ab-CDEF-0123-456789abcde", "not a UUID")
	f("uuid", "01234567-89ab-CDEF-0123-456789abcdeg", "not a UUID")
	if got := cell(t, `{"type":"string","format":"uuid"}`, `"01234567-89ab-CDEF-0123-456789abcdef"`); got != `"0123456789abcdef0123456789abcdef"` {
		t.Errorf("uuid: %s", got)
	}
}

func TestFraming(t *testing.T) {
	schema := schemaOf(`"id":{"type":"integer"},"s":{"type":"string"},"j":{}`)
	f := func(line, want string) {
		t.Helper()
		out := load(t, schema+recordOf(`{"id":1}`)+line+"\n", Options{}, Limits{MaxDepth: 8})
		got := strings.Join(out.rows[1:], "|")
		if out.rows[0] != `s {"id":1}` {
			t.Errorf("%.80s: first row %s", line, out.rows[0])
		}
		if out.err != nil {
			got += "!" + out.err.Error()
		}
		if got != want {
			t.Errorf("%.80s:\n got %s\nwant %s", line, got, want)
		}
	}
	f(`{"record":{"id":2},"version":7,"stream":"s","type":"RECORD","time_extracted":"x"}`, `s {"id":2}`)
	f(`{"type":"RECORD","stream":"s","record":{"id":2},"time_extracted":"x"}`, `s {"id":2}`)
	f(` { "type" : "RECORD" , "STREAM":"zzz", "stream" : "\u0073" , "record" : { "id" : 2 } } `, `s {"id":2}`)
	f(`{"type":"RECORD","stream":"s","record":{}}`, `s {}`)
	f(`{"type":"RECORD","stream":"s","record":{"id":2}`, `!line 3: malformed JSON at byte 48: want , or } after a property`)
	f(`{"type":"RECORD","stream":"s","record":{"id":2}}}`, `!line 3: malformed JSON at byte 49: a second value stands after the first`) // 10
	f(`{"type":"RECORD","stream":"s","record":{"id":2}} {}`, `!line 3: malformed JSON at byte 50: a second value stands after the first`)
	f(`{"type":"RECORD","stream":"s","record":{"id":2,}}`, `!line 3: malformed JSON at byte 48: want a property's name`)
	f(`{"type":"RECORD","stream":"s","record":{"id":2},}`, `!line 3: malformed JSON at byte 49: want a property's name`)
	f(`{"type":"RECORD","stream":"s","record":{"id":"x"}`, `!line 3: malformed JSON at byte 50: want , or } after a property`)
	f(`{"type":"RECORD","stream":"s","record":{"id":tru}}`, `!line 3: malformed JSON at byte 46: no JSON value here`)
	f(`{"type":"RECORD","stream":"s","record":{"s":"a`+"\x00"+`"}}`, `!line 3: malformed JSON at byte 47: NUL byte`)                      // 12
	f(`{"type":"RECORD","stream":"s","record":{"s":"a`+"\x01"+`"}}`, `!line 3: malformed JSON at byte 47: control character in a string`) //
	f(`{"type":"RECORD","stream":"s","record":{"s":"a`+"\xff"+`"}}`, `!line 3: malformed JSON at byte 46: invalid UTF-8`)                 // 13
	f(`{"type":"RECORD","stream":"s","record":{"j":{"s":"`+"\xc0\x80"+`"}}}`, `!line 3: malformed JSON at byte 51: invalid UTF-8`)
	f(`{"type":"RECORD","stream":"s","record":{"`+"\xff"+`":1}}`, `!line 3: malformed JSON at byte 42: invalid UTF-8`)
	f(`{"type":"RECORD","stream":"s","record":{"x\u0000":1}}`, `!line 3: malformed JSON at byte 41: NUL in a property's name`) // 15
	f(`{"type":"RECORD","stream":"s","record":{"j":{"x\u0000":1}}}`, `!line 3: malformed JSON at byte 46: NUL in a property's name`)
	f(`{"type":"RECORD","stream":"s","record":{"s":"\q"}}`, `!line 3: malformed JSON at byte 46: unknown escape in a string`)
	f(`{"type":"RECORD","stream":"s","record":{"s":"\u12G4"}}`, `!line 3: malformed JSON at byte 46: want four hex digits after \u`)
	f(`{"type":"RECORD","stream":"s","record":{"s":"abc}}`, `!line 3: malformed JSON at byte 51: the line ends inside a string`)
	f(`{"type":"RECORD","stream":"s","record":{"j":[[[[[[1]]]]]]}}`, `s {"j":[[[[[[1]]]]]]}`) // 18
	f(`{"type":"RECORD","stream":"s","record":{"j":[[[[[[[1]]]]]]]}}`, `!line 3: nested deeper than 8 at byte 51`)
	f(`{"type":"RECORD","stream":"s","record":{"id":NaN}}`, `!line 3: malformed JSON at byte 46: no JSON value here`) // 21
	f(`{"type":"RECORD","stream":"s","record":{"id":-Infinity}}`, `!line 3: malformed JSON at byte 46: no JSON value here`)
	f(`{"type":"RECORD","stream":"s","record":{"id":01}}`, `!line 3: malformed JSON at byte 46: a number starts with a needless zero`) // 22
	f(`{"type":"RECORD","stream":"s","record":{"id":+1}}`, `!line 3: malformed JSON at byte 46: no JSON value here`)
	f(`{"type":"RECORD","stream":"s","record":{"id":0x1}}`, `!line 3: malformed JSON at byte 47: want , or } after a property`)
	f(`{"type":"RECORD","stream":"s","record":{"j":1.}}`, `!line 3: malformed JSON at byte 45: no digit after a decimal point`)
	f(`{"type":"RECORD","stream":"s","record":{"j":1e}}`, `!line 3: malformed JSON at byte 45: no digit in an exponent`)
	f(`{"type":"RECORD","stream":"s"}`, `!line 3: RECORD without type, stream or record`) // 25
	f(`{"type":"RECORD","record":{"id":2}}`, `!line 3: RECORD without type, stream or record`)
	f(`{"type":"RECORD","stream":4,"record":{"id":2}}`, `!line 3: RECORD whose stream is not a string`)
	f(`{"type":"RECORD","stream":"s","record":[]}`, `!line 3, stream "s": type object, got an array`)
	f(`{"type":"RECORD","stream":"s","record":{"id":2},"record":{"id":3}}`, `!line 3: RECORD has two properties record`)
	f(`{"type":"RECORD","stream":"s","stream":"t","record":{"id":2}}`, `!line 3: RECORD has two properties stream`)
	f(`{"type":"RECORD","stream":"t\u001b","record":{"id":2}}`, `!line 3, stream "t\x1b": RECORD before the SCHEMA of its stream`) // 55, 88
	f(`{"type":"RECORD","stream":"s","record":{"id":2,"id":3,"s":"x"}}`, `s {"id":3,"s":"x"}`)                                     // 19
	f(`{"type":"STATE"}`, `!line 3: STATE without a value`)                                                                        // 73
	f(`{"type":"STATE","value":1}]`, `!line 3: malformed JSON at byte 27: a second value stands after the first`)
}

func TestDepth(t *testing.T) {
	f := func(depth int, fits bool) {
		t.Helper()
		nested := strings.Repeat("[", depth-2) + strings.Repeat("]", depth-2)
		out := load(t, schemaOf(`"j":{}`)+recordOf(`{"j":`+nested+`}`), Options{}, Limits{})
		if fits != (out.err == nil) {
			t.Errorf("depth %d: %v", depth, out.err)
		}
	}
	f(512, true)
	f(513, false)
}

func TestLongString(t *testing.T) {
	long := strings.Repeat("x", 100<<20) // 17
	out := load(t, schemaOf(`"v":{"type":"string"}`)+recordOf(`{"v":"`+long+`"}`), Options{}, Limits{})
	if out.err != nil || len(out.rows) != 1 || len(out.rows[0]) != len(long)+len(`s {"v":""}`) {
		t.Fatal(len(out.rows), out.err)
	}
}

func TestKeys(t *testing.T) {
	schema := func(props string) string {
		return `{"type":"SCHEMA","stream":"s","key_properties":["k"],"schema":{"properties":{` + props + "}}}\n"
	}
	f := func(props, record, want string) {
		t.Helper()
		out := load(t, schema(props)+recordOf(record), Options{}, Limits{})
		got := strings.Join(out.rows, "|")
		if out.err != nil {
			got = out.err.Error()
		}
		if got != want {
			t.Errorf("%.60s:\n got %.200s\nwant %s", record, got, want)
		}
	}
	text := `"k":{"type":["string","null"]},"x":{"type":"integer"}`
	f(text, `{"k":"a","x":1}`, `s {"k":"a","x":1}`)
	f(text, `{"x":1}`, `line 2, stream "s", /k: k is required`)                       // 62
	f(text, `{"k":null,"x":1}`, `s {"x":1}`)                                          // 63
	f(`"k":{"type":"number"}`, `{"k":1.5}`, `s {"k":1.5}`)                            // 65
	f(text, `{"k":7}`, `line 2, stream "s", /k: type null or string, got an integer`) // 67
	f(`"x":{}`, `{}`, `line 1, stream "s": key property "k" is not in the schema`)    // 69
	f(`"k":{}`, `{}`, `line 1, stream "s": key property "k" is not of a scalar type`)
	big := strings.Repeat("y", 64<<10) // 71
	f(text, `{"k":"`+big+`"}`, `s {"k":"`+big+`"}`)
	f(text, `{"k":"`+big+`y"}`, `line 2, stream "s", /k: a key property longer than 65536 bytes`)
}

func TestUndeclared(t *testing.T) {
	schema := schemaOf(`"a":{"type":"integer"},"o":{"type":"object","properties":{"x":{"type":"integer"}}},` +
		`"l":{"type":"array","items":{"type":"object","properties":{"x":{"type":"integer"}}}}`)
	f := func(o Options, record, want string) {
		t.Helper()
		out := load(t, schema+recordOf(record), o, Limits{})
		got := strings.Join(out.rows, "|")
		if out.err != nil {
			got = out.err.Error()
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", record, got, want)
		}
	}
	keep, ignore, refuse := Options{}, Options{Undeclared: IgnoreUndeclared}, Options{Undeclared: RefuseUndeclared}
	record := `{"u": {"deep": [1, 2]}, "a":1, "o":{"x":1,"y/z":"\u00e9"}, "l":[{"x":1},{"n":null}], "/o/q":3}`
	f(keep, record, `s {"a":1,"o":{"x":1},"l":[{"x":1},{"x":null}],"_extra":{"u":{"deep":[1,2]},"/o/y~1z":"\u00e9","/l/1/n":null,"/~1o~1q":3}}`)
	f(ignore, record, `s {"a":1,"o":{"x":1},"l":[{"x":1},{"x":null}]}`)
	f(refuse, record, `line 2, stream "s", /u: additional property "u" is not allowed; /o/y~1z: additional property "y/z" is not allowed; /l/1/n: additional property "n" is not allowed; /~1o~1q: additional property "/o/q" is not allowed`)
	f(refuse, `{"o":{"y":1}}`, `line 2, stream "s", /o/y: additional property "y" is not allowed`)
	f(keep, `{"u":1,"u":2,"o":{"y":1,"x":5,"y":2}}`, `s {"o":{"x":5},"_extra":{"u":2,"/o/y":2}}`)
	f(keep, `{"a":"x","a":2}`, `s {"a":2}`)
	f(keep, `{"l":[{"x":true,"x":3}]}`, `s {"l":[{"x":3}]}`)
	f(keep, `{"a":2,"a":"x"}`, `line 2, stream "s", /a: type integer, got a string`)
	f(keep, `{"a":1,"q":1,"a":2}`, `s {"a":2,"_extra":{"q":1}}`)
	f(keep, `{"o":"{\"x\":1,\"x\":2}","l":"[{\"x\":1,\"x\":3}]"}`, `s {"o":{"x":2},"l":[{"x":3}]}`)

	var many, want []string
	for i := range 30 {
		many = append(many, fmt.Sprintf(`"u%d":%d`, i, i))
	}
	want = many
	f(keep, "{"+strings.Join(append(many, `"u3":3`), ",")+"}",
		`s {"_extra":{`+strings.Join(append(append(append([]string{}, want[:3]...), want[4:]...), `"u3":3`), ",")+`}}`)

	closed := `{"type":"SCHEMA","stream":"s","schema":{"properties":{"a":{}},"additionalProperties":false}}` + "\n"
	out := load(t, closed+recordOf(`{"a":1,"b":"secret"}`), Options{}, Limits{})
	if got := fmt.Sprint(out.err); got != `line 2, stream "s", /b: additionalProperties false, got a property beside those declared` { // 60
		t.Error(got)
	}
}

func TestNotes(t *testing.T) {
	schema := schemaOf(`"t":{"type":"string","format":"date-time"},"o":{"type":"object"},"s":{"type":["string","integer"]}`)
	out := load(t, schema+
		recordOf(`{"t":"2020-01-01T00:00:00.123456789Z","t":"2020-01-01T00:00:00.1234567Z","o":"{\"a\":\"\\ud800\"}"}`)+
		recordOf(`{"s":"\ud800","u":1}`)+recordOf(`{"u":1,"w":"\udfff"}`)+
		recordOf(`{"t":"2020-01-01T00:00:00.123456000Z"}`)+`{"type":"STATE","value":"\ud800"}`, Options{}, Limits{})
	if out.err != nil {
		t.Fatal(out.err)
	}
	want := Notes{Surrogates: 3, Duplicates: 1, Nanoseconds: 1, Undeclared: map[string]map[string]int{"s": {"u": 2, "w": 1}}}
	if got := fmt.Sprint(out.notes); got != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestMarks(t *testing.T) {
	schema := schemaOf(`"a":{"type":"integer"}`)
	state := func(v string) string { return `{"type":"STATE","value":` + v + "}\n" }
	big := `{"n": 12345678901234567890 , "s":"\u00e9"}` // 74
	out := load(t, state(`null`)+schema+recordOf(`{"a":1}`)+state(" "+big+" ")+state(`[]`)+
		recordOf(`{"a":2}`)+recordOf(`{"a":3}`)+`{"value":"x","type":"state"}`+"\n"+recordOf(`{"a":"no"}`)+state("1"), Options{}, Limits{})
	got := strings.Join(out.marks, " ")
	if want := "null@0 " + big + `@1 []@1 "x"@3`; got != want || len(out.rows) != 3 {
		t.Errorf("got %s after %d rows\nwant %s", got, len(out.rows), want)
	}
	var bad *RecordError
	if !errors.As(out.err, &bad) || bad.Line != 9 || bad.Path != "/a" || bad.Stream != "s" {
		t.Errorf("got %v", out.err)
	}
}

// Mark.Size and Block.Size add up to what the pipeline has been given.
func TestMarkSize(t *testing.T) {
	b, err := NewReader(strings.NewReader("\n"+recA+"\n"+stateX+recA), Limits{}, nil).Next()
	if err != nil {
		t.Fatal(err)
	}
	p := planOf(t, &SchemaMessage{Stream: "a", JSON: []byte(`{"properties":{"id":{"type":"integer"}}}`)}, Options{})
	out := new(Decoder).Decode(b, Plans{"a": p})
	if out.Err != nil || out.Marks[0].Size != len(recA)+2 || out.Marks[0].Line != 4 || b.Size() != 2+2*len(recA)+len(stateX) {
		t.Errorf("%v, mark %+v, block %d", out.Err, out.Marks, b.Size())
	}
}

// Streams interleave; each keeps its own rows in order.
func TestInterleaved(t *testing.T) {
	var in strings.Builder
	for s := range 50 {
		fmt.Fprintf(&in, `{"type":"SCHEMA","stream":"s%d","schema":{"properties":{"a":{"type":"integer"}}}}`+"\n", s)
	}
	var want []string
	for i := range 2000 {
		fmt.Fprintf(&in, `{"type":"RECORD","stream":"s%d","record":{"a":%d}}`+"\n", i*i%50, i)
		want = append(want, fmt.Sprintf(`s%d {"a":%d}`, i*i%50, i))
	}
	out := load(t, in.String(), Options{}, Limits{Block: 4000})
	if out.err != nil || strings.Join(out.rows, "\n") != strings.Join(want, "\n") {
		t.Errorf("%d rows, %v", len(out.rows), out.err)
	}
}

// A schema may leave everything to be undeclared.
func TestNoColumns(t *testing.T) {
	out := load(t, schemaOf("")+recordOf(`{"a":1,"b":{}}`)+recordOf(`{}`), Options{}, Limits{})
	if got := fmt.Sprint(out.rows, out.err); got != `[s {"_extra":{"a":1,"b":{}}} s {}] <nil>` {
		t.Error(got)
	}
}
