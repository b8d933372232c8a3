package state

import (
	"fmt"
	"strings"
	"testing"
)

func TestTake(t *testing.T) {
	f := func(m Merge, want string, states ...string) {
		t.Helper()
		tr := NewTracker(m)
		for _, s := range states {
			tr.Hold([]byte(s))
		}
		if got := string(tr.Take()); got != want {
			t.Fatalf("Take of %q after %s = %q, want %q", states, m, got, want)
		}
	}
	f(Bookmarks, "")
	f(Bookmarks, `{"bookmarks":{"a":1}}`, `{"bookmarks":{"a":1}}`)
	f(Bookmarks, `{"bookmarks":{"b":2,"a":1}}`, `{"bookmarks":{"a":1}}`, `{"bookmarks":{"b":2}}`)
	f(Bookmarks, `{"bookmarks":{"a":3,"b":2}}`, `{"bookmarks":{"a":1}}`, `{"bookmarks":{"b":2}}`, `{"bookmarks":{"a":3}}`)
	f(Bookmarks, `{"bookmarks":{"c":3,"a":1,"b":2}}`,
		`{"bookmarks":{"b":2,"a":1}}`, `{"bookmarks":{"b":2}}`, `{"bookmarks":{"c":3}}`)
	f(Replace, `{"bookmarks":{"b":2}}`, `{"bookmarks":{"a":1}}`, `{"bookmarks":{"b":2}}`)

	// A bookmark is replaced whole; what it holds is never merged.
	f(Bookmarks, `{"bookmarks":{"a":{"y":2}}}`, `{"bookmarks":{"a":{"x":1}}}`, `{"bookmarks":{"a":{"y":2}}}`)
	f(Bookmarks, `{"bookmarks":{"a":null}}`, `{"bookmarks":{"a":1}}`, `{"bookmarks":{"a":null}}`)

	// The tap's own bytes, where nothing is missing in them.
	odd := "{ \"bookmarks\" :\t{ \"b\" : 9007199254740993 , \"a\":1.10e0 }\n, \"x\": \"\\u00e9\" } "
	f(Bookmarks, odd, `{"bookmarks":{"a":1}}`, odd)
	f(Bookmarks, `{ "bookmarks" : { "b":9007199254740993 ,"a":12345678901234567890.10}, "n":1e400}`,
		`{"bookmarks":{"a":12345678901234567890.10}}`, `{ "bookmarks" : { "b":9007199254740993 }, "n":1e400}`)

	// Other keys are the newest's.
	f(Bookmarks, `{"version":2,"bookmarks":{"b":2,"a":1},"currently_syncing":null}`,
		`{"version":1,"old":true,"bookmarks":{"a":1}}`, `{"version":2,"bookmarks":{"b":2},"currently_syncing":null}`)
	f(Bookmarks, `{"x":1,"bookmarks":{"a":1}}`, `{"bookmarks":{"a":1}}`, `{"x":1}`)
	f(Bookmarks, `{"bookmarks":{"a":1}}`, `{"bookmarks":{"a":1}}`, `{}`)
	f(Bookmarks, `{"bookmarks":{"a":1}}`, `{"bookmarks":{"a":1}}`, `{"bookmarks":{}}`)

	// What cannot be merged replaces, and the union starts again from it.
	for _, s := range []string{`7`, `null`, `"x"`, `[{"bookmarks":{}}]`, `{"bookmarks":null}`, `{"bookmarks":[1]}`} {
		f(Bookmarks, s, `{"bookmarks":{"a":1}}`, s)
		f(Bookmarks, `{"bookmarks":{"b":2}}`, `{"bookmarks":{"a":1}}`, s, `{"bookmarks":{"b":2}}`)
	}

	// Names are compared by what they say, and the last of one name counts.
	f(Bookmarks, `{"bookmarks":{"\u0061":2}}`, `{"bookmarks":{"a":1}}`, `{"bookmarks":{"\u0061":2}}`)
	f(Bookmarks, `{"book\u006darks":{"b":2,"a":1}}`, `{"bookmarks":{"a":1}}`, `{"book\u006darks":{"b":2}}`)
	f(Bookmarks, `{"bookmarks":{"b":1,"\u0061":3}}`, `{"bookmarks":{"a":2,"\u0061":3}}`, `{"bookmarks":{"b":1}}`)
	f(Bookmarks, `{"bookmarks":7,"bookmarks":{"b":2,"a":1}}`,
		`{"bookmarks":{"a":1}}`, `{"bookmarks":7,"bookmarks":{"b":2}}`)
	f(Bookmarks, `{"bookmarks":{"\udc01":2,"\ud800":1}}`, `{"bookmarks":{"\ud800":1}}`, `{"bookmarks":{"\udc01":2}}`)
	f(Bookmarks, `{"bookmarks":{"":0,"\"},{\\":[{"}":"]"}]}}`,
		`{"bookmarks":{"\"},{\\":[{"}":"]"}]}}`, `{"bookmarks":{"":0}}`)
}

