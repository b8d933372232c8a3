package lake

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// put commits three rows of stream.
func put(t testing.TB, l *Lake, stream string, adopt bool) error {
	t.Helper()
	s, next := testSchema(t, "id")
	f, err := stageRows(l, stream, s, 0, 3)
	if err != nil {
		return err
	}
	_, err = l.Commit(Commit{Batches: 1, Changes: []Change{{
		Stream: stream, Dir: l.Dir(stream), NextID: next, Schema: s, Files: []NewFile{f}, Adopt: adopt,
	}}})
	return err
}

func openAs(t testing.TB, fsys FS, pipeline string, run byte) *Lake {
	t.Helper()
	l, err := Open(fsys, testOptions(pipeline, run))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestAdopt(t *testing.T) {
	fsys := newMemFS()
	a := openAs(t, fsys, "a", 0)
	if err := put(t, a, "orders", false); err != nil {
		t.Fatal(err)
	}
	b := openAs(t, fsys, "b", 1)
	if err := put(t, b, "orders", true); err != nil {
		t.Fatal(err)
	}
	if table := b.Manifest().Tables["orders"]; table.Owner != "b" || table.Rows() != 6 {
		t.Errorf("%q owns %d rows", table.Owner, table.Rows())
	}
	// a is fenced, whether it knows of b or not, and takes back only by adopting.
	err := put(t, a, "orders", false)
	if owner := new(OwnerError); !errors.As(err, &owner) || !errors.Is(err, ErrFenced) || *owner != (OwnerError{"orders", "b"}) {
		t.Errorf("a wrote to what b owns: %v", err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	a = openAs(t, fsys, "a", 2)
	// The fenced commit's data file goes, and its manifest of the version that
	// a lost; a's file that b now owns stays.
	if n := len(fsys.files("orders/")); n != 2 || a.Swept() != 2 {
		t.Errorf("%d files of 2 commits after a sweep of %d", n, a.Swept())
	}
	if err := put(t, a, "orders", true); err != nil {
		t.Error(err)
	}
}

// TestAdoptFromALiveLoader has the owner commit after the adopter has looked.
func TestAdoptFromALiveLoader(t *testing.T) {
	fsys := newMemFS()
	a, b := openAs(t, fsys, "a", 0), openAs(t, fsys, "b", 1)
	if err := put(t, a, "orders", false); err != nil {
		t.Fatal(err)
	}
	err := put(t, b, "orders", true)
	if !errors.Is(err, ErrFenced) || !strings.Contains(err.Error(), `pipeline "a"`) {
		t.Errorf("b built on what it had not seen: %v", err)
	}
	if m, err := Newest(fsys); err != nil || m.Version != 1 || m.Tables["orders"].Owner != "a" {
		t.Errorf("version %d, %v", m.Version, err)
	}
}

// TestSweepAfterAdoption has files of a's id named again by another pipeline,
// in a version that a has not seen.
func TestSweepAfterAdoption(t *testing.T) {
	fsys := newMemFS()
	a := openAs(t, fsys, "a", 0)
	s, next := testSchema(t, "id")
	f, err := stageRows(a, "orders", s, 0, 3)
	if err != nil {
		t.Fatal(err)
	}
	b := openAs(t, fsys, "b", 1)
	_, err = b.Commit(Commit{Changes: []Change{{Stream: "orders", Dir: b.Dir("orders"), NextID: next, Schema: s, Files: []NewFile{f}}}})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := a.Sweep(); n != 0 || err != nil {
		t.Errorf("swept %d files, %v", n, err)
	}
	if err := checkSizes(fsys, b.Manifest()); err != nil {
		t.Error(err)
	}
}

// tornFS lists the log as it was at two moments at once.
type tornFS struct {
	*memFS
	tear func([]fs.DirEntry) []fs.DirEntry
}

func (f tornFS) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := f.memFS.ReadDir(name)
	if name == logDir {
		entries = f.tear(entries)
	}
	return entries, err
}

func TestListingTheLogWhileItGrows(t *testing.T) {
	fsys := newMemFS()
	if _, err := twoRuns(t, fsys); err != nil {
		t.Fatal(err)
	}
	lists := 0
	without := func(times int, missed ...int) func([]fs.DirEntry) []fs.DirEntry {
		lists = 0
		return func(entries []fs.DirEntry) []fs.DirEntry {
			if lists++; lists > times {
				return entries
			}
			return slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
				v, _ := parseManifest(e.Name())
				return slices.Contains(missed, int(v))
			})
		}
	}
	f := func(want Version, wantLists int, tear func([]fs.DirEntry) []fs.DirEntry) {
		t.Helper()
		m, err := Newest(tornFS{fsys, tear})
		if err != nil || m.Version != want || lists != wantLists {
			t.Errorf("version %v, %v, after %d listings; want %d after %d", m, err, lists, want, wantLists)
		}
	}
	f(4, 1, without(1, 3))    // 3 and 4 came while the log was listed
	f(4, 1, without(1, 2, 3)) // 2 to 4 did
	f(3, 1, without(1, 4))    // 4 came too late

	// 1 and 2 went while the log was listed: the listing has 1, 3 and 4.
	stale := fsys.afterDeath()
	if err := (horizon{3, 3}).write(stale); err != nil {
		t.Fatal(err)
	}
	node := stale.dirs[logDir].names[path1(1)]
	for v := range Version(2) {
		if err := stale.Remove(manifestPath(v + 1)); err != nil {
			t.Fatal(err)
		}
	}
	gone := fs.FileInfoToDirEntry(memInfo{path1(1), false, false, int64(len(node.data))})
	lists = 0
	m, err := Newest(tornFS{stale, func(entries []fs.DirEntry) []fs.DirEntry {
		lists++
		return append(entries, gone)
	}})
	if err != nil || m.Version != 4 || lists != 1 {
		t.Errorf("%v, %v after %d listings", m, err, lists)
	}
}

