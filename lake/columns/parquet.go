package columns

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"

	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/compress/gzip"
	"github.com/parquet-go/parquet-go/compress/lz4"
	"github.com/parquet-go/parquet-go/compress/snappy"
	"github.com/parquet-go/parquet-go/compress/uncompressed"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// Codec is how the pages of a file are compressed.
type Codec string

// The codecs, as the configuration names them.
const (
	Zstd   Codec = "zstd"
	Snappy Codec = "snappy"
	LZ4    Codec = "lz4" // stored as LZ4_RAW
	Gzip   Codec = "gzip"
	None   Codec = "none"
)

// Each pools its encoders; all are safe for concurrent use. The fastest zstd
// makes the sample 10 % larger than the default level, in about 0.8 of its time.
var (
	zstdCodec   fastZstd
	snappyCodec snappy.Codec
	lz4Codec    = lz4.Codec{Level: lz4.Fastest}
	gzipCodec   = gzip.Codec{Level: gzip.BestSpeed}
	noCodec     uncompressed.Codec
)

// ParseCodec returns the codec a configuration names.
func ParseCodec(name string) (Codec, error) {
	c := Codec(name)
	if c.library() == nil {
		return "", fmt.Errorf("compression %q, want zstd, snappy, lz4, gzip or none", name)
	}
	return c, nil
}

func (c Codec) library() compress.Codec {
	switch c {
	case Zstd:
		return &zstdCodec
	case Snappy:
		return &snappyCodec
	case LZ4:
		return &lz4Codec
	case Gzip:
		return &gzipCodec
	case None:
		return &noCodec
	default:
		return nil
	}
}

const (
	magic      = "PAR1"
	tailLength = 8 // the footer's length and the magic
	createdBy  = "target-filelake"
)

// FileWriter writes one Parquet file: row groups that are encoded side by
// side stand in it in the order of Begin. It holds only the footer, no rows.
type FileWriter struct {
	w         io.Writer
	schema    *Schema
	leaves    []Leaf
	deleted   bool // the schema has a column for DeletedName
	vectors   int  // of every batch: leaves and, if they lack them, the late ones
	codec     compress.Codec
	begun     int
	committed int
	offset    int64
	rows      int64
	groups    []format.RowGroup
	tracked   []tracked
	err       error
}

// NewFileWriter starts a file of schema s on w.
func NewFileWriter(w io.Writer, s *Schema, c Codec) (*FileWriter, error) {
	if _, err := ParseCodec(string(c)); err != nil {
		return nil, err
	}
	f := &FileWriter{w: w, schema: s, leaves: s.Leaves(), codec: c.library()}
	f.vectors = len(f.leaves)
	if !s.HasExtra() {
		f.vectors++
	}
	if f.deleted = s.HasDeleted(); !f.deleted {
		f.vectors++
	}
	if err := f.write([]byte(magic)); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *FileWriter) write(p []byte) error {
	n, err := f.w.Write(p)
	f.offset += int64(n)
	return err
}

func (f *FileWriter) fail(err error) error {
	f.err = err
	return err
}

// Begin returns the file's next row group.
func (f *FileWriter) Begin() *RowGroup {
	g := &RowGroup{f: f, ordinal: f.begun}
	f.begun++
	return g
}

// RowGroup is some rows of a file, on their way from vectors to bytes.
type RowGroup struct {
	f       *FileWriter
	ordinal int
	body    *[]byte // encoded; nil before Encode and after Commit
	meta    format.RowGroup
	bounds  []bounds // of the columns that the file tracks
	rises   []bool   // of these
	err     error
}

// bodies are spent buffers of row groups.
var bodies = sync.Pool{New: func() any { return new([]byte) }}

// Encode makes the rows of segments, in order, the row group. The segments
// are the caller's again once it returns. Row groups may be encoded at the
// same time, each by one goroutine.
func (g *RowGroup) Encode(segments []*Batch) error {
	if g.body != nil {
		panic("BUG: row group encoded twice")
	}
	g.body = bodies.Get().(*[]byte)
	if g.err = g.encode(segments); g.err != nil {
		g.err = fmt.Errorf("encode row group %d: %w", g.ordinal, g.err)
	}
	return g.err
}

func (g *RowGroup) encode(segments []*Batch) error {
	for _, b := range segments {
		if g.f.deleted {
			b.EndLate()
		}
		g.f.check(b)
		g.meta.NumRows += int64(b.Rows)
	}
	if g.meta.NumRows == 0 {
		return nil
	}
	e := encoders.Get().(*encoder)
	e.codec, e.out = g.f.codec, (*g.body)[:0]
	defer e.release()
	g.meta.Columns = make([]format.ColumnChunk, len(g.f.leaves))
	for i := range g.f.leaves {
		leaf := &g.f.leaves[i]
		if err := e.chunk(&g.meta.Columns[i], leaf, segments, g.f.vectorOf(i)); err != nil {
			return fmt.Errorf("column %q: %w", leaf.Path, err)
		}
		if g.f.tracks(leaf) {
			g.bounds = append(g.bounds, e.bounds)
			g.rises = append(g.rises, rises(segments, g.f.vectorOf(i)))
		}
		m := &g.meta.Columns[i].MetaData
		g.meta.TotalByteSize += m.TotalUncompressedSize
		g.meta.TotalCompressedSize += m.TotalCompressedSize
	}
	*g.body = e.out
	return nil
}

