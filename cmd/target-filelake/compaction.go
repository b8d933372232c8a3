package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/compaction"
	"target-filelake/merge/partition"
)

// compactions write tables of a pipeline anew, in a run or for a command.
type compactions struct {
	lake     *lake.Lake
	pipeline string
	duckdb   *database
	codec    columns.Codec
	workers  int
	log      *slog.Logger
	never    bool            // compact: never
	touched  map[string]bool // streams that this run has committed
	fresh    []string        // those of the last commit
}

// changed notes what a commit changed.
func (c *compactions) changed(changes []lake.Change) {
	c.fresh = c.fresh[:0]
	for i := range changes {
		c.touched[changes[i].Stream] = true
		c.fresh = append(c.fresh, changes[i].Stream)
	}
}

// between compacts, after a commit of a run that goes on, the tables whose files
// have become too many.
func (c *compactions) between(ctx context.Context) error {
	if c.never {
		return nil
	}
	for _, stream := range c.fresh {
		if err := c.tolerated(ctx, stream, compaction.Crowded); err != nil {
			return err
		}
	}
	return nil
}

// end compacts what pays, after a run's last commit, and shows plain tables under
// current.
func (c *compactions) end(ctx context.Context) error {
	if c.never {
		return nil
	}
	streams := slices.Sorted(maps.Keys(c.touched))
	for _, stream := range streams {
		if err := c.tolerated(ctx, stream, compaction.Ended); err != nil {
			return err
		}
	}
	if err := c.publish(streams); err != nil {
		c.log.Warn("current is not up to date; the next run tries again", "error", err)
	}
	return nil
}

// tolerated compacts one table. The run's rows are safe and its STATE is out: a
// full disk or too little memory is for the next run, or somebody, to mend. A file
// that is not what was committed, or a commit that failed, is not.
func (c *compactions) tolerated(ctx context.Context, stream string, when compaction.When) error {
	_, err := c.compact(ctx, stream, when)
	var failed *unprepared
	if errors.As(err, &failed) && !errors.Is(err, lake.ErrCorrupt) && ctx.Err() == nil {
		c.log.Warn("a table was not compacted; all rows are loaded, and the next run tries again", "stream", stream, "error", failed.error)
		return nil
	}
	return err
}

// unprepared is why a compaction did not come to its commit.
type unprepared struct{ error }

func (e *unprepared) Unwrap() error { return e.error }

// compacted is what was done to a table.
type compacted struct {
	compaction.Result
	Version lake.Version
	Took    time.Duration
}

// compact writes a table anew as far as when says; nothing may be to do.
func (c *compactions) compact(ctx context.Context, stream string, when compaction.When) (out compacted, err error) {
	t := c.lake.Manifest().Tables[stream]
	if t == nil || t.Owner != c.pipeline {
		return out, nil
	}
	started := time.Now()
	jobs, spec, err := c.plan(t, when)
	if err != nil || len(jobs) == 0 {
		return out, err
	}
	if err := c.duckdb.open(ctx); err != nil {
		return out, &unprepared{err}
	}
	w := compaction.Compactor{Lake: c.lake, DB: c.duckdb.DB, Codec: c.codec, Spec: spec, Workers: c.workers}
	ch, r, err := w.Prepare(ctx, t, jobs)
	if err != nil {
		return out, &unprepared{fmt.Errorf("stream %q: %w", stream, err)}
	}
	m, err := c.lake.Compact([]lake.Change{ch})
	if err != nil {
		return out, fmt.Errorf("commit the compaction of stream %q: %w", stream, remedied(err))
	}
	out = compacted{r, m.Version, time.Since(started)}
	c.log.Info("compacted", "stream", stream, "version", uint64(m.Version), "files", fmt.Sprintf("%d to %d", r.Gone, r.Files),
		"copied", r.Copied, "bytes", size(r.GoneBytes)+" to "+size(r.Bytes), "rows", r.Rows, "took", out.Took.Round(time.Millisecond))
	return out, nil
}

func (c *compactions) plan(t *lake.Table, when compaction.When) ([]compaction.Job, partition.Spec, error) {
	spec, err := partition.Parse(t.PartitionBy, t.Schema())
	if err != nil {
		return nil, nil, fmt.Errorf("stream %q: partition_by: %w", t.Stream, err)
	}
	busy, err := c.busy(t, when)
	if err != nil {
		return nil, nil, err
	}
	return compaction.Policy{When: when, Spec: spec, Busy: busy}.Plan(t), spec, nil
}

// busy are the files that hold rows which the tap may send again: they are
// compared with what comes, and stay until they need not be.
func (c *compactions) busy(t *lake.Table, when compaction.When) (map[string]bool, error) {
	r := t.Resend
	if r == nil {
		return nil, nil
	}
	if when != compaction.Crowded && r.Covered == r.Rows() {
		doubt, err := c.lake.InDoubt()
		if err != nil || !doubt || r.Version != c.lake.Manifest().Pipelines[c.pipeline].Loaded {
			return nil, err
		}
	}
	out := map[string]bool{}
	for _, s := range r.Spans {
		out[s.Path] = true
	}
	return out, nil
}

// publishers is how many links are made at once: each waits for the disk.
const publishers = 8

// publish makes current what streams are, where their files say it all.
func (c *compactions) publish(streams []string) error {
	m := c.lake.Manifest()
	work, errs := make(chan *lake.Table), make([]error, publishers)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			for t := range work {
				if errs[i] == nil {
					_, errs[i] = c.lake.PublishCurrent(t)
				}
			}
		})
	}
	for _, stream := range streams {
		if t := m.Tables[stream]; t != nil && t.Owner == c.pipeline {
			work <- t
		}
	}
	close(work)
	wg.Wait()
	return errors.Join(errs...)
}
