package ingest

import (
	"fmt"

	"target-filelake/ingest/schema/draft4"
	"target-filelake/ingest/text"
	"target-filelake/lake/columns"
)

// size is how many digits a slot's decimals have.
type size struct {
	precision, scale int
	limit            int64 // of plain ones: the least number that has more
	plain            bool  // a number with a fraction is no fault of type
}

func sizeOf(c *columns.Column, accept draft4.Types) size {
	return size{
		precision: c.Precision, scale: c.Scale, limit: text.Ten(c.Precision),
		plain: accept.Has(draft4.Fraction) || accept.Has(draft4.Whole) && c.Scale == 0,
	}
}

// decimal stores a number that is long or has an exponent, or one in a string
// where the SCHEMA sends numbers so.
func (d *Decoder) decimal(s *slot, b []byte, i int, rep byte) int {
	if b[i] == '"' && s.accept.Has(draft4.String) {
		return d.quoted(s, b, i, rep)
	}
	end := d.number(b, i)
	if end < 0 || !s.accept.Has(draft4.TypesAt(b, i, end)) {
		return d.mismatch(s, b, i, rep)
	}
	if why := d.storeNumber(s, b[i:end], rep); why != "" {
		return d.refuseAt(s, why)
	}
	return end
}

// quoted stores the number that is the content of the string at b[i].
func (d *Decoder) quoted(s *slot, b []byte, i int, rep byte) int {
	end, _ := d.scan.Str(b, i+1)
	if end < 0 {
		return d.refuse("", d.scan.Why)
	}
	d.text = append(text.Unescape(d.text[:0], b[i+1:end]), '\n')
	if n := d.number(d.text, 0); n != len(d.text)-1 {
		return d.refuseAt(s, "is a string that holds no number, which "+s.column+" needs")
	}
	if why := d.storeNumber(s, d.text[:len(d.text)-1], rep); why != "" {
		return d.refuseAt(s, why)
	}
	return end + 1
}

// storeNumber stores a checked number exactly, a double's nearest to it; why
// is empty if it has room.
func (d *Decoder) storeNumber(s *slot, num []byte, rep byte) (why string) {
	v := &d.vecs[s.vec]
	switch s.target() {
	case opDecimal:
		hi, lo, fits := text.TakeApart(num).Scaled(s.size.precision, s.size.scale)
		if !fits {
			return "number is beyond the digits of " + s.column
		}
		v.Decimal(hi, lo, rep)
	case opInt:
		n := text.TakeApart(num)
		x, fits := n.Int64()
		if !fits {
			return "number is beyond the digits of " + s.column
		}
		v.Int(x, rep)
	default:
		x, fits := text.Float(num)
		if !fits {
			return "number is beyond the range of a double"
		}
		v.Float(x, rep)
	}
	return ""
}

// target is the op whose values a slot's column holds.
func (s *slot) target() op {
	if s.op == opCast {
		return s.to
	}
	return s.op
}

// cast stores a value in a column of another type than its SCHEMA's, where it
// has a place there.
func (d *Decoder) cast(s *slot, b []byte, i int, rep byte) int {
	end := d.span(s, b, i)
	if end < 0 {
		return d.mismatch(s, b, i, rep)
	}
	is := draft4.TypesAt(b, i, end)
	switch s.to {
	case opText:
		if is == draft4.String {
			return d.string(s, b, i, rep)
		}
		v := &d.vecs[s.vec]
		v.Data = d.appendText(v.Data, b[i:end])
		v.EndBytes(rep)
		return end
	case opInt, opFloat, opDecimal:
		if is == draft4.String {
			return d.quoted(s, b, i, rep)
		}
		if is.Has(draft4.Number) {
			if why := d.storeNumber(s, b[i:end], rep); why != "" {
				return d.refuseAt(s, why)
			}
			return end
		}
	case opBool:
		return d.castBool(s, b[i:end], end, rep)
	default:
		if is == draft4.String {
			return d.formatted(s, b, i, rep)
		}
	}
	return d.refuseAt(s, fmt.Sprintf("is of type %s, beyond what %s holds", is, s.column))
}

// castBool stores true and false, in a string too.
func (d *Decoder) castBool(s *slot, value []byte, end int, rep byte) int {
	switch string(value) {
	case `true`, `"true"`:
		d.vecs[s.vec].Bool(true, rep)
	case `false`, `"false"`:
		d.vecs[s.vec].Bool(false, rep)
	default:
		if value[0] == '"' {
			return d.refuseAt(s, "is a string that holds neither true nor false, which "+s.column+" needs")
		}
		return d.refuseAt(s, "is neither true nor false, which "+s.column+" needs")
	}
	return end
}

// columnName names a column's type in reasons.
func columnName(c *columns.Column) string {
	if c.Kind == columns.Decimal {
		return fmt.Sprintf("a decimal(%d,%d) column", c.Precision, c.Scale)
	}
	return fmt.Sprintf("a column of kind %s", c.Kind)
}
