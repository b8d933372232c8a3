package laketest

import (
	"database/sql"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the SQL as it is now to testdata")

// Odd is a name that breaks every careless way to quote.
const Odd = "it's; \"odd\"\n-- $$ /*"

// Run runs a statement on conn and compares its text with testdata.
func (l *Lake) Run(conn *sql.Conn, name, statement string) {
	l.Helper()
	if _, err := conn.ExecContext(l.Context(), statement); err != nil {
		l.Fatalf("%s: %v\n%s", name, err, statement)
	}
	l.Golden(name, statement)
}

// Golden compares SQL with testdata, in which the lake is at /LAKE.
func (l *Lake) Golden(name, statement string) {
	l.Helper()
	golden(l.TB, name, strings.ReplaceAll(statement, strings.ReplaceAll(l.Root, "'", "''"), "/LAKE"))
}

func golden(t testing.TB, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".sql")
	if *update {
		if err := os.WriteFile(path, []byte(got+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got+"\n" != string(want) {
		t.Fatalf("%s: got\n%s\nwant\n%s", path, got, want)
	}
}
