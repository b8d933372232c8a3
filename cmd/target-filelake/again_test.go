package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

// mute is a stdout that takes nothing: the load dies between a commit and its STATE.
type mute struct{}

func (mute) Write([]byte) (int, error) { return 0, errors.New("nobody listens") }

// dieUnheard loads input and dies before the first STATE is out.
func dieUnheard(t testing.TB, dir, input string, args ...string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = io.WriteString(w, input)
		w.Close()
	}()
	defer r.Close()
	var errs bytes.Buffer
	if code := run(context.Background(), append([]string{"--lake", dir}, args...), r, mute{}, &errs); code == 0 {
		t.Fatalf("exit 0\n%s", errs.String())
	}
}

// rowsA is RECORDs of stream a with the numbers given.
func rowsA(n ...int) string {
	var b strings.Builder
	for _, n := range n {
		b.WriteString(singer(rowA(fmt.Sprint(n))))
	}
	return b.String()
}

func wantA(t testing.TB, dir, want string) {
	t.Helper()
	wantQuery(t, dir, "SELECT string_agg(n, ' ' ORDER BY n) AS n FROM a", `[{"n":"`+want+`"}]`)
}

// TestRowsThatComeAgain has a tap that resumes after a load that died between
// its commit and its STATE: from the STATE before, from the one committed, and
// from some in between.
func TestRowsThatComeAgain(t *testing.T) {
	t.Parallel()
	f := func(want string, next ...string) {
		t.Helper()
		dir := t.TempDir()
		load(t, dir, singer(schemaA)+rowsA(1, 2)+singer(stateOf("2")), 0)
		dieUnheard(t, dir, singer(schemaA)+rowsA(3, 4, 5, 6)+singer(stateOf("6")))
		for _, input := range next {
			if unheard, ok := strings.CutPrefix(input, "unheard "); ok {
				dieUnheard(t, dir, singer(schemaA)+unheard)
			} else {
				load(t, dir, singer(schemaA)+input, 0, "--batch-size-rows", "2")
			}
		}
		wantA(t, dir, want)
	}
	state := func(v string) string { return singer(stateOf(v)) }
	all := "1 2 3 4 5 6"
	f(all, rowsA(3, 4, 5, 6)+state("6"))                                                             // all again
	f(all, rowsA(3, 4)+state("4")+rowsA(5, 6)+state("6"))                                            // in smaller batches
	f(all+" 7", rowsA(7)+state("7"))                                                                 // the STATE was heard
	f(all+" 7 8", rowsA(3, 4, 5, 6, 7, 8)+state("8"))                                                // and more
	f(all, rowsA(3, 4)+state("4"))                                                                   // only a part of them
	f(all+" 7", rowsA(3, 4)+state("4"), rowsA(5, 6, 7)+state("7"))                                   // the rest in the next run
	f(all+" 7", rowsA(3, 4)+state("4"), state("4"), rowsA(5, 6)+state("6"), rowsA(7)+state("7"))     // or the one after
	f(all, "unheard "+rowsA(3, 4, 5, 6)+state("6"), rowsA(3, 4, 5, 6)+state("6"))                    // dead twice
	f(all+" 7", "unheard "+rowsA(3, 4)+state("4"), rowsA(3, 4)+state("4")+rowsA(5, 6, 7)+state("7")) // dead in the middle, from before
	f(all+" 7", "unheard "+rowsA(3, 4)+state("4"), rowsA(5, 6, 7)+state("7"))                        // and from there
	f(all+" 7", "unheard "+rowsA(3, 4, 5, 6, 7)+state("7"), rowsA(3, 4, 5, 6, 7)+state("7"))         // dead with more
	f(all+" 7 8", "unheard "+rowsA(3, 4, 5, 6, 7)+state("7"), rowsA(8)+state("8"))                   // which were heard
	f("1 2 3 3 4 5 6 9", rowsA(3, 9)+state("9"))                                                     // other rows
	f("1 2 3 3 4 4 5 5 6 6", rowsA(7)[:0]+state("6"), rowsA(3, 4, 5, 6)+state("6"))                  // heard, then sent on purpose
}

// TestRowsThatComeAgainInOtherBatches has a single row, which says little of
// itself, come again in a later commit than its first neighbours: once where
// the run lives, and once where it dies before that.
func TestRowsThatComeAgainInOtherBatches(t *testing.T) {
	t.Parallel()
	input := singer(schemaT, schemaA, rowT("1", "x"), stateOf("1"), rowA("1"), stateOf("2"), rowT("2", "y"), stateOf("3"))
	rest := singer(schemaT, schemaA, rowA("1"), stateOf("2"), rowT("2", "y"), stateOf("3"))
	f := func(next ...string) {
		t.Helper()
		dir := t.TempDir()
		dieUnheard(t, dir, input)
		for _, in := range next {
			if in == input {
				dieUnheard(t, dir, input, "--batch-size-rows", "1")
			} else {
				load(t, dir, in, 0, "--batch-size-rows", "1")
			}
		}
		wantA(t, dir, "1")
		wantQuery(t, dir, "SELECT count(*) AS n FROM t", `[{"n":2}]`)
	}
	f(input + "\n")
	f(input, input+"\n")
	f(input, rest)
	f(input, input, rest)
}

// TestTapDiesBeforeItsFirstState has a tap that goes on from a STATE, and dies
// between two lines before it sends another: its rows come again.
func TestTapDiesBeforeItsFirstState(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(schemaA)+rowsA(1)+singer(stateOf("1")), 0)
	load(t, dir, singer(schemaA)+rowsA(2), exitBadInput)
	load(t, dir, singer(schemaA)+rowsA(2)+singer(stateOf("2")), 0)
	wantA(t, dir, "1 2")
}

