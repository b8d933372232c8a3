package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestChanges(t *testing.T) {
	uncompacted(t)
	dir := pastLake(t)
	f := func(want string, args ...string) {
		t.Helper()
		r := invoke(t, "", append([]string{"changes", "--lake", dir, "--format", "csv"}, args...)...)
		if got := strings.ReplaceAll(r.out, "\n", " "); r.code != 0 || got != want {
			t.Errorf("%q:\n got %s\nwant %s\n%s", args, got, want, r.err)
		}
	}
	const old, wide = "_change,_version,id,v ", "_change,_version,id,v,w "
	f(old+"update_before,2,2,a update_after,2,2,b insert,2,4,b ", "t", "--from", "1", "--to", "2")
	f(wide+"update_before,3,2,b, update_after,3,2,c,1.5 insert,3,5,c, ", "t", "--from", "2")
	f(wide+"update_before,3,2,a, update_after,3,2,c,1.5 insert,2,4,b, insert,3,5,c, ", "t", "--from", "1")
	f(wide+"insert,1,1,a, insert,1,2,a, insert,1,3,a, update_before,2,2,a, update_after,2,2,b, insert,2,4,b, "+
		"update_before,3,2,b, update_after,3,2,c,1.5 insert,3,5,c, ", "t", "--from", "0", "--each")
	f(old+"insert,1,1,a insert,1,2,a insert,1,3,a ", "t", "--from", "0", "--to", "1")
	f(wide, "t", "--from", "3")
	f(wide, "t", "--from", "0s")
	f("_change,_version,n insert,2,1 insert,2,2 ", "a", "--from", "1")
	f("_change,_version,n ", "a", "--from", "2", "--to", "3")
	r := invoke(t, "", "changes", "--lake", dir, "t", "--from", "1", "--to", "2", "--format", "jsonl")
	if want := `{"_change":"update_before","_version":2,"id":2,"v":"a"}`; !strings.HasPrefix(r.out, want+"\n") {
		t.Errorf("jsonl: %s", r.out)
	}
	if want := "changes of t from version 1 to version 2\n"; r.err != want {
		t.Errorf("stderr %q, want %q", r.err, want)
	}
}

func TestChangesRefuses(t *testing.T) {
	uncompacted(t)
	dir := pastLake(t)
	f := func(want string, args ...string) {
		t.Helper()
		r := invoke(t, "", append([]string{"changes", "--lake", dir}, args...)...)
		if r.code != exitUsage || !strings.Contains(r.err, want) || r.out != "" {
			t.Errorf("%q: exit %d, %s%s; want %s", args, r.code, r.out, r.err, want)
		}
	}
	f("missing flags: --from", "t")
	f("--from is version 3, after --to, version 1", "t", "--from", "3", "--to", "1")
	f(`no stream "u" in version 1 or 3, which has ["a" "t"]`, "u", "--from", "1")
	f("version 9 is not in the lake", "t", "--from", "9")
	f("version 9 is not in the lake", "t", "--from", "1", "--to", "9")
	f("a version of 2020-01-01T00:00:00Z is not in the lake: it has versions 1", "t", "--from", "2020-01-01")

	// Without version 1, as after a vacuum.
	vacuumFirst(t, dir)
	f("version 1 is not in the lake: it has versions 2, committed", "t", "--from", "1")
	f("--from 0 --each: version 1 is not in the lake: it has versions 2", "t", "--from", "0", "--each")
	r := invoke(t, "", "changes", "--lake", dir, "t", "--from", "0", "--format", "csv")
	want := []string{"", "_change,_version,id,v,w", "insert,,1,a,", "insert,,3,a,", "insert,,4,b,", "insert,3,2,c,1.5", "insert,3,5,c,"}
	// Of a whole table DuckDB gives the rows in any order.
	if got := slices.Sorted(strings.SplitSeq(r.out, "\n")); r.code != 0 || !slices.Equal(got, want) {
		t.Errorf("from the empty lake: exit %d, %s%s", r.code, r.out, r.err)
	}

	// A file that is gone on an otherwise good lake.
	if err := os.Remove(newestFile(t, dir)); err != nil {
		t.Fatal(err)
	}
	r = invoke(t, "", "changes", "--lake", dir, "t", "--from", "2")
	if r.code == 0 || !strings.Contains(r.err, "batches") {
		t.Errorf("without a file: exit %d, %s%s", r.code, r.out, r.err)
	}
}

