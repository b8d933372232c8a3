package main

import (
	"fmt"
	"strings"
	"testing"
)

// rowV is a RECORD of t in a version.
func rowV(version int, id, v string) string {
	return fmt.Sprintf(`{'type':'RECORD','stream':'t','record':{'id':%s,'v':'%s'},'version':%d}`, id, v, version)
}

// rowAV is a RECORD of a in a version.
func rowAV(version, n int) string {
	return fmt.Sprintf(`{'type':'RECORD','stream':'a','record':{'n':%d},'version':%d}`, n, version)
}

func activate(stream string, version int) string {
	return fmt.Sprintf(`{'type':'ACTIVATE_VERSION','stream':'%s','version':%d}`, stream, version)
}

// runsOf loads inputs one after another and reads both streams.
func runsOf(t *testing.T, args []string, want string, inputs ...string) {
	t.Helper()
	dir := t.TempDir()
	for _, in := range inputs {
		code := 0
		if rest, ok := strings.CutPrefix(in, "65 "); ok {
			in, code = rest, exitBadInput
		}
		load(t, dir, singer(schemaT, schemaA)+singer(in), code, args...)
	}
	got := query(t, dir, `SELECT (SELECT coalesce(string_agg(id || v, ' ' ORDER BY id), '') FROM t) || ' / ' ||
		(SELECT coalesce(string_agg(n, ' ' ORDER BY n), '') FROM a) AS r`)
	if want = fmt.Sprintf(`[{"r":"%s"}]`, want); got != want {
		t.Errorf("%q:\n got %s\nwant %s", inputs, got, want)
	}
}

func TestActivateVersion(t *testing.T) {
	t.Parallel()
	f := func(want string, inputs ...string) {
		t.Helper()
		runsOf(t, []string{"--batch-size-rows", "2"}, want, inputs...)
	}
	lines := func(l ...string) string { return strings.Join(l, "\n") }
	s := stateOf
	first := lines(activate("t", 1), rowV(1, "1", "a"), rowV(1, "2", "b"), s("1"), rowV(1, "3", "c"), activate("t", 1), s("2"))
	f("1a 2b 3c / ", first)
	// A newer version is unseen until it is active, over several commits and runs.
	f("1a 2b 3c / ", first, lines(rowV(2, "1", "x"), s("3"), rowV(2, "4", "y"), s("4")))
	f("1z 4y / ", first, lines(rowV(2, "1", "x"), s("3"), rowV(2, "4", "y"), s("4")), lines(rowV(2, "1", "z"), activate("t", 2), s("5")))
	// Repeated, of an older version, of a stream without a SCHEMA: nothing.
	f("1a 2b 3c / ", first, lines(activate("t", 1), s("6"), activate("t", 1), activate("nobody", 9), s("7")))
	f("1a 2b 3c / ", first, lines(activate("t", 0), s("8")))
	// Rows of an older version are dropped; rows without one are of the active one.
	f("1a 2b 3c 5e / ", first, lines(activate("t", 1), rowV(0, "5", "e"), s("9")))
	f("7g / ", lines(rowV(2, "7", "g"), activate("t", 2), s("1")), lines(rowV(1, "8", "h"), s("2")))
	// Before any record, for a table loaded without versions: it is emptied.
	f(" / ", lines(rowT("1", "a"), s("1")), lines(activate("t", 5), s("2")))
	f("2b / ", lines(rowT("1", "a"), s("1")), lines(rowV(5, "2", "b"), activate("t", 5), s("2")))
	// With none active rows are seen at once, and superseded among each other.
	f("1a 2b / ", lines(rowT("1", "a"), s("1")), lines(rowV(5, "2", "b"), s("2")))
	f("1b 2c / ", lines(rowT("1", "a"), rowT("3", "d"), s("1")), lines(rowV(5, "1", "b"), rowV(5, "2", "x"), s("2"), rowV(5, "2", "c"), activate("t", 5), s("3")))
	f("1a / ", lines(activate("t", 5), rowT("1", "a"), s("1")))
	f("2b / ", lines(rowT("1", "a"), activate("t", 5), rowT("2", "b"), s("1")))
	// An ACTIVATE_VERSION in the batch that has rows of a newer one too.
	f("2b / ", lines(rowV(1, "2", "b"), activate("t", 1), rowV(2, "3", "c"), s("1")))
	f("3c / ", lines(rowT("9", "z"), rowV(1, "2", "b"), activate("t", 1), rowV(2, "3", "c"), s("1")), lines(activate("t", 2), s("2")))
	// A version that is never made active goes with the next that is.
	f("9z / ", first, lines(rowV(2, "1", "x"), s("3")), lines(rowV(3, "9", "z"), activate("t", 3), s("4")))
	// Keyless streams alike.
	f(" / 3 4", lines(rowAV(1, 1), rowAV(1, 2), activate("a", 1), s("1")), lines(rowAV(2, 3), s("2"), rowAV(2, 4), activate("a", 2), s("3")))
	// A version that ACTIVATE_VERSION closed is whole without a STATE after it.
	f(" / 3 4", lines(rowAV(1, 1), activate("a", 1), s("1")), lines(rowAV(2, 3), rowAV(2, 4), activate("a", 2)))
	f(" / 1", lines(rowAV(1, 1), activate("a", 1), s("1")), lines("65 "+s("2"), rowAV(2, 3), rowAV(2, 4)))
	// What came after the newest STATE is not so if the run ends badly.
	f("1a 2b 3c / ", first, lines("65 "+rowV(2, "1", "x"), s("3"), activate("t", 2), "{"))
	f("1x / ", first, lines("65 "+rowV(2, "1", "x"), activate("t", 2), s("3"), "{"))
}

