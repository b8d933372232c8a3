package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// outcome is a process that ended well.
type outcome struct {
	wall, cpu float64 // seconds
	stdout    []byte
	stderr    string
}

// run runs a process to its end. What others have written is on disk before it
// starts: its own syncs would wait for that too.
func run(ctx context.Context, argv ...string) (outcome, error) {
	return runFed(ctx, nil, argv...)
}

// runFed is run with something on stdin.
func runFed(ctx context.Context, feed func(io.Writer) error, argv ...string) (outcome, error) {
	syscall.Sync()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	in, err := cmd.StdinPipe()
	if err != nil {
		return outcome{}, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return outcome{}, err
	}
	var fed error
	if feed != nil {
		fed = feed(in)
	}
	fed = errors.Join(fed, in.Close())
	err = cmd.Wait()
	wall := time.Since(began)
	if err = errors.Join(err, fed); err != nil {
		return outcome{}, fmt.Errorf("%s: %w\n%s", strings.Join(argv, " "), err, errs.Bytes())
	}
	state := cmd.ProcessState
	return outcome{wall.Seconds(), (state.UserTime() + state.SystemTime()).Seconds(), out.Bytes(), errs.String()}, nil
}

// said is what a DuckDB contender says of itself.
func (o outcome) said() (inside, error) {
	var in inside
	if err := json.Unmarshal(o.stdout, &in); err != nil {
		return in, fmt.Errorf("a contender said %q: %w", o.stdout, err)
	}
	return in, nil
}

// statement is how long the statement of a DuckDB contender took that counts:
// not the start of its process, nor the reading of the batch.
func statement(o outcome) (float64, error) {
	in, err := o.said()
	return in.Seconds, err
}

var committed = regexp.MustCompile(`msg=committed .*\btook=(\S+)`)

// mergeStep adds up what a load's commits took: the wait for their last files,
// the merge, and the commit.
func mergeStep(o outcome) (float64, error) {
	sum := time.Duration(0)
	found := committed.FindAllStringSubmatch(o.stderr, -1)
	if len(found) == 0 {
		return 0, fmt.Errorf("no commit in the log:\n%s", o.stderr)
	}
	for _, m := range found {
		took, err := time.ParseDuration(m[1])
		if err != nil {
			return 0, fmt.Errorf("log: %w", err)
		}
		sum += took
	}
	return sum.Seconds(), nil
}
