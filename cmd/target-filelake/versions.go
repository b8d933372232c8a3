package main

import "context"

// activation is an ACTIVATE_VERSION among the rows of an open batch.
type activation struct {
	version int64
	rows    int64  // of the batch before it
	epoch   uint64 // STATEs before it
	rejects extent // of the batch before it
}

// turn ends o's file where rows of another version begin, and makes the batch
// due: rows of one file have one version.
func (s *sequencer) turn(ctx context.Context, o *openBatch, version int64) error {
	switch {
	case !o.versions:
		version = 0
	case version == 0:
		version = o.newestActive() // rows without one are of the active one
	}
	if version == o.generation {
		return nil
	}
	s.due = s.due || o.rows > 0
	err := s.flush(ctx, o, true)
	o.generation = version
	return err
}

// activate takes note of an ACTIVATE_VERSION.
func (s *sequencer) activate(stream string, version int64) {
	o := s.open[stream]
	if o == nil {
		if !s.unknown[stream] {
			s.unknown[stream] = true
			s.log.Warn("ACTIVATE_VERSION of a stream that has sent no SCHEMA is passed over", "stream", stream, rowType("ACTIVATE_VERSION"))
		}
		return
	}
	if o.versions {
		o.rowsAtState(s.epoch)
		o.activated = append(o.activated, activation{version, o.rows, s.epoch, s.rejects.all(stream)})
	}
}

// anyEpoch is later than any.
const anyEpoch = ^uint64(0)

// activatedBy is the newest version made active among the first rows of the
// batch, before epoch ended; 0 if none was.
func (o *openBatch) activatedBy(rows int64, epoch uint64) int64 {
	var version int64
	for _, a := range o.activated {
		if a.rows <= rows && a.epoch < epoch {
			version = max(version, a.version)
		}
	}
	return version
}

// newestActive is the version made active last, 0 if none ever was.
func (o *openBatch) newestActive() int64 { return max(o.active, o.activatedBy(o.rows, anyEpoch)) }

// closed is the last ACTIVATE_VERSION that is new: before it came a full table
// that is whole without a STATE. Nothing if none came.
func (o *openBatch) closed() activation {
	var last activation
	for _, a := range o.activated {
		if a.version > o.active {
			last = a
		}
	}
	return last
}