// TestRunWithoutStateLeavesDoubt has a run in between that ends before its tap
// has said a STATE: which one the tap was told before is as open as it was.
func TestRunWithoutStateLeavesDoubt(t *testing.T) {
	dir := t.TempDir()
	input := singer(schemaA) + rowsA(1, 2) + singer(stateOf("2"))
	dieUnheard(t, dir, input)
	load(t, dir, singer(schemaA)+rowsA(1)+"nonsense\n", exitBadInput)
	load(t, dir, input, 0)
	wantA(t, dir, "1 2")
}

// TestPendingRowsThatComeAgain has rows of a version that is not active yet
// come again after a load that died before its STATE was out.
func TestPendingRowsThatComeAgain(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(schemaA, rowAV(1, 1), activate("a", 1), stateOf("1")), 0)
	more := singer(schemaA, rowAV(2, 2), rowAV(2, 3), stateOf("2"))
	dieUnheard(t, dir, more)
	load(t, dir, more, 0)
	wantA(t, dir, "1")
	load(t, dir, singer(schemaA, activate("a", 2), stateOf("3")), 0)
	wantA(t, dir, "2 3")
}

// TestRowsThatComeAgainAfterAnotherSchema has a run that dies before it comes
// to the rows, and to the SCHEMA that the dead load had seen.
func TestRowsThatComeAgainAfterAnotherSchema(t *testing.T) {
	dir := t.TempDir()
	wide := strings.Replace(schemaA, `'n':`, `'m':{'type':'integer'},'n':`, 1)
	input := singer(schemaT, schemaA, rowT("1", "x"), stateOf("1"), wide, rowA("1"), stateOf("2"))
	load(t, dir, singer(schemaT, schemaA, stateOf("0")), 0)
	dieUnheard(t, dir, input)
	load(t, dir, singer(schemaT, schemaA, rowT("1", "x"), stateOf("1"))+"{", exitBadInput)
	load(t, dir, singer(schemaT, wide, rowA("1"), stateOf("2")), 0)
	wantA(t, dir, "1")
}

// TestRowsAllAlike has rows that say nothing about which they are.
func TestRowsAllAlike(t *testing.T) {
	f := func(state, want string) {
		t.Helper()
		dir := t.TempDir()
		dieUnheard(t, dir, singer(schemaA)+rowsA(1)+singer(stateOf("1")))
		load(t, dir, singer(schemaA)+rowsA(1)+singer(stateOf(state)), 0)
		wantA(t, dir, want)
	}
	f("1", "1")
	f("2", "1 1")
}

// TestAgainWithoutState has a tap that sends no STATE: all comes again.
func TestAgainWithoutState(t *testing.T) {
	dir := t.TempDir()
	input := singer(schemaA) + rowsA(1, 2, 3)
	c := startProgram(t, "--lake", dir)
	if _, err := io.WriteString(c.in, input); err != nil {
		t.Fatal(err)
	}
	c.in.Close()
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	wantA(t, dir, "1 2 3")
	load(t, dir, input, 0) // a run that ended well: the rows are new
	wantA(t, dir, "1 1 2 2 3 3")
}

// TestAgainWithMetadata compares what the tap said, not what the target adds.
func TestAgainWithMetadata(t *testing.T) {
	dir := t.TempDir()
	input := singer(schemaA) + rowsA(1, 2, 3) + singer(stateOf("3"))
	dieUnheard(t, dir, input, "--add-record-metadata")
	load(t, dir, input, 0, "--add-record-metadata")
	wantA(t, dir, "1 2 3")
}

// TestAgainAfterKeyedCommits has a load in doubt followed by one that commits
// keyed rows by age, sends no STATE and is killed: the doubt is as it was.
func TestAgainAfterKeyedCommits(t *testing.T) {
	dir := t.TempDir()
	schemas := singer(schemaA, schemaT)
	dieUnheard(t, dir, schemas+rowsA(1, 2, 3)+singer(stateOf("3")))
	c := startProgram(t, "--lake", dir, "--batch-max-age", "200ms")
	c.write(t, schemas+singer(rowT("1", "a")))
	awaitVersion(t, dir, 2)
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	load(t, dir, schemas+rowsA(1, 2, 3)+singer(rowT("1", "b"), stateOf("3")), 0)
	wantA(t, dir, "1 2 3")
	wantQuery(t, dir, "SELECT v FROM t", `[{"v":"b"}]`)
}

// TestAgainAfterDroppedRows has a load die whose ACTIVATE_VERSION dropped rows
// of the same commit: the others are known when they come again.
func TestAgainAfterDroppedRows(t *testing.T) {
	dir := t.TempDir()
	input := singer(schemaA, rowAV(1, 1), rowAV(1, 2), activate("a", 2), rowAV(2, 3), rowAV(2, 4), stateOf("4"))
	dieUnheard(t, dir, input)
	wantA(t, dir, "3 4")
	load(t, dir, input, 0)
	wantA(t, dir, "3 4")
}

// TestIgnoreAfterActivate has rows that an ACTIVATE_VERSION drops keep none out.
func TestIgnoreAfterActivate(t *testing.T) {
	dir := t.TempDir()
	args := []string{"--unique-conflict-method", "IGNORE"}
	load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0, args...)
	load(t, dir, singer(schemaT, rowT("2", "b"), activate("t", 2), rowV(2, "1", "c"), rowV(2, "2", "d"), stateOf("2")), 0, args...)
	wantQuery(t, dir, "SELECT string_agg(id || v, ' ' ORDER BY id) AS r FROM t", `[{"r":"1c 2d"}]`)
}
