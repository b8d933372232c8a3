package ingest

import (
	"target-filelake/ingest/schema"
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

// deleteRow decodes a delete event: taps that read a log know no more of a
// deleted row than its key.
func (d *Decoder) deleteRow(b []byte, i int) int {
	d.event = true
	end := d.tryRow(b, i)
	d.event = false
	return end
}
