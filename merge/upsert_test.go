package merge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

func TestPositions(t *testing.T) {
	f := newFixture(t)
	orders := f.Table(`or"ders`, []string{"id"}, column(1, "id", columns.Int64), column(2, "v", columns.String))
	check := func(got, want Result, rows ...string) {
		t.Helper()
		if got != want {
			t.Fatalf("got %+v, want %+v", got, want)
		}
		if got := f.answer(`SELECT * FROM "or""ders" ORDER BY ALL`); !slices.Equal(got, rows) {
			t.Fatalf("got %v, want %v", got, rows)
		}
	}
	check(f.load(orders, f.stage(orders, "1,'a'", "2,'b'")), Result{}, `[1,"a"]`, `[2,"b"]`)
	check(f.load(orders, f.stage(orders, "3,'c'", "1,'d'", "3,'e'")), Result{Within: 1, Lake: 1},
		`[1,"d"]`, `[2,"b"]`, `[3,"e"]`)
	check(f.load(orders, f.stage(orders, "1,'f'"), f.stage(orders), f.stage(orders, "NULL,'g'", "1,'h'")),
		Result{Within: 1, Lake: 1}, `[1,"h"]`, `[2,"b"]`, `[3,"e"]`, `[null,"g"]`)
	cut := f.stage(orders, "4,'i'", "2,'j'", "3,'k'", "4,'l'")
	cut.Keep = 2
	gone := f.stage(orders, "NULL,'m'")
	gone.Keep = 0
	check(f.load(orders, cut, gone), Result{Lake: 1, Cut: 3},
		`[1,"h"]`, `[2,"j"]`, `[3,"e"]`, `[4,"i"]`, `[null,"g"]`)
	check(f.load(orders, f.stage(orders, "NULL,'n'")), Result{Lake: 1},
		`[1,"h"]`, `[2,"j"]`, `[3,"e"]`, `[4,"i"]`, `[null,"n"]`)
}

func TestPositionsAppend(t *testing.T) {
	f := newFixture(t)
	log := f.Table("log", nil, column(1, "v", columns.Int64))
	if r := f.load(log, f.stage(log, "1", "1")); r != (Result{}) {
		t.Fatalf("got %+v, want nothing superseded", r)
	}
	cut := f.stage(log, "2", "3", "4")
	cut.Keep = 1
	if r := f.load(log, cut); r != (Result{Cut: 2}) {
		t.Fatalf("got %+v, want 2 cut", r)
	}
	if got, want := f.answer("SELECT v FROM log ORDER BY v"), []string{"[1]", "[1]", "[2]"}; !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

// TestZeros holds that 0.0 and -0.0 are one key, and that nested keys compare
// by value.
func TestZeros(t *testing.T) {
	f := newFixture(t)
	tab := f.Table("t", []string{"d", "s"}, column(1, "d", columns.Double), column(2, "s", columns.Struct, column(3, "x", columns.Double)), column(4, "v", columns.Int64))
	f.load(tab, f.stage(tab, "'-0.0'::DOUBLE, {'x': 0.0::DOUBLE}, 1", "1, {'x': NULL}, 2", "1, NULL, 3"))
	r := f.load(tab, f.stage(tab, "0.0::DOUBLE, {'x': '-0.0'::DOUBLE}, 4", "1, {'x': NULL}, 5", "'-0.0'::DOUBLE, {'x': 0.0::DOUBLE}, 6", "1, NULL, 7"))
	if want := (Result{Within: 1, Lake: 3}); r != want {
		t.Fatalf("got %+v, want %+v", r, want)
	}
	single := f.Table("u", []string{"d"}, column(1, "d", columns.Double))
	f.load(single, f.stage(single, "'-0.0'::DOUBLE"))
	if r, want := f.load(single, f.stage(single, "0.0")), (Result{Lake: 1}); r != want {
		t.Fatalf("got %+v, want %+v", r, want)
	}
}

// TestSortedBatch has enough sorted keys that the batch is not grouped, and as
// many with two equal ones, or a null.
func TestSortedBatch(t *testing.T) {
	fx := newFixture(t)
	f := func(kind columns.Kind, key string, want Result) {
		t.Helper()
		tab := fx.Table("t", []string{"id"}, column(1, "id", kind))
		const n = 2 * distinctRows
		stage := func(key string) Staged {
			return fx.stageQuery(tab, n, fmt.Sprintf("SELECT (%s)::%s AS id FROM range(%d)", key, duck.TypeOf(&tab.Schema().Columns[0]), n))
		}
		first := want
		first.Lake = 0
		if r := fx.load(tab, stage(key)); r != first {
			t.Fatalf("%s: got %+v, want %+v", key, r, first)
		}
		if r := fx.load(tab, stage(key)); r != want {
			t.Fatalf("%s: again: got %+v, want %+v", key, r, want)
		}
		got, live := fx.answer("SELECT count(*) FROM t"), fmt.Sprintf("[%d]", n-want.Within)
		if got[0] != live {
			t.Fatalf("%s: %s rows, want %s", key, got[0], live)
		}
	}
	f(columns.Int64, "range", Result{Lake: 2 * distinctRows})
	f(columns.Int64, "CASE WHEN range = 70000 THEN 69999 ELSE range END", Result{Within: 1, Lake: 2*distinctRows - 1})
	f(columns.Int64, "nullif(range, 0)", Result{Lake: 2 * distinctRows})
	f(columns.Int64, "CASE WHEN range > 1 THEN range END", Result{Within: 1, Lake: 2*distinctRows - 1})
	f(columns.String, "'k' || lpad(range::VARCHAR, 9, '0')", Result{Lake: 2 * distinctRows})
	f(columns.Double, "range / 7", Result{Lake: 2 * distinctRows})
}

// TestPositionsAtOnce merges several streams at the same time.
func TestPositionsAtOnce(t *testing.T) {
	fx := newFixture(t)
	var jobs []Job
	for i := range 8 {
		tab := fx.Table(fmt.Sprint("t", i), []string{"id"}, column(1, "id", columns.Int64))
		fx.load(tab, fx.stage(tab, "1", "2", "3"))
		j := Job{Table: tab, Key: keyOf(tab)}
		for n := range i + 1 {
			j.Staged = append(j.Staged, fx.stage(tab, "2", fmt.Sprint(n+3)))
		}
		jobs = append(jobs, j)
	}
	results, errs := make([]Result, len(jobs)), make([]error, len(jobs))
	var wg sync.WaitGroup
	for i := range jobs {
		wg.Go(func() { _, results[i], errs[i] = fx.db.Positions(context.Background(), jobs[i]) })
	}
	wg.Wait()
	for i, r := range results {
		if want := (Result{Within: int64(i), Lake: 2}); errs[i] != nil || r != want {
			t.Fatalf("job %d: got %+v, %v; want %+v", i, r, errs[i], want)
		}
	}
}

// TestPositionsCancelled holds that a merge that was stopped leaves the next one nothing.
func TestPositionsCancelled(t *testing.T) {
	fx := newFixture(t)
	tab := fx.Table("t", []string{"id"}, column(1, "id", columns.Int64))
	const n = 1_000_000
	fx.load(tab, fx.stageQuery(tab, n, "SELECT range AS id FROM range(1000000)"))
	j := Job{Table: tab, Key: keyOf(tab)}
	j.Staged = []Staged{fx.stageQuery(tab, n, "SELECT (range * 7919) % 1000000 AS id FROM range(1000000)")}
	for _, after := range []time.Duration{0, time.Millisecond, 20 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(context.Background(), after)
		_, _, err := fx.db.Positions(ctx, j)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("after %s: got %v, want the deadline", after, err)
		}
	}
	if _, r, err := fx.db.Positions(context.Background(), j); err != nil || r != (Result{Lake: n}) {
		t.Fatalf("got %+v, %v; want all %d superseded", r, err, n)
	}
}

