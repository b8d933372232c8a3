package lake

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"target-filelake/lake/columns"
)

// Commit is what becomes true in one step.
type Commit struct {
	State   *string   // the pipeline's STATE value from now on; nil: as before
	Load    bool      // the rows are a tap's
	First   string    // of a Load: SHA-256 of the tap's first STATE since the commit before, lower-case hex; "": none came
	For     Operation // "": OpLoad
	Recur   Recur     // of a Load
	Batches uint64    // batches among Changes
	Changes []Change
}

// Change is what a Commit does to one table.
type Change struct {
	Stream      string
	Dir         string // from Lake.Dir
	View        View   // as it is to be; no name: as before, or the stream's
	Key         []string
	Bookmarks   []string
	Replication string
	PartitionBy []string // how compactions divide the table's files, as the configuration says it
	NextID      int32
	Schema      *columns.Schema // the table's schema from now on
	Files       []NewFile
	Deletes     []NewDeletes
	Pending     []PendingFiles
	Activate    int64        // an ACTIVATE_VERSION; 0: none came
	Kept        []NewDeletes // with Activate, instead of the table's where it drops files: see Table.Outdated
	Replace     bool         // the table's rows so far go
	Appends     bool         // rows of the key's may be there already
	Resend      *Resend      // of a Load that appends rows, or recognises them; nil: as before
	Rejects     []RejectFile
	Replayed    []RejectFile // of the table's: their records are in Files or Rejects now, or superseded
	Message     []byte       // from a Packer; nil: as before
	Adopt       bool         // take the table over if it is another pipeline's
	Compact     *Compact     // nil: rows are added, not written anew
}

// NewFile is a data file and the schema it was written with.
type NewFile struct {
	DataFile
	Schema *columns.Schema
	Rises  bool // the key is one column, whose values become greater from row to row
}

// NewDeletes is a delete file, and how many rows it names of which data file.
type NewDeletes struct {
	DeleteFile
	Of map[string]int64 // by DataFile.Path
}

// ErrFenced says that somebody else changed or owns a table of the commit.
var ErrFenced = errors.New("lake: fenced off by another pipeline")

// OwnerError is an ErrFenced that says whose the table is.
type OwnerError struct {
	Stream string
	Owner  string // name of a pipeline
}

func (e *OwnerError) Error() string {
	return fmt.Sprintf("stream %q belongs to pipeline %q", e.Stream, e.Owner)
}

func (e *OwnerError) Unwrap() error { return ErrFenced }

// apply returns the version after m in which c is true. It does no I/O and
// leaves m as it is. base is the version c was made from.
func (m *Manifest) apply(c Commit, base *Manifest, pipeline string, now time.Time) (*Manifest, error) {
	next := m.next(pipeline, cmp.Or(c.For, OpLoad), now)
	p := next.Pipelines[pipeline]
	p.Batches += c.Batches
	if c.State != nil {
		p.State = c.State
	}
	if c.Load {
		// Keyed rows without a STATE change nothing of what the tap may send again.
		if c.State != nil || slices.ContainsFunc(c.Changes, func(ch Change) bool { return ch.Resend != nil }) {
			p.Loaded, p.First = next.Version, c.First
		}
		p.Rejects = p.Rejects.after(c.Recur, next.Version)
	}
	next.Pipelines[pipeline] = p
	views := m.nameViews(c.Changes)
	for i := range c.Changes {
		ch := &c.Changes[i]
		if err := m.fence(ch, base, pipeline); err != nil {
			return nil, err
		}
		old := m.Tables[ch.Stream]
		if old == nil {
			old = &Table{Stream: ch.Stream, Dir: ch.Dir}
		}
		if old.Owner != pipeline {
			old = old.disowned()
		}
		table := old.apply(ch, next)
		if name, ok := views[ch.Stream]; ok {
			name.give(table)
		}
		if ch.Compact != nil && table.Rows() != old.Rows() {
			return nil, fmt.Errorf("compact stream %q: %d live rows were to become %d", ch.Stream, old.Rows(), table.Rows())
		}
		if table.Owner != pipeline && ch.Resend == nil {
			table.Resend = nil // what the other's tap may send again, ours does not
		}
		table.Owner = pipeline
		next.Tables[ch.Stream] = table
		delete(next.refs, ch.Stream)
	}
	next.settle(m)
	return next, nil
}

