package lake

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// told is a version in words: its pipelines' STATEs and its tables' rows.
func told(m *Manifest) string {
	var out []string
	for _, p := range []string{"a", "b"} {
		state := "none"
		if s := m.Pipelines[p].State; s != nil {
			state = *s
		}
		out = append(out, p+"="+state)
	}
	for _, stream := range m.Streams() {
		out = append(out, fmt.Sprintf("%s:%d", stream, m.Tables[stream].Rows()))
	}
	return strings.Join(out, " ")
}

func TestRollback(t *testing.T) {
	f := func(pipeline string, v Version, want string) {
		t.Helper()
		fsys, at := usedLake(t)
		if pipeline == "b" { // whose lock usedLake keeps
			fsys = fsys.afterDeath()
		}
		l := openAt(t, fsys, pipeline, 101, at)
		m, err := l.Rollback(v)
		if err != nil {
			t.Fatal(err)
		}
		if got := told(m); got != want || m.Version != 9 || m.Operation != OpRollback {
			t.Errorf("to version %d: version %d, %s\nwant %s", v, m.Version, got, want)
		}
		if err := kept(fsys); err != nil {
			t.Error(err)
		}
		newest, err := Newest(fsys)
		if err != nil || told(newest) != want {
			t.Errorf("read back: %s, %v", told(newest), err)
		}
		if _, err := l.Rollback(v); !errors.Is(err, ErrUnchanged) {
			t.Errorf("a second time: %v", err)
		}
		back, err := l.Rollback(8)
		if err != nil || told(back) != "a=a4 b=b2 items:100 orders:9" {
			t.Errorf("and forth again: %s, %v", told(back), err)
		}
		putRows(t, l, "more", "x", 2) // and goes on
		if err := kept(fsys); err != nil {
			t.Error(err)
		}
	}
	f("a", 0, "a=none b=b2")
	f("a", 1, "a=a1 b=b2 orders:5")
	f("a", 3, "a=a2 b=b2 orders:11")
	f("a", 4, "a=a3 b=b2 items:100 orders:11")
	f("a", 7, "a=a3 b=b2 items:100")
	f("b", 1, "a=a4 b=none items:100 orders:9")
	f("b", 3, "a=a4 b=b1 items:100 orders:9 users:7")
	f("b", 6, "a=a4 b=b2 items:100 orders:9 users:15")
}

func TestRollbackRefuses(t *testing.T) {
	fsys, at := usedLake(t)
	*at = at.Add(20 * time.Hour)
	a := openAt(t, fsys, "a", 101, at)
	if _, err := a.Vacuum(24*time.Hour, false); err != nil {
		t.Fatal(err)
	}
	files := len(fsys.files(""))
	f := func(v Version, want string) {
		t.Helper()
		m, err := a.Rollback(v)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("to version %d: %v, %v; want %s", v, m, err, want)
		}
	}
	f(4, "version 4 is not in the lake: it has versions 5, committed 2026-11-20T14:00:00Z, to 8")
	f(8, "nothing to take back")
	f(9, "version 9 is not in the lake")
	if err := kept(fsys); err != nil || len(fsys.files("")) != files {
		t.Errorf("%v, %d files, want %d", err, len(fsys.files("")), files)
	}
	// A file of the old version is gone: the lake must not come to name it.
	if _, err := a.Reset("orders"); err != nil {
		t.Fatal(err)
	}
	old, err := At(fsys, 8)
	if err != nil {
		t.Fatal(err)
	}
	if err := fsys.Remove(old.Tables["orders"].Files[0].Path); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Rollback(8); !errors.Is(err, ErrCorrupt) {
		t.Errorf("to a version that lacks a file: %v", err)
	}
}

