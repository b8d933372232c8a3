package lake

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"target-filelake/lake/columns"
)

var update = flag.Bool("update", false, "rewrite golden files")

// testOptions make a run whose names are the same every time.
func testOptions(pipeline string, run byte) Options {
	var seed [32]byte
	seed[0] = run
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC).Add(time.Duration(run) * time.Minute)
	return Options{
		Pipeline: pipeline, Holder: "a test", Rand: rand.NewChaCha8(seed),
		Clock: func() time.Time { at = at.Add(time.Second); return at },
	}
}

func testSchema(t testing.TB, names ...string) (*columns.Schema, int32) {
	t.Helper()
	e := columns.Evolver{NextID: 1}
	var want []columns.Column
	for _, n := range names {
		want = append(want, columns.Column{Property: n, Kind: columns.Int64})
	}
	s, err := e.Evolve(nil, want)
	if err != nil {
		t.Fatal(err)
	}
	return s, e.NextID
}

// stageRows stages a file of n rows that count from first.
func stageRows(l *Lake, stream string, s *columns.Schema, first, n int64) (NewFile, error) {
	b := columns.NewBatch(s)
	for i := range n {
		for c := range s.Columns {
			b.Vectors[c].Int(first+i, 0)
		}
		b.Extra().Null(0, 0)
		b.Rows++
	}
	st, err := l.Stage(stream, s, nil, "zstd")
	if err != nil {
		return NewFile{}, err
	}
	g := st.Begin()
	if err := errors.Join(g.Encode([]*columns.Batch{b}), g.Commit()); err != nil {
		return NewFile{}, errors.Join(err, st.Abandon())
	}
	return st.Close()
}

// oneCommit commits rows of two streams, a delete and a STATE; of orders, new
// rejects in place of those before.
func oneCommit(t testing.TB, l *Lake, n int64, columns ...string) error {
	s, next := testSchema(t, columns...)
	var c Commit
	for _, stream := range []string{"orders", "users"} {
		f, err := stageRows(l, stream, s, 10*n, 5)
		if err != nil {
			return err
		}
		dead := NewPositions(f.Path, f.Rows)
		dead.AddRange(1, 3)
		d, err := l.WriteDeletes(stream, []Positions{dead})
		if err != nil {
			return err
		}
		c.Changes = append(c.Changes, Change{
			Stream: stream, Dir: l.Dir(stream), Key: []string{"id"}, NextID: next, Schema: s,
			Files: []NewFile{f}, Deletes: []NewDeletes{d},
		})
	}
	c.Batches, c.Load = 2, true
	f, err := stageRejects(l, "orders", n)
	if err != nil {
		return err
	}
	c.Changes[0].Rejects, c.Changes[0].Message = []RejectFile{f}, new(Packer).Pack(fmt.Appendf(nil, "SCHEMA %d", n))
	if old := l.Manifest().Tables["orders"]; old != nil {
		c.Changes[0].Replayed = old.Rejects
	}
	state := fmt.Sprintf(`{"n":%d}`, n)
	c.State = &state
	_, err = l.Commit(c)
	return err
}

// twoRuns opens the lake, commits twice, and again after a new start; it
// returns how many commits were acknowledged.
func twoRuns(t testing.TB, fsys *memFS) (acked int, err error) {
	for run := range 2 {
		l, err := Open(fsys, testOptions("default", byte(run)))
		if err != nil {
			return acked, err
		}
		for range 2 {
			columns := []string{"id", "v", "added later"}[:2+acked/2]
			if err := oneCommit(t, l, int64(acked+1), columns...); err != nil {
				return acked, errors.Join(err, l.Close())
			}
			acked++
		}
		if err := l.Close(); err != nil {
			return acked, err
		}
	}
	return acked, nil
}

// wrong opens the lake on a disk that survived, and says what a promise it broke.
func wrong(t testing.TB, fsys *memFS, acked int) error {
	l, err := Open(fsys, testOptions("default", 9))
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer l.Close()
	m := l.Manifest()
	if int(m.Version) != acked && int(m.Version) != acked+1 {
		return fmt.Errorf("version %d, acknowledged %d", m.Version, acked)
	}
	if m.Version == 0 {
		return leftovers(fsys, m)
	}
	if got, want := *l.State(), fmt.Sprintf(`{"n":%d}`, m.Version); got != want {
		return fmt.Errorf("state %s, want %s", got, want)
	}
	for stream, table := range m.Tables {
		if n := int(m.Version); len(table.Files) != n || len(table.Deletes) != n || table.Rows() != int64(3*n) {
			return fmt.Errorf("%s: %d files, %d deletes, %d rows in version %d", stream, len(table.Files), len(table.Deletes), table.Rows(), n)
		}
		for _, f := range table.Files {
			if err := whole(fsys, f.Path, f.Rows, f.SHA256); err != nil {
				return err
			}
		}
		for _, f := range table.Deletes {
			if err := whole(fsys, f.Path, f.Rows, f.SHA256); err != nil {
				return err
			}
		}
	}
	if err := wrongRejects(fsys, m); err != nil {
		return err
	}
	if err := leftovers(fsys, m); err != nil {
		return err
	}
	if err := oneCommit(t, l, int64(m.Version)+1, "id", "v"); err != nil {
		return fmt.Errorf("commit after recovery: %w", err)
	}
	return nil
}

