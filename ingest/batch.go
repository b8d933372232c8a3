package ingest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// BatchMessage is a BATCH: files of records of a stream, that stand for as
// many RECORDs.
type BatchMessage struct {
	Stream      string
	Format      string   // of encoding: jsonl, parquet
	Compression string   // of encoding: gzip, none; "" if not said
	Files       []string // addresses, as the tap has them
}

func batchMessage(text []byte) (*BatchMessage, error) {
	var stream *string
	var encoding struct{ Format, Compression *string }
	m := &BatchMessage{}
	fields := map[string]any{"stream": &stream, "encoding": &encoding, "manifest": &m.Files}
	if err := decodeMessage(text, "BATCH", fields); err != nil {
		return nil, err
	}
	if err := checkStream("BATCH", stream); err != nil {
		return nil, err
	}
	m.Stream = *stream
	if encoding.Format == nil {
		return nil, fmt.Errorf("BATCH of stream %s without the format of its encoding", strconv.Quote(m.Stream))
	}
	m.Format = *encoding.Format
	if encoding.Compression != nil {
		m.Compression = *encoding.Compression
	}
	return m, nil
}

// Records makes a Singer stream of lines that are bare records of one stream:
// line n becomes a RECORD on line n, and a blank one stays blank.
func Records(r io.Reader, stream string) io.Reader {
	name, err := json.Marshal(stream)
	if err != nil {
		panic("BUG: " + err.Error()) // every string has its JSON
	}
	w := &recordWriter{src: bufio.NewReaderSize(r, 256<<10), start: true}
	w.before = append(append([]byte(`{"type":"RECORD","stream":`), name...), `,"record":`...)
	return w
}

// recordWriter puts an envelope around each line while it is read.
type recordWriter struct {
	src    *bufio.Reader
	before []byte
	out    []byte // to be read, of buf
	buf    []byte
	start  bool // the next byte begins a line
	open   bool // the line has a record
	err    error
}

func (w *recordWriter) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) && (len(w.out) > 0 || w.err == nil) {
		if len(w.out) == 0 {
			w.fill()
		}
		taken := copy(p[n:], w.out)
		n, w.out = n+taken, w.out[taken:]
	}
	if n == 0 {
		return 0, w.err
	}
	return n, nil
}

// fill takes the next piece of a line, at most a buffer of it.
func (w *recordWriter) fill() {
	piece, err := w.src.ReadSlice('\n')
	ended := bytes.HasSuffix(piece, []byte("\n"))
	piece = bytes.TrimSuffix(piece, []byte("\n"))
	w.out = w.buf[:0]
	if w.start {
		piece = bytes.TrimLeft(bytes.TrimPrefix(piece, []byte("\xef\xbb\xbf")), " \t\r")
	}
	if len(piece) > 0 {
		if w.start {
			w.out = append(w.out, w.before...)
			w.start, w.open = false, true
		}
		w.out = append(w.out, piece...)
	}
	if !errors.Is(err, bufio.ErrBufferFull) {
		w.err = err
	}
	if ended || errors.Is(err, io.EOF) {
		if w.open {
			w.out = append(w.out, '}')
		}
		if ended || w.open {
			w.out = append(w.out, '\n')
		}
		w.start, w.open = true, false
	}
	w.buf = w.out
}
