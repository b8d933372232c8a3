package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"target-filelake/merge/answer"
	"target-filelake/merge/duck"
)

func TestQueryFormats(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, mageStream, 0)
	const sql = `SELECT id, 'a|b' || chr(10) || 'c' AS "t|x", NULL AS n FROM orders`
	f := func(format, want string) {
		t.Helper()
		if r := invoke(t, "", "query", "--lake", dir, "--format", format, sql); r.code != 0 || r.out != want {
			t.Errorf("%s: exit %d, %q, want %q\n%s", format, r.code, r.out, want, r.err)
		}
	}
	f("csv", "id,t|x,n\n1,\"a|b\nc\",\n")
	f("tsv", "id\tt|x\tn\n1\t\"a|b\nc\"\t\n")
	f("markdown", "| id | t\\|x | n |\n| --- | --- | --- |\n| 1 | a\\|b<br>c | NULL |\n")
	f("table", "id  t|x     n\n1   a|b\\nc  NULL\n")
}

func TestQueryParquet(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, mageStream, 0)
	r := invoke(t, "", "query", "--lake", dir, "--format", "parquet", "SELECT id, [id, 7] AS l FROM orders -- a note;")
	path := filepath.Join(t.TempDir(), "x.parquet")
	if err := os.WriteFile(path, []byte(r.out), 0o666); err != nil || r.code != 0 {
		t.Fatalf("exit %d, %v\n%s", r.code, err, r.err)
	}
	rows, err := answer.ReadParquet(context.Background(), duck.Config{Threads: 1, MemoryMB: 100, TempDir: t.TempDir()}, path)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := printJSONL(&b, rows); err != nil || b.String() != `{"id":1,"l":[1,7]}`+"\n" {
		t.Errorf("%v: %s", err, b.String())
	}
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
	for _, sql := range []string{"EXPLAIN SELECT 1", "DROP TABLE x", "SELECT * FROM read_text('/etc/hostname')", "SELECT 1) TO '/tmp/x' (FORMAT csv); --", "COPY (SELECT 1) TO 'x'"} {
		if r := invoke(t, "", "query", "--lake", dir, "--format", "parquet", sql); r.code != exitOther || r.out != "" {
			t.Errorf("%s: exit %d, %q\n%s", sql, r.code, r.out, r.err)
		}
	}
}

// TestQuerySources has SQL in a file, on stdin, in two places, and nowhere.
func TestQuerySources(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, mageStream, 0)
	sql := file(t, "q.sql", "-- of a file\nSELECT max(id) AS m FROM orders;\n")
	f := func(stdin string, want int, text string, args ...string) {
		t.Helper()
		if r := invoke(t, stdin, append([]string{"query", "--lake", dir}, args...)...); r.code != want || !strings.Contains(r.out+r.err, text) {
			t.Errorf("%v: exit %d, want %d and %q in\n%s%s", args, r.code, want, text, r.out, r.err)
		}
	}
	f("", 0, "m\n1\n", "--file", sql)
	f("SELECT 42 AS x", 0, "x\n42\n")
	f("SELECT 42 AS x", 0, "x\n42\n", "-f", "-")
	f("", exitUsage, "no SQL")
	f("", exitUsage, "want one of them", "--file", sql, "SELECT 1")
	f("", exitDisk, "no such file", "--file", sql+"x")
	f("", 0, "physical_plan", "--explain", "SELECT count(*) FROM orders")
}

func TestConverse(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, mageStream, 0)
	c := QueryCmd{LakeFlag: LakeFlag{Lake: dir}, MemoryFlag: MemoryFlag{1 << 30}, Format: "csv"}
	lines := []string{"", "help", ".tables", "SELECT", "  id AS x FROM orders;", "SELECT nothing;", "SELECT 2 AS y;", ".quit", "SELECT 3;"}
	var out, errs bytes.Buffer
	shown := ""
	read := func() (string, error) {
		if len(lines) == 0 {
			return "", io.EOF
		}
		line := lines[0]
		lines = lines[1:]
		return line, nil
	}
	if err := c.converse(context.Background(), &stdio{out: &out, err: &errs}, read, func(p string) { shown += p }); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.Contains(got, "orders") || !strings.HasSuffix(got, "x\n1\ny\n2\n") || len(lines) != 1 {
		t.Errorf("%s%d lines left", got, len(lines))
	}
	if !strings.Contains(errs.String(), "nothing") || !strings.Contains(errs.String(), ".quit or Ctrl-D") || !strings.Contains(shown, promptMore) {
		t.Errorf("%s%s", errs.String(), shown)
	}
}

