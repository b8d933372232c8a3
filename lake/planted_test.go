package lake

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// without plants a bug: calls of one kind do nothing.
func without(drop func(op, name string) bool) func(*memFS) {
	return func(m *memFS) { m.drop = drop }
}

func isLogSync(op, name string) bool { return op == "syncdir" && name == logDir }

// TestPlantedBugs puts in, one at a time, what somebody could get wrong: a
// suite that does not notice is broken itself.
func TestPlantedBugs(t *testing.T) {
	f := func(name string, found func(testing.TB, func(*memFS)) error, plant func(*memFS)) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			if err := found(t, plant); err == nil {
				t.Error("nobody noticed")
			} else {
				t.Log(err)
			}
		})
	}
	f("no sync of data files", broken, without(func(op, name string) bool {
		return op == "sync" && strings.HasSuffix(name, dataSuffix+stagedSuffix)
	}))
	f("no sync of the root manifest", broken, without(func(op, name string) bool {
		return op == "sync" && strings.HasPrefix(name, logDir)
	}))
	f("no sync of the log", broken, without(isLogSync))
	f("no sync of data directories", broken, without(func(op, name string) bool {
		return op == "syncdir" && strings.Contains(name, "ingest_date=")
	}))
	f("STATE before the sync of the log", broken, func(m *memFS) { m.late = isLogSync })
	f("rename for link", rivals, func(m *memFS) { m.renames = true })
	f("reload without the sync of the log", rivals, func(m *memFS) {
		m.drop = func(op, name string) bool { return m.refused && isLogSync(op, name) }
	})
}

// TestFailEveryCallBites drops further kinds of sync: each must be missed.
func TestFailEveryCallBites(t *testing.T) {
	f := func(what string, drop func(op, name string) bool) {
		t.Helper()
		if err := broken(t, without(drop)); err == nil {
			t.Errorf("nothing fails without %s", what)
		}
	}
	f("the sync of table manifests", func(op, name string) bool { return op == "sync" && strings.HasPrefix(name, tablesDir) })
	f("the sync of the tables' directory", func(op, name string) bool { return op == "syncdir" && name == tablesDir })
	f("the sync of rejects", func(op, name string) bool {
		return op == "sync" && strings.HasSuffix(name, linesSuffix+stagedSuffix)
	})
	f("the sync of rejects' directories", func(op, name string) bool { return op == "syncdir" && name == rejectsDir+"/orders" })
	f("the sync of a new rejects directory's parent", func(op, name string) bool { return op == "syncdir" && name == rejectsDir })
	f("the sync of a new directory's parent", func(op, name string) bool { return op == "syncdir" && name == "orders" })
}

// rivals has two pipelines after the same version, and returns the first
// promise that does not hold: the winner is acknowledged, or stopped between
// its link and its sync, and the power goes at any call of the loser's.
func rivals(t testing.TB, plant func(*memFS)) error {
	for _, stopped := range []bool{false, true} {
		for n := 1; ; n++ {
			fsys := newMemFS()
			done, err := rivalry(fsys, plant, stopped, n)
			if err != nil {
				return err
			}
			if err := afterRivalry(fsys, done, !stopped); err != nil {
				return fmt.Errorf("winner stopped: %v, call %d: %w", stopped, n, err)
			}
			if done {
				break
			}
		}
	}
	return nil
}

// rivalry has pipeline a take version 1, and b, whose call n and all later ones
// fail, the one after; done if b got there.
func rivalry(fsys *memFS, plant func(*memFS), stopped bool, n int) (done bool, err error) {
	a, aerr := Open(fsys, testOptions("a", 0))
	b, berr := Open(fsys, testOptions("b", 1))
	if err := errors.Join(aerr, berr); err != nil {
		return false, err
	}
	if stopped {
		fsys.drop = isLogSync
	}
	one, two := "1", "2"
	if _, err := a.Commit(Commit{State: &one}); err != nil {
		return false, err
	}
	fsys.drop = nil
	plant(fsys)
	fsys.failAt = fsys.calls + n
	_, err = b.Commit(Commit{State: &two})
	if err != nil && !errors.Is(err, errInjected) {
		return false, err
	}
	return err == nil, nil
}

