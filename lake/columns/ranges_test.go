package columns

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

// rangesOf writes batches as the row groups of a file and returns its ranges,
// as the writer tracked them.
func rangesOf(t *testing.T, s *Schema, ids []int32, groups ...*Batch) ([]Range, []byte) {
	t.Helper()
	var out bytes.Buffer
	f, err := NewFileWriter(&out, s, Zstd)
	if err != nil {
		t.Fatal(err)
	}
	f.Track(ids)
	for _, b := range groups {
		g := f.Begin()
		if err := g.Encode([]*Batch{b}); err != nil {
			t.Fatal(err)
		}
		if err := g.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return f.Ranges(), out.Bytes()
}

func TestRanges(t *testing.T) {
	col := func(kind Kind) Column { return Column{ID: 7, Name: "k", Property: "k", Kind: kind} }
	f := func(c Column, fill func(v *Vector, group int), wantMin, wantMax string, nulls int64) {
		t.Helper()
		s := &Schema{Columns: []Column{{ID: 1, Name: "a", Property: "a", Kind: String}, c}}
		groups := make([]*Batch, 2)
		for i := range groups {
			b := NewBatch(s)
			fill(&b.Vectors[1], i)
			b.Rows = len(b.Vectors[1].Def)
			for range b.Rows {
				b.Vectors[0].Bytes([]byte("x"), 0)
			}
			groups[i] = b
		}
		got, file := rangesOf(t, s, []int32{7}, groups...)
		read, err := FileRanges(bytes.NewReader(file), int64(len(file)), s, []int32{7})
		if err != nil {
			t.Fatal(err)
		}
		for _, rs := range [][]Range{got, read} {
			if len(rs) != 1 || rs[0].ID != 7 || rs[0].Nulls != nulls {
				t.Fatalf("%s: ranges %v, want one of column 7 with %d nulls", c.Kind, rs, nulls)
			}
		}
		for _, r := range []Range{got[0], read[0]} {
			if r.Min == nil {
				if wantMin != "" && !strings.HasPrefix(wantMin, "long") {
					t.Fatalf("%s: no bounds, want %q", c.Kind, wantMin)
				}
				continue
			}
			if *r.Min != strings.TrimPrefix(wantMin, "long ") || *r.Max != wantMax {
				t.Fatalf("%s: %q to %q, want %q to %q", c.Kind, *r.Min, *r.Max, wantMin, wantMax)
			}
		}
	}
	ints := func(x ...int64) func(*Vector, int) {
		return func(v *Vector, group int) { v.Int(x[2*group], 0); v.Int(x[2*group+1], 0) }
	}
	f(col(Int64), ints(5, math.MinInt64, 9, math.MaxInt64), "-9223372036854775808", "9223372036854775807", 0)
	f(col(Timestamp), ints(-1, 5, 0, 3), "-1", "5", 0)
	f(col(Date), ints(-719162, 5, 0, 3), "-719162", "5", 0)
	f(col(Time), ints(1, 2, 0, 86399999999), "0", "86399999999", 0)
	f(Column{ID: 7, Name: "k", Property: "k", Kind: Decimal, Precision: 5, Scale: 2}, ints(-12345, 1, 2, 99999), "-123.45", "999.99", 0)
	f(Column{ID: 7, Name: "k", Property: "k", Kind: Decimal, Precision: 18, Scale: 0}, ints(-12345, 1, 2, 99999), "-12345", "99999", 0)
	f(Column{ID: 7, Name: "k", Property: "k", Kind: Decimal, Precision: 38, Scale: 3}, func(v *Vector, group int) {
		v.Decimal(-1, math.MaxUint64, 0) // -1
		v.Decimal(int64(group), 1, 0)    // 2^64 + 1, in the second
	}, "-0.001", "18446744073709551.617", 0)
	f(col(Double), func(v *Vector, group int) { v.Float(0.5, 0); v.Float(-1e300*float64(group), 0) }, "-1e+300", "0.5", 0)
	f(col(UUID), func(v *Vector, group int) { v.Bytes(bytes.Repeat([]byte{byte(group) + 0xf0}, 16), 0) },
		strings.Repeat("f0", 16), strings.Repeat("f1", 16), 0)
	f(col(String), func(v *Vector, group int) { v.Bytes([]byte{byte('b' + group)}, 0); v.Null(0, 0) }, "b", "c", 2)
	f(col(String), func(v *Vector, _ int) { v.Null(0, 0) }, "", "", 2)
	long := strings.Repeat("é", 400) // 800 bytes: no bound of a footer
	f(col(String), func(v *Vector, _ int) { v.Bytes([]byte(long), 0) },
		"long "+strings.Repeat("é", 32), strings.Repeat("é", 31)+"ê", 0)
	f(col(String), func(v *Vector, _ int) { v.Bytes([]byte(strings.Repeat("\U0010ffff", 20)), 0) }, "", "", 0)
}

func TestAbove(t *testing.T) {
	f := func(x string, n int, want string) {
		t.Helper()
		got := above([]byte(x), n)
		if string(got) != want || len(got) > n {
			t.Fatalf("above(%q, %d) = %q, want %q", x, n, got, want)
		}
		if got != nil && string(got) < x {
			t.Fatalf("above(%q, %d) = %q, which is less", x, n, got)
		}
		if low := below([]byte(x), n); string(low) > x || len(low) > n {
			t.Fatalf("below(%q, %d) = %q", x, n, low)
		}
	}
	f("abc", 3, "abc")
	f("abcd", 3, "abd")
	f("ab\x7fd", 3, "ac") // the next character, U+0080, takes a byte more
	f("a\ud7ffb", 4, "a\ue000")
	f("\U0010ffff\U0010ffff", 4, "")
	f("a\U0010ffff\U0010ffff", 5, "b")
	f("éé", 3, "ê")
}

func TestRangesMeet(t *testing.T) {
	text := func(s string) *string { return &s }
	c := func(kind Kind) *Column { return &Column{ID: 1, Kind: kind, Precision: 20} }
	f := func(a *Column, aMin, aMax string, aNulls int64, b *Column, bMin, bMax string, bNulls int64, want bool) {
		t.Helper()
		x, y := Range{ID: 1, Min: text(aMin), Max: text(aMax), Nulls: aNulls}, Range{ID: 1, Min: text(bMin), Max: text(bMax), Nulls: bNulls}
		if got := x.Meets(a, &y, b); got != want {
			t.Fatalf("%s–%s meets %s–%s: %v, want %v", aMin, aMax, bMin, bMax, got, want)
		}
		if got := y.Meets(b, &x, a); got != want {
			t.Fatalf("%s–%s meets %s–%s: %v, want %v", bMin, bMax, aMin, aMax, got, want)
		}
	}
	f(c(Int64), "1", "9", 0, c(Int64), "10", "20", 0, false)
	f(c(Int64), "1", "10", 0, c(Int64), "10", "20", 0, true)
	f(c(Int64), "1", "9", 1, c(Int64), "10", "20", 1, true)
	f(c(Int64), "1", "9", 1, c(Int64), "10", "20", 0, false)
	f(c(Int64), "-5", "-1", 0, c(Decimal), "-0.5", "3", 0, false)
	f(c(Int64), "9", "9", 0, c(Decimal), "10.00", "10.00", 0, false)
	f(c(Int64), "9", "9", 0, c(String), "10", "10", 0, true) // not comparable: perhaps
	f(c(Double), "-0", "0", 0, c(Double), "0", "0", 0, true)
	f(c(Double), "1e-300", "2", 0, c(Double), "2.5", "1e300", 0, false)
	f(c(String), "a", "b", 0, c(String), "ba", "c", 0, false)
	f(c(String), "a", "b", 0, c(String), "B", "Z", 0, false)
	f(c(Timestamp), "-10", "-9", 0, c(Timestamp), "-8", "100", 0, false)
	unknown := Range{ID: 1}
	if known := (Range{ID: 1, Min: text("1"), Max: text("2")}); !unknown.Meets(c(Int64), &known, c(Int64)) {
		t.Fatal("a range that is not known meets any")
	}
	j := Range{ID: 1, Min: text("-5"), Max: text("7"), Nulls: 1}.Join(c(Int64), Range{ID: 1, Min: text("-10"), Max: text("3"), Nulls: 2})
	if *j.Min != "-10" || *j.Max != "7" || j.Nulls != 3 {
		t.Fatalf("joined: %s to %s, %d nulls", *j.Min, *j.Max, j.Nulls)
	}
}
