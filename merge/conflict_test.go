package merge

import (
	"fmt"
	"slices"
	"testing"

	"target-filelake/lake/columns"
)

// TestConflictOfDistinctKeys has so many keys, all different, that their rows
// are not grouped.
func TestConflictOfDistinctKeys(t *testing.T) {
	f := func(c Conflict, want Result, whose string) {
		t.Helper()
		fx := newFixture(t)
		tab := fx.Table("t", []string{"id"}, column(1, "id", columns.Int64), column(2, "v", columns.String))
		rows := func(from, to int, v string) Staged {
			return fx.stageQuery(tab, int64(to-from), fmt.Sprintf("SELECT i AS id, '%s' AS v FROM range(%d, %d) r(i)", v, from, to))
		}
		fx.load(tab, rows(0, 60_000, "old"))
		fx.load(tab, rows(100, 200, "new")) // 100 positions of the lake are superseded already
		fx.conflict = c
		if got := fx.load(tab, rows(50, 120_000, "batch")); got != want {
			t.Errorf("%v: %+v, want %+v", c, got, want)
		}
		got := fx.answer("SELECT v, count(*), count(DISTINCT id) FROM t GROUP BY v ORDER BY v")
		if s := fmt.Sprint(got); s != whose {
			t.Errorf("%v: %s, want %s", c, s, whose)
		}
	}
	f(Update, Result{Lake: 59_950}, `[["batch",119950,119950] ["old",50,50]]`)
	f(Ignore, Result{Live: 59_950}, `[["batch",60000,60000] ["new",100,100] ["old",59900,59900]]`)
	f(Fill, Result{Live: 59_950}, `[["batch",60000,60000] ["new",100,100] ["old",59900,59900]]`)
}

// TestConflictWithinABatch has one key many times in two files, before and
// after it lives in the lake.
func TestConflictWithinABatch(t *testing.T) {
	f := func(c Conflict, first, second string) {
		t.Helper()
		fx := newFixture(t)
		fx.conflict = c
		tab := fx.Table("t", []string{"id"}, column(1, "id", columns.Int64), column(2, "v", columns.Int64))
		ask := func(want string) {
			t.Helper()
			if got := fx.answer("SELECT id, v FROM t ORDER BY ALL"); !slices.Equal(got, []string{want, "[2,0]"}) {
				t.Errorf("%v: %q, want %s", c, got, want)
			}
		}
		fx.load(tab, fx.stage(tab, "1, 1", "2, 0", "1, 2"), fx.stage(tab, "1, 3", "1, 4"))
		ask(first)
		fx.load(tab, fx.stage(tab, "1, 5", "1, 6"), fx.stage(tab, "1, 7"))
		ask(second)
	}
	f(Update, "[1,4]", "[1,7]")
	f(Ignore, "[1,1]", "[1,1]")
	f(Fill, "[1,4]", "[1,4]")
}
