package main

import (
	"context"
	"io"
	"math/rand/v2"
	"os/exec"
	"strings"
	"time"
)

// load runs one load of the lake from its STATE on, and tells how it ended. It
// is killed when ctx ends; when the tap ends it ends by itself.
func (s *site) load(ctx context.Context, ends <-chan struct{}) error {
	from, err := s.state()
	if err != nil {
		return err
	}
	if said := s.said(time.Now()); said > 0 && from%2 == 0 {
		from = said // what the tap knows; the lake may be ahead
	}
	cmd := s.command("--lake", s.dir, "--config", s.config)
	cmd.Stdout = &stdout{site: s}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	s.loader.Store(int64(cmd.Process.Pid))
	defer s.loader.Store(0)
	over := make(chan struct{})
	go s.feed(in, from, ends, over)
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	err = cmd.Wait()
	close(over)
	killed := !stop()
	if err != nil && !killed && !s.cut.Load() {
		s.fault("wrong", "%s: load: %v\n%s", s.name, err, tail(stderr.String()))
	}
	return nil
}

// feed sends block after block, at the capped rate, until ends; the block in hand is sent whole.
func (s *site) feed(in io.WriteCloser, from int, ends, over <-chan struct{}) {
	defer in.Close()
	if _, err := io.WriteString(in, schemas); err != nil {
		return // it was killed
	}
	tick := time.NewTicker(s.pause)
	defer tick.Stop()
	for n := from + 1; ; n++ {
		if _, err := io.WriteString(in, s.tap.block(n)); err != nil {
			return
		}
		s.count(&s.blocks)
		select {
		case <-tick.C:
		case <-over:
			return
		case <-ends:
			return
		}
	}
}

// loads runs load after load until ctx ends: three of four are killed. Between two
// the lake may be compacted; a load that is left alone does that by itself.
func (s *site) loads(ctx context.Context, r *rand.Rand) {
	for ctx.Err() == nil {
		life := time.Duration(500+r.IntN(20_000)) * time.Millisecond
		if r.IntN(4) > 0 {
			some, cancel := context.WithTimeout(ctx, life)
			s.must(s.load(some, nil))
			cancel()
			if ctx.Err() == nil {
				s.count(&s.kills)
			}
		} else {
			ends := make(chan struct{})
			timer := time.AfterFunc(life, func() { close(ends) })
			s.must(s.load(ctx, ends))
			timer.Stop()
		}
		if r.IntN(2) == 0 {
			s.chore(ctx, r, [][]string{{"compact"}, {"compact", "--full"}}[r.IntN(2)])
		}
	}
}

// vacuums takes what is old beside the loads until ctx ends.
func (s *site) vacuums(ctx context.Context, r *rand.Rand) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(2000+r.IntN(8000)) * time.Millisecond):
			s.chore(ctx, r, []string{"vacuum", "--retention", "1h", "--pipeline", "cleaner"})
		}
	}
}

// exitBusy is how the target ends where another process is at the same.
const exitBusy = 75

// chore runs a command; one of four is killed.
func (s *site) chore(ctx context.Context, r *rand.Rand, args []string) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if r.IntN(4) == 0 {
		time.AfterFunc(time.Duration(r.IntN(500))*time.Millisecond, cancel)
	}
	cmd := s.command(append(args, "--lake", s.dir)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		s.must(err)
		return
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	switch killed := !stop(); {
	case s.cut.Load():
	case killed:
		s.count(&s.kills)
	case err == nil, cmd.ProcessState.ExitCode() == exitBusy: // a load vacuums, too
		s.count(&s.done)
	default:
		s.fault("wrong", "%s: %q: %v\n%s", s.name, args, err, tail(stderr.String()))
	}
}

// command is a run of the target, whose clock runs fast.
func (s *soak) command(args ...string) *exec.Cmd {
	cmd := exec.Command(s.binary, args...)
	cmd.Env = s.env
	return cmd
}

// tail is the end of a log.
func tail(text string) string { return text[max(0, len(text)-2000):] }
