package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"target-filelake/lake"
)

// asProgram, in the environment, makes the test binary the program itself: a
// real process to kill, without building it twice.
const asProgram = "FILELAKE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main() // what it starts is the program too
	}
	if os.Getenv(asReader) != "" {
		readOn(os.Args[1], os.Args[2])
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// program is the program as a process.
func program(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(exe, args...)
	c.Env = append(os.Environ(), asProgram+"=1")
	return c
}

// running is the program as a process that reads from us.
type running struct {
	*exec.Cmd
	in        io.WriteCloser
	out, errs bytes.Buffer
}

func startProgram(t testing.TB, args ...string) *running {
	t.Helper()
	r := &running{Cmd: program(t, args...)}
	r.Stdout, r.Stderr = &r.out, &r.errs
	var err error
	if r.in, err = r.StdinPipe(); err == nil {
		err = r.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// write sends it a part of the tap's output.
func (r *running) write(t testing.TB, text string) {
	t.Helper()
	if _, err := io.WriteString(r.in, text); err != nil {
		t.Fatal(err)
	}
}

// end closes its input and wants its exit code.
func (r *running) end(t testing.TB, want int) result {
	t.Helper()
	r.in.Close()
	return r.exit(t, want)
}

// exit waits for it to end by itself, a minute at most.
func (r *running) exit(t testing.TB, want int) result {
	t.Helper()
	killer := time.AfterFunc(time.Minute, func() { _ = r.Process.Kill() })
	err := r.Wait()
	killer.Stop()
	if code := r.ProcessState.ExitCode(); code != want {
		t.Fatalf("%v, want exit %d\n%s", err, want, r.errs.String())
	}
	return result{want, r.out.String(), r.errs.String()}
}

// resumable is a tap whose STATE is the number of the line to go on from.
type resumable struct {
	schemas string
	lines   []string
	seed    uint64
}

// newResumable makes n records of t (upserts) and a (appends), seeded.
func newResumable(n int, seed uint64) resumable {
	r := rand.New(rand.NewPCG(seed, 7))
	tap := resumable{schemas: singer(schemaT, schemaA), seed: seed}
	for i := range n {
		if i%3 == 0 {
			tap.lines = append(tap.lines, singer(rowA(strconv.Itoa(i))))
		} else {
			tap.lines = append(tap.lines, singer(rowT(strconv.Itoa(r.IntN(400)), fmt.Sprintf("%d %s", i, strings.Repeat("x", r.IntN(300))))))
		}
		if i%50 == 49 {
			tap.lines = append(tap.lines, singer(stateOf(strconv.Itoa(len(tap.lines)+1))))
		}
	}
	return tap
}

// run writes the tap's output from a line on, with rests that let the target commit.
func (r resumable) run(w io.WriteCloser, from int) {
	defer w.Close()
	out := bufio.NewWriter(w)
	if _, err := out.WriteString(r.schemas); err != nil {
		return
	}
	for i, l := range r.lines[from:] {
		if _, err := out.WriteString(l); err != nil {
			return // the target was killed
		}
		if i%200 == 199 {
			if out.Flush() != nil {
				return
			}
			time.Sleep(2 * time.Millisecond)
		}
	}
	out.Flush()
}

// stdoutState resumes from the newest STATE that came out of stdout.
func stdoutState(_ testing.TB, _ string, out []byte, before int) int {
	for _, l := range strings.Split(string(out[:bytes.LastIndexByte(out, '\n')+1]), "\n") {
		if n, err := strconv.Atoi(l); err == nil {
			before = n
		}
	}
	return before
}

// lakeState resumes from the STATE of the newest version.
func lakeState(t testing.TB, dir string, _ []byte, before int) int {
	disk, err := lake.OpenDisk(dir)
	if err != nil {
		return before
	}
	defer disk.Close()
	m, err := lake.Newest(disk)
	if err != nil {
		t.Fatal(err)
	}
	if s := m.Pipelines["default"].State; s != nil {
		before, _ = strconv.Atoi(*s)
	}
	return before
}

// killUntilDone runs the tap into the program, kills it at random moments, and
// goes on from the STATE that resume gives until a run ends by itself.
func killUntilDone(t *testing.T, dir string, tap resumable, r *rand.Rand, args []string, resume func(testing.TB, string, []byte, int) int) (kills int) {
	t.Helper()
	window := 170 // ms; grows where nothing is committed in it
	for from := 0; kills < 500; {
		c := startProgram(t, append([]string{"--lake", dir}, args...)...)
		go tap.run(c.in, from)
		killer := time.AfterFunc(time.Duration(30+r.IntN(window))*time.Millisecond, func() { _ = c.Process.Kill() })
		err := c.Wait()
		killer.Stop()
		if err == nil {
			return kills
		}
		if status, _ := c.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() {
			t.Fatalf("%v\n%s", err, c.errs.String())
		}
		kills++
		was := from
		if from = resume(t, dir, c.out.Bytes(), from); from == was {
			window += window / 8
		}
	}
	t.Fatal("500 kills and no end in sight")
	return kills
}

// TestKillAnywhere compares loads that were killed with one that was not: the
// tap resumes from the STATE of the lake, or from the last one on stdout.
func TestKillAnywhere(t *testing.T) {
	t.Parallel()
	const seed = 11
	tap := newResumable(12_000, seed)
	args := []string{"--batch-size-rows", "400", "--threads", "2"}
	whole := t.TempDir()
	load(t, whole, singer(schemaT, schemaA)+strings.Join(tap.lines, ""), 0, args...)
	keyed := query(t, whole, "SELECT count(*) AS n, md5(string_agg(id || ' ' || v, ',' ORDER BY id)) AS h FROM t")
	appended := query(t, whole, "SELECT count(*) AS n, count(DISTINCT n) AS ids, sum(n) AS s FROM a")

	f := func(resume func(testing.TB, string, []byte, int) int) {
		t.Helper()
		dir := t.TempDir()
		r := rand.New(rand.NewPCG(seed, 8))
		kills := killUntilDone(t, dir, tap, r, args, resume)
		wantQuery(t, dir, "SELECT count(*) AS n, md5(string_agg(id || ' ' || v, ',' ORDER BY id)) AS h FROM t", keyed)
		wantQuery(t, dir, "SELECT count(*) AS n, count(DISTINCT n) AS ids, sum(n) AS s FROM a", appended)
		if kills < 3 {
			t.Errorf("only %d kills: the test shows little", kills)
		}
		t.Logf("%d kills, seed %d", kills, seed)
	}
	f(lakeState)
	f(stdoutState)
}

func TestSignalsDrainToTheLastState(t *testing.T) {
	t.Parallel()
	f := func(sig os.Signal, want int) {
		t.Helper()
		dir := t.TempDir()
		c := startProgram(t, "--lake", dir)
		if _, err := io.WriteString(c.in, singer(schemaT, rowT("1", "a"), stateOf("1"), rowT("2", "b"))); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second) // idle, with the pipe open
		if err := c.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		err := c.Wait()
		if exit := new(exec.ExitError); !errors.As(err, &exit) || exit.ExitCode() != want {
			t.Errorf("%v: %v, want exit %d\n%s", sig, err, want, c.errs.String())
		}
		if c.out.String() != "1\n" {
			t.Errorf("stdout %q", c.out.String())
		}
		wantQuery(t, dir, "SELECT * FROM t", `[{"id":1,"v":"a"}]`)
	}
	f(os.Interrupt, exitInt)
	f(syscall.SIGTERM, exitTerm)
}

// awaitVersion waits for a version of a lake that a program loads.
func awaitVersion(t testing.TB, dir string, v int) {
	t.Helper()
	name := filepath.Join(dir, "_lake", "log", fmt.Sprintf("%020d.json", v))
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(name); err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("no version %d", v)
		}
	}
}