// check guards what a shifted column would break silently: each vector of b
// has an entry list of exactly b.Rows rows.
func (f *FileWriter) check(b *Batch) {
	if len(b.Vectors) != f.vectors {
		panic(fmt.Sprintf("BUG: batch of %d vectors in a file of %d", len(b.Vectors), f.vectors))
	}
	for i := range f.leaves {
		v, leaf := &b.Vectors[f.vectorOf(i)], &f.leaves[i]
		rows := len(v.Def)
		if v.MaxRep > 0 {
			rows = len(v.Starts)
		}
		if rows != b.Rows || v.Kind != leaf.Kind || v.MaxDef != leaf.MaxDef ||
			v.Precision != leaf.Precision || v.Scale != leaf.Scale {
			panic(fmt.Sprintf("BUG: column %q holds %d rows of %s, want %d of %s",
				leaf.Path, rows, v.Kind, b.Rows, leaf.Kind))
		}
	}
}

// vectorOf is the place in a batch of the vector of leaf i: that of undeclared
// properties stands last, behind one that the file may lack.
func (f *FileWriter) vectorOf(i int) int {
	if f.leaves[i].ID == ExtraID {
		return f.vectors - 1
	}
	return i
}

// Commit writes the encoded row group to the file. Row groups of a file are
// committed one at a time, in the order of Begin.
func (g *RowGroup) Commit() error {
	f := g.f
	if f.err != nil {
		return f.err
	}
	if g.ordinal != f.committed || g.body == nil {
		panic(fmt.Sprintf("BUG: row group %d committed, want %d, encoded", g.ordinal, f.committed))
	}
	f.committed++
	defer g.release()
	if g.err != nil {
		return f.fail(g.err)
	}
	if g.meta.NumRows == 0 {
		return nil
	}
	if len(f.groups) > math.MaxInt16 {
		return f.fail(fmt.Errorf("write row group %d: Parquet files hold no more", len(f.groups)))
	}
	g.place(f.offset)
	if err := f.write(*g.body); err != nil {
		return f.fail(fmt.Errorf("write row group %d: %w", g.ordinal, err))
	}
	f.groups = append(f.groups, g.meta)
	f.rows += g.meta.NumRows
	f.track(g)
	return nil
}

// release gives the bytes back, unless they are many: a pool keeps what it
// holds past a collection.
func (g *RowGroup) release() {
	if cap(*g.body) <= 32<<20 {
		bodies.Put(g.body)
	}
	g.body = nil
}

// place turns offsets within the row group into offsets within the file.
func (g *RowGroup) place(at int64) {
	g.meta.FileOffset = at
	g.meta.Ordinal = int16(len(g.f.groups))
	for i := range g.meta.Columns {
		m := &g.meta.Columns[i].MetaData
		m.DataPageOffset += at
		if m.DictionaryPageOffset >= 0 {
			m.DictionaryPageOffset += at
		} else {
			m.DictionaryPageOffset = 0
		}
	}
}

var errClosed = errors.New("parquet: file writer is closed")

// Close writes the footer and returns the file's rows. It does not close the
// file beneath.
func (f *FileWriter) Close() (rows int64, err error) {
	if f.err != nil {
		return 0, f.err
	}
	if f.begun != f.committed {
		return 0, f.fail(fmt.Errorf("parquet: %d row groups were begun and %d committed", f.begun, f.committed))
	}
	tail, err := f.footer()
	if err == nil {
		err = f.write(tail)
	}
	if err != nil {
		return 0, f.fail(fmt.Errorf("write footer: %w", err))
	}
	f.err = errClosed
	return f.rows, nil
}

func (f *FileWriter) footer() ([]byte, error) {
	meta := format.FileMetaData{
		Version:      2,
		Schema:       elements(f.schema),
		NumRows:      f.rows,
		RowGroups:    f.groups,
		CreatedBy:    createdBy,
		ColumnOrders: make([]format.ColumnOrder, len(f.leaves)),
	}
	for i := range meta.ColumnOrders {
		meta.ColumnOrders[i].Value = &format.TypeDefinedOrder{}
	}
	b, err := thrift.Marshal(new(thrift.CompactProtocol), &meta)
	if err != nil {
		return nil, err
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(b)))
	return append(b, magic...), nil
}
