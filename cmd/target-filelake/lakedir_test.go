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

// nobody runs the program as a user who owns nothing.
func nobody(t *testing.T, input string, args ...string) result {
	t.Helper()
	exe, err := os.Executable()
	dir := t.TempDir()
	if err == nil {
		err = errors.Join(os.Chmod(filepath.Dir(dir), 0o755), os.Link(exe, filepath.Join(dir, "program")))
	}
	if err != nil {
		t.Skip(err)
	}
	c := exec.Command(filepath.Join(dir, "program"), args...)
	c.Env, c.Stdin = append(os.Environ(), asProgram+"=1"), strings.NewReader(input)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	var out, errs strings.Builder
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil && !is[*exec.ExitError](err) {
		t.Skip(err)
	}
	return result{c.ProcessState.ExitCode(), out.String(), errs.String()}
}

// TestDeniedLake has a lake that a user may not read, or not write, named with the user.
func TestDeniedLake(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can be somebody else")
	}
	uncompacted(t)
	dir := t.TempDir()
	load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0)
	f := func(lake, c, why string) {
		t.Helper()
		r := nobody(t, singer(schemaT, rowT("1", "b"), stateOf("2")), append(strings.Fields(c), "--lake", lake)...)
		got := r.err[max(0, strings.LastIndex(r.err, "target-filelake: ")):]
		want := "permission denied; give user 65534 the right, or name another lake with --lake\n"
		if r.code != exitDisk || !strings.HasPrefix(got, "target-filelake: lake "+lake+": "+why) || !strings.HasSuffix(got, want) {
			t.Errorf("%s: exit %d\n%swant %s", c, r.code, got, want)
		}
	}
	f(dir, "load", `lock pipeline "default": `)
	f(filepath.Join(dir, "new"), "load", "make the lake: ")
	f(dir, "compact", `lock pipeline "default": `)
	if r := nobody(t, "", "query", "--lake", dir, "SELECT * FROM t"); r.code != 0 {
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
	if r := nobody(t, "", "verify", "--lake", dir); r.code != exitOther || !strings.Contains(r.out, "permission denied; give the user who checks the right to read it") {
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
