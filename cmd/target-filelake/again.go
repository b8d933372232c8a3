package main

import (
	"context"
	"maps"
	"slices"

	"target-filelake/ingest/schema"
	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge"
)

// again recognises rows without a key that the lake has already: see
// lake.Resend. Rows of a key replace themselves and need no such care.
type again struct {
	first   string             // STATE of the load that may have died, see lake.Pipeline
	begun   string             // first STATE of this run; "" before one came
	doubt   bool               // that load's STATE may not be out
	streams map[string][]int64 // where in a stream's Resend its rows may go on
}

// newAgain works out what may come again.
func newAgain(l *lake.Lake, pipeline string) (again, error) {
	doubt, err := l.InDoubt()
	m := l.Manifest()
	p := m.Pipelines[pipeline]
	a := again{first: p.First, doubt: doubt, streams: map[string][]int64{}}
	for stream, t := range m.Tables {
		if t.Owner != pipeline || t.Resend == nil || !t.Has(t.Resend.Spans) {
			continue
		}
		var at []int64
		if doubt && t.Resend.Version == p.Loaded {
			at = append(at, 0)
		}
		if c := t.Resend.Covered; c < t.Resend.Rows() && !slices.Contains(at, c) {
			at = append(at, c)
		}
		if len(at) > 0 {
			a.streams[stream] = at
		}
	}
	return a, err
}

// follow takes in the first STATE of a batch.
func (a *again) follow(first string) {
	if a.begun == "" {
		a.begun = first
	}
}

// resent reports whether this run goes on from where the load that may have
// died did, and so sends its rows again: the STATEs begin alike.
func (a *again) resent() bool { return a.begun == a.first }

// awaited notes in a commit which rows are still to come again: its STATE
// stands before them, and this run may die as well. Once the lake's own STATE
// has come again, so have the rows before it.
func (c *committer) awaited(commit *lake.Commit) {
	if !c.again.resent() || !c.newState(commit.State) {
		return
	}
	for _, stream := range slices.Sorted(maps.Keys(c.again.streams)) {
		t := c.lake.Manifest().Tables[stream]
		if t.Resend.Covered == 0 || c.again.streams[stream][0] > 0 {
			continue
		}
		at := slices.IndexFunc(commit.Changes, func(ch lake.Change) bool { return ch.Stream == stream })
		if at >= 0 { // with its rows, or another SCHEMA alone
			ch := &commit.Changes[at]
			if ch.Resend == nil {
				ch.Resend = &lake.Resend{Spans: t.Resend.Spans}
			}
			continue
		}
		commit.Changes = append(commit.Changes, lake.Change{
			Stream: stream, Dir: t.Dir, Key: t.Key, Bookmarks: t.Bookmarks, Replication: t.Replication, PartitionBy: t.PartitionBy,
			NextID: t.NextID, Schema: t.Schema(), Resend: &lake.Resend{Spans: t.Resend.Spans},
		})
	}
}

// recognise takes those rows out of the batch that the lake has already, and
// notes in the change what the tap may send again after it. What is left of
// staged is appended.
func (c *committer) recognise(ctx context.Context, s sealedStream, staged []merge.Staged, ch *lake.Change) ([]merge.Staged, error) {
	old := c.lake.Manifest().Tables[s.stream]
	var before []lake.Span
	var n int64
	for _, at := range c.again.streams[s.stream] {
		r := merge.Resent{Table: old, Spans: lake.After(old.Resend.Spans, at), Staged: staged, Columns: ownColumns(s.schema)}
		r.Rows = min(old.Resend.Rows()-at, keptRows(staged))
		same, err := c.same(ctx, s.stream, r, at == old.Resend.Covered || c.again.resent())
		if err != nil {
			return nil, err
		}
		if same {
			before, n = r.Spans, r.Rows
			break
		}
	}
	delete(c.again.streams, s.stream)
	if n > 0 {
		c.log.Info("rows that the last run had committed before it died have come again", "stream", s.stream, "rows", n)
		if n < rowsOf(before) {
			c.again.streams[s.stream] = []int64{n}
		}
		staged = skip(staged, n)
	}
	ch.Resend = &lake.Resend{Spans: append(before, spansOf(staged)...), Covered: n + keptRows(staged)}
	return staged, nil
}

// same asks whether the rows are the same. Rows that are all alike say little:
// for those it must be sure that rows come again.
func (c *committer) same(ctx context.Context, stream string, r merge.Resent, sure bool) (bool, error) {
	var same, alike bool
	err := c.merge(ctx, stream, true, func() (err error) {
		same, alike, err = c.duckdb.Same(ctx, r)
		return err
	})
	return same && (!alike || sure), err
}

// ownColumns are those that the tap fills. What the target says of a record
// differs when it comes again.
func ownColumns(s *columns.Schema) []columns.Column {
	return slices.DeleteFunc(slices.Clone(s.Columns), func(c columns.Column) bool { return schema.IsMetadata(c.Property) })
}

// skip leaves out the first n rows of staged, and files that have no others.
func skip(staged []merge.Staged, n int64) []merge.Staged {
	var out []merge.Staged
	for _, s := range staged {
		s.Skip = min(n, s.Keep)
		n -= s.Skip
		if s.Skip < s.Keep {
			out = append(out, s)
		}
	}
	return out
}

func keptRows(staged []merge.Staged) int64 { return rowsOf(spansOf(staged)) }

func spansOf(staged []merge.Staged) []lake.Span {
	var out []lake.Span
	for _, s := range staged {
		out = append(out, lake.Span{Path: s.File.Path, From: s.Skip, Rows: s.Keep - s.Skip})
	}
	return out
}

func rowsOf(spans []lake.Span) int64 { return (&lake.Resend{Spans: spans}).Rows() }
