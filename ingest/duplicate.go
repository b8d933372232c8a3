package ingest

import "target-filelake/ingest/text"

// rowWithoutDuplicates decodes the record at b[i] once more, without those
// properties that stand again later in the same object. Where there are none,
// the fault it was refused for stands.
func (d *Decoder) rowWithoutDuplicates(b []byte, i int) int {
	was := d.fault
	s := rewriter{Scanner: text.Scanner{Max: d.scan.Max, Depth: 1}}
	end := s.Value(b, i)
	if end < 0 {
		d.scan.Fail(s.At, s.Why)
		return d.refuse("", s.Why)
	}
	record := append(s.lastWins(nil, b, i, &d.walk.plan.root), '\n')
	if s.dropped == 0 && !was.again {
		return -1
	}
	if d.tryRow(record, 0) < 0 {
		if d.fault.again {
			panic("BUG: a property stands twice in a record rewritten to hold it once")
		}
		return -1
	}
	d.out.Notes.Duplicates++
	return end
}

// rewriter copies JSON without duplicates.
type rewriter struct {
	text.Scanner
	dropped int
}

// member is a property of an object being rewritten.
type member struct {
	raw        []byte
	value, end int
	slot       *slot // nil: undeclared, or kept as text
	dropped    bool
}

// lastWins appends the well-formed value at b[i] without the duplicates in the
// objects that become columns.
func (s *rewriter) lastWins(dst, b []byte, i int, at *slot) []byte {
	switch {
	case at != nil && at.op == opStruct && b[i] == '{':
		return s.lastMembers(dst, b, i, at)
	case at != nil && at.op == opList && b[i] == '[':
		return s.lastElements(dst, b, i, at)
	case at != nil && at.coerce && b[i] == '"':
		return s.lastParsed(dst, b, i, at)
	}
	return append(dst, b[i:s.Value(b, i)]...)
}

func (s *rewriter) lastMembers(dst, b []byte, i int, at *slot) []byte {
	dst = append(dst, '{')
	for _, m := range s.membersOf(b, i, at) {
		if m.dropped {
			s.dropped++
			continue
		}
		dst = append(append(append(dst, '"'), m.raw...), '"', ':')
		dst = s.lastWins(dst, b, m.value, m.slot)
		dst = append(dst, ',')
	}
	return closed(dst, '}')
}

// closed puts the bracket in the place of the last comma.
func closed(dst []byte, bracket byte) []byte {
	if dst[len(dst)-1] == ',' {
		dst = dst[:len(dst)-1]
	}
	return append(dst, bracket)
}

func (s *rewriter) membersOf(b []byte, i int, at *slot) []member {
	var ms []member
	last := map[string]int{}
	for i = s.Space(b, i+1); b[i] != '}'; {
		raw, _, next := s.Key(b, i)
		name := string(text.Unescape(nil, raw))
		m := member{raw: raw, value: next, end: s.Value(b, next)}
		if k, ok := at.index[name]; ok {
			m.slot = &at.fields[k]
		}
		if before, twice := last[name]; twice {
			ms[before].dropped = true
		}
		last[name] = len(ms)
		ms = append(ms, m)
		if i = s.Space(b, m.end); b[i] == ',' {
			i = s.Space(b, i+1)
		}
	}
	return ms
}

func (s *rewriter) lastElements(dst, b []byte, i int, at *slot) []byte {
	dst = append(dst, '[')
	for i = s.Space(b, i+1); b[i] != ']'; {
		dst = append(s.lastWins(dst, b, i, &at.fields[0]), ',')
		if i = s.Space(b, s.Value(b, i)); b[i] == ',' {
			i = s.Space(b, i+1)
		}
	}
	return closed(dst, ']')
}

// lastParsed rewrites JSON text in a string, if that is what it holds.
func (s *rewriter) lastParsed(dst, b []byte, i int, at *slot) []byte {
	end := s.Value(b, i)
	parsed := append(text.Unescape(nil, b[i+1:end-1]), '\n')
	inner := rewriter{Scanner: text.Scanner{Max: s.Max}}
	defer func() { s.dropped += inner.dropped }()
	if !inner.WellFormed(parsed) {
		return append(dst, b[i:end]...)
	}
	return inner.lastWins(dst, parsed, inner.Space(parsed, 0), at)
}
