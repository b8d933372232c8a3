package main

import (
	"fmt"

	"target-filelake/ingest"
	"target-filelake/lake"
)

// Bounds of what refused records take before their batch is sealed. Most
// streams have few, which then never need a file of their own open.
const (
	heldRejects = 8 << 20 // bytes in memory, over all streams
	openRejects = 32      // files open; further ones are ended early
)

// extent is so many records, and the bytes of their lines.
type extent struct{ records, bytes int64 }

func (e extent) less(o extent) extent { return extent{e.records - o.records, e.bytes - o.bytes} }

// rejectLog is the refused records of one stream since the last seal, in the
// order they came: those of files, of stage, and of buf.
type rejectLog struct {
	files   []lake.RejectFile
	stage   *lake.RejectStage // nil: none open
	buf     []byte
	all     extent
	saved   extent // of all, in files and stage
	atState extent // of all: those before the newest STATE; true in epoch only
	epoch   uint64
}

// coveredAt is how much of the log came before the newest STATE.
func (l *rejectLog) coveredAt(epoch uint64) extent {
	if l.epoch != epoch {
		l.epoch, l.atState = epoch, l.all
	}
	return l.atState
}

// quarantine is where refused records wait for the next seal.
type quarantine struct {
	lake  *lake.Lake
	most  int64 // max_rejects; 0: no limit
	total int64
	logs  map[string]*rejectLog // by stream; those with records
	held  int                   // bytes in their bufs
	open  int                   // stages of theirs

	resent *resent
}

// tooManyRejects ends a run at the first record past max_rejects.
type tooManyRejects struct {
	most int64
	*ingest.RecordError
}

func (e *tooManyRejects) Error() string {
	return fmt.Sprintf("more than %d records rejected (max_rejects): %s", e.most, e.RecordError)
}

func (e *tooManyRejects) Unwrap() error { return e.RecordError }

// limit makes the first reject past max_rejects the block's fault: nothing
// that stands after it counts.
func (q *quarantine) limit(d *ingest.Decoded) {
	left := q.most - q.total
	if q.most == 0 || int64(len(d.Rejects)) <= left {
		return
	}
	last := d.Rejects[left]
	d.Err, d.Rejects = &tooManyRejects{q.most, last.RecordError}, d.Rejects[:left]
	for i, m := range d.Marks {
		if m.Ord > last.Ord {
			d.Marks = d.Marks[:i]
			break
		}
	}
}

// all is how many rejects of a stream wait.
func (q *quarantine) all(stream string) extent {
	if l := q.logs[stream]; l != nil {
		return l.all
	}
	return extent{}
}

// mark notes that the newest STATE covers all rejects of a stream.
func (q *quarantine) mark(stream string, epoch uint64) {
	if l := q.logs[stream]; l != nil {
		l.epoch, l.atState = epoch, l.all
	}
}

// covered is how many of a stream's records came before the newest STATE.
func (q *quarantine) covered(stream string, c cover, epoch uint64) (keep, all extent) {
	l := q.logs[stream]
	switch {
	case l == nil || c == waits:
		return extent{}, extent{}
	case c == toState || c == toClosed:
		return l.coveredAt(epoch), l.all
	}
	return l.all, l.all
}

// add appends a refused record to its stream's log.
func (q *quarantine) add(r *ingest.Reject, epoch uint64) error {
	l := q.logs[r.Stream]
	if l == nil {
		l = &rejectLog{epoch: epoch}
		q.logs[r.Stream] = l
	}
	l.coveredAt(epoch)
	l.buf = append(l.buf, r.JSON...)
	l.all.records++
	l.all.bytes += int64(len(r.JSON))
	q.held += len(r.JSON)
	q.total++
	for q.held > heldRejects {
		if err := q.spill(); err != nil {
			return err
		}
	}
	return nil
}

// spill writes the largest buffer to its file.
func (q *quarantine) spill() error {
	var stream string
	var big *rejectLog
	for name, l := range q.logs {
		if big == nil || len(l.buf) > len(big.buf) {
			stream, big = name, l
		}
	}
	q.held -= len(big.buf)
	if big.stage == nil {
		if err := q.makeRoom(); err != nil {
			return err
		}
		q.open++
	}
	return big.save(q.lake, stream)
}

// makeRoom ends a file early where too many are open.
func (q *quarantine) makeRoom() error {
	if q.open < openRejects {
		return nil
	}
	for _, l := range q.logs {
		if l.stage != nil {
			q.open--
			return l.end()
		}
	}
	return nil
}

// save writes the buffer to the log's file, a new one if none is open.
func (l *rejectLog) save(to *lake.Lake, stream string) error {
	if l.stage == nil {
		var err error
		if l.stage, err = to.StageRejects(stream); err != nil {
			return err
		}
	}
	rest := l.all.less(l.saved)
	l.saved = l.all
	err := l.stage.Append(l.buf, rest.records)
	l.buf = nil
	return err
}

// end makes the open file durable.
func (l *rejectLog) end() error {
	f, err := l.stage.Close()
	l.stage, l.files = nil, append(l.files, f)
	return err
}

// hand gives a stream's log away; whoever takes it finishes it.
func (q *quarantine) hand(stream string) *rejectLog {
	l := q.logs[stream]
	if l == nil {
		return nil
	}
	delete(q.logs, stream)
	q.held -= len(l.buf)
	if l.stage != nil {
		q.open--
	}
	return l
}

// finish makes the records of keep durable, and names the files that hold
// them and no others.
func (l *rejectLog) finish(to *lake.Lake, stream string, keep extent) ([]lake.RejectFile, error) {
	if keep.records > l.saved.records {
		if err := l.save(to, stream); err != nil {
			return nil, err
		}
	}
	if l.stage != nil {
		if err := l.end(); err != nil {
			return nil, err
		}
	}
	var out []lake.RejectFile
	for _, f := range l.files {
		if keep.records == 0 {
			break
		}
		if keep.records < f.Records {
			var err error
			if f, err = to.CutRejects(stream, f, keep.records, keep.bytes); err != nil {
				return nil, err
			}
		}
		out = append(out, f)
		keep = keep.less(extent{f.Records, f.Bytes})
	}
	return out, nil
}
