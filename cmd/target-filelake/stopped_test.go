package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// filesOf are the data files of a stream, staged ones too.
func filesOf(t testing.TB, dir, stream string) []string {
	t.Helper()
	var out []string
	for _, name := range lakeFiles(t, dir) {
		if strings.HasPrefix(name, filepath.Join(dir, stream)+"/") {
			out = append(out, filepath.Base(name))
		}
	}
	return out
}

// startStaging starts a load of rows without a STATE, and stops it, as SIGSTOP
// does, once it has written files that no commit names.
func startStaging(t testing.TB, dir, pipeline, stream string, rows int) *running {
	t.Helper()
	c := startProgram(t, "--lake", dir, "--pipeline", pipeline, "--commit-at", "state", "--maximum-batch-size-mb", "1")
	name := func(line string) string { return strings.ReplaceAll(line, `'stream':'t'`, `'stream':'`+stream+`'`) }
	var b strings.Builder
	b.WriteString(singer(name(schemaT)))
	for i := range rows {
		b.WriteString(singer(name(rowT(strconv.Itoa(i), "staged"))))
	}
	c.write(t, b.String())
	for deadline := time.Now().Add(time.Minute); len(filesOf(t, dir, stream)) == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("nothing staged\n%s", c.errs.String())
		}
	}
	signalTo(t, c, syscall.SIGSTOP)
	return c
}

// TestSweepsLeaveLiveFilesAlone sweeps while another loader is stopped with
// files that no version names.
func TestSweepsLeaveLiveFilesAlone(t *testing.T) {
	const rows = 130_000 // more than a row group
	dir := t.TempDir()
	live := startStaging(t, dir, "live", "t", rows)
	files := filesOf(t, dir, "t")

	dead := startStaging(t, dir, "dead", "u", rows)
	if err := dead.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	dead.exit(t, -1)
	r := load(t, dir, singer(schemaA, rowA("1"), stateOf("1")), 0, "--pipeline", "dead")
	wantMessage(t, r, "removed what an interrupted run left")
	if left := filesOf(t, dir, "u"); len(left) > 0 {
		t.Errorf("%q are left of the dead run", left)
	}
	load(t, dir, singer(schemaT, rowT("1", "intruder"), stateOf("1")), exitLocked, "--pipeline", "live") // sweeps nothing
	load(t, dir, singer(schemaT, rowT("1", "intruder"), "nonsense"), exitBadInput, "--pipeline", "third")
	if got := filesOf(t, dir, "t"); !slices.Equal(got, files) {
		t.Fatalf("the stopped run's files were %q, are %q", files, got)
	}
	signalTo(t, live, syscall.SIGCONT)
	live.write(t, singer(stateOf("7")))
	if out := live.end(t, 0).out; out != "7\n" {
		t.Errorf("stdout %q", out)
	}
	wantQuery(t, dir, "SELECT count(*) AS n, count(DISTINCT v) AS v FROM t", fmt.Sprintf(`[{"n":%d,"v":1}]`, rows))
}

// TestStoppedLoaders stops loaders at random instants, goes on with others, and
// lets them end: nobody waits for the stopped ones, and nothing of theirs is lost.
func TestStoppedLoaders(t *testing.T) {
	t.Parallel()
	const seed, commits = 9, 60
	r := rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	for round := range times(3) {
		c := startProgram(t, "--lake", dir, "--pipeline", "stopped", "--batch-size-rows", "1")
		go func() {
			defer c.in.Close()
			_, err := io.WriteString(c.in, singer(schemaA))
			for i := 0; i < commits && err == nil; i++ {
				_, err = io.WriteString(c.in, singer(rowA(strconv.Itoa(i)), stateOf(strconv.Itoa(round*commits+i))))
			}
		}()
		for range 5 {
			time.Sleep(time.Duration(5+r.IntN(60)) * time.Millisecond)
			if syscall.Kill(c.Process.Pid, syscall.SIGSTOP) != nil {
				break // it has ended
			}
			load(t, dir, singer(schemaT, rowT(strconv.Itoa(r.IntN(9)), "x"), stateOf("1")), 0, "--pipeline", "other")
			signalTo(t, c, syscall.SIGCONT)
		}
		c.exit(t, 0)
		if lines := strings.Count(c.out.String(), "\n"); lines != commits {
			t.Errorf("%d STATEs, want %d", lines, commits)
		}
		wantQuery(t, dir, "SELECT count(*) AS n, sum(n) AS s FROM a", fmt.Sprintf(`[{"n":%d,"s":%d}]`, (round+1)*commits, (round+1)*commits*(commits-1)/2))
	}
}
