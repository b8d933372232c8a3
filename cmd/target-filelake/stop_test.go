package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"target-filelake/ingest"
	"target-filelake/lake"
)

// soon is how long a clean stop may take on a busy machine.
const soon = 10 * time.Second

// wantExit waits for a program that was told to stop.
func wantExit(t testing.TB, c *running, want int) {
	t.Helper()
	asked := time.Now()
	c.exit(t, want)
	if took := time.Since(asked); took > soon {
		t.Errorf("exit %d took %s", want, took)
	}
}

func signalTo(t testing.TB, c *running, sig os.Signal) {
	t.Helper()
	if err := c.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// bigState is a STATE longer than a pipe holds.
var bigState = `"` + strings.Repeat("s", 300<<10) + `"`

// startStalled starts a load whose stdout is a pipe that nobody reads, and
// waits until it has more to say than the pipe holds.
func startStalled(t testing.TB, dir string) (*running, *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := &running{Cmd: program(t, "--lake", dir, "--batch-size-rows", "1")}
	c.Stdout, c.Stderr = w, &c.errs
	if c.in, err = c.StdinPipe(); err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	c.write(t, singer(schemaT, rowT("1", "a"), stateOf(bigState)))
	awaitVersion(t, dir, 1)
	time.Sleep(300 * time.Millisecond) // it writes
	return c, r
}

func TestStalledStdout(t *testing.T) {
	t.Parallel()
	f := func(want int, act func(*running, *os.File)) {
		t.Helper()
		dir := t.TempDir()
		c, r := startStalled(t, dir)
		defer r.Close()
		act(c, r)
		wantExit(t, c, want)
		load(t, dir, singer(schemaT, rowT("1", "a"), rowT("2", "b"), stateOf("2")), 0)
		wantQuery(t, dir, "SELECT * FROM t ORDER BY id", `[{"id":1,"v":"a"},{"id":2,"v":"b"}]`)
	}
	f(exitDisk, func(_ *running, r *os.File) { r.Close() })
	f(exitTerm, func(c *running, _ *os.File) { signalTo(t, c, syscall.SIGTERM) })
	f(exitInt, func(c *running, _ *os.File) { signalTo(t, c, os.Interrupt) })
	f(-1, func(c *running, _ *os.File) { // the second signal kills
		signalTo(t, c, syscall.SIGTERM)
		time.Sleep(300 * time.Millisecond)
		signalTo(t, c, syscall.SIGTERM)
	})
	f(0, func(c *running, r *os.File) { // it was only slow
		c.in.Close()
		said, err := io.ReadAll(r)
		if err != nil || string(said) != bigState+"\n" {
			t.Errorf("%v after %d bytes", err, len(said))
		}
	})
}

// TestStalledStderr has a reader of stderr that has stopped reading.
func TestStalledStderr(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := w.Write(make([]byte, 64<<10)); err != nil {
		t.Fatal(err)
	}
	c := &running{Cmd: program(t, "--lake", dir, "--batch-size-rows", "1")}
	c.Stdout, c.Stderr = &c.out, w
	if c.in, err = c.StdinPipe(); err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	c.write(t, singer(schemaT, rowT("1", "a"), stateOf("1")))
	awaitVersion(t, dir, 1)
	signalTo(t, c, syscall.SIGTERM)
	wantExit(t, c, exitTerm)
	wantQuery(t, dir, "SELECT * FROM t", `[{"id":1,"v":"a"}]`)
}

// TestSignalBeforeTheInput has a named pipe that nobody writes to.
func TestSignalBeforeTheInput(t *testing.T) {
	t.Parallel()
	f := func(name string) {
		t.Helper()
		pipe := filepath.Join(t.TempDir(), name)
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Fatal(err)
		}
		c := startProgram(t, "--lake", t.TempDir(), "--input", pipe)
		time.Sleep(500 * time.Millisecond)
		signalTo(t, c, syscall.SIGTERM)
		wantExit(t, c, exitTerm)
	}
	f("in.singer")
	f("in.singer.gz")

	pipe := filepath.Join(t.TempDir(), "in")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		time.Sleep(300 * time.Millisecond)
		_ = os.WriteFile(pipe, []byte(singer(schemaT, rowT("1", "a"), stateOf("1"))), 0)
	}()
	dir := t.TempDir()
	load(t, dir, "", 0, "--input", pipe)
	wantQuery(t, dir, "SELECT * FROM t", `[{"id":1,"v":"a"}]`)
}

// TestSignalsDuringMerges stops loads of which every batch supersedes rows, at
// random instants.
func TestSignalsDuringMerges(t *testing.T) {
	t.Parallel()
	const seed = 5
	r := rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	stopped := 0
	for from := 0; stopped < times(4); {
		c := startProgram(t, "--lake", dir, "--batch-size-rows", "2000")
		go func() {
			_, err := io.WriteString(c.in, singer(schemaT))
			for i := from; err == nil; i += 500 {
				var b strings.Builder
				for n := i; n < i+500; n++ {
					b.WriteString(singer(rowT(strconv.Itoa(n%7919), strconv.Itoa(n))))
				}
				_, err = io.WriteString(c.in, b.String()+singer(stateOf(strconv.Itoa(i+500))))
			}
		}()
		time.Sleep(time.Duration(200+r.IntN(600)) * time.Millisecond)
		signalTo(t, c, syscall.SIGTERM)
		wantExit(t, c, exitTerm)
		from = stdoutState(t, dir, c.out.Bytes(), from)
		stopped++
		// The rows are exactly those before the STATE that came out last.
		wantQuery(t, dir, "SELECT count(*) AS n, max(v::BIGINT) AS last FROM t", fmt.Sprintf(`[{"n":%d,"last":%d}]`, min(from, 7919), from-1))
	}
}

