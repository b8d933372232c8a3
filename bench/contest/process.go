package contest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Process is a program to run.
type Process struct {
	Argv       []string
	Feed       func(io.Writer) error // writes its stdin; nil: that is empty
	CountFiles bool                  // look again and again how many files it has open, which takes time
	Await      string                // a text in stderr whose first appearance is timed; "": none
}

// Outcome is a process that ended well.
type Outcome struct {
	Wall   float64 // seconds
	CPU    float64 // seconds of all its threads, user and system
	Peak   int64   // bytes of memory; no less than those of the program that started it
	Files  int     // the most it was seen to have open
	Seen   float64 // seconds until Await was there; 0: never
	Stdout []byte
	Stderr string
}

// Run runs a process without input to its end.
func Run(ctx context.Context, argv ...string) (Outcome, error) { return Process{Argv: argv}.Run(ctx) }

// Run runs the process to its end. What others have written is on disk before
// it starts: its own syncs would wait for that too.
func (p Process) Run(ctx context.Context) (Outcome, error) {
	syscall.Sync()
	cmd := exec.CommandContext(ctx, p.Argv[0], p.Argv[1:]...)
	var out bytes.Buffer
	errs := &stamped{text: p.Await}
	cmd.Stdout, cmd.Stderr = &out, errs
	in, err := cmd.StdinPipe()
	if err != nil {
		return Outcome{}, err
	}
	began := time.Now()
	errs.began = began
	if err := cmd.Start(); err != nil {
		return Outcome{}, err
	}
	files := p.watch(cmd.Process.Pid)
	var fed error
	if p.Feed != nil {
		fed = p.Feed(in)
	}
	fed = errors.Join(fed, in.Close())
	err = cmd.Wait()
	wall := time.Since(began)
	most := files()
	if err = errors.Join(err, fed); err != nil {
		return Outcome{}, fmt.Errorf("%s: %w\n%s", strings.Join(p.Argv, " "), err, errs.kept.Bytes())
	}
	state := cmd.ProcessState
	return Outcome{
		Wall: wall.Seconds(), CPU: (state.UserTime() + state.SystemTime()).Seconds(),
		Peak:  state.SysUsage().(*syscall.Rusage).Maxrss << 10, // Linux counts in KiB
		Files: most, Seen: errs.seen.Seconds(), Stdout: out.Bytes(), Stderr: errs.kept.String(),
	}, nil
}

// lookEvery is often enough for files that are open for a sync.
const lookEvery = 2 * time.Millisecond

// watch looks at the files that a process has open until the function it
// returns is called, which says how many there were at most.
func (p Process) watch(pid int) func() int {
	if !p.CountFiles {
		return func() int { return 0 }
	}
	most, ended := 0, make(chan struct{})
	var look sync.WaitGroup
	look.Go(func() {
		for {
			if open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid)); err == nil {
				most = max(most, len(open))
			}
			select {
			case <-ended:
				return
			case <-time.After(lookEvery):
			}
		}
	})
	return func() int {
		close(ended)
		look.Wait()
		return most
	}
}

// Said is what a contender of the measuring program says of itself.
func (o Outcome) Said() (Said, error) {
	var said Said
	if err := json.Unmarshal(o.Stdout, &said); err != nil {
		return said, fmt.Errorf("a contender said %q: %w", o.Stdout, err)
	}
	return said, nil
}

// Answer runs the process, and decodes what it says as JSON.
func (p Process) Answer(ctx context.Context, v any) error {
	o, err := p.Run(ctx)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(o.Stdout, v); err != nil {
		return fmt.Errorf("%s said %q: %w", strings.Join(p.Argv, " "), o.Stdout, err)
	}
	return nil
}

// Statement is how long the statement of a DuckDB contender took that counts:
// not the start of its process, nor what it made ready.
func Statement(o Outcome) (float64, error) {
	said, err := o.Said()
	return said.Seconds, err
}

var committed = regexp.MustCompile(`msg=committed .*\btook=(\S+)`)

// Commits are the seconds that each commit of a load took: the wait for its
// last files, the merge, and the commit.
func Commits(o Outcome) ([]float64, error) {
	var out []float64
	for _, m := range committed.FindAllStringSubmatch(o.Stderr, -1) {
		took, err := time.ParseDuration(m[1])
		if err != nil {
			return nil, fmt.Errorf("log: %w", err)
		}
		out = append(out, took.Seconds())
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no commit in the log:\n%s", o.Stderr)
	}
	return out, nil
}

var loaded = regexp.MustCompile(`(?m)^(\d+) records, (\d+) STATEs in`)

// Loaded is how many RECORDs and STATEs a load says that it read.
func Loaded(o Outcome) (records, states int64, err error) {
	m := loaded.FindStringSubmatch(o.Stderr)
	if m == nil {
		return 0, 0, fmt.Errorf("no summary in the log:\n%s", o.Stderr)
	}
	records, err = strconv.ParseInt(m[1], 10, 64)
	if err == nil {
		states, err = strconv.ParseInt(m[2], 10, 64)
	}
	return records, states, err
}
