package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"target-filelake/lake"
)

// strictT takes short values, laxT also long ones.
const (
	strictT = `{'type':'SCHEMA','stream':'t','schema':{'properties':{'id':{'type':'integer'},'v':{'type':'string','maxLength':3}}},'key_properties':['id']}`
	laxT    = `{'type':'SCHEMA','stream':'t','schema':{'properties':{'id':{'type':'integer'},'v':{'type':'string','maxLength':9}}},'key_properties':['id']}`
	strictA = `{'type':'SCHEMA','stream':'a','schema':{'properties':{'n':{'type':'integer','maximum':9}}},'key_properties':[]}`
	laxA    = `{'type':'SCHEMA','stream':'a','schema':{'properties':{'n':{'type':'integer','maximum':99999}}},'key_properties':[]}`
)

var quarantined = []string{"--on-invalid-record", "quarantine"}

// replayOf runs a replay and wants exit code want.
func replayOf(t testing.TB, dir string, want int, args ...string) result {
	t.Helper()
	r := invoke(t, "", append([]string{"replay", "--lake", dir}, args...)...)
	if r.code != want {
		t.Fatalf("replay: exit %d, want %d\n%s", r.code, want, r.err)
	}
	return r
}

func versionOf(t testing.TB, dir string) lake.Version {
	t.Helper()
	_, m, err := readLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	return m.Version
}

// TestReplay has a live row, two rejects of one key, and one that stays wrong.
func TestReplay(t *testing.T) {
	uncompacted(t)
	dir := t.TempDir()
	load(t, dir, singer(strictT, strictA, rowT("1", "new"), badT("x"), rowT("1", "older"), rowT("2", "first"), rowT("2", "second"), rowT("3", "much too long"),
		rowA("10"), rowA("7"), rowA("11"), stateOf("'s'")), 0, quarantined...)
	load(t, dir, singer(laxT, laxA), 0)
	r := replayOf(t, dir, 0, "t")
	if want := "t: 5 rejected, 1 loaded, 1 of a key that came again, 1 of a key that is live, 2 still rejected\n"; r.out != want {
		t.Errorf("got %swant %s", r.out, want)
	}
	wantQuery(t, dir, "SELECT * FROM t ORDER BY id", `[{"id":1,"v":"new"},{"id":2,"v":"second"}]`)
	wantQuery(t, dir, "SELECT * FROM a", `[{"n":7}]`)
	want := []string{
		`{"type":"RECORD","stream":"t","line":4,"reasons":[{"path":"/id","reason":"type integer, got a string"}],"record":{"id":"x"}}` + "\n",
		`{"type":"RECORD","stream":"t","line":8,"reasons":[{"path":"/v","reason":"maxLength 9, got a string of 13 characters"}],"record":{"id":3,"v":"much too long"}}` + "\n",
	}
	if got := rejected(t, dir, "t"); strings.Join(got, "") != strings.Join(want, "") {
		t.Errorf("left:\n%s\nwant\n%s", got, want)
	}

	v := versionOf(t, dir)
	replayOf(t, dir, 0)
	wantQuery(t, dir, "SELECT n FROM a ORDER BY n", `[{"n":7},{"n":10},{"n":11}]`)
	if now := versionOf(t, dir); now != v+1 {
		t.Errorf("version %d after %d: a replay of two streams is one commit", now, v)
	}
	if r := replayOf(t, dir, 0, "a"); r.out != "no rejects\n" || versionOf(t, dir) != v+1 {
		t.Errorf("%q, version %d", r.out, versionOf(t, dir))
	}
	replayOf(t, dir, 0, "t") // what is still wrong stays, as often as it is tried
	if got := rejected(t, dir, "t"); strings.Join(got, "") != strings.Join(want, "") {
		t.Errorf("left:\n%s\nwant\n%s", got, want)
	}
	wantQuery(t, dir, "SELECT (SELECT count(*) FROM t) AS t, (SELECT count(*) FROM a) AS a", `[{"t":2,"a":3}]`)
	if state, err := os.ReadFile(filepath.Join(dir, "state.json")); err != nil || strings.TrimSpace(string(state)) != `"s"` {
		t.Errorf("state %s, %v", state, err)
	}
}

