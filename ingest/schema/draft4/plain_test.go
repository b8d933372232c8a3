package draft4

import "testing"

func TestPlain(t *testing.T) {
	f := func(record string, want bool) {
		t.Helper()
		if got := plain([]byte(record + "\n")); got != want {
			t.Errorf("%s: %v", record, got)
		}
	}
	f(`{}`, true)
	f(` {"a":1, "b" : ["x",{"a":null}],"c":{"a":true}} `, true)
	f(`"x"`, true)
	f(`{"a":1,"b":2,"a":3}`, false)
	f(`{"b":[{"a":1,"a":3}]}`, false)
	f(`{"a":1,"\u0061":2}`, false)
	f(`{"a":"{\"b\":1}"}`, false)
	f(`{"a":[" [1]"]}`, false)
	f(`{"a":"\u007b}"}`, false)
	f(`{"a":"\n[]"}`, false)
	f(`{"a":" null "}`, false)
	f(`{"_sdc_deleted_at":1}`, false)
	f(`{"a":1`, false)
	f(`{"a":1} 2`, false)
}
