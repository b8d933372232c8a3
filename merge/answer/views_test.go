package answer

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge"
	"target-filelake/merge/duck"
	"target-filelake/merge/laketest"
)

// TestWidened reads one old value of each kind in each type it can be widened to.
func TestWidened(t *testing.T) {
	fx := newFixture(t)
	n := 0
	f := func(from columns.Column, value string, to columns.Column, want string) {
		t.Helper()
		n++
		tab := fx.Table(fmt.Sprintf("t%d", n), nil, from)
		fx.load(tab, fx.Write(tab, value), fx.Write(tab, "NULL"))
		evolve(tab, to)
		got := fx.answer(fmt.Sprintf("SELECT c FROM t%d ORDER BY ALL", n))
		if len(got) != 2 || got[0] != want || got[1] != "[null]" {
			t.Fatalf("got %v, want %s and [null]", got, want)
		}
		conn := fx.views()
		kind := texts(t, conn, fmt.Sprintf("SELECT typeof(c) FROM t%d", n))
		if plain := texts(t, conn, "SELECT typeof("+duck.Null(&to)+")"); kind[0] != plain[0] {
			t.Fatalf("type %s, want %s", kind[0], plain[0])
		}
	}
	to := func(k columns.Kind) columns.Column { return column(1, "c", k) }
	f(to(columns.Int64), "9007199254740993", to(columns.Int64), `[9007199254740993]`)
	f(to(columns.Int64), "7", to(columns.Double), `[7]`)
	f(to(columns.Int64), "-9223372036854775808", to(columns.String), `["-9223372036854775808"]`)
	f(to(columns.Int64), "9007199254740993", to(columns.JSON), `[9007199254740993]`)
	dec := func(p, s int) columns.Column { return decimal(1, "c", p, s) }
	f(to(columns.Int64), "-9223372036854775808", dec(38, 0), `[-9223372036854775808]`)
	f(to(columns.Int64), "9223372036854775807", dec(21, 2), `[9223372036854775807.00]`)
	f(dec(9, 2), "-1234567.89", dec(9, 2), `[-1234567.89]`)
	f(dec(9, 2), "-1234567.89", dec(11, 4), `[-1234567.8900]`)
	f(dec(4, 2), "0.07", dec(38, 36), `[0.070000000000000000000000000000000000]`)
	f(dec(38, 38), "-0.00000000000000000000000000000000000001", to(columns.String), `["-0.00000000000000000000000000000000000001"]`)
	f(dec(38, 37), "-1.0000000000000000000000000000000000001", to(columns.JSON), `[-1.0000000000000000000000000000000000001]`)
	f(to(columns.Double), "0.1", to(columns.String), `["0.1"]`)
	f(to(columns.Double), "1e300", to(columns.JSON), `[1e300]`)
	f(to(columns.Boolean), "true", to(columns.String), `["true"]`)
	f(to(columns.Boolean), "false", to(columns.JSON), `[false]`)
	f(to(columns.String), `'ab"c'`, to(columns.JSON), `["ab\"c"]`)
	f(to(columns.JSON), `'{"b":1.50,"a":[null]}'`, to(columns.JSON), `[{"b":1.50,"a":[null]}]`)
	f(to(columns.UUID), "'0123ABCD-0000-0000-0000-000000000000'", to(columns.String), `["0123abcd-0000-0000-0000-000000000000"]`)
	f(to(columns.UUID), "'0123ABCD-0000-0000-0000-000000000000'", to(columns.JSON), `["0123abcd-0000-0000-0000-000000000000"]`)
	f(to(columns.Date), "DATE '2024-02-29'", to(columns.Timestamp), `["2024-02-29T00:00:00Z"]`)
	f(to(columns.Date), "DATE '0001-01-01'", to(columns.String), `["0001-01-01"]`)
	f(to(columns.Date), "DATE '2024-02-29'", to(columns.JSON), `["2024-02-29"]`)
	f(to(columns.Time), "TIME '23:59:59.000001'", to(columns.String), `["23:59:59.000001"]`)
	f(to(columns.Time), "TIME '23:59:59'", to(columns.JSON), `["23:59:59"]`)
	f(to(columns.Timestamp), "TIMESTAMPTZ '2024-02-29 10:00:00.120+00'", to(columns.String), `["2024-02-29T10:00:00.12Z"]`)
	f(to(columns.Timestamp), "TIMESTAMPTZ '0001-01-01 00:00:00+00'", to(columns.JSON), `["0001-01-01T00:00:00Z"]`)

	list := func(e columns.Column) columns.Column {
		e.ID, e.Name = 20, "element"
		return column(1, "c", columns.List, e)
	}
	lists := func(e columns.Column) columns.Column { inner := list(e); inner.Fields[0].ID++; return list(inner) }
	f(list(to(columns.Int64)), "[1, NULL]", list(to(columns.Double)), `[[1.0,null]]`)
	f(lists(to(columns.Date)), "[[DATE '2024-01-01'], []]", lists(to(columns.Timestamp)), `[[["2024-01-01T00:00:00Z"],[]]]`)
	f(list(to(columns.Int64)), "[7, NULL]", list(dec(21, 2)), `[[7.00,null]]`)
	f(lists(dec(2, 2)), "[[-0.5], [], NULL]", lists(to(columns.String)), `[[["-0.50"],[],null]]`)
	f(lists(dec(2, 2)), "[[-0.5], [], NULL]", to(columns.JSON), `[[[-0.50],[],null]]`)
	f(list(to(columns.JSON)), `['{"a":1}', NULL]`, list(to(columns.JSON)), `[[{"a":1},null]]`)
	f(list(to(columns.String)), "['a', NULL]", to(columns.JSON), `[["a",null]]`)
	f(list(to(columns.Timestamp)), "[TIMESTAMPTZ '2024-01-01 00:00:00+00']", to(columns.JSON), `[["2024-01-01T00:00:00Z"]]`)

	obj := func(fields ...columns.Column) columns.Column { return column(1, "c", columns.Struct, fields...) }
	odd := columns.Column{ID: 3, Name: `A_2`, Property: `it's "A`, Kind: columns.Timestamp}
	when := "TIMESTAMPTZ '2024-01-01 00:00:00.5+00'"
	f(obj(column(2, "a", columns.Int64)), "{'a': 1}", obj(column(2, "a", columns.Double), column(3, "b", columns.JSON)), `[{"a":1.0,"b":null}]`)
	f(obj(column(2, "a", columns.JSON), odd), `{'a': '[1]', 'A_2': `+when+`}`, obj(column(2, "a", columns.JSON), odd), `[{"a":[1],"A_2":"2024-01-01T00:00:00.5Z"}]`)
	f(obj(column(2, "a", columns.JSON), odd), `{'a': '[1]', 'A_2': `+when+`}`, to(columns.JSON), `[{"a":[1],"it's \"A":"2024-01-01T00:00:00.5Z"}]`)
	days := column(5, "days", columns.List, column(6, "element", columns.Struct, column(7, "d", columns.Date)))
	f(obj(days), "{'days': [{'d': DATE '2024-01-01'}, NULL]}", to(columns.JSON), `[{"days":[{"d":"2024-01-01"},null]}]`)
	f(obj(days), "{'days': NULL}", to(columns.JSON), `[{"days":null}]`)
}

