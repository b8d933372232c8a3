package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// message is any of the tap's.
type message struct {
	Type, Stream string
	Record       map[string]json.RawMessage
	Version      int
}

// TestTotals applies the tap's messages one by one, and compares what is left with
// what the tap says that a query says.
func TestTotals(t *testing.T) {
	tap, values := newTap(3, 400), map[string]int{}
	full, gen := 0, 0
	for n := 1; n <= 2*generation+1; n++ {
		pending := 0
		for line := range strings.Lines(tap.block(n)) {
			var m message
			if err := json.Unmarshal([]byte(line), &m); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			switch {
			case m.Type == "RECORD" && m.Stream == "t":
				var v int
				if err := json.Unmarshal(m.Record["v"], &v); err != nil {
					t.Fatal(err)
				}
				values[string(m.Record["id"])] = v
			case m.Type == "RECORD":
				pending++
			case m.Type == "ACTIVATE_VERSION":
				full, gen = pending, m.Version
			}
		}
		sum := 0
		for _, v := range values {
			sum += v
		}
		answer := fmt.Sprintf("%d,%d,%d,%d,%d,%d", len(values), sum, n, full, gen, gen)
		if got, err := tap.state(answer); err != nil || got != n {
			t.Fatalf("STATE %d: %d, %v", n, got, err)
		}
	}
}

// TestFaultsAreFound gives a reader's lines that are torn, late, and right.
func TestFaultsAreFound(t *testing.T) {
	s := &soak{out: io.Discard, found: map[string]int{}}
	site := s.site(calmName, "")
	site.tap.expect(3)
	site.note(2)
	now := time.Now().Add(time.Second).UnixNano()
	heard := func(text string, last int) (int, []int) {
		clear(s.found)
		n := site.heard("query", fmt.Sprintf("%d %s", now, text), last)
		return n, []int{s.found["torn"], s.found["lost"]}
	}
	after := site.tap.after
	for _, c := range []struct {
		text       string
		last, want int
		found      []int
	}{
		{after[2], 0, 2, []int{0, 0}},
		{after[3], 2, 3, []int{0, 0}},
		{after[1], 0, 1, []int{0, 1}}, // STATE 2 had come out
		{after[2], 3, 3, []int{0, 1}}, // 3 had been read
		{"1" + after[2], 0, 0, []int{1, 0}},
		{strings.Replace(after[3], ",3,", ",4,", 1), 0, 0, []int{1, 0}}, // never sent
		{"error: no such file", 2, 2, []int{1, 0}},
	} {
		if n, found := heard(c.text, c.last); n != c.want || !slices.Equal(found, c.found) {
			t.Errorf("%q after STATE %d: %d, torn and lost %v; want %d, %v", c.text, c.last, n, found, c.want, c.found)
		}
	}
}

// TestGrowth has a gauge whose late samples are more than a tenth above its early ones.
func TestGrowth(t *testing.T) {
	for late, want := range map[float64]bool{109: false, 111: true} {
		s := &soak{settings: settings{length: time.Minute}, out: io.Discard, found: map[string]int{}}
		g := &gauge{site: s.site(calmName, "")}
		for kind := range kinds {
			for at := range 60 {
				value := 100.0
				if at >= 40 {
					value = late
				}
				g.samples[kind] = append(g.samples[kind], sample{time.Duration(at) * time.Second, value})
			}
		}
		if err := s.report([]*gauge{g}); (err != nil) != want {
			t.Errorf("from 100 to %v: %v", late, err)
		}
	}
	s := &soak{settings: settings{length: time.Minute}, out: io.Discard, found: map[string]int{}}
	if err := s.report([]*gauge{{site: s.site(calmName, "")}}); err == nil {
		t.Error("a run without samples passed")
	}
}