// path1 is the name of a version's manifest in the log.
func path1(v Version) string { return v.String() + jsonSuffix }

// TestAdoptionForgetsWhatMayComeAgain has another tap take over a stream whose
// own tap may have to send its last rows once more.
func TestAdoptionForgetsWhatMayComeAgain(t *testing.T) {
	fsys := newMemFS()
	a := openAs(t, fsys, "a", 0)
	s, next := testSchema(t, "id")
	f, err := stageRows(a, "orders", s, 0, 3)
	if err != nil {
		t.Fatal(err)
	}
	change := Change{Stream: "orders", Dir: "orders", NextID: next, Schema: s, Adopt: true}
	first := change
	first.Files, first.Resend = []NewFile{f}, &Resend{Spans: []Span{{Path: f.Path, Rows: 3}}, Covered: 1}
	if _, err := a.Commit(Commit{Changes: []Change{first}}); err != nil {
		t.Fatal(err)
	}
	resend := func(l *Lake) *Resend {
		t.Helper()
		m, err := l.Commit(Commit{Changes: []Change{change}})
		if err != nil {
			t.Fatal(err)
		}
		return m.Tables["orders"].Resend
	}
	if resend(a) == nil {
		t.Error("the owner forgets")
	}
	if r := resend(openAs(t, fsys, "b", 1)); r != nil {
		t.Errorf("the adopter expects %v", r)
	}
}

// TestRaceForOneStream has the first commits of a stream by several pipelines
// meet at one link, on a real disk.
func TestRaceForOneStream(t *testing.T) {
	disk, err := OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	const pipelines, races = 4, 25 // 100 starts
	for race := range races {
		stream := fmt.Sprint("s", race)
		var errs [pipelines]error
		var wg sync.WaitGroup
		start := make(chan struct{})
		for i := range pipelines {
			l := openAs(t, disk, fmt.Sprintf("%d of race %d", i, race), byte(i))
			l.clock = time.Now
			wg.Go(func() {
				<-start
				errs[i] = errors.Join(put(t, l, stream, false), l.Close())
			})
		}
		close(start)
		wg.Wait()
		m, err := Newest(disk)
		if err != nil {
			t.Fatal(err)
		}
		won := 0
		for i, err := range errs {
			if name := fmt.Sprintf("%d of race %d", i, race); err == nil {
				won++
				if table := m.Tables[stream]; table.Owner != name || table.Rows() != 3 {
					t.Errorf("%q won, %q has %d rows", name, table.Owner, table.Rows())
				}
			} else if owner := new(OwnerError); !errors.As(err, &owner) || owner.Owner != m.Tables[stream].Owner {
				t.Errorf("%q: %v", name, err)
			}
		}
		if won != 1 || int(m.Version) != race+1 {
			t.Errorf("race %d: %d won, version %d", race, won, m.Version)
		}
	}
}

// vanishing has a directory that goes between its listing and its reading.
type vanishing struct {
	*memFS
	dir string
}

func (v vanishing) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == v.dir {
		return nil, &fs.PathError{Op: "readdirent", Path: name, Err: fs.ErrNotExist}
	}
	return v.memFS.ReadDir(name)
}

// TestSweepBesideAnotherPipeline has Open walk over a directory that another process
// removes meanwhile.
func TestSweepBesideAnotherPipeline(t *testing.T) {
	fsys, at := newMemFS(), day0
	l := openAt(t, fsys, "one", 1, &at)
	putRows(t, l, "users", "1", 1)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := tryOpenAt(vanishing{fsys, "users/batches"}, "one", 2, &at)
	if err != nil {
		t.Fatalf("open beside a removal: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}
