package selection

import "testing"

func TestRecord(t *testing.T) {
	s := New(Rules{Exclude: []string{"x", "*.x", "a.*.x"}}, nil, "s", []string{"id"})
	f := func(record, want string) {
		t.Helper()
		if got := string(s.Record([]byte("> "), []byte(record))); got != "> "+want {
			t.Errorf("%s: got %s, want %s", record, got, want)
		}
	}
	f(`{}`, `{}`)
	f(`{"x":1}`, `{}`)
	f(`{"id":1,"\u0078":2, "y" : 3}`, `{"id":1,"y" : 3}`)
	f(`{"a":{"x":1,"y":[{"x":2},{"z":3}]},"x":4}`, `{"a":{"y":[{},{"z":3}]}}`)
	f(`{"a":"{\"x\":1,\"y\":2}"}`, `{"a":"{\"y\":2}"}`)
	f(`{"a":" [{\"x\":1},2] "}`, `{"a":"[{},2]"}`)
	f(`{"a":"{\"y\":\"{\\\"x\\\":1}\"}"}`, `{"a":"{\"y\":\"{}\"}"}`)
	f(`{"a":"{\"x\":1"}`, `{"a":"{\"x\":1"}`)
	f(`{"a":"{\"x\":1}{"}`, `{"a":"{\"x\":1}{"}`)
	f(`{"a":"x","b":""}`, `{"a":"x","b":""}`)
	f(`{"a":null}`, `{"a":null}`)
	f(`"text"`, `"text"`)
	s = nil
	f(`{"x":1}`, `{"x":1}`)
}
