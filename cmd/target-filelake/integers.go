package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"target-filelake/ingest"
	"target-filelake/lake"
	"target-filelake/lake/columns"
)

// wideIntegers knows which columns hold integers that a double might round,
// and which streams' rows say undeclared when they were deleted. Decoders note
// those of this run's rows; the footers of committed files tell the rest. It is
// asked only where a SCHEMA makes a number of an integer, or declares that time.
type wideIntegers struct {
	fs  lake.FS
	now func() *lake.Manifest

	mu   sync.Mutex
	seen map[string]map[int32]bool // by stream and field id, of rows decoded in this run
	late map[string]bool           // streams of which a row decoded in this run was deleted

	under []<-chan struct{} // closed when a block is decoded, in order; the reader's
}

func newWideIntegers(fsys lake.FS, now func() *lake.Manifest) *wideIntegers {
	return &wideIntegers{fs: fsys, now: now, seen: map[string]map[int32]bool{}, late: map[string]bool{}}
}

// note looks through rows just decoded.
func (w *wideIntegers) note(d *ingest.Decoded) {
	for i := range d.Chunks {
		c := &d.Chunks[i]
		if ids := c.Batch.BeyondDouble(); len(ids) > 0 {
			w.add(c.Plan.Stream(), ids)
		}
		if c.Batch.HasLate() {
			w.addLate(c.Plan.Stream())
		}
	}
}

func (w *wideIntegers) add(stream string, ids []int32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.seen[stream] == nil {
		w.seen[stream] = map[int32]bool{}
	}
	for _, id := range ids {
		w.seen[stream][id] = true
	}
}

func (w *wideIntegers) addLate(stream string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.late[stream] = true
}

// handed remembers a block that a decoder has yet to decode, and forgets those
// at the front that are.
func (w *wideIntegers) handed(j *job) {
	for len(w.under) > 0 && isClosed(w.under[0]) {
		w.under = w.under[1:]
	}
	w.under = append(w.under, j.decoded)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// of are a stream's columns that hold such integers, in the lake or in the
// rows read so far, for which it waits.
func (w *wideIntegers) of(ctx context.Context, stream string) (map[int32]bool, error) {
	if err := w.wait(ctx); err != nil {
		return nil, err
	}
	out := map[int32]bool{}
	if t := w.now().Tables[stream]; t != nil {
		if err := w.stored(t, out); err != nil {
			return nil, err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range w.seen[stream] {
		out[id] = true
	}
	return out, nil
}

// wait returns when all blocks handed out are decoded.
func (w *wideIntegers) wait(ctx context.Context) error {
	for _, decoded := range w.under {
		select {
		case <-decoded:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// saidDeleted reports whether a row read so far had an undeclared time at which
// it was deleted.
func (w *wideIntegers) saidDeleted(ctx context.Context, stream string) (bool, error) {
	if err := w.wait(ctx); err != nil {
		return false, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.late[stream], nil
}

func (w *wideIntegers) stored(t *lake.Table, out map[int32]bool) error {
	for _, f := range t.Files {
		ids, err := w.footer(f)
		if err != nil {
			return fmt.Errorf("read the bounds of %s: %w", f.Path, err)
		}
		for _, id := range ids {
			out[id] = true
		}
	}
	return nil
}

func (w *wideIntegers) footer(f lake.DataFile) ([]int32, error) {
	file, err := w.fs.Open(f.Path)
	if err != nil {
		return nil, err
	}
	ids, err := columns.FileBeyondDouble(file, f.Bytes)
	return ids, errors.Join(err, file.Close())
}

// doubled are the JSON pointers of integers that become doubles from one
// schema to the next.
func doubled(from, to *columns.Schema) []string {
	var out []string
	for _, c := range from.Changes(to) {
		if c.From != nil && c.From.Kind == columns.Int64 && c.To.Kind == columns.Double {
			out = append(out, c.Path)
		}
	}
	return out
}
