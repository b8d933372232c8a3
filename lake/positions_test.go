package lake

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

func TestPositionsRanges(t *testing.T) {
	f := func(rows int64, want string, ranges ...[2]int64) {
		t.Helper()
		p := NewPositions("f", rows)
		for _, r := range ranges {
			p.AddRange(r[0], r[1])
		}
		got := ""
		for _, b := range p.Set {
			got += fmt.Sprintf("%08b", b)
		}
		if got != want || p.Count() != int64(bytes.Count([]byte(got), []byte("1"))) {
			t.Fatalf("%v of %d rows: %s, count %d, want %s", ranges, rows, got, p.Count(), want)
		}
	}
	f(0, "")
	f(1, "10000000", [2]int64{0, 1})
	f(9, "0000000000000000", [2]int64{4, 4})
	f(16, "0000000110000000", [2]int64{7, 9})
	f(24, "000111111111111111110000", [2]int64{3, 20})
	f(16, "1111111111111111", [2]int64{0, 8}, [2]int64{8, 16})
}

func TestPositionsAppend(t *testing.T) {
	f := func(want string, sets ...string) {
		t.Helper()
		var rows int64
		for _, set := range sets {
			rows += int64(len(set))
		}
		p, at := NewPositions("all", rows), int64(0)
		for _, set := range sets {
			o := NewPositions("one", int64(len(set)))
			for i, bit := range set {
				if bit == '1' {
					o.AddRange(int64(i), int64(i)+1)
				}
			}
			p.Append(o, at)
			at += int64(len(set))
		}
		got := ""
		for _, b := range p.Set {
			got += fmt.Sprintf("%08b", b)
		}
		if got != want || p.Count() != int64(strings.Count(want, "1")) {
			t.Fatalf("%q: got %s, count %d, want %s", sets, got, p.Count(), want)
		}
	}
	f("")
	f("", "", "")
	f("10100000", "1", "01")
	f("1111111111111111", "1111111111111111")
	f("0000000110000000", "0000000", "11", "0000000")
	f("1000000010000000", "10000000", "1")
	f("0111111111111111"+"11000000", "0", "1111111111111111", "1")
	f("0000000001010101"+"01000000", "000", "000000101010101")
}

func TestDeleteFile(t *testing.T) {
	fsys := newMemFS()
	l, err := Open(fsys, testOptions("default", 0))
	if err != nil {
		t.Fatal(err)
	}
	const rows = deletesGroup + 100
	b := NewPositions("t/b.parquet", rows)
	b.AddRange(0, rows)
	a := NewPositions("t/a.parquet", 10)
	a.AddRange(3, 4)
	a.AddRange(9, 10)
	f, err := l.WriteDeletes("t", []Positions{b, NewPositions("t/none.parquet", 8), a})
	if err != nil {
		t.Fatal(err)
	}
	data, err := ReadFile(fsys, f.Path)
	if err != nil {
		t.Fatal(err)
	}
	if f.Rows != rows+2 || f.Bytes != int64(len(data)) || f.SHA256 != digest(data) {
		t.Fatalf("described as %+v", f)
	}
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range file.Schema().Fields() {
		if !field.Required() {
			t.Errorf("%s is not required", field.Name())
		}
	}
	type position struct {
		Path string `parquet:"file_path"`
		Pos  int64  `parquet:"pos"`
	}
	got, err := parquet.Read[position](bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	want := []position{{"t/a.parquet", 3}, {"t/a.parquet", 9}}
	for i := range int64(rows) {
		want = append(want, position{"t/b.parquet", i})
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d positions, want %d; first %v", len(got), len(want), got[:3])
	}
}
