package compaction

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge"
	"target-filelake/merge/duck"
)

// ordered is a lake of files whose keys follow each other.
func ordered(t testing.TB, files, rows int) *fixture {
	t.Helper()
	f := newFixture(t, []string{"id"}, column(1, "id", columns.Int64), column(2, odd, columns.String))
	f.sizes = sizes{target: 1 << 20, group: 4096}
	for i := range files {
		f.load(f.fresh(int64(rows), "SELECT range + "+lit(i*rows)+" AS id, 'v' || hash(range) AS "+duck.Ident(odd)+" FROM range("+lit(rows)+")"))
	}
	return f
}

// compacted are the files below the stream's table directory.
func (f *fixture) compacted() (out []string) {
	f.Helper()
	err := filepath.WalkDir(f.Abs(f.table.Dir+"/table"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, path)
		}
		return err
	})
	if !errors.Is(err, fs.ErrNotExist) {
		f.Must(err)
	}
	return out
}

// TestCorruptInput flips a byte of a file that is to be written anew.
func TestCorruptInput(t *testing.T) {
	f := func(jobs func([]lake.DataFile) []Job, at func(size int64) int64) {
		t.Helper()
		x := ordered(t, 3, 100)
		before := x.lake.Manifest()
		file := x.now().Files[1]
		data, err := os.ReadFile(x.Abs(file.Path))
		x.Must(err)
		data[at(file.Bytes)] ^= 1
		x.Must(os.WriteFile(x.Abs(file.Path), data, 0o644))
		ch, _, err := x.compactor().Prepare(context.Background(), x.now(), jobs(x.now().Files))
		if !errors.Is(err, lake.ErrCorrupt) || ch.Stream != "" {
			t.Fatalf("got %v and %+v, want %v", err, ch, lake.ErrCorrupt)
		}
		if left := x.compacted(); len(left) > 0 || x.lake.Manifest() != before {
			t.Fatalf("version %d, files %q", x.lake.Manifest().Version, left)
		}
	}
	rewrite := func(files []lake.DataFile) []Job { return []Job{{Files: files}} }
	join := func(files []lake.DataFile) []Job { return []Job{{Files: files, Copy: true}} }
	middle := func(size int64) int64 { return size / 2 }
	last := func(size int64) int64 { return size - 1 }
	f(rewrite, middle)
	f(rewrite, last)
	f(join, middle)
	f(join, last)
}

// TestWrongOutput has COPY write what was not asked for.
func TestWrongOutput(t *testing.T) {
	f := func(query string, rows int64) {
		t.Helper()
		x := ordered(t, 1, 10)
		conn, err := x.db.Conn(context.Background())
		x.Must(err)
		defer func() { x.Must(conn.Close()) }()
		w := &writing{Compactor: x.compactor(), conn: conn, table: x.now()}
		if err := w.write(context.Background(), x.now().Schema(), query, rows, "", 0); !errors.Is(err, lake.ErrNotWhole) {
			t.Fatalf("%s: got %v, want %v", query, err, lake.ErrNotWhole)
		}
		if left := x.compacted(); len(left) > 0 || len(w.files) > 0 {
			t.Fatalf("%s: left %q and %v", query, left, w.files)
		}
	}
	name := duck.Ident(odd)
	f("SELECT 1::BIGINT AS id, 'x' AS "+name, 2)
	f("SELECT 1::BIGINT AS id, 'x' AS "+name+" WHERE false", 1)
	f("SELECT 1::BIGINT AS id, 'x' AS "+name+" FROM range(3)", 2)
	f("SELECT 1::INTEGER AS id, 'x' AS "+name, 1)
	f("SELECT 1::UBIGINT AS id, 'x' AS "+name, 1)
	f("SELECT 'x' AS "+name+", 1::BIGINT AS id", 1)
	f("SELECT 1::BIGINT AS id, 'x'::BLOB AS "+name, 1)
}

// TestPortions sorts rows for which memory is too small at once, and has DuckDB say so.
func TestPortions(t *testing.T) {
	x := ordered(t, 3, 100_000)
	x.sizes.target = 16 << 20
	x.load(x.fresh(2, "SELECT -1::BIGINT AS id, '' AS "+duck.Ident(odd)+" UNION ALL SELECT NULL, ''"))
	x.Must(x.db.Close())
	config := x.Config()
	config.MemoryMB = 14
	var err error
	x.db, err = merge.Open(context.Background(), config)
	x.Must(err)
	ch, r, err := x.compactor().Prepare(context.Background(), x.now(), []Job{{Files: x.now().Files, Settle: true}})
	x.Must(err)
	if r.Files < 2 || r.Rows != 300_002 {
		t.Fatalf("%d files of %d rows: want the 300002 rows in several, since 14 MiB do not hold them", r.Files, r.Rows)
	}
	_, err = x.lake.Compact([]lake.Change{ch})
	x.Must(err)
	var last *columns.Range
	for _, f := range x.now().Files {
		now := f.KeyRange(1)
		if !f.Sorted || last != nil && last.Meets(&x.key()[0], now, &x.key()[0]) {
			t.Fatalf("%s has keys of the file before it", f.Path)
		}
		last = now
	}
	x.Exec(duck.CreateView(x.now(), duck.Under(x.Root), duck.Lit(x.Root)))
	x.scan("SELECT count(*), count(DISTINCT id) FROM "+duck.Ident(stream), &r.Rows, &r.Bytes)
	if r.Rows != 300_002 || r.Bytes != 300_001 {
		t.Fatalf("%d rows of %d keys", r.Rows, r.Bytes)
	}
}

// TestCancelled ends compactions a little later each time, until one is done.
func TestCancelled(t *testing.T) {
	for _, parts := range [][]string{nil, {"bucket(4, id)"}} {
		x := ordered(t, 3, 5000)
		x.sizes.target = 32 << 10
		x.table.PartitionBy = parts
		x.load(x.fresh(1, "SELECT 0::BIGINT AS id, '' AS "+duck.Ident(odd)))
		jobs := []Job{{Files: x.now().Files, Settle: true}}
		for n, after := 0, time.Duration(0); ; n, after = n+1, 2*after+time.Millisecond {
			ctx, cancel := context.WithTimeout(context.Background(), after)
			ch, _, err := x.compactor().Prepare(ctx, x.now(), jobs)
			cancel()
			if err == nil {
				t.Logf("%q: %d compactions were cancelled", parts, n)
				_, err = x.lake.Compact([]lake.Change{ch})
				x.Must(err)
				break
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("after %s: %v", after, err)
			}
			for _, name := range x.compacted() {
				if strings.HasSuffix(name, ".staged") {
					t.Fatalf("after %s: left %s", after, name)
				}
			}
			_, err = x.lake.Sweep()
			x.Must(err)
			if left := x.compacted(); len(left) > 0 {
				t.Fatalf("after %s: a sweep left %q", after, left)
			}
		}
		x.prove()
		if x.now().Rows() != 15_000 {
			t.Fatalf("%d rows", x.now().Rows())
		}
		for i := range x.now().Files {
			x.checkFile(x.now(), &x.now().Files[i])
		}
	}
}
