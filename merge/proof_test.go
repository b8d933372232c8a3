package merge

import (
	"context"
	"testing"

	"target-filelake/lake"
	"target-filelake/lake/columns"
)

// TestProve has a composite key with nulls, quotes in every name, and files of
// two schemas.
func TestProve(t *testing.T) {
	f := func(want string, spoil func(f *fixture, t *lake.Table)) {
		t.Helper()
		fx := newFixture(t)
		tab := fx.Table(`t "x" 'y'`, []string{`k "1"`, `k '2'`}, column(1, `k "1"`, columns.Int64), column(2, `k '2'`, columns.String))
		fx.load(tab, fx.stage(tab, "1, 'a'", "1, NULL", "2, 'a'"))
		evolve(tab, decimal(1, `k "1"`, 38, 0), column(2, `k '2'`, columns.String), column(3, "v", columns.Double))
		fx.load(tab, fx.stage(tab, "1, 'a', 1", "3, 'a', 2", "1, 'a', 3"))
		spoil(fx, tab)
		got, err := fx.db.Prove(context.Background(), tab)
		fx.Must(err)
		text := ""
		for _, b := range got {
			text += b.What + ". "
		}
		if text != want {
			t.Errorf("got %q\nwant %q", text, want)
		}
	}
	add := func(f *fixture, t *lake.Table, row string) {
		t.Files = append(t.Files, f.stage(t, row).File)
	}
	dead := func(f *fixture, t *lake.Table, path string, rows ...int64) {
		p := lake.NewPositions(path, 64)
		for _, r := range rows {
			p.AddRange(r, r+1)
		}
		f.WriteDeletes(t, []lake.Positions{p})
	}
	f("", func(*fixture, *lake.Table) {})
	f("", func(f *fixture, t *lake.Table) { add(f, t, "4, NULL, 1") })
	// Keys are equal across the types they have had, and nulls are.
	f("2 keys have more than one live row, 2 rows too many; row 0 of this file is one of them. ",
		func(f *fixture, t *lake.Table) {
			t.Files = nil
			t.Deletes = nil
			add(f, t, "2, 'a', 1")
			add(f, t, "2, 'a', 2")
			add(f, t, "1, NULL, 1")
			add(f, t, "1, NULL, 2")
		})
	f("", func(f *fixture, t *lake.Table) { t.Appends = true; add(f, t, "2, 'a', 9") })
	f("1 of its superseded rows lie outside it. ", func(f *fixture, t *lake.Table) { dead(f, t, t.Files[1].Path, 3) })
	f("1 of its rows are superseded more than once. ", func(f *fixture, t *lake.Table) { dead(f, t, t.Files[0].Path, 0) })
	f("2 rows of it are superseded, but it is no file of the table. ", func(f *fixture, t *lake.Table) { dead(f, t, `no "file"'s`, 1, 5) })
	f(`its schema has no column for key property "gone". `, func(_ *fixture, t *lake.Table) { t.Key = []string{"gone"} })
}