func TestTakeOnce(t *testing.T) {
	const a, b = `{"bookmarks":{"a":1}}`, `{"bookmarks":{"b":2}}`
	tr := NewTracker(Bookmarks)
	f := func(want string) {
		t.Helper()
		if got := tr.Take(); string(got) != want || (got == nil) != (want == "") {
			t.Fatalf("Take = %q, want %q", got, want)
		}
	}
	f("")
	tr.Hold([]byte(a))
	f(a)
	f("")
	tr.Hold([]byte(a)) // the same again is a STATE again
	f(a)
	tr.Hold([]byte(b))
	f(`{"bookmarks":{"b":2,"a":1}}`)
	f("")
}

// What Take gave stays as it is, whatever is held after it.
func TestTakenKept(t *testing.T) {
	tr := NewTracker(Bookmarks)
	given := map[string][]byte{}
	for i := range 50 {
		for j := range 3 {
			tr.Hold(fmt.Appendf(nil, `{"bookmarks":{"s%d":%d}}`, i%7, 10*i+j))
		}
		if i%2 == 0 {
			v := tr.Take()
			given[string(v)] = v
		}
	}
	for want, got := range given {
		if string(got) != want {
			t.Fatalf("a value given as %s became %s", want, got)
		}
	}
}

func TestHoldCopies(t *testing.T) {
	tr := NewTracker(Replace)
	line := []byte(`{"v":1}`)
	tr.Hold(line)
	copy(line, `#######`)
	if got := string(tr.Take()); got != `{"v":1}` {
		t.Fatalf("Take = %q", got)
	}
}

func TestLargeState(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"bookmarks":{"big":"`)
	b.WriteString(strings.Repeat("x", 50<<20))
	b.WriteString(`"}}`)
	big := b.String()
	tr := NewTracker(Bookmarks)
	tr.Hold([]byte(big))
	tr.Hold([]byte(`{"bookmarks":{"small":9007199254740993}}`))
	want := `{"bookmarks":{"small":9007199254740993,` + big[len(`{"bookmarks":{`):]
	if got := string(tr.Take()); got != want {
		t.Fatalf("Take has %d bytes, want %d", len(got), len(want))
	}
}

func BenchmarkHold(b *testing.B) {
	f := func(streams int) {
		var two [2][]byte
		for i := range two {
			s := []byte(`{"bookmarks":{`)
			for n := range streams {
				s = fmt.Appendf(s, `"stream_%d":{"replication_key":"updated_at","replication_key_value":"2026-11-22T10:00:0%d.000000+00:00"},`, n, i)
			}
			two[i] = append(s[:len(s)-1], `}}`...)
		}
		b.Run(fmt.Sprint(len(two[0])), func(b *testing.B) {
			tr := NewTracker(Bookmarks)
			b.SetBytes(int64(len(two[0])))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				tr.Hold(two[i%2])
			}
		})
	}
	f(1)
	f(10)
	f(1000)
}
