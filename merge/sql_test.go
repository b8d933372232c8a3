package merge

import (
	"context"
	"strings"
	"testing"

	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// TestSQL runs every statement on DuckDB, with odd names everywhere, and
// compares its text with testdata.
func TestSQL(t *testing.T) {
	f := newFixture(t)
	key := []columns.Column{column(1, odd, columns.Int64), column(2, odd+"2", columns.String)}
	wide := []columns.Column{decimal(1, odd, 38, 0), key[1]}
	struct1 := column(4, odd+"s", columns.Struct, column(5, odd, columns.Date), column(6, "j", columns.JSON))
	struct2 := column(4, odd+"s", columns.Struct, column(5, odd, columns.Timestamp), column(6, "j", columns.JSON), column(7, "new", columns.String))
	list := column(8, odd+"l", columns.List, struct1)
	list.Fields[0].ID, list.Fields[0].Name, list.Fields[0].Fields = 9, "element", []columns.Column{column(10, odd, columns.Timestamp)}
	tab := f.Table(odd, []string{odd, odd + "2"}, key[0], key[1], struct1, list)
	value := "row(DATE '2024-01-01', '{}'), [row(TIMESTAMPTZ '2024-01-01 00:00:00+00')]"
	f.load(tab, f.stage(tab, "1, 'a', "+value, "1, 'a', "+value))
	tab.Dir += odd
	evolve(tab, wide[0], wide[1], struct2, column(8, odd+"l", columns.JSON), decimal(11, "more", 9, 9))
	f.load(tab, f.stage(tab, "5, 'e', NULL, '[]', -0.5"))
	evolve(tab, wide[0], wide[1], struct2, column(8, odd+"l", columns.JSON), column(11, "more", columns.String))
	f.load(tab, f.stage(tab, "2, 'b', row(NULL, NULL, 'n'), '[]', '1.5'"))
	cut := f.stage(tab, "1, 'a', NULL, NULL, NULL", "3, 'c', NULL, NULL, NULL")
	cut.Keep = 1
	j := Job{Table: tab, Key: wide, Staged: []Staged{cut, f.stage(tab, "1, 'a', NULL, NULL, '2.5'")}}

	conn, err := f.db.sql.Conn(context.Background())
	f.Must(err)
	defer func() { f.Must(conn.Close()) }()
	run := func(name, statement string) { t.Helper(); f.Run(conn, name, statement) }
	at := duck.Under(f.Root)
	run("increasing", increasing(j, at))
	run("batch_distinct", createBatch(j, at, true))
	run("batch", createBatch(j, at, false))
	run("bounds", batchBounds(j.Key))
	run("matched_nulls", createMatched(j, tab.Files, at, make([]bounds, 2)))
	run("matched", createMatched(j, tab.Files, at, []bounds{{true, "1", "1"}, {true, odd, odd}}))
	run("superseded", dropSuperseded(j, at, f.Root))
	run("matched_sets", matchedSets(f.Root))
	run("stay_sets", staySets())
	j.Conflict = Fill
	run("batch_distinct_fill", createBatch(j, at, true))
	run("matched_fill", createMatched(j, tab.Files, at, make([]bounds, 2)))
	run("superseded_fill", dropSuperseded(j, at, f.Root))
	run("drop_keys", dropKeys(j))
	j.Conflict = Ignore
	run("batch_ignore", createBatch(j, at, false))
	j.Conflict, j.Order, j.Deleted = Update, &tab.Schema().Columns[0], &tab.Schema().Columns[0]
	run("batch_ordered", createBatch(j, at, false))
	run("batch_distinct_ordered", createBatch(j, at, true))
	run("matched_ordered", createMatched(j, tab.Files, at, make([]bounds, 2)))
	run("superseded_ordered", dropSuperseded(j, at, f.Root))
	run("drop_keys_ordered", dropKeys(j))
	run("keep_matched", keepMatched())
	run("deleted_rows", deletedRows(j, at))
	run("deleted_sets", deletedSets(tab.Deletes, at))
	run("drop", strings.Join(dropTables(), ";\n"))
}
