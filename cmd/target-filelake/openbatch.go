package main

import (
	"context"
	"slices"
	"sort"

	"golang.org/x/sync/semaphore"

	"target-filelake/ingest"
	"target-filelake/lake"
	"target-filelake/lake/columns"
)

// Sizes of what is written at a time.
const (
	rowGroupRows  = 122_880  // DuckDB's own; it reads a row group a thread
	rowGroupBytes = 64 << 20 // of columns in memory, where rows are wide
	// From so many bytes, fewer rows are enough: threads end a scan closer together.
	fullGroupRows  = 81_920
	fullGroupBytes = 8 << 20
	// Chunks of fewer rows are joined, so that a row group is not made of crumbs.
	smallChunk   = 64
	segmentRows  = 16_384
	maxOpenFiles = 64 // further streams' files are closed early, and others opened
)

// openBatch is the rows of one stream since the last seal.
type openBatch struct {
	*table
	stream  string
	schema  *columns.Schema // plan.Schema(), or that with the columns of undeclared properties
	rows    int64           // in files and segs
	bytes   int             // of rows in the current file, as they were in memory
	atState int64           // of rows: those before the newest STATE; true in epoch only
	epoch   uint64
	segs    []*columns.Batch
	segRows int
	segSize int
	files   []*stagedFile // in order; the last may still be open

	generation int64 // version of the rows that come now
	active     int64 // version of the rows that readers see
	activated  []activation
}

// stagedFile is one data file on its way to the disk.
type stagedFile struct {
	stage *lake.Stage   // nil until its first row group
	last  chan struct{} // closed when the row group begun last is in the file; nil: none
	rows  int64
	open  bool
	done  chan struct{} // closed when file is there to read
	file  lake.NewFile

	generation int64 // version of all its rows
}

// encodeJob is a row group, or the end of a file, for an encoder.
type encodeJob struct {
	stream string
	schema *columns.Schema
	keys   []int32 // field ids of the key's columns
	file   *stagedFile
	group  *columns.RowGroup // nil: the encoder makes file and row group
	segs   []*columns.Batch
	plan   *ingest.Plan
	after  chan struct{} // the row group before, nil if none
	done   chan struct{}
	close  bool // the file ends here
	weight int64
}

// rowsAtState is how many of the rows came before the newest STATE.
func (o *openBatch) rowsAtState(epoch uint64) int64 {
	if o.epoch != epoch {
		o.epoch, o.atState = epoch, o.rows
	}
	return o.atState
}

// before counts the chunk's rows whose RECORD came before ord.
func before(c *ingest.Chunk, ord uint32) int {
	return sort.Search(len(c.Ords), func(i int) bool { return c.Ords[i] >= ord })
}

// add appends the chunk's rows [from, to).
func (s *sequencer) add(ctx context.Context, c *ingest.Chunk, from, to int) error {
	o := s.open[c.Plan.Stream()]
	for from < to {
		version, end := c.Version(from)
		end = min(end, to)
		if err := s.turn(ctx, o, version); err != nil {
			return err
		}
		if err := s.addRows(ctx, o, c, from, end); err != nil {
			return err
		}
		from = end
	}
	return nil
}

// addRows appends rows of one version.
func (s *sequencer) addRows(ctx context.Context, o *openBatch, c *ingest.Chunk, from, to int) error {
	o.rowsAtState(s.epoch)
	if o.rows == 0 {
		s.busy++
	}
	if schema := o.schemaFor(c.Batch); schema != o.schema {
		if err := s.reshape(ctx, o, schema); err != nil {
			return err
		}
	}
	whole := from == 0 && to == c.Batch.Rows
	n := len(o.segs)
	switch {
	case n > 0 && to-from < smallChunk && o.segs[n-1].Rows < segmentRows:
		o.segs[n-1].AppendRows(c.Batch, from, to)
	case whole:
		o.segs = append(o.segs, c.Batch)
	default:
		b := columns.NewBatch(c.Plan.Schema())
		b.AppendRows(c.Batch, from, to)
		o.segs = append(o.segs, b)
	}
	size := c.Batch.Size() * (to - from) / c.Batch.Rows
	o.rows += int64(to - from)
	o.segRows += to - from
	o.segSize += size
	s.held += size
	if to == c.Batch.Rows && (len(o.segs) == 0 || o.segs[len(o.segs)-1] != c.Batch) {
		c.Plan.Recycle(c.Batch)
	}
	if o.segRows >= rowGroupRows || o.segSize >= rowGroupBytes || o.segRows >= fullGroupRows && o.segSize >= fullGroupBytes {
		return s.flush(ctx, o, false)
	}
	return nil
}

