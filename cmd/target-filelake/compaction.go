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

	"golang.org/x/sync/errgroup"

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
	return c.tolerated(ctx, c.fresh, compaction.Crowded)
}

// end compacts what pays, after a run's last commit.
func (c *compactions) end(ctx context.Context) error {
	if c.never {
		return nil
	}
	return c.tolerated(ctx, c.streams(), compaction.Ended)
}

// show makes plain tables current, after a run that ended well.
func (c *compactions) show() {
	if c.never {
		return
	}
	if err := c.publish(c.streams()); err != nil {
		c.log.Warn("current is not up to date; the next run tries again", "error", err)
	}
}

// streams are those that the run has committed.
func (c *compactions) streams() []string { return slices.Sorted(maps.Keys(c.touched)) }

// tolerated compacts tables, in one commit. The run's rows are safe and its STATE
// is out: a full disk or too little memory is for the next run, or somebody, to
// mend. A file that is not what was committed, or a commit that failed, is not.
func (c *compactions) tolerated(ctx context.Context, streams []string, when compaction.When) error {
	all, errs := make([]prepared, len(streams)), make([]error, len(streams))
	var tables errgroup.Group
	tables.SetLimit(c.workers)
	for i, stream := range streams {
		tables.Go(func() error {
			all[i], errs[i] = c.prepare(ctx, stream, when)
			return nil
		})
	}
	_ = tables.Wait()
	for i, err := range errs {
		switch {
		case err == nil:
		case errors.Is(err, lake.ErrCorrupt), ctx.Err() != nil:
			return err
		default:
			c.log.Warn("a table was not compacted; all rows are loaded, and the next run tries again", "stream", streams[i], "error", err)
		}
	}
	_, err := c.commit(slices.DeleteFunc(all, func(p prepared) bool { return p.Gone == 0 }))
	return err
}

// prepared is what is written of a table, and not true yet.
type prepared struct {
	compaction.Result
	change lake.Change
	took   time.Duration
}

// prepare writes a table anew as far as when says; nothing may be to do.
func (c *compactions) prepare(ctx context.Context, stream string, when compaction.When) (out prepared, err error) {
	t := c.lake.Manifest().Tables[stream]
	if t == nil || t.Owner != c.pipeline {
		return out, nil
	}
	started := time.Now()
	jobs, spec, err := c.plan(t, when)
	if err != nil || len(jobs) == 0 {
		return out, err
	}
	err = c.duckdb.ask(ctx, compaction.Large(jobs, spec), func() (err error) {
		w := compaction.Compactor{Lake: c.lake, DB: c.duckdb.DB, Codec: c.codec, Spec: spec, Workers: c.workers}
		out.change, out.Result, err = w.Prepare(ctx, t, jobs)
		return err
	})
	if err != nil {
		return prepared{}, fmt.Errorf("stream %q: %w", stream, err)
	}
	out.took = time.Since(started)
	return out, nil
}

// commit makes what is prepared true; version 0 if there is nothing.
func (c *compactions) commit(all []prepared) (lake.Version, error) {
	if len(all) == 0 {
		return 0, nil
	}
	changes := make([]lake.Change, len(all))
	for i := range all {
		changes[i] = all[i].change
	}
	m, err := c.lake.Compact(changes)
	if err != nil {
		return 0, fmt.Errorf("commit a compaction: %w", remedied(err))
	}
	for i := range all {
		r := &all[i]
		c.log.Info("compacted", "stream", r.change.Stream, "version", uint64(m.Version), "files", fmt.Sprintf("%d to %d", r.Gone, r.Files),
			"copied", r.Copied, "bytes", size(r.GoneBytes)+" to "+size(r.Bytes), "rows", r.Rows, "took", r.took.Round(time.Millisecond))
	}
	return m.Version, nil
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
