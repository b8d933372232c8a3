package duck_test

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
	"target-filelake/merge/laketest"
)

const odd = laketest.Odd

// TestViews shows a table with odd names everywhere, files of three schemas and
// a superseded row, and compares the text with testdata.
func TestViews(t *testing.T) {
	column, decimal, evolve := laketest.Column, laketest.Decimal, laketest.Evolve
	f := laketest.New(t)
	key := []columns.Column{column(1, odd, columns.Int64), column(2, odd+"2", columns.String)}
	wide := []columns.Column{decimal(1, odd, 38, 0), key[1]}
	struct1 := column(4, odd+"s", columns.Struct, column(5, odd, columns.Date), column(6, "j", columns.JSON))
	struct2 := column(4, odd+"s", columns.Struct, column(5, odd, columns.Timestamp), column(6, "j", columns.JSON), column(7, "new", columns.String))
	list := column(8, odd+"l", columns.List, struct1)
	list.Fields[0].ID, list.Fields[0].Name, list.Fields[0].Fields = 9, "element", []columns.Column{column(10, odd, columns.Timestamp)}
	tab := f.Table(odd, []string{odd, odd + "2"}, key[0], key[1], struct1, list)
	load := func(rows ...string) { tab.Files = append(tab.Files, f.Write(tab, rows...)) }

	value := "row(DATE '2024-01-01', '{}'), [row(TIMESTAMPTZ '2024-01-01 00:00:00+00')]"
	load("1, 'a', "+value, "1, 'a', "+value)
	dead := lake.NewPositions(tab.Files[0].Path, 2)
	dead.AddRange(0, 1)
	f.WriteDeletes(tab, []lake.Positions{dead})
	tab.Dir += odd
	evolve(tab, wide[0], wide[1], struct2, column(8, odd+"l", columns.JSON), decimal(11, "more", 9, 9))
	load("5, 'e', NULL, '[]', -0.5")
	evolve(tab, wide[0], wide[1], struct2, column(8, odd+"l", columns.JSON), column(11, "more", columns.String))
	load("2, 'b', row(NULL, NULL, 'n'), '[]', '1.5'")

	db, err := duck.Open(context.Background(), f.Config(), duck.Directories(f.Root))
	f.Must(err)
	defer func() { f.Must(db.Close()) }()
	conn, err := db.Conn(context.Background())
	f.Must(err)
	defer func() { f.Must(conn.Close()) }()
	count := func() {
		t.Helper()
		var n int
		f.Must(conn.QueryRowContext(context.Background(), "SELECT count(*) FROM "+duck.Ident(odd)).Scan(&n))
		if n != 3 {
			t.Fatalf("%d rows, want 3", n)
		}
	}
	f.Run(conn, "view", duck.CreateView(tab, duck.Under(f.Root), duck.Lit(f.Root)))
	count()
	f.Run(conn, "view_movable", duck.CreateView(tab, duck.Movable(f.Root), duck.LakeOr(f.Root)))
	count()
}

// TestSettings compares them with testdata, then tries the door.
func TestSettings(t *testing.T) {
	l := laketest.New(t)
	l.Golden("setup", strings.Join(duck.Settings(l.Config(), duck.Directories(l.Root)), ";\n"))
	file := l.Write(l.Table("t", nil, laketest.Column(1, "id", columns.Int64)), "1")
	f := func(reach duck.Reach, query string, want bool) {
		t.Helper()
		db, err := duck.Open(context.Background(), l.Config(), reach)
		l.Must(err)
		defer func() { l.Must(db.Close()) }()
		if _, err := db.Exec(query); (err == nil) != want {
			t.Errorf("%s\n%s: %v, want it to work: %v", reach, query, err, want)
		}
	}
	read := "FROM read_parquet(" + duck.Lit(l.Abs(file.Path)) + ")"
	f(duck.Directories(l.Root), read, true)
	f(duck.Files([]string{l.Abs(file.Path)}), read, true)
	f(duck.Directories(l.Root+"/other"), read, false)
	f(duck.Files(nil), read, false)
	f(duck.Directories(l.Root), "SET threads = 1", false)
	f(duck.Directories(l.Root), "SET enable_external_access = true", false)
	f(duck.Directories(l.Root), "INSTALL httpfs", false)
}

// FuzzQuote holds that DuckDB reads back what Ident and Lit quote, as a value, a
// column, a field, a view and a schema, and that nothing else of it is run.
func FuzzQuote(f *testing.F) {
	f.Add(odd, "a")
	f.Add("''", `""`)
	f.Add(`\'`, `\"`)
	f.Add("'; DROP TABLE canary; --", `"; DROP TABLE canary; --`)
	f.Add("$$", "$1")
	db := laketest.Open(f)
	exec := func(t testing.TB, query string) {
		t.Helper()
		if _, err := db.Exec(query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	exec(f, "CREATE TABLE canary AS SELECT 7 AS n")
	f.Fuzz(func(t *testing.T, s, value string) {
		if s == "" || strings.ContainsAny(s+value, "\x00") || !utf8.ValidString(s+value) || duck.CheckSchema(s) != nil || strings.EqualFold(s, "main") {
			return // no name: the decoder or the configuration refuses such text
		}
		view := duck.Ident(s) + "." + duck.Ident(s)
		exec(t, duck.CreateSchema(s))
		exec(t, "CREATE OR REPLACE VIEW "+view+" AS SELECT "+duck.Lit(value)+" AS "+duck.Ident(s)+", struct_pack("+duck.Ident(s)+" := "+duck.Lit(value)+") AS inside")
		defer exec(t, "DROP SCHEMA "+duck.Ident(s)+" CASCADE")
		rows, err := db.Query("SELECT " + duck.Ident(s) + ", " + duck.Field("inside", s) + ", (SELECT n FROM canary) FROM " + view)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		names, err := rows.Columns()
		if err != nil || !rows.Next() {
			t.Fatalf("no row: %v", err)
		}
		var got, field string
		var n int
		if err := rows.Scan(&got, &field, &n); err != nil || got != value || field != value || names[0] != s || n != 7 {
			t.Fatalf("got %q and %q of %q, name %q, %d: %v", got, field, value, names[0], n, err)
		}
	})
}
