package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"target-filelake/lake"
	"target-filelake/lake/failpoint"
	"target-filelake/merge"
	"target-filelake/state"
)

// committer makes sealed batches true, one after another: it waits for their
// files, finds what they supersede, commits, and says the STATE.
type committer struct {
	*loader
	db     *merge.DB // nil until a batch needs it
	spill  string    // its temporary directory, relative to the lake
	viewed time.Time
	again  again
	unsaid bool // a STATE is committed and not on stdout yet
}

// viewsEvery is how often lake.duckdb follows the commits of a long run.
const viewsEvery = 10 * time.Second

func (l *loader) committer(ctx context.Context, batches <-chan sealed) (err error) {
	c := &committer{loader: l}
	if _, err := l.lake.FS().Stat(viewsDB); err == nil { // else the first commit makes one
		c.viewed = time.Now()
	}
	if c.again, err = newAgain(l.lake, l.cfg.Pipeline); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	for b := range batches {
		if err := failpoint.Hit("commit/begin"); err != nil {
			return err
		}
		if err := c.take(ctx, b); err != nil {
			return err
		}
		if err := failpoint.Hit("commit/end"); err != nil {
			return err
		}
	}
	return nil
}

func (c *committer) take(ctx context.Context, b sealed) error {
	started := time.Now()
	commit, err := c.prepare(ctx, b)
	if err != nil {
		return err
	}
	commit.Load, commit.Newest = true, b.newest
	if b.state != nil {
		value := string(b.state)
		commit.State = &value
	}
	if len(commit.Changes) > 0 || c.newState(commit.State) {
		c.unsaid = b.state != nil
		m, err := c.lake.Commit(commit)
		if err != nil {
			return fmt.Errorf("commit: %w", remedied(err))
		}
		c.run.committed(c.log, m, commit, c.cfg.Pipeline, time.Since(started))
	}
	if b.state == nil {
		return c.refreshViews(ctx)
	}
	if err := state.WriteSidecar(c.lake.FS(), c.cfg.Pipeline, b.state); err != nil {
		return fmt.Errorf("write %s: %w", state.SidecarPath(c.cfg.Pipeline), err)
	}
	if err := c.say(b.state); err != nil {
		return fmt.Errorf("write STATE to stdout: %w", err)
	}
	c.run.said++
	c.unsaid = false
	return c.refreshViews(ctx)
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
	if time.Since(c.viewed) < viewsEvery {
		return nil
	}
	err := publishWithin(ctx, 0, c.root, c.lake, c.log)
	if errors.Is(err, lake.ErrLocked) {
		return nil // another pipeline is at it; the next commit tries again
	}
	c.viewed = time.Now()
	return err
}

// prepare turns a batch into the commit that adds it.
func (c *committer) prepare(ctx context.Context, b sealed) (lake.Commit, error) {
	var commit lake.Commit
	for _, s := range b.streams {
		ch, err := c.change(ctx, s, b.newest)
		if err != nil {
			return commit, fmt.Errorf("stream %q: %w", s.stream, err)
		}
		if ch == nil {
			continue
		}
		if len(ch.Files) > 0 {
			commit.Batches++
		}
		commit.Changes = append(commit.Changes, *ch)
	}
	return commit, nil
}

// change is what the batch does to one table; nil if nothing.
func (c *committer) change(ctx context.Context, s sealedStream, newest string) (*lake.Change, error) {
	ch := lake.Change{
		Stream: s.stream, Dir: c.lake.Dir(s.stream), Key: s.key, Bookmarks: s.bookmarks,
		Replication: s.replication, NextID: s.nextID, Schema: s.schema, Adopt: c.cfg.Adopt, Message: s.message,
	}
	if s.rejects != nil {
		var err error
		if ch.Rejects, err = s.rejects.finish(c.lake, s.stream, s.keepRejects); err != nil {
			return nil, err
		}
		c.run.stream(s.stream).rejected += s.keepRejects.records
	}
	var staged []merge.Staged
	for i, f := range s.files {
		select {
		case <-f.done:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if s.keep[i] > 0 { // else no row of it counts, and nothing names it
			ch.Files = append(ch.Files, f.file)
			staged = append(staged, merge.Staged{File: f.file.DataFile, Schema: f.file.Schema, Keep: s.keep[i]})
		}
	}
	old := c.lake.Manifest().Tables[s.stream]
	if len(s.key) == 0 && len(staged) > 0 {
		var err error
		if staged, err = c.recognise(ctx, s, newest, staged, &ch); err != nil {
			return nil, err
		}
	}
	if len(staged) == 0 && ch.Resend == nil {
		c.run.stream(s.stream).dropped += s.dropped
		if old != nil && sameTable(old, s) && len(ch.Rejects) == 0 && old.Owner == c.cfg.Pipeline {
			return nil, nil
		}
		return &ch, nil
	}
	err := c.positions(ctx, s, old, staged, &ch)
	return &ch, err
}

// sameTable reports whether the table's description stays as it is.
func sameTable(t *lake.Table, s sealedStream) bool {
	return t.Schema().Equal(s.schema) && slices.Equal(t.Bookmarks, s.bookmarks) && t.Replication == s.replication &&
		bytes.Equal(t.Message, s.message)
}

// positions puts what the batch supersedes into the change's delete file.
func (c *committer) positions(ctx context.Context, s sealedStream, old *lake.Table, staged []merge.Staged, ch *lake.Change) error {
	j := merge.Job{Table: old, Staged: staged}
	for _, property := range s.key {
		j.Key = append(j.Key, *s.schema.Column(property))
	}
	count := c.run.stream(s.stream)
	var res merge.Result
	if j.NeedsMerge() {
		if err := c.openDB(ctx); err != nil {
			return err
		}
		var dead []lake.Positions
		var err error
		if dead, res, err = c.db.Positions(ctx, j); err != nil {
			return err
		}
		if len(dead) > 0 {
			file, err := c.lake.WriteDeletes(s.stream, dead)
			if err != nil {
				return err
			}
			ch.Deletes = append(ch.Deletes, file)
		}
	}
	var rows int64
	for _, f := range staged {
		rows += f.Keep - f.Skip
		count.bytes += f.File.Bytes
	}
	count.files += len(staged)
	count.updated += res.Lake
	count.repeated += res.Within
	count.inserted += rows - res.Within - res.Lake
	count.dropped += s.dropped
	return nil
}

// openDB opens DuckDB when first needed.
func (c *committer) openDB(ctx context.Context) error {
	if c.db != nil {
		return nil
	}
	var err error
	if c.spill, err = c.lake.Temp(); err != nil {
		return err
	}
	c.db, err = merge.Open(ctx, merge.Config{
		Root: c.root, Threads: c.cfg.Threads, MemoryMB: int(c.cfg.share(duckdbShare) >> 20),
		TempDir: filepath.Join(c.root, filepath.FromSlash(c.spill)),
	})
	return err
}

// close ends the run's commits: what they say is out, unless the last one's is not.
func (c *committer) close() error {
	var err error
	if !c.unsaid {
		err = c.lake.Said()
	}
	if c.db == nil {
		return err
	}
	return errors.Join(err, c.db.Close(), failpoint.Hit("remove/spill-tree/before"), os.RemoveAll(filepath.Join(c.root, filepath.FromSlash(c.spill))))
}
