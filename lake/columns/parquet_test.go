package columns

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// writeFile writes row groups of segments, encoded at once and committed in order.
func writeFile(t testing.TB, s *Schema, c Codec, groups ...[]*Batch) []byte {
	t.Helper()
	var out bytes.Buffer
	f, err := NewFileWriter(&out, s, c)
	if err != nil {
		t.Fatal(err)
	}
	begun := make([]*RowGroup, len(groups))
	var wg sync.WaitGroup
	want := int64(0)
	for i, segments := range groups {
		begun[i] = f.Begin()
		wg.Go(func() {
			if err := begun[i].Encode(segments); err != nil {
				t.Error(err)
			}
		})
		for _, b := range segments {
			want += int64(b.Rows)
		}
	}
	wg.Wait()
	for _, g := range begun {
		if err := g.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := f.Close()
	if err != nil || rows != want {
		t.Fatalf("Close() = %d, %v, want %d rows", rows, err, want)
	}
	rows, err = ReadFooter(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil || rows != want {
		t.Fatalf("ReadFooter() = %d, %v, want %d rows", rows, err, want)
	}
	return out.Bytes()
}

func openFile(t testing.TB, file []byte) *parquet.File {
	t.Helper()
	f, err := parquet.OpenFile(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// readVectors reads a row group back, by the library's own reader.
func readVectors(t testing.TB, s *Schema, g parquet.RowGroup) []Vector {
	t.Helper()
	leaves := s.Leaves()
	out := make([]Vector, len(leaves))
	for i, chunk := range g.ColumnChunks() {
		out[i].Leaf = leaves[i]
		pages := chunk.Pages()
		for {
			page, err := pages.ReadPage()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("column %q: %v", leaves[i].Path, err)
			}
			readPage(t, &out[i], page)
		}
		if err := pages.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func readPage(t testing.TB, v *Vector, page parquet.Page) {
	t.Helper()
	values := make([]parquet.Value, page.NumValues())
	if n, err := page.Values().ReadValues(values); n < len(values) {
		t.Fatalf("column %q: read %d of %d values: %v", v.Path, n, len(values), err)
	}
	for _, x := range values {
		appendValue(v, x)
	}
}

func appendValue(v *Vector, x parquet.Value) {
	def, rep := byte(x.DefinitionLevel()), byte(x.RepetitionLevel())
	switch {
	case def < v.MaxDef:
		v.Null(def, rep)
	case v.Kind == Boolean:
		v.Bool(x.Boolean(), rep)
	case v.Kind == Double:
		v.Float(x.Double(), rep)
	case x.Kind() == parquet.Int32:
		v.Int(int64(x.Int32()), rep)
	case x.Kind() == parquet.ByteArray || x.Kind() == parquet.FixedLenByteArray:
		v.Bytes(x.ByteArray(), rep)
	default:
		v.Int(x.Int64(), rep)
	}
}

// checkFile compares the file with the segments it was made of.
func checkFile(t testing.TB, s *Schema, file []byte, groups ...[]*Batch) {
	t.Helper()
	f := openFile(t, file)
	got := f.RowGroups()
	groups = slices.DeleteFunc(slices.Clone(groups), func(segments []*Batch) bool {
		return !slices.ContainsFunc(segments, func(b *Batch) bool { return b.Rows > 0 })
	})
	if len(got) != len(groups) {
		t.Fatalf("%d row groups, want %d", len(got), len(groups))
	}
	for i, segments := range groups {
		want := NewBatch(segments[0].Schema)
		for _, b := range segments {
			want.AppendRows(b, 0, b.Rows)
		}
		if n := got[i].NumRows(); n != int64(want.Rows) {
			t.Fatalf("row group %d holds %d rows, want %d", i, n, want.Rows)
		}
		for j, v := range readVectors(t, s, got[i]) {
			if v.ID == ExtraID {
				j = len(want.Vectors) - 1
			}
			if !sameVector(&v, &want.Vectors[j]) {
				t.Fatalf("row group %d, column %q differs", i, v.Path)
			}
		}
	}
}

func TestRandomFilesRoundTrip(t *testing.T) {
	f := func(seed uint64) {
		t.Helper()
		r := rand.New(rand.NewPCG(seed, 2))
		s := randomSchema(r)
		groups := make([][]*Batch, r.IntN(4))
		for i := range groups {
			for range r.IntN(4) {
				rows := make([][]any, r.IntN(80))
				for j := range rows {
					rows[j] = randomRow(r, s.Columns)
				}
				groups[i] = append(groups[i], batchOf(s, rows))
			}
		}
		file := writeFile(t, s, readableCodecs[r.IntN(len(readableCodecs))], groups...)
		checkFile(t, s, file, groups...)
	}
	for seed := range uint64(200) {
		f(seed)
	}
}

func TestNestedRoundTrip(t *testing.T) {
	s := &Schema{Columns: []Column{
		{ID: 1, Name: "orders", Property: "orders", Kind: List, Fields: []Column{
			{ID: 2, Name: ListElement, Property: ListElement, Kind: Struct, Fields: []Column{
				{ID: 3, Name: "z", Property: "z", Kind: Int64},
				{ID: 4, Name: "a", Property: "a", Kind: List, Fields: []Column{
					{ID: 5, Name: ListElement, Property: ListElement, Kind: String},
				}},
			}},
		}},
	}}
	b := batchOf(s, [][]any{
		{nil},
		{items{}},
		{items{nil}},
		{items{fields{nil, nil}}},
		{items{fields{int64(1), items{}}, nil, fields{int64(2), items{nil, []byte(""), []byte("x")}}}},
		{items{fields{nil, items{[]byte("y")}}}},
	})
	for _, c := range readableCodecs {
		groups := [][]*Batch{{b}, {b, b}}
		checkFile(t, s, writeFile(t, s, c, groups...), groups...)
	}
}

// Pages end within columns, dictionaries overflow, values are larger than pages.
func TestManyPagesRoundTrip(t *testing.T) {
	s := &Schema{Columns: []Column{
		{ID: 1, Name: "i", Property: "i", Kind: Int64},
		{ID: 2, Name: "overflow", Property: "overflow", Kind: String},
		{ID: 3, Name: "noise", Property: "noise", Kind: String},
		{ID: 4, Name: "big", Property: "big", Kind: JSON},
		{ID: 5, Name: "list", Property: "list", Kind: List, Fields: []Column{
			{ID: 6, Name: ListElement, Property: ListElement, Kind: Double},
		}},
		{ID: 7, Name: "late", Property: "late", Kind: String},
		{ID: 8, Name: "uuid", Property: "uuid", Kind: UUID},
	}}
	r := rand.New(rand.NewPCG(1, 3))
	b := NewBatch(s)
	for i := range 150_000 {
		row := []any{int64(r.Uint64()), []byte("same"), fmt.Appendf(nil, "%x", r.Uint64()), nil, items{}, nil, []byte("0123456789abcdef")}
		if i > 2000 {
			row[1] = fmt.Appendf(nil, "value number %d", i)
		}
		if i%50_000 == 9 {
			row[3] = bytes.Repeat([]byte(`{"a":1}`), 300_000)
			row[4] = slices.Repeat(items{1.5, nil}, 100_000)
		}
		if i > 140_000 {
			row[5] = fmt.Appendf(nil, "late %d", i%3)
		}
		shred(b, row)
	}
	for _, c := range readableCodecs {
		file := writeFile(t, s, c, []*Batch{b})
		checkFile(t, s, file, []*Batch{b})
		encodings := func(column int) []format.Encoding {
			return openFile(t, file).Metadata().RowGroups[0].Columns[column].MetaData.Encoding
		}
		if got := encodings(1); !slices.Contains(got, format.RLEDictionary) || !slices.Contains(got, format.DeltaLengthByteArray) {
			t.Fatalf("the dictionary did not overflow: %v", got)
		}
		if got := encodings(5); !slices.Contains(got, format.RLEDictionary) {
			t.Fatalf("no dictionary after a page of nulls: %v", got)
		}
	}
}

// Encoding must not keep hold of segments, nor of what a pool lends it.
func TestSegmentsAreRecycled(t *testing.T) {
	s := sampleSchema()
	var out bytes.Buffer
	f, err := NewFileWriter(&out, s, Zstd)
	if err != nil {
		t.Fatal(err)
	}
	var groups [][]*Batch
	var begun []*RowGroup
	for i := range 4 {
		b := sampleBatch(1000*i, 1000*i+1000)
		kept := NewBatch(s)
		kept.AppendRows(b, 0, b.Rows)
		groups = append(groups, []*Batch{kept})
		begun = append(begun, f.Begin())
		if err := begun[i].Encode([]*Batch{b}); err != nil {
			t.Fatal(err)
		}
		b.Reset()
		b.AppendRows(sampleBatch(1_000_000, 1_001_000), 0, 1000)
	}
	for _, g := range begun {
		if err := g.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.Close(); err != nil {
		t.Fatal(err)
	}
	checkFile(t, s, out.Bytes(), groups...)
}

func TestExtraIsWrittenOnlyWhereDeclared(t *testing.T) {
	s := &Schema{Columns: []Column{{ID: 1, Name: "id", Property: "id", Kind: Int64}}}
	b := NewBatch(s)
	b.Vectors[0].Int(1, 0)
	b.Extra().Bytes([]byte(`{"x":1}`), 0)
	b.Rows++
	f := func(s *Schema, want string) {
		t.Helper()
		var names []string
		for _, column := range openFile(t, writeFile(t, s, Zstd, []*Batch{b})).Root().Columns() {
			names = append(names, column.Name())
		}
		if got := strings.Join(names, " "); got != want {
			t.Fatalf("columns %q, want %q", got, want)
		}
	}
	f(s, "id")
	f(s.WithExtra(), "id _extra")
}

func TestSchemaOfFile(t *testing.T) {
	s := &Schema{}
	for i, k := range leafKinds {
		name := fmt.Sprintf("%c_%s", 'z'-i, k)
		c := Column{ID: int32(i + 1), Name: name, Property: name, Kind: k}
		if k == Decimal {
			c.Precision, c.Scale = 38, 10
		}
		s.Columns = append(s.Columns, c)
	}
	for i, p := range []int{1, 9, 10, 18, 19} {
		name := fmt.Sprintf("p%d", p)
		s.Columns = append(s.Columns, Column{ID: int32(30 + i), Name: name, Property: name, Kind: Decimal, Precision: p, Scale: i})
	}
	s.Columns = append(s.Columns, Column{ID: 20, Name: "A", Property: "A", Kind: List, Fields: []Column{
		{ID: 21, Name: ListElement, Property: ListElement, Kind: Struct, Fields: []Column{
			{ID: 23, Name: "y", Property: "y", Kind: Int64},
			{ID: 22, Name: "b", Property: "b", Kind: Int64},
		}},
	}})
	meta := openFile(t, writeFile(t, s, Zstd)).Metadata()
	if meta.CreatedBy != "target-filelake" {
		t.Fatalf("created by %q", meta.CreatedBy)
	}
	var got []string
	for _, e := range meta.Schema[1:] {
		got = append(got, fmt.Sprintf("%d %s %s %s", e.FieldID, e.Name, e.RepetitionType.V.String(), typeName(&e)))
	}
	want := []string{
		"1 z_boolean OPTIONAL BOOLEAN",
		"2 y_int64 OPTIONAL INT64",
		"3 x_double OPTIONAL DOUBLE",
		"4 w_decimal OPTIONAL FIXED_LEN_BYTE_ARRAY DECIMAL(38,10)",
		"5 v_string OPTIONAL BYTE_ARRAY STRING",
		"6 u_json OPTIONAL BYTE_ARRAY STRING",
		"7 t_uuid OPTIONAL FIXED_LEN_BYTE_ARRAY UUID",
		"8 s_date OPTIONAL INT32 DATE",
		"9 r_time OPTIONAL INT64 TIME(isAdjustedToUTC=false,unit=MICROS)",
		"10 q_timestamp OPTIONAL INT64 TIMESTAMP(isAdjustedToUTC=true,unit=MICROS)",
		"30 p1 OPTIONAL INT32 DECIMAL(1,0)",
		"31 p9 OPTIONAL INT32 DECIMAL(9,1)",
		"32 p10 OPTIONAL INT64 DECIMAL(10,2)",
		"33 p18 OPTIONAL INT64 DECIMAL(18,3)",
		"34 p19 OPTIONAL FIXED_LEN_BYTE_ARRAY DECIMAL(19,4)",
		"20 A OPTIONAL group LIST",
		"0 list REPEATED group",
		"21 element OPTIONAL group",
		"23 y OPTIONAL INT64",
		"22 b OPTIONAL INT64",
	}
	if !slices.Equal(got, want) {
		t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func typeName(e *format.SchemaElement) string {
	name := "group"
	if e.Type.Valid {
		name = e.Type.V.String()
	}
	return strings.TrimSpace(name + " " + e.LogicalType.String())
}

func TestStatistics(t *testing.T) {
	f := func(k Kind, lo, hi any, nulls int64, values ...any) {
		t.Helper()
		s := &Schema{Columns: []Column{{ID: 1, Name: "x", Property: "x", Kind: k}}}
		rows := make([][]any, len(values))
		for i := range values {
			rows[i] = []any{values[i]}
		}
		file := openFile(t, writeFile(t, s, Zstd, []*Batch{batchOf(s, rows)}))
		chunk := file.RowGroups()[0].ColumnChunks()[0].(*parquet.FileColumnChunk)
		if got := chunk.NullCount(); got != nulls {
			t.Fatalf("%d nulls, want %d", got, nulls)
		}
		gotLo, gotHi, ok := chunk.Bounds()
		if !ok && lo == nil {
			return
		}
		if !ok || fmt.Sprintf("%v %v", gotLo, gotHi) != fmt.Sprintf("%v %v", lo, hi) {
			t.Fatalf("bounds %v %v %v, want %v %v", gotLo, gotHi, ok, lo, hi)
		}
	}
	f(Int64, -5, 7, 1, int64(3), nil, int64(-5), int64(7))
	f(Int64, math.MinInt64, math.MaxInt64, 0, int64(math.MaxInt64), int64(math.MinInt64))
	f(Int64, nil, nil, 2, nil, nil)
	f(Date, -3, 20000, 0, int64(20000), int64(-3))
	f(Timestamp, -1, 1, 0, int64(1), int64(-1))
	f(Boolean, true, true, 1, true, nil)
	f(Boolean, false, true, 0, true, false)
	f(Double, -1.5, 2.5, 0, 2.5, -1.5)
	f(Double, "-0", "0", 0, 0.0, 0.0)
	f(Double, nil, nil, 0, 1.0, math.NaN())
	f(String, "", "b", 1, []byte("b"), nil, []byte(""))
	f(String, "ab", "ä", 0, []byte("b"), []byte("ä"), []byte("ab"))
	f(String, nil, nil, 0, bytes.Repeat([]byte("x"), maxBound+1), []byte("a"))
	repeated := slices.Repeat([]any{[]byte("b"), []byte("c"), []byte("a")}, 1000)
	f(String, "a", "c", 0, repeated...)
}
