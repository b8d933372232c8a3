package lake

import (
	"slices"
	"testing"
)

func TestAfter(t *testing.T) {
	f := func(n int64, want ...Span) {
		t.Helper()
		if got := After([]Span{{"x", 5, 3}, {"y", 0, 2}}, n); !slices.Equal(got, want) {
			t.Errorf("After %d: %v, want %v", n, got, want)
		}
	}
	f(0, Span{"x", 5, 3}, Span{"y", 0, 2})
	f(2, Span{"x", 7, 1}, Span{"y", 0, 2})
	f(3, Span{"y", 0, 2})
	f(4, Span{"y", 1, 1})
	f(5)
}

// TestInDoubt holds that a load is in doubt from its commit until Said, and
// that an opening in between changes nothing.
func TestInDoubt(t *testing.T) {
	fsys := newMemFS()
	f := func(step string, want bool) {
		t.Helper()
		l, err := Open(fsys, testOptions("default", 0))
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		switch step {
		case "load":
			if _, err := l.Commit(Commit{Load: true, State: new(string)}); err != nil {
				t.Fatal(err)
			}
		case "other":
			if _, err := l.Commit(Commit{}); err != nil {
				t.Fatal(err)
			}
		case "said":
			if err := l.Said(); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := l.InDoubt(); err != nil || got != want {
			t.Errorf("after %s: %v, %v, want %v", step, got, err, want)
		}
	}
	f("nothing", false)
	f("said", false)
	f("load", true)
	f("open", true)
	f("other", true)
	f("said", false)
	f("other", false)
	f("load", true)
}
