package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"target-filelake/ingest/text"
)

// Limits bound what one line may ask for. A zero field takes its default.
type Limits struct {
	MaxLine  int // bytes of a line; default 256 MiB, at most 2 GiB
	MaxDepth int // containers standing in one another, a line's own object included; default 512
	Block    int // bytes that are read at a time; default 1 MiB; of 17 to 1024 streams four times as many
}

func (l Limits) orDefaults() Limits {
	if l.MaxLine <= 0 {
		l.MaxLine = 256 << 20
	}
	if l.MaxDepth <= 0 {
		l.MaxDepth = 512
	}
	if l.Block <= 0 {
		l.Block = 1 << 20
	}
	l.MaxLine = min(l.MaxLine, math.MaxInt32)
	return l
}

// Reader cuts a Singer stream into blocks of whole lines.
type Reader struct {
	src     io.Reader
	pending func() bool
	limits  Limits
	scan    text.Scanner
	spare   *sync.Pool // of *buffer

	buf     *buffer // being cut into blocks
	pos     int     // start of the first line not yet handed out
	sought  int     // no newline stands in [pos, sought)
	line    int64   // number of the last line handed out
	usual   int     // lines of the last block: what to make room for
	drained bool    // src has ended
	err     error   // what Next returns from now on, after the lines before it
	schemas sameSchemas
}

// buffer is memory that blocks share; the last of them to go frees it.
type buffer struct {
	data []byte
	refs atomic.Int32
}

// NewReader reads r. pending reports whether more input can be had at once;
// where it says no, a block is handed out with the lines there are. If it is
// nil every block is filled.
func NewReader(r io.Reader, l Limits, pending func() bool) *Reader {
	l = l.orDefaults()
	return &Reader{
		src: r, pending: pending, limits: l,
		scan:    text.Scanner{Max: l.MaxDepth},
		spare:   &sync.Pool{},
		schemas: newSameSchemas(),
	}
}

// Block is some whole lines of the input, in their order.
type Block struct {
	Then *Message // stands after the lines; nil: none

	lines    []line
	buf      *buffer
	spare    *sync.Pool
	from, to int // of buf.data
	depth    int // Limits.MaxDepth
}

// line is one RECORD or STATE, its newline included.
type line struct {
	from, to int
	number   int64
	kind     kind
}

// Size is the number of bytes the block's lines take, those that carry nothing included.
func (b *Block) Size() int { return b.to - b.from }

// Empty reports whether the block has no RECORD and no STATE.
func (b *Block) Empty() bool { return len(b.lines) == 0 }

// Release gives the block's memory back: nothing may refer to it any more.
func (b *Block) Release() {
	if b.buf != nil {
		b.buf.release(b.spare)
		b.buf = nil
	}
}

func (f *buffer) release(spare *sync.Pool) {
	if f.refs.Add(-1) == 0 && cap(f.data) < giantLine {
		spare.Put(f)
	}
}

// giantLine is a length past which a line's buffers are given back at once: the
// collector would wait until as many bytes again had been asked for.
const giantLine = 32 << 20

// Next returns the next block, never an empty one without a message. At a
// clean end it returns nil and io.EOF. A line that cannot be told apart from
// its neighbours, or is no message, comes as a *LineError after the lines
// before it; from then on nothing else comes.
func (r *Reader) Next() (*Block, error) {
	for r.err == nil {
		if r.buf == nil || bytes.IndexByte(r.buf.data[r.sought:], '\n') < 0 {
			r.err = r.fill()
			continue
		}
		b := r.cut()
		if len(b.lines) > 0 || b.Then != nil {
			return b, nil
		}
		b.Release()
	}
	if r.buf != nil {
		r.buf.release(r.spare)
		r.buf = nil
	}
	return nil, r.err
}

// cut makes a block of the whole lines in the buffer, up to a message that
// changes how later ones are read or a line that cannot be taken.
func (r *Reader) cut() *Block {
	b := &Block{buf: r.buf, spare: r.spare, from: r.pos, depth: r.limits.MaxDepth}
	b.buf.refs.Add(1)
	data := r.buf.data
	b.lines = make([]line, 0, r.usual)
	for b.Then == nil {
		n := bytes.IndexByte(data[r.sought:], '\n')
		if n < 0 {
			r.sought = len(data)
			break
		}
		l := line{from: r.pos, to: r.sought + n + 1, number: r.line + 1}
		if r.err = r.take(b, data[l.from:l.to], l); r.err != nil {
			break
		}
		r.pos, r.sought, r.line = l.to, l.to, l.number
	}
	b.to, r.usual = r.pos, len(b.lines)
	return b
}

// take adds a line to the block, or makes it the block's message.
func (r *Reader) take(b *Block, text []byte, l line) error {
	if len(text)-1 > r.limits.MaxLine {
		return r.tooLong()
	}
	if l.number == 1 {
		var err error
		if text, err = withoutBOM(text); err != nil {
			return err
		}
		l.from = l.to - len(text)
	}
	k, why := classify(&r.scan, text)
	switch k {
	case recordLine, stateLine:
		l.kind = k
		b.lines = append(b.lines, l)
		return nil
	case skippedLine:
		return nil
	case badLine:
		return &LineError{Line: l.number, Reason: why}
	}
	m, err := readMessage(&r.scan, k, text, l.number, &r.schemas)
	b.Then = m
	return err
}