func TestActivateVersionOff(t *testing.T) {
	runsOf(t, []string{"--no-process-activate-version-messages"}, "1b 2c / 1",
		strings.Join([]string{rowV(1, "1", "a"), rowAV(1, 1), activate("t", 1), stateOf("1")}, "\n"),
		strings.Join([]string{rowV(2, "1", "b"), rowV(2, "2", "c"), activate("t", 2), activate("a", 2), stateOf("2")}, "\n"))
}

func TestOverwrite(t *testing.T) {
	t.Parallel()
	f := func(want string, inputs ...string) {
		t.Helper()
		runsOf(t, []string{"--batch-size-rows", "2", "--streams", `{"a":{"load_method":"overwrite"}}`}, want, inputs...)
	}
	lines := func(l ...string) string { return strings.Join(l, "\n") }
	s := stateOf
	first := lines(rowA("1"), rowA("2"), s("1"), rowA("3"), s("2"))
	f(" / 1 2 3", first)
	f(" / 4 5 6", first, lines(rowA("4"), rowA("5"), s("1"), rowA("6"), s("2")))
	f(" / ", first, s("3"))                                         // a SCHEMA without records empties
	f(" / 7", first, rowA("7"))                                     // no STATE at all
	f(" / 1 2 3", first, lines("65 "+rowA("4"), s("3"), rowA("5"))) // the tap may have died
	f(" / 1 2 3", first, lines("65 "+rowA("4"), s("3"), "{"))       // or has
	f("1a 2b / 1 2 3", first, lines("65 "+rowA("4"), rowT("1", "a"), s("3"), rowT("2", "b"), rowA("5")))
	f("1a 2b / 4 5", first, lines(rowA("4"), rowT("1", "a"), s("3"), rowT("2", "b"), rowA("5"), s("4")))
}

// TestOverwriteWithoutTail has a run whose rows no STATE covers, which
// commit_tail: none says not to take: they replace nothing.
func TestOverwriteWithoutTail(t *testing.T) {
	dir := t.TempDir()
	args := []string{"--load-method", "overwrite", "--commit-tail", "none"}
	load(t, dir, singer(schemaA)+rowsA(1, 2)+singer(stateOf("1")), 0, args...)
	load(t, dir, singer(schemaA)+rowsA(3), exitBadInput, args...)
	wantA(t, dir, "1 2")
	load(t, dir, singer(schemaA), 0, args...)
	wantA(t, dir, "1 2")
}

// TestOverwriteHoldsStates has STATEs wait for the end of what replaces a stream.
func TestOverwriteHoldsStates(t *testing.T) {
	dir := t.TempDir()
	input := singer(schemaT, schemaA, rowT("1", "a"), stateOf("1"), rowA("1"), rowT("2", "b"), rowT("3", "c"), stateOf("2"), rowA("2"), stateOf("3"))
	r := load(t, dir, input, 0, "--batch-size-rows", "1", "--streams", `{"a":{"load_method":"overwrite"}}`)
	if r.out != "1\n3\n" && r.out != "3\n" {
		t.Errorf("stdout %q", r.out)
	}
	r = load(t, dir, input+"{", exitBadInput, "--batch-size-rows", "1", "--load-method", "auto")
	wantA(t, dir, "1 1 2 2") // auto appends what is no full table
}

func TestAutoOverwritesFullTables(t *testing.T) {
	dir := t.TempDir()
	schema := singer(strings.Replace(schemaA, `'key_properties'`, `'replication_method':'FULL_TABLE','key_properties'`, 1))
	for _, n := range []string{"1", "2"} {
		load(t, dir, schema+singer(rowA(n), stateOf(n)), 0, "--load-method", "auto")
	}
	wantA(t, dir, "2")
	r := load(t, dir, schema+singer(rowA("3"), stateOf("3")), 0)
	wantA(t, dir, "2 3")
	if !strings.Contains(r.err, "load_method overwrite") {
		t.Errorf("no warning:\n%s", r.err)
	}
}

func TestAppendOnlyWithKey(t *testing.T) {
	dir := t.TempDir()
	input := singer(schemaT, rowT("1", "a"), rowT("1", "b"), stateOf("1"))
	load(t, dir, input, 0, "--load-method", "append-only")
	wantQuery(t, dir, "SELECT count(*) AS n FROM t", `[{"n":2}]`)
	load(t, dir, singer(schemaT, rowT("1", "c"), stateOf("2")), 0)
	wantQuery(t, dir, "SELECT v FROM t", `[{"v":"c"}]`)
}

func TestUniqueConstraints(t *testing.T) {
	dir := t.TempDir()
	schema := singer(strings.Replace(schemaT, `'key_properties'`, `'unique_constraints':['v'],'key_properties'`, 1))
	load(t, dir, schema+singer(rowT("1", "a"), rowT("2", "a"), rowT("2", "b"), stateOf("1")), 0)
	wantQuery(t, dir, "SELECT string_agg(id || v, ' ' ORDER BY v) AS r FROM t", `[{"r":"2a 2b"}]`)
	r := load(t, t.TempDir(), strings.Replace(schema, `["v"]`, `["w"]`, 1), exitBadInput)
	if !strings.Contains(r.err, `unique constraint "w" is not in the schema`) {
		t.Error(r.err)
	}
}
