package columns

import (
	"math"
	"testing"
)

func TestRises(t *testing.T) {
	f := func(c Column, want bool, fill func(v *Vector), more ...func(v *Vector)) {
		t.Helper()
		c.ID, c.Name, c.Property = 1, "k", "k"
		s := &Schema{Columns: []Column{c}}
		var groups []*Batch
		for _, put := range append([]func(v *Vector){fill}, more...) {
			b := NewBatch(s)
			put(&b.Vectors[0])
			b.Rows = len(b.Vectors[0].Def)
			groups = append(groups, b)
		}
		writer := func(groups ...[]*Batch) bool {
			w, err := NewFileWriter(discard{}, s, None)
			if err != nil {
				t.Fatal(err)
			}
			w.Track([]int32{1})
			for _, segments := range groups {
				g := w.Begin()
				if err := g.Encode(segments); err != nil {
					t.Fatal(err)
				}
				if err := g.Commit(); err != nil {
					t.Fatal(err)
				}
			}
			return w.Rises()
		}
		if got := writer(groups); got != want {
			t.Fatalf("one row group of %d segments: %v, want %v", len(groups), got, want)
		}
		var each [][]*Batch
		for _, b := range groups {
			each = append(each, []*Batch{b})
		}
		if got := writer(each...); got != want {
			t.Fatalf("%d row groups: %v, want %v", len(groups), got, want)
		}
	}
	ints := func(xs ...int64) func(*Vector) {
		return func(v *Vector) {
			for _, x := range xs {
				v.Int(x, 0)
			}
		}
	}
	texts := func(xs ...string) func(*Vector) {
		return func(v *Vector) {
			for _, x := range xs {
				v.Bytes([]byte(x), 0)
			}
		}
	}
	num := Column{Kind: Int64}
	f(num, true, ints(math.MinInt64, -1, 0, math.MaxInt64))
	f(num, false, ints(1, 1))
	f(num, false, ints(2, 1))
	f(num, true, ints(1, 2), ints(3))
	f(num, false, ints(1, 3), ints(3))
	f(num, false, ints(1, 3), ints(2))
	f(num, true, ints(), ints(1), ints(), ints(2))
	f(num, false, ints(1), func(v *Vector) { v.Null(0, 0) })
	f(Column{Kind: Double}, false, func(v *Vector) { v.Float(math.Copysign(0, -1), 0); v.Float(0, 0) })
	f(Column{Kind: Double}, true, func(v *Vector) { v.Float(-0.5, 0) }, func(v *Vector) { v.Float(0.5, 0) })
	f(Column{Kind: String}, true, texts("", "a", "aa"), texts("b"))
	f(Column{Kind: String}, false, texts("a", "B"))
	f(Column{Kind: Decimal, Precision: 38}, true, func(v *Vector) { v.Decimal(-1, 5, 0); v.Decimal(0, 1, 0) }, func(v *Vector) { v.Decimal(1, 0, 0) })
	f(Column{Kind: Decimal, Precision: 38}, false, func(v *Vector) { v.Decimal(0, 5, 0); v.Decimal(-1, 1, 0) })
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
