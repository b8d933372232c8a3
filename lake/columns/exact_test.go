package columns

import (
	"bytes"
	"slices"
	"testing"
)

// TestBeyondDouble asks batches, and the files written of them, for integers
// that a double might round.
func TestBeyondDouble(t *testing.T) {
	e := &Evolver{NextID: 1}
	s := evolve(t, e, nil, "a int64, at timestamp, l list(int64)")
	f := func(want bool, values ...int64) {
		t.Helper()
		b := NewBatch(s)
		for _, x := range values {
			b.Vectors[0].Null(0, 0)
			b.Vectors[1].Int(1<<60, 0) // microseconds are never doubles
			b.Vectors[2].Int(x, 0)
			b.Vectors[3].Null(0, 0)
			b.Rows++
		}
		var ids []int32
		if want {
			ids = []int32{4} // the element's
		}
		if got := b.BeyondDouble(); !slices.Equal(got, ids) {
			t.Fatalf("%d: batch says %v, want %v", values, got, ids)
		}
		var out bytes.Buffer
		w, err := NewFileWriter(&out, s, Zstd)
		if err != nil {
			t.Fatal(err)
		}
		for _, rows := range []*Batch{b, NewBatch(s)} {
			g := w.Begin()
			if err := g.Encode([]*Batch{rows}); err != nil {
				t.Fatal(err)
			}
			if err := g.Commit(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := FileBeyondDouble(bytes.NewReader(out.Bytes()), int64(out.Len()))
		if err != nil {
			t.Fatal(err)
		}
		got = slices.DeleteFunc(got, func(id int32) bool { return id == 2 }) // the timestamps
		if !slices.Equal(got, ids) {
			t.Fatalf("%d: file says %v, want %v", values, got, ids)
		}
	}
	f(false)
	f(false, 0)
	f(false, 1<<53, -1<<53)
	f(true, 1<<53+1)
	f(true, 5, -1<<53-1, 7)
	f(true, -1<<63)

	if _, err := FileBeyondDouble(bytes.NewReader([]byte("PAR1")), 4); err == nil {
		t.Fatal("four bytes were taken for a file")
	}
}
