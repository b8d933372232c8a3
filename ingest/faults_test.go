package ingest

import "testing"

// All that is wrong with a record is said at once, by whoever found it.
func TestAllFaults(t *testing.T) {
	schema := schemaOf(`"i":{"type":"integer","maximum":1e30},"d":{"type":"string","format":"date"},"u":{"type":"string","format":"uuid","maxLength":3},` +
		`"s":{"type":"string"},"l":{"type":"array","items":{"type":"object","properties":{"t":{"type":"string","format":"time"},"n":{"type":"integer"}}}},` +
		`"o":{"type":"object","properties":{"j":{"type":"object","properties":{"d":{"type":"string","format":"date"}}}}}`)
	f := func(o Options, record, want string) {
		t.Helper()
		if got := outcome(t, schema+recordOf(record)+recordOf(`{"s":"next"}`), o); got != want {
			t.Errorf("%s:\n got %s\nwant %s", record, got, want)
		}
	}
	wide := Options{Types: map[string]string{"i": "bigint"}}
	f(wide, `{"i":1e25,"d":"2020-02-30","s":"ok"}`, `!/i: integer is beyond 64 bits; /d: no such day in the calendar`)
	f(wide, `{"d":"x","u":"long","s":1}`, `!/d: not a date or date-time; /s: type string, got an integer; /u: maxLength 3, got a string of 4 characters`)
	f(wide, `{"l":[{"t":"25:00"},{"t":"01:00"},{"t":"x","n":1e30},7],"o":{"j":{"d":"y"}}}`,
		`!/l/0/t: no such time of day; /l/3: type object, got an integer; /l/2/t: not a time of day; /l/2/n: integer is beyond 64 bits; /o/j/d: not a date or date-time`)
	f(wide, `{"o":{"j":"{\"d\":\"y\"}"},"d":"z"}`, `!/o/j/d: not a date or date-time; /d: not a date or date-time`)
	f(Options{NoChecks: true, Types: wide.Types}, `{"i":1e25,"d":"x","s":[]}`, `!/i: integer is beyond 64 bits; /d: not a date or date-time; /s: is of type array, want null or string`)
	f(Options{Undeclared: RefuseUndeclared, Types: wide.Types}, `{"x":1,"i":1e25,"y":[{}]}`,
		`!/x: additional property "x" is not allowed; /i: integer is beyond 64 bits; /y: additional property "y" is not allowed`)
}
