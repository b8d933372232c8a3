package lake

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// day0 is when the lakes below begin.
var day0 = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// openAt opens a lake whose clock stands at *at.
func openAt(t testing.TB, fsys FS, pipeline string, run byte, at *time.Time) *Lake {
	t.Helper()
	l, err := tryOpenAt(fsys, pipeline, run, at)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func tryOpenAt(fsys FS, pipeline string, run byte, at *time.Time) (*Lake, error) {
	var seed [32]byte
	seed[0] = run
	return Open(fsys, Options{Pipeline: pipeline, Holder: "a test", Rand: rand.NewChaCha8(seed), Clock: func() time.Time { return *at }})
}

// putRows commits rows of one stream, with a STATE.
func putRows(t testing.TB, l *Lake, stream, state string, rows int64) {
	t.Helper()
	names := []string{"id"}
	for i := range 40 * strings.Count(stream, "items") { // a large file, of which the lake has one
		names = append(names, fmt.Sprint("c", i))
	}
	s, next := testSchema(t, names...)
	f, err := stageRows(l, stream, s, 0, rows)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Commit(Commit{State: &state, Batches: 1, Changes: []Change{{
		Stream: stream, Dir: l.Dir(stream), Key: []string{"id"}, NextID: next, Schema: s, Files: []NewFile{f},
	}}}); err != nil {
		t.Fatal(err)
	}
}

// usedLake has eight versions of two pipelines, an hour apart, two streams
// reset on the way, and a file that pipeline b, still open, has under way.
func usedLake(t testing.TB) (*memFS, *time.Time) {
	t.Helper()
	fsys, at := newMemFS(), day0
	step := func(pipeline string, do func(l *Lake)) {
		l := openAt(t, fsys, pipeline, byte(at.Sub(day0).Hours()), &at)
		do(l)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		at = at.Add(time.Hour)
	}
	reset := func(stream string) func(l *Lake) {
		return func(l *Lake) {
			if _, err := l.Reset(stream); err != nil {
				t.Fatal(err)
			}
		}
	}
	step("a", func(l *Lake) { putRows(t, l, "orders", "a1", 5) })
	step("b", func(l *Lake) { putRows(t, l, "users", "b1", 7) })
	step("a", func(l *Lake) { putRows(t, l, "orders", "a2", 6) })
	step("a", func(l *Lake) { putRows(t, l, "items", "a3", 100) })
	step("a", reset("orders"))
	step("b", func(l *Lake) { putRows(t, l, "users", "b2", 8) })
	step("b", reset("users"))
	step("a", func(l *Lake) { putRows(t, l, "orders", "a4", 9) })
	b := openAt(t, fsys, "b", 100, &at)
	if _, err := stageRows(b, "users", must(testSchema(t, "id")), 0, 3); err != nil {
		t.Fatal(err)
	}
	return fsys, &at
}

func must[T, U any](v T, _ U) T { return v }

// kept checks that every version from oldest to newest is whole.
func kept(fsys *memFS) error {
	oldest, newest, err := Range(fsys)
	if err != nil {
		return err
	}
	var before *Manifest
	for v := oldest; v <= newest && v > 0; v++ {
		m, err := At(fsys, v)
		if err != nil {
			return err
		}
		if err := m.CheckAfter(fsys, before); err != nil {
			return err
		}
		before = m
		for stream, table := range m.Tables {
			for _, f := range table.Named() {
				data, err := ReadFile(fsys, f.Path)
				if err != nil || digest(data) != f.SHA256 {
					return fmt.Errorf("version %d, %s: %s is not whole: %v", v, stream, f.Path, err)
				}
			}
			if table.RowsIn-table.Superseded != table.standing() {
				return fmt.Errorf("version %d, %s: %d in, %d superseded, %d live", v, stream, table.RowsIn, table.Superseded, table.Rows())
			}
		}
	}
	return nil
}

// leaks are the files of streams that no version names, but for n under way.
func leaks(fsys *memFS, n int) error {
	named := map[string]bool{}
	oldest, newest, err := Range(fsys)
	if err != nil {
		return err
	}
	for v := oldest; v <= newest && v > 0; v++ {
		m, err := At(fsys, v)
		if err != nil {
			return err
		}
		for _, table := range m.Tables {
			for _, f := range table.Named() {
				named[f.Path] = true
			}
		}
		for _, ref := range m.refs {
			named[ref.File] = true
		}
		named[m.retiredRef.File] = true
		named[manifestPath(v)] = true
	}
	var lost []string
	for _, name := range fsys.files("") {
		ours := strings.HasSuffix(name, dataSuffix) || strings.HasPrefix(name, tablesDir) || strings.HasPrefix(name, logDir)
		if ours && !named[name] {
			lost = append(lost, name)
		}
	}
	if len(lost) != n {
		return fmt.Errorf("%d files that no version names, want %d: %v", len(lost), n, lost)
	}
	return nil
}

func TestVacuum(t *testing.T) {
	f := func(after, retention time.Duration, want Vacuumed) {
		t.Helper()
		fsys, at := usedLake(t)
		*at = at.Add(after)
		a := openAt(t, fsys, "a", 101, at)
		files := len(fsys.files(""))
		dry, err := a.Vacuum(retention, true)
		if err != nil || dry != want || len(fsys.files("")) != files {
			t.Fatalf("dry run: %+v, %v, %d files of %d left; want %+v", dry, err, len(fsys.files("")), files, want)
		}
		got, err := a.Vacuum(retention, false)
		if err != nil || got != want {
			t.Fatalf("%+v, %v; want %+v", got, err, want)
		}
		if err := errors.Join(kept(fsys), leaks(fsys, 1)); err != nil { // b's staged file stays
			t.Fatal(err)
		}
		again, err := a.Vacuum(retention, false)
		if err != nil || again != (Vacuumed{Oldest: want.Oldest}) {
			t.Fatalf("a second time: %+v, %v", again, err)
		}
		putRows(t, a, "orders", "a5", 1)
		m := a.Manifest()
		for _, r := range m.Retired {
			if r.Version <= want.Oldest {
				t.Errorf("%s, gone, is still listed", r.Path)
			}
		}
	}
	size := func(stream string, rows ...int64) (n int64) {
		fsys, _ := usedLake(t)
		for v := Version(1); v <= 8; v++ {
			m, err := At(fsys, v)
			if err != nil {
				t.Fatal(err)
			}
			if table := m.Tables[stream]; table != nil {
				for _, f := range table.Files {
					if i := slices.Index(rows, f.Rows); i >= 0 {
						n, rows = n+f.Bytes, slices.Delete(rows, i, i+1)
					}
				}
			}
		}
		return n
	}
	// Versions were committed at hours 0 to 7, and it is hour 8.
	f(0, 24*time.Hour, Vacuumed{Oldest: 1})
	f(17*time.Hour+time.Minute, 24*time.Hour, Vacuumed{Versions: 1, Oldest: 2})
	f(20*time.Hour, 24*time.Hour, Vacuumed{Versions: 4, Oldest: 5, Files: 2, Bytes: size("orders", 5, 6), Tables: 2})
	f(1000*time.Hour, 24*time.Hour, Vacuumed{Versions: 6, Oldest: 7, Files: 4, Bytes: size("orders", 5, 6) + size("users", 7, 8), Tables: 5})
	f(0, time.Minute, Vacuumed{Versions: 6, Oldest: 7, Files: 4, Bytes: size("orders", 5, 6) + size("users", 7, 8), Tables: 5}) // an hour at the least
}

// TestVacuumWhereOldFilesOutweigh has more bytes in old versions than in the newest.
func TestVacuumWhereOldFilesOutweigh(t *testing.T) {
	fsys, at := usedLake(t)
	a := openAt(t, fsys, "a", 101, at)
	if _, err := a.Reset("items"); err != nil { // only orders, of 9 rows, is live
		t.Fatal(err)
	}
	*at = at.Add(30 * time.Minute)
	got, err := a.Vacuum(24*time.Hour, false)
	if err != nil {
		t.Fatal(err)
	}
	// Items stay, though they outweigh the rest: they were dropped half an hour
	// ago. What was superseded earlier goes.
	if got.Oldest != 8 || got.Files != 4 {
		t.Errorf("%+v", got)
	}
	if err := errors.Join(kept(fsys), leaks(fsys, 1)); err != nil {
		t.Error(err)
	}
}

// failEach does what do does to a used lake of pipeline a's, hours after its
// last version, with call n and all later ones failing, until it succeeds.
// check sees each disk that can be left.
func failEach(t *testing.T, after time.Duration, do func(a *Lake) error, check func(fsys *memFS, at *time.Time) error) {
	t.Helper()
	used, at := usedLake(t)
	*at = at.Add(after)
	for n := 1; ; n++ {
		for _, effect := range []bool{false, true} {
			fsys := used.afterDeath()
			a := openAt(t, fsys, "a", 101, at)
			fsys.failAt, fsys.after = fsys.calls+n, effect
			err := do(a)
			if err != nil && !errors.Is(err, errInjected) {
				t.Fatalf("call %d: %v", n, err)
			}
			fsys.failAt = 0
			if bad := check(fsys.afterDeath(), at); bad != nil {
				t.Fatalf("call %d (%v) then death: %v", n, err, bad)
			}
			for name, keep := range platters() {
				if bad := check(fsys.afterPowerLoss(keep), at); bad != nil {
					t.Fatalf("call %d (%v) then power loss, kept %s: %v", n, err, name, bad)
				}
			}
			if err == nil {
				return
			}
		}
	}
}

func TestVacuumFailEveryCall(t *testing.T) {
	failEach(t, 20*time.Hour, func(a *Lake) error {
		_, err := a.Vacuum(24*time.Hour, false)
		return err
	}, func(fsys *memFS, at *time.Time) error {
		if err := kept(fsys); err != nil {
			return err
		}
		a, err := tryOpenAt(fsys, "a", 102, at)
		if err != nil {
			return err
		}
		putRows(t, a, "orders", "a5", 1) // may forget no file that is still there
		if _, err := a.Vacuum(24*time.Hour, false); err != nil {
			return err
		}
		if oldest, newest, err := Range(fsys); oldest != 5 || newest != 9 || err != nil {
			return fmt.Errorf("versions %d to %d, %v", oldest, newest, err)
		}
		return errors.Join(kept(fsys), leaks(fsys, 1))
	})
}

// TestVacuumNeedsItsHorizon has a power cut keep some removals and lose others:
// without the horizon that is a gap in the log.
func TestVacuumNeedsItsHorizon(t *testing.T) {
	fsys, at := usedLake(t)
	*at = at.Add(20 * time.Hour)
	a := openAt(t, fsys, "a", 101, at)
	fsys.drop = func(op, name string) bool { return op == "rename" && strings.HasSuffix(name, horizonPath) }
	if _, err := a.Vacuum(24*time.Hour, false); err != nil {
		t.Fatal(err)
	}
	if _, err := Newest(fsys); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a log without its first versions was taken: %v", err)
	}
}

