package lake

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// viewsOf are the streams of a version with their views.
func viewsOf(m *Manifest) string {
	var out []string
	for _, s := range m.Streams() {
		out = append(out, fmt.Sprintf("%s=%s", s, m.Tables[s].View()))
	}
	return strings.Join(out, " ")
}

// TestViewNames commits streams with the views they are to have, stream:view or
// stream:schema/view.
func TestViewNames(t *testing.T) {
	fsys := newMemFS()
	l, err := Open(fsys, testOptions("a", 1))
	if err != nil {
		t.Fatal(err)
	}
	s, next := testSchema(t, "id")
	f := func(streams, want string) {
		t.Helper()
		var c Commit
		for _, word := range strings.Fields(streams) {
			stream, name, _ := strings.Cut(word, ":")
			ch := Change{Stream: stream, Dir: l.Dir(stream), Schema: s, NextID: next, View: View{Name: name}}
			if schema, name, ok := strings.Cut(name, "/"); ok {
				ch.View = View{schema, name}
			}
			c.Changes = append(c.Changes, ch)
		}
		m, err := l.Commit(c)
		if err != nil {
			t.Fatal(err)
		}
		if got := viewsOf(m); got != want {
			t.Errorf("after %s:\n got %s\nwant %s", streams, got, want)
		}
	}
	f("a B", "B=B a=a")
	f("A b:x/a", "A=A_2 B=B a=a b=x.a")
	f("A:A b:X/A", "A=A_2 B=B a=a b=X.A")         // what it was to be, what it is but for case
	f("A b", "A=A_2 B=B a=a b=X.A")               // nothing asked: as before
	f("a:b B:a", "A=A_2 B=a a=b b=X.A")           // they swap
	f("A:a", "A=a_2 B=a a=b b=X.A")               // asks for another name, and finds it taken
	f("A:x/a a:x/A", "A=x.a_2 B=a a=x.A_3 b=X.A") // schemas are folded too
	f("A:y/z a:y/Z c:z", "A=y.z B=a a=y.Z_2 b=X.A c=z")
	if _, err := l.Reset("A"); err != nil {
		t.Fatal(err)
	}
	f("d:y/z a:y/Z", "B=a a=y.Z_2 b=X.A c=z d=y.z") // a keeps its name, d gets A's
	m, err := l.Rollback(8)                         // brings A back, whose name d has
	if err != nil {
		t.Fatal(err)
	}
	if got, want := viewsOf(m), "A=y.z_3 B=a a=y.Z_2 b=X.A c=z"; got != want {
		t.Errorf("rolled back: got %s, want %s", got, want)
	}
	newest, err := Newest(fsys)
	if err != nil || viewsOf(newest) != viewsOf(m) || !newest.Tables["A"].Wants(View{"y", "z"}) {
		t.Errorf("read back: %s, %v", viewsOf(newest), err)
	}
	if err := errors.Join(l.Close(), kept(fsys)); err != nil {
		t.Error(err)
	}
}