// TestSignalWhileBusy has a tap that never ends and a commit for every row.
func TestSignalWhileBusy(t *testing.T) {
	dir := t.TempDir()
	c := startProgram(t, "--lake", dir, "--batch-size-rows", "1")
	go func() {
		defer c.in.Close()
		_, err := io.WriteString(c.in, singer(schemaT))
		for i := 0; err == nil; i++ {
			_, err = io.WriteString(c.in, singer(rowT(strconv.Itoa(i), "x"), stateOf(strconv.Itoa(i))))
		}
	}()
	awaitVersion(t, dir, 5)
	asked := time.Now()
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	killer := time.AfterFunc(30*time.Second, func() { _ = c.Process.Kill() })
	err := c.Wait()
	killer.Stop()
	if exit := new(exec.ExitError); !errors.As(err, &exit) || exit.ExitCode() != exitTerm {
		t.Fatalf("%v after %s\n%.500s", err, time.Since(asked), c.errs.String())
	}
	last := stdoutState(t, dir, c.out.Bytes(), -1)
	wantQuery(t, dir, "SELECT count(*) AS n, max(id) AS last FROM t", fmt.Sprintf(`[{"n":%d,"last":%d}]`, last+1, last))
}

// TestAgeCommitsWhileIdle has a tap that sends a STATE and then nothing.
func TestAgeCommitsWhileIdle(t *testing.T) {
	f := func(lines, table, want string) {
		t.Helper()
		dir := t.TempDir()
		c := startProgram(t, "--lake", dir, "--batch-max-age", "300ms")
		if _, err := io.WriteString(c.in, lines); err != nil {
			t.Fatal(err)
		}
		awaitVersion(t, dir, 1)
		wantQuery(t, dir, "SELECT * FROM "+table, want)
		c.in.Close()
		if err := c.Wait(); err != nil {
			t.Errorf("%v\n%s", err, c.errs.String())
		}
	}
	f(singer(schemaT, rowT("1", "a"), stateOf("1")), "t", `[{"id":1,"v":"a"}]`)
	f(singer(schemaT, rowT("1", "a")), "t", `[{"id":1,"v":"a"}]`) // no STATE at all: keyed rows are safe to commit
}

func TestClosedStdout(t *testing.T) {
	dir := t.TempDir()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	c := program(t, "--lake", dir)
	c.Stdout, c.Stdin = w, strings.NewReader(singer(schemaT, rowT("1", "a"), stateOf("1")))
	err = c.Run()
	w.Close()
	if exit := new(exec.ExitError); !errors.As(err, &exit) || exit.ExitCode() != exitDisk {
		t.Errorf("%v, want exit %d", err, exitDisk)
	}
	wantQuery(t, dir, "SELECT * FROM t", `[{"id":1,"v":"a"}]`)
}
