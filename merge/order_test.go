package merge

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"target-filelake/lake/columns"
)

// ordered is a row of the model below; o is -1 for a row without a value.
type ordered struct{ o, v int }

// wins reports whether a row that comes later takes the place of a live one.
func (r ordered) wins(there ordered, order bool, c Conflict) bool {
	switch {
	case c == Ignore:
		return false
	case !order:
		return c == Update
	case c == Fill:
		return there.o >= 0 && r.o > there.o
	}
	return r.o < 0 || there.o < 0 || r.o >= there.o
}

// TestOrderAndDeletes merges random batches of rows with a value that orders
// them, some of which say that their row was deleted, beside a Go map that takes
// them one by one: where batches end must not matter.
func TestOrderAndDeletes(t *testing.T) {
	f := func(seed uint64, order, deletes bool, c Conflict) {
		t.Helper()
		r := rand.New(rand.NewPCG(seed, 5))
		fx := newFixture(t)
		fx.conflict = c
		tab := fx.Table("t", []string{"id"}, column(1, "id", columns.Int64), column(2, "o", columns.Timestamp),
			column(3, "gone", columns.Timestamp), column(4, "v", columns.Int64))
		if order {
			fx.order = &tab.Schema().Columns[1]
		}
		if deletes {
			fx.deleted = &tab.Schema().Columns[2]
		}
		rows := map[int]ordered{}
		for serial := 0; serial < 900; {
			batch, gone := map[int]ordered{}, map[int]bool{} // of Fill: what of the batch is tried
			take := func(id int, row ordered, dead bool) {
				if there, live := rows[id]; live && !row.wins(there, order, c) {
					return
				}
				rows[id] = row
				if dead && deletes {
					delete(rows, id)
				}
			}
			var staged []Staged
			for range 1 + r.IntN(2) {
				var lines []string
				for range 1 + r.IntN(60) {
					serial++
					id, row := r.IntN(40), ordered{r.IntN(30) - 1, serial}
					dead := r.IntN(5) == 0
					if dead {
						row.o = -1
					}
					lines = append(lines, fmt.Sprintf("%d, %s, %s, %d", id, moment(row.o), moment(map[bool]int{true: 1, false: -1}[dead]), serial))
					there, known := batch[id]
					switch {
					case c != Fill:
						take(id, row, dead)
					case !known || row.wins(there, order, Update):
						batch[id], gone[id] = row, dead
					}
				}
				staged = append(staged, fx.stage(tab, lines...))
			}
			for id, row := range batch {
				take(id, row, gone[id])
			}
			fx.load(tab, staged...)
			var want []string
			for _, id := range slices.Sorted(maps.Keys(rows)) {
				want = append(want, fmt.Sprintf("[%d,%d]", id, rows[id].v))
			}
			if got := fx.answer("SELECT id, v FROM t ORDER BY id"); !slices.Equal(got, want) {
				t.Fatalf("seed %d, order %v, deletes %v, conflict %v after %d rows:\n got %s\nwant %s", seed, order, deletes, c, serial,
					strings.Join(got, " "), strings.Join(want, " "))
			}
		}
	}
	for seed := range uint64(3) {
		f(seed, true, false, Update)
		f(seed, false, true, Update)
		f(seed, true, true, Update)
		f(seed, true, true, Ignore)
		f(seed, true, false, Fill)
		f(seed, false, true, Fill)
		f(seed, true, true, Fill)
	}
}

// moment is a time as SQL; NULL below 0.
func moment(n int) string {
	if n < 0 {
		return "NULL"
	}
	return fmt.Sprintf("make_timestamptz(%d)", n*1_000_000)
}

// TestDeletesWithoutKey has rows that only say that something was deleted.
func TestDeletesWithoutKey(t *testing.T) {
	fx := newFixture(t)
	tab := fx.Table("t", nil, column(1, "v", columns.Int64), column(2, "gone", columns.Timestamp))
	fx.deleted = &tab.Schema().Columns[1]
	if got, want := fx.load(tab, fx.stage(tab, "1, NULL", "2, "+moment(1), "3, NULL")), (Result{Gone: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := fx.answer("SELECT v FROM t ORDER BY v"); !slices.Equal(got, []string{"[1]", "[3]"}) {
		t.Errorf("%q", got)
	}
}