// TestRollbackBesideOthers has the other pipeline commit in between, take the
// name of a stream that comes back, and a stream itself.
func TestRollbackBesideOthers(t *testing.T) {
	fsys, at := usedLake(t)
	fsys = fsys.afterDeath()
	a, b := openAt(t, fsys, "a", 101, at), openAt(t, fsys, "b", 102, at)
	if _, err := a.Reset("orders"); err != nil {
		t.Fatal(err)
	}
	putRows(t, b, "Orders", "b3", 2) // takes the view's name, and the directory's
	m, err := a.Rollback(3)
	if err != nil {
		t.Fatal(err)
	}
	if got := told(m); got != "a=a2 b=b3 Orders:2 orders:11" {
		t.Error(got)
	}
	if o, O := m.Tables["orders"], m.Tables["Orders"]; strings.EqualFold(o.Name, O.Name) || strings.EqualFold(o.Dir, O.Dir) {
		t.Errorf("views %q and %q, directories %q and %q", o.Name, O.Name, o.Dir, O.Dir)
	}
	if _, err := a.Reset("orders"); err != nil {
		t.Fatal(err)
	}
	putRows(t, b, "orders", "b4", 3)
	m, err = a.Rollback(1)
	if err != nil {
		t.Fatal(err)
	}
	if got := told(m); got != "a=a1 b=b4 Orders:2 orders:3" {
		t.Errorf("b's stream was touched: %s", got)
	}
	if err := kept(fsys); err != nil {
		t.Error(err)
	}
}

// TestFieldIDsSurviveRollback: a column that a rollback took back keeps its id to itself.
func TestFieldIDsSurviveRollback(t *testing.T) {
	fsys, at := newMemFS(), day0
	l := openAt(t, fsys, "a", 1, &at)
	putRows(t, l, "t", "1", 1)
	s, next := testSchema(t, "id", "v")
	if _, err := l.Commit(Commit{Changes: []Change{{Stream: "t", Dir: l.Dir("t"), NextID: next, Schema: s}}}); err != nil {
		t.Fatal(err)
	}
	m, err := l.Rollback(1)
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Tables["t"]; got.NextID != next || len(got.Schemas) != 1 {
		t.Errorf("next id %d, %d schemas", got.NextID, len(got.Schemas))
	}
}

func TestReset(t *testing.T) {
	fsys, at := usedLake(t)
	a := openAt(t, fsys, "a", 101, at)
	if _, err := a.Reset("users"); !errors.Is(err, ErrNoStream) {
		t.Errorf("a stream that is gone: %v", err)
	}
	m, err := a.Reset("orders")
	if err != nil {
		t.Fatal(err)
	}
	if got := told(m); got != "a=a4 b=b2 items:100" || m.Operation != OpReset {
		t.Error(got)
	}
	s, next := testSchema(t, "other")
	if _, err := a.Commit(Commit{Changes: []Change{{Stream: "orders", Dir: a.Dir("orders"), Key: []string{"other"}, NextID: next, Schema: s}}}); err != nil {
		t.Errorf("another key after reset: %v", err)
	}
	fsys = fsys.afterDeath()
	b := openAt(t, fsys, "b", 102, at)
	if _, err := b.Reset("orders"); !errors.Is(err, ErrFenced) {
		t.Errorf("another pipeline's stream: %v", err)
	}
	if err := kept(fsys); err != nil {
		t.Error(err)
	}
}

// TestRewindFailEveryCall: the old version or the new one, whole, and nothing
// that only old versions name is lost.
func TestRewindFailEveryCall(t *testing.T) {
	f := func(want string, do func(a *Lake) error) {
		t.Helper()
		failEach(t, 0, do, func(fsys *memFS, at *time.Time) error {
			a, err := tryOpenAt(fsys, "a", 102, at)
			if err != nil {
				return err
			}
			if got := told(a.Manifest()); got != "a=a4 b=b2 items:100 orders:9" && got != want {
				return errors.New(got)
			}
			if err := do(a); err != nil && told(a.Manifest()) != want {
				return fmt.Errorf("once more: %w", err)
			}
			if got := told(a.Manifest()); got != want {
				return fmt.Errorf("once more: %s", got)
			}
			return errors.Join(kept(fsys), leaks(fsys, 1))
		})
	}
	f("a=a2 b=b2 orders:11", func(a *Lake) error {
		_, err := a.Rollback(3)
		return err
	})
	f("a=a4 b=b2 items:100", func(a *Lake) error {
		_, err := a.Reset("orders")
		return err
	})
}
