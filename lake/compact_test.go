package lake

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"target-filelake/lake/columns"
)

// compactable is a version with one table: file a of ten rows, three of them
// superseded, b of ten, and c of five that all are.
func compactable(t *testing.T) (*Manifest, Change) {
	t.Helper()
	s := &columns.Schema{Columns: []columns.Column{{ID: 1, Name: "id", Property: "id", Kind: columns.Int64}}}
	ch := Change{
		Stream: "t", Dir: "t", Key: []string{"id"}, NextID: 2, Schema: s,
		Files:   []NewFile{newFile("a", 10, s), newFile("b", 10, s), newFile("c", 5, s)},
		Deletes: []NewDeletes{newDeletes("d", "a 2", "c 4"), newDeletes("e", "a 1", "c 1")},
		Pending: []PendingFiles{{Version: 9, Files: []NewFile{newFile("p", 4, s)}, Deletes: []NewDeletes{newDeletes("q", "p 1")}}},
	}
	m, err := empty().apply(Commit{Load: true, Changes: []Change{ch}}, empty(), "p", time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	return m, Change{Stream: "t", Dir: "t", Key: ch.Key, NextID: 2, Schema: s}
}

func newFile(name string, rows int64, s *columns.Schema) NewFile {
	return NewFile{DataFile: DataFile{Path: name, Rows: rows, Bytes: 100 * rows, SHA256: "of " + name}, Schema: s}
}

// newDeletes names so many rows of each file, as in "a 2".
func newDeletes(name string, of ...string) NewDeletes {
	d := NewDeletes{DeleteFile{Path: name, Bytes: 50, SHA256: "of " + name}, map[string]int64{}}
	for _, text := range of {
		var file string
		var rows int64
		if _, err := fmt.Sscan(text, &file, &rows); err != nil {
			panic("BUG: " + text)
		}
		d.Of[file] = rows
		d.Rows += rows
	}
	return d
}

// named is "a 10-3 | d 6": files with their rows and those superseded, then delete files.
func named(files []DataFile, deletes []DeleteFile) string {
	var out []string
	for _, f := range files {
		out = append(out, fmt.Sprintf("%s %d-%d", f.Path, f.Rows, f.Superseded))
	}
	out = append(out, "|")
	for _, d := range deletes {
		out = append(out, fmt.Sprint(d.Path, " ", d.Rows))
	}
	return strings.Join(out, " ")
}

func TestCompactApplied(t *testing.T) {
	f := func(gone string, rows int64, all bool, deletes []NewDeletes, want, retired string) {
		t.Helper()
		m, ch := compactable(t)
		before := *m.Tables["t"]
		files := named(before.Files, before.Deletes)
		if rows > 0 {
			ch.Files = []NewFile{newFile("x", rows, ch.Schema)}
		}
		ch.Deletes, ch.Compact = deletes, &Compact{Gone: strings.Fields(gone), Deletes: all}
		next, err := m.apply(Commit{For: OpCompact, Changes: []Change{ch}}, m, "p", time.Unix(2, 0))
		if err != nil {
			t.Fatalf("%s: %v", gone, err)
		}
		if got := named(m.Tables["t"].Files, m.Tables["t"].Deletes); got != files {
			t.Fatalf("%s: the version before is now %s, want %s", gone, got, files)
		}
		after := *next.Tables["t"]
		if got := named(after.Files, after.Deletes); got != want {
			t.Fatalf("%s: got %s, want %s", gone, got, want)
		}
		// All else of the table is as it was, the counts of rows too.
		before.Files, before.Deletes, after.Files, after.Deletes = nil, nil, nil, nil
		if !reflect.DeepEqual(after, before) {
			t.Fatalf("%s: got %+v, want %+v", gone, after, before)
		}
		var out []string
		for _, r := range next.Retired {
			if r.Version != next.Version || r.Stream != "t" || r.SHA256 != "of "+r.Path {
				t.Fatalf("%s: retired %+v", gone, r)
			}
			out = append(out, r.Path)
		}
		if got := strings.Join(out, " "); got != retired {
			t.Fatalf("%s: retired %s, want %s", gone, got, retired)
		}
		c := StreamChange{Stream: "t", Live: 17, Files: len(ch.Files) + len(ch.Deletes), Bytes: 100*rows + 50*int64(len(ch.Deletes)), Retired: len(out)}
		if want := []StreamChange{c}; next.Operation != OpCompact || !reflect.DeepEqual(next.Changes, want) {
			t.Fatalf("%s: %s %+v, want %+v", gone, next.Operation, next.Changes, want)
		}
	}
	// All that is superseded goes with its rows.
	f("a b c", 17, true, nil, "x 17-0 |", "a b c d e")
	f("a c", 7, true, nil, "b 10-0 x 7-0 |", "a c d e")
	// Files stay that have superseded rows.
	f("a", 7, true, []NewDeletes{newDeletes("n", "c 5")}, "b 10-0 c 5-5 x 7-0 | n 5", "a d e")
	f("c", 0, true, []NewDeletes{newDeletes("n", "a 3")}, "a 10-3 b 10-0 | n 3", "c d e")
	f("", 0, true, []NewDeletes{newDeletes("n", "a 3", "c 5")}, "a 10-3 b 10-0 c 5-5 | n 8", "d e")
	// Rows are copied with those that are superseded.
	f("b a", 20, true, []NewDeletes{newDeletes("n", "x 3", "c 5")}, "c 5-5 x 20-3 | n 8", "a b d e")
	f("a b c", 20, true, []NewDeletes{newDeletes("n", "x 3")}, "x 20-3 | n 3", "a b c d e")
	// None of those that go are superseded.
	f("b", 10, false, nil, "a 10-3 c 5-5 x 10-0 | d 6 e 2", "b")
}

func TestCompactRefused(t *testing.T) {
	f := func(gone string, rows int64, all bool, deletes ...NewDeletes) {
		t.Helper()
		m, ch := compactable(t)
		ch.Files, ch.Deletes, ch.Compact = []NewFile{newFile("x", rows, ch.Schema)}, deletes, &Compact{Gone: strings.Fields(gone), Deletes: all}
		next, err := m.apply(Commit{For: OpCompact, Changes: []Change{ch}}, m, "p", time.Unix(2, 0))
		if err == nil {
			t.Fatalf("%s: got %s", gone, named(next.Tables["t"].Files, next.Tables["t"].Deletes))
		}
	}
	f("a b c", 16, true)                             // a row is lost
	f("a b c", 18, true)                             // one is new
	f("a b c", 17, true, newDeletes("n", "x 1"))     // one is superseded that was live
	f("a b", 20, true, newDeletes("n", "c 5"))       // three are live that were superseded
	f("a b", 20, true, newDeletes("n", "x 3"))       // those of a file that stays are forgotten
	f("a", 7, false)                                 // the positions of a file that goes stay
	f("b", 10, true)                                 // all positions go, files stay
	f("b", 10, false, newDeletes("n", "a 3", "c 5")) // all positions stand twice
	f("nothing", 1, false)
	f("b b", 9, false)
}

func TestIsCompacted(t *testing.T) {
	f := func(path string, want bool) {
		t.Helper()
		if got := (&Table{Dir: "dir"}).IsCompacted(&DataFile{Path: path}); got != want {
			t.Fatalf("%s: %v", path, got)
		}
	}
	f(compactedPath("dir", "", "id"), true)
	f(compactedPath("dir", "a=1/b=2", "id"), true)
	f(batchPath("dir", "id", time.Unix(0, 0)), false)
	f("dir/tables/id.parquet", false)
	f("dir2/table/id.parquet", false)
}
