package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestHelp has each command's --help show examples, and each example work.
func TestHelp(t *testing.T) {
	t.Parallel()
	commands := []string{
		"load", "query", "show", "changes", "history", "init", "check", "log", "verify", "rollback", "reset", "compact", "vacuum", "replay", "gen", "bench",
	}
	made := exampleDir(t)
	for _, name := range commands {
		t.Run(name, func(t *testing.T) {
			r := invoke(t, "", append(strings.Fields(name), "--help")...)
			examples := regexp.MustCompile(`(?m)^ +((?:target-filelake|some-tap) .*)$`).FindAllStringSubmatch(r.out, -1)
			if r.code != 0 || len(examples) == 0 {
				t.Fatalf("exit %d, no example in\n%s%s", r.code, r.out, r.err)
			}
			dir, bin := t.TempDir(), exampleBin(t)
			if err := exec.Command("cp", "-a", made+"/.", dir).Run(); err != nil {
				t.Fatal(err)
			}
			if name != "init" {
				if r := invoke(t, "", "init", filepath.Join(dir, "target-filelake.yaml")); r.code != 0 {
					t.Fatal(r.err)
				}
			}
			for _, e := range examples {
				c := exec.Command("sh", "-ec", stretched.Replace(e[1]))
				c.Dir, c.Stdin = dir, strings.NewReader("SELECT 1")
				c.Env = append(os.Environ(), asProgram+"=1", "PATH="+bin+":"+os.Getenv("PATH"))
				if out, err := c.CombinedOutput(); err != nil {
					t.Errorf("%s: %v\n%s", e[1], err, out)
				}
			}
		})
	}
}

// stretched are what examples say and a lake that was made this moment has not.
var stretched = strings.NewReplacer(
	"--from 41", "--from 1", "./lake 41", "./lake 1", "--from 2h", "--from 1", "--at 2h", "--at 1",
	"2026-11-21", "1", "2026-11-22", "2", "--reps 5", "--reps 1 --records 2000", "--out bench", "--reps 1 --out bench",
	"orders          # say what would go", "orders || test $? = 2",
)

// exampleBin has the program, and a tap.
func exampleBin(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	exe, err := os.Executable()
	if err == nil {
		err = os.Symlink(exe, filepath.Join(bin, "target-filelake"))
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(bin, "some-tap"), []byte("#!/bin/sh\nexec target-filelake gen --records 300\n"), 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// exampleDir has the files that examples name, and a lake with streams of theirs.
func exampleDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	lake := filepath.Join(dir, "lake")
	keyed := func(stream, key, record string) string {
		return `{"type":"SCHEMA","stream":"` + stream + `","schema":{"properties":{"order_id":{"type":"integer"},"line":{"type":"integer"}}},"key_properties":` + key + "}\n" +
			`{"type":"RECORD","stream":"` + stream + `","record":` + record + "}\n"
	}
	stream := invoke(t, "", "gen", "--records", "1100").out
	for range 2 { // two versions
		load(t, lake, stream+keyed("order_lines", `["order_id","line"]`, `{"order_id":1042,"line":3}`)+keyed("shifts", `["line"]`, `{"line":-7}`)+`{"type":"STATE","value":1}`+"\n", 0)
	}
	for name, text := range map[string]string{
		"report.sql": "SELECT count(*) FROM orders", "prod.yaml": "threads: 1\n", "my.singer": stream,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
