package ingest

import (
	"bytes"

	"target-filelake/ingest/schema/draft4"
	"target-filelake/ingest/text"
)

// object decodes the object at b[i] into the vectors of a struct or record.
// The property after the last one is guessed from the records before;
// BenchmarkDecode holds this loop to its speed.
func (d *Decoder) object(s *slot, b []byte, i int, rep byte) int {
	if !d.scan.Enter(i) {
		return d.refuse(d.here(), d.scan.Why)
	}
	d.stamp++
	stamp, found, next, prev := d.stamp, 0, d.walk.next, s.head
	depth, trail := d.scan.Depth, len(d.trail)
	if i = d.scan.Space(b, i+1); b[i] == '}' {
		i++
	} else {
		for {
			var f *slot
			if at := next[prev]; at < len(s.fields) && bytes.HasPrefix(b[i:], s.fields[at].quoted) {
				f = &s.fields[at]
				i += len(f.quoted)
				if b[i] <= ' ' {
					i = d.scan.Skip(b, i)
				}
			} else if f, i = d.property(s, b, i, prev); i < 0 {
				return -1
			}
			if f != nil {
				if d.seen[f.id] == stamp {
					d.fault.again = true
					return -1
				}
				d.seen[f.id] = stamp
				found++
				prev = f.id
				from := i
				if f.check != nil {
					i = d.checked(f, b, i, rep)
				} else {
					i = d.value(f, b, i, rep)
				}
				if i < 0 {
					if i = d.goOn(b, from, depth, trail); i < 0 {
						return -1
					}
				}
			}
			if b[i] <= ' ' {
				i = d.scan.Skip(b, i)
			}
			if b[i] == ',' {
				i = d.scan.Space(b, i+1)
				continue
			}
			if b[i] != '}' {
				return d.broken(i, "want , or } after a property")
			}
			i++
			break
		}
	}
	d.scan.Depth--
	if found < len(s.fields) && !d.absent(s, stamp, rep) {
		return -1
	}
	for k := range s.kept {
		d.null(&s.kept[k], rep)
	}
	return i
}

// broken gives up a line that is not well-formed.
func (d *Decoder) broken(at int, why string) int {
	d.scan.Fail(at, why)
	return d.refuse("", why)
}

// property reads a name that was not guessed right. An undeclared property is
// taken whole, and its field is nil.
func (d *Decoder) property(s *slot, b []byte, i, prev int) (*slot, int) {
	raw, plain, next := d.scan.Key(b, i)
	if next < 0 {
		return nil, d.refuse("", d.scan.Why)
	}
	name := raw
	if !plain {
		d.text = text.Unescape(d.text[:0], raw)
		name = d.text
	}
	if at, ok := s.index[string(name)]; ok {
		d.walk.next[prev] = at
		return &s.fields[at], next
	}
	return nil, d.undeclared(s, name, b, next)
}

// absent makes the fields null that the object stamp lacks.
func (d *Decoder) absent(s *slot, stamp uint64, rep byte) bool {
	for k := range s.fields {
		f := &s.fields[k]
		if d.seen[f.id] == stamp {
			continue
		}
		if f.required && (f.key || !d.event || s != &d.walk.plan.root) {
			if d.refuse(text.Pointer(d.here(), f.name), f.name+" is required"); !d.noted() {
				return false
			}
			continue
		}
		d.null(f, rep)
	}
	return true
}

// null says that a slot's value is not there.
func (d *Decoder) null(s *slot, rep byte) {
	if s.flat {
		for k := range s.fields {
			d.null(&s.fields[k], rep)
		}
		return
	}
	for k := s.vec; k < s.vec+s.leaves; k++ {
		d.vecs[k].Null(s.def-1, rep)
	}
}

