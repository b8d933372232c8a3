package lake

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// pastLake has four versions: 1 of orders and users, 2 of orders, 3 of users
// with a clock that ran back, 4 of orders.
func pastLake(t testing.TB) *memFS {
	t.Helper()
	fsys := newMemFS()
	hour := 0
	o := testOptions("p", 1)
	o.Clock = func() time.Time { return time.Date(2026, 11, 22, hour, 0, 0, 0, time.UTC) }
	l, err := Open(fsys, o)
	if err != nil {
		t.Fatal(err)
	}
	s, next := testSchema(t, "id")
	commit := func(at int, streams ...string) {
		t.Helper()
		hour = at
		var c Commit
		for _, stream := range streams {
			f, err := stageRows(l, stream, s, 0, 5)
			if err != nil {
				t.Fatal(err)
			}
			c.Changes = append(c.Changes, Change{Stream: stream, Dir: l.Dir(stream), Schema: s, NextID: next, Files: []NewFile{f}})
		}
		if _, err := l.Commit(c); err != nil {
			t.Fatal(err)
		}
	}
	commit(10, "orders", "users")
	commit(12, "orders")
	commit(9, "users")
	commit(14, "orders")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return fsys
}

func TestAt(t *testing.T) {
	fsys := pastLake(t)
	f := func(v Version, orders, users int64) {
		t.Helper()
		m, err := At(fsys, v)
		if err != nil {
			t.Fatal(err)
		}
		if m.Version != v || m.Tables["orders"].Rows() != orders || m.Tables["users"].Rows() != users {
			t.Fatalf("version %d: %d orders and %d users, want %d and %d", m.Version, m.Tables["orders"].Rows(), m.Tables["users"].Rows(), orders, users)
		}
	}
	f(1, 5, 5)
	f(2, 10, 5)
	f(3, 10, 10)
	f(4, 15, 10)
	if m, err := At(fsys, 0); err != nil || len(m.Tables) != 0 || m.Version != 0 {
		t.Fatalf("version 0: %+v %v, want it empty", m, err)
	}
}

func TestAsOf(t *testing.T) {
	fsys := pastLake(t)
	f := func(hour, minute int, want Version) {
		t.Helper()
		m, err := AsOf(fsys, time.Date(2026, 11, 22, hour, minute, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		if m.Version != want {
			t.Fatalf("at %d:%02d: version %d, want %d", hour, minute, m.Version, want)
		}
	}
	f(10, 0, 1)
	f(11, 59, 1)
	f(12, 0, 3) // version 3 was committed by a clock at 9:00, after version 2
	f(13, 0, 3)
	f(14, 0, 4)
	f(23, 0, 4)
}

func TestPastIsGone(t *testing.T) {
	fsys := pastLake(t)
	f := func(err error, want string) {
		t.Helper()
		var gone *GoneError
		if !errors.As(err, &gone) || err.Error() != want {
			t.Fatalf("got %v\nwant %s", err, want)
		}
	}
	read := func(v Version) error { _, err := At(fsys, v); return err }
	asOf := func(hour int) error {
		_, err := AsOf(fsys, time.Date(2026, 11, 22, hour, 0, 0, 0, time.UTC))
		return err
	}
	f(read(5), "version 5 is not in the lake: it has versions 1, committed 2026-11-22T10:00:00Z, to 4")
	f(asOf(9), "a version of 2026-11-22T09:00:00Z is not in the lake: it has versions 1, committed 2026-11-22T10:00:00Z, to 4")
	if err := (horizon{3, 3}).write(fsys); err != nil {
		t.Fatal(err)
	}
	for v := Version(1); v < 3; v++ {
		if err := fsys.Remove(manifestPath(v)); err != nil {
			t.Fatal(err)
		}
	}
	f(read(2), "version 2 is not in the lake: it has versions 3, committed 2026-11-22T12:00:00Z, to 4")
	f(asOf(11), "a version of 2026-11-22T11:00:00Z is not in the lake: it has versions 3, committed 2026-11-22T12:00:00Z, to 4")
	for _, err := range States(fsys, "orders", 1, 4) {
		f(err, "version 1 is not in the lake: it has versions 3, committed 2026-11-22T12:00:00Z, to 4")
	}
	if v, err := Oldest(fsys); v != 3 || err != nil {
		t.Fatalf("oldest version %d %v, want 3", v, err)
	}
	if err := read(3); err != nil {
		t.Fatalf("the oldest version: %v", err)
	}
	_, err := At(newMemFS(), 1)
	f(err, "version 1 is not in the lake: nothing is committed yet")
	_, err = AsOf(newMemFS(), time.Unix(0, 0))
	f(err, "a version of 1970-01-01T00:00:00Z is not in the lake: nothing is committed yet")
}

// TestPastIsChecked holds old versions to the checks of the newest.
func TestPastIsChecked(t *testing.T) {
	f := func(name string, v Version) {
		t.Helper()
		fsys := pastLake(t)
		n := nodeOf(t, fsys, name)
		n.data[len(n.data)/2] ^= 1
		if _, err := At(fsys, v); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("version %d with a flipped bit in %s: %v", v, name, err)
		}
		var got error
		for _, err := range States(fsys, "orders", 0, 4) {
			got = errors.Join(got, err)
		}
		if !errors.Is(got, ErrCorrupt) {
			t.Fatalf("states with a flipped bit in %s: %v", name, got)
		}
	}
	f(manifestPath(2), 2)
	f(manifestPath(2), 3) // whose digest of version 2 cannot be compared
	m, err := At(pastLake(t), 2)
	if err != nil {
		t.Fatal(err)
	}
	f(m.refs["orders"].File, 2)

	other := newMemFS()
	if _, err := twoRuns(t, other); err != nil {
		t.Fatal(err)
	}
	fsys := pastLake(t)
	nodeOf(t, fsys, manifestPath(1)).data = nodeOf(t, other, manifestPath(1)).data
	if _, err := At(fsys, 2); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "does not follow") {
		t.Fatalf("version 2 after version 1 of another lake: %v", err)
	}
}

