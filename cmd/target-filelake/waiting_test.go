package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// awaitText waits until a file of a running program's holds text.
func awaitText(t testing.TB, name, text string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		got, _ := os.ReadFile(name)
		if strings.Contains(string(got), text) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s never held %q: %s", name, text, got)
		}
	}
}

// startHolder starts a run that has the lock and waits for its tap.
func startHolder(t testing.TB, dir string, args ...string) *running {
	t.Helper()
	c := startProgram(t, append([]string{"--lake", dir}, args...)...)
	awaitText(t, dir+"/_lake/locks/default", fmt.Sprintf("pid %d on ", c.Process.Pid))
	return c
}

func TestSamePipelineTwice(t *testing.T) {
	dir := t.TempDir()
	c := startHolder(t, dir)
	host, _ := os.Hostname()
	holder := fmt.Sprintf("pid %d on %s since %d-", c.Process.Pid, host, time.Now().Year())
	f := func(want int, says string, args ...string) {
		t.Helper()
		r := load(t, dir, singer(schemaT, rowT("1", "loser"), stateOf("9")), want, args...)
		if want != 0 {
			wantMessage(t, r, `pipeline "default"`, holder, says)
		}
		if want != 0 && r.out != "" {
			t.Errorf("the loser said %q", r.out)
		}
	}
	f(exitLocked, "--wait 10m")
	f(exitLocked, "waited 100ms", "--wait", "100ms")
	f(0, "", "--pipeline", "other")
	if err := c.Process.Signal(syscall.SIGSTOP); err != nil { // a stopped holder holds
		t.Fatal(err)
	}
	f(exitLocked, "--wait 10m")
	if err := c.Process.Kill(); err != nil { // a dead one does not
		t.Fatal(err)
	}
	c.exit(t, -1)
	f(0, "", "--pipeline", "default", "--adopt")
}

func TestWaitForTheLock(t *testing.T) {
	dir := t.TempDir()
	c := startHolder(t, dir)
	c.write(t, singer(schemaT, rowT("1", "first"), stateOf("1")))
	w := startProgram(t, "--lake", dir, "--wait", "1m")
	w.write(t, singer(schemaT, rowT("1", "second"), stateOf("2")))
	w.in.Close()
	time.Sleep(300 * time.Millisecond)
	c.end(t, 0)
	r := w.exit(t, 0)
	wantMessage(t, r, "waiting for another run", fmt.Sprintf("pid %d on ", c.Process.Pid))
	if c.out.String() != "1\n" || r.out != "2\n" {
		t.Errorf("stdouts %q and %q", c.out.String(), r.out)
	}
	wantQuery(t, dir, "SELECT v FROM t", `[{"v":"second"}]`)
}

func TestSignalsEndTheWait(t *testing.T) {
	dir := t.TempDir()
	c := startHolder(t, dir)
	f := func(sig os.Signal, want int) {
		t.Helper()
		name := t.TempDir() + "/stderr"
		errs, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		defer errs.Close()
		w := program(t, "--lake", dir, "--wait", "1h")
		w.Stderr = errs
		if err := w.Start(); err != nil {
			t.Fatal(err)
		}
		awaitText(t, name, "waiting for another run")
		asked := time.Now()
		if err := w.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		_ = w.Wait()
		if code := w.ProcessState.ExitCode(); code != want || time.Since(asked) > 5*time.Second {
			t.Errorf("exit %d after %s, want %d", code, time.Since(asked), want)
		}
	}
	f(os.Interrupt, exitInt)
	f(syscall.SIGTERM, exitTerm)
	c.end(t, 0)
}
