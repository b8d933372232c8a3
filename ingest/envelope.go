package ingest

import (
	"bytes"

	"target-filelake/ingest/text"
)

// record decodes a RECORD line.
func (d *Decoder) record(b []byte, l *line, plans Plans) error {
	i, known := 0, false
	if len(d.intro) > 0 && bytes.HasPrefix(b, d.intro) {
		i, known = len(d.intro), true
		d.walk = d.last
	}
	e := recordEnvelope{d: d, line: l, plans: plans}
	if known {
		e.named, e.planned, e.typed = true, true, true
		e.extracted, e.version = d.introParts[0], d.introParts[1]
		if i = e.take(b, i); i >= 0 {
			i = e.rest(b, i)
		}
	} else if i = d.scan.Space(b, 0); b[i] == '{' {
		i = e.members(b, d.scan.Space(b, i+1))
	} else {
		i = d.scan.Fail(i, "not a JSON object")
	}
	if e.err == nil && i >= 0 {
		i = d.scan.AtEnd(b, i)
	}
	if e.err == nil && i < 0 {
		e.err = d.malformedLine(l)
	}
	if e.err == nil && !e.taken {
		e.err = e.late(b)
	}
	if e.err == nil && d.walk.plan.forked {
		e.finishForks(b)
	} else if e.err == nil {
		e.finish(b)
	}
	if e.err != nil {
		return e.refused(b)
	}
	d.out.Records++
	return nil
}

// finish completes the row that was decoded last with what its line says
// around the record.
func (e *recordEnvelope) finish(b []byte) {
	d := e.d
	if len(d.walk.plan.added) > 0 && !d.addMetadata(b, e.extracted, e.version) {
		e.err = &RecordError{Stream: d.walk.plan.stream, Line: e.line.number, Path: d.fault.path, Reason: d.fault.reason}
	} else if (e.version.to > 0 || d.walk.versioned) && !d.version(b, e.version) {
		e.err = &LineError{Line: e.line.number, Stream: d.walk.plan.stream, Reason: "RECORD whose version is not an integer"}
	}
}

// version begins a Run of the chunk where the version of its last row differs
// from the one before; it reports false for one that is no integer.
func (d *Decoder) version(b []byte, at span) bool {
	var v int64
	if at.to > 0 && b[at.from] != 'n' {
		var end int
		if v, end = text.PlainInt(b, at.from); end != at.to {
			return false
		}
	}
	d.walk.versioned = true
	c := d.chunk()
	row := c.Batch.Rows - 1
	if n := len(c.Runs); n == 0 && v != 0 || n > 0 && c.Runs[n-1].Version != v {
		c.Runs = append(c.Runs, Run{row, v})
	}
	return true
}

func (d *Decoder) malformedLine(l *line) error {
	return &LineError{Line: l.number, Reason: d.scan.Malformed()}
}

// recordEnvelope is the object around a record.
type recordEnvelope struct {
	d     *Decoder
	line  *line
	plans Plans

	typed, named bool
	planned      bool // the stream it names has a plan, which is the decoder's walk
	at           int  // where the record starts
	found, taken bool // the record is there; it was decoded
	err          error

	extracted, version span // time_extracted and version
}

// members reads the envelope's properties from b[i] on, and past its end.
func (e *recordEnvelope) members(b []byte, i int) int {
	s := &e.d.scan
	s.Depth = 1
	for b[i] != '}' {
		raw, plain, next := s.Key(b, i)
		if next < 0 {
			return -1
		}
		if !plain {
			raw = text.Unescape(nil, raw)
		}
		if i = e.member(raw, b, next); i < 0 {
			return -1
		}
		i = s.Space(b, i)
		if b[i] == ',' {
			if i = s.Space(b, i+1); b[i] == '}' {
				return s.Fail(i, "want a property's name")
			}
		} else if b[i] != '}' {
			return s.Fail(i, "want , or } after a property")
		}
	}
	return i + 1
}

// rest reads what follows the record: with most taps nothing, or one property.
func (e *recordEnvelope) rest(b []byte, i int) int {
	s := &e.d.scan
	for _, usual := range [...]string{`,"time_extracted":"`, `, "time_extracted": "`} {
		if !text.Has(b, i, usual) {
			continue
		}
		from := i + len(usual)
		if end, plain := s.Str(b, from); plain && end >= 0 && b[end+1] == '}' {
			e.extracted = span{from - 1, end + 1}
			return end + 2
		}
	}
	if i = s.Space(b, i); b[i] == ',' {
		if i = s.Space(b, i+1); b[i] == '}' {
			return s.Fail(i, "want a property's name")
		}
	} else if b[i] != '}' {
		return s.Fail(i, "want , or } after a property")
	}
	return e.members(b, i)
}

