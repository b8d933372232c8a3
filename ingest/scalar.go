package ingest

import (
	"target-filelake/ingest/schema/draft4"
	"target-filelake/ingest/text"
	"target-filelake/lake/columns"
)

// whole stores an integer that is long, or written with a point or exponent.
func (d *Decoder) whole(s *slot, b []byte, i int, rep byte) int {
	end := d.number(b, i)
	if end < 0 {
		return d.mismatch(s, b, i, rep)
	}
	n := text.TakeApart(b[i:end])
	x, fits := n.Int64()
	switch {
	case !n.Whole():
		return d.mismatch(s, b, i, rep)
	case !fits:
		return d.refuseAt(s, "integer is beyond 64 bits")
	}
	d.vecs[s.vec].Int(x, rep)
	return end
}

// float stores a number that is long or has an exponent, or an integer.
func (d *Decoder) float(s *slot, b []byte, i int, rep byte) int {
	end := d.number(b, i)
	if end < 0 || !s.accept.Has(draft4.Fraction) && !text.Whole(b[i:end]) {
		return d.mismatch(s, b, i, rep)
	}
	x, fits := text.Float(b[i:end])
	if !fits {
		return d.refuseAt(s, "number is beyond the range of a double")
	}
	if !s.accept.Has(draft4.Fraction) && isRounded(x, b[i:end]) {
		d.rounded++
	}
	d.vecs[s.vec].Float(x, rep)
	return end
}

// isRounded reports whether x is not the whole number that num writes. Its
// SCHEMA says integer; the column is of doubles since an earlier one said number.
func isRounded(x float64, num []byte) bool {
	if x > -1<<53 && x < 1<<53 {
		return false
	}
	n := text.TakeApart(num)
	exact, fits := n.Int64()
	return !fits || x >= 1<<63 || int64(x) != exact
}

// number is the end of the number at b[i], -1 if none stands there.
func (d *Decoder) number(b []byte, i int) int {
	if b[i] != '-' && b[i]-'0' > 9 {
		return -1
	}
	return d.scan.Number(b, i)
}

// json stores a value as its text.
func (d *Decoder) json(s *slot, b []byte, i int, rep byte) int {
	v := &d.vecs[s.vec]
	end := d.span(s, b, i)
	if end < 0 {
		return d.mismatch(s, b, i, rep)
	}
	value := b[i:end]
	if s.cut {
		kept := false
		if value, kept = d.pruned(s, value); !kept {
			d.null(s, rep)
			return end
		}
	}
	v.Data = d.appendText(v.Data, value)
	v.EndBytes(rep)
	return end
}

// span is the end of the value at b[i], -1 if the slot does not take its type.
// appendText knows what it has seen.
func (d *Decoder) span(s *slot, b []byte, i int) int {
	d.scan.Spaced = false
	end := d.scan.Value(b, i)
	if end < 0 || s.accept != draft4.Any && !s.accept.Has(draft4.TypesAt(b, i, end)) {
		return -1
	}
	return end
}

// appendText appends the value that span has passed, as JSON text.
func (d *Decoder) appendText(dst, value []byte) []byte {
	if d.scan.Spaced || d.scan.Lone > 0 {
		return text.AppendCompact(dst, value)
	}
	return append(dst, value...)
}

// scalar stores a string's text, or another scalar's JSON.
func (d *Decoder) scalar(s *slot, b []byte, i int, rep byte) int {
	if b[i] == '"' && s.accept.Has(draft4.String) {
		return d.string(s, b, i, rep)
	}
	end := d.span(s, b, i)
	if end < 0 || !draft4.TypesAt(b, i, end).Has(draft4.Number|draft4.Bool) {
		return d.mismatch(s, b, i, rep)
	}
	d.vecs[s.vec].Bytes(b[i:end], rep)
	return end
}

// formatted stores a date, time or UUID.
func (d *Decoder) formatted(s *slot, b []byte, i int, rep byte) int {
	end, plain := d.scan.Str(b, i+1)
	if end < 0 {
		return d.refuse("", d.scan.Why)
	}
	content := b[i+1 : end]
	if !plain {
		d.text = text.Unescape(d.text[:0], content)
		content = d.text
	}
	why := d.store(&d.vecs[s.vec], s.target(), content, rep)
	if why != "" && s.nullable {
		d.nulled++
		d.null(s, rep)
	} else if why != "" {
		return d.refuseAt(s, why)
	}
	return end + 1
}

// store stores a formatted string's value; why is empty if it has one.
func (d *Decoder) store(v *columns.Vector, o op, s []byte, rep byte) (why string) {
	var x int64
	var truncated bool
	switch o {
	case opTimestamp:
		x, truncated, why = text.Timestamp(s)
	case opDate:
		x, why = text.Date(s)
	case opTime:
		x, truncated, why = text.TimeOfDay(s)
	default:
		id, ok := text.UUID(s)
		if !ok {
			return "not a UUID"
		}
		v.Bytes(id[:], rep)
		return ""
	}
	if why != "" {
		return why
	}
	if truncated {
		d.cut++
	}
	v.Int(x, rep)
	return ""
}
