package ingest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestDecimals(t *testing.T) {
	f := func(schema, value, want string) {
		t.Helper()
		if strings.HasPrefix(want, "/") {
			want = `line 2, stream "s", ` + want
		}
		if got := cell(t, schema, value); got != want {
			t.Errorf("%s of %s:\n got %s\nwant %s", schema, value, got, want)
		}
	}
	cents := `{"type":["null","number"],"multipleOf":0.01}`
	f(cents, `0.07`, `0.07`) // 35
	f(cents, `1`, `1.00`)
	f(cents, `-0.0`, `0.00`) // 34
	f(cents, `-12.5`, `-12.50`)
	f(cents, `12.5000`, `12.50`)
	f(cents, `125e-1`, `12.50`)
	f(cents, `1.5E+3`, `1500.00`)
	f(cents, `null`, `null`)
	f(cents, `9007199254740993.01`, `9007199254740993.01`)
	f(cents, `123456789012345678901234567890123456.78`, `123456789012345678901234567890123456.78`)
	f(cents, `-123456789012345678901234567890123456.78`, `-123456789012345678901234567890123456.78`)
	f(cents, `999999999999999999999999999999999999.99`, `999999999999999999999999999999999999.99`)
	f(cents, `1000000000000000000000000000000000000`, `/v: number is beyond the digits of a decimal(38,2) column`) // 29
	f(cents, `0.001`, `/v: multipleOf 0.01, got another number`)
	f(cents, `"1.5"`, `/v: type null or number, got a string`)
	f(cents, `true`, `/v: type null or number, got a boolean`)

	small := `{"type":"number","multipleOf":0.01,"minimum":-100,"exclusiveMinimum":true,"maximum":100,"exclusiveMaximum":true}`
	f(small, `99.99`, `99.99`)
	f(small, `-99.99`, `-99.99`)
	f(small, `100`, `/v: maximum 100, itself excluded, got a number not below it`)

	f(small, `99.995`, `/v: multipleOf 0.01, got another number`)
	f(`{"type":"number","multipleOf":0.01,"minimum":0,"maximum":100}`, `-1`, `/v: minimum 0, got a smaller number`)
	f(`{"type":"number","multipleOf":10}`, `15`, `/v: multipleOf 10, got another number`)
	f(`{"type":"number","multipleOf":0.1,"maximum":3}`, `4`, `/v: maximum 3, got a larger number`)
	f(`{"type":"number","multipleOf":0.1,"enum":[1]}`, `2`, `/v: enum, want one of 1 values, got another integer`)
	f(`{"type":"number","multipleOf":0.1,"not":{"type":"integer"}}`, `2`, `/v: not, got an integer that its schema takes`)

	text := `{"type":["string","null"],"format":"singer.decimal","precision":18,"scale":4}`
	f(text, `"12.5"`, `12.5000`)
	f(text, `"-99999999999999.9999"`, `-99999999999999.9999`)
	f(text, `"1E+2"`, `100.0000`)
	f(text, `"1\u0032"`, `12.0000`)
	f(text, `"100000000000000"`, `/v: number is beyond the digits of a decimal(18,4) column`)
	f(text, `"0.00001"`, `/v: number is beyond the digits of a decimal(18,4) column`)
	f(text, `"NaN"`, `/v: is a string that holds no number, which a decimal(18,4) column needs`)
	f(text, `""`, `/v: is a string that holds no number, which a decimal(18,4) column needs`)
	f(text, `" 1"`, `/v: is a string that holds no number, which a decimal(18,4) column needs`)
	f(text, `"1 "`, `/v: is a string that holds no number, which a decimal(18,4) column needs`)
	f(text, `1.5`, `/v: type null or string, got a number`)
	both := `{"type":["string","number"],"format":"x-singer.decimal","precision":38,"scale":8}`
	f(both, `"1.23456789"`, `1.23456789`)
	f(both, `1.23456789`, `1.23456789`)
	f(both, `123456789012345678901234567890.12345678`, `123456789012345678901234567890.12345678`)
	f(both, `null`, `/v: type number or string, got null`)

	unsigned := `{"type":"integer","minimum":0,"maximum":18446744073709551615}`
	f(unsigned, `18446744073709551615`, `18446744073709551615`) // 28
	f(unsigned, `7.0`, `7`)
	f(unsigned, `1.8446744073709551615e19`, `18446744073709551615`)
	f(unsigned, `7.5`, `/v: type integer, got a number`)
	f(`{"type":"integer","minimum":-1e30}`, `-1e30`, `-1000000000000000000000000000000`)
	f(`{"type":"integer","minimum":-1e50}`, `-1e38`, `/v: number is beyond the digits of a decimal(38,0) column`)
	f(`{"type":"array","items":`+cents+`}`, `[1.25,null,0.5]`, `[1.25,null,0.50]`)
	f(`{"type":"object","properties":{"x":`+cents+`}}`, `{"x":0.5}`, `{"x":0.50}`)
}

