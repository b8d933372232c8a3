package compaction

import (
	"context"
	"testing"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
	"target-filelake/merge/laketest"
	"target-filelake/merge/partition"
)

// TestSQL runs every statement on DuckDB, with odd names everywhere, and
// compares its text with testdata.
func TestSQL(t *testing.T) {
	struct1 := column(4, odd+"s", columns.Struct, column(5, odd, columns.Date), column(6, "j", columns.JSON))
	f := newFixture(t, []string{odd, odd + "2"}, column(1, odd, columns.Int64), column(2, odd+"2", columns.String), struct1)
	value := "{'a': DATE '2024-01-01', 'j': '{}'}"
	tab := f.table
	tab.Files = append(tab.Files, f.Write(tab, "1, 'a', "+value, "1, 'b', "+value, "NULL, NULL, NULL"))
	struct1.Fields[0].Kind = columns.Timestamp
	list := column(8, "rowid", columns.List, column(9, "element", columns.Struct, column(10, odd, columns.UUID), column(11, "j", columns.JSON)))
	laketest.Evolve(tab, decimal(1, odd, 38, 0), column(2, odd+"2", columns.String), struct1, list, column(12, "at", columns.Timestamp), column(13, "j", columns.JSON))
	tab.Files = append(tab.Files, f.Write(tab,
		"2, 'c', {'a': TIMESTAMPTZ '2024-01-01 00:00:00+00', 'j': NULL}, [{'a': '00000000-0000-0000-0000-000000000001', 'j': '1'}, NULL], TIMESTAMPTZ '2024-01-01 00:00:00+00', '{}'",
		"3, 'd', NULL, [], NULL, NULL"))
	tab.Dir += odd
	f.WriteDeletes(tab, []lake.Positions{{Path: tab.Files[0].Path, Set: []byte{0x40}}})
	spec, err := partition.Parse([]string{"month(at)", "bucket(4, " + duck.Ident(odd) + ")"}, tab.Schema())
	f.Must(err)

	conn, err := f.db.Conn(context.Background())
	f.Must(err)
	defer func() { f.Must(conn.Close()) }()
	f.Must(duck.RegisterMurmur(conn))
	run := func(name, statement string) { t.Helper(); f.Run(conn, name, statement) }
	at, root := duck.Under(f.Root), duck.Lit(f.Root)
	cols := tab.Schema().Columns
	run("rows", createRows(portion{table: tab, files: tab.Files}, nil, at, root))
	run("runs", runs(nil))
	p := portion{table: tab, files: tab.Files}
	run("split", splitBounds(p, tab.Schema().Column(tab.Key[0]), at, root))
	run("rows_partitioned", createRows(portion{table: tab, files: tab.Files}, spec, at, root))
	run("runs_partitioned", runs(spec))
	run("slice", slice(cols, 1, 2))
	run("copy", copyTo(duck.SelectStored(tab, tab.Files[1:], at, root)+order(tab), f.Abs(tab.Files[0].Path+".staged"), cols, columns.Zstd, 2048))
	run("copy_slice", copyTo(slice(cols, 0, 1), f.Abs("it's.parquet"), cols, columns.LZ4, 2048))
	run("drop", dropRows())

	// Every codec has a name, and writes what the lake takes.
	for _, codec := range []columns.Codec{columns.Zstd, columns.Snappy, columns.LZ4, columns.Gzip, columns.None} {
		name, err := f.lake.CompactedFile(stream, spec.Dir(nullStrings("2024-01", "3")))
		f.Must(err)
		if _, err := conn.ExecContext(context.Background(), copyTo(duck.SelectStored(tab, tab.Files, at, root), f.Abs(lake.Staged(name)), cols, codec, 2048)); err != nil {
			t.Fatalf("%s: %v", codec, err)
		}
		if _, err := f.lake.Adopt(name, tab.Schema(), 4, nil); err != nil {
			t.Fatalf("%s: %v", codec, err)
		}
	}
}
