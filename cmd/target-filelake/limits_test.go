package main

import (
	"runtime/debug"
	"strings"
	"testing"

	"target-filelake/bench"
)

func TestBatchBytes(t *testing.T) {
	f := func(setting, streams, batch, most int) {
		t.Helper()
		l := limits{bytes: setting << 20}
		if got := l.batchBytes(streams) >> 20; got != batch {
			t.Errorf("%d MiB set, %d streams: %d MiB, want %d", setting, streams, got, batch)
		}
		if got := l.mostBytes() >> 20; got != most {
			t.Errorf("%d MiB set: files of %d MiB, want %d", setting, got, most)
		}
	}
	f(0, 0, 100, 400)
	f(0, 25, 100, 400)
	f(0, 30, 120, 400)
	f(0, 5000, 400, 400)
	f(1, 5000, 1, 4)
	f(100, 100, 100, 400)
}

// Many streams that take turns make one batch of what would be two, unless its size is
// set; the streams of a batch do not count for the next.
func TestBatchOfManyStreams(t *testing.T) {
	t.Parallel()
	f := func(commits int, g bench.Gen, args ...string) {
		t.Helper()
		r := load(t, t.TempDir(), sample(t, g), 0, append(args, "--compact", "never")...)
		if n := strings.Count(r.out, "\n"); n != commits {
			t.Errorf("%d streams, %q: %d STATEs, want %d", g.Streams, args, n, commits)
		}
	}
	f(1, bench.Gen{Records: 280_000, Streams: 60}) // 125 MiB
	f(2, bench.Gen{Records: 280_000, Streams: 60}, "--maximum-batch-size-mb", "100")
	f(3, bench.Gen{Records: 520_000, Streams: 26}) // 232 MiB: 104, 104 and the rest
}

func TestHeapIsBound(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "")
	before := debug.SetMemoryLimit(-1)
	c := LoadCmd{Memory: 1000 << 20}
	undo := c.boundHeap()
	if got := debug.SetMemoryLimit(-1); got != 500<<20 {
		t.Errorf("Go's share of 1000 MiB is %d MiB, want 500", got>>20)
	}
	undo()
	t.Setenv("GOMEMLIMIT", "2GiB")
	defer c.boundHeap()()
	if got := debug.SetMemoryLimit(-1); got != before {
		t.Errorf("GOMEMLIMIT is overruled: %d, want %d", got, before)
	}
}
