package schema

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"target-filelake/ingest/schema/draft4"
	"target-filelake/lake/columns"
)

// kindsOf renders columns as name:kind, nested ones in braces.
func kindsOf(cols []columns.Column) string {
	var parts []string
	for _, c := range cols {
		s := c.Property + ":" + string(c.Kind)
		if c.Kind == columns.Decimal {
			s += fmt.Sprintf("(%d,%d)", c.Precision, c.Scale)
		}
		if len(c.Fields) > 0 {
			s += "{" + kindsOf(c.Fields) + "}"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

func TestCompileKinds(t *testing.T) {
	// full: whether more is checked than what the columns' own shape says.
	f := func(schema, want string, full bool) {
		t.Helper()
		s, _, err := Compile([]byte(`{"properties":{"v":`+schema+`},
			"definitions":{"text":{"type":"string"},"when":{"type":["null","string"],"format":"date-time"},
			"tree":{"type":"object","properties":{"name":{"type":"string"},"kids":{"type":"array","items":{"$ref":"#/definitions/tree"}}}},
			"a/b~c":{"type":"boolean"},"via":{"$ref":"#/definitions/text"}}}`), nil)
		if err != nil {
			t.Errorf("%s: %v", schema, err)
			return
		}
		if got := strings.TrimPrefix(kindsOf(s.Columns()), "v:"); got != want || checked(&s.Root) != full {
			t.Errorf("%s:\n got %s, full %v\nwant %s, full %v", schema, got, checked(&s.Root), want, full)
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
	f(`{"allOf":[{"type":"object","properties":{"a":{}}},{"type":"object","properties":{"b":{}}}]}`, "json", false)
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

// checked reports whether anything is checked beyond what fields say.
func checked(f *Field) bool {
	return f.Check != nil || slices.ContainsFunc(f.Fields, func(p Field) bool { return checked(&p) })
}

func TestCompileRefuses(t *testing.T) {
	f := func(schema, want string) {
		t.Helper()
		start := time.Now()
		s, path, err := Compile([]byte(schema), nil)
		if err == nil {
			path, err = s.Ready()
		}
		if got := strings.TrimPrefix(path+": "+fmt.Sprint(err), ": "); got != want {
			t.Errorf("%.100s:\n got %s\nwant %s", schema, got, want)
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("%.100s: took %s", schema, took)
		}
	}
	f(`7`, `schema: a schema is not a JSON object`) // 61
	f(`null`, `schema: a schema is not a JSON object`)
	f(`{"type":"string","properties":{}}`, `schema: describes no objects, want type object`)
	f(`{"type":"object"}`, `schema: has no properties`) // 61b
	f(`{"properties":[]}`, `schema: properties is not an object`)
	f(`{"properties":{"v":{"type":"strin"}}}`, `/properties/v: schema: unknown type "strin"`)
	f(`{"properties":{"v":{"type":[]}}}`, `/properties/v: schema: type is an empty list`)
	f(`{"properties":{"v":5}}`, `/properties/v: schema: a schema is not a JSON object`)
	f(`{"properties":{"v":{"required":true}}}`, `/properties/v: schema: required is not a list of names`)
	f(`{"properties":{"v":{"$ref":"http://127.0.0.1:1/x"}}}`, `/properties/v: schema: $ref "http://127.0.0.1:1/x" points outside the schema`) // 45
	f(`{"properties":{"v":{"$ref":"file:///etc/passwd"}}}`, `/properties/v: schema: $ref "file:///etc/passwd" points outside the schema`)     // 46
	f(`{"properties":{"v":{"not":{"$ref":"other.json"}}}}`, `/properties/v/not: schema: $ref "other.json" points outside the schema`)
	f(`{"properties":{"v":{"$ref":"#/nowhere"}}}`, `/properties/v: schema: $ref "#/nowhere": points to nothing`)
	f(`{"properties":{"v":{"$ref":"#name"}}}`, `/properties/v: schema: $ref "#name": not a JSON pointer`)
	f(`{"properties":{"v":{"$ref":"#/properties/v"}}}`, `schema: a $ref leads to itself`) // 49
	f(`{"properties":{"v":{"$ref":"#/d/a"}},"d":{"a":{"anyOf":[{"$ref":"#/d/b"}]},"b":{"not":{"$ref":"#/d/a"}}}}`, `schema: a $ref leads to itself`)
	f(`{"properties":{"v":{"type":"string","pattern":"(?=a)b"}}}`, `/properties/v: schema: pattern "(?=a)b": not a regular expression that RE2 takes`)                   // 52
	f(`{"properties":{"v":{"type":"string","pattern":"(a{1000}){1000}"}}}`, `/properties/v: schema: pattern "(a{1000}){1000}": not a regular expression that RE2 takes`) // 53
	f(`{"properties":{"v":{"type":"number","minimum":1e4000000}}}`, `/properties/v: schema: minimum has an exponent or digits out of all measure`)
	f(`{"properties":{"v":{"type":"integer","minimum":0,"exclusiveMinimum":0}}}`, `/properties/v: schema: exclusiveMinimum is not true or false, as Draft 4 has it`)
	f(`{"properties":{"v":{"type":"number","minimum":"0"}}}`, `/properties/v: schema: minimum is not a number`)
	f(`{"properties":{"v":{"uniqueItems":1e4000000}}}`, `/properties/v: schema: uniqueItems has an exponent or digits out of all measure`)
	f(`{"properties":{"v":{"dependencies":{"a":[1e4000000]}}}}`, `/properties/v: schema: a property's dependencies is not a list of names`)
	f(`{"properties":{"v":{"enum":[1e4000000]}}}`, `/properties/v: schema: enum has a number with an exponent or digits out of all measure`)
	f(`{"properties":{"a\u0000b":{}}}`, `schema: malformed JSON at byte 16: NUL in a property's name`)
	f(`{"properties":{"a\nb":{}}}`, `schema: NUL or line break in the property name "a\nb"`)             // 78
	f(strings.Replace(wideBomb(4), `"v"`, `"w":{},"v"`, 1), `schema: 10001 columns, want at most 10000`) // 54
	f(bomb(40), `schema: more than 100000 schemas once references are followed`)                         // 50
	f(wideBomb(6), `schema: more than 100000 schemas once references are followed`)
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

func TestCompileKey(t *testing.T) {
	f := func(key, want string) {
		t.Helper()
		s, path, err := Compile([]byte(`{"properties":{"id":{"type":["integer","null"]},"b":{"type":"string"},"o":{"type":"object"},"l":{"type":"array","items":{"type":"string"}}}}`), strings.Fields(key))
		got := path + fmt.Sprint(err)
		if err == nil {
			got = ""
			for _, c := range s.Root.Fields {
				got += fmt.Sprintf("%s:%t ", c.Name, c.Required)
			}
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", key, got, want)
		}
	}
	f("", "id:false b:false o:false l:false ")
	f("id b", "id:true b:true o:false l:false ")       // 63, 64
	f("id x", `key property "x" is not in the schema`) // 69
	f("o", `key property "o" is not of a scalar type`)
	f("l", `key property "l" is not of a scalar type`)
}

// reasonsOf is what a schema has against a record, "path: text" each.
func reasonsOf(t *testing.T, schema, record string) string {
	t.Helper()
	s, _, err := Compile([]byte(schema), nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range s.Reasons([]byte(record)) {
		out = append(out, r.Path+": "+r.Text)
	}
	return strings.Join(out, "; ")
}

func TestReasons(t *testing.T) {
	f := func(record, want string) {
		t.Helper()
		const schema = `{"required":["a","b"],"properties":{"a":{"type":"integer","minimum":2},"b":{"enum":["x",1]},"o":{"type":["object","null"],"properties":{"k/k":{"type":"boolean"}},"additionalProperties":false}}}`
		if got := reasonsOf(t, schema, record); got != want {
			t.Errorf("%s:\n got %s\nwant %s", record, got, want)
		}
	}
	f(`{"a":2,"b":"x","o":null}`, "")
	f(` {"a":2.0,"b":1.0,"o":"{\"k/k\":true}"} `, "") // JSON text stands for what it says
	f(`{"a":1,"o":{"k/k":1,"z":2}}`, `/a: minimum 2, got a smaller number; /b: required, got nothing; /o/k~1k: type boolean, got an integer; /o/z: additionalProperties false, got a property beside those declared`)
	f(`{"a":"secret","b":1,"o":"secret"}`, `/a: type integer, got a string; /o: type null or object, got a string`)
	f(`{"a":1e401,"b":1,"c":[1e401]}`, "/a: "+draft4.WildNumber) // nothing is asked of c
	f(`{"a":1} {}`, ": malformed JSON")
}

// A schema that refers to itself twice for one value would cost a check that
// doubles with each level of the record.
func TestDoubling(t *testing.T) {
	f := func(node string, depth int, want string) {
		t.Helper()
		schema := `{"properties":{"t":{"$ref":"#/d/n"}},"d":{"n":` + node + `}}`
		start := time.Now()
		got := reasonsOf(t, schema, strings.Repeat(`{"t":`, depth)+"{}"+strings.Repeat("}", depth))
		if got != want {
			t.Errorf("%s at %d: got %s, want %s", node, depth, got, want)
		}
		if took := time.Since(start); took > time.Minute { // doubling 300 times would outlast us all
			t.Errorf("%s at %d: took %s", node, depth, took)
		}
	}
	twice := `{"allOf":[{"properties":{"t":{"$ref":"#/d/n"}}},{"properties":{"t":{"$ref":"#/d/n"}}}]}`
	f(twice, 10, "")
	f(twice, 300, `: nested too deeply for a schema that looks at its values so often`)
	f(`{"properties":{"t":{"anyOf":[{"$ref":"#/d/n"},{"type":"null"}]},"u":{"$ref":"#/d/n"}}}`, 300, "")
}

// Only a combinator over what may come as JSON text in strings is left to
// gojsonschema.
func TestJudged(t *testing.T) {
	f := func(properties, want string) {
		t.Helper()
		s, _, err := Compile([]byte(`{"properties":{`+properties+`}}`), nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range s.Judged() {
			got = append(got, r.Path+" "+r.Text)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: got %q, want %q", properties, got, want)
		}
	}
	object := `{"type":"object","properties":{"b":{"type":"object"}}}`
	f(`"a":{"type":"string","enum":["x"],"maxLength":3},"b":{"oneOf":[{"type":"integer"},{"type":"string"}]},"c":`+object, "")
	f(`"a":{"anyOf":[`+object+`,{"type":"null"}]}`, "")
	f(`"a":{"allOf":[`+object+`,{"not":{"properties":{"b":{"maxProperties":0}},"required":["b"]}}]}`, "/a allOf")
	f(`"a":{"type":"array","items":`+object+`,"uniqueItems":true}`, "/a uniqueItems")
	f(`"a":{"type":"array","items":{"type":"object","properties":{"b":{"type":"object"}},"dependencies":{"b":["c"]}}}`, "/a/* dependencies")
	patterns := func(said string) string {
		return `"a":{"type":"object","properties":{"b":{"type":"object","properties":{"c":{"type":"array"}}}},"additionalProperties":false,"patternProperties":{".+":` + said + `}}`
	}
	f(patterns(`{}`), "")
	f(patterns(`{"minProperties":1}`), "/a patternProperties")
}
