package ingest

import (
	"fmt"
	"slices"

	"target-filelake/ingest/mapping"
	"target-filelake/ingest/schema/draft4"
	"target-filelake/ingest/text"
	"target-filelake/lake/columns"
)

// Decoder decodes blocks. It is for one goroutine at a time.
type Decoder struct {
	Quarantine bool // a refused RECORD is set aside, and the rest decoded
	Replay     bool // the lines are those of Rejects, whose own line numbers count

	scan   text.Scanner
	sorted byStream
	ords   []uint32 // of a block's lines: RECORDs before each
	doubt  bool     // the last block had faults: the next is not tried stream by stream

	walks map[*Plan]*walk
	last  *walk  // of the last RECORD
	intro []byte // that line up to its record; taps repeat it byte for byte

	block   uint64 // counts blocks
	most    int    // of the block's lines, how many there are
	size    int    // and their bytes
	ofGroup int    // lines of one stream that are being decoded; 0: of all streams
	out     *Decoded
	walk    *walk
	vecs    []columns.Vector // of the batch being appended to

	seen  []uint64 // by slot id, the stamp of the object it was last seen in
	stamp uint64   // counts objects

	check      draft4.Checker
	bad        bool   // a check has refused a value of the record
	event      bool   // the record says that its row was deleted: it need not hold more than the key
	trail      []step // containers around the current value, the record itself apart
	fault      fault
	all        *[]fault // where all faults of a record are wanted; nil: the first ends it
	extra      extra
	text       []byte // scratch for unescaped strings
	cut        int    // times of the record cut to microseconds
	rounded    int    // integers of the record that their column rounds
	nulled     int    // dates and times of the record made null
	now        moment
	introParts [2]span // time_extracted and version in intro
	forked     []*walk // of the rows that the record became
	refused    []refusedFork
	worded     worded
}

// walk is what a decoder has learnt of a plan's records.
type walk struct {
	plan  *Plan
	next  []int  // by slot id: the field that came after it, in its object
	block uint64 // the block that chunk belongs to
	chunk int
	room  columns.Room // what the last chunk's rows took

	versioned bool // a RECORD had a version

	mappers []*mapping.Mapper // of a plan's forks
}

// step is a container that is being decoded, and the element it has come to.
type step struct {
	slot  *slot
	index int
}

// fault is why a record is refused.
type fault struct {
	path   string
	reason string
	again  bool // no fault: a property stands twice
}

// Decoded is what a block holds. It owns its memory.
type Decoded struct {
	Chunks  []Chunk // one for each stream with rows, in order of first appearance
	Marks   []Mark  // the STATEs, in order
	Rejects []Reject
	Err     error // the first refusal that is not in Rejects; what stood before it is whole, what follows is not decoded
	Records int   // RECORDs before Err
	Notes   Notes
}

// Chunk is the rows of one stream in a block.
type Chunk struct {
	Plan  *Plan
	Batch *columns.Batch
	Ords  []uint32 // place in the block, counting RECORDs, of the one that became row i
	Runs  []Run    // where the rows' version changes, the first row's to begin with; none: no row has one
}

// Run is rows of one version, up to the next Run.
type Run struct {
	Row     int   // the first
	Version int64 // of the RECORDs; 0 if they have none
}

// Version is the version of a row, and the row after the last that bears it too.
func (c *Chunk) Version(row int) (version int64, end int) {
	at, _ := slices.BinarySearchFunc(c.Runs, row+1, func(r Run, row int) int { return r.Row - row })
	end = c.Batch.Rows
	if at < len(c.Runs) {
		end = c.Runs[at].Row
	}
	if at == 0 {
		return 0, end
	}
	return c.Runs[at-1].Version, end
}

// Mark is a STATE.
type Mark struct {
	Ord   uint32 // RECORDs before it in the block
	Size  int    // bytes of the block before its line
	Line  int64
	State []byte // the value as it was received, without white space around it
}

// Decode decodes a block. Plans must have been bound to their tables' schemas
// as they are after the messages before the block.
func (d *Decoder) Decode(b *Block, plans Plans) *Decoded {
	if out := d.grouped(b, plans); out != nil {
		return out
	}
	return d.inOrder(b, plans)
}

