package contest

import (
	"context"
	"fmt"
	"io"
	"slices"
	"testing"
)

func TestCommits(t *testing.T) {
	const line = "time=2026-11-26T09:00:00Z level=INFO msg=committed version=2 batch=2 rows=10 files=1 bytes=\"2.1 kB\" took=450ms state=true\n"
	f := func(stderr string, want ...float64) {
		t.Helper()
		got, err := Commits(Outcome{Stderr: stderr})
		if !slices.Equal(got, want) || (err == nil) != (len(want) > 0) {
			t.Errorf("%q: %v, %v; want %v", stderr, got, err, want)
		}
	}
	f(line, 0.45)
	f(line+"level=INFO msg=compacted took=9s\n"+line, 0.45, 0.45)
	f("level=WARN msg=else took=1s\n")
	f("msg=committed took=soon\n")
}

func TestProcess(t *testing.T) {
	f := func(feed, script, stdout, stderr string, ok bool) {
		t.Helper()
		p := Process{Argv: []string{"sh", "-c", script}, CountFiles: true, Feed: func(w io.Writer) error {
			_, err := io.WriteString(w, feed)
			return err
		}}
		o, err := p.Run(context.Background())
		if (err == nil) != ok {
			t.Fatalf("%s: error %v", script, err)
		}
		if string(o.Stdout) != stdout || o.Stderr != stderr {
			t.Errorf("%s said %q and %q, want %q and %q", script, o.Stdout, o.Stderr, stdout, stderr)
		}
		if ok && (o.Wall <= 0 || o.Peak < 100<<10) {
			t.Errorf("%s: %+v", script, o)
		}
	}
	f("in", "cat; echo err >&2", "in", "err\n", true)
	f("", "exit 3", "", "", false)
}

func TestProcessFiles(t *testing.T) {
	const extra = 5
	script := "sleep 0.2"
	for n := range extra {
		script = fmt.Sprintf("exec %d</dev/null; ", n+3) + script
	}
	o, err := Process{Argv: []string{"sh", "-c", script}, CountFiles: true}.Run(context.Background())
	if err != nil || o.Files < 3+extra {
		t.Errorf("%d files open, %v; want at least %d", o.Files, err, 3+extra)
	}
}

func TestAwait(t *testing.T) {
	p := Process{Argv: []string{"sh", "-c", "echo else >&2; sleep 0.1; printf wo >&2; sleep 0.1; echo rd >&2; sleep 0.3"}, Await: "word"}
	o, err := p.Run(context.Background())
	if err != nil || o.Seen < 0.15 || o.Seen > o.Wall-0.2 || o.Stderr != "else\nword\n" {
		t.Errorf("%v: seen after %v of %v s, %q", err, o.Seen, o.Wall, o.Stderr)
	}
}
