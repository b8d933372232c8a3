package ingest

import (
	"bytes"

	"target-filelake/ingest/text"
)

// byStream is a block's lines in the order of their streams. Where many streams
// take turns, a stream's vectors and what was learnt of its records leave the
// processor's caches between one record and its next; stream by stream they stay.
type byStream struct {
	named  map[string]int // places in groups
	groups []group
	used   int // of groups
	turns  int // how often a line's stream is another than the line's before
	last   int // group of the last line
}

// group is the lines of one stream.
type group struct {
	lines  []int32 // in order
	prefix []byte  // of the first of them, up to the end of its stream's name
	next   int     // group of the line after its last
}

// sort puts the lines into groups. It reports false where that gains nothing, or
// a line's stream is not plain to see.
func (g *byStream) sort(b *Block, plans Plans) bool {
	if len(plans) < 2 {
		return false
	}
	if g.named == nil {
		g.named = map[string]int{}
	}
	clear(g.named)
	g.used, g.turns, g.last = 0, 0, -1
	for i := range b.lines {
		l := &b.lines[i]
		if l.kind != recordLine {
			continue
		}
		at := g.find(b.buf.data[l.from:l.to], plans)
		if at < 0 {
			return false
		}
		if at != g.last {
			g.turns++
		}
		if g.last >= 0 {
			g.groups[g.last].next = at
		}
		g.groups[at].lines = append(g.groups[at].lines, int32(i))
		g.last = at
	}
	return g.turns > 2*g.used
}

// find is the group of a RECORD's line, -1 if that is not plain to see. Streams that
// take turns mostly do so in the same order.
func (g *byStream) find(line []byte, plans Plans) int {
	if g.last >= 0 {
		for _, at := range [...]int{g.groups[g.last].next, g.last} {
			if bytes.HasPrefix(line, g.groups[at].prefix) {
				return at
			}
		}
	}
	name, end := streamOf(line)
	if end == 0 {
		return -1
	}
	if at, known := g.named[string(name)]; known {
		return at
	}
	if p := plans[string(name)]; p == nil || p.forked { // forks may go to one stream from several
		return -1
	}
	at := g.used
	if at == len(g.groups) {
		g.groups = append(g.groups, group{})
	}
	g.groups[at] = group{lines: g.groups[at].lines[:0], prefix: line[:end], next: at}
	g.named[string(name)] = at
	g.used++
	return at
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
	for i := range d.sorted.groups[:d.sorted.used] {
		lines := d.sorted.groups[i].lines
		d.ofGroup = len(lines)
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
