package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/semaphore"

	"target-filelake/ingest"
	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/state"
)

// sequencer puts decoded blocks back into order, gathers their rows into open
// batches, and seals those at STATEs.
type sequencer struct {
	lake   *lake.Lake
	codec  columns.Codec
	limits limits
	log    *slog.Logger
	encode chan<- encodeJob
	commit chan<- sealed
	run    *summary
	guard  *guard
	// signalled ends when a signal asks the run to end at the newest STATE.
	signalled context.Context

	blocks   *semaphore.Weighted // bytes of lines in the pipeline
	encoding *semaphore.Weighted // bytes of rows with the encoders

	open    map[string]*openBatch
	order   []*openBatch // in order of their SCHEMAs
	tracker *state.Tracker
	stated  bool   // a STATE has come in this run
	fresh   bool   // a STATE has come since the last seal
	first   string // SHA-256 of the first that did
	epoch   uint64 // counts STATEs
	due     bool   // by age or a changed schema, whatever the limits say
	bytes   int    // of lines since the last seal
	busy    int    // streams with rows since the last seal
	held    int    // bytes of rows in memory
	stages  int    // open files
	budget  int    // for held

	encodeShare int64 // all of encoding
	timer       *time.Timer
	ticking     bool
	ended       bool // the input has, as it should
	warned      bool // that keyless rows wait for a STATE that may never come

	rejects quarantine

	unknown map[string]bool // streams without SCHEMA whose ACTIVATE_VERSION was warned of
}