// value decodes the value at b[i]: one switch over what columns hold, which
// BenchmarkDecode holds to its speed.
func (d *Decoder) value(s *slot, b []byte, i int, rep byte) int {
	c := b[i]
	if c == 'n' && s.accept.Has(draft4.Null) && text.Has(b, i, "null") {
		d.null(s, rep)
		return i + 4
	}
	switch s.op {
	case opString:
		if c == '"' {
			return d.string(s, b, i, rep)
		}
	case opInt:
		if x, end := text.PlainInt(b, i); end >= 0 {
			d.vecs[s.vec].Int(x, rep)
			return end
		}
		return d.whole(s, b, i, rep)
	case opFloat:
		if s.accept.Has(draft4.Fraction) {
			if x, end := text.PlainFloat(b, i); end >= 0 {
				d.vecs[s.vec].Float(x, rep)
				return end
			}
		}
		return d.float(s, b, i, rep)
	case opDecimal:
		if s.size.plain {
			if x, end := text.PlainDecimal(b, i, s.size.scale); end >= 0 && x < s.size.limit && x > -s.size.limit {
				d.vecs[s.vec].Decimal(x>>63, uint64(x), rep)
				return end
			}
		}
		return d.decimal(s, b, i, rep)
	case opBool:
		return d.bool(s, b, i, rep)
	case opStruct, opList:
		if c == '{' && s.op == opStruct || c == '[' && s.op == opList {
			return d.nested(s, b, i, rep)
		}
	case opJSON:
		return d.json(s, b, i, rep)
	case opText:
		return d.scalar(s, b, i, rep)
	case opCast:
		return d.cast(s, b, i, rep)
	case opSkip:
		return d.skip(b, i)
	case opTimestamp:
		if x, end := text.PlainTimestamp(b, i); end >= 0 {
			d.vecs[s.vec].Int(x, rep)
			return end
		}
		fallthrough
	default:
		if c == '"' {
			return d.formatted(s, b, i, rep)
		}
	}
	return d.mismatch(s, b, i, rep)
}

// nested decodes the container at b[i], whose path a fault still needs.
func (d *Decoder) nested(s *slot, b []byte, i int, rep byte) int {
	d.trail = append(d.trail, step{slot: s})
	if s.op == opStruct {
		i = d.object(s, b, i, rep)
	} else {
		i = d.list(s, b, i, rep)
	}
	if i >= 0 {
		d.trail = d.trail[:len(d.trail)-1]
	}
	return i
}

// string stores the text of the string at b[i].
func (d *Decoder) string(s *slot, b []byte, i int, rep byte) int {
	v := &d.vecs[s.vec]
	end, plain := d.scan.Str(b, i+1)
	if end < 0 {
		return d.refuse("", d.scan.Why)
	}
	if plain {
		v.Data = append(v.Data, b[i+1:end]...)
	} else {
		v.Data = text.Unescape(v.Data, b[i+1:end])
	}
	v.EndBytes(rep)
	return end + 1
}

func (d *Decoder) list(s *slot, b []byte, i int, rep byte) int {
	if !d.scan.Enter(i) {
		return d.refuse(d.here(), d.scan.Why)
	}
	element := &s.fields[0]
	depth, trail := d.scan.Depth, len(d.trail)
	here := &d.trail[trail-1].index
	if i = d.scan.Space(b, i+1); b[i] == ']' {
		for k := s.vec; k < s.vec+s.leaves; k++ {
			d.vecs[k].Null(s.def, rep)
		}
		d.scan.Depth--
		return i + 1
	}
	for n := 0; ; n++ {
		*here = n
		from := i
		if element.check != nil {
			i = d.checked(element, b, i, rep)
		} else {
			i = d.value(element, b, i, rep)
		}
		if i < 0 {
			if i = d.goOn(b, from, depth, trail); i < 0 {
				return -1
			}
		}
		here = &d.trail[len(d.trail)-1].index // the trail may have grown
		rep = s.rep
		if i = d.scan.Space(b, i); b[i] == ',' {
			i = d.scan.Space(b, i+1)
			continue
		}
		if b[i] != ']' {
			return d.broken(i, "want , or ] after an element")
		}
		d.scan.Depth--
		return i + 1
	}
}

func (d *Decoder) bool(s *slot, b []byte, i int, rep byte) int {
	switch {
	case text.Has(b, i, "true"):
		d.vecs[s.vec].Bool(true, rep)
		return i + 4
	case text.Has(b, i, "false"):
		d.vecs[s.vec].Bool(false, rep)
		return i + 5
	}
	return d.mismatch(s, b, i, rep)
}
