package compaction

import (
	"fmt"
	"testing"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

func lit(n int) string { return fmt.Sprint(n) }

// TestLongKeys has keys past what a range, or a footer, tells whole.
func TestLongKeys(t *testing.T) {
	f := func(key string) {
		t.Helper()
		x := newFixture(t, []string{"k"}, column(1, "k", columns.String))
		for i := range 3 {
			x.load(x.fresh(50, fmt.Sprintf("SELECT %s AS k FROM range(%d, %d)", key, 50*i, 50*i+50)))
		}
		check := func() {
			t.Helper()
			tab := x.now()
			for i := range tab.Files {
				file := &tab.Files[i]
				from := "(" + duck.SelectFiles(tab.Schema(), tab.Schema().Columns, []string{duck.Lit(x.Abs(file.Path))}, true) + ")"
				var min, max string
				x.scan("SELECT min(k), max(k) FROM "+from, &min, &max)
				if r := file.KeyRange(1); r == nil || r.Min != nil && (*r.Min > min || *r.Max < max || len(*r.Max) > 64) {
					t.Fatalf("%s: %s, want %.100q to %.100q", key, ranges(file.Keys), min, max)
				}
				if file.Sorted {
					x.checkSorted(tab, tab.Schema(), from, file)
				}
			}
		}
		check()
		x.compact([]Job{{Files: x.now().Files, Copy: true}})
		check()
		x.compact(x.plan(Full))
		check()
		if files := x.now().Files; len(files) != 1 || !files[0].Sorted || len(files[0].Keys) != 1 {
			t.Fatalf("%s: %+v", key, files)
		}
	}
	f("repeat('k', 70) || range")
	f("repeat('é', 300) || range")
	f("chr(1114111) || repeat(chr(1114111), 20) || range")
	f("repeat('x', 20000) || range")
	f("range || repeat('x', 20000)")
}

// TestRowGroups writes as real lakes do.
func TestRowGroups(t *testing.T) {
	x := newFixture(t, []string{"id"}, column(1, "id", columns.Int64), column(2, "p", columns.String))
	const rows = 150_000
	x.load(x.fresh(rows, fmt.Sprintf("SELECT (range * 7919) %% %d AS id, 'p' || range %% 2 AS p FROM range(%d)", rows, rows)))
	x.compact(x.plan(Asked))
	x.table.PartitionBy = []string{"p"}
	x.load(x.fresh(1, "SELECT 5::BIGINT AS id, 'p1' AS p"))
	if got := len(x.now().Files); got != 2 {
		t.Fatalf("%d files", got)
	}
	for _, files := range []int{2, 2} {
		for i := range x.now().Files {
			x.checkFile(x.now(), &x.now().Files[i])
		}
		x.prove()
		x.compact(x.plan(Asked))
		if got := len(x.now().Files); got != files || x.now().Rows() != rows {
			t.Fatalf("%d files of %d rows", got, x.now().Rows())
		}
	}
}

// TestCopiedPositions copies files whose rows are superseded here and there.
func TestCopiedPositions(t *testing.T) {
	f := func(order ...int) {
		t.Helper()
		x := newFixture(t, []string{"id"}, column(1, "id", columns.Int64), column(2, "v", columns.String))
		for i := range 4 {
			x.load(x.fresh(103, fmt.Sprintf("SELECT range + %d AS id, 'old' AS v FROM range(103)", 103*i)))
		}
		x.load(x.fresh(60, "SELECT range * 7 AS id, 'new' AS v FROM range(60)"))
		var files []lake.DataFile
		for _, i := range order {
			files = append(files, x.now().Files[i])
		}
		for range 2 { // and what was copied, again
			x.compact([]Job{{Files: files, Copy: true}})
			x.prove()
			x.Exec(duck.CreateView(x.now(), duck.Under(x.Root), duck.Lit(x.Root)))
			x.same("SELECT row(id, v)::VARCHAR FROM "+duck.Ident(stream),
				"SELECT row(id, CASE WHEN id % 7 = 0 THEN 'new' ELSE 'old' END)::VARCHAR FROM range(420) r(id) WHERE id < 412 OR id % 7 = 0")
			files = x.now().Files
		}
	}
	f(0, 1, 2, 3, 4)
	f(4, 2, 0)
	f(3)
	f(1, 4)
}

// TestKeyless has rows without a key stay in the order of their files.
func TestKeyless(t *testing.T) {
	x := newFixture(t, nil, column(1, "n", columns.Int64))
	for i, rows := range []int{3000, 9000, 5000} {
		x.load(x.fresh(int64(rows), fmt.Sprintf("SELECT range + %d AS n FROM range(%d)", i*10_000, rows)))
	}
	check := func(what string) {
		t.Helper()
		for i := range x.now().Files {
			file := &x.now().Files[i]
			x.checkFile(x.now(), file)
			var disorder, from int64
			x.scan("SELECT count(*) FILTER (n < before), count(DISTINCT n // 10000) FROM (SELECT n, lag(n) OVER (PARTITION BY n // 10000 ORDER BY file_row_number) AS before FROM read_parquet("+
				duck.Lit(x.Abs(file.Path))+", file_row_number = true))", &disorder, &from)
			if disorder != 0 || from != 3 || file.Sorted {
				t.Fatalf("%s: %d rows of %d files are not as they came, sorted %v", what, disorder, from, file.Sorted)
			}
		}
		if x.now().Rows() != 17_000 {
			t.Fatalf("%s: %d rows", what, x.now().Rows())
		}
	}
	x.compact([]Job{{Files: x.now().Files, Copy: true}})
	check("copied")
	x.compact([]Job{{Files: x.now().Files}})
	check("written anew")
}

// BenchmarkCompaction sorts rows of eight files, copies their row groups, or divides them.
func BenchmarkCompaction(b *testing.B) {
	const files, rows = 8, 62_500
	x := newFixture(b, []string{"id"}, column(1, "id", columns.Int64), column(2, "name", columns.String), column(3, "at", columns.Timestamp), column(4, "amount", columns.Double))
	for i := range files {
		x.load(x.fresh(rows, fmt.Sprintf("SELECT range * %d + %d AS id, 'name ' || hash(range) AS name, to_timestamp(1700000000 + range * 100) AS at, range / 7 AS amount FROM range(%d)",
			files, i, rows)))
	}
	f := func(name string, parts []string, job Job) {
		b.Run(name, func(b *testing.B) {
			tab := *x.now()
			tab.PartitionBy = parts
			c := x.compactor()
			c.Spec = x.specOf(&tab)
			b.SetBytes(liveBytes(tab.Files))
			for b.Loop() {
				_, r, err := c.Prepare(b.Context(), &tab, []Job{job})
				x.Must(err)
				if r.Rows != files*rows {
					b.Fatalf("%+v", r)
				}
				b.StopTimer()
				_, err = x.lake.Sweep()
				x.Must(err)
				b.StartTimer()
			}
			b.ReportMetric(float64(files*rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
	f("copy", nil, Job{Files: x.now().Files, Copy: true})
	f("sort", nil, Job{Files: x.now().Files, Settle: true})
	f("month", []string{"month(at)"}, Job{Files: x.now().Files, Settle: true})
	f("bucket", []string{"bucket(8, id)"}, Job{Files: x.now().Files, Settle: true})
}
