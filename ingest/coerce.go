package ingest

import (
	"bytes"
	"strconv"

	"target-filelake/ingest/schema"
	"target-filelake/ingest/schema/draft4"
	"target-filelake/ingest/selection"
	"target-filelake/ingest/text"
)

// mismatch deals with a value of another type than the slot's: JSON text in a
// string is read where an object or array must stand, all else is refused.
func (d *Decoder) mismatch(s *slot, b []byte, i int, rep byte) int {
	if b[i] == '"' && s.coerce {
		return d.parsed(s, b, i, rep)
	}
	return d.refuseAt(s, "is of type "+draft4.TypeOf(b, i)+", want "+s.accept.String())
}

// parsed decodes the JSON text in the string at b[i].
func (d *Decoder) parsed(s *slot, b []byte, i int, rep byte) int {
	end, _ := d.scan.Str(b, i+1)
	if end < 0 {
		return d.refuse("", d.scan.Why)
	}
	inner := append(text.Unescape(nil, b[i+1:end]), '\n')
	outer, lone := d.scan.Depth, d.scan.Lone
	start := d.scan.Space(inner, 0)
	last := d.scan.Value(inner, start)
	if last < 0 || inner[start] == '"' || d.scan.AtEnd(inner, last) < 0 {
		d.scan.Depth = outer
		return d.refuseAt(s, "is a string that holds no JSON, want "+s.accept.String())
	}
	d.scan.Lone = lone // it is read once more
	if s.check != nil {
		last = d.checked(s, inner, start, rep)
	} else {
		last = d.value(s, inner, start, rep)
	}
	if last < 0 {
		return -1
	}
	return end + 1
}

// undeclared deals with a property that the SCHEMA does not name, whose value
// starts at b[i].
func (d *Decoder) undeclared(s *slot, name, b []byte, i int) int {
	p := d.walk.plan
	if d.isLate(name) {
		return d.storeLate(b, i)
	}
	if p.options.Metadata && len(d.trail) == 0 && schema.IsMetadata(string(name)) {
		if i = d.scan.Value(b, i); i < 0 {
			return d.refuse("", d.scan.Why)
		}
		return i // the target says it, whoever said it before
	}
	if p.options.Selection != nil && p.options.Selection.Want(d.path(string(name))) != selection.All {
		return d.undeclaredPart(name, b, i)
	}
	if s.closed {
		d.refuse(text.Pointer(d.here(), string(name)), "additional property "+strconv.Quote(string(name))+" is not allowed")
		return d.goOn(b, i, d.scan.Depth, len(d.trail))
	}
	d.scan.Spaced = false
	end := d.scan.Value(b, i)
	if end < 0 {
		return d.refuse("", d.scan.Why)
	}
	return d.keepUndeclared(name, b[i:end], end)
}

// keepUndeclared keeps a property whose value d has just passed, and goes on at end.
func (d *Decoder) keepUndeclared(name, value []byte, end int) int {
	if len(d.trail) > 0 || bytes.HasPrefix(name, []byte("/")) {
		name = []byte(text.Pointer(d.here(), string(name)))
	}
	if !d.extra.add(d, name, value, d.walk.plan.options.Undeclared == KeepUndeclared) {
		d.fault.again = true
		return -1
	}
	return end
}
