package columns

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestRoom makes room for rows like others, and appends these and more than fit: no
// vector may write into the next one's.
func TestRoom(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 8))
	made := 0
	for range 200 {
		s := randomSchema(r)
		rows := make([][]any, 1+r.IntN(60))
		for i := range rows {
			rows[i] = randomRow(r, s.Columns)
		}
		want := batchOf(s, rows)
		var room Room
		got := want.Like()
		room.Make(got, 1, 1) // of nothing known
		sameBatch(t, got, NewBatch(s))
		room.Note(want)
		room.Make(got, 1+r.IntN(2*len(rows)), 1+r.IntN(4000))
		for i := range got.Vectors {
			made += cap(got.Vectors[i].Def)
		}
		for _, row := range rows {
			shred(got, row)
		}
		sameBatch(t, got, want)
	}
	if made == 0 {
		t.Error("no room was made")
	}
}

// TestRoomIsEnough appends as much as was foreseen, for which nothing is asked again.
func TestRoomIsEnough(t *testing.T) {
	want := sampleBatch(0, 500)
	var room Room
	room.Note(want)
	got := want.Like()
	room.Make(got, want.Rows, 1<<20)
	before := caps(got)
	if got.AppendRows(want, 0, want.Rows); !slices.Equal(caps(got), before) {
		t.Errorf("room for %v, and it grew to %v", before, caps(got))
	}
	giant := NewBatch(want.Schema)
	room.Make(giant, 1, 100)
	for i := range giant.Vectors {
		if n := cap(giant.Vectors[i].Data); n > 100 {
			t.Errorf("room for %d bytes of a row of 100", n)
		}
	}
}

// caps is the room in a batch's vectors.
func caps(b *Batch) (out []int) {
	for i := range b.Vectors {
		v := &b.Vectors[i]
		out = append(out, cap(v.Def), cap(v.Rep), cap(v.Starts), cap(v.Ints), cap(v.Floats), cap(v.Bools), cap(v.Data), cap(v.Ends))
	}
	return out
}
