package ingest

import (
	"slices"
	"strings"

	"target-filelake/ingest/schema"
	"target-filelake/ingest/schema/draft4"
	"target-filelake/ingest/text"
)

// isDelete reports whether the well-formed object at b[i] says when its row was
// deleted at the source. It is asked of refused records only.
func (d *Decoder) isDelete(b []byte, i int) bool {
	s := text.Scanner{Max: d.scan.Max}
	for i = s.Space(b, i+1); b[i] != '}'; {
		raw, plain, at := s.Key(b, i)
		if at < 0 {
			return false
		}
		if !plain {
			raw = text.Unescape(nil, raw)
		}
		s.Depth = 1
		if i = s.Value(b, at); i < 0 {
			return false
		}
		if string(raw) == schema.DeletedAt && b[at] != 'n' {
			return true
		}
		if i = s.Space(b, i); b[i] == ',' {
			i = s.Space(b, i+1)
		}
	}
	return false
}

// reasons is all that the schema has against the record in hand.
func (d *Decoder) reasons(record []byte) []draft4.Reason {
	if w := &d.worded; len(w.record) == len(record) && w.event == d.event && &w.record[0] == &record[0] {
		return w.all
	}
	all := d.walk.plan.shape.Reasons(record)
	if d.event {
		all = slices.DeleteFunc(all, d.forgives)
	}
	d.worded = worded{record, all, d.event}
	return all
}

// worded is what a schema has against the record in hand: whoever finds it
// wrong asks, and whoever words it asks once more.
type worded struct {
	record []byte
	all    []draft4.Reason
	event  bool
}

// forgives reports whether it is nothing against a delete event: of a whole
// record, or of a property that it lacks outside its key.
func (d *Decoder) forgives(r draft4.Reason) bool {
	if strings.LastIndexByte(r.Path, '/') > 0 {
		return false
	}
	isKey := func(k slot) bool { return text.Pointer("", k.name) == r.Path }
	lacks := r.Text == draft4.Missing || strings.HasPrefix(r.Text, draft4.MissingBeside)
	return r.Path == "" || lacks && !slices.ContainsFunc(d.walk.plan.keys, isKey)
}

// deleteRow decodes a delete event: taps that read a log know no more of a
// deleted row than its key.
func (d *Decoder) deleteRow(b []byte, i int) int {
	d.event = true
	end := d.tryRow(b, i)
	d.event = false
	return end
}
