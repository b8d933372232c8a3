package lake

import (
	"slices"
	"testing"
)

func TestRecurringAfter(t *testing.T) {
	f := func(r Recurring, c Recur, want Recurring) {
		t.Helper()
		if got := r.after(c, 9); got != want {
			t.Errorf("%v after %v: %v, want %v", r, c, got, want)
		}
	}
	f(Recurring{}, Recur{}, Recurring{From: 9})
	f(Recurring{}, Recur{Keep: true}, Recurring{From: 9})
	f(Recurring{From: 4}, Recur{}, Recurring{From: 9})
	f(Recurring{From: 4}, Recur{Keep: true}, Recurring{From: 4})
	f(Recurring{From: 4}, Recur{Open: KeyedTables}, Recurring{9, KeyedTables})
	f(Recurring{4, KeyedTables}, Recur{}, Recurring{From: 4})
	f(Recurring{4, AllTables}, Recur{Open: KeyedTables}, Recurring{4, KeyedTables})
}

func TestReachOr(t *testing.T) {
	order := []Reach{NoTable, KeyedTables, AllTables}
	for i, a := range order {
		for k, b := range order {
			if got := a.Or(b); got != order[max(i, k)] {
				t.Errorf("%q or %q: %q", a, b, got)
			}
		}
	}
}

// TestRejectVersions holds which version files of rejects are said to be of.
func TestRejectVersions(t *testing.T) {
	old := []RejectFile{{Path: "a", Version: 2}, {Path: "b", Version: 5}, {Path: "c", Version: 7}}
	f := func(c Change, want ...RejectFile) {
		t.Helper()
		table := Table{Rejects: slices.Clone(old)}
		table.reject(&c, 9)
		if !slices.Equal(table.Rejects, want) {
			t.Errorf("%v, want %v", table.Rejects, want)
		}
	}
	added := []RejectFile{{Path: "d"}}
	f(Change{Rejects: added}, old[0], old[1], old[2], RejectFile{Path: "d", Version: 9})
	f(Change{Rejects: added, Replayed: old[:2]}, old[2], RejectFile{Path: "d", Version: 5})
	f(Change{Replayed: old})
	table := Table{Rejects: old}
	if got := table.RecurringRejects(Recurring{From: 5}); !slices.Equal(got, old[1:]) {
		t.Errorf("from 5: %v", got)
	}
	if got := table.disowned().RecurringRejects(Recurring{From: 1}); len(got) > 0 || old[0].Version != 2 {
		t.Errorf("of another's table: %v", got)
	}
}