// later keeps the times of versions in the order of versions, whatever the
// clocks of those who commit say.
func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// fence refuses a change of a table that is another pipeline's, or is no more
// what the change was made from.
func (m *Manifest) fence(c *Change, base *Manifest, pipeline string) error {
	t := m.Tables[c.Stream]
	if t != nil && t.Owner != pipeline && !c.Adopt {
		return &OwnerError{c.Stream, t.Owner}
	}
	if m.refs[c.Stream] == base.refs[c.Stream] {
		return nil
	}
	if t == nil {
		return fmt.Errorf("%w: stream %q is gone since version %d", ErrFenced, c.Stream, base.Version)
	}
	return fmt.Errorf("%w: pipeline %q has changed stream %q since version %d; stop it and run this load again",
		ErrFenced, t.Owner, c.Stream, base.Version)
}

// next is the version after m, by pipeline, with nothing changed yet.
func (m *Manifest) next(pipeline string, op Operation, now time.Time) *Manifest {
	next := &Manifest{
		Version: m.Version + 1, Committed: later(now.UTC(), m.Committed), Pipeline: pipeline, Operation: op, previous: m.digest,
		Pipelines: maps.Clone(m.Pipelines), Tables: maps.Clone(m.Tables), refs: maps.Clone(m.refs),
		horizon: m.horizon,
	}
	p := next.Pipelines[pipeline]
	p.ID, p.Version = pipelineID(pipeline), next.Version
	next.Pipelines[pipeline] = p
	return next
}

// apply returns the table as c leaves it in version m.
func (t *Table) apply(c *Change, m *Manifest) *Table {
	next := *t
	next.Key, next.Bookmarks, next.Replication, next.PartitionBy = c.Key, c.Bookmarks, c.Replication, c.PartitionBy
	next.Schemas = slices.Clone(t.Schemas)
	next.Appends = t.Appends && !c.Replace || c.Appends
	if c.Replace {
		next.clear()
	}
	if c.Compact != nil {
		next.drop(c.Compact)
	}
	next.Files = next.add(next.Files, c.Files, m)
	if !slices.Equal(t.PartitionBy, c.PartitionBy) {
		for i := range next.Files { // of no partition there is now
			next.Files[i].Partition = ""
		}
	}
	next.Deletes = supersede(next.Files, next.Deletes, c.Deletes)
	next.pend(c.Pending, m)
	if c.Activate > next.Active {
		next.activate(c.Activate, c.Kept)
	}
	next.schemaID(c.Schema, m)
	next.NextID = max(t.NextID, c.NextID)
	if c.Resend != nil {
		next.Resend = &Resend{Version: m.Version, Spans: c.Resend.Spans, Covered: c.Resend.Covered}
	}
	next.reject(c, m.Version)
	next.count(t, c)
	if c.Message != nil {
		next.Message = c.Message
	}
	return &next
}

// count adds the rows of c to those that ever came in; what of these is
// neither live nor pending is superseded.
func (t *Table) count(before *Table, c *Change) {
	if c.Compact != nil {
		return
	}
	in := rowsOf(c.Files)
	for i := range c.Pending {
		in += rowsOf(c.Pending[i].Files)
	}
	t.RowsIn += in
	t.Superseded += in - (t.standing() - before.standing())
}

func rowsOf(files []NewFile) (n int64) {
	for i := range files {
		n += files[i].Rows
	}
	return n
}

// standing counts the rows that are live or pending.
func (t *Table) standing() int64 {
	n := t.Rows()
	for i := range t.Pending {
		g := Table{Files: t.Pending[i].Files, Deletes: t.Pending[i].Deletes}
		n += g.Rows()
	}
	return n
}

// schemaID finds s among the table's schemas, or adds it as new in version m.
func (t *Table) schemaID(s *columns.Schema, m *Manifest) int {
	if i := slices.IndexFunc(t.Schemas, s.Equal); i >= 0 {
		return i
	}
	t.Schemas = append(t.Schemas, &columns.Schema{
		ID: len(t.Schemas), Version: uint64(m.Version), Committed: m.Committed, Columns: s.Columns,
	})
	return len(t.Schemas) - 1
}
