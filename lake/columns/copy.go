package columns

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// ErrCannotCopy marks a Parquet file of the right columns whose row groups
// would not be the same in another file.
var ErrCannotCopy = errors.New("row groups cannot be copied")

// copyBytes is how much of a file is in memory at a time.
const copyBytes = 512 << 10

// Copy appends the row groups of a whole Parquet file of the writer's schema
// as they stand: no page is decoded, and those without rows are left out. All
// row groups begun before must be committed.
//
// A file that is refused leaves the writer as it was. An error while the row
// groups are copied is the writer's last.
func (f *FileWriter) Copy(r io.ReaderAt, size int64) error {
	if f.err != nil {
		return f.err
	}
	if f.begun != f.committed {
		panic(fmt.Sprintf("BUG: file copied with %d row groups begun and %d committed", f.begun, f.committed))
	}
	groups, err := f.copied(r, size)
	if err != nil {
		return err
	}
	buf := make([]byte, min(size, copyBytes))
	for i := range groups {
		if groups[i].NumRows == 0 {
			continue
		}
		if err := f.copyGroup(r, i, &groups[i], buf); err != nil {
			return f.fail(err)
		}
	}
	return nil
}

// copied are the row groups of r as they will be said in another file, but for
// their places.
func (f *FileWriter) copied(r io.ReaderAt, size int64) ([]format.RowGroup, error) {
	meta, _, err := readMeta(r, size)
	if err != nil {
		return nil, err
	}
	if err := sameElements(meta.Schema, elements(f.schema)); err != nil {
		return nil, err
	}
	if n := len(f.groups) + len(meta.RowGroups); n > math.MaxInt16+1 {
		return nil, fmt.Errorf("%w: there would be %d, Parquet files hold %d", ErrCannotCopy, n, math.MaxInt16+1)
	}
	known, err := readKnown(r, size)
	if err != nil {
		return nil, err
	}
	for i := range meta.RowGroups {
		g := &meta.RowGroups[i]
		if len(g.Columns) != len(f.leaves) || i >= len(known) || len(known[i].Columns) != len(f.leaves) {
			return nil, fmt.Errorf("%w: row group %d of %d columns, want %d", ErrNotParquet, i, len(g.Columns), len(f.leaves))
		}
		for j := range g.Columns {
			c, leaf := &g.Columns[j], &f.leaves[j]
			if err := checkChunk(c, leaf, &known[i].Columns[j].MetaData.Statistics); err != nil {
				return nil, fmt.Errorf("row group %d, column %q: %w", i, dotted(leaf), err)
			}
			ordered := j < len(meta.ColumnOrders) && isTypeDefined(&meta.ColumnOrders[j])
			dropBounds(&c.MetaData.Statistics, &known[i].Columns[j].MetaData.Statistics, ordered)
		}
	}
	return meta.RowGroups, nil
}

func dotted(l *Leaf) string { return strings.Join(l.Path, ".") }

// sameElements is strict, since pages of other levels, units or signs would be
// read as what they are not. It takes types that are said as older writers do:
// of strings, dates and lists DuckDB says nothing else.
func sameElements(have, want []format.SchemaElement) error {
	if len(have) != len(want) {
		return fmt.Errorf("%w: %d elements, want %d", ErrSchemaDiffers, len(have), len(want))
	}
	for i := range want {
		h, w := have[i], &want[i]
		if i == 0 { // these mean nothing of a root
			h.Name, h.RepetitionType = w.Name, w.RepetitionType
		}
		if h.Type.V != format.FixedLenByteArray { // others may say how many bits they have
			h.TypeLength = w.TypeLength
		}
		h.LogicalType = logicalType(&h)
		what := differs(&h, w)
		switch {
		case what != "":
		case h.RepetitionType != w.RepetitionType:
			what = "repetition"
		case h.LogicalType.String() != w.LogicalType.String():
			what = "logical type"
		}
		if what != "" {
			return fmt.Errorf("%w: %q has another %s", ErrSchemaDiffers, w.Name, what)
		}
	}
	return nil
}

// logicalType is the type of e, by its converted type if it has no other;
// none for a signed integer of 64 bits, which INT64 is by itself.
func logicalType(e *format.SchemaElement) format.LogicalType {
	t := e.LogicalType
	if t.Value == nil && e.ConvertedType.Valid {
		t.Value = ofConverted(e)
	}
	if i, ok := t.Value.(*format.IntType); ok && i.BitWidth == 64 && i.IsSigned {
		t.Value = nil
	}
	return t
}

// ofConverted is of another type than any column's for what no column is.
func ofConverted(e *format.SchemaElement) format.LogicalTypeValue {
	switch e.ConvertedType.V {
	case deprecated.UTF8:
		return &format.StringType{}
	case deprecated.List:
		return &format.ListType{}
	case deprecated.Date:
		return &format.DateType{}
	case deprecated.Decimal:
		return &format.DecimalType{Precision: e.Precision.V, Scale: e.Scale.V}
	case deprecated.TimestampMicros:
		return &format.TimestampType{IsAdjustedToUTC: true, Unit: micros()}
	case deprecated.Int64:
		return &format.IntType{BitWidth: 64, IsSigned: true}
	}
	return &format.NullType{}
}

