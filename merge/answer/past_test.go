package answer

import (
	"context"
	"testing"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// TestPastSQL runs every statement about versions on DuckDB, with odd names
// everywhere, and compares its text with testdata.
func TestPastSQL(t *testing.T) {
	f := newFixture(t)
	key := []columns.Column{column(1, odd, columns.Int64), column(2, "_change", columns.String)}
	value := column(3, odd+"v", columns.Struct, column(4, odd, columns.Date))
	tab := f.Table(odd, []string{odd, "_change"}, key[0], key[1], value)
	f.load(tab, f.Write(tab, "1, 'a', row(DATE '2024-01-01')", "2, 'b', NULL"))
	from := clone(tab)
	evolve(tab, decimal(1, odd, 38, 0), key[1], value, column(5, "more", columns.JSON))
	f.load(tab, f.Write(tab, "1, 'a', row(DATE '2024-01-01'), '{}'", "3, 'c', NULL, NULL"))
	d := lake.Compare(from, tab)

	conn, err := f.Writer.Conn(context.Background())
	f.Must(err)
	defer func() { f.Must(conn.Close()) }()
	run := func(name, statement string) { t.Helper(); f.Run(conn, name, statement) }
	at, root, cols := duck.Under(f.Root), duck.Lit(f.Root), tab.Schema().Columns
	run("past_positions", createPositions(removedTable, d.NewDeletes, d.NewDeletes, d.New, at, root))
	run("past_files", filesIn(removedTable))
	before := end{touched: from.Files, positions: removedTable}.rows(tab.Schemas, cols, at, root)
	after := end{files: d.New, deletes: d.NewDeletes}.rows(tab.Schemas, cols, at, root)
	c := comparison{cols: cols, version: madeBy(d.New, map[string]lake.Version{d.New[0].Path: 7}, at), only: "NULL::BIGINT"}
	run("past_nothing", c.changes())
	c.after = after
	run("past_inserts", c.changes())
	c.before = before
	run("past_bag", c.changes())
	c.key = keyPlaces(cols, tab.Key)
	run("past_changes", c.changes())
	c.after = ""
	run("past_deletes", c.changes())

	run("past_rows", createRows(tab.Schemas, cols, tab.Files, "r.c0 = "+keyValue(&cols[0], "1")+" AND r.c1 IS NULL", at))
	run("past_deaths", rowDeaths(tab.Deletes, at, root))
	run("past_lives", rowDeaths(nil, at, root))
	one, two := &life{file: f.Abs(tab.Files[0].Path), pos: 0}, &life{file: odd, pos: 7}
	run("past_events", eventRows(cols, []event{{"insert", point{version: 7}, one, nil}, {"update", point{version: 9}, two, one}}))
	run("past_no_events", eventRows(cols, nil))
}
