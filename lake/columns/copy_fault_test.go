package columns

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// withFooter is pages under a footer.
func withFooter(t testing.TB, pages []byte, footer *format.FileMetaData) []byte {
	t.Helper()
	b, err := thrift.Marshal(new(thrift.CompactProtocol), footer)
	if err != nil {
		t.Fatal(err)
	}
	return framed(pages, b)
}

func framed(pages, footer []byte) []byte {
	file := slices.Concat(pages, footer)
	return append(binary.LittleEndian.AppendUint32(file, uint32(len(footer))), magic...)
}

func footerLength(file []byte) int {
	return tailLength + int(binary.LittleEndian.Uint32(file[len(file)-tailLength:]))
}

// edited is file with another footer.
func edited(t testing.TB, file []byte, edit func(m *format.FileMetaData)) []byte {
	t.Helper()
	meta, _, err := readMeta(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	edit(&meta)
	return withFooter(t, file[:len(file)-footerLength(file)], &meta)
}

// TestCopyRefuses also sees that a refusal leaves the writer as it was.
func TestCopyRefuses(t *testing.T) {
	s := &Schema{Columns: []Column{
		{ID: 1, Name: "id", Kind: Int64},
		{ID: 2, Name: "at", Kind: Timestamp},
		{ID: 3, Name: "tags", Kind: List, Fields: []Column{{ID: 4, Name: ListElement, Kind: String}}},
		{ID: 5, Name: "day", Kind: Date},
		{ID: 6, Name: "amount", Kind: Decimal, Precision: 9, Scale: 2},
	}}
	b := batchOf(s, [][]any{{int64(1), int64(2), items{[]byte("x")}, nil, nil}})
	file := writeFile(t, s, Zstd, []*Batch{b})
	f := func(want error, edit func(m *format.FileMetaData)) {
		t.Helper()
		var out bytes.Buffer
		w := newWriter(t, &out, s)
		if err := copyFile(w, edited(t, file, edit)); !errors.Is(err, want) {
			t.Fatalf("Copy() = %v, want %v", err, want)
		}
		if err := copyFile(w, file); err != nil {
			t.Fatalf("Copy() after a refusal: %v", err)
		}
		closeWhole(t, w, &out)
		for i, g := range w.groups {
			if g.NumRows == 0 || g.Columns[2].FileOffset != 0 {
				t.Fatalf("row group %d has %d rows, and something at %d", i, g.NumRows, g.Columns[2].FileOffset)
			}
		}
	}
	chunk := func(m *format.FileMetaData) *format.ColumnChunk { return &m.RowGroups[0].Columns[2] }
	f(nil, func(m *format.FileMetaData) {})
	f(nil, func(m *format.FileMetaData) { // a row group without rows
		g := m.RowGroups[0]
		g.NumRows, g.Columns = 0, slices.Clone(g.Columns)
		m.RowGroups = append(m.RowGroups, g)
	})
	f(nil, func(m *format.FileMetaData) { // as DuckDB says it
		for _, i := range []int{3, 5, 6, 7} {
			m.Schema[i].LogicalType.Value = nil
		}
		m.Schema[0].Name, m.Schema[0].RepetitionType = "root", thrift.New(format.Required)
		m.Schema[1].ConvertedType = thrift.New(deprecated.Int64)
	})
	f(nil, func(m *format.FileMetaData) {
		m.Schema[1].LogicalType.Value = &format.IntType{BitWidth: 64, IsSigned: true}
	})
	f(ErrSchemaDiffers, func(m *format.FileMetaData) { m.Schema[1].LogicalType.Value = &format.IntType{BitWidth: 64} })
	f(ErrSchemaDiffers, func(m *format.FileMetaData) { m.Schema[1].ConvertedType = thrift.New(deprecated.Uint64) })
	f(ErrSchemaDiffers, func(m *format.FileMetaData) { m.Schema[1].LogicalType = m.Schema[2].LogicalType })
	f(ErrSchemaDiffers, func(m *format.FileMetaData) { m.Schema[1].RepetitionType = thrift.New(format.Required) })
	f(ErrSchemaDiffers, func(m *format.FileMetaData) { m.Schema[1].Name = "ID" })
	f(ErrSchemaDiffers, func(m *format.FileMetaData) { m.Schema[1].FieldID = 7 })
	f(ErrSchemaDiffers, func(m *format.FileMetaData) { m.Schema = m.Schema[:6] })
	f(ErrSchemaDiffers, func(m *format.FileMetaData) {
		unit := format.TimeUnit{Value: &format.MilliSeconds{}}
		m.Schema[2].LogicalType.Value = &format.TimestampType{IsAdjustedToUTC: true, Unit: unit}
	})
	f(ErrSchemaDiffers, func(m *format.FileMetaData) {
		m.Schema[2].LogicalType.Value = &format.TimestampType{Unit: micros()}
	})
	f(nil, func(m *format.FileMetaData) { chunk(m).FileOffset = 4 })
	f(ErrCannotCopy, func(m *format.FileMetaData) { chunk(m).FilePath = "other.parquet" })
	f(ErrCannotCopy, func(m *format.FileMetaData) {
		chunk(m).CryptoMetadata.Value = &format.EncryptionWithFooterKey{}
	})
	f(ErrNotParquet, func(m *format.FileMetaData) { chunk(m).MetaData.PathInSchema = []string{"tags"} })
	f(ErrNotParquet, func(m *format.FileMetaData) { chunk(m).MetaData.Type = format.Int64 })
	f(ErrNotParquet, func(m *format.FileMetaData) { m.RowGroups[0].Columns[0].MetaData.Statistics.MinValue = []byte{1, 2} })
	f(ErrNotParquet, func(m *format.FileMetaData) { chunk(m).MetaData.DictionaryPageOffset = math.MaxInt64 / 2 })
	f(ErrNotParquet, func(m *format.FileMetaData) { chunk(m).MetaData.DataPageOffset = math.MaxInt64 / 2 })
	f(ErrNotParquet, func(m *format.FileMetaData) { m.RowGroups[0].Columns = m.RowGroups[0].Columns[:4] })
}

func TestCopyRefusesParts(t *testing.T) {
	b := sampleBatch(0, 50)
	file := writeFile(t, b.Schema, Zstd, []*Batch{b})
	w := newWriter(t, io.Discard, b.Schema)
	for n := 0; n < len(file); n += 1 + min(n, len(file)-1-n)/8 {
		if err := copyFile(w, file[:n]); !errors.Is(err, ErrNotParquet) {
			t.Fatalf("Copy() of the first %d of %d bytes: %v", n, len(file), err)
		}
	}
	if rows, err := w.Close(); rows != 0 || err != nil {
		t.Fatalf("Close() = %d, %v", rows, err)
	}
}

// A footer may say what the library has no place for, in a file and of it.
func TestCopyBounds(t *testing.T) {
	s := &Schema{Columns: []Column{{ID: 1, Name: "x", Kind: String}}}
	own := writeFile(t, s, None, []*Batch{batchOf(s, [][]any{{[]byte("b")}, {[]byte("a")}})})
	meta := openFile(t, own).Metadata()
	pages := own[:len(own)-footerLength(own)]
	const ( // of Statistics in Thrift's compact protocol
		nulls = "\x36\x00"  // field 3: 0
		most  = "\x01b"     // field 5
		least = "\x18\x01a" // field 6
		end   = "\x00"
	)
	f := func(want error, bounds, statistics string) {
		t.Helper()
		file := withFooter(t, pages, meta)
		footer := file[len(pages) : len(file)-tailLength]
		if bytes.Count(footer, []byte(nulls+"\x28"+most+least+end)) != 1 {
			t.Fatalf("no statistics in %q", footer)
		}
		footer = bytes.Replace(footer, []byte(nulls+"\x28"+most+least+end), []byte(statistics+end), 1)
		var out bytes.Buffer
		w := newWriter(t, &out, s)
		w.Track([]int32{1})
		if err := copyFile(w, framed(pages, footer)); !errors.Is(err, want) {
			t.Fatalf("Copy() = %v, want %v", err, want)
		}
		closeWhole(t, w, &out)
		for _, g := range openFile(t, out.Bytes()).Metadata().RowGroups {
			s := &g.Columns[0].MetaData.Statistics
			if got := string(s.MinValue) + "-" + string(s.MaxValue); got != bounds || s.NullCount != 0 {
				t.Fatalf("bounds %q, want %q", got, bounds)
			}
			if r := w.Ranges()[0]; (r.Min == nil) != (bounds == "-") {
				t.Fatalf("%+v beside bounds %q", r, bounds)
			}
		}
	}
	f(nil, "a-b", nulls+"\x28"+most+least)
	f(nil, "a-b", nulls+"\x28"+most+least+"\x11\x11") // both are exact
	f(nil, "-", nulls+"\x28"+most+least+"\x12\x11")   // the greatest is not
	f(nil, "-", nulls+"\x28"+most+least+"\x11\x12")
	f(nil, "-", nulls+"\x28"+most+least+"\x22")
	f(nil, "a-b", nulls+"\x28"+most+least+"\x38\x03new") // a field 9
	f(ErrCannotCopy, "", "\x58"+most+least)              // the nulls are not counted
	f(ErrNotParquet, "", nulls+"\x28"+most+least+"\x38\x7fnew")
	meta.ColumnOrders = nil
	f(nil, "-", nulls+"\x28"+most+least)
}

// failingReader fails from call left on.
type failingReader struct {
	io.ReaderAt
	left int
}

func (r *failingReader) ReadAt(p []byte, at int64) (int, error) {
	if r.left--; r.left < 0 {
		return 0, errDisk
	}
	return r.ReaderAt.ReadAt(p, at)
}

func TestCopyFromFailingReader(t *testing.T) {
	const footerReads = 6
	b := sampleBatch(0, 50)
	file := writeFile(t, b.Schema, Zstd, []*Batch{b}, []*Batch{b})
	for n := 0; ; n++ {
		w := newWriter(t, io.Discard, b.Schema)
		err := w.Copy(&failingReader{bytes.NewReader(file), n}, int64(len(file)))
		if err == nil {
			break
		}
		if !errors.Is(err, errDisk) {
			t.Fatalf("call %d fails: %v", n, err)
		}
		again := copyFile(w, file)
		_, closed := w.Close()
		if n < footerReads {
			if again != nil || closed != nil {
				t.Fatalf("nothing was written, and Copy() = %v, Close() = %v", again, closed)
			}
			continue
		}
		if again != err || closed != err {
			t.Fatalf("call %d failed, then Copy() = %v, Close() = %v, want %v", n, again, closed, err)
		}
		if n == footerReads+13 && !strings.HasPrefix(err.Error(), `read row group 1, column "id": read `) {
			t.Fatalf("Copy() = %v", err)
		}
	}
}

func TestCopyToFailingWriter(t *testing.T) {
	b := sampleBatch(0, 20)
	file := writeFile(t, b.Schema, Zstd, []*Batch{b}, []*Batch{b})
	pages := len(file) - footerLength(file)
	for left := len(magic); left < pages; left += 1 + left/40 {
		w := newWriter(t, &failingWriter{left: left}, b.Schema)
		err := copyFile(w, file)
		if !errors.Is(err, errDisk) || !strings.HasPrefix(err.Error(), "write row group ") {
			t.Fatalf("Copy() on %d bytes: %v", left, err)
		}
		if _, closed := w.Close(); closed != err {
			t.Fatalf("Close() = %v, want %v", closed, err)
		}
	}
}

func TestCopyWantsEveryRowGroup(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Fatal("a row group was begun, and Copy put others before it")
		}
	}()
	f := newWriter(t, io.Discard, sampleSchema())
	f.Begin()
	t.Error(copyFile(f, writeFile(t, sampleSchema(), Zstd)))
}

func TestCopyCountsRowGroups(t *testing.T) {
	b := sampleBatch(0, 1)
	file := writeFile(t, b.Schema, Zstd, []*Batch{b}, []*Batch{b})
	f := newWriter(t, io.Discard, b.Schema)
	f.groups = make([]format.RowGroup, math.MaxInt16)
	if err := copyFile(f, file); !errors.Is(err, ErrCannotCopy) {
		t.Fatalf("Copy() = %v", err)
	}
	f.groups = f.groups[:math.MaxInt16-1]
	if err := copyFile(f, file); err != nil || f.groups[math.MaxInt16].Ordinal != math.MaxInt16 {
		t.Fatalf("Copy() = %v", err)
	}
}

func FuzzCopy(f *testing.F) {
	b := sampleBatch(0, 5)
	own := writeFile(f, b.Schema, Zstd, []*Batch{b})
	f.Add(own)
	f.Add(own[:len(own)-1])
	f.Fuzz(func(t *testing.T, file []byte) {
		var out bytes.Buffer
		w := newWriter(t, &out, b.Schema)
		w.Track([]int32{1, 3, 4, 7, 9})
		if err := copyFile(w, file); err == nil {
			w.Ranges()
		}
		closeWhole(t, w, &out)
	})
}
