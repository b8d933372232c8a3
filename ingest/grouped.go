package ingest

import (
	"bytes"

	"target-filelake/ingest/text"
)

// byStream is a block's lines in the order of their streams. Where many streams
// take turns, a stream's vectors and what was learnt of its records leave the
// processor's caches between one record and its next; stream by stream they stay.
type byStream struct {
	groups map[string]int
	lines  [][]int32 // of each group, in order
	names  int       // groups in use
	turns  int       // how often a line's stream is another than the line's before
	prefix []byte    // of the last line sniffed, up to its stream's name
	group  int       // of that line
}

// sort puts the lines into groups. It reports false where that gains nothing, or
// a line's stream is not plain to see.
func (g *byStream) sort(b *Block, plans Plans) bool {
	if len(plans) < 2 {
		return false
	}
	if g.groups == nil {
		g.groups = map[string]int{}
	}
	clear(g.groups)
	for i := range g.names {
		g.lines[i] = g.lines[i][:0]
	}
	g.names, g.turns, g.prefix = 0, 0, nil
	for i := range b.lines {
		l := &b.lines[i]
		if l.kind != recordLine {
			continue
		}
		if !g.find(b.buf.data[l.from:l.to], plans) {
			return false
		}
		g.lines[g.group] = append(g.lines[g.group], int32(i))
	}
	return g.turns > 2*g.names
}

// find is the group of a RECORD's line.
func (g *byStream) find(line []byte, plans Plans) bool {
	if len(g.prefix) > 0 && bytes.HasPrefix(line, g.prefix) {
		return true
	}
	name, end := streamOf(line)
	if p := plans[string(name)]; p == nil || p.forked { // forks may go to one stream from several
		return false
	}
	at, known := g.groups[string(name)]
	if !known {
		if at = g.names; at == len(g.lines) {
			g.lines = append(g.lines, nil)
		}
		g.groups[string(name)] = at
		g.names++
	}
	g.turns++
	g.prefix, g.group = line[:end], at
	return true
}

// streamOf is the name of a RECORD's stream as it stands in its line, and where it
// ends, if it stands first or second, and without escapes; nil otherwise.
func streamOf(line []byte) (name []byte, end int) {
	s := text.Scanner{Max: 1}
	i := s.Space(line, 0)
	if line[i] != '{' {
		return nil, 0
	}
	for i++; ; i++ {
		key, _, at := s.Key(line, s.Space(line, i))
		if at < 0 || line[at] != '"' {
			return nil, 0
		}
		end, plain := s.Str(line, at+1)
		if end < 0 || !plain {
			return nil, 0
		}
		if string(key) == "stream" {
			return line[at+1 : end], end + 1
		}
		if i = s.Space(line, end+1); line[i] != ',' || string(key) != "type" {
			return nil, 0
		}
	}
}

// grouped decodes a block stream by stream, to what decoding it in order gives. On
// any fault it gives up: what stands before it is known only in order.
func (d *Decoder) grouped(b *Block, plans Plans) *Decoded {
	if d.doubt || !d.sorted.sort(b, plans) {
		return nil
	}
	d.begin(b, plans)
	ords := d.ords[:0]
	records := 0
	for i := range b.lines {
		ords = append(ords, uint32(records))
		l := &b.lines[i]
		if l.kind == recordLine {
			records++
			continue
		}
		d.out.Records = records
		if d.state(b.buf.data[l.from:l.to], l, b) != nil {
			return d.giveUp()
		}
	}
	d.ords = ords
	for _, lines := range d.sorted.lines[:d.sorted.names] {
		for _, i := range lines {
			l := &b.lines[i]
			d.out.Records = int(ords[i])
			if d.record(b.buf.data[l.from:l.to], l, plans) != nil {
				return d.giveUp()
			}
		}
	}
	d.out.Records = records
	return d.take()
}

// giveUp forgets what was decoded.
func (d *Decoder) giveUp() *Decoded {
	for _, c := range d.take().Chunks {
		c.Plan.Recycle(c.Batch)
	}
	return nil
}
