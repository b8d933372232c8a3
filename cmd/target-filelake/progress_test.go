package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestProgressLine(t *testing.T) {
	p := progress{
		at: 10 * time.Second, records: 50_000, read: 25e6, size: 100e6, commits: 3, committed: 8 * time.Second, rejected: 2,
		rows: map[string]int64{"a": 1, "b": 40_000, "c": 5, "d": 5},
	}
	const want = "10s  50000 records, 5000/s, 2.5 MB/s; 25 % of 100.0 MB, 30s left; 3 commits, the last 2s ago; 2 rejects; b 40000, c 5, d 5, 1 more streams"
	if got := p.line(); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	var b bytes.Buffer
	p.log(slog.New(newLogHandler(&b)))
	for _, want := range []string{"msg=loading", "elapsed=10s", "records=50000", "percent=25", "left=30s", "rejects=2", "last_commit=2s", `streams="b 40000, c 5, d 5, 1 more streams"`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in %s", want, b.String())
		}
	}
	empty := progress{at: time.Second, read: 7, size: 0}
	if got := empty.line(); !strings.HasPrefix(got, "1s  0 records, 0/s, 0.0 MB/s") || strings.Contains(got, "left") {
		t.Errorf("of a pipe: %s", got)
	}
}

// TestLiveWriter has log lines stand above the line that changes.
func TestLiveWriter(t *testing.T) {
	var b bytes.Buffer
	l := &liveWriter{w: &b, terminal: true}
	write := func(text string) {
		t.Helper()
		if n, err := l.Write([]byte(text)); err != nil || n != len(text) {
			t.Fatal(n, err)
		}
	}
	write("one\n")
	l.show("10 %")
	l.show("10 %")
	write("two\n")
	l.show("20 %")
	if _, err := (beside{l, &b}).Write([]byte("STATE\n")); err != nil {
		t.Fatal(err)
	}
	l.show("")
	write("three\n")
	const want = "one\n\r\x1b[K10 %\r\x1b[Ktwo\n10 %\r\x1b[K20 %\r\x1b[KSTATE\n20 %\r\x1b[Kthree\n"
	if b.String() != want {
		t.Errorf("%q\nwant\n%q", b.String(), want)
	}
}
