package main

import (
	"os"
	"strings"
	"testing"
)

// TestQueriesAreRefusedInWords has each kind of statement told what to do instead,
// without the names of our packages.
func TestQueriesAreRefusedInWords(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0)
	f := func(sql, want string, args ...string) {
		t.Helper()
		r := invoke(t, "", append(append([]string{"query", "--lake", dir}, args...), sql)...)
		if r.code != exitOther || !strings.HasPrefix(r.err, "target-filelake: query: "+want) || strings.Contains(r.err, "merge:") || strings.Contains(r.err, "query: query") {
			t.Errorf("%s: exit %d\n%swant %s", sql, r.code, r.err, want)
		}
	}
	for _, format := range []string{"table", "parquet"} {
		f("DELETE FROM t", "DELETE would change rows, and a query only reads", "--format", format)
		f("insert into t VALUES (1)", "INSERT would change rows", "--format", format)
		f("PRAGMA database_list", "PRAGMA is about DuckDB's settings, which cannot be changed here", "--format", format)
		f("COPY t TO 'x.csv'", "COPY writes a file, and a query only reads; give the SELECT alone and send its answer to a file: query --format parquet", "--format", format)
		f("SELECT 1; SELECT 2", "more than one statement; want one SELECT at a time\n", "--format", format)
		f("SELECT * FROM tt", "Catalog Error: Table with name tt does not exist!\nDid you mean \"t\"?", "--format", format)
	}
	f("SET memory_limit = '9GB'", "SET is about DuckDB's settings, which cannot be changed here; memory is what --memory says")
	f("CREATE TABLE x (i INTEGER)", "CREATE would change what is in the lake")
	f("ATTACH 'x.db'", "ATTACH is for other files")
	f("BEGIN", "BEGIN is not answered: want one SELECT")
	f("SELECT * FROM 'x.csv'", `"x.csv" is no stream of the lake`)
	dir = t.TempDir()
	f("SELECT * FROM t", "Catalog Error: Table with name t does not exist!\nThe lake has no streams yet: nothing is committed.\n")
}

// TestMemoryOfQueries holds what --memory does, and what is said where it ends.
func TestMemoryOfQueries(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0)
	r := invoke(t, "", "query", "--lake", dir, "--memory", "256MiB", "SELECT list(repeat('x', 1000000) || range) FROM range(2000)")
	if r.code != exitOther || !strings.Contains(r.err, "256.0 MiB used); raise --memory, or ask for less at once\n") || strings.Contains(r.err, "SET ") {
		t.Errorf("exit %d\n%s", r.code, r.err)
	}
	if r := invoke(t, "", "query", "--lake", dir, "--format", "csv", "--memory", "300MiB", "SELECT current_setting('memory_limit')"); !strings.Contains(r.out, "300.0 MiB") {
		t.Errorf("%s%s", r.out, r.err)
	}
	if r := invoke(t, "", "query", "--lake", dir, "--format", "csv", "SELECT current_setting('memory_limit')"); !strings.Contains(r.out, "2.0 GiB") {
		t.Errorf("by default: %s%s", r.out, r.err)
	}
	for _, c := range []string{"verify", "changes t --from 0", "history t 1"} {
		if r := invoke(t, "", append(strings.Fields(c), "--lake", dir, "--memory", "256MiB")...); r.code != 0 {
			t.Errorf("%s: exit %d\n%s", c, r.code, r.err)
		}
		if r := invoke(t, "", append(strings.Fields(c), "--lake", dir, "--memory", "1MiB")...); r.code != exitUsage || !strings.Contains(r.err, "want at least 256MiB") {
			t.Errorf("%s: exit %d\n%s", c, r.code, r.err)
		}
	}
}

// TestMissingFileIsNamed has each command that needs a file that is gone name it, its
// stream and who tells more, and other queries answered.
func TestMissingFileIsNamed(t *testing.T) {
	uncompacted(t)
	dir := t.TempDir()
	load(t, dir, singer(schemaT, rowT("1", "a"), schemaA, rowA("1"), stateOf("1")), 0)
	file := oneFile(t, dir, "t/batches/*/*.parquet")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	wantQuery(t, dir, "SELECT 1 AS x", `[{"x":1}]`)
	wantQuery(t, dir, "SELECT * FROM a", `[{"n":1}]`)
	says := `stream "t": ` + strings.TrimPrefix(file, dir+"/") + " is missing; target-filelake verify --lake " + dir + " tells all"
	for _, args := range [][]string{
		{"query", "SELECT * FROM t"}, {"query", "--format", "parquet", "SELECT count(*) FROM t"}, {"changes", "t", "--from", "0"}, {"history", "t", "1"}, {"load"}, {"compact"},
	} {
		r := invoke(t, "", append(args, "--lake", dir)...)
		if r.code != exitDisk || !strings.Contains(r.err, says) {
			t.Errorf("%s: exit %d\n%swant %s", args, r.code, r.err, says)
		}
	}
	if r := invoke(t, "", "verify", "--lake", dir); r.code != exitOther || !strings.Contains(r.out, ".parquet: is missing; put the file of a copy") {
		t.Errorf("verify: exit %d\n%s", r.code, r.out)
	}
}