// TestReplayBySettings mends the settings, not the SCHEMA.
func TestReplayBySettings(t *testing.T) {
	dir := t.TempDir()
	const schema = `{'type':'SCHEMA','stream':'t','schema':{'properties':{'id':{'type':'integer'},'d':{'type':['string','null'],'format':'date'}}},'key_properties':['id']}`
	load(t, dir, singer(schema, `{'type':'RECORD','stream':'t','time_extracted':'2026-01-02T03:04:05Z','record':{'id':1,'d':'2026-02-30'},'version':7}`), 0,
		append(quarantined, "--add-record-metadata")...)
	replayOf(t, dir, 0, "--invalid-dates", "null", "--add-record-metadata")
	wantQuery(t, dir, "SELECT id, d, _sdc_extracted_at::VARCHAR AS at, _sdc_table_version AS version FROM t", `[{"id":1,"d":null,"at":"2026-01-02 03:04:05+00","version":7}]`)
}

// TestReplayByOrder has rejects that are newer and older than live rows.
func TestReplayByOrder(t *testing.T) {
	dir := t.TempDir()
	row := func(id, at int, v string) string {
		return fmt.Sprintf(`{'type':'RECORD','stream':'t','record':{'id':%d,'at':%d,'v':'%s'}}`, id, at, v)
	}
	schema := func(length int) string {
		return fmt.Sprintf(`{'type':'SCHEMA','stream':'t','schema':{'properties':{'id':{'type':'integer'},'at':{'type':'integer'},'v':{'type':'string','maxLength':%d}}},'key_properties':['id']}`, length)
	}
	load(t, dir, singer(schema(3), row(1, 5, "new"), row(2, 5, "new"), row(3, 5, "new"),
		row(1, 4, "older"), row(2, 5, "equal"), row(3, 6, "newer"), row(4, 2, "newest"), row(4, 1, "oldest")), 0, append(quarantined, "--order-by", "at")...)
	load(t, dir, singer(schema(9)), 0, "--order-by", "at")
	replayOf(t, dir, 0, "--order-by", "at")
	wantQuery(t, dir, "SELECT id, v FROM t ORDER BY id", `[{"id":1,"v":"new"},{"id":2,"v":"new"},{"id":3,"v":"newer"},{"id":4,"v":"newest"}]`)
}

func TestReplayRefuses(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(strictT, badT("x"), rowT("1", "long")), 0, append(quarantined, "--pipeline", "p")...)
	f := func(want int, why string, args ...string) {
		t.Helper()
		if r := replayOf(t, dir, want, args...); !strings.Contains(r.err+r.out, why) {
			t.Errorf("%q: %s%s\nwant %s", args, r.out, r.err, why)
		}
		if v := versionOf(t, dir); v != 1 {
			t.Errorf("%q: version %d", args, v)
		}
	}
	f(2, `no stream "x" in the lake; it has ["t"]`, "x")
	f(75, `stream "t" belongs to pipeline "p"; replay it with --pipeline p`, "t")
	f(2, "--dry-run and --json go with load", "--dry-run")
	f(0, "no rejects") // of pipeline default
	f(2, "open the lake", "--lake", filepath.Join(dir, "nowhere"))
	_, m, err := readLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, m.Tables["t"].Rejects[0].Path)
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	bad := strings.Replace(string(data), "long", "lonG", 1)
	if err := os.WriteFile(name, []byte(bad), 0o644); err != nil {
		t.Fatal(err)
	}
	f(74, "is not what was committed", "--pipeline", "p", "t")
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	replayOf(t, dir, 0, "--pipeline", "p", "--no-validate-records", "t")
	wantQuery(t, dir, "SELECT * FROM t", `[{"id":1,"v":"long"}]`)
}

// TestReplayLeavesDoubt: rows of a load that died before its STATE was out are
// recognised when they come again, also after a replay in between.
func TestReplayLeavesDoubt(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(strictA, rowA("1"), rowA("10"), rowA("2"), stateOf("1")), 0, quarantined...)
	if err := os.Remove(filepath.Join(dir, "_lake", "locks", ".said-default")); err != nil {
		t.Fatal(err)
	}
	replayOf(t, dir, 0, "--no-validate-records")
	load(t, dir, singer(strictA, rowA("1"), rowA("2"), rowA("3"), stateOf("2")), 0)
	wantQuery(t, dir, "SELECT n FROM a ORDER BY n", `[{"n":1},{"n":2},{"n":3},{"n":10}]`)
}

// manyRejects loads n refused records of t and a each beside some rows, and
// mends their SCHEMAs.
func manyRejects(t testing.TB, dir string, n int) {
	t.Helper()
	var in strings.Builder
	in.WriteString(singer(strictT, strictA))
	for i := range n {
		in.WriteString(singer(rowT(strconv.Itoa(i), "longer"), rowA(strconv.Itoa(10+i))))
		if i%10 == 0 {
			in.WriteString(singer(rowT(strconv.Itoa(i), "new"), rowA("1"), stateOf(strconv.Itoa(i))))
		}
	}
	in.WriteString(singer(stateOf("'end'")))
	load(t, dir, in.String(), 0, append(quarantined, "--batch-size-rows", strconv.Itoa(n/30))...)
	load(t, dir, singer(laxT, laxA), 0)
}

