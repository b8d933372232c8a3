package object

import (
	"errors"
	"strings"
	"testing"
	"time"

	"target-filelake/ingest/mapping/python/fault"
)

// secret stands in every value that has text: no fault may tell it.
const secret = "zq7secret"

// samples are values of every type, made anew.
func samples() []any {
	d := &Dict{}
	d.Set(secret, 1)
	d.Set(2, []any{secret})
	moment := time.Date(2024, 2, 29, 23, 59, 59, 999_999_000, time.UTC)
	return []any{
		nil, true, false, 0, -1, 7, 1 << 62, 0.0, -2.5, 1e300, "", secret, "12", "%Y-%m-%d", []any{}, []any{secret, 1, nil}, &Dict{}, d,
		Date{moment.Truncate(24 * time.Hour)}, Datetime{moment, false}, Datetime{moment, true}, Timedelta(90 * time.Minute),
	}
}

// TestEveryFunction calls all there are with values of all types: each gives a
// value or a fault, leaves what it is given as it is, and tells no value.
func TestEveryFunction(t *testing.T) {
	calls := 0
	call := func(name string, f Function, args ...any) {
		calls++
		before := Repr(args)
		e := &Evaluation{Started: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC), Left: 1 << 20}
		v, err := f.Call(e, args)
		var refused *fault.Fault
		switch {
		case err == nil:
			_ = Repr(v) // panics for what is no value
		case !errors.As(err, &refused):
			t.Errorf("%s of %s: %T, want a fault", name, before, err)
		case strings.Contains(err.Error(), secret):
			t.Errorf("%s of %s tells a value: %v", name, before, err)
		}
		if after := Repr(args); after != before {
			t.Errorf("%s made %s of %s", name, after, before)
		}
	}
	operators := strings.Fields("add sub mul div floordiv mod pow bitand bitor bitxor shl shr eq lt le gt ge in is item")
	for _, a := range samples() {
		for _, name := range strings.Fields("neg pos not truth each value list repr") {
			call(name, Operator(name), a)
		}
		for _, name := range Methods() {
			f, _ := Method(name)
			call(name, f, append([]any{a}, make([]any, len(f.Params))...)...)
			for _, b := range samples() {
				if args := make([]any, 1+len(f.Params)); len(f.Params) > 0 {
					args[0], args[1] = a, b
					call(name, f, args...)
				}
			}
		}
		for _, name := range Globals() {
			f, _ := Global(name)
			for _, b := range samples() {
				args := make([]any, len(f.Params))
				copy(args, []any{a, b, 1})
				call(name, f, args...)
			}
		}
		for _, b := range samples() {
			for _, name := range operators {
				call(name, Operator(name), a, b)
			}
			call("part", Operator("part"), a, b, nil, nil)
			call("part", Operator("part"), a, nil, nil, b)
			call("dict", Operator("dict"), a, b)
		}
		for _, spec := range []string{"", "d", ">9", ".2f", "x", "%Y"} {
			call("format", Operator("format"), a, spec)
		}
	}
	if calls < 20_000 {
		t.Errorf("%d calls: samples or functions are missing", calls)
	}
}

// TestDicts: keys that are equal are one key, and keep their place.
func TestDicts(t *testing.T) {
	d := &Dict{}
	for i, key := range []any{"a", 1, 1.0, true, "b", "a", nil, Date{time.Unix(0, 0)}} {
		d.Set(key, i)
	}
	if got, want := Repr(d), "{'a': 5, 1: 3, 'b': 4, None: 6, 1970-01-01: 7}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, ok := d.Get([]any{}); ok {
		t.Error("a list is a key")
	}
}

// TestJSON: what is read is written again.
func TestJSON(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		v, err := FromJSON([]byte(in+"\n"), 0)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := AppendJSON(nil, v); err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v, want %s", in, got, err, want)
		}
	}
	f(`{ "b" : [1, 2.50, -0, true, null], "a" : "\u00e9\n" }`, `{"b":[1,2.5,0,true,null],"a":"é\n"}`)
	f(`[]`, `[]`)
	f(`{}`, `{}`)
	f(`9223372036854775807`, `9223372036854775807`)
	if _, err := FromJSON([]byte("9223372036854775808\n"), 0); err == nil {
		t.Error("an integer beyond 64 bits is taken")
	}
}
