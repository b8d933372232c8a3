package columns

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"
	"github.com/parquet-go/parquet-go/format"
)

func newWriter(t testing.TB, w io.Writer, s *Schema) *FileWriter {
	t.Helper()
	f, err := NewFileWriter(w, s, Zstd)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func copyFile(f *FileWriter, file []byte) error {
	return f.Copy(bytes.NewReader(file), int64(len(file)))
}

// joinFiles is one file of the row groups of several.
func joinFiles(t testing.TB, s *Schema, files ...[]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	f := newWriter(t, &out, s)
	for _, file := range files {
		if err := copyFile(f, file); err != nil {
			t.Fatal(err)
		}
	}
	closeWhole(t, f, &out)
	return out.Bytes()
}

func closeWhole(t testing.TB, f *FileWriter, out *bytes.Buffer) {
	t.Helper()
	rows, err := f.Close()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Conforms(bytes.NewReader(out.Bytes()), int64(out.Len()), f.schema)
	if err != nil || got != rows {
		t.Fatalf("Conforms() = %d, %v, want the %d rows of Close", got, err, rows)
	}
}

func randomGroups(r *rand.Rand, s *Schema) [][]*Batch {
	groups := make([][]*Batch, r.IntN(4))
	for i := range groups {
		for range r.IntN(3) {
			rows := make([][]any, r.IntN(80))
			for j := range rows {
				rows[j] = randomRow(r, s.Columns)
			}
			groups[i] = append(groups[i], batchOf(s, rows))
		}
	}
	return groups
}

// TestCopyEqualsConcatenation joins files of one codec: the library's reader
// takes that of a column's first chunk for all.
func TestCopyEqualsConcatenation(t *testing.T) {
	f := func(seed uint64) {
		t.Helper()
		r := rand.New(rand.NewPCG(seed, 3))
		s := randomSchema(r)
		var files [][]byte
		var all [][]*Batch
		codec := readableCodecs[r.IntN(len(readableCodecs))]
		for range 3 {
			groups := randomGroups(r, s)
			all = append(all, groups...)
			files = append(files, writeFile(t, s, codec, groups...))
		}
		joined := joinFiles(t, s, files...)
		checkFile(t, s, joined, all...)
		checkFile(t, s, joinFiles(t, s, joined), all...)
	}
	for seed := range uint64(150) {
		f(seed)
	}
}

// TestCopyKeepsChunks compares bytes, and all that footers say of them but
// where they are: bounds too.
func TestCopyKeepsChunks(t *testing.T) {
	large := sampleBatch(0, 60_000) // chunks of it are longer than the buffer
	for _, c := range allCodecs {
		file := writeFile(t, large.Schema, c, []*Batch{large}, []*Batch{sampleBatch(0, 100)})
		joined := joinFiles(t, large.Schema, file, file)
		from := openFile(t, file).Metadata().RowGroups
		for i, got := range openFile(t, joined).Metadata().RowGroups {
			want := from[i%2]
			if int(got.Ordinal) != i || got.FileOffset != got.Columns[0].MetaData.DataPageOffset {
				t.Fatalf("row group %d says that it is %d, at %d", i, got.Ordinal, got.FileOffset)
			}
			for j := range got.Columns {
				x, y := got.Columns[j].MetaData, want.Columns[j].MetaData
				if !bytes.Equal(chunkBytes(joined, &x), chunkBytes(file, &y)) {
					t.Fatalf("%s, row group %d: the bytes of column %q differ", c, i, x.PathInSchema)
				}
			}
			if !reflect.DeepEqual(placeless(got), placeless(want)) {
				t.Fatalf("%s, row group %d: got %+v, want %+v", c, i, got, want)
			}
		}
	}
}

func chunkBytes(file []byte, m *format.ColumnMetaData) []byte {
	return file[chunkStart(m) : chunkStart(m)+m.TotalCompressedSize]
}

func placeless(g format.RowGroup) format.RowGroup {
	g.FileOffset, g.Ordinal = 0, 0
	g.Columns = slices.Clone(g.Columns)
	for i := range g.Columns {
		m := &g.Columns[i].MetaData
		m.DataPageOffset, m.DictionaryPageOffset = 0, min(m.DictionaryPageOffset, 1)
	}
	return g
}

// plainNode is a column without the encoding that a file has it in, which the
// library reads and cannot write.
type plainNode struct{ parquet.Node }

func (plainNode) Encoding() encoding.Encoding { return nil }

func (n plainNode) Fields() []parquet.Field {
	all := n.Node.Fields()
	for i, f := range all {
		all[i] = plainField{plainNode{f}, f}
	}
	return all
}

type plainField struct {
	plainNode
	field parquet.Field
}

func (f plainField) Name() string                           { return f.field.Name() }
func (f plainField) Value(base reflect.Value) reflect.Value { return f.field.Value(base) }

// foreign is the file as the library writes it: with Bloom filters, page
// indexes, and what else we never write.
func foreign(t *testing.T, s *Schema, file []byte, version int) []byte {
	t.Helper()
	var filters []parquet.BloomFilterColumn
	for _, leaf := range s.Leaves() {
		if leaf.Kind != Boolean {
			filters = append(filters, parquet.SplitBlockFilter(10, leaf.Path...))
		}
	}
	f := openFile(t, file)
	var out bytes.Buffer
	w := parquet.NewGenericWriter[any](&out, parquet.NewSchema("other", plainNode{f.Schema()}), parquet.BloomFilters(filters...),
		parquet.DataPageVersion(version), parquet.Compression(&zstdCodec),
		parquet.KeyValueMetadata("hello", "world"), parquet.CreatedBy("other", "1", "2"))
	for _, g := range f.RowGroups() {
		rows := g.Rows()
		if _, err := parquet.CopyRows(w, rows); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(rows.Close(), w.Flush()); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCopyForeign(t *testing.T) {
	a, b := sampleBatch(0, 3000), sampleBatch(3000, 3500)
	groups := [][]*Batch{{a}, {b}}
	own := writeFile(t, a.Schema, Zstd, groups...)
	for version := 1; version <= 2; version++ {
		file := foreign(t, a.Schema, own, version)
		c := openFile(t, file).Metadata().RowGroups[1].Columns[0]
		if c.ColumnIndexOffset == 0 || c.OffsetIndexOffset == 0 || c.MetaData.BloomFilterOffset == 0 {
			t.Fatalf("the library left out what it is used for: %+v", c)
		}
		joined := joinFiles(t, a.Schema, file, own, file)
		checkFile(t, a.Schema, joined, slices.Repeat(groups, 3)...)
		meta := openFile(t, joined).Metadata()
		for _, g := range meta.RowGroups {
			for _, c := range g.Columns {
				m := &c.MetaData
				if c.ColumnIndexOffset != 0 || c.OffsetIndexOffset != 0 || m.BloomFilterOffset != 0 || m.BloomFilterLength != 0 {
					t.Fatalf("column %q points into another file: %+v", m.PathInSchema, c)
				}
			}
		}
		if meta.CreatedBy != createdBy || len(meta.KeyValueMetadata) > 0 {
			t.Fatalf("created by %q, with %v", meta.CreatedBy, meta.KeyValueMetadata)
		}
	}
}

// Chunks may stand in any order, and something else between them.
func TestCopyScattered(t *testing.T) {
	b := sampleBatch(0, 500)
	file := writeFile(t, b.Schema, Zstd, []*Batch{b})
	meta := openFile(t, file).Metadata()
	pages := []byte(magic)
	for i := range slices.Backward(meta.RowGroups[0].Columns) {
		c := &meta.RowGroups[0].Columns[i]
		body := chunkBytes(file, &c.MetaData)
		pages = append(pages, "a Bloom filter"...)
		move(c, int64(len(pages))-chunkStart(&c.MetaData))
		c.MetaData.IndexPageOffset = int64(len(pages) - i%2) // of odd columns it stays behind
		pages = append(pages, body...)
	}
	scattered := withFooter(t, pages, meta)
	joined := joinFiles(t, b.Schema, scattered, scattered)
	checkFile(t, b.Schema, joined, []*Batch{b}, []*Batch{b})
	if bytes.Contains(joined, []byte("a Bloom filter")) {
		t.Fatal("what stood between chunks was copied")
	}
	for i, c := range openFile(t, joined).Metadata().RowGroups[1].Columns {
		want := chunkStart(&c.MetaData) * int64(1-i%2)
		if got := c.MetaData.IndexPageOffset; got != want {
			t.Fatalf("column %d has its index page at %d, want %d", i, got, want)
		}
	}
}

func TestCopyBetweenRowGroups(t *testing.T) {
	a, b, c := sampleBatch(0, 100), sampleBatch(100, 120), sampleBatch(120, 500)
	file := writeFile(t, a.Schema, Zstd, []*Batch{b}, []*Batch{c})
	var out bytes.Buffer
	w := newWriter(t, &out, a.Schema)
	for i := range 2 {
		g, h := w.Begin(), w.Begin()
		if g.ordinal != 4*i {
			t.Fatalf("row group %d after %d others", g.ordinal, 4*i)
		}
		for _, err := range []error{g.Encode([]*Batch{a}), h.Encode([]*Batch{b}), g.Commit(), h.Commit(), copyFile(w, file)} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	closeWhole(t, w, &out)
	checkFile(t, a.Schema, out.Bytes(), slices.Repeat([][]*Batch{{a}, {b}, {b}, {c}}, 2)...)
	if err := copyFile(w, file); !errors.Is(err, errClosed) {
		t.Fatalf("Copy() to a closed writer: %v", err)
	}
}

func BenchmarkCopy(b *testing.B) {
	batch := sampleBatch(0, rowGroupRows)
	file := writeFile(b, batch.Schema, Zstd, slices.Repeat([][]*Batch{{batch}}, 8)...)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		f := newWriter(b, io.Discard, batch.Schema)
		if err := copyFile(f, file); err != nil {
			b.Fatal(err)
		}
		if _, err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
