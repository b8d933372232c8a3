package draft4

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestBudgets holds values that look small against schemas made to keep a check
// busy for minutes: it gives up, or knows a shorter way, in both of its forms.
func TestBudgets(t *testing.T) {
	f := func(document, value, want string) {
		t.Helper()
		start := time.Now()
		check, judge, err := checkOf([]byte(document))
		if err != nil {
			t.Fatal(err)
		}
		var k Checker
		k.Begin(len(value))
		passes := k.run(check, []byte(value+"\n"), 0) >= 0 && !k.Spent()
		var got []string
		reasons := judge.Reasons([]byte(value))
		for _, r := range reasons[:min(2, len(reasons))] {
			got = append(got, r.Path+": "+r.Text)
		}
		if strings.Join(got, "; ") != want || passes != (want == "") {
			t.Errorf("%.60s: passes %v, %q, want %q", document, passes, got, want)
		}
		if k.Spent() { // the library is not even asked
			if v := judge.Verdict([]byte(value)); len(v) != 1 || v[0].Text != TooMuchWork && v[0].Text != TooManySteps {
				t.Errorf("%.60s: verdict %v", document, v)
			}
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("%.60s: took %s", document, took)
		}
	}
	const large = `"[\\p{L}\\p{N}]{300}x"` // of regexp: some 300 steps a byte, and no table
	f(`{"pattern":`+large+`}`, `"`+strings.Repeat("a", 10_000)+`x"`, "")
	f(`{"pattern":`+large+`}`, `"`+strings.Repeat("a", 1_000_000)+`"`, ": "+TooManySteps)
	f(`{"items":{"pattern":`+large+`}}`, `["`+strings.Repeat("a", 1_000_000)+`"]`, "/0: "+TooManySteps)
	f(`{"patternProperties":{`+large+`:{}},"additionalProperties":false}`, `{"`+strings.Repeat("a", 1_000_000)+`":1}`, "/"+strings.Repeat("a", 1_000_000)+": "+TooManySteps)
	f(`{"pattern":"^(a+)+$"}`, `"`+strings.Repeat("a", 10_000_000)+`"`, "")

	var twice strings.Builder // 16,384 looks at one string
	for i := range 14 {
		fmt.Fprintf(&twice, `"d%d":{"anyOf":[{"$ref":"#/definitions/d%d"},{"$ref":"#/definitions/d%[2]d"}]},`, i, i+1)
	}
	f(`{"$ref":"#/definitions/d0","definitions":{`+twice.String()+`"d14":{"pattern":`+large+`}}}`, `"`+strings.Repeat("a", 1_000)+`"`, ": "+TooManySteps)

	var names, patterns strings.Builder // all patterns meet all names
	for i := range 10_000 {
		fmt.Fprintf(&names, `,"a%d":1`, i)
		fmt.Fprintf(&patterns, `,"^b%d$":{}`, i)
	}
	f(`{"patternProperties":{`+patterns.String()[1:]+`},"additionalProperties":false}`, `{`+names.String()[1:]+`}`, ": "+TooMuchWork)

	anyOf := `{"anyOf":[` + strings.Repeat(`{"maximum":0},`, 1000) + `{"maximum":0}]}`
	said := "anyOf, none of its 1001 schemas takes an integer"
	f(`{"items":`+anyOf+`}`, `[`+strings.Repeat("1,", 1_000_000)+`1]`, "/0: "+said+"; /1: "+said)
}

// TestPatternsAreBounded: what would take seconds and gigabytes to compile.
func TestPatternsAreBounded(t *testing.T) {
	f := func(document, want string) {
		t.Helper()
		if _, _, err := Parse([]byte(document)); err == nil || err.Error() != want {
			t.Errorf("%.60s: %v, want %s", document, err, want)
		}
	}
	f(`{"pattern":"`+strings.Repeat("a", 65_537)+`"}`, `pattern "`+strings.Repeat("a", mostQuoted)+`"…: 65537 bytes, want at most 65536`)
	f(`{"pattern":"(a{1000}){1000}"}`, `pattern "(a{1000}){1000}": not a regular expression that RE2 takes`)
	var many strings.Builder
	for i := range 1_200 {
		fmt.Fprintf(&many, `,"(.{1,30}y){30}%d":{}`, i)
	}
	f(`{"patternProperties":{`+many.String()[1:]+`}}`, "regular expressions of more than 1000000 instructions in all")
}
