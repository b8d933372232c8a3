package columns

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzColumnNames makes columns of any names, at the top and inside a struct: no two
// are one to DuckDB, none is one of ours, and what came before stays what it was.
func FuzzColumnNames(f *testing.F) {
	for _, s := range []string{"a\nA\na_2\nA_2", "\n\n_2", "filename\n__lake_file\nFILE_ROW_NUMBER\n_extra\n_EXTRA_2", DeletedName + "\n_SDC_deleted_at\n_sdc_deleted_at_2", "\u0130\ni\u0307\n\u212a\nk", "s\n\u017f\nSS\n\u00df"} {
		f.Add(s, 2)
	}
	f.Fuzz(func(t *testing.T, names string, first int) {
		if !utf8.ValidString(names) {
			return // no name: the decoder refuses such text
		}
		var want []Column
		seen := map[string]bool{}
		for _, p := range strings.Split(names, "\n") {
			if !seen[p] {
				want = append(want, Column{Property: p, Kind: Int64}) // a property stands once
			}
			seen[p] = true
		}
		inside := append([]Column(nil), want...)
		e := Evolver{NextID: 1}
		first = min(max(first, 0), len(want))
		before, err := e.Evolve(nil, want[:first])
		if err != nil {
			t.Fatal(err)
		}
		after, err := e.Evolve(before, append(want, Column{Property: "\x00inside", Kind: Struct, Fields: inside}))
		if err != nil {
			t.Fatal(err)
		}
		if first > 0 && !reflect.DeepEqual(after.Columns[:first], before.Columns) {
			t.Fatalf("%v became %v", before.Columns, after.Columns[:first])
		}
		ids := map[int32]bool{}
		namesApart(t, after.Columns, ids, true)
		namesApart(t, after.Columns[len(want)].Fields, ids, false)
		if again, err := e.Evolve(after, want); again != after || err != nil {
			t.Fatalf("the same columns again: %v, %v", again, err)
		}
	})
}

// namesApart checks the columns that stand beside one another.
func namesApart(t *testing.T, cols []Column, ids map[int32]bool, top bool) {
	t.Helper()
	taken := map[string]bool{}
	for _, r := range reserved {
		taken[Fold(r)] = top && r != DeletedName
	}
	for _, c := range cols {
		if c.Name == "" || taken[Fold(c.Name)] || ids[c.ID] {
			t.Fatalf("column %q of property %q, id %d, in %v", c.Name, c.Property, c.ID, cols)
		}
		if top && Fold(c.Name) == Fold(DeletedName) && c.Property != DeletedName {
			t.Fatalf("property %q is %q", c.Property, c.Name)
		}
		taken[Fold(c.Name)], ids[c.ID] = true, true
	}
}

// TestFreeNames names ten thousand columns that differ only in case.
func TestFreeNames(t *testing.T) {
	start := time.Now()
	taken := map[string]bool{}
	for n := range 10_000 {
		if got := FreeName("Name", taken); n == 1 && got != "Name_2" || n == 18 && got != "Name_19" || n == 9_999 && got != "Name_10000" {
			t.Fatalf("the name after %d is %s", n, got)
		}
	}
	delete(taken, "name_7")
	if got := FreeName("Name", taken); got != "Name_7" {
		t.Errorf("took %s", got)
	}
	if took := time.Since(start); took > 10*time.Second { // it took forty seconds
		t.Errorf("took %s", took)
	}
}
