package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestChanges(t *testing.T) {
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
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "_lake/vacuumed.json"), []byte(`{"oldest":2,"swept":2}`), 0o644),
		os.Remove(filepath.Join(dir, "_lake/log/00000000000000000001.json"))); err != nil {
		t.Fatal(err)
	}
	f("version 1 is not in the lake: it has versions 2, committed", "t", "--from", "1")
	f("--from 0 --each: version 1 is not in the lake: it has versions 2", "t", "--from", "0", "--each")
	r := invoke(t, "", "changes", "--lake", dir, "t", "--from", "0", "--format", "csv")
	want := "_change,_version,id,v,w\ninsert,,1,a,\ninsert,,3,a,\ninsert,,4,b,\ninsert,3,2,c,1.5\ninsert,3,5,c,\n"
	if r.code != 0 || r.out != want {
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
