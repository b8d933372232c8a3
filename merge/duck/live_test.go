package duck_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
	"target-filelake/merge/laketest"
)

// TestManyWornFiles shows more files with superseded rows than are held against
// their positions one by one, beside some without, one whose rows are all superseded
// and one that has columns named as the statement's own.
func TestManyWornFiles(t *testing.T) {
	f := laketest.New(t)
	cols := []columns.Column{
		laketest.Column(1, "id", columns.Int64), laketest.Column(2, "one", columns.Int64), laketest.Column(3, "bits", columns.Int64),
		laketest.Column(4, "live", columns.Int64), laketest.Column(5, "pos", columns.Int64),
	}
	tab := f.Table("worn", []string{"id"}, cols...)
	var want []string
	var dead []lake.Positions
	for i := range 40 {
		rows := int64(1 + i%7)
		file := f.WriteQuery(tab, rows, fmt.Sprintf("SELECT %d + range AS id, 1 AS one, 2 AS bits, 3 AS live, 4 AS pos FROM range(%d)", 100*i, rows))
		tab.Files = append(tab.Files, file)
		gone := lake.NewPositions(file.Path, rows)
		for row := range rows {
			if i%5 != 0 && (i%7 == 0 || row%3 == int64(i%3)) {
				gone.AddRange(row, row+1)
				continue
			}
			want = append(want, fmt.Sprintf("%d 10", int64(100*i)+row))
		}
		if gone.Count() > 0 {
			dead = append(dead, gone)
		}
	}
	f.WriteDeletes(tab, dead)

	db, err := duck.Open(context.Background(), f.Config(), duck.Directories(f.Root))
	f.Must(err)
	defer func() { f.Must(db.Close()) }()
	conn, err := db.Conn(context.Background())
	f.Must(err)
	defer func() { f.Must(conn.Close()) }()
	_, err = conn.ExecContext(context.Background(), duck.CreateView(tab, duck.Under(f.Root), duck.Lit(f.Root)))
	f.Must(err)
	got := laketest.Texts(t, conn, "SELECT id || ' ' || one + bits + live + pos FROM worn ORDER BY id")
	if !slices.Equal(got, want) {
		t.Fatalf("rows %q, want %q", got, want)
	}
}
