package main

import (
	"context"
	"fmt"
)

// cover says how much of a stream's open batch a seal takes.
type cover byte

const (
	waits   cover = iota // nothing: the stream stays open
	toState              // what the newest STATE covers
	whole
)

func all(*openBatch) cover { return whole }

func upToState(*openBatch) cover { return toState }

// covered is how many of o's rows a seal takes.
func (s *sequencer) covered(o *openBatch, c cover) int64 {
	switch c {
	case toState:
		return s.stateRows(o)
	case whole:
		return o.rows
	}
	return 0
}

// rejectsCovered is how many of o's refused records a seal takes, of how many.
func (s *sequencer) rejectsCovered(o *openBatch, c cover) (keep, all extent) {
	keep, all = s.rejects.covered(o.stream, c, s.epoch)
	if c == toState && !s.fresh {
		keep = extent{}
	}
	return keep, all
}

// stop commits what the newest STATE covers, and no row more.
func (s *sequencer) stop(ctx context.Context) error {
	if !s.fresh {
		return nil // nothing since the last seal may be said
	}
	return s.seal(ctx, upToState)
}

// end commits the last batch at a clean end of input, with the tail after the
// last STATE as far as commit_tail has it.
func (s *sequencer) end(ctx context.Context) error {
	keep := s.tail
	if s.limits.tail == "all" {
		keep = all
	}
	var dropped int64
	var names []string
	for _, o := range s.order {
		c := keep(o)
		kept, had := s.rejectsCovered(o, c)
		if n := o.rows - s.covered(o, c) + had.less(kept).records; n > 0 {
			dropped += n
			names = append(names, o.stream)
		}
	}
	if err := s.seal(ctx, keep); err != nil {
		return err
	}
	if dropped > 0 {
		return &earlyStop{inputError{fmt.Errorf("input ended after the last STATE: %d rows of %q dropped, as the tap may have died; "+
			"if it did not, load again with --commit-tail all", dropped, names)}}
	}
	return nil
}

// tail keeps keyed rows, which replace themselves when loaded again, and
// appended ones if no STATE will make the tap send them again.
func (s *sequencer) tail(o *openBatch) cover {
	if s.limits.tail == "auto" && (len(o.key) > 0 || !s.stated) {
		return whole
	}
	return toState
}