// withoutBOM drops the mark that UTF-8 files of some systems start with.
func withoutBOM(text []byte) ([]byte, error) {
	utf16 := bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) ||
		len(text) > 1 && (text[0] == 0) != (text[1] == 0)
	if utf16 {
		return nil, &LineError{Line: 1, Reason: "the input is UTF-16, want UTF-8"}
	}
	return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), nil
}

func (r *Reader) tooLong() error {
	return &LineError{Line: r.line + 1, Reason: fmt.Sprintf("longer than %d bytes", r.limits.MaxLine)}
}

// fill reads until the buffer holds a whole line, then on until it is full or
// nothing is pending.
func (r *Reader) fill() error {
	if r.drained {
		return io.EOF
	}
	r.makeRoom()
	data, whole := r.buf.data, false
	for !whole || len(data) < cap(data) && (r.pending == nil || r.pending()) {
		if len(data) == cap(data) {
			if len(data) > r.limits.MaxLine {
				return r.tooLong()
			}
			data = grow(data, r.limits.MaxLine)
			if r.buf.data = data; len(data) >= giantLine {
				runtime.GC()
			}
		}
		n, err := r.read(data[len(data):cap(data)])
		whole = whole || bytes.IndexByte(data[len(data):len(data)+n], '\n') >= 0
		data = data[:len(data)+n]
		r.buf.data = data
		if err == io.EOF {
			r.drained = true
			return r.endLine()
		}
		if err != nil {
			return r.broken(err)
		}
	}
	return nil
}

// makeRoom moves the unfinished line to the start of a buffer nobody else reads.
func (r *Reader) makeRoom() {
	if r.buf != nil && r.pos == 0 && r.buf.refs.Load() == 1 {
		return
	}
	next, _ := r.spare.Get().(*buffer)
	var tail []byte
	if r.buf != nil {
		tail = r.buf.data[r.pos:]
	}
	size := max(r.block(), 2*len(tail))
	if next == nil || cap(next.data) < size || cap(next.data) > 4*max(r.block(), len(tail)) {
		next = &buffer{data: make([]byte, 0, size)}
	}
	next.data = append(next.data[:0], tail...)
	next.refs.Store(1)
	if r.buf != nil {
		r.buf.release(r.spare)
	}
	r.buf, r.pos, r.sought = next, 0, len(tail)
}

// block is how much is read at a time. What a block costs each stream in it weighs
// less where there is more of each; beyond mostStreams there are but a few rows of
// each in any block, and memory counts.
func (r *Reader) block() int {
	if n := len(r.schemas.last); n > manyStreams && n <= mostStreams {
		return 4 * r.limits.Block
	}
	return r.limits.Block
}

// manyStreams take turns in larger blocks, if they are no more than mostStreams.
const (
	manyStreams = 16
	mostStreams = 1024
)

// grow doubles a buffer, but not past a line's limit and the byte that shows
// that a line is over it.
func grow(data []byte, most int) []byte {
	next := make([]byte, len(data), min(2*len(data), most+1))
	copy(next, data)
	return next
}

// read is one Read that got something, or an error.
func (r *Reader) read(p []byte) (int, error) {
	for range 100 {
		if n, err := r.src.Read(p); n > 0 || err != nil {
			return n, err
		}
	}
	return 0, io.ErrNoProgress
}

// endLine ends the last line of the input if it is whole without its newline,
// else takes it away and leaves the reason for the lines before it to come out.
func (r *Reader) endLine() error {
	data := r.buf.data
	start := r.pos + bytes.LastIndexByte(data[r.pos:], '\n') + 1
	if start == len(data) {
		return nil
	}
	if len(data)-start > r.limits.MaxLine {
		return r.cutOff(start, errTooLong)
	}
	r.buf.data = append(data, '\n')
	last := r.buf.data[start:]
	if r.line == 0 && start == r.pos {
		var err error
		if last, err = withoutBOM(last); err != nil {
			return nil // take finds it too, in its turn
		}
	}
	if blank(last) || r.scan.WellFormed(last) {
		return nil
	}
	return r.cutOff(start, errTruncated)
}

func (r *Reader) cutOff(start int, why error) error {
	r.buf.data = r.buf.data[:start]
	r.sought = min(r.sought, start)
	r.drained = false
	r.src = failing{why}
	return nil
}

func blank(text []byte) bool { return len(bytes.TrimSpace(text)) == 0 }

var (
	errTruncated = errors.New("the input is truncated: it ends inside this line")
	errTooLong   = errors.New("too long")
)

// failing is the rest of an input that cannot be read.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// broken remembers a read error until the whole lines before it are out.
func (r *Reader) broken(err error) error {
	if bytes.IndexByte(r.buf.data[r.sought:], '\n') >= 0 {
		r.src = failing{err}
		return nil
	}
	switch err {
	case errTooLong:
		return r.tooLong()
	case errTruncated:
		return &LineError{Line: r.line + 1, Reason: err.Error()}
	}
	return fmt.Errorf("read input after line %d: %w", r.line, err)
}