// known is what the library does not tell of statistics: of these three, what
// is absent from what is zero.
type known struct {
	NullCount thrift.Null[int64] `thrift:"3,optional"`
	MaxExact  thrift.Null[bool]  `thrift:"7,optional"`
	MinExact  thrift.Null[bool]  `thrift:"8,optional"`
}

// knownGroup is the way to known in a footer.
type knownGroup struct {
	Columns thrift.Slice[struct {
		MetaData struct {
			Statistics known `thrift:"12,optional"`
		} `thrift:"3,optional"`
	}] `thrift:"1,optional"`
}

func readKnown(r io.ReaderAt, size int64) ([]knownGroup, error) {
	footer, err := footerBytes(r, size)
	if err != nil {
		return nil, err
	}
	var meta struct {
		RowGroups thrift.Slice[knownGroup] `thrift:"4,optional"`
	}
	bounded := boundedReader{new(thrift.CompactProtocol).NewReaderFromBytes(footer), int32(len(footer))}
	if err := thrift.NewDecoder(bounded).Decode(&meta); err != nil {
		return nil, fmt.Errorf("%w: footer: %w", ErrNotParquet, err)
	}
	return meta.RowGroups, nil
}

func checkChunk(c *format.ColumnChunk, leaf *Leaf, k *known) error {
	m := &c.MetaData
	switch {
	case c.FilePath != "":
		return fmt.Errorf("%w: it stands in another file", ErrCannotCopy)
	case c.CryptoMetadata.Value != nil:
		return fmt.Errorf("%w: it is encrypted", ErrCannotCopy)
	case !k.NullCount.Valid && leaf.MaxDef > 0: // the library would write 0
		return fmt.Errorf("%w: its nulls are not counted", ErrCannotCopy)
	case !wide(m.Statistics.MinValue, m.Type) || !wide(m.Statistics.MaxValue, m.Type):
		return fmt.Errorf("%w: a bound is no %s", ErrNotParquet, m.Type)
	case m.Type != physical(leaf.Kind, leaf.Precision) || !slices.Equal(m.PathInSchema, leaf.Path):
		return fmt.Errorf("%w: it is said to be another, %q", ErrNotParquet, m.PathInSchema)
	case max(m.DataPageOffset, m.DictionaryPageOffset) > chunkStart(m)+m.TotalCompressedSize:
		return fmt.Errorf("%w: its pages lie outside it", ErrNotParquet)
	}
	return nil
}

// dropBounds drops those that would claim more in a file of ours: the library
// cannot write that a bound is cut, and the footer says how all are ordered.
func dropBounds(s *format.Statistics, k *known, ordered bool) {
	if k.MinExact.Valid && !k.MinExact.V || k.MaxExact.Valid && !k.MaxExact.V {
		s.Min, s.Max, s.MinValue, s.MaxValue = nil, nil, nil, nil
	}
	if !ordered {
		s.MinValue, s.MaxValue = nil, nil
	}
}

func isTypeDefined(o *format.ColumnOrder) bool {
	_, ok := o.Value.(*format.TypeDefinedOrder)
	return ok
}

// copyGroup copies g, row group i of r. Between its chunks there may be what
// is left behind, such as Bloom filters.
func (f *FileWriter) copyGroup(r io.ReaderAt, i int, g *format.RowGroup, buf []byte) error {
	g.FileOffset, g.Ordinal = f.offset, int16(len(f.groups))
	g.TotalByteSize, g.TotalCompressedSize = 0, 0
	for j := range g.Columns {
		m := &g.Columns[j].MetaData
		from := chunkStart(m)
		move(&g.Columns[j], f.offset-from)
		for end := from + m.TotalCompressedSize; from < end; {
			part := buf[:min(end-from, int64(len(buf)))]
			if err := readFull(r, part, from); err != nil {
				return fmt.Errorf("read row group %d, column %q: %w", i, dotted(&f.leaves[j]), err)
			}
			if err := f.write(part); err != nil {
				return fmt.Errorf("write row group %d: %w", len(f.groups), err)
			}
			from += int64(len(part))
		}
		g.TotalByteSize += m.TotalUncompressedSize
		g.TotalCompressedSize += m.TotalCompressedSize
	}
	f.groups = append(f.groups, *g)
	f.rows += g.NumRows
	f.begun++
	f.committed++
	f.trackCopied(g)
	return nil
}

func chunkStart(m *format.ColumnMetaData) int64 {
	if d := m.DictionaryPageOffset; d > 0 {
		return min(m.DataPageOffset, d)
	}
	return m.DataPageOffset
}

// move shifts c by some bytes, and drops where the parts are that stay behind.
func move(c *format.ColumnChunk, by int64) {
	m := &c.MetaData
	if from := chunkStart(m); m.IndexPageOffset >= from && m.IndexPageOffset < from+m.TotalCompressedSize {
		m.IndexPageOffset += by
	} else {
		m.IndexPageOffset = 0
	}
	if m.DictionaryPageOffset > 0 {
		m.DictionaryPageOffset += by
	}
	m.DataPageOffset += by
	m.BloomFilterOffset, m.BloomFilterLength = 0, 0
	c.OffsetIndexOffset, c.OffsetIndexLength = 0, 0
	c.ColumnIndexOffset, c.ColumnIndexLength = 0, 0
	c.FileOffset = 0 // deprecated, for what only the footer says
}