func nodeOf(t testing.TB, fsys *memFS, name string) *memNode {
	t.Helper()
	_, n, err := fsys.at("", name)
	if err != nil || n == nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

func TestStates(t *testing.T) {
	fsys := pastLake(t)
	f := func(stream string, from, to Version, want string) {
		t.Helper()
		var got []string
		for s, err := range States(fsys, stream, from, to) {
			if err != nil {
				t.Fatal(err)
			}
			rows := int64(-1)
			if s.Table != nil {
				rows = s.Table.Rows()
			}
			jump := ""
			if s.Jump {
				jump = "jump to "
			}
			got = append(got, jump+fmt.Sprintf("%d at %d: %d", uint64(s.Version), s.Committed.Hour(), rows))
		}
		if text := strings.Join(got, ", "); text != want {
			t.Fatalf("got %s, want %s", text, want)
		}
	}
	f("orders", 0, 4, "0 at 0: -1, 1 at 10: 5, 2 at 12: 10, 4 at 14: 15")
	f("orders", 1, 3, "1 at 10: 5, 2 at 12: 10")
	f("users", 2, 4, "2 at 12: 5, 3 at 12: 10")
	f("nothing", 0, 4, "0 at 0: -1")
	f("orders", 3, 3, "3 at 12: 10")
	if err := (horizon{3, 3}).write(fsys); err != nil {
		t.Fatal(err)
	}
	for v := Version(1); v < 3; v++ {
		if err := fsys.Remove(manifestPath(v)); err != nil {
			t.Fatal(err)
		}
	}
	f("orders", 0, 4, "0 at 0: -1, jump to 3 at 12: 10, 4 at 14: 15")
}

func TestCompare(t *testing.T) {
	table := func(files, deletes string) *Table {
		t := &Table{}
		for _, p := range strings.Fields(files) {
			t.Files = append(t.Files, DataFile{Path: p})
		}
		for _, p := range strings.Fields(deletes) {
			t.Deletes = append(t.Deletes, DeleteFile{Path: p})
		}
		return t
	}
	f := func(from, to *Table, gone, added, goneDeletes, newDeletes string) {
		t.Helper()
		d := Compare(from, to)
		want := table(gone, goneDeletes)
		wantNew := table(added, newDeletes)
		same := func(a, b []DataFile) bool {
			return slices.EqualFunc(a, b, func(x, y DataFile) bool { return x.Path == y.Path })
		}
		if !same(d.Gone, want.Files) || !slices.Equal(d.GoneDeletes, want.Deletes) ||
			!same(d.New, wantNew.Files) || !slices.Equal(d.NewDeletes, wantNew.Deletes) {
			t.Fatalf("got %+v", d)
		}
		if empty := gone+added+goneDeletes+newDeletes == ""; d.Empty() != empty {
			t.Fatalf("Empty() = %v", d.Empty())
		}
	}
	f(nil, nil, "", "", "", "")
	f(nil, table("a", "d"), "", "a", "", "d")
	f(table("a", "d"), nil, "a", "", "d", "")
	f(table("a b", "d"), table("a b", "d"), "", "", "", "")
	f(table("a b", "d"), table("a b c", "d e"), "", "c", "", "e")
	f(table("a b c", "d e"), table("x c", "e2"), "a b", "x", "d e", "e2")
}