func (e *recordEnvelope) member(name, b []byte, i int) int {
	switch string(name) {
	case "type":
		if e.typed {
			return e.twice("type")
		}
		e.typed = true
	case "stream":
		if e.named {
			return e.twice("stream")
		}
		e.named = true
		return e.stream(b, i)
	case "record":
		if e.found {
			return e.twice("record")
		}
		e.at, e.found = i, true
		if e.named {
			end := e.take(b, i)
			if end >= 0 && e.typed {
				e.d.last, e.d.intro = e.d.walk, append(e.d.intro[:0], b[:i]...)
				e.d.introParts = [2]span{e.extracted, e.version}
			}
			return end
		}
	case "time_extracted":
		end := e.d.scan.Value(b, i)
		e.extracted = span{i, end}
		return end
	case "version":
		end := e.d.scan.Value(b, i)
		e.version = span{i, end}
		return end
	}
	return e.d.scan.Value(b, i)
}

func (e *recordEnvelope) twice(name string) int {
	e.err = &LineError{Line: e.line.number, Reason: "RECORD has two properties " + name}
	return -1
}

// stream finds the plan of the stream whose name stands at b[i].
func (e *recordEnvelope) stream(b []byte, i int) int {
	s := &e.d.scan
	if b[i] != '"' {
		if i = s.Value(b, i); i >= 0 {
			e.err = &LineError{Line: e.line.number, Reason: "RECORD whose stream is not a string"}
		}
		return -1
	}
	end, plain := s.Str(b, i+1)
	if end < 0 {
		return -1
	}
	name := b[i+1 : end]
	if !plain {
		name = text.Unescape(nil, name)
	}
	p := e.plans[string(name)]
	if p == nil {
		e.err = &LineError{Line: e.line.number, Stream: string(name), Reason: "RECORD before the SCHEMA of its stream"}
		return -1
	}
	if d := e.d; d.walk == nil || d.walk.plan != p {
		d.walk = d.walkOf(p)
	}
	e.planned = true
	return end + 1
}

// take decodes the record at b[i].
func (e *recordEnvelope) take(b []byte, i int) int {
	e.at, e.found = i, true
	if e.d.walk.plan.forked {
		return e.fork(b, i)
	}
	end := e.d.row(b, i)
	e.taken = end >= 0
	if end < 0 {
		e.err = &RecordError{
			Stream: e.d.walk.plan.stream, Line: e.line.number,
			Path: e.d.fault.path, Reason: e.d.fault.reason,
		}
	}
	return end
}

// late decodes a record that stood before its stream's name.
func (e *recordEnvelope) late(b []byte) error {
	if !e.found || !e.named || !e.typed {
		return &LineError{Line: e.line.number, Reason: "RECORD without type, stream or record"}
	}
	e.take(b, e.at)
	return e.err
}

// refused takes the row back and words the error. A line that is not
// well-formed is refused as such, whatever is wrong with its values.
func (e *recordEnvelope) refused(b []byte) error {
	forked := e.planned && e.d.walk.plan.forked
	if forked {
		e.d.dropForks()
	} else if e.taken {
		e.d.dropRow()
	}
	s := text.Scanner{Max: e.d.scan.Max}
	if !s.WellFormed(b) {
		return &LineError{Line: e.line.number, Reason: s.Malformed()}
	}
	if r, ok := e.err.(*RecordError); ok && !forked {
		s.Depth = 1
		end := s.Value(b, e.at)
		e.d.explain(r, b, e.at, end)
	}
	return e.err
}

// state reads a STATE line.
func (d *Decoder) state(b []byte, l *line, in *Block) error {
	if !d.scan.WellFormed(b) {
		return d.malformedLine(l)
	}
	s := &d.scan
	var value []byte
	for i := s.Space(b, s.Space(b, 0)+1); b[i] != '}'; {
		raw, _, next := s.Key(b, i)
		end := s.Value(b, next)
		if string(text.Unescape(nil, raw)) == "value" {
			value = b[next:end]
		}
		if i = s.Space(b, end); b[i] == ',' {
			i = s.Space(b, i+1)
		}
	}
	if value == nil {
		return &LineError{Line: l.number, Reason: "STATE without a value"}
	}
	d.out.Marks = append(d.out.Marks, Mark{
		Ord: uint32(d.out.Records), Size: l.from - in.from, Line: l.number,
		State: bytes.Clone(text.Trim(value)),
	})
	return nil
}
