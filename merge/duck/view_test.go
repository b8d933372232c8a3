package duck_test

import (
	"context"
	"strings"
	"testing"

	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
	"target-filelake/merge/laketest"
)

// TestViewInASchema compares the SQL of a view in a schema with testdata, and
// runs it.
func TestViewInASchema(t *testing.T) {
	l := laketest.New(t)
	tab := l.Table(odd, nil, laketest.Column(1, "id", columns.Int64))
	tab.ViewSchema = odd + "s"
	conn, err := l.Writer.Conn(context.Background())
	l.Must(err)
	defer func() { l.Must(conn.Close()) }()
	l.Run(conn, "schema", duck.CreateSchema(tab.ViewSchema))
	l.Run(conn, "schema", duck.CreateSchema(tab.ViewSchema)) // it may be there
	l.Run(conn, "view_schema", duck.CreateView(tab, duck.Under(l.Root), duck.Lit(l.Root)))
	if n := laketest.Texts(t, conn, "SELECT count(*) FROM "+duck.View(tab)); n[0] != "0" {
		t.Fatalf("%s rows, want none", n[0])
	}
}

// TestCheckSchema makes a view in each schema, in a database called as
// lake.duckdb is and in one without a file, and asks it by schema and name. Where
// DuckDB does not take that, CheckSchema must not either.
func TestCheckSchema(t *testing.T) {
	f := func(name, want string) {
		t.Helper()
		err := duck.CheckSchema(name)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", name, err, want)
		}
		works := true
		for _, setup := range []string{"SELECT 1", "ATTACH ':memory:' AS " + duck.Database + "; USE " + duck.Database} {
			db := laketest.Open(t)
			db.SetMaxOpenConns(1)
			for _, s := range []string{setup, duck.CreateSchema(name), "CREATE VIEW " + duck.Ident(name) + ".v AS SELECT 1", "FROM " + duck.Ident(name) + ".v"} {
				_, err := db.Exec(s)
				works = works && err == nil
			}
		}
		if works != (err == nil) {
			t.Errorf("%q: DuckDB takes it: %v; CheckSchema: %v", name, works, err)
		}
	}
	for _, name := range []string{"main", "Main", "sales", "public", "merge_views", "pg_temp", "default", "select", "a.b", " ", odd, "Größe"} {
		f(name, "")
	}
	f("", "empty")
	f("information_schema", "DuckDB's own views")
	f("PG_Catalog", "DuckDB's own views")
	f("Temp", "a database of that name")
	f("system", "a database of that name")
	f("memory", "the database in which query runs")
	f("lake", "lake.duckdb has that name as a database; take another name")
	f("a\x00b", "NUL")
	if err := duck.CheckSchema("a\xff"); err == nil { // DuckDB would call it something else
		t.Error("bytes that are no text were taken")
	}
}
