package columns

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

var allCodecs = []Codec{Zstd, Snappy, LZ4, Gzip, None}

// The library's reader loses an LZ4_RAW page that shrank to more than a third
// (Column.decompress ignores a buffer that Decode has replaced), so LZ4 is held
// to the others page by page, in TestCodecsHoldTheSamePages.
var readableCodecs = []Codec{Zstd, Snappy, Gzip, None}

// pagesOf decompresses the pages of a chunk.
func pagesOf(t *testing.T, file []byte, m *format.ColumnMetaData, c Codec) (pages [][]byte) {
	t.Helper()
	eachPage(t, file, m, func(h format.PageHeader, body []byte) {
		page, err := c.library().Decode(nil, body)
		if err != nil || len(page) != int(h.UncompressedPageSize) {
			t.Fatalf("%s: page of %d bytes, want %d: %v", c, len(page), h.UncompressedPageSize, err)
		}
		pages = append(pages, page)
	})
	return pages
}

func headersOf(t *testing.T, file []byte, m *format.ColumnMetaData) (headers []format.PageHeader) {
	t.Helper()
	eachPage(t, file, m, func(h format.PageHeader, _ []byte) { headers = append(headers, h) })
	return headers
}

// eachPage walks the pages of a chunk, the dictionary's first.
func eachPage(t *testing.T, file []byte, m *format.ColumnMetaData, f func(h format.PageHeader, body []byte)) {
	t.Helper()
	at := m.DataPageOffset
	if m.DictionaryPageOffset > 0 {
		at = m.DictionaryPageOffset
	}
	chunk := file[at : at+m.TotalCompressedSize]
	for len(chunk) > 0 {
		var h format.PageHeader
		r := bytes.NewReader(chunk)
		if err := thrift.NewDecoder(new(thrift.CompactProtocol).NewReader(r)).Decode(&h); err != nil {
			t.Fatal(err)
		}
		body := chunk[len(chunk)-r.Len():]
		f(h, body[:h.CompressedPageSize])
		chunk = body[h.CompressedPageSize:]
	}
}

func TestCodecsHoldTheSamePages(t *testing.T) {
	b := sampleBatch(0, 20_000)
	plain := writeFile(t, b.Schema, None, []*Batch{b})
	want := openFile(t, plain).Metadata().RowGroups[0].Columns
	for _, c := range allCodecs {
		file := writeFile(t, b.Schema, c, []*Batch{b})
		for i, got := range openFile(t, file).Metadata().RowGroups[0].Columns {
			x := pagesOf(t, file, &got.MetaData, c)
			y := pagesOf(t, plain, &want[i].MetaData, None)
			if !slices.EqualFunc(x, y, bytes.Equal) {
				t.Fatalf("%s: column %q differs from the uncompressed one", c, got.MetaData.PathInSchema)
			}
		}
	}
}

func TestParseCodec(t *testing.T) {
	for _, c := range allCodecs {
		if got, err := ParseCodec(string(c)); got != c || err != nil {
			t.Fatalf("ParseCodec(%q) = %q, %v", c, got, err)
		}
	}
	for _, name := range []string{"", "ZSTD", "brotli"} {
		_, err := ParseCodec(name)
		if err == nil || !strings.Contains(err.Error(), "want zstd, snappy, lz4, gzip or none") {
			t.Fatalf("ParseCodec(%q): %v", name, err)
		}
		if _, err := NewFileWriter(io.Discard, sampleSchema(), Codec(name)); err == nil {
			t.Fatalf("NewFileWriter took the codec %q", name)
		}
	}
}