func TestHistoryOfLines(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	h, err := openHistory()
	if err != nil || h.Len() != 0 {
		t.Fatal(h, err)
	}
	for _, line := range []string{"one", "one", " ", "two"} {
		h.Add(line)
	}
	if h, err = openHistory(); err != nil || h.Len() != 2 || h.At(0) != "two" || h.At(1) != "one" {
		t.Fatal(h, err)
	}
	for range 2 * rememberedLines {
		h.Add("a")
		h.Add("b")
	}
	if h, err = openHistory(); err != nil || h.Len() != rememberedLines {
		t.Fatal(h.Len(), err)
	}
	info, err := os.Stat(h.file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
}

func TestAligned(t *testing.T) {
	f := func(screen int, want string, lines ...string) {
		t.Helper()
		var b bytes.Buffer
		a := aligned{w: &b, screen: screen}
		for _, l := range lines {
			a.lines = append(a.lines, strings.Split(l, ","))
		}
		if err := a.flush(); err != nil || b.String() != want {
			t.Errorf("screen of %d: %v\n%s\nwant\n%s", screen, err, b.String(), want)
		}
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); screen > 12 && n > screen {
				t.Errorf("a line of %d on a screen of %d: %s", n, screen, line)
			}
		}
	}
	f(0, "a   b\n10  a long text; longer than any screen is wide\n", "a,b", "10,a long text; longer than any screen is wide")
	f(20, "a   b\n10  a long text; lo…\n", "a,b", "10,a long text; longer than any screen is wide")
	f(20, "aaaaaaaa…  bbbbbbbb…\n1          2\n", "aaaaaaaaaaaaaaaaaa,bbbbbbbbbbbbbbbbbb", "1,2")
	f(3, "aaa…  bbb…\n", "aaaaaa,bbbbbb") // no screen is so narrow
	f(8, "日本…  x\n", "日本語日本語,x")
}

func TestShowJSON(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, mageStream, 0)
	var l shownLake
	r := invoke(t, "", "show", "--lake", dir, "--json")
	if err := json.Unmarshal([]byte(r.out), &l); err != nil || len(l.Streams) != 1 || l.Streams[0].Rows != 1 || string(l.States["default"]) == "" || l.Streams[0].Columns != nil {
		t.Errorf("%v in\n%s%s", err, r.out, r.err)
	}
	var s shownStream
	r = invoke(t, "", "show", "--lake", dir, "--json", "orders")
	if err := json.Unmarshal([]byte(r.out), &s); err != nil || s.Columns[0] != (shownColumn{"id", "bigint", 1, "id"}) || len(s.DataFiles) != 1 || len(s.DataFiles[0].SHA256) != 64 || s.State == nil {
		t.Errorf("%v in\n%s%s", err, r.out, r.err)
	}
	if r = invoke(t, "", "show", "--lake", dir, "orders"); !strings.Contains(r.out, `last STATE {"bookmarks"`) || !strings.Contains(r.out, "unpartitioned") {
		t.Errorf("%s%s", r.out, r.err)
	}
}

func TestCompletion(t *testing.T) {
	r := invoke(t, "", "completion", "bash", "--code")
	if r.code != 0 || !strings.Contains(r.out, "complete ") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
	}
	c := program(t)
	c.Env = append(c.Env, "COMP_LINE=target-filelake com", "COMP_POINT=19")
	out, err := c.Output()
	if got := strings.Fields(string(out)); err != nil || !slices.Contains(got, "compact") || !slices.Contains(got, "completion") {
		t.Errorf("%v: %q", err, out)
	}
}

// TestMovedLake has the next load name the lake's new place in its views.
func TestMovedLake(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	load(t, from, mageStream, 0)
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
	load(t, to, "", 0) // with nothing new
	sql, err := os.ReadFile(filepath.Join(to, viewsSQL))
	if err != nil || strings.Contains(string(sql), from) || !strings.Contains(string(sql), to) {
		t.Errorf("%v\n%s", err, sql)
	}
	if kept, err := filepath.Glob(filepath.Join(to, "*.kept-*")); err != nil || len(kept) > 0 {
		t.Errorf("kept aside: %v, %v", kept, err)
	}
}
