package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"target-filelake/lake"
	"target-filelake/lake/failpoint"
	"target-filelake/merge"
	"target-filelake/state"
)

// committer makes sealed batches true, one after another: it waits for their
// files, finds what they supersede, commits, and says the STATE.
type committer struct {
	*loader
	views    viewsDue
	vacuumed time.Time // by the lake's clock
	again    again
	unsaid   bool // a STATE is committed, by this run or the last, and not on stdout yet
}

// vacuumEvery is how often a long run is tidied.
const vacuumEvery = lake.MinRetention / 6

func (l *loader) committer(ctx context.Context, batches <-chan sealed) (err error) {
	c := &committer{loader: l, views: newViewsDue(l.lake), vacuumed: failpoint.Now()}
	defer c.views.timer.Stop()
	if c.again, err = newAgain(l.lake, l.cfg.Pipeline); err != nil {
		return err
	}
	c.unsaid = c.again.doubt
	defer func() { err = errors.Join(err, c.close()) }()
	for {
		select {
		case b, more := <-batches:
			if !more {
				return nil
			}
			err = c.batch(ctx, b)
		case <-c.views.timer.C:
			err = c.refreshViews(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// batch commits one, says its STATE, and does what comes after.
func (c *committer) batch(ctx context.Context, b sealed) error {
	if err := failpoint.Hit("commit/begin"); err != nil {
		return err
	}
	started := time.Now()
	err := c.take(ctx, b)
	c.measured(ctx, b, time.Since(started), err)
	if err == nil {
		err = c.follow(ctx)
	}
	if err != nil {
		return err
	}
	return failpoint.Hit("commit/end")
}

func (c *committer) take(ctx context.Context, b sealed) error {
	started := time.Now()
	c.again.follow(b.first)
	commit, err := c.prepare(ctx, b)
	if err != nil {
		return err
	}
	commit.Load, commit.First, commit.Recur = c.replay == nil, b.first, c.recur(b)
	if b.state != nil {
		value := string(b.state)
		commit.State = &value
		c.awaited(&commit)
	}
	if len(commit.Changes) > 0 || c.newState(commit.State) {
		c.unsaid = c.unsaid || b.state != nil
		before := c.lake.Manifest()
		m, err := c.lake.Commit(commit)
		if err != nil {
			return fmt.Errorf("commit: %w", remedied(err))
		}
		c.run.committed(c.log, m, commit, c.cfg.Pipeline, time.Since(started))
		logViews(c.log, before, m, commit.Changes)
	}
	c.compaction.changed(commit.Changes)
	if b.state == nil {
		c.unsaid = c.unsaid && !b.whole
		return nil
	}
	if err := state.WriteSidecar(c.lake.FS(), c.cfg.Pipeline, b.state); err != nil {
		return fmt.Errorf("write %s: %w", state.SidecarPath(c.cfg.Pipeline), err)
	}
	if err := c.say(b.state); err != nil {
		return fmt.Errorf("write STATE to stdout: %w", err)
	}
	c.run.said++
	c.unsaid = false
	c.log.Debug("STATE said", "length", byteSize(len(b.state)), rowType("STATE"))
	return nil
}

// follow is what comes after a commit whose STATE is out.
func (c *committer) follow(ctx context.Context) error {
	if err := c.compaction.between(ctx); err != nil {
		return err
	}
	c.views.expect()
	return c.tidy(failpoint.Now())
}

// tidy keeps a long run from gathering what only its end would take away: versions
// that have grown old, and the memory of a DuckDB that was asked thousands of times.
func (c *committer) tidy(now time.Time) error {
	if now.Sub(c.vacuumed) < vacuumEvery {
		return nil
	}
	c.vacuum()
	c.vacuumed = now
	return c.duckdb.renew()
}

// say writes a STATE to stdout, in one piece.
func (c *committer) say(state []byte) error {
	if err := failpoint.Hit("stdout/state/before"); err != nil {
		return err
	}
	_, err := c.stdout.Write(append(slices.Clip(state), '\n'))
	return errors.Join(err, failpoint.Hit("stdout/state/after"))
}

func (c *committer) newState(s *string) bool {
	old := c.lake.State()
	return s != nil && (old == nil || *old != *s)
}

func (c *committer) refreshViews(ctx context.Context) error {
	if c.duckdb.lent != nil {
		return nil
	}
	err := publishWithin(ctx, 0, c.root, c.lake, c.log)
	c.views.published()
	if errors.Is(err, lake.ErrLocked) { // another pipeline is at it; this one tries again
		c.views.expect()
		return nil
	}
	return err
}

// prepare turns a batch into the commit that adds it. Streams are placed side by
// side: of small batches, what is asked of DuckDB takes one thread.
func (c *committer) prepare(ctx context.Context, b sealed) (commit lake.Commit, err error) {
	placing, pctx := errgroup.WithContext(ctx)
	placing.SetLimit(c.cfg.Threads)
	var changes []*lake.Change
	for _, s := range b.streams {
		var ch *lake.Change
		var place func(context.Context) error
		if ch, place, err = c.change(pctx, s); err != nil {
			err = fmt.Errorf("stream %q: %w", s.stream, err)
			break
		}
		if ch == nil {
			continue
		}
		changes = append(changes, ch)
		placing.Go(func() error {
			if err := place(pctx); err != nil {
				return fmt.Errorf("stream %q: %w", s.stream, err)
			}
			return nil
		})
	}
	if first := placing.Wait(); first != nil { // err is but what came of it
		return commit, first
	}
	for _, ch := range changes {
		if len(ch.Files) > 0 {
			commit.Batches++
		}
		commit.Changes = append(commit.Changes, *ch)
	}
	return commit, err
}

// change is what the batch does to one table, nil if nothing, but for its files,
// which are not placed yet.
func (c *committer) change(ctx context.Context, s sealedStream) (_ *lake.Change, place func(context.Context) error, err error) {
	ch := &lake.Change{
		Stream: s.stream, Dir: c.lake.Dir(s.stream), View: s.view, Key: s.key, Bookmarks: s.bookmarks,
		Replication: s.replication, PartitionBy: s.partitionBy, NextID: s.nextID, Schema: s.schema, Adopt: c.cfg.Adopt, Message: s.message, Replayed: c.replay.of(s.stream),
		Appends: s.appends && len(s.key) > 0 && len(s.files) > 0,
	}
	if s.rejects != nil {
		if ch.Rejects, err = s.rejects.finish(c.lake, s.stream, s.keepRejects); err != nil {
			return nil, nil, err
		}
	}
	staged, err := awaitFiles(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	if len(staged) > 0 {
		c.log.Debug("files staged", "stream", s.stream, "files", len(staged), "rows", keptRows(staged))
	}
	old := c.lake.Manifest().Tables[s.stream]
	staged = c.current(s, old, staged)
	if !s.repeats() && !s.replace && len(staged) > 0 && c.replay == nil {
		if staged, err = c.recognise(ctx, s, staged, ch); err != nil {
			return nil, nil, err
		}
	}
	c.run.stream(s.stream).dropped += s.dropped
	if len(staged) == 0 && ch.Resend == nil && len(ch.Rejects)+len(ch.Replayed) == 0 && !turns(old, s) && old != nil && sameTable(old, s) && old.Owner == c.cfg.Pipeline {
		return nil, nil, nil
	}
	if s.replace {
		old, ch.Replace = nil, true
	}
	return ch, func(ctx context.Context) error { return c.place(ctx, s, old, staged, ch) }, nil
}

// awaitFiles waits for the batch's files, and leaves out those of which no row counts.
func awaitFiles(ctx context.Context, s sealedStream) ([]merge.Staged, error) {
	var staged []merge.Staged
	for i, f := range s.files {
		select {
		case <-f.done:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if s.keep[i] > 0 {
			file := f.file.DataFile
			file.Generation = f.generation
			staged = append(staged, merge.Staged{File: file, Schema: f.file.Schema, Keep: s.keep[i], Rises: f.file.Rises})
		}
	}
	return staged, nil
}

// sameTable reports whether the table's description stays as it is.
func sameTable(t *lake.Table, s sealedStream) bool {
	return t.Schema().Equal(s.schema) && slices.Equal(t.Bookmarks, s.bookmarks) && t.Replication == s.replication && slices.Equal(t.PartitionBy, s.partitionBy) &&
		bytes.Equal(t.Message, s.message) && t.Wants(s.view)
}

// positions adds staged files to some rows of the table, those of into, and
// returns what they supersede among them.
func (c *committer) positions(ctx context.Context, s sealedStream, into *lake.Table, staged []merge.Staged) ([]lake.NewFile, []lake.Positions, error) {
	j := merge.Job{Table: into, Staged: staged, Conflict: s.conflict}
	j.Key, j.Order, j.Deleted = s.columnsOf(s.schema)
	count := c.run.stream(s.stream)
	var dead []lake.Positions
	var res merge.Result
	if j.NeedsMerge() {
		started := time.Now()
		err := c.merge(ctx, s.stream, j.Large(), func() (err error) {
			dead, res, err = c.duckdb.Positions(ctx, j)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		c.log.Debug("merged", "stream", s.stream, "files", len(staged), "superseded", res.Total(), "of_the_lake", res.Lake, "took", time.Since(started).Round(time.Millisecond))
	}
	var files []lake.NewFile
	var rows int64
	for _, f := range staged {
		rows += f.Keep - f.Skip
		count.bytes += f.File.Bytes
		files = append(files, lake.NewFile{DataFile: f.File, Schema: f.Schema})
	}
	count.files += len(staged)
	count.updated += res.Lake
	count.repeated += res.Within
	count.inserted += rows - res.Within - res.Lake - res.Live - res.Gone
	count.lost += res.Live
	count.deleted += res.Gone
	return files, dead, nil
}

// deletes writes positions into a delete file, if there are any.
func (c *committer) deletes(stream string, dead []lake.Positions) ([]lake.NewDeletes, error) {
	if len(dead) == 0 {
		return nil, nil
	}
	f, err := c.lake.WriteDeletes(stream, dead)
	return []lake.NewDeletes{f}, err
}

// close ends the run's commits: what they say is out, unless the last one's is not.
func (c *committer) close() error {
	if c.unsaid || c.replay != nil {
		return nil
	}
	return c.lake.Said()
}
