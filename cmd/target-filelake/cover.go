package main

import (
	"context"
	"fmt"
	"slices"
)

// cover says how much of a stream's open batch a seal takes.
type cover byte

const (
	waits    cover = iota // nothing: the stream stays open
	toState               // what the newest STATE covers
	toClosed              // and full tables that an ACTIVATE_VERSION closed after it
	whole
)

func all(*openBatch) cover { return whole }

func upToState(*openBatch) cover { return toState }

// covered is how many of o's rows a seal takes, and the newest version that an
// ACTIVATE_VERSION among them made active; 0 if none did.
func (s *sequencer) covered(o *openBatch, c cover) (rows, active int64) {
	switch c {
	case toState:
		rows = s.stateRows(o)
		return rows, o.activatedBy(rows, s.epoch)
	case toClosed:
		rows = max(s.stateRows(o), o.closed().rows)
	case whole:
		rows = o.rows
	}
	return rows, o.activatedBy(rows, anyEpoch)
}

// rejectsCovered is how many of o's refused records a seal takes, of how many.
func (s *sequencer) rejectsCovered(o *openBatch, c cover) (keep, all extent) {
	keep, all = s.rejects.covered(o.stream, c, s.epoch)
	if (c == toState || c == toClosed) && !s.fresh {
		keep = extent{}
	}
	if closed := o.closed().rejects; c == toClosed && closed.records > keep.records {
		keep = closed
	}
	return keep, all
}

// uncovered reports whether a seal, with a STATE or without, takes refused
// records of o that come again when the tap resumes from its STATE, and whose
// table does not mind.
func (s *sequencer) uncovered(o *openBatch, c cover, stated bool) bool {
	if !o.repeats() || o.replace || stated && !s.ended {
		return false
	}
	taken, _ := s.rejectsCovered(o, c)
	covered, _ := s.rejectsCovered(o, toState)
	return taken.records > 0 && (!stated || taken.records > covered.records)
}

// stop commits what the newest STATE covers, and no row more.
func (s *sequencer) stop(ctx context.Context) error {
	if !s.fresh || s.holding() {
		return nil // nothing since the last seal may be said
	}
	return s.seal(ctx, upToState, false)
}

// end commits the last batch at a clean end of input, with the tail after the
// last STATE as far as commit_tail has it.
func (s *sequencer) end(ctx context.Context) error {
	s.ended = true
	s.log.Debug("input ended", "records", s.run.records, "states", s.run.states)
	s.rejects.resent.end(s.stated)
	keep := s.tail
	if s.limits.tail == "all" {
		keep = all
	}
	replace := s.replaces()
	var dropped int64
	var names []string
	for _, o := range s.order {
		if n := s.leftOut(o, keep(o), replace); n > 0 {
			dropped += n
			names = append(names, o.stream)
		}
	}
	if err := s.seal(ctx, keep, replace); err != nil {
		return err
	}
	if dropped > 0 {
		return &earlyStop{inputError{fmt.Errorf("input ended after the last STATE: %d records of %q dropped, as the tap may have died; "+
			"if it did not, load again with --commit-tail all", dropped, names)}}
	}
	return nil
}

// replaces reports whether streams are replaced at a clean end of input: with
// all of their rows, or the STATE would say that they were and they are not.
func (s *sequencer) replaces() bool {
	switch {
	case s.limits.tail == "all":
		return true
	case !s.stated:
		return s.limits.tail != "none"
	}
	return !slices.ContainsFunc(s.order, s.unfinished)
}

// unfinished reports whether rows that replace o came after the last STATE.
func (s *sequencer) unfinished(o *openBatch) bool {
	kept, had := s.rejectsCovered(o, toState)
	return o.replace && (o.rows > s.stateRows(o) || had.records > kept.records)
}

// leftOut counts the rows and rejects of o that the last seal leaves out.
func (s *sequencer) leftOut(o *openBatch, c cover, replace bool) int64 {
	kept, had := s.rejectsCovered(o, c)
	if !replace && o.isHeld() {
		return o.rows + had.records
	}
	rows, _ := s.covered(o, c)
	return o.rows - rows + had.less(kept).records
}

// tail keeps keyed rows, which replace themselves when loaded again, appended
// ones if no STATE, of this run or of one before, will make the tap send them
// again, and a full table that its ACTIVATE_VERSION closed.
func (s *sequencer) tail(o *openBatch) cover {
	switch {
	case s.limits.tail != "auto":
		return toState
	case o.repeats() || o.replace || !s.stated && s.lake.State() == nil:
		return whole
	}
	return toClosed
}