func whole(fsys *memFS, name string, rows int64, hash string) error {
	data, err := ReadFile(fsys, name)
	if err != nil {
		return err
	}
	n, err := columns.ReadFooter(bytes.NewReader(data), int64(len(data)))
	if err == nil && (n != rows || digest(data) != hash) {
		err = fmt.Errorf("%s is not what was committed", name)
	}
	return err
}

// leftovers says which files Open ought to have swept.
func leftovers(fsys *memFS, m *Manifest) error {
	want := 2 * 2 * int(m.Version)
	if got := len(fsys.files("orders/")) + len(fsys.files("users/")); got != want {
		return fmt.Errorf("%d files of streams, want %d", got, want)
	}
	if got := len(fsys.files(rejectsDir)); got != int(m.Version) { // those of older versions stay
		return fmt.Errorf("%d files of rejects, want %d", got, m.Version)
	}
	if got := len(fsys.files(tablesDir)); got != int(m.Version) {
		return fmt.Errorf("%d table manifests, want %d", got, m.Version)
	}
	if got := len(fsys.files(logDir)); got != int(m.Version) {
		return fmt.Errorf("%d files in the log, want %d", got, m.Version)
	}
	return nil
}

// platters are the ways in which a power cut can leave the unsynced part.
func platters() map[string]func() bool {
	out := map[string]func() bool{
		"nothing unsynced":  func() bool { return false },
		"all that unsynced": func() bool { return true },
	}
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 1))
		out[fmt.Sprintf("seed %d", seed)] = func() bool { return r.IntN(2) == 0 }
	}
	return out
}

// broken fails every call in turn, and returns the first promise that does not
// hold, as the next process or the next boot finds the disk.
func broken(t testing.TB, prepare func(*memFS)) error {
	for n := 1; ; n++ {
		for _, after := range []bool{false, true} {
			fsys := newMemFS()
			fsys.failAt, fsys.after, fsys.short = n, after, !after
			prepare(fsys)
			acked, err := twoRuns(t, fsys)
			if err != nil && !errors.Is(err, errInjected) {
				return fmt.Errorf("call %d: %w", n, err)
			}
			if bad := wrong(t, fsys.afterDeath(), acked); bad != nil {
				return fmt.Errorf("call %d (%v) then death: %w", n, err, bad)
			}
			for name, keep := range platters() {
				if bad := wrong(t, fsys.afterPowerLoss(keep), acked); bad != nil {
					return fmt.Errorf("call %d (%v) then power loss, kept %s: %w", n, err, name, bad)
				}
			}
			if err == nil {
				return nil
			}
		}
	}
}

func TestFailEveryCall(t *testing.T) {
	if err := broken(t, func(*memFS) {}); err != nil {
		t.Fatal(err)
	}
}

// TestCommitTrace shows the order of durability, for review.
func TestCommitTrace(t *testing.T) {
	fsys := newMemFS()
	l, err := Open(fsys, testOptions("default", 0))
	if err != nil {
		t.Fatal(err)
	}
	fsys.trace = append(fsys.trace, "-- opened")
	if err := oneCommit(t, l, 1, "id", "v"); err != nil {
		t.Fatal(err)
	}
	fsys.trace = append(fsys.trace, "-- committed")
	if err := WriteAtomic(fsys, "state.json", []byte("1")); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(fsys.trace, "\n") + "\n"
	const golden = "testdata/commit.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the order of durability changed; if that is right, run with -update:\n%s", got)
	}
}

