package schema

import (
	"strings"
	"testing"
)

func TestDecimalColumns(t *testing.T) {
	f := func(schema, want string) {
		t.Helper()
		s, _, err := Compile([]byte(`{"properties":{"v":`+schema+`}}`), nil)
		if err != nil {
			t.Errorf("%s: %v", schema, err)
			return
		}
		got := strings.TrimPrefix(kindsOf(s.Columns()), "v:")
		if s.Root.Fields[0].Rounded {
			got += " rounded"
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", schema, got, want)
		}
	}
	f(`{"type":["null","number"],"multipleOf":0.01}`, "decimal(38,2)")
	f(`{"type":"number","multipleOf":1e-2}`, "decimal(38,2)")
	f(`{"type":"number","multipleOf":1}`, "decimal(38,0)")
	f(`{"type":"number","multipleOf":1000}`, "decimal(38,0)")
	f(`{"type":"number","multipleOf":0.25}`, "double")
	f(`{"type":"integer","multipleOf":0.01}`, "int64")
	f(`{"type":"number","multipleOf":0.01,"minimum":-100,"maximum":99.5}`, "decimal(5,2)")
	f(`{"type":"number","multipleOf":0.01,"minimum":-100,"exclusiveMinimum":true,"maximum":1e2,"exclusiveMaximum":true}`, "decimal(4,2)")
	f(`{"type":"number","multipleOf":0.01,"minimum":0,"maximum":0}`, "decimal(2,2)")
	f(`{"type":"number","multipleOf":10,"minimum":0,"maximum":0}`, "decimal(1,0)")
	f(`{"type":"number","multipleOf":0.01,"maximum":100}`, "decimal(38,2)")
	f(`{"type":"number","multipleOf":1e-18}`, "decimal(38,18)")
	f(`{"type":"number","multipleOf":1e-19}`, "double rounded")
	f(`{"type":"number","multipleOf":1e-19,"minimum":0,"maximum":1e18}`, "decimal(38,19)")
	f(`{"type":"number","multipleOf":1e-19,"minimum":0,"maximum":1e19}`, "double rounded")
	f(`{"type":"number","multipleOf":1e-38,"minimum":-1e62,"maximum":1e62}`, "double rounded")
	f(`{"type":["string","null"],"format":"singer.decimal","precision":18,"scale":4}`, "decimal(18,4)")
	f(`{"type":"string","format":"x-singer.decimal","precision":38}`, "decimal(38,0)")
	f(`{"type":["number","string"],"format":"x-singer.decimal","precision":9,"scale":9}`, "decimal(9,9)")
	f(`{"type":"number","format":"singer.decimal","precision":39,"scale":2}`, "string")
	f(`{"type":["null","number"],"format":"singer.decimal"}`, "string")
	f(`{"type":"number","format":"singer.decimal","multipleOf":0.01}`, "decimal(38,2)")
	f(`{"type":"number","format":"singer.decimal","multipleOf":1e-34}`, "string")
	f(`{"type":"integer","format":"singer.decimal"}`, "int64")
	f(`{"type":"integer","format":"singer.decimal","precision":20}`, "decimal(20,0)")
	f(`{"anyOf":[{"type":"number","format":"singer.decimal"},{"type":"integer"}]}`, "string")
	f(`{"allOf":[{"type":"number","format":"singer.decimal"},{"type":"number"}]}`, "string")
	f(`{"type":"number","format":"singer.decimal","precision":39,"scale":2,"multipleOf":0.01}`, "decimal(38,2)")
	f(`{"type":"string","format":"singer.decimal","precision":39,"scale":2}`, "string")
	f(`{"type":"string","format":"singer.decimal"}`, "string")
	f(`{"type":"string","format":"singer.decimal","precision":4,"scale":5}`, "string")
	f(`{"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807}`, "int64")
	f(`{"type":"integer","minimum":0,"maximum":18446744073709551615}`, "decimal(38,0)")
	f(`{"type":"integer","maximum":9223372036854775808,"exclusiveMaximum":true}`, "int64")
	f(`{"type":"integer","maximum":9223372036854775808}`, "decimal(38,0)")
	f(`{"type":"integer","minimum":-9223372036854775809,"exclusiveMinimum":true}`, "int64")
	f(`{"type":"integer","minimum":-1e30}`, "decimal(38,0)")
	f(`{"anyOf":[{"type":"number","multipleOf":0.01},{"type":"null"}]}`, "decimal(38,2)")
	f(`{"anyOf":[{"type":"number","multipleOf":0.01},{"type":"string"}]}`, "string")
	f(`{"anyOf":[{"type":"number","multipleOf":0.01,"minimum":-9,"maximum":9},{"type":"number","multipleOf":0.1,"minimum":0,"maximum":99}]}`, "decimal(4,2)")
	f(`{"anyOf":[{"type":"number","multipleOf":0.01,"minimum":-9,"maximum":9},{"type":"integer"}]}`, "decimal(21,2)")
	f(`{"anyOf":[{"type":"number","multipleOf":0.01},{"type":"number"}]}`, "double rounded")
	f(`{"allOf":[{"type":"number"},{"type":["null","number"],"multipleOf":0.01}]}`, "decimal(38,2)")
	f(`{"allOf":[{"type":"integer"},{"type":"number","multipleOf":0.01}]}`, "int64")
}
