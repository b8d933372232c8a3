package ingest

import (
	"slices"

	"target-filelake/ingest/schema/draft4"
)

// mostFaults bounds what one record can make us hold.
const mostFaults = 1000

// faults decodes the record at b[i] once more, for all that keeps it from its
// columns. What that leaves in the batch is taken back.
func (d *Decoder) faults(b []byte, i int) []fault {
	batch := d.chunk().Batch
	var all []fault
	d.vecs, d.all = batch.Vectors, &all
	d.tryRow(b, i)
	d.all = nil
	batch.Truncate(batch.Rows)
	return all
}

// noted keeps the fault in hand where all are wanted. Where the text itself is
// broken there is nothing to go on with.
func (d *Decoder) noted() bool {
	if d.all == nil || d.fault.path == "" || d.fault.again {
		return false
	}
	if len(*d.all) < mostFaults {
		*d.all = append(*d.all, d.fault)
	}
	d.fault = fault{}
	return true
}

// goOn passes the refused value at b[i], in a container of that depth and
// trail, where all faults are wanted; else it is -1.
func (d *Decoder) goOn(b []byte, i, depth, trail int) int {
	if !d.noted() {
		return -1
	}
	d.scan.Depth, d.trail = depth, d.trail[:trail]
	return d.scan.Value(b, i)
}

// explain adds to e what the schema says of the record at b[i:end], and its
// columns besides.
func (d *Decoder) explain(e *RecordError, b []byte, i, end int) {
	d.event = b[i] == '{' && d.isDelete(b, i)
	if !d.walk.plan.options.NoChecks {
		e.reason(d.reasons(b[i:end]))
	}
	for _, f := range d.faults(b, i) {
		said := func(r draft4.Reason) bool { return r.Path == f.path }
		if f.path != e.Path && !slices.ContainsFunc(e.More, said) {
			e.More = append(e.More, draft4.Reason{Path: f.path, Text: f.reason})
		}
	}
	d.event = false
}

// reason puts the schema's words before those of who found the fault.
func (e *RecordError) reason(all []draft4.Reason) {
	same := func(r draft4.Reason) bool { return r.Path == e.Path && r.Text != draft4.WildNumber }
	if len(all) > 0 && (e.Reason == badValue || slices.ContainsFunc(all, same)) {
		e.Path, e.Reason, all = all[0].Path, all[0].Text, all[1:]
	}
	e.More = slices.DeleteFunc(all, func(r draft4.Reason) bool { return r.Path == e.Path && r.Text == draft4.WildNumber })
}