// TestOwnNames has names that our own SQL uses in every place.
func TestOwnNames(t *testing.T) {
	f := newFixture(t)
	var cols []columns.Column
	for i, name := range []string{"k1", "k0", "live", "gone", "file", "pos", "ordinal", "last", "path", "e1", "l", "b", "lake", "range", "number"} {
		cols = append(cols, column(int32(i+1), name, columns.Int64))
	}
	cols = append(cols, column(40, "e0", columns.List, column(41, "element", columns.Date)))
	cols = append(cols, column(30, "s", columns.Struct, column(31, "__lake_file", columns.Int64)))
	tab := f.Table("gone", []string{"k1", "k0", "last"}, cols...)
	f.load(tab, f.Write(tab, "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,[DATE '2024-01-01'],{'__lake_file':16}", "1,1,3,4,5,6,7,8,9,10,11,12,13,14,15,[DATE '2024-01-01'],NULL"))
	cols = slices.Clone(cols)
	cols[len(cols)-2].Fields = []columns.Column{column(41, "element", columns.Timestamp)}
	evolve(tab, cols...)
	r := f.load(tab, f.Write(tab, "1,2,0,0,0,0,0,8,0,0,0,0,0,0,0,NULL,NULL", "1,2,0,0,0,0,0,8,0,0,0,0,0,0,1,NULL,NULL"))
	if want := (merge.Result{Within: 1, Lake: 1}); r != want {
		t.Fatalf("got %+v, want %+v", r, want)
	}
	got := f.answer("SELECT * FROM gone ORDER BY k0")
	want := []string{`[1,1,3,4,5,6,7,8,9,10,11,12,13,14,15,["2024-01-01T00:00:00Z"],null]`, `[1,2,0,0,0,0,0,8,0,0,0,0,0,0,1,null,null]`}
	if !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func TestEmptyTable(t *testing.T) {
	f := newFixture(t)
	f.Table("empty", []string{"id"}, column(1, "id", columns.Int64), column(2, "j", columns.JSON),
		column(3, "s", columns.Struct, column(4, `a "b"`, columns.Timestamp)), column(5, "l", columns.List, column(6, "element", columns.UUID)))
	got := texts(t, f.views(), "SELECT column_name || ' ' || column_type FROM (DESCRIBE empty)")
	want := []string{"id BIGINT", "j JSON", `s STRUCT("a ""b""" TIMESTAMP WITH TIME ZONE)`, "l UUID[]"}
	if !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	if rows := f.answer("SELECT * FROM empty"); rows != nil {
		t.Fatalf("got %v, want no rows", rows)
	}
}

// people is a table with several superseded rows in each of several files.
func people(f *fixture) (*lake.Table, map[int]int) {
	f.Helper()
	tab := f.Table("people", []string{"id"}, column(1, "id", columns.Int64), column(2, "v", columns.Int64), column(3, "day", columns.Date))
	r := rand.New(rand.NewPCG(3, 4))
	live := map[int]int{}
	for batch := range 6 {
		if batch == 3 {
			evolve(tab, column(1, "id", columns.Int64), column(2, "v", columns.Int64), column(3, "day", columns.Timestamp))
		}
		var rows []string
		for i := range 300 {
			id, v := r.IntN(500), batch*1000+i
			rows = append(rows, fmt.Sprintf("%d, %d, DATE '2024-01-01'", id, v))
			live[id] = v
		}
		f.load(tab, f.Write(tab, rows...))
	}
	return tab, live
}

// TestSupersededStayGone filters at random: a filter may spare files and row
// groups, and must not bring a superseded row back.
func TestSupersededStayGone(t *testing.T) {
	f := newFixture(t)
	_, live := people(f)
	conn := f.views()
	r := rand.New(rand.NewPCG(5, 6))
	for range 60 {
		lo, hi, id := r.IntN(6000), r.IntN(6000), r.IntN(500)
		var want []string
		for k, v := range live {
			if v >= lo && v <= hi || k == id {
				want = append(want, fmt.Sprintf("%d=%d", k, v))
			}
		}
		slices.Sort(want)
		query := fmt.Sprintf("SELECT id || '=' || v AS row FROM people WHERE v BETWEEN %d AND %d OR id = %d ORDER BY 1", lo, hi, id)
		if got := texts(t, conn, query); !slices.Equal(got, want) {
			t.Fatalf("views: %s: got %v, want %v", query, got, want)
		}
		if got := f.answer(query); len(got) != len(want) {
			t.Fatalf("query: %s: got %d rows, want %d", query, len(got), len(want))
		}
		one := fmt.Sprintf("SELECT v FROM people WHERE id = %d", id)
		if got := texts(t, conn, one); len(got) > 1 || len(got) == 1 && got[0] != fmt.Sprint(live[id]) {
			t.Fatalf("%s: got %v, want %d", one, got, live[id])
		}
	}
}

func TestViewsMoved(t *testing.T) {
	f := newFixture(t)
	people(f)
	conn := f.views()
	query := "SELECT id || ' ' || v || ' ' || epoch_us(day) FROM people ORDER BY id"
	set := func(statement string) {
		t.Helper()
		if _, err := conn.ExecContext(context.Background(), statement); err != nil {
			t.Fatal(err)
		}
	}
	set("SET TimeZone = 'America/Los_Angeles'")
	want := texts(t, conn, query)
	if len(want) < 300 {
		t.Fatalf("%d people, want hundreds", len(want))
	}
	moved := filepath.Join(t.TempDir(), "moved 'lake'")
	f.Must(os.Rename(f.Root, moved))
	defer func() { f.Must(os.Rename(moved, f.Root)) }()
	set("SET VARIABLE lake = " + duck.Lit(moved))
	set("SET TimeZone = 'Asia/Kathmandu'")
	if got := texts(t, conn, query); !slices.Equal(got, want) {
		t.Fatalf("got %v\nwant %v", got, want)
	}
}

func TestViewsText(t *testing.T) {
	f := newFixture(t)
	_, live := people(f)
	f.Table("it's; \"odd\"\n$$", nil, column(1, "a", columns.Int64))
	path := filepath.Join(t.TempDir(), "lake.duckdb")
	text, err := Views(context.Background(), f.Manifest, f.Root, path)
	f.Must(err)
	if _, err := f.Writer.Exec(text); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var people, odd int
	f.Must(f.Writer.QueryRow("SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM \"it's; \"\"odd\"\"\n$$\")").Scan(&people, &odd))
	if people != len(live) || odd != 0 {
		t.Fatalf("got %d and %d rows, want %d and 0", people, odd, len(live))
	}
	if _, err := Views(context.Background(), f.Manifest, f.Root, filepath.Join(t.TempDir(), "none", "lake.duckdb")); err == nil {
		t.Fatal("views were written into a directory that is not there")
	}
}

// TestViewsInSchemas has streams of one name in several schemas, and asks them
// through each door.
func TestViewsInSchemas(t *testing.T) {
	f := newFixture(t)
	add := func(schema, name, value string) *lake.Table {
		tab := f.Table(schema+"-"+name, nil, column(1, "v", columns.String))
		tab.ViewSchema, tab.Name = schema, name
		f.load(tab, f.Write(tab, duck.Lit(value)))
		return tab
	}
	add("", "orders", "main")
	add("sales", "orders", "sales")
	add("merge_views", "orders", "merge_views")
	add("Größe", "sales", "Größe")
	hostile := add(odd, odd, odd)
	path := filepath.Join(t.TempDir(), "lake.duckdb")
	text, err := Views(context.Background(), f.Manifest, f.Root, path)
	f.Must(err)
	conn, lone := laketest.OpenViews(t, path), laketest.Open(t)
	lone.SetMaxOpenConns(1)
	for range 2 { // it may be run again
		if _, err := lone.Exec(text); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
	fromText, err := lone.Conn(context.Background())
	f.Must(err)
	defer func() { f.Must(fromText.Close()) }()

	ask := func(from, want string) {
		t.Helper()
		query := "SELECT v FROM " + from
		json := string(append(AppendJSON([]byte("["), want), ']'))
		if got := f.answer(query); !slices.Equal(got, []string{json}) {
			t.Errorf("query: %s: got %v, want %s", query, got, json)
		}
		for door, c := range map[string]*sql.Conn{"lake.duckdb": conn, "views.sql": fromText} {
			if got := texts(t, c, query); !slices.Equal(got, []string{want}) {
				t.Errorf("%s: %s: got %v, want %s", door, query, got, want)
			}
		}
	}
	ask("orders", "main")
	ask("main.orders", "main")
	ask("sales.orders", "sales")
	ask("SALES.Orders", "sales")
	ask("merge_views.orders", "merge_views")
	ask(`"Größe".sales`, "Größe")
	ask(duck.View(hostile), odd)
	if got := texts(t, conn, "SELECT v FROM lake.sales.orders"); got[0] != "sales" {
		t.Errorf("by database: got %v", got)
	}
	if got := f.answer("SELECT a.v, b.v FROM orders a, sales.orders b"); !slices.Equal(got, []string{`["main","sales"]`}) {
		t.Errorf("joined: got %v", got)
	}
	if got := f.answer("SELECT count(*) FROM information_schema.tables WHERE table_schema <> 'main'"); !slices.Equal(got, []string{"[4]"}) {
		t.Errorf("tables: got %v", got)
	}
	if got := f.answer(Sample(hostile)); !slices.Equal(got, []string{string(append(AppendJSON([]byte("["), odd), ']'))}) {
		t.Errorf("sample: got %v", got)
	}
}
