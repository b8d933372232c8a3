package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestLakeThatIsAFile has each kind of command name the file.
func TestLakeThatIsAFile(t *testing.T) {
	name := file(t, "f", "")
	for _, dir := range []string{name, filepath.Join(name, "lake")} {
		for _, c := range []string{"load", "load --dry-run", "query SELECT/**/1", "show", "verify", "log", "check", "compact", "reset t --yes"} {
			r := invoke(t, "", append(strings.Fields(c), "--lake", dir)...)
			want := "target-filelake: lake " + dir + ": " + name + " is a file, want a directory; name another lake with --lake\n"
			code := exitUsage
			if c == "check" {
				code = exitOther // its answer is no
			}
			if r.code != code || r.err != want {
				t.Errorf("%s: exit %d\n%swant %s", c, r.code, r.err, want)
			}
		}
	}
}

// nobody runs the program, a copy that others may run, as a user who owns nothing.
func nobody(t *testing.T, program, input string, args ...string) result {
	t.Helper()
	c := exec.Command(program, args...)
	c.Env, c.Stdin = append(os.Environ(), asProgram+"=1"), strings.NewReader(input)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	var out, errs strings.Builder
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil && !is[*exec.ExitError](err) {
		t.Fatal(err)
	}
	return result{c.ProcessState.ExitCode(), out.String(), errs.String()}
}

// copyOfProgram is the test binary where others may reach it.
func copyOfProgram(t *testing.T) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "program")
	if err := errors.Join(os.Chmod(filepath.Dir(dir), 0o755), os.WriteFile(name, data, 0o755)); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestDeniedLake has a lake that a user may not read, or not write, named with the user.
func TestDeniedLake(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("!!! TestDeniedLake DID NOT RUN: only root can start a program as another user !!!") // what is denied to oneself, one may give back
	}
	uncompacted(t)
	program := copyOfProgram(t)
	dir := t.TempDir()
	load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0)
	f := func(lake, c, why string) {
		t.Helper()
		r := nobody(t, program, singer(schemaT, rowT("1", "b"), stateOf("2")), append(strings.Fields(c), "--lake", lake)...)
		got := r.err[max(0, strings.LastIndex(r.err, "target-filelake: ")):]
		want := "permission denied; give user 65534 the right, or name another lake with --lake\n"
		if r.code != exitDisk || !strings.HasPrefix(got, "target-filelake: lake "+lake+": "+why) || !strings.HasSuffix(got, want) {
			t.Errorf("%s: exit %d\n%swant %s", c, r.code, got, want)
		}
	}
	f(dir, "load", `lock pipeline "default": `)
	f(filepath.Join(dir, "new"), "load", "make the lake: ")
	f(dir, "compact", `lock pipeline "default": `)
	if r := nobody(t, program, "", "query", "--lake", dir, "SELECT * FROM t"); r.code != 0 {
		t.Errorf("a reader needs no right to write: exit %d\n%s", r.code, r.err)
	}
	shut := func(name string) {
		t.Helper()
		if err := os.Chmod(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	shut("t")
	f(dir, "changes t --from 0", "changes: ")
	f(dir, "history t 1", "history: ")
	if r := nobody(t, program, "", "verify", "--lake", dir); r.code != exitOther || !strings.Contains(r.out, "permission denied; give the user who checks the right to read it") {
		t.Errorf("verify: exit %d\n%s%s", r.code, r.out, r.err)
	}
	shut("_lake/log")
	for _, c := range []string{"load", "show", "log", "query SELECT/**/1", "changes t --from 0"} {
		f(dir, c, "")
	}
	shut("")
	for _, c := range []string{"load", "load --dry-run", "show", "query SELECT/**/1", "compact"} {
		f(dir, c, "")
	}
}
