package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// wantState compares the sidecar of a pipeline.
func wantState(t testing.TB, dir, name, want string) {
	t.Helper()
	if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
		t.Errorf("%s %q, %v; want %q", name, got, err, want)
	}
}

func wantMessage(t testing.TB, r result, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(r.err, w) {
			t.Errorf("%q is not said:\n%s", w, r.err)
		}
	}
}

func TestAnotherPipelinesStream(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0)
	// What came before the stream that is refused stays.
	r := load(t, dir, singer(schemaA, rowA("1"), stateOf("5"), schemaT, rowT("1", "b"), stateOf("6")), exitLocked, "--pipeline", "other")
	wantMessage(t, r, `line 4`, `stream "t" belongs to pipeline "default"`, "--pipeline default", "--adopt")
	if r.out != "5\n" {
		t.Errorf("stdout %q", r.out)
	}
	wantQuery(t, dir, "SELECT v FROM t", `[{"v":"a"}]`)
	wantState(t, dir, "state.json", "1")
	wantState(t, dir, "state-other.json", "5")
}

func TestAdoption(t *testing.T) {
	dir := t.TempDir()
	input := func(v string) string { return singer(schemaT, rowT("1", v), stateOf("1")) }
	load(t, dir, input("a"), 0)
	load(t, dir, input("b"), 0, "--pipeline", "other", "--adopt")
	wantQuery(t, dir, "SELECT v FROM t", `[{"v":"b"}]`)
	wantMessage(t, load(t, dir, input("c"), exitLocked), `belongs to pipeline "other"`)
	load(t, dir, input("d"), 0, "--pipeline", "other") // its own from now on
	load(t, dir, singer(schemaT), 0, "--adopt")        // without a row or a STATE too
	wantMessage(t, load(t, dir, input("e"), exitLocked, "--pipeline", "other"), `belongs to pipeline "default"`)
	wantQuery(t, dir, "SELECT v FROM t", `[{"v":"d"}]`)
	wantState(t, dir, "state-other.json", "1")
}

// TestAdoptedFromUnderALoader has a pipeline lose its stream while it loads.
func TestAdoptedFromUnderALoader(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0)
	c := startProgram(t, "--lake", dir, "--batch-size-rows", "1")
	c.write(t, singer(schemaT, rowT("2", "b"), stateOf("2")))
	awaitVersion(t, dir, 2)
	load(t, dir, singer(schemaT, rowT("1", "taken"), stateOf("1")), 0, "--pipeline", "other", "--adopt")
	c.write(t, singer(rowT("2", "lost"), stateOf("3")))
	r := c.end(t, exitLocked)
	wantMessage(t, r, `stream "t" belongs to pipeline "other"`, "--adopt")
	if r.out != "2\n" {
		t.Errorf("stdout %q", r.out)
	}
	wantQuery(t, dir, "SELECT * FROM t ORDER BY id", `[{"id":1,"v":"taken"},{"id":2,"v":"b"}]`)
	wantState(t, dir, "state.json", "2")
}

// TestTwoTapsOnOnePipeline has a second tap that was not given a position of its own.
func TestTwoTapsOnOnePipeline(t *testing.T) {
	t.Parallel()
	other := strings.ReplaceAll(schemaT, `'stream':'t'`, `'stream':'u'`)
	f := func(want int, input string, args ...string) {
		t.Helper()
		dir := t.TempDir()
		load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0)
		r := load(t, dir, input, want, args...)
		if want != exitUsage {
			return
		}
		wantMessage(t, r, `pipeline "default" has loaded ["t"]`, "--pipeline NAME", "--adopt")
		wantState(t, dir, "state.json", "1")
		if _, err := os.Stat(filepath.Join(dir, "_lake", "log", "00000000000000000002.json")); err == nil || r.out != "" {
			t.Errorf("committed, stdout %q", r.out)
		}
	}
	f(exitUsage, singer(schemaA, rowA("1"), stateOf("9")))
	f(exitUsage, singer(schemaA, rowA("1")))
	f(exitUsage, singer(schemaA, other))
	f(exitUsage, singer(schemaA, rowA("1"), stateOf("9"), other, schemaT), "--batch-size-rows", "1") // too late: a commit was due
	f(0, singer(schemaA, rowA("1"), stateOf("9"), schemaT))
	f(0, singer(schemaT, schemaA, rowA("1"), stateOf("9")), "--batch-size-rows", "1")
	f(0, singer(schemaA, rowA("1"), stateOf("9")), "--adopt")
	f(0, singer(schemaA, rowA("1"), stateOf("9")), "--pipeline", "other")
	f(0, singer(stateOf("9")))
	f(0, "")
	f(exitBadInput, singer(schemaA, strings.ReplaceAll(schemaT, "'key_properties':['id']", "'key_properties':['v']"))) // t was sent, and refused
}
