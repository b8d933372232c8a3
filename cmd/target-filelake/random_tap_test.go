package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

func num(n int) string { return strconv.Itoa(n) }

// tapLine is one line that the tap sends, with what it means.
type tapLine struct {
	text     string
	stream   *modelStream // of a record, SCHEMA or ACTIVATE_VERSION
	row      *heldRow     // of a record
	record   string       // its JSON
	refused  bool         // the record does not fit its SCHEMA
	activate int          // the version; 0: no ACTIVATE_VERSION
	state    bool
	schema   bool
}

// tapStream is what the tap has said of a stream so far.
type tapStream struct {
	*modelStream
	extra   int      // columns added
	wide    bool     // w is text, not an integer
	version int      // of its full table; 0: none
	parts   []string // partition_by
}

// randomTap is a source that grows: a log of lines, of which a run sends a
// part, from a STATE on. A STATE is the number of lines before it.
type randomTap struct {
	*rand.Rand
	streams  []*tapStream
	lines    []tapLine
	versions bool
	next     int // makes rows different
}

// schema is the stream's SCHEMA as it is now.
func (t *tapStream) schema() tapLine {
	w := `['integer','null']`
	if t.wide {
		w = `['string','null']`
	}
	props := `'id':{'type':'integer'},'at':{'type':['integer','null']},'v':{'type':['string','null']},'w':{'type':` + w + `}`
	for i := range t.extra {
		props += fmt.Sprintf(`,'x%d':{'type':['string','null']}`, i)
	}
	key := ""
	if t.keyed {
		key = `'id'`
	}
	text := fmt.Sprintf(`{'type':'SCHEMA','stream':'%s','schema':{'type':'object','properties':{%s}},'key_properties':[%s]}`, t.name, props, key)
	return tapLine{text: singerLine(text), stream: t.modelStream, schema: true}
}

// grow adds n lines to the log, the last of them a STATE more often than not.
func (p *randomTap) grow(n int) {
	for range n {
		p.lines = append(p.lines, p.line())
	}
	if p.IntN(5) > 0 {
		p.lines = append(p.lines, p.state())
	}
}

func (p *randomTap) state() tapLine {
	return tapLine{state: true, text: singerLine(stateOf(num(len(p.lines) + 1)))}
}

func singerLine(s string) string { return strings.TrimSuffix(singer(s), "\n") }

func (p *randomTap) line() tapLine {
	s := p.streams[p.IntN(len(p.streams))]
	switch k := p.IntN(20); {
	case k < 3:
		return p.state()
	case k == 3:
		if p.IntN(2) == 0 {
			s.extra++
		} else {
			s.wide = true
		}
		return s.schema()
	case k < 6 && !s.replace && p.versions:
		if p.IntN(2) == 0 { // a new full table begins
			s.version++
			break
		}
		return p.activation(s)
	}
	return p.record(s)
}

func (p *randomTap) activation(s *tapStream) tapLine {
	return tapLine{stream: s.modelStream, activate: s.version, text: singerLine(activate(s.name, s.version))}
}

// record is a RECORD of one of few keys, or of a row that is like no other.
func (p *randomTap) record(s *tapStream) tapLine {
	p.next++
	r := &heldRow{id: num(p.IntN(4)), version: s.version}
	if !s.keyed && !s.dedupe {
		r.id = num(p.next)
	}
	if s.version > 0 && p.IntN(8) == 0 {
		r.version = p.IntN(s.version) // of an older full table, or of none
	}
	var fields []string
	field := func(name, json, text string) {
		fields = append(fields, fmt.Sprintf(`'%s':%s`, name, json))
		r.text += " " + name + "=" + text
	}
	field("id", r.id, r.id)
	line := tapLine{stream: s.modelStream, row: r}
	if s.keyed && p.IntN(6) == 0 {
		r.gone = true
		fields = append(fields, `'_sdc_deleted_at':'2026-11-22T00:00:00Z'`)
		r.text += " gone"
	}
	if !r.gone {
		p.fill(s, &line, field)
	}
	line.record = singerLine("{" + strings.Join(fields, ",") + "}")
	version := ""
	if r.version > 0 {
		version = fmt.Sprintf(`,"version":%d`, r.version)
	}
	line.text = fmt.Sprintf(`{"type":"RECORD","stream":%q,"record":%s%s}`, s.name, line.record, version)
	return line
}

// fill gives a record values for some of its columns.
func (p *randomTap) fill(s *tapStream, line *tapLine, field func(name, json, text string)) {
	if p.IntN(8) > 0 {
		line.row.at = 1 + p.IntN(5)
		field("at", num(line.row.at), num(line.row.at))
	}
	v := "r" + num(p.next)
	if s.dedupe {
		v = "r" + num(p.IntN(3))
	}
	field("v", "'"+v+"'", v)
	switch k := p.IntN(8); {
	case k == 0: // fits the wide SCHEMA alone
		line.refused = !s.wide
		field("w", "'w"+v+"'", "w"+v)
	case k < 4 && !s.wide:
		field("w", num(k), num(k))
	case k < 4:
		field("w", "'"+num(k)+"'", num(k))
	}
	for i := range s.extra {
		if p.IntN(2) == 0 {
			field("x"+num(i), "'y'", "y")
		}
	}
}

// schemasAt are the SCHEMAs that the tap has in force before line n.
func (p *randomTap) schemasAt(n int) []tapLine {
	var out []tapLine
	for _, s := range p.streams {
		line := (&tapStream{modelStream: s.modelStream}).schema()
		for i := range p.lines[:n] {
			if l := &p.lines[i]; l.schema && l.stream == s.modelStream {
				line = *l
			}
		}
		out = append(out, line)
	}
	return out
}

// String is the line in few words.
func (l tapLine) String() string {
	switch {
	case l.state:
		return "STATE " + strings.TrimSuffix(l.text[strings.LastIndexByte(l.text, ':')+1:], "}")
	case l.schema:
		return "SCHEMA " + l.stream.name
	case l.activate > 0:
		return fmt.Sprintf("ACTIVATE_VERSION %s %d", l.stream.name, l.activate)
	case l.refused:
		return fmt.Sprintf("bad RECORD %s v%d%s", l.stream.name, l.row.version, l.row.text)
	}
	return fmt.Sprintf("RECORD %s v%d%s", l.stream.name, l.row.version, l.row.text)
}