// TestReplayKilled kills replays at random moments and compares with one that
// was not: each leaves all rejects or none, and rerun, each row once.
func TestReplayKilled(t *testing.T) {
	t.Parallel()
	const n, wanted, seed = 20_000, 14, 5
	const what = "SELECT (SELECT count(*) FROM a) AS a, (SELECT count(DISTINCT n) FROM a) AS d, (SELECT count(*) FROM t) AS t, " +
		"(SELECT md5(string_agg(id || v, ',' ORDER BY id)) FROM t) AS h"
	base := t.TempDir()
	manyRejects(t, base, n)
	before := query(t, base, what)
	whole := filepath.Join(t.TempDir(), "whole")
	copyLake(t, base, whole)
	started := time.Now()
	if out, err := program(t, "replay", "--lake", whole).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	took := time.Since(started)
	after := query(t, whole, what)
	if want := fmt.Sprintf(`[{"a":%d,"d":%d,"t":%d,`, n+n/10, n+1, n); !strings.HasPrefix(after, want) {
		t.Fatalf("%s, want %s", after, want)
	}

	r := rand.New(rand.NewPCG(seed, 9))
	kills, done := 0, 0
	for tries := 0; kills < wanted; tries++ {
		if tries == 10*wanted {
			t.Fatalf("only %d kills of %d: the test shows little", kills, tries)
		}
		dir := filepath.Join(t.TempDir(), "lake")
		copyLake(t, base, dir)
		c := program(t, "replay", "--lake", dir)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		killer := time.AfterFunc(time.Duration(r.Int64N(int64(took))), func() { _ = c.Process.Kill() })
		_ = c.Wait() // killed or not, the lake says what is true
		killer.Stop()
		killed := false
		if status, _ := c.ProcessState.Sys().(syscall.WaitStatus); status.Signaled() {
			killed = true
			kills++
		}
		got := query(t, dir, what)
		left := len(rejected(t, dir, "t")) + len(rejected(t, dir, "a"))
		if all := got == before && left == 2*n; !all && (got != after || left != 0) {
			t.Fatalf("after a kill: %s and %d rejects", got, left)
		} else if !all && killed {
			done++
		}
		replayOf(t, dir, 0)
		if got := query(t, dir, what); got != after || len(rejected(t, dir, "a")) > 0 || len(orphaned(t, dir)) > 0 {
			t.Fatalf("replayed again: %s, %q", got, orphaned(t, dir))
		}
	}
	t.Logf("%d kills in %s each, %d of them after the commit, seed %d", kills, took, done, seed)
}

// copyLake copies a lake that nobody writes to.
func copyLake(t testing.TB, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

func TestShowRejects(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(strictT, strictA, rowT("1", "a"), badT("secret"), rowT("2", "secret"), rowA("1")), 0, quarantined...)
	f := func(want int, out, errs string, args ...string) {
		t.Helper()
		r := invoke(t, "", append([]string{"show", "--lake", dir}, args...)...)
		if r.code != want || !strings.Contains(r.out, out) || !strings.Contains(r.err, errs) {
			t.Errorf("%q: exit %d\n%s%s\nwant %s%s", args, r.code, r.out, r.err, out, errs)
		}
		if strings.Contains(r.out+r.err, "secret") != strings.Contains(out, "secret") {
			t.Errorf("%q: values in\n%s", args, r.out)
		}
	}
	f(0, "t: 2 records rejected, in 1 files\nline 4: /id: type integer, got a string\nline 5: /v: maxLength 3, got a string of 6 characters\n", "", "--rejects", "t")
	f(0, "line 5: /v: maxLength 3, got a string of 6 characters\n  {\"id\":2,\"v\":\"secret\"}\n", "", "--rejects", "--records", "t")
	f(0, "a: 0 records rejected, in 0 files\n", "", "--rejects", "a")
	f(0, "2 records rejected: show --rejects says why, replay tries them again\n", "", "t")
	f(2, "", "--history and --rejects want a stream", "--rejects")
	f(2, "", "--records goes with --rejects", "--records", "t")
	r := invoke(t, "", "show", "--lake", dir)
	if fields := strings.Fields(r.out[strings.LastIndex(r.out, "\n       t")+1:]); len(fields) < 5 || fields[4] != "2" {
		t.Errorf("rejects of t are not in\n%s", r.out)
	}
}