// A decimal column takes what a later SCHEMA's numbers say, exactly.
func TestNarrowedDecimal(t *testing.T) {
	f := func(old, now, value, want string) {
		t.Helper()
		out := load(t, schemaOf(`"v":`+old)+schemaOf(`"v":`+now)+recordOf(`{"v":`+value+`}`), Options{}, Limits{})
		if got := strings.TrimPrefix(fmt.Sprint(out.rows, out.err), `[s {"v":`); got != want {
			t.Errorf("%s then %s:\n got %s\nwant %s", old, now, got, want)
		}
	}
	cents := `{"type":"number","multipleOf":0.01,"minimum":-999,"maximum":999}`
	f(cents, `{"type":"integer"}`, `9223372036854775807`, `9223372036854775807.00}] <nil>`)
	f(cents, `{"type":"integer"}`, `1.0`, `1.00}] <nil>`)
	f(cents, `{"type":"integer"}`, `1.5`, `[] line 3, stream "s", /v: type integer, got a number`)
	f(cents, `{"type":"number","multipleOf":0.1,"minimum":-99999,"maximum":99999}`, `99999`, `99999.00}] <nil>`)
	f(`{"type":"integer"}`, cents, `0.25`, `0.25}] <nil>`)
	f(`{"type":"number"}`, cents, `0.250`, `"0.250"}] <nil>`)
	f(`{"type":"string"}`, cents, `1e2`, `"1e2"}] <nil>`)
	f(`{"type":"number","multipleOf":0.001,"minimum":-999,"maximum":999}`, cents, `0.125`, `[] line 3, stream "s", /v: multipleOf 0.01, got another number`)
	f(cents, `{"type":"number"}`, `0.123`, `"0.123"}] <nil>`)
	f(cents, `{"type":"object"}`, `{}`, `{}}] <nil>`)
}

// Whatever a decimal's digits and form, it is stored as it was written.
func TestDecimalsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 4))
	for range 200 {
		precision := 1 + r.IntN(38)
		scale := r.IntN(precision + 1)
		digits := "0"
		for len(digits) <= precision {
			digits += fmt.Sprint(r.IntN(10))
		}
		if digits = strings.TrimLeft(digits, "0"); len(digits) <= scale {
			digits = strings.Repeat("0", scale+1-len(digits)) + digits
		}
		want := digits[:len(digits)-scale]
		if scale > 0 {
			want += "." + digits[len(digits)-scale:]
		}
		schema := fmt.Sprintf(`{"type":"string","format":"singer.decimal","precision":%d,"scale":%d}`, precision, scale)
		for _, value := range []string{want, strings.TrimLeft(digits[:len(digits)-1], "0") + digits[len(digits)-1:] + fmt.Sprintf("e-%d", scale)} {
			if got := cell(t, schema, `"`+value+`"`); got != want {
				t.Fatalf("%s of %s = %s, want %s", schema, value, got, want)
			}
		}
	}
}