// reshape ends o's file, and begins the next with another schema.
func (s *sequencer) reshape(ctx context.Context, o *openBatch, schema *columns.Schema) error {
	err := s.flush(ctx, o, true)
	o.schema = schema
	return err
}

// flush hands the open segments to an encoder, and with end the file too.
func (s *sequencer) flush(ctx context.Context, o *openBatch, end bool) error {
	f := o.current()
	if f == nil && o.segRows == 0 {
		return nil
	}
	// Where no STATE comes, files end all the same.
	end = end || o.bytes+o.segSize > s.limits.mostBytes()
	if f == nil {
		f = &stagedFile{open: true, done: make(chan struct{}), generation: o.generation}
		o.files = append(o.files, f)
	}
	j := encodeJob{stream: o.stream, schema: o.schema, keys: o.keyIDs(o.schema), file: f, segs: o.segs, plan: o.plan, after: f.last, done: make(chan struct{}), close: end}
	if !end && f.stage == nil {
		var err error
		if f.stage, err = s.lake.Stage(o.stream, o.schema, j.keys, s.codec); err != nil {
			return err
		}
		s.stages++
	}
	if f.stage != nil && o.segRows > 0 {
		j.group = f.stage.Begin()
	}
	f.last, f.rows, f.open = j.done, f.rows+int64(o.segRows), !end
	if end && f.stage != nil {
		s.stages--
	}
	size := o.segSize
	s.held -= size
	o.bytes += size
	o.segs, o.segRows, o.segSize = nil, 0, 0
	if end {
		o.bytes = 0
	}
	j.weight = min(int64(size), s.encodeShare)
	if err := s.encoding.Acquire(ctx, j.weight); err != nil {
		return context.Cause(ctx)
	}
	select {
	case s.encode <- j:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// current is the file still open, or nil.
func (o *openBatch) current() *stagedFile {
	if n := len(o.files); n > 0 && o.files[n-1].open {
		return o.files[n-1]
	}
	return nil
}

// relieve writes out the largest open streams until the memory for batches
// and the number of open files are within their bounds.
func (s *sequencer) relieve(ctx context.Context) error {
	for s.held > s.budget || s.stages > maxOpenFiles {
		var big *openBatch
		for _, o := range s.open {
			if s.held > s.budget && (big == nil || o.segSize > big.segSize) ||
				s.held <= s.budget && o.current() != nil && o.current().stage != nil && (big == nil || o.bytes > big.bytes) {
				big = o
			}
		}
		if err := s.flush(ctx, big, s.stages > maxOpenFiles || s.held > s.budget && len(s.open) > maxOpenFiles); err != nil {
			return err
		}
	}
	return nil
}

// run encodes the job's row group and, if it is the file's last, ends the file.
func (j *encodeJob) run(ctx context.Context, l *lake.Lake, codec columns.Codec, cores *semaphore.Weighted) (err error) {
	f := j.file
	if f.stage == nil {
		if f.stage, err = l.Stage(j.stream, j.schema, j.keys, codec); err != nil {
			return err
		}
		j.group = f.stage.Begin()
	}
	if j.group != nil {
		if cores.Acquire(ctx, 1) != nil {
			return context.Cause(ctx)
		}
		err := j.group.Encode(j.segs)
		cores.Release(1)
		if err != nil {
			return err
		}
		for _, b := range j.segs {
			j.plan.Recycle(b)
		}
	}
	if j.after != nil {
		select {
		case <-j.after:
		case <-ctx.Done(): // the row group before may never come
			return context.Cause(ctx)
		}
	}
	if j.group != nil {
		if err := j.group.Commit(); err != nil {
			return err
		}
	}
	close(j.done)
	if j.close {
		f.file, err = f.stage.Close()
		if f.stage = nil; err == nil { // the file waits for its commit, beside thousands maybe
			close(f.done)
		}
	}
	return err
}

// keepers are how many rows of each file stay when only the first n do.
func keepers(files []*stagedFile, n int64) []int64 {
	keep := slices.Repeat([]int64{0}, len(files))
	for i, f := range files {
		keep[i] = min(n, f.rows)
		n -= keep[i]
	}
	return keep
}
