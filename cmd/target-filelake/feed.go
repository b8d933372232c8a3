package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"target-filelake/ingest"
	"target-filelake/lake/failpoint"
)

// feed is the reading end of the pipeline.
type feed struct {
	*loader
	tables      *tables
	batches     batchFiles
	taking      context.Context // done when nobody takes blocks any more
	work, order chan<- *job
}

// run reads r to its end, and the files of BATCH messages in their places; it
// reports whether what follows is wanted. within says which file r is.
func (f feed) run(ctx context.Context, r *ingest.Reader, within func(error) error) (more bool, err error) {
	for {
		j := f.next(ctx, r)
		if err := failpoint.Hit("read/block/after"); err != nil || j == nil {
			return err == nil, err
		}
		j.within = within
		if !f.hand(j) || j.fault != nil {
			return false, nil
		}
		if j.then == nil || j.then.Batch == nil {
			continue
		}
		if more, err := f.batch(ctx, j.then.Line, j.then.Batch); !more || err != nil {
			return more, err
		}
	}
}

// batch reads the files of a BATCH message.
func (f feed) batch(ctx context.Context, line int64, m *ingest.BatchMessage) (more bool, err error) {
	for _, address := range m.Files {
		within := func(err error) error { return batchFault(line, address, err) }
		file, err := f.batches.open(ctx, m, address)
		if err != nil {
			f.hand(&job{fault: within(err), decoded: make(chan struct{})})
			return false, nil
		}
		wanted := func() bool { return ctx.Err() == nil && f.taking.Err() == nil }
		more, err := f.run(ctx, ingest.NewReader(whileWanted{file, wanted}, f.cfg.lines(), nil), within)
		if err = errors.Join(err, file.Close()); err != nil || !more || ctx.Err() != nil {
			return more && err == nil, err
		}
	}
	return true, nil
}

// hand gives a job to the decoders and the sequencer; it reports whether they
// take any more.
func (f feed) hand(j *job) bool {
	if j.block != nil {
		j.weight = min(int64(j.size), f.cfg.share(blockShare))
		if f.blocks.Acquire(f.taking, j.weight) != nil {
			return false
		}
		select {
		case f.work <- j:
		case <-f.taking.Done():
			return false
		}
		f.wide.handed(j)
		f.tables.follow(j)
	} else {
		close(j.decoded)
	}
	select {
	case f.order <- j:
		return true
	case <-f.taking.Done():
		return false
	}
}

// next reads a block; nil at a clean end, and where nobody takes blocks any more.
func (f feed) next(ctx context.Context, r *ingest.Reader) *job {
	b, err := r.Next()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case errors.Is(err, errStopped):
		if err = context.Cause(ctx); err == nil {
			return nil
		}
	}
	j := &job{block: b, fault: err, decoded: make(chan struct{})}
	if b == nil {
		return j
	}
	if j.size, j.then = b.Size(), b.Then; !b.Empty() {
		j.plans = f.tables.lend()
	}
	return j
}

// atLine adds the line to a fault that does not know it.
func atLine(line int64, err error) error {
	if is[*ingest.LineError](err) {
		return err
	}
	sep := ": "
	if strings.HasPrefix(err.Error(), "stream ") { // as lines and records say where they are
		sep = ", "
	}
	return fmt.Errorf("line %d%s%w", line, sep, err)
}
