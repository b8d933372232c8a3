package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestParseMoment(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	f := func(text, want string) {
		t.Helper()
		m, err := parseMoment(text, now)
		got := "refused"
		switch {
		case err != nil && !strings.Contains(err.Error(), fmt.Sprintf("%q: want a version", text)):
			t.Fatalf("%q: %v", text, err)
		case m.version != nil:
			got = fmt.Sprint("version ", uint64(*m.version))
		case m.time != nil:
			got = m.time.UTC().Format(time.RFC3339Nano)
		}
		if got != want {
			t.Fatalf("%q: got %s, want %s", text, got, want)
		}
	}
	f("0", "version 0")
	f("12", "version 12")
	f("00000000000000000042", "version 42")
	f("2026-11-21", "2026-11-21T00:00:00Z")
	f("2026-11-21 10:30", "2026-11-21T10:30:00Z")
	f("2026-11-21 10:30:15", "2026-11-21T10:30:15Z")
	f("2026-11-21T10:30:15.5", "2026-11-21T10:30:15.5Z")
	f("2026-11-21T10:30:15Z", "2026-11-21T10:30:15Z")
	f("2026-11-21T10:30:15.000001+05:30", "2026-11-21T05:00:15.000001Z")
	f("2h", "2026-11-22T10:00:00Z")
	f("1h30m", "2026-11-22T10:30:00Z")
	f("3d", "2026-11-19T12:00:00Z")
	f("1d12h", "2026-11-21T00:00:00Z")
	f("0s", "2026-11-22T12:00:00Z")
	f("", "refused")
	f("-1", "refused")
	f("-2h", "refused")
	f("+2h", "refused")
	f("d", "refused")
	f("1d-2h", "refused")
	f("yesterday", "refused")
	f("2026-13-01", "refused")
	f("99999999999999999999", "refused")
}

// pastLake has three versions of streams t and a.
func pastLake(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	wide := strings.Replace(schemaT, `'v':`, `'w':{'type':'number'},'v':`, 1)
	load(t, dir, singer(schemaT, rowT("1", "a"), rowT("2", "a"), rowT("3", "a"), schemaA, rowA("1"), stateOf("1")), 0)
	load(t, dir, singer(schemaT, rowT("2", "b"), rowT("3", "a"), rowT("4", "b"), schemaA, rowA("1"), rowA("2"), stateOf("2")), 0)
	load(t, dir, singer(wide, `{'type':'RECORD','stream':'t','record':{'id':2,'v':'c','w':1.5}}`, rowT("5", "c"), stateOf("3")), 0)
	return dir
}

func TestQueryAt(t *testing.T) {
	uncompacted(t)
	dir := pastLake(t)
	f := func(at, sql, want string) {
		t.Helper()
		r := invoke(t, "", "query", "--lake", dir, "--at", at, "--format", "jsonl", sql)
		if got := strings.ReplaceAll(r.out, "\n", " "); r.code != 0 || got != want {
			t.Errorf("at %s: got %s, want %s\n%s", at, got, want, r.err)
		}
	}
	f("1", "SELECT * FROM t ORDER BY id", `{"id":1,"v":"a"} {"id":2,"v":"a"} {"id":3,"v":"a"} `)
	f("2", "SELECT * FROM t ORDER BY id", `{"id":1,"v":"a"} {"id":2,"v":"b"} {"id":3,"v":"a"} {"id":4,"v":"b"} `)
	f("3", "SELECT * FROM t WHERE id = 2", `{"id":2,"v":"c","w":1.5} `)
	f("0s", "SELECT count(*) AS n FROM t", `{"n":5} `)
	f(time.Now().Add(time.Hour).Format(time.RFC3339), "SELECT count(*) AS n FROM a", `{"n":3} `)
	f("1", "SELECT count(*) AS n FROM a", `{"n":1} `)

	refuse := func(want string, args ...string) {
		t.Helper()
		r := invoke(t, "", append(args, "--lake", dir)...)
		if r.code != exitUsage || !strings.Contains(r.err, want) || r.out != "" {
			t.Errorf("%q: exit %d, %s%s; want %s", args, r.code, r.out, r.err, want)
		}
	}
	refuse("version 4 is not in the lake: it has versions 1, committed ", "query", "--at", "4", "SELECT 1")
	refuse(" to 3", "show", "--at", "2026-01-01")
	refuse("want a version (12), a time", "query", "--at", "soon", "SELECT 1")
	for at, want := range map[string]string{"1": "version 1,", "2": "version 2,", "3": "version 3,"} {
		if r := invoke(t, "", "show", "--lake", dir, "--at", at); !strings.Contains(r.out, want) {
			t.Errorf("show --at %s: %s%s", at, r.out, r.err)
		}
	}
	if r := invoke(t, "", "show", "t", "--lake", dir, "--at", "1"); !strings.Contains(r.out, "t: table t, 3 rows, 0 superseded") {
		t.Errorf("show t --at 1: %s%s", r.out, r.err)
	}
	r := invoke(t, "", "query", "--lake", dir, "--at", "1", "SELECT * FROM read_parquet('"+newestFile(t, dir)+"')")
	if r.code == 0 {
		t.Errorf("an old version's query read a newer version's file: %s", r.out)
	}
}

// vacuumFirst removes version 1, as a vacuum would once it is old enough.
func vacuumFirst(t testing.TB, dir string) {
	t.Helper()
	err := os.WriteFile(filepath.Join(dir, "_lake/vacuumed.json"), []byte(`{"oldest":2,"swept":2}`), 0o644)
	if err = errors.Join(err, os.Remove(filepath.Join(dir, "_lake/log/00000000000000000001.json"))); err != nil {
		t.Fatal(err)
	}
}

// newestFile is a file of stream t that the newest version alone names.
func newestFile(t testing.TB, dir string) string {
	t.Helper()
	root, m, err := readLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := m.Tables["t"].Files
	return root + "/" + files[len(files)-1].Path
}
