package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"
)

// variable is the environment variable of lake/failpoint.
const variable = "TARGET_FILELAKE_FAILPOINTS"

// target is the program under test, built with the tag failpoints.
type target struct {
	binary string
	batch  int // rows of a batch
}

// options are what one run of it meets.
type options struct {
	from, to int           // lines of the tap; it ends after to
	torn     bool          // within a line
	rest     time.Duration // after each STATE, so that commits do not touch
	rules    string        // failpoints
	wrap     []string      // what the program runs under, strace, say
	command  string        // "": a load; compact reads nothing of the tap
	args     []string
	joins    bool           // a load that compacts
	meddle   func(*process) // runs beside it, and kills it or not
	limit    time.Duration  // 0: a minute
}

// process is a run of the target that is not over.
type process struct {
	*exec.Cmd
	begun, ended atomic.Int64 // commits
	copied       atomic.Int64 // compacted files begun
	over         chan struct{}
}

// outcome is a run of the target that is over.
type outcome struct {
	code         int // -1: killed
	said         int // line of the last STATE on stdout; 0: none
	committed    int // newest version that the log calls committed
	begun, ended int // commits
	copied       int // compacted files begun
	stderr       string
	timeout      bool
}

// run starts the target, feeds it, and waits for its end.
func (b target) run(t *tap, dir string, o options) (outcome, error) {
	argv := append(append([]string{}, o.wrap...), b.binary)
	if o.command == "" {
		argv = append(argv, "--batch-size-rows", fmt.Sprint(b.batch))
	} else {
		argv = append(argv, o.command)
	}
	argv = append(append(argv, "--lake", dir, "--threads", "2"), o.args...)
	p := &process{Cmd: exec.Command(argv[0], argv[1:]...), over: make(chan struct{})}
	var out, errs bytes.Buffer
	p.Stdout, p.Stderr = &out, &errs
	in, err := p.StdinPipe()
	if err != nil {
		return outcome{}, err
	}
	events, ours, err := os.Pipe()
	if err != nil {
		return outcome{}, err
	}
	p.ExtraFiles = []*os.File{ours}
	p.Env = append(os.Environ(), variable+"=commit/*=trace:/dev/fd/3;compact/copy/before=trace:/dev/fd/3;"+o.rules)
	if err := p.Start(); err != nil {
		return outcome{}, errors.Join(err, events.Close(), ours.Close())
	}
	ours.Close()
	followed := make(chan struct{})
	go func() { p.follow(events); close(followed) }()
	go t.feed(in, o)
	res := b.await(p, o)
	<-followed
	events.Close()
	res.begun, res.ended, res.copied = int(p.begun.Load()), int(p.ended.Load()), int(p.copied.Load())
	res.stderr = errs.String()
	if o.command == "" {
		res.said, err = lastSaid(out.Bytes())
	}
	res.committed = lastCommitted(res.stderr)
	return res, err
}

// await waits for the end of p while o meddles with it.
func (b target) await(p *process, o options) outcome {
	limit := o.limit
	if limit == 0 {
		limit = time.Minute
	}
	var res outcome
	watchdog := time.AfterFunc(limit, func() { res.timeout = true; _ = p.Process.Kill() })
	meddled := make(chan struct{})
	go func() {
		if o.meddle != nil {
			o.meddle(p)
		}
		close(meddled)
	}()
	_ = p.Wait() // its meaning is in ProcessState
	watchdog.Stop()
	close(p.over)
	<-meddled
	res.code = p.ProcessState.ExitCode()
	return res
}

// follow counts what the target reports.
func (p *process) follow(events io.Reader) {
	for s := bufio.NewScanner(events); s.Scan(); {
		switch s.Text() {
		case "commit/begin":
			p.begun.Add(1)
		case "commit/end":
			p.ended.Add(1)
		case "compact/copy/before":
			p.copied.Add(1)
		}
	}
}

// kill sends SIGKILL.
func (p *process) kill() { _ = p.Process.Kill() }

// sleep waits; false if the process ended first.
func (p *process) sleep(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-p.over:
		return false
	}
}

// reach waits until as many commits have begun, or ended; false if the process ended first.
func (p *process) reach(count *atomic.Int64, n int64) bool {
	for count.Load() < n {
		if !p.sleep(200 * time.Microsecond) {
			return false
		}
	}
	return true
}

// paused waits until the process waits at a failpoint; false if it ended first.
func (p *process) paused(ready string) bool {
	for {
		if _, err := os.Stat(ready); err == nil {
			return true
		}
		if !p.sleep(200 * time.Microsecond) {
			return false
		}
	}
}

// feed writes the tap's lines [from, to).
func (t *tap) feed(w io.WriteCloser, o options) {
	defer w.Close()
	var b strings.Builder
	b.WriteString(t.head(o.from))
	for i := o.from; i < o.to; i++ {
		b.WriteString(t.lines[i].text + "\n")
		if !t.lines[i].state || o.rest == 0 {
			continue
		}
		if _, err := io.WriteString(w, b.String()); err != nil {
			return // it was killed
		}
		b.Reset()
		time.Sleep(o.rest)
	}
	if o.torn {
		b.WriteString(`{"type":"RECORD","stream":"accounts","record":{"id":1,"bal`)
	}
	_, _ = io.WriteString(w, b.String()) // it may have been killed
}

// lastSaid is the line of the last whole STATE on stdout; 0 if there is none.
func lastSaid(out []byte) (int, error) {
	lines := bytes.Split(out[:bytes.LastIndexByte(out, '\n')+1], []byte("\n"))
	if len(lines) < 2 {
		return 0, nil
	}
	n, err := stateLine(string(lines[len(lines)-2]))
	if err != nil {
		return 0, faulty("torn", "stdout: %v", err)
	}
	return n, nil
}

// lastCommitted is the newest version that the log calls committed, or compacted.
func lastCommitted(stderr string) int {
	n := 0
	for _, l := range strings.Split(stderr, "\n") {
		_, rest, ok := strings.Cut(l, "msg=committed ")
		if !ok {
			_, rest, _ = strings.Cut(l, "msg=compacted ")
		}
		if _, rest, ok = strings.Cut(rest, "version="); ok {
			_, _ = fmt.Sscan(rest, &n) // a line cut off by the kill counts for nothing
		}
	}
	return n
}

// signalled reports whether a run ended by SIGKILL.
func (o outcome) signalled() bool { return o.code == -1 }