// loop takes jobs until there are no more, then ends the last batch.
func (s *sequencer) loop(ctx context.Context, jobs <-chan *job) error {
	s.timer = time.NewTimer(time.Hour)
	s.timer.Stop()
	for {
		if s.signalled.Err() != nil {
			return s.leave(ctx)
		}
		select {
		case <-s.signalled.Done():
		case j, ok := <-jobs:
			if !ok {
				return s.end(ctx)
			}
			select {
			case <-j.decoded:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			err := s.take(ctx, j)
			s.blocks.Release(j.weight)
			if err != nil {
				return err
			}
		case <-s.timer.C:
			if err := s.aged(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// take adds one block. A fault of the tap's, or a signal, ends the run early:
// what the newest STATE covers is committed, and the fault comes back.
func (s *sequencer) take(ctx context.Context, j *job) error {
	for _, stream := range j.streams {
		s.guard.see(stream)
	}
	fault := j.fault
	if j.out != nil {
		s.rejects.limit(j.out)
		if err := s.block(ctx, j.out, j.size); err != nil {
			return err
		}
		if j.out.Err != nil {
			fault = j.out.Err
		}
	}
	if fault != nil && j.within != nil {
		fault = j.within(fault)
	}
	if fault != nil {
		return errors.Join(&earlyStop{fault}, s.stop(ctx))
	}
	for _, stream := range j.streams {
		if j.activate != 0 {
			s.activate(stream, j.activate)
		}
	}
	for _, t := range j.tables {
		if err := s.retable(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// leave ends the run for a signal: blocks that wait are left, and their rows
// come again.
func (s *sequencer) leave(ctx context.Context) error {
	return errors.Join(&earlyStop{context.Cause(s.signalled)}, s.stop(ctx))
}

// earlyStop carries the fault that ended a run before its tap did.
type earlyStop struct{ error }

func (e *earlyStop) Unwrap() error { return e.error }

// block adds a block's rows, and seals at the STATEs where a batch is due.
func (s *sequencer) block(ctx context.Context, d *ingest.Decoded, size int) error {
	s.run.count(d)
	at := make([]int, len(d.Chunks)) // rows of each chunk already taken
	done := 0                        // bytes of the block already counted
	held := ingest.Mark{}            // the newest STATE not sealed at
	for _, m := range d.Marks {
		s.holdState(m)
		held = m
		if !s.isDue(d, at, m, m.Size-done) {
			continue
		}
		if err := s.advance(ctx, d, at, m.Ord); err != nil {
			return err
		}
		done, held = m.Size, ingest.Mark{}
		s.rejects.resent.covered()
		if err := s.seal(ctx, all, false); err != nil {
			return err
		}
		if s.signalled.Err() != nil {
			return s.leave(ctx)
		}
	}
	if held.State != nil {
		if err := s.setAside(d, held.Ord); err != nil {
			return err
		}
		s.markState(d, at, held.Ord)
	}
	if err := s.advance(ctx, d, at, ^uint32(0)); err != nil {
		return err
	}
	s.bytes += size - done
	s.tick()
	if err := s.relieve(ctx); err != nil {
		return err
	}
	return s.sealIfDue(ctx)
}

// markState notes, before they are added, which of the block's rows a STATE covers.
func (s *sequencer) markState(d *ingest.Decoded, at []int, ord uint32) {
	s.epoch++
	s.rejects.resent.covered()
	for i := range d.Chunks {
		o := s.open[d.Chunks[i].Plan.Stream()]
		o.epoch, o.atState = s.epoch, o.rows+int64(before(&d.Chunks[i], ord)-at[i])
	}
}

// advance adds the rows of every chunk, and the rejects, up to ord.
func (s *sequencer) advance(ctx context.Context, d *ingest.Decoded, at []int, ord uint32) error {
	if err := s.setAside(d, ord); err != nil {
		return err
	}
	for i := range d.Chunks {
		c := &d.Chunks[i]
		to := before(c, ord)
		if err := s.add(ctx, c, at[i], to); err != nil {
			return err
		}
		at[i] = to
	}
	return nil
}

// setAside takes the rejects up to ord out of the block.
func (s *sequencer) setAside(d *ingest.Decoded, ord uint32) error {
	for len(d.Rejects) > 0 && d.Rejects[0].Ord < ord {
		if err := s.reject(&d.Rejects[0]); err != nil {
			return err
		}
		d.Rejects = d.Rejects[1:]
	}
	return nil
}

// reject sets one record aside, unless the lake has it already.
func (s *sequencer) reject(r *ingest.Reject) error {
	known, err := s.rejects.resent.absorb(s.open[r.Stream], r)
	if err != nil {
		return err
	}
	if known {
		s.rejects.total++ // max_rejects is of what comes
		s.run.stream(r.Stream).resent++
		return nil
	}
	s.run.rejects.note(s.log, r.RecordError)
	s.run.stream(r.Stream).rejected++
	s.run.mu.Lock()
	s.run.rejected++
	s.run.mu.Unlock()
	return s.rejects.add(r, s.epoch)
}

func (s *sequencer) holdState(m ingest.Mark) {
	s.rejects.resent.see(m.State)
	s.tracker.Hold(m.State)
	if !s.fresh {
		sum := sha256.Sum256(m.State)
		s.first = hex.EncodeToString(sum[:])
	}
	s.stated, s.fresh = true, true
	s.run.states++
}

// rowsSinceState counts the rows and rejects that the newest STATE does not cover.
func (s *sequencer) rowsSinceState() int64 {
	var n int64
	for _, o := range s.order {
		n += o.rows - s.stateRows(o)
	}
	for stream := range s.rejects.logs {
		keep, all := s.rejectsCovered(s.open[stream], toState)
		n += all.less(keep).records
	}
	return n
}

// stateRows is how many of o's rows the newest STATE covers.
func (s *sequencer) stateRows(o *openBatch) int64 {
	if !s.fresh {
		return 0
	}
	return o.rowsAtState(s.epoch)
}

// tick starts the batch's age with the first thing in it.
func (s *sequencer) tick() {
	if !s.ticking && s.limits.age > 0 {
		s.ticking = true
		s.timer.Reset(s.limits.age)
	}
}

// retable begins a stream, or changes its table.
func (s *sequencer) retable(ctx context.Context, t *table) error {
	stream := t.plan.Stream()
	o := s.open[stream]
	if o == nil {
		o = &openBatch{table: t, stream: stream, schema: t.plan.Schema(), active: t.active}
		s.open[stream], s.order = o, append(s.order, o)
		return nil
	}
	schema := keepUndeclared(o.schema, t.plan.Schema())
	if !o.schema.Equal(schema) {
		s.due = s.due || o.rows > 0
		if err := s.reshape(ctx, o, schema); err != nil {
			return err
		}
	}
	o.table = t
	return s.sealIfDue(ctx)
}