func TestDraining(t *testing.T) {
	asked, ask := context.WithCancelCause(context.Background())
	drain, release := draining(asked, 50*time.Millisecond)
	defer release()
	ask(interrupted{syscall.SIGTERM})
	if err := drain.Err(); err != nil {
		t.Errorf("ended at once: %v", err)
	}
	<-drain.Done()
	if err := context.Cause(drain); exitCode(err) != exitTerm || !strings.Contains(err.Error(), "left to the next run") {
		t.Errorf("%v", err)
	}
}

// TestVanishedLake has the lake's directory go while a run is at work in it.
func TestVanishedLake(t *testing.T) {
	t.Parallel()
	f := func(more bool, act func(dir, elsewhere string) error) {
		t.Helper()
		dir, elsewhere := filepath.Join(t.TempDir(), "lake"), filepath.Join(t.TempDir(), "lake")
		c := startProgram(t, "--lake", dir, "--batch-size-rows", "1")
		c.write(t, singer(schemaT, rowT("1", "a"), stateOf("1")))
		awaitText(t, filepath.Join(dir, "state.json"), "1")
		if err := act(dir, elsewhere); err != nil {
			t.Fatal(err)
		}
		if more {
			c.write(t, singer(rowT("1", "b"), stateOf("2")))
		}
		r := c.end(t, exitDisk)
		wantMessage(t, r, "moved or removed")
		if r.out != "1\n" {
			t.Errorf("stdout %q", r.out)
		}
		if _, err := os.Stat(elsewhere); err == nil {
			wantQuery(t, elsewhere, "SELECT * FROM t", `[{"id":1,"v":"a"}]`)
			load(t, elsewhere, singer(schemaT, rowT("1", "c"), stateOf("3")), 0)
			wantQuery(t, elsewhere, "SELECT * FROM t", `[{"id":1,"v":"c"}]`)
		}
	}
	removed := func(dir, _ string) error { return os.RemoveAll(dir) }
	f(true, removed)
	f(false, removed)
	f(true, os.Rename)
	f(true, func(dir, elsewhere string) error { return errors.Join(os.Rename(dir, elsewhere), os.Mkdir(dir, 0o777)) })
}

// TestStoppedPublisher has another process hold the lock of the views for good.
func TestStoppedPublisher(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0)
	disk, err := lake.OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	lock, err := disk.Lock(lake.ViewsLock, "a stopped process")
	if err != nil {
		t.Fatal(err)
	}
	r := load(t, dir, singer(schemaT, rowT("1", "b"), stateOf("2")), 0)
	wantMessage(t, r, "not up to date", "a stopped process")
	if r.out != "2\n" {
		t.Errorf("stdout %q", r.out)
	}
	if err := errors.Join(lock.Close(), disk.Close()); err != nil {
		t.Fatal(err)
	}
	wantQuery(t, dir, "SELECT * FROM t", `[{"id":1,"v":"b"}]`)
}

func TestSignalsToOtherCommands(t *testing.T) {
	t.Parallel()
	f := func(sig os.Signal, want int, args ...string) {
		t.Helper()
		c := startProgram(t, args...)
		time.Sleep(500 * time.Millisecond)
		signalTo(t, c, sig)
		wantExit(t, c, want)
	}
	dir := t.TempDir()
	load(t, dir, singer(schemaT, stateOf("1")), 0)
	f(os.Interrupt, exitInt, "query", "--lake", dir, "SELECT count(*) FROM range(1000000000000) a, range(1000) b")
	f(syscall.SIGTERM, exitTerm, "query", "--lake", dir, "SELECT count(*) FROM range(1000000000000) a, range(1000) b")
	gen := program(t, "gen", "--records", "100000000")
	if err := gen.Start(); err != nil { // its stdout is the null device
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	c := &running{Cmd: gen}
	signalTo(t, c, syscall.SIGTERM)
	wantExit(t, c, exitTerm)
}

func TestExitCodes(t *testing.T) {
	f := func(want int, errs ...error) {
		t.Helper()
		if got := exitCode(errors.Join(errs...)); got != want {
			t.Errorf("exit %d for %q, want %d", got, errs, want)
		}
	}
	signal, disk := interrupted{os.Interrupt}, &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	f(exitOK)
	f(exitInt, signal)
	f(exitDisk, signal, disk) // it was no clean stop
	f(exitDisk, disk, signal)
	f(exitLocked, signal, lake.ErrFenced)
	f(exitUsage, signal, usageError{errors.New("x")})
	f(exitInt, signal, &ingest.LineError{Line: 1, Reason: "truncated"}) // the tap got the signal too
	f(exitOther, errors.New("x"))
}
