package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestGuides runs each command of the guides in a shell and compares what it
// prints with what the guide says, where the directory it stands in is /data.
func TestGuides(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"quick-start.md", "schema.md", "loading.md", "rejects.md", "recovery.md", "time-travel.md", "querying.md",
		"compaction.md", "tuning.md", "monitoring.md", "troubleshooting.md", "architecture.md",
	} {
		t.Run(name, func(t *testing.T) { runGuide(t, "../../docs/"+name) })
	}
}

func runGuide(t *testing.T, name string) {
	guide, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	dir, bin := t.TempDir(), t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(exe, filepath.Join(bin, "target-filelake")); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(string(guide), -1) {
		for _, step := range strings.Split("\n"+block[1], "\n$ ")[1:] {
			command, want := commandOf(step)
			c := exec.Command("sh", "-c", command)
			c.Dir = dir
			c.Env = append(os.Environ(), asProgram+"=1", "PATH="+bin+":"+os.Getenv("PATH"))
			out, err := c.CombinedOutput()
			if _, failed := err.(*exec.ExitError); err != nil && !failed {
				t.Fatalf("%s: %v", command, err)
			}
			if got := sameTimes(strings.ReplaceAll(string(out), dir, "/data")); got != sameTimes(want) {
				t.Errorf("$ %s\ngot\n%s\nwant\n%s", command, got, want)
			}
			n++
		}
	}
	if n < 7 {
		t.Fatalf("%d commands in the guide", n)
	}
}

// commandOf splits a step of a console into the command, its further lines
// marked with >, and what it prints.
func commandOf(step string) (command, output string) {
	lines := strings.Split(strings.TrimRight(step, "\n"), "\n")
	command, lines = lines[0], lines[1:]
	for len(lines) > 0 && strings.HasPrefix(lines[0], "> ") {
		command, lines = command+"\n"+lines[0][2:], lines[1:]
	}
	if len(lines) == 0 {
		return command, ""
	}
	return command, strings.Join(lines, "\n") + "\n"
}

var anyTime = regexp.MustCompile(`20\d\d-\d\d-\d\d(T[0-9:.]+Z| [0-9:]+ UTC)`)

// anySeconds is how long something took, at the end of a table's line.
var anySeconds = regexp.MustCompile(`(?m)kB +\d+\.\d$`)

// sameTimes puts one time in the place of all, and one blank in the place of many:
// a table's columns are as wide as their texts.
func sameTimes(s string) string {
	s = anySeconds.ReplaceAllString(s, "kB SECONDS")
	return regexp.MustCompile(` +`).ReplaceAllString(anyTime.ReplaceAllString(s, "TIME"), " ")
}
