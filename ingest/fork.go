package ingest

import (
	"bytes"
	"errors"

	"target-filelake/ingest/mapping"
	"target-filelake/ingest/text"
)

// Fork is a way that a stream's records take.
type Fork struct {
	Plan *Plan
	Map  *mapping.Map // what changes them before; nil: nothing
}

// Forked is the plan for a stream whose records go to other plans. Without any,
// they are passed over, and need only be well-formed.
func Forked(stream string, forks []Fork) *Plan {
	return &Plan{stream: stream, forked: true, forks: forks, slots: 1}
}

// mapper is the decoder's mapper for fork k of the current plan, nil if its
// records are not changed.
func (d *Decoder) mapper(k int) *mapping.Mapper {
	w := d.walk
	if w.mappers == nil {
		w.mappers = make([]*mapping.Mapper, len(w.plan.forks))
		for i, f := range w.plan.forks {
			if f.Map != nil {
				w.mappers[i] = f.Map.Mapper()
			}
		}
	}
	return w.mappers[k]
}

// fork hands the record at b[i] to the plans that its stream's records go to.
func (e *recordEnvelope) fork(b []byte, i int) int {
	d, source := e.d, e.d.walk
	d.forked, d.refused = d.forked[:0], d.refused[:0]
	end := -1
	if forks := source.plan.forks; len(forks) == 0 || forks[0].Map == nil {
		d.scan.Depth = 1
		if end = d.scan.Value(b, i); end < 0 {
			return -1
		}
	}
	for k := range source.plan.forks {
		d.walk = source
		var taken bool
		if end, taken = e.forkTo(k, b, i, end); !taken {
			end = -1
			break
		}
	}
	d.walk, d.scan.Depth = source, 1
	e.taken = end >= 0
	return end
}

// forkTo hands the record at b[i] to one plan. end is where it ends, -1 if no
// plan before this one has found that.
func (e *recordEnvelope) forkTo(k int, b []byte, i, end int) (_ int, taken bool) {
	d, p := e.d, e.d.walk.plan.forks[k].Plan
	if m := d.mapper(k); m != nil {
		mapped, to, err := m.Apply(b, i, d.scan.Max)
		if end = to; end < 0 {
			return -1, false
		}
		if f, ok := errors.AsType[*mapping.Fault](err); ok {
			path := ""
			if f.Property != "" {
				path = text.Pointer("", f.Property)
			}
			e.err = &RecordError{Stream: p.stream, Line: e.line.number, Path: path, Reason: f.Reason, unmapped: true}
			return end, false
		}
		if mapped == nil {
			d.out.Notes.filtered(p.stream, 1)
			return end, true
		}
		b, i = mapped, 0
	}
	d.walk = d.walkOf(p)
	if d.row(b, i) < 0 {
		r := &RecordError{Stream: p.stream, Line: e.line.number, Path: d.fault.path, Reason: d.fault.reason}
		record := valueAt(b, i)
		d.explain(r, b, i, i+len(record))
		if d.Quarantine {
			d.refused = append(d.refused, refusedFork{r, p, record})
			return end, true
		}
		e.err = r
		return end, false
	}
	d.forked = append(d.forked, d.walk)
	return end, true
}

// refusedFork is a record that one of its stream's plans refused: it is set
// aside for that one alone.
type refusedFork struct {
	*RecordError
	plan   *Plan
	record []byte
}

// valueAt is the well-formed value at b[i].
func valueAt(b []byte, i int) []byte {
	s := text.Scanner{Max: len(b)}
	return bytes.Clone(b[i:s.Value(b, i)])
}

// finishForks completes the rows of a forked record from its RECORD's line.
func (e *recordEnvelope) finishForks(b []byte) {
	d, source := e.d, e.d.walk
	for _, w := range d.forked {
		d.walk = w
		d.vecs = d.chunk().Batch.Vectors
		if e.finish(b); e.err != nil {
			if r, ok := e.err.(*RecordError); ok {
				r.unmapped = true
			}
			break
		}
	}
	d.walk = source
	for i := 0; i < len(d.refused) && e.err == nil; i++ {
		f := &d.refused[i]
		e.err = d.setAside(b, f.RecordError, f.plan, f.record)
	}
}

// dropForks takes the rows of a forked record back.
func (d *Decoder) dropForks() {
	source := d.walk
	for _, w := range d.forked {
		d.walk = w
		d.dropRow()
	}
	d.walk, d.forked = source, d.forked[:0]
}
