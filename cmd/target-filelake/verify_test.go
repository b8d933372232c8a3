package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"target-filelake/lake"
	"target-filelake/lake/columns"
)

// keptLake has three versions, with superseded rows, of streams t and a.
func keptLake(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for _, v := range []string{"1", "2", "3"} {
		load(t, dir, singer(schemaT, schemaA, rowT("1", v), rowT("2", v), rowT("1", v+v), rowA(v), stateOf(v)), 0)
	}
	return dir
}

// oneFile is the first file that a pattern below the lake names.
func oneFile(t testing.TB, dir, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(found) == 0 {
		t.Fatalf("%s: %v, %v", pattern, found, err)
	}
	return found[0]
}

// spoil changes the bytes of a file.
func spoil(t testing.TB, name string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err == nil {
		err = os.WriteFile(name, change(data), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func flip(data []byte) []byte {
	data = bytes.Clone(data)
	data[len(data)/2] ^= 4
	return data
}

func cut(data []byte) []byte { return data[:len(data)-1] }

// verify wants exit code 1 and as many faults as words, each with its words.
func verify(t testing.TB, dir string, words ...string) verified {
	t.Helper()
	r := invoke(t, "", "verify", "--lake", dir, "--json")
	var out verified
	if err := json.Unmarshal([]byte(r.out), &out); err != nil {
		t.Fatalf("exit %d, %v\n%s%s", r.code, err, r.out, r.err)
	}
	if want := min(len(words), 1); r.code != want || len(out.Faults) != len(words) {
		t.Errorf("exit %d, want %d; %d faults, want %d:\n%s", r.code, want, len(out.Faults), len(words), r.out)
	}
	for _, w := range words {
		if !strings.Contains(r.out, w) {
			t.Errorf("no fault says %q:\n%s", w, r.out)
		}
	}
	return out
}

func TestVerifyFindsNothing(t *testing.T) {
	uncompacted(t)
	dir := keptLake(t)
	out := verify(t, dir)
	if out.Version != 3 || out.Versions != 3 || len(out.Streams) != 2 || out.Bytes == 0 {
		t.Errorf("%+v", out)
	}
	if s := out.Streams[1]; s.Stream != "t" || s.Live != 2 || s.Superseded != 7 || s.Files != 6 {
		t.Errorf("%+v", s)
	}
	if r := invoke(t, "", "verify", "--lake", dir, "a"); r.code != 0 || !strings.Contains(r.out, "0 faults") {
		t.Errorf("exit %d, %s", r.code, r.out)
	}
	load(t, dir, "", 0) // nothing was left that a load minds
}

func TestVerifyFindsDamage(t *testing.T) {
	t.Parallel()
	f := func(pattern string, change func([]byte) []byte, words ...string) {
		t.Helper()
		dir := keptLake(t)
		if name := oneFile(t, dir, pattern); change != nil {
			spoil(t, name, change)
		} else if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
		verify(t, dir, words...)
	}
	f("t/batches/*/*.parquet", flip, "its bytes have changed")
	f("t/batches/*/*.parquet", cut, "bytes long, want")
	f("t/batches/*/*.parquet", nil, "is missing")
	f("t/deletes/*.parquet", flip, "its bytes have changed")
	f("a/batches/*/*.parquet", flip, "its bytes have changed")
	f("_lake/log/*1.json", nil, "no such file")
	f("_lake/log/*1.json", flip, "manifest 00000000000000000001")
	f("_lake/log/*2.json", flip, "manifest 00000000000000000002")
	f("_lake/log/*3.json", flip, "manifest 00000000000000000003")
	f("_lake/tables/*1-*.json", flip, "checksum of a line of _lake/tables/00000000000000000001-")
	f("_lake/tables/*3-*.json", cut, "_lake/tables/00000000000000000003-")
}

// TestVerifyReadsWhatOlderVersionsNeed has a file spoilt that only they name.
func TestVerifyReadsWhatOlderVersionsNeed(t *testing.T) {
	uncompacted(t)
	dir := keptLake(t)
	if r := invoke(t, "", "reset", "--lake", dir, "a", "--yes"); r.code != 0 {
		t.Fatal(r.err)
	}
	if out := verify(t, dir); out.Retired != 3 {
		t.Errorf("%d retired files", out.Retired)
	}
	spoil(t, oneFile(t, dir, "a/batches/*/*.parquet"), flip)
	verify(t, dir, "only versions before 4 do")
}

// forger commits what no load would.
type forger struct {
	testing.TB
	l *lake.Lake
	s *columns.Schema
}

func newForger(t testing.TB, dir string) *forger {
	t.Helper()
	disk, err := lake.OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	l, err := lake.Open(disk, lake.Options{Pipeline: "forger", Clock: time.Now, Rand: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(l.Close(), disk.Close()); err != nil {
			t.Error(err)
		}
	})
	id := columns.Column{ID: 1, Name: "id", Property: "id", Kind: columns.Int64}
	return &forger{t, l, &columns.Schema{Columns: []columns.Column{id}}}
}

// stage makes a file of the ids.
func (f *forger) stage(ids ...int64) lake.NewFile {
	f.Helper()
	b := columns.NewBatch(f.s)
	for _, id := range ids {
		b.Vectors[0].Int(id, 0)
		b.Extra().Null(0, 0)
		b.Rows++
	}
	st, err := f.l.Stage("forged", f.s, nil, columns.Zstd)
	if err != nil {
		f.Fatal(err)
	}
	g := st.Begin()
	if err := errors.Join(g.Encode([]*columns.Batch{b}), g.Commit()); err != nil {
		f.Fatal(err)
	}
	file, err := st.Close()
	if err != nil {
		f.Fatal(err)
	}
	return file
}

// dead makes a delete file of rows of a data file.
func (f *forger) dead(path string, rows ...int64) lake.NewDeletes {
	f.Helper()
	p := lake.NewPositions(path, 100)
	for _, r := range rows {
		p.AddRange(r, r+1)
	}
	d, err := f.l.WriteDeletes("forged", []lake.Positions{p})
	if err != nil {
		f.Fatal(err)
	}
	return d
}

func TestVerifyFindsWrongRows(t *testing.T) {
	f := func(forge func(f *forger, c *lake.Change), words ...string) {
		t.Helper()
		dir := t.TempDir()
		fo := newForger(t, dir)
		c := lake.Change{Stream: "forged", Dir: fo.l.Dir("forged"), Key: []string{"id"}, NextID: 9, Schema: fo.s}
		forge(fo, &c)
		if _, err := fo.l.Commit(lake.Commit{Changes: []lake.Change{c}}); err != nil {
			t.Fatal(err)
		}
		verify(t, dir, words...)
	}
	f(func(f *forger, c *lake.Change) { c.Files = []lake.NewFile{f.stage(1, 2, 3), f.stage(4)} })
	f(func(f *forger, c *lake.Change) {
		c.Files = []lake.NewFile{f.stage(1, 2, 3)}
		c.Files[0].Rows = 4
	}, "has 3 rows, the manifest says 4")
	f(func(f *forger, c *lake.Change) { c.Files = []lake.NewFile{f.stage(1, 2, 3), f.stage(2, 3, 4, 2)} },
		"2 keys have more than one live row, 3 rows too many")
	f(func(f *forger, c *lake.Change) {
		c.Files = []lake.NewFile{f.stage(1, 2, 3), f.stage(2, 3, 4)}
		c.Deletes = []lake.NewDeletes{f.dead(c.Files[0].Path, 1, 2)}
	})
	f(func(f *forger, c *lake.Change) {
		c.Files = []lake.NewFile{f.stage(1, 2, 3)}
		c.Deletes = []lake.NewDeletes{f.dead(c.Files[0].Path, 0, 3, 77)}
	}, "2 of its superseded rows lie outside it")
	f(func(f *forger, c *lake.Change) {
		c.Files = []lake.NewFile{f.stage(1, 2, 3)}
		c.Deletes = []lake.NewDeletes{f.dead(c.Files[0].Path, 0, 1), f.dead(c.Files[0].Path, 1)}
	}, "1 of its rows are superseded more than once")
	f(func(f *forger, c *lake.Change) {
		c.Files = []lake.NewFile{f.stage(1, 2, 3)}
		c.Deletes = []lake.NewDeletes{f.dead("forged/batches/nowhere.parquet", 1)}
	}, "1 rows of it are superseded, but it is no file of the table")
	f(func(f *forger, c *lake.Change) {
		c.Files = []lake.NewFile{f.stage(1, 2, 3)}
		text := columns.Column{ID: 1, Name: "id", Property: "id", Kind: columns.String}
		c.Schema = &columns.Schema{Columns: []columns.Column{text}}
		c.Files[0].Schema = c.Schema
	}, `\"id\" has another physical type`)
	f(func(f *forger, c *lake.Change) {
		c.Files = []lake.NewFile{f.stage(1, 1)}
		c.Appends = true // as append-only leaves it
	})
	f(func(f *forger, c *lake.Change) {
		c.Pending = []lake.PendingFiles{{Version: 7, Files: []lake.NewFile{f.stage(5, 5)}}}
		c.Activate = 3
	}, "1 keys have more than one live row")
}

// TestVerifyBesideALoad has versions come while it runs.
func TestVerifyBesideALoad(t *testing.T) {
	t.Parallel()
	dir := keptLake(t)
	c := startProgram(t, "--lake", dir, "--batch-size-rows", "1")
	ended := make(chan error, 1)
	go func() {
		var b strings.Builder
		b.WriteString(singer(schemaT, schemaA))
		for range 60 {
			b.WriteString(singer(rowT("1", "x"), rowA("7"), stateOf("9")))
		}
		_, err := c.in.Write([]byte(b.String()))
		ended <- errors.Join(err, c.in.Close(), c.Wait())
	}()
	runs := 0
	for done := false; !done; runs++ {
		select {
		case err := <-ended:
			if done = true; err != nil {
				t.Fatalf("%v\n%s", err, c.errs.String())
			}
		default:
		}
		if r := invoke(t, "", "verify", "--lake", dir); r.code != 0 {
			t.Fatalf("run %d: exit %d\n%s%s", runs, r.code, r.out, r.err)
		}
	}
	if runs < 2 {
		t.Errorf("only %d runs: the test shows little", runs)
	}
}