// TestChangesAcrossWholeTables takes a stream through full loads, a rollback
// and a reset: what changed is told from the rows, whatever moved them.
func TestChangesAcrossWholeTables(t *testing.T) {
	dir := t.TempDir()
	full := func(version int, ids string, v string) {
		t.Helper()
		lines := []string{schemaT}
		for _, id := range strings.Fields(ids) {
			lines = append(lines, rowV(version, id, v))
		}
		load(t, dir, singer(append(lines, activate("t", version), stateOf("1"))...), 0)
	}
	f := func(want string, args ...string) {
		t.Helper()
		r := invoke(t, "", append(args, "--lake", dir, "--format", "csv")...)
		got := anyTime.ReplaceAllString(strings.ReplaceAll(r.out, "\n", " "), "TIME")
		if r.code != 0 || got != want {
			t.Errorf("%q:\n got %s\nwant %s\n%s", args, got, want, r.err)
		}
	}
	done := func(args ...string) {
		t.Helper()
		if r := invoke(t, "", append(args, "--lake", dir)...); r.code != 0 {
			t.Fatalf("%q: exit %d, %s", args, r.code, r.err)
		}
	}
	const head = "_change,_version,id,v "
	full(1, "1 2 3", "a")
	full(2, "2 3 4", "a") // version 2: 1 goes, 4 comes, no other row changes
	f(head+"delete,2,1,a insert,2,4,a ", "changes", "t", "--from", "1")
	f(head+"delete,2,1,a insert,2,4,a ", "changes", "t", "--from", "1", "--each")
	f("_change,_version,_committed,id,v insert,1,TIME,1,a delete,2,TIME,1,a ", "history", "t", "1")
	f("_change,_version,_committed,id,v insert,1,TIME,2,a ", "history", "t", "2")

	done("rollback", "1")
	f(head+"insert,3,1,a delete,3,4,a ", "changes", "t", "--from", "2")
	f(head, "changes", "t", "--from", "1")
	f(head+"delete,2,1,a insert,2,4,a insert,3,1,a delete,3,4,a ", "changes", "t", "--from", "1", "--each")
	f("_change,_version,_committed,id,v insert,1,TIME,1,a delete,2,TIME,1,a insert,3,TIME,1,a ", "history", "t", "1")

	done("reset", "t", "--yes")
	f(head+"delete,4,1,a delete,4,2,a delete,4,3,a ", "changes", "t", "--from", "3")
	other := strings.NewReplacer(`'v':`, `'x':`, `'id':{'type':'integer'}`, `'id':{'type':'string'}`).Replace(schemaT)
	load(t, dir, singer(other, `{'type':'RECORD','stream':'t','record':{'id':'1','x':'y'}}`, stateOf("2")), 0)
	f("_change,_version,id,x insert,5,1,y ", "changes", "t", "--from", "4")
	f("_change,_version,_committed,id,x insert,5,TIME,1,y ", "history", "t", "1")
	for _, each := range []string{"--each", "--no-each"} {
		r := invoke(t, "", "changes", "t", "--lake", dir, "--from", "3", strings.Replace(each, "--no-each", "--to=5", 1))
		if want := `stream "t" got its columns anew in version 5; ask for changes from version 4 on, or up to it`; r.code != exitUsage || !strings.Contains(r.err, want) {
			t.Errorf("across a reset: exit %d, %s; want %s", r.code, r.err, want)
		}
	}
}
