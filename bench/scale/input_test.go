package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
)

func TestShuffle(t *testing.T) {
	f := func(n int, seed uint64) {
		t.Helper()
		s := newShuffle(n, seed)
		var got []int
		for i := range n {
			got = append(got, s.at(i))
		}
		if n > 100 && slices.IsSorted(got) {
			t.Errorf("%d numbers by seed %d are in order", n, seed)
		}
		slices.Sort(got)
		for i, x := range got {
			if x != i {
				t.Fatalf("%d numbers by seed %d: %d is missing", n, seed, i)
			}
		}
	}
	f(1, 0)
	f(2, 1)
	f(3, 1)
	f(4096, 2)
	f(4097, 3)
	f(100_000, 1<<63)
}

func TestInputKeys(t *testing.T) {
	f := func(records int, key func(int) int, least, most, different int) {
		t.Helper()
		var lines bytes.Buffer
		if err := (input{records, 7, key}).write(&lines); err != nil {
			t.Fatal(err)
		}
		seen := map[int]bool{}
		n := 0
		for line := range bytes.Lines(lines.Bytes()) {
			var m struct {
				Type   string
				Record struct{ ID int }
			}
			if err := json.Unmarshal(line, &m); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			if m.Type != "RECORD" {
				continue
			}
			n++
			seen[m.Record.ID] = true
			if m.Record.ID < least || m.Record.ID > most {
				t.Errorf("key %d, want %d to %d", m.Record.ID, least, most)
			}
		}
		if n != records || len(seen) != different {
			t.Errorf("%d records of %d keys, want %d of %d", n, len(seen), records, different)
		}
	}
	f(500, inOrder, 1, 500, 500)
	f(500, anywhere(10_000, 1), 1, 10_000, 500)
	f(500, inOnePercent(10_000, 1), 5001, 5100, 100)
}
