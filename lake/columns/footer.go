package columns

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// ErrNotParquet marks a file that is not a whole Parquet file.
var ErrNotParquet = errors.New("not a whole Parquet file")

// ReadFooter checks that r holds a whole Parquet file and returns its rows.
// It does not look into the pages: a hash does that.
func ReadFooter(r io.ReaderAt, size int64) (rows int64, err error) {
	_, rows, err = readMeta(r, size)
	return rows, err
}

func readMeta(r io.ReaderAt, size int64) (meta format.FileMetaData, rows int64, err error) {
	footer, err := footerBytes(r, size)
	if err != nil {
		return meta, 0, err
	}
	bounded := boundedReader{new(thrift.CompactProtocol).NewReaderFromBytes(footer), int32(len(footer))}
	if err := thrift.NewDecoder(bounded).Decode(&meta); err != nil {
		return meta, 0, fmt.Errorf("%w: footer: %w", ErrNotParquet, err)
	}
	end := size - tailLength - int64(len(footer))
	for i := range meta.RowGroups {
		g := &meta.RowGroups[i]
		rows += g.NumRows
		for j := range g.Columns {
			if g.NumRows < 0 || !within(&g.Columns[j].MetaData, end) {
				return meta, 0, fmt.Errorf("%w: row group %d, column %d lies outside it", ErrNotParquet, i, j)
			}
		}
	}
	if rows != meta.NumRows {
		return meta, 0, fmt.Errorf("%w: %d rows in row groups, %d in the footer", ErrNotParquet, rows, meta.NumRows)
	}
	return meta, rows, nil
}

// boundedReader refuses a list longer than the footer itself: one flipped bit
// in a length must not take all memory.
type boundedReader struct {
	footerReader
	most int32
}

// footerReader has a name of its own because thrift.Reader has a method Reader.
type footerReader = thrift.Reader

func (r boundedReader) ReadList() (thrift.List, error) {
	l, err := r.footerReader.ReadList()
	if err == nil && (l.Size < 0 || l.Size > r.most) {
		err = fmt.Errorf("list of %d in a footer of %d bytes", l.Size, r.most)
	}
	return l, err
}

// Discard passes over text in fields that are not asked for: without it the
// library passes over bytes of a copy of the reader beneath.
func (r boundedReader) Discard(n int) (int, error) {
	return r.footerReader.(interface{ Discard(n int) (int, error) }).Discard(n)
}

func footerBytes(r io.ReaderAt, size int64) ([]byte, error) {
	if size < int64(len(magic)+tailLength) {
		return nil, fmt.Errorf("%w: %d bytes", ErrNotParquet, size)
	}
	var head [len(magic)]byte
	var tail [tailLength]byte
	if err := readFull(r, head[:], 0); err != nil {
		return nil, err
	}
	if err := readFull(r, tail[:], size-tailLength); err != nil {
		return nil, err
	}
	n := int64(binary.LittleEndian.Uint32(tail[:4]))
	if string(head[:]) != magic || string(tail[4:]) != magic ||
		n > min(math.MaxInt32, size-int64(len(magic))-tailLength) {
		return nil, fmt.Errorf("%w: no magic or no footer", ErrNotParquet)
	}
	footer := make([]byte, n)
	return footer, readFull(r, footer, size-tailLength-n)
}

// readFull takes io.EOF with all bytes for what it is: a read to the end.
func readFull(r io.ReaderAt, p []byte, at int64) error {
	if n, err := r.ReadAt(p, at); n < len(p) {
		return fmt.Errorf("read %d bytes at %d: %w", len(p), at, err)
	}
	return nil
}

func within(m *format.ColumnMetaData, end int64) bool {
	start := m.DataPageOffset
	if d := m.DictionaryPageOffset; d > 0 {
		start = min(start, d)
	}
	return start >= int64(len(magic)) && m.TotalCompressedSize >= 0 && m.TotalCompressedSize <= end-start
}
