package draft4

import (
	"encoding/json"
	"strings"
	"testing"
)

// FuzzCheck holds the compiled check against gojsonschema, and its words
// against its verdict: any schema, any value.
func FuzzCheck(f *testing.F) {
	for _, s := range [][2]string{
		{`{"type":["string","null"],"maxLength":2,"pattern":"^é"}`, `"é\u00e9"`},
		{`{"enum":[1,"a",{"a":[1,{}]},null,true]}`, `{"a":[1e0,{}]}`},
		{`{"minimum":0,"exclusiveMinimum":true,"maximum":1e2,"multipleOf":0.01}`, `99.99`},
		{`{"items":[{"type":"integer"}],"additionalItems":{"minimum":2},"uniqueItems":true,"minItems":1}`, `[1,2,2.0]`},
		{`{"properties":{"a":{"not":{"type":"null"}}},"patternProperties":{"^b":{"maximum":1}},"additionalProperties":false,"required":["a"]}`, `{"a":1,"b":2,"c":3}`},
		{`{"anyOf":[{"type":"integer"},{"minProperties":2}],"oneOf":[{"maximum":3},{"minimum":3}]}`, `3`},
		{`{"dependencies":{"a":["b"],"c":{"maxProperties":1}}}`, `{"a":1,"c":2}`},
		{`{"$ref":"#/definitions/n","definitions":{"n":{"type":"object","properties":{"k":{"type":"array","items":{"$ref":"#/definitions/n"}}}}}}`, `{"k":[{"k":[1]}]}`},
		{`{"allOf":[{"uniqueItems":true},{"maxItems":2}]}`, `[{"a":1,"a":2},{"a":2}]`},
	} {
		f.Add([]byte(s[0]), []byte(s[1]))
	}
	f.Fuzz(func(t *testing.T, document, value []byte) {
		if !json.Valid(value) || len(value) > 1000 || len(document) > 1000 {
			return
		}
		check, whole, err := checkOf(document)
		if err != nil {
			return
		}
		if doc, err := Decode(value); err != nil {
			return
		} else if value, err = json.Marshal(doc); err != nil { // each property once
			t.Fatal(err)
		}
		var k Checker
		k.Begin(len(value))
		passes := k.run(check, append(value, '\n'), 0) >= 0
		if words := whole.Reasons(value); passes != (len(words) == 0) && !k.Unsure && !k.Spent() {
			t.Fatalf("passes %v, in words %v: %s of %s", passes, words, document, value)
		}
		judged := whole.Verdict(value)
		if len(judged) > 0 && ours(judged[0].Text) || k.Unsure || k.Spent() {
			return
		}
		if passes != (len(judged) == 0) {
			t.Fatalf("passes %v, gojsonschema %v: %s of %s", passes, judged, document, value)
		}
	})
}

// ours reports whether a refusal is for the sake of gojsonschema, not its own.
func ours(text string) bool {
	return strings.Contains(text, "out of all measure") || strings.Contains(text, TooManySteps) || strings.Contains(text, "nested too deeply")
}