// TestSleeperLosesItsRace has a commit that sleeps before its link until the
// version it wants is committed by another pipeline, and vacuumed.
func TestSleeperLosesItsRace(t *testing.T) {
	at := day0
	fsys := &sleepyFS{memFS: newMemFS()}
	sleeper := openAt(t, fsys, "sleeper", 1, &at)
	other := openAt(t, fsys, "other", 2, &at)
	putRows(t, other, "users", "b1", 1)
	putRows(t, other, "users", "b2", 1)
	fsys.before = func() {
		for i := range 5 {
			at = at.Add(30 * time.Hour)
			putRows(t, other, "users", fmt.Sprint("b", 3+i), 1)
		}
		if _, err := other.Vacuum(24*time.Hour, false); err != nil {
			t.Fatal(err)
		}
	}
	state := "a1"
	if m, err := sleeper.Commit(Commit{State: &state}); !errors.Is(err, ErrBusy) {
		t.Errorf("the sleeper's commit: %v, %v", m, err)
	}
	m, err := Newest(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if m.Version != 7 || m.Pipelines["sleeper"].State != nil || m.Tables["users"].Rows() != 7 {
		t.Errorf("version %d, %v", m.Version, m.Pipelines)
	}
	if err := kept(fsys.memFS); err != nil {
		t.Error(err)
	}
}

// sleepyFS calls before once, ahead of the first link after it is set.
type sleepyFS struct {
	*memFS
	before func()
}

func (f *sleepyFS) Link(oldname, newname string) error {
	if do := f.before; do != nil {
		f.before = nil
		do()
	}
	return f.memFS.Link(oldname, newname)
}

func TestVacuumAndRollbackExclude(t *testing.T) {
	fsys, at := usedLake(t)
	a := openAt(t, fsys, "a", 101, at)
	lock, err := fsys.Lock(vacuumLock, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Vacuum(time.Hour, false); !errors.Is(err, ErrLocked) {
		t.Errorf("vacuum beside another: %v", err)
	}
	if _, err := a.Rollback(3); !errors.Is(err, ErrLocked) {
		t.Errorf("rollback beside a vacuum: %v", err)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Vacuum(time.Hour, false); err != nil {
		t.Error(err)
	}
}

// TestSweepKeepsWhatOlderVersionsName: a dropped stream's files bear the
// pipeline's id and the newest version does not name them.
func TestSweepKeepsWhatOlderVersionsName(t *testing.T) {
	fsys, at := usedLake(t)
	a := openAt(t, fsys, "a", 101, at)
	if n := a.Swept(); n != 0 {
		t.Errorf("swept %d files", n)
	}
	if err := kept(fsys); err != nil {
		t.Error(err)
	}
}

// TestVacuumElsewhere has a long load whose lake another process vacuums: once it
// vacuums too it forgets the files that are gone.
func TestVacuumElsewhere(t *testing.T) {
	fsys, at := newMemFS(), day0
	long := openAt(t, fsys, "long", 1, &at)
	putRows(t, long, "users", "1", 3)
	if _, err := long.Reset("users"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		at = at.Add(2 * time.Hour)
		putRows(t, long, "orders", at.String(), 1)
	}
	other := openAt(t, fsys, "other", 2, &at)
	if v, err := other.Vacuum(MinRetention, false); err != nil || v.Files != 1 {
		t.Fatalf("vacuum elsewhere: %+v, %v, want a file removed", v, err)
	}
	if v, err := long.Vacuum(MinRetention, false); err != nil || v.Files != 0 {
		t.Fatalf("vacuum: %+v, %v, want nothing left to remove", v, err)
	}
	putRows(t, long, "orders", "last", 1)
	if m := long.Manifest(); len(m.Retired) != 0 {
		t.Errorf("files that are gone are still named: %v", m.Retired)
	}
}
