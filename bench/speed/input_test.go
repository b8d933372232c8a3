package main

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"
)

func TestShapes(t *testing.T) {
	f := func(of shape, columns int, nulls float64) {
		t.Helper()
		of.gen.Records = 2000
		var out bytes.Buffer
		if err := of.gen.Run(&out); err != nil {
			t.Fatal(err)
		}
		null, values := 0, 0
		for line := range bytes.Lines(out.Bytes()) {
			var m struct{ Record map[string]any }
			if err := json.Unmarshal(line, &m); err != nil {
				t.Fatal(err)
			}
			for _, v := range m.Record {
				values++
				if v == nil {
					null++
				}
			}
		}
		share := float64(null) / float64(values)
		if values != 2000*columns || nulls >= 0 && math.Abs(share-nulls) > 0.01 {
			t.Errorf("%s: %d values, %.3f of them null; want %d, %.3f", of.name, values, share, 2000*columns, nulls)
		}
	}
	f(shapes[0], 13, -1) // as many as an order has
	f(shapes[1], 4, 0)
	f(shapes[2], 100, 0.48)
}

func TestLongLine(t *testing.T) {
	const size = 1 << 20
	var out bytes.Buffer
	if err := longLine(&out, size); err != nil {
		t.Fatal(err)
	}
	longest := 0
	for line := range bytes.Lines(out.Bytes()) {
		if !json.Valid(line) {
			t.Errorf("%.100s is not JSON", line)
		}
		longest = max(longest, len(line))
	}
	if longest < size || longest > size+200 {
		t.Errorf("a line of %d bytes, want %d", longest, size)
	}
}