func (d *Decoder) inOrder(b *Block, plans Plans) *Decoded {
	d.begin(b, plans)
	for i := range b.lines {
		l := &b.lines[i]
		text := b.buf.data[l.from:l.to]
		var err error
		if l.kind == stateLine {
			err = d.state(text, l, b)
		} else {
			err = d.record(text, l, plans)
		}
		if err != nil {
			err = d.quarantine(text, err)
		}
		if err != nil {
			d.out.Err = err
			break
		}
	}
	d.doubt = d.out.Err != nil || len(d.out.Rejects) > 0
	return d.take()
}

// take hands over what was decoded.
func (d *Decoder) take() *Decoded {
	out := d.out
	d.out = nil
	for i := range out.Chunks {
		if w := d.walks[out.Chunks[i].Plan]; w != nil {
			w.room.Note(out.Chunks[i].Batch)
		}
	}
	return out
}

func (d *Decoder) begin(b *Block, plans Plans) {
	if d.walks == nil || len(d.walks) > 2*len(plans)+16 {
		d.walks = map[*Plan]*walk{}
	}
	d.last, d.intro = nil, d.intro[:0]
	d.block++
	d.most, d.size, d.ofGroup = len(b.lines), b.Size(), 0
	d.out = &Decoded{}
	d.scan = text.Scanner{Max: b.depth}
}

// walkOf finds what was learnt of a plan.
func (d *Decoder) walkOf(p *Plan) *walk {
	w := d.walks[p]
	if w == nil {
		w = &walk{plan: p, next: make([]int, p.slots)}
		d.walks[p] = w
		if len(d.seen) < p.slots {
			d.seen = make([]uint64, p.slots)
		}
	}
	return w
}

// chunk is the current plan's chunk in the block.
func (d *Decoder) chunk() *Chunk {
	w := d.walk
	if w.block != d.block {
		w.block, w.chunk = d.block, len(d.out.Chunks)
		rows := min(w.room.Rows, d.most)
		if d.ofGroup > 0 {
			rows = d.ofGroup
		}
		b := w.plan.batch()
		w.room.Make(b, rows, d.size)
		d.out.Chunks = append(d.out.Chunks, Chunk{Plan: w.plan, Batch: b, Ords: make([]uint32, 0, rows)})
	}
	return &d.out.Chunks[w.chunk]
}

// row decodes the record that starts at b[i] into a row. On a fault it leaves
// no trace in the batch.
func (d *Decoder) row(b []byte, i int) int {
	c := d.chunk()
	row := c.Batch.Rows
	d.vecs = c.Batch.Vectors
	d.worded.record = nil
	end := d.tryRow(b, i)
	if end < 0 && b[i] == '{' {
		c.Batch.Truncate(row)
		end = d.rowWithoutDuplicates(b, i)
	}
	if end < 0 && b[i] == '{' && d.isDelete(b, i) {
		c.Batch.Truncate(row)
		end = d.deleteRow(b, i)
	}
	if end < 0 {
		c.Batch.Truncate(row)
		return -1
	}
	c.Batch.Rows++
	c.Ords = append(c.Ords, uint32(d.out.Records))
	d.out.Notes.Surrogates += d.scan.Lone
	d.out.Notes.Nanoseconds += d.cut
	d.out.Notes.NullDates += d.nulled
	d.out.Notes.Rounded += d.rounded
	d.extra.note(&d.out.Notes, d.walk.plan.stream)
	return end
}

// dropRow takes back the last row: the line's end proved bad.
func (d *Decoder) dropRow() {
	c := d.chunk()
	c.Batch.Truncate(c.Batch.Rows - 1)
	c.Ords = c.Ords[:len(c.Ords)-1]
}

