package main

import (
	"context"
	"slices"

	"target-filelake/ingest"
	"target-filelake/lake/columns"
)

// sealed is a batch of all streams on its way to the lake.
type sealed struct {
	streams []sealedStream
	state   []byte // nil: none to commit
	first   string // SHA-256 of the tap's first STATE in it, lower-case hex; "" without state
	recurs  recurs
	whole   bool // it ends an input without any STATE: none is owed
}

// sealedStream is one stream's part of it.
type sealedStream struct {
	*table
	stream   string
	schema   *columns.Schema
	files    []*stagedFile
	keep     []int64 // of each file's rows; the rest are cut off
	dropped  int64   // how many those are
	activate int64   // the newest version made active; 0: none

	rejects     *rejectLog // nil: none
	keepRejects extent
}

// rows are those that are to be committed.
func (b *sealed) rows() int64 {
	var n int64
	for i := range b.streams {
		n += b.streams[i].kept()
	}
	return n
}

// kept is how many of the stream's rows are to be committed.
func (s *sealedStream) kept() int64 {
	var n int64
	for _, k := range s.keep {
		n += k
	}
	return n
}

// holding reports whether STATEs are held back: rows that will replace a
// stream have come, and are nothing until the last of them has.
func (s *sequencer) holding() bool {
	return slices.ContainsFunc(s.order, func(o *openBatch) bool {
		return o.replace && (o.rows > 0 || s.rejects.logs[o.stream] != nil)
	})
}

// isHeld reports whether o's rows wait while STATEs are held back. Keyed ones
// need not: loaded again, they replace themselves.
func (o *openBatch) isHeld() bool { return o.replace || !o.repeats() }

// isFull reports whether o has a batch of rows to commit.
func (s *sequencer) isFull(o *openBatch, more int64) bool {
	return s.limits.rows > 0 && o.rows+more >= int64(s.limits.rows) && !(s.holding() && o.isHeld())
}

// isDue reports whether a batch that ends at m is due; size are the bytes of
// the block up to m that s.bytes does not count yet.
func (s *sequencer) isDue(d *ingest.Decoded, at []int, m ingest.Mark, size int) bool {
	if s.due || s.bytes+size >= s.limits.batchBytes(s.busy) {
		return true
	}
	if s.limits.rows == 0 {
		return false
	}
	for i := range d.Chunks {
		c := &d.Chunks[i]
		if s.isFull(s.open[c.Plan.Stream()], int64(before(c, m.Ord)-at[i])) {
			return true
		}
	}
	return s.anyFull()
}

func (s *sequencer) anyFull() bool {
	return s.limits.rows > 0 && slices.ContainsFunc(s.order, func(o *openBatch) bool { return s.isFull(o, 0) })
}

// sealIfDue seals between STATEs if the newest one covers every row.
func (s *sequencer) sealIfDue(ctx context.Context) error {
	full := s.due || s.bytes >= s.limits.batchBytes(s.busy) || s.anyFull()
	if !full || !s.fresh || s.rowsSinceState() > 0 {
		return nil
	}
	return s.seal(ctx, all, false)
}

// aged is called when the batch has waited long enough.
func (s *sequencer) aged(ctx context.Context) error {
	s.ticking, s.due = false, true
	if s.stated || !s.limits.commitAuto {
		return s.sealIfDue(ctx)
	}
	// The tap says no STATEs. Keyed rows may be committed all the same.
	if !s.warned && slices.ContainsFunc(s.order, func(o *openBatch) bool { return !o.repeats() && !o.replace && o.rows > 0 }) {
		s.warned = true
		s.log.Warn("the tap has sent no STATE: rows of streams without a key wait for the end of input")
	}
	keyed := func(o *openBatch) cover {
		if o.repeats() {
			return whole
		}
		return waits
	}
	return s.seal(ctx, keyed, false)
}

// seal ends the batch and hands it to the committer with as much of each
// stream as keep says; the rows after that are in the files, but cut off. With
// replace the run has ended as it should, and streams are replaced.
func (s *sequencer) seal(ctx context.Context, keep func(*openBatch) cover, replace bool) error {
	if err := s.guard.check(); err != nil {
		return err
	}
	holding := s.holding() && !replace
	var b sealed
	if !holding {
		b.state, b.first = s.takeState()
	}
	b.whole = s.ended && !s.stated
	b.recurs = s.rejects.resent.seal(b.state != nil)
	left := false
	for _, o := range s.order {
		c := keep(o)
		switch {
		case holding && o.isHeld():
			s.hold(o)
			continue
		case c == waits || o.replace && !replace:
			left = left || o.rows > 0 || s.rejects.logs[o.stream] != nil
			continue
		}
		b.recurs.uncovered = b.recurs.uncovered || s.uncovered(o, c, b.state != nil)
		part, err := s.endBatch(ctx, o, c)
		if err != nil {
			return err
		}
		b.streams = append(b.streams, part)
	}
	s.log.Debug("batch sealed", "streams", len(b.streams), "rows", b.rows(), "state", b.state != nil)
	s.due, s.fresh = false, s.fresh && holding
	if !left {
		s.bytes = 0
	}
	s.timer.Stop()
	s.ticking = false
	select {
	case s.commit <- b:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// hold leaves o open, with the STATE that came for it.
func (s *sequencer) hold(o *openBatch) {
	if s.fresh {
		s.rejects.mark(o.stream, s.epoch)
		o.epoch, o.atState = s.epoch, o.rows
	}
}

// endBatch takes everything out of o, of which as much counts as c says.
func (s *sequencer) endBatch(ctx context.Context, o *openBatch, c cover) (sealedStream, error) {
	n, active := s.covered(o, c)
	rejected, had := s.rejectsCovered(o, c)
	if err := s.flush(ctx, o, true); err != nil {
		return sealedStream{}, err
	}
	out := sealedStream{
		table: o.table, stream: o.stream, schema: o.schema, files: o.files, keep: keepers(o.files, n), activate: active,
		dropped: o.rows - n + had.less(rejected).records, rejects: s.rejects.hand(o.stream), keepRejects: rejected,
	}
	o.active = max(o.active, active)
	if o.rows > 0 {
		s.busy--
	}
	o.files, o.rows, o.atState, o.epoch, o.activated = nil, 0, 0, s.epoch, nil
	return out, nil
}

// takeState is the STATE to commit, and the hash of the first that came since
// the one before; nil if none did.
func (s *sequencer) takeState() (state []byte, first string) {
	if state = s.tracker.Take(); state != nil {
		first = s.first
	}
	return state, first
}