func TestTwoPipelines(t *testing.T) {
	fsys := newMemFS()
	a, err := Open(fsys, testOptions("a", 0))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(fsys, testOptions("b", 1))
	if err != nil {
		t.Fatal(err)
	}
	s, next := testSchema(t, "id")
	put := func(l *Lake, stream string) error {
		f, err := stageRows(l, stream, s, 0, 3)
		if err != nil {
			return err
		}
		_, err = l.Commit(Commit{Batches: 1, Changes: []Change{{Stream: stream, Dir: l.Dir(stream), NextID: next, Schema: s, Files: []NewFile{f}}}})
		return err
	}
	for range 3 { // neither knows of the other's commits until its link is refused
		if err := errors.Join(put(a, "orders"), put(b, "users")); err != nil {
			t.Fatal(err)
		}
	}
	m, err := Newest(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if m.Version != 6 || m.Tables["orders"].Rows() != 9 || m.Tables["users"].Rows() != 9 {
		t.Errorf("version %d, orders %d, users %d", m.Version, m.Tables["orders"].Rows(), m.Tables["users"].Rows())
	}
	// What a knows already it does not read again: its own table, and not b's newest.
	published, err := a.Published()
	if err != nil || published.Version != 6 || published.Tables["users"].Rows() != 9 || published.Tables["orders"] != a.Manifest().Tables["orders"] {
		t.Errorf("read again: %+v, %v", published, err)
	}
	if err := put(b, "orders"); !errors.Is(err, ErrFenced) {
		t.Errorf("b took a stream of a's: %v", err)
	}
	if err := put(b, "users"); !errors.Is(err, ErrBroken) {
		t.Errorf("b went on after a failed commit: %v", err)
	}
	if _, err := Open(fsys, testOptions("a", 2)); !errors.Is(err, ErrLocked) {
		t.Errorf("a was opened twice: %v", err)
	}
}

// TestManyPipelines has commits of many pipelines race for every version.
func TestManyPipelines(t *testing.T) {
	fsys := newMemFS()
	const pipelines, commits = 8, 25
	var wg sync.WaitGroup
	for i := range pipelines {
		l, err := Open(fsys, testOptions(fmt.Sprint("p", i), byte(i)))
		if err != nil {
			t.Fatal(err)
		}
		l.clock = time.Now
		wg.Go(func() {
			for n := range commits {
				state := fmt.Sprint(n)
				if _, err := l.Commit(Commit{State: &state}); err != nil {
					t.Errorf("pipeline %d, commit %d: %v", i, n, err)
					return
				}
			}
		})
	}
	wg.Wait()
	m, err := Newest(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if m.Version != pipelines*commits {
		t.Errorf("version %d, want %d", m.Version, pipelines*commits)
	}
}

// TestNamesOfOneCommit has streams that differ in case only come together.
func TestNamesOfOneCommit(t *testing.T) {
	l, err := Open(newMemFS(), testOptions("default", 0))
	if err != nil {
		t.Fatal(err)
	}
	s, next := testSchema(t, "id")
	var c Commit
	for _, stream := range []string{"Users", "users", "USERS"} {
		c.Changes = append(c.Changes, Change{Stream: stream, Dir: l.Dir(stream), NextID: next, Schema: s})
	}
	m, err := l.Commit(c)
	if err != nil {
		t.Fatal(err)
	}
	names, dirs := map[string]bool{}, map[string]bool{}
	for _, table := range m.Tables {
		names[strings.ToLower(table.Name)] = true
		dirs[strings.ToLower(table.Dir)] = true
	}
	if len(names) != 3 || len(dirs) != 3 {
		t.Errorf("names %v, directories %v", names, dirs)
	}
}

func TestBadManifestsAreRefused(t *testing.T) {
	f := func(want error, spoil func(*memFS)) {
		t.Helper()
		fsys := newMemFS()
		if _, err := twoRuns(t, fsys); err != nil {
			t.Fatal(err)
		}
		spoil(fsys)
		if _, err := Open(fsys, testOptions("default", 5)); !errors.Is(err, want) {
			t.Errorf("Open: %v, want %v", err, want)
		}
	}
	node := func(m *memFS, name string) *memNode {
		_, n, _ := m.at("", name)
		return n
	}
	f(ErrCorrupt, func(m *memFS) { n := node(m, manifestPath(4)); n.data = n.data[:len(n.data)-10] })
	f(ErrCorrupt, func(m *memFS) {
		n := node(m, manifestPath(4))
		n.data = bytes.Replace(n.data, []byte(`"pipeline":"default"`), []byte(`"pipeline":"defaulu"`), 1)
	})
	f(ErrCorrupt, func(m *memFS) { m.Remove(manifestPath(2)) })
	f(ErrCorrupt, func(m *memFS) { node(m, manifestPath(3)).data = node(m, manifestPath(2)).data })
	f(ErrCorrupt, func(m *memFS) { n := node(m, m.files(tablesDir)[3]); n.data[20] ^= 1 })
	f(fs.ErrNotExist, func(m *memFS) { m.Remove(m.files(tablesDir)[3]) })
	f(ErrCorrupt, func(m *memFS) { m.Remove(m.files("orders/batches")[0]) })
	f(ErrCorrupt, func(m *memFS) {
		newest, err := Newest(m)
		if err != nil {
			t.Fatal(err)
		}
		m.Remove(newest.Tables["orders"].Rejects[0].Path)
	})
	f(ErrCorrupt, func(m *memFS) { n := node(m, m.files("users/deletes")[1]); n.data = append(n.data, 0) })
}

func TestWriteAtomicKeepsOldOrNew(t *testing.T) {
	for n := 1; ; n++ {
		fsys := newMemFS()
		if err := WriteAtomic(fsys, "state.json", []byte("old")); err != nil {
			t.Fatal(err)
		}
		fsys.failAt = fsys.calls + n
		err := WriteAtomic(fsys, "state.json", []byte("new"))
		for name, keep := range platters() {
			got, rerr := ReadFile(fsys.afterPowerLoss(keep), "state.json")
			if s := string(got); rerr != nil || s != "new" && (err == nil || s != "old") {
				t.Fatalf("call %d (%v), kept %s: %q, %v", n, err, name, s, rerr)
			}
		}
		if err == nil {
			return
		}
	}
}
