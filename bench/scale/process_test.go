package main

import "testing"

func TestMergeStep(t *testing.T) {
	const line = "time=2026-11-26T09:00:00Z level=INFO msg=committed version=2 batch=2 rows=10 files=1 bytes=\"2.1 kB\" took=450ms state=true\n"
	f := func(stderr string, want float64, ok bool) {
		t.Helper()
		got, err := mergeStep(outcome{stderr: stderr})
		if got != want || (err == nil) != ok {
			t.Errorf("%q: %v, %v; want %v", stderr, got, err, want)
		}
	}
	f(line, 0.45, true)
	f(line+"level=INFO msg=compacted took=9s\n"+line, 0.9, true)
	f("level=WARN msg=else took=1s\n", 0, false)
	f("msg=committed took=soon\n", 0, false)
}