// TestPositionsRefuses gives files that are not what they are said to be.
func TestPositionsRefuses(t *testing.T) {
	fx := newFixture(t)
	tab := fx.Table("t", []string{"id"}, column(1, "id", columns.Int64))
	fx.load(tab, fx.stage(tab, "1", "2"))
	f := func(change func(*Staged), want string) {
		t.Helper()
		s := fx.stage(tab, "2", "3", "4")
		change(&s)
		_, r, err := fx.db.Positions(context.Background(), Job{Table: tab, Key: keyOf(tab), Staged: []Staged{s}})
		if err == nil || !strings.Contains(err.Error(), want) || r != (Result{}) {
			t.Fatalf("got %+v, %v; want %q", r, err, want)
		}
	}
	f(func(s *Staged) { s.File.Rows, s.Keep = 2, 2 }, "other row counts")
	f(func(s *Staged) { s.Keep = 9 }, "keep 9 of 3 rows")
	f(func(s *Staged) { s.Keep = -1 }, "keep -1 of 3 rows")
	f(func(s *Staged) { fx.Must(os.Remove(fx.Abs(s.File.Path))) }, "read keys of the batch")
	f(func(s *Staged) { fx.Must(os.Truncate(fx.Abs(s.File.Path), 100)) }, "read keys of the batch")
}

// TestPositionsInLittleMemory merges more keys than memory holds. With 96 MiB one run
// in sixty ran out on a busy machine, and a load would have asked again.
func TestPositionsInLittleMemory(t *testing.T) {
	fx := newFixture(t)
	const n = 1_500_000
	tab := fx.Table("t", []string{"id"}, column(1, "id", columns.String))
	keys := func(of string) string {
		return fmt.Sprintf("SELECT 'a rather long key of the row ' || (%s) AS id FROM range(%d)", of, n)
	}
	fx.load(tab, fx.stageQuery(tab, n, keys("range")))
	batch := fx.stageQuery(tab, n, keys("(range * 7919) % 1500000"))
	f := func(memoryMB int) (Result, error) {
		c := fx.Config()
		c.MemoryMB = memoryMB
		db, err := Open(context.Background(), c)
		fx.Must(err)
		defer func() { fx.Must(db.Close()) }()
		_, r, err := db.Positions(context.Background(), Job{Table: tab, Key: keyOf(tab), Staged: []Staged{batch}})
		return r, err
	}
	if r, err := f(112); err != nil || r != (Result{Lake: n}) {
		t.Fatalf("got %+v, %v; want all %d superseded", r, err, n)
	}
	if r, err := f(2); err == nil || r != (Result{}) || !strings.Contains(err.Error(), "Out of Memory") {
		t.Fatalf("got %+v, %v; want an error", r, err)
	}
	entries, err := os.ReadDir(fx.Config().TempDir)
	fx.Must(err)
	if len(entries) > 0 {
		t.Fatalf("%d spilled files left", len(entries))
	}
}