func (d *Decoder) tryRow(b []byte, i int) int {
	d.scan.Depth = 1
	d.trail = d.trail[:0]
	d.fault = fault{}
	d.scan.Lone, d.cut, d.nulled, d.rounded = 0, 0, 0, 0
	d.extra.reset()
	d.check.Begin(len(b) - i)
	d.bad = false
	if b[i] != '{' {
		return d.refuse("", fmt.Sprintf("the record is of type %s, want object", draft4.TypeOf(b, i)))
	}
	root := &d.walk.plan.root
	start := i
	if i = d.object(root, b, i, 0); i < 0 || d.all != nil {
		return -1
	}
	if len(d.walk.plan.keys) > 0 && !d.keysFit() {
		return -1
	}
	d.extra.end(&d.vecs[len(d.vecs)-1])
	if root.check != nil && !d.check.Passes(root.check, b, start, i) {
		d.bad = true
	}
	if (d.bad || d.check.Unsure && !d.event) && !d.isRight(b[start:i]) {
		return -1
	}
	return i
}

// isRight looks again at a record that a check has refused or was unsure of: a
// property may stand twice in a JSON column, where the last one counts.
func (d *Decoder) isRight(record []byte) bool {
	shape := d.walk.plan.shape
	if d.bad && len(d.reasons(record)) > 0 {
		d.refuse("", badValue)
		return false
	}
	if !d.check.Unsure || d.event {
		return true
	}
	if rs := shape.Judge(record); len(rs) > 0 {
		d.refuse(rs[0].Path, rs[0].Text)
		return false
	}
	return true
}

// badValue stands for what the schema has against a value, until it is worded.
const badValue = "not what the schema asks for"

// checked decodes the value at b[i] of a slot with a check.
func (d *Decoder) checked(s *slot, b []byte, i int, rep byte) int {
	end := d.value(s, b, i, rep)
	if end < 0 || b[i] == 'n' || s.coerce && b[i] == '"' { // the text in the string was checked
		return end
	}
	// Of a record that is bad all is checked anew, for words; ten million elements
	// that are bad alike need not be looked at here too.
	if !d.bad && !d.passes(s, b, i, end) {
		d.bad = true
	}
	return end
}

// passes holds the value in b[i:end], which has just been stored, against its
// slot's check: as it was stored, if that is enough. BenchmarkChecks.
func (d *Decoder) passes(s *slot, b []byte, i, end int) bool {
	v := &d.vecs[s.vec]
	switch {
	case s.strings != nil:
		last := len(v.Ends) - 1
		return s.strings.Has(v.Data[startOf(v, last):])
	case b[i] == '"':
	case s.ints != nil:
		return s.ints.Has(v.Ints[len(v.Ints)-1])
	case s.floats != nil && s.floats.Inside(v.Floats[len(v.Floats)-1], end-i):
		return true
	}
	return d.check.Passes(s.check, b, i, end)
}

// longestKey bounds a key's value: keys are kept in memory while rows merge.
const longestKey = 64 << 10

// keysFit checks the length of the row's key values.
func (d *Decoder) keysFit() bool {
	keys := d.walk.plan.keys
	for i := range keys {
		k := &keys[i]
		v := &d.vecs[k.vec]
		if o := k.target(); o != opString && o != opText || v.Def[len(v.Def)-1] != v.MaxDef {
			continue
		}
		if n := len(v.Ends); int(v.Ends[n-1])-startOf(v, n-1) > longestKey {
			d.refuse(text.Pointer("", k.name), fmt.Sprintf("a key property longer than %d bytes", longestKey))
			return false
		}
	}
	return true
}

func startOf(v *columns.Vector, i int) int {
	if i == 0 {
		return 0
	}
	return int(v.Ends[i-1])
}

// refuse gives up the record.
func (d *Decoder) refuse(path, reason string) int {
	d.fault = fault{path: path, reason: reason}
	return -1
}

// refuseAt gives up the record for the value of a slot.
func (d *Decoder) refuseAt(s *slot, reason string) int {
	path := d.here()
	if !s.element {
		path = text.Pointer(path, s.name)
	}
	return d.refuse(path, reason)
}

// here is the JSON pointer of the innermost container, or of the element it
// has come to.
func (d *Decoder) here() string {
	path := ""
	for _, t := range d.trail {
		if !t.slot.element {
			path = text.Pointer(path, t.slot.name)
		}
		if t.slot.op == opList {
			path = fmt.Sprintf("%s/%d", path, t.index)
		}
	}
	return path
}
