package ingest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"target-filelake/lake/columns"
)

// kindsOf renders columns as name:kind, nested ones in braces.
func kindsOf(cols []columns.Column) string {
	var parts []string
	for _, c := range cols {
		s := c.Property + ":" + string(c.Kind)
		if len(c.Fields) > 0 {
			s += "{" + kindsOf(c.Fields) + "}"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

func TestCompileKinds(t *testing.T) {
	// full: whether records go through the whole validator too.
	f := func(schema, want string, full bool) {
		t.Helper()
		s, err := Compile(&SchemaMessage{Line: 1, Stream: "s", JSON: []byte(`{"properties":{"v":` + schema + `},
			"definitions":{"text":{"type":"string"},"when":{"type":["null","string"],"format":"date-time"},
			"tree":{"type":"object","properties":{"name":{"type":"string"},"kids":{"type":"array","items":{"$ref":"#/definitions/tree"}}}},
			"a/b~c":{"type":"boolean"},"via":{"$ref":"#/definitions/text"}}}`)})
		if err != nil {
			t.Errorf("%s: %v", schema, err)
			return
		}
		if got := strings.TrimPrefix(kindsOf(s.Columns()), "v:"); got != want || s.full != full {
			t.Errorf("%s:\n got %s, full %v\nwant %s, full %v", schema, got, s.full, want, full)
		}
	}
	f(`{"type":"integer"}`, "int64", false)
	f(`{"type":["null","number"]}`, "double", false)
	f(`{"type":["integer","number","null"]}`, "double", false)
	f(`{"type":"string"}`, "string", false)
	f(`{"type":"string","format":"date-time"}`, "timestamp", false)
	f(`{"type":"string","format":"date"}`, "date", false)
	f(`{"type":"string","format":"time"}`, "time", false)
	f(`{"type":["string","null"],"format":"uuid"}`, "uuid", false)
	f(`{"type":"string","format":"email"}`, "string", false)
	f(`{"type":["string","integer"],"format":"date-time"}`, "string", false)
	f(`{"type":["boolean","null"]}`, "boolean", false)
	f(`{"type":["boolean","integer"]}`, "string", false)
	f(`{}`, "json", false)
	f(`{"type":"null"}`, "json", false)
	f(`{"description":"x"}`, "json", false)
	f(`{"type":"object"}`, "json", false)
	f(`{"type":"object","properties":{}}`, "json", false)
	f(`{"type":"object","additionalProperties":true}`, "json", false)
	f(`{"type":"object","additionalProperties":false}`, "json", true)
	f(`{"type":"object","additionalProperties":{"type":"string"}}`, "json", true)
	f(`{"type":["object","null"],"properties":{"b":{"type":"string"},"a":{"type":"integer"}}}`, "struct{b:string a:int64}", false)
	f(`{"type":"object","properties":{"b":{}},"required":["b"],"additionalProperties":false}`, "struct{b:json}", false)
	f(`{"type":"object","properties":{"b":{}},"required":["z"]}`, "struct{b:json}", true)
	f(`{"type":["object","string"],"properties":{"b":{"type":"string"}}}`, "json", true)
	f(`{"type":["object","array"]}`, "json", false)
	f(`{"type":"array","items":{"type":"integer"}}`, "list{element:int64}", false)
	f(`{"type":"array","items":{}}`, "list{element:json}", false)
	f(`{"type":"array"}`, "json", false)
	f(`{"type":"array","items":[{"type":"integer"}]}`, "json", true)
	f(`{"properties":{"b":{"type":"string"}}}`, "json", true)
	f(`{"anyOf":[{"type":"integer"},{"type":"null"}]}`, "int64", false)
	f(`{"oneOf":[{"type":"null"},{"type":"object","properties":{"a":{"type":"integer"}}}]}`, "struct{a:int64}", false)
	f(`{"oneOf":[{"type":"null"},{"type":["null","integer"]}]}`, "int64", true)
	f(`{"anyOf":[{"type":"string","format":"date-time"},{"type":["string","null"]}]}`, "string", false)
	f(`{"anyOf":[{"type":"string","format":"date-time"},{"type":"null"}]}`, "timestamp", false)
	f(`{"anyOf":[{"anyOf":[{"type":"integer"},{"type":"null"}]},{"type":"null"}]}`, "int64", false)
	f(`{"anyOf":[{"type":"integer"},{"type":"number"}]}`, "double", false)
	f(`{"oneOf":[{"type":"integer"},{"type":"number"}]}`, "double", true)
	f(`{"anyOf":[{"type":"integer"},{"type":"string"}]}`, "string", false)
	f(`{"anyOf":[{"type":"integer"},{"type":"object"}]}`, "json", false)
	f(`{"anyOf":[{"type":"integer"},{"type":"object","properties":{"a":{"type":"integer"}}}]}`, "json", true)
	f(`{"anyOf":[{"type":"integer"},{}]}`, "json", false)
	f(`{"anyOf":[{"type":"null"}]}`, "json", false)
	f(`{"type":["string","null"],"anyOf":[{"format":"date"},{"type":"null"}]}`, "string", false)
	f(`{"allOf":[{"$ref":"#/definitions/when"}]}`, "timestamp", false)
	f(`{"allOf":[{"type":"number"},{"type":"integer"}]}`, "int64", false)
	f(`{"allOf":[{"type":"object","properties":{"a":{}}},{"type":"object","properties":{"b":{}}}]}`, "json", true)
	f(`{"enum":["a","b",null]}`, "string", true)
	f(`{"type":"integer","minimum":0}`, "int64", true)
	f(`{"type":"integer","maxLength":3}`, "int64", false)
	f(`{"type":"string","maxLength":3}`, "string", true)
	f(`{"type":"string","pattern":"^a"}`, "string", true)
	f(`{"not":{"type":"string"}}`, "json", true)
	f(`{"$ref":"#/definitions/text"}`, "string", false) // 47
	f(`{"$ref":"#/definitions/via"}`, "string", false)
	f(`{"$ref":"#/definitions/a~1b~0c"}`, "boolean", false)
	f(`{"$ref":"#/definitions/a%7E1b~0c"}`, "boolean", false)
	f(`{"$ref":"#/definitions/tree"}`, "json", true) // 48
	f(`{"$ref":"#"}`, "json", true)
	f(`{"type":"object","properties":{"a":{"$ref":"#/properties/v"}}}`, "struct{a:json}", true)
}

func TestCompileRefuses(t *testing.T) {
	f := func(schema, want string) {
		t.Helper()
		start := time.Now()
		_, err := Compile(&SchemaMessage{Line: 3, Stream: "s", JSON: []byte(schema)})
		if got := strings.TrimPrefix(fmt.Sprint(err), `line 3, stream "s"`); got != want {
			t.Errorf("%.100s:\n got %s\nwant %s", schema, got, want)
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("%.100s: took %s", schema, took)
		}
	}
	f(`7`, `: schema: a schema is not a JSON object`) // 61
	f(`null`, `: schema: a schema is not a JSON object`)
	f(`{"type":"string","properties":{}}`, `: schema: describes no objects, want type object`)
	f(`{"type":"object"}`, `: schema: has no properties`) // 61b
	f(`{"properties":[]}`, `: schema: properties is not an object`)
	f(`{"properties":{"v":{"type":"strin"}}}`, `, /properties/v: schema: unknown type "strin"`)
	f(`{"properties":{"v":{"type":[]}}}`, `, /properties/v: schema: type is an empty list`)
	f(`{"properties":{"v":5}}`, `, /properties/v: schema: a schema is not a JSON object`)
	f(`{"properties":{"v":{"required":true}}}`, `, /properties/v: schema: required is not a list of names`)
	f(`{"properties":{"v":{"$ref":"http://127.0.0.1:1/x"}}}`, `, /properties/v: schema: $ref "http://127.0.0.1:1/x" points outside the schema`) // 45
	f(`{"properties":{"v":{"$ref":"file:///etc/passwd"}}}`, `, /properties/v: schema: $ref "file:///etc/passwd" points outside the schema`)     // 46
	f(`{"properties":{"v":{"not":{"$ref":"other.json"}}}}`, `, /properties/v/not: schema: $ref "other.json" points outside the schema`)
	f(`{"properties":{"v":{"$ref":"#/nowhere"}}}`, `, /properties/v: schema: $ref "#/nowhere": points to nothing`)
	f(`{"properties":{"v":{"$ref":"#name"}}}`, `, /properties/v: schema: $ref "#name": not a JSON pointer`)
	f(`{"properties":{"v":{"$ref":"#/properties/v"}}}`, `: schema: a $ref leads to itself`) // 49
	f(`{"properties":{"v":{"$ref":"#/d/a"}},"d":{"a":{"anyOf":[{"$ref":"#/d/b"}]},"b":{"not":{"$ref":"#/d/a"}}}}`, `: schema: a $ref leads to itself`)
	f(`{"properties":{"v":{"type":"string","pattern":"(?=a)b"}}}`, `, /properties/v: schema: pattern "(?=a)b": not a regular expression that RE2 takes`)                   // 52
	f(`{"properties":{"v":{"type":"string","pattern":"(a{1000}){1000}"}}}`, `, /properties/v: schema: pattern "(a{1000}){1000}": not a regular expression that RE2 takes`) // 53
	f(`{"properties":{"v":{"type":"number","minimum":1e4000000}}}`, `, /properties/v: schema: minimum has an exponent or digits out of all measure`)
	f(`{"properties":{"v":{"type":"integer","minimum":0,"exclusiveMinimum":0}}}`, `: schema: Invalid type. Expected: boolean, given: exclusiveMinimum`)
	f(`{"properties":{"v":{"type":"number","minimum":"0"}}}`, `, /properties/v: schema: minimum is not a number`)
	f(`{"properties":{"v":{"uniqueItems":1e4000000}}}`, `, /properties/v: schema: uniqueItems has an exponent or digits out of all measure`)
	f(`{"properties":{"v":{"dependencies":{"a":[1e4000000]}}}}`, `, /properties/v: schema: a property's dependencies is not a list of names`)
	f(`{"properties":{"v":{"enum":[1e4000000]}}}`, `: schema: json: cannot unmarshal number 1e4000000 into Go value of type float64`)
	f(`{"properties":{"a\u0000b":{}}}`, `: schema: malformed JSON at byte 16: NUL in a property's name`)
	f(`{"properties":{"a\nb":{}}}`, `: schema: NUL or line break in the property name "a\nb"`) // 78
	f(columnsOf(10_001), `: schema: 10001 columns, want at most 10000`)                        // 54
	f(bomb(40), `: schema: more than 100000 schemas once references are followed`)             // 50
	f(wideBomb(6), `: schema: more than 100000 schemas once references are followed`)
}

// columnsOf is a schema of n integer columns.
func columnsOf(n int) string {
	var props []string
	for i := range n {
		props = append(props, fmt.Sprintf(`"c%d":{"type":["integer","null"]}`, i))
	}
	return `{"properties":{` + strings.Join(props, ",") + `}}`
}

// bomb doubles at each of n references.
func bomb(n int) string {
	var defs []string
	for i := range n {
		defs = append(defs, fmt.Sprintf(`"d%d":{"anyOf":[{"$ref":"#/definitions/d%d"},{"$ref":"#/definitions/d%d"}]}`, i, i+1, i+1))
	}
	defs = append(defs, fmt.Sprintf(`"d%d":{"type":"string"}`, n))
	return `{"properties":{"v":{"$ref":"#/definitions/d0"}},"definitions":{` + strings.Join(defs, ",") + `}}`
}

// wideBomb makes structs of ten structs, n times over.
func wideBomb(n int) string {
	var defs []string
	for i := range n {
		var props []string
		for k := range 10 {
			props = append(props, fmt.Sprintf(`"p%d":{"$ref":"#/definitions/d%d"}`, k, i+1))
		}
		defs = append(defs, fmt.Sprintf(`"d%d":{"type":"object","properties":{%s}}`, i, strings.Join(props, ",")))
	}
	defs = append(defs, fmt.Sprintf(`"d%d":{"type":"string"}`, n))
	return `{"properties":{"v":{"$ref":"#/definitions/d0"}},"definitions":{` + strings.Join(defs, ",") + `}}`
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
	if want := strings.Repeat("/x", 100) + ": Invalid type. Expected: integer, given: string"; !strings.Contains(fmt.Sprint(out.err), want) {
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
	f(`{"type":"integer","minimum":5}`, `4`, `/v: Must be greater than or equal to 5`)
	f(`{"type":"integer","maximum":9007199254740993}`, `9007199254740993`, `9007199254740993`)
	f(`{"type":"integer","maximum":9007199254740993}`, `9007199254740994`, `/v: Must be less than or equal to 9.007199254740993e+15`)
	f(`{"type":"number","multipleOf":0.01}`, `0.07`, `0.07`) // 35
	f(`{"type":"number","multipleOf":0.01}`, `0.075`, `/v: Must be a multiple of 0.01`)
	f(`{"type":"number","multipleOf":0.01}`, `1e4000000`, `/v: number is beyond the range of a double`)                      // 31
	f(`{"type":"string","pattern":"^(a+)+$"}`, `"`+strings.Repeat("a", 40_000)+`!"`, `/v: Does not match pattern '^(a+)+$'`) // 51
	f(`{"type":"string","enum":["a","b"]}`, `"secret"`, `/v: v must be one of the following: "a", "b"`)
	f(`{"enum":[1,1.0,{"a":1,"b":2},{"b":2,"a":1},1]}`, `1`, `1`)
	f(`{"enum":[1,{}]}`, `1e399`, `/v: number has an exponent or digits out of all measure`)
	f(`{"type":"array","uniqueItems":true}`, `[1e399,{"a":1`+strings.Repeat("0", 400)+`}]`, `/v/0: number has an exponent or digits out of all measure`)
	f(`{"type":"string","maxLength":2}`, `"éé"`, `"éé"`)
	f(`{"type":"string","maxLength":2}`, `"ééé"`, `/v: String length must be less than or equal to 2`)
	f(`{"type":"string","format":"date-time","minLength":1}`, `"2020-01-01"`, `1577836800000000`)
	f(`{"type":"string","format":"ipv4","minLength":1}`, `"x"`, `"x"`)
	f(`{"type":"object","minProperties":1}`, `"{}"`, `/v: Must have at least 1 properties`)
	f(`{"type":"object","minProperties":1}`, `"{\"a\":1}"`, `{"a":1}`)
	f(`{"type":"array","items":{"type":"object","properties":{"a.b":{"type":"integer","maximum":3}}}}`, `[{"a.b":3},{"a.b":4}]`,
		`/v/1/a.b: Must be less than or equal to 3`)
	f(`{"type":"array","items":{"type":"integer"},"uniqueItems":true}`, `[1,1]`, `/v: array items[0,1] must be unique`)
	f(`{"oneOf":[{"type":"integer"},{"type":"number"}]}`, `1.5`, `1.5`)
	f(`{"type":"object","patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false,"properties":{"a":{}}}`,
		`{"a":1,"x1":2}`, `{"a":1},"_extra":{"/v/x1":2}`)
	f(`{"type":"object","patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false,"properties":{"a":{}}}`,
		`{"y\u001b":2}`, `/v/y\x1b: Additional property y\x1b is not allowed`)
	f(`{"anyOf":[{"type":"integer"},{"type":"object","properties":{"a":{"type":"integer"}}}]}`, `{"a":"x"}`,
		`/v: Must validate at least one schema (anyOf); /v/a: Invalid type. Expected: integer, given: string`)

	tree := `{"type":"SCHEMA","stream":"s","schema":{"properties":{"t":{"$ref":"#/definitions/n"}},"definitions":{"n":` +
		`{"type":"object","required":["k"],"properties":{"k":{"type":"array","items":{"$ref":"#/definitions/n"}}}}}}}` + "\n"
	out := load(t, tree+recordOf(`{"t":{"k":[{"k":[]}]}}`)+recordOf(`{"t":{"k":[{"k":[{}]}]}}`), Options{}, Limits{})
	if got := fmt.Sprint(out.rows, out.err); got != `[s {"t":{"k":[{"k":[]}]}}] line 3, stream "s", /t/k/0/k/0/k: k is required` {
		t.Error(got)
	}
}

// A schema that refers to itself twice for one value would cost a check that
// doubles with each level of the record.
func TestDoubling(t *testing.T) {
	f := func(node string, depth int, want string) {
		t.Helper()
		schema := `{"type":"SCHEMA","stream":"s","schema":{"properties":{"t":{"$ref":"#/d/n"}},"d":{"n":` + node + `}}}` + "\n"
		start := time.Now()
		out := load(t, schema+recordOf(strings.Repeat(`{"t":`, depth)+"{}"+strings.Repeat("}", depth)), Options{}, Limits{})
		if got := fmt.Sprint(out.err); got != want {
			t.Errorf("%s at %d: got %s, want %s", node, depth, got, want)
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%s at %d: took %s", node, depth, took)
		}
	}
	twice := `{"allOf":[{"properties":{"t":{"$ref":"#/d/n"}}},{"properties":{"t":{"$ref":"#/d/n"}}}]}`
	f(twice, 10, "<nil>")
	f(twice, 300, `line 2, stream "s": nested too deeply for a schema that refers to itself in several ways`)
	f(`{"properties":{"t":{"anyOf":[{"$ref":"#/d/n"},{"type":"null"}]},"u":{"$ref":"#/d/n"}}}`, 300, "<nil>")
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
	f(`{"c":"secret","a":"secret"}`, `/a: Invalid type. Expected: integer, given: string; /b: b is required; /c: Invalid type. Expected: boolean, given: string`)
	f(`{"d":1e30,"a":1,"b":2}`, `/d: integer is beyond 64 bits; /b: Invalid type. Expected: string, given: integer`)
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
	if got := fmt.Sprint(out.err); got != `line 3, stream "s", /v: Invalid type. Expected: integer, given: string` {
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