// afterRivalry looks at the disks that a power cut may leave.
func afterRivalry(fsys *memFS, loser, winner bool) error {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 5))
		m, err := Newest(fsys.afterPowerLoss(func() bool { return r.IntN(2) == 0 }))
		if err != nil {
			return err
		}
		if winner && m.Pipelines["a"].State == nil || loser && m.Pipelines["b"].State == nil {
			return fmt.Errorf("version %d lacks a commit that was acknowledged", m.Version)
		}
	}
	return nil
}

func TestRivals(t *testing.T) {
	if err := rivals(t, func(*memFS) {}); err != nil {
		t.Fatal(err)
	}
}

// TestKilledThenPowerLoss has a process die at any call, the next one recover
// and commit, and the power go at any moment of that: what the first left
// behind in memory alone is the second's to make durable.
func TestKilledThenPowerLoss(t *testing.T) {
	for n := 1; ; n++ {
		fsys := newMemFS()
		fsys.failAt = n
		acked, ended := twoRuns(t, fsys)
		fsys.restart()
		later := n * 7 % 60
		if n%2 == 0 { // every other time, after all of it
			fsys.failAt = fsys.calls + 1 + later
		}
		acked, err := goOn(t, fsys, acked)
		if err != nil && !errors.Is(err, errInjected) {
			t.Fatalf("killed at call %d, then call %d: %v", n, later, err)
		}
		for name, keep := range platters() {
			if bad := wrong(t, fsys.afterPowerLoss(keep), acked); bad != nil {
				t.Fatalf("killed at call %d, power lost at call %d (%v), kept %s: %v", n, later, err, name, bad)
			}
		}
		if ended == nil {
			return
		}
	}
}

// goOn opens the lake and commits once; it returns how many commits it can
// vouch for.
func goOn(t testing.TB, fsys *memFS, acked int) (int, error) {
	l, err := Open(fsys, testOptions("default", 7))
	if err != nil {
		return acked, err
	}
	defer l.Close()
	acked = int(l.Manifest().Version) // opened, so durable
	if err := oneCommit(t, l, int64(acked+1), []string{"id", "v", "added later"}[:2+min(acked/2, 1)]...); err != nil {
		return acked, err
	}
	return acked + 1, nil
}

// TestPublishedOutlivesPowerLoss has one pipeline read what another has linked
// and not synced.
func TestPublishedOutlivesPowerLoss(t *testing.T) {
	fsys := newMemFS()
	a, aerr := Open(fsys, testOptions("a", 0))
	b, berr := Open(fsys, testOptions("b", 1))
	if err := errors.Join(aerr, berr); err != nil {
		t.Fatal(err)
	}
	one := "1"
	fsys.drop = isLogSync
	if _, err := a.Commit(Commit{State: &one}); err != nil {
		t.Fatal(err)
	}
	fsys.drop = nil
	m, err := b.Published()
	if err != nil || m.Version != 1 {
		t.Fatalf("%v, %v", m, err)
	}
	if m, err := Newest(fsys.afterPowerLoss(func() bool { return false })); err != nil || m.Version != 1 {
		t.Errorf("after a power cut: %v, %v", m, err)
	}
}

// TestNothingPublishedInDoubt has the sync of the log fail: what the link left
// may vanish.
func TestNothingPublishedInDoubt(t *testing.T) {
	fsys := newMemFS()
	l, err := Open(fsys, testOptions("a", 0))
	if err != nil {
		t.Fatal(err)
	}
	one := "1"
	fsys.fail = isLogSync
	_, err = l.Commit(Commit{State: &one})
	fsys.fail = nil
	if unsure := new(UnsureError); !errors.As(err, &unsure) {
		t.Fatalf("commit: %v", err)
	}
	if m, err := l.Published(); err == nil {
		t.Errorf("published version %d", m.Version)
	}
}
