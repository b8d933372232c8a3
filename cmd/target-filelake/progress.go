package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// How often progress is shown: on a terminal, and in a log.
const (
	liveEvery   = 250 * time.Millisecond
	loggedEvery = 10 * time.Second
)

// progress is how far a load is.
type progress struct {
	at        time.Duration // since it began
	rows      map[string]int64
	records   int64
	rejected  int64
	commits   int64
	committed time.Duration // since it began, when the last commit was; 0: there is none
	read      int64         // bytes of the input, as they are in its file
	size      int64         // of the input; 0: nobody knows
}

// left is about how long the rest of a file will take; 0: nobody knows.
func (p progress) left() time.Duration {
	if p.read == 0 || p.size <= p.read {
		return 0
	}
	return time.Duration(float64(p.at) * float64(p.size-p.read) / float64(p.read))
}

// shownRows bounds the streams of a progress line.
const shownRows = 3

// words are the streams of most rows.
func (p progress) streams() string {
	names := slices.SortedFunc(maps.Keys(p.rows), func(a, b string) int {
		return cmp.Or(cmp.Compare(p.rows[b], p.rows[a]), cmp.Compare(a, b))
	})
	var out []string
	for i, n := range names {
		if i == shownRows {
			out = append(out, fmt.Sprintf("%d more streams", len(names)-i))
			break
		}
		out = append(out, fmt.Sprintf("%s %d", printable(n), p.rows[n]))
	}
	return strings.Join(out, ", ")
}

// line is progress for a terminal.
func (p progress) line() string {
	parts := []string{fmt.Sprintf("%s  %d records, %.0f/s, %.1f MB/s", p.at.Round(time.Second), p.records, p.rate(p.records), p.rate(p.read)/1e6)}
	if p.size > 0 {
		parts = append(parts, fmt.Sprintf("%d %% of %s, %s left", 100*p.read/p.size, size(p.size), p.left().Round(time.Second)))
	}
	if p.commits > 0 {
		parts = append(parts, fmt.Sprintf("%d commits, the last %s ago", p.commits, (p.at-p.committed).Round(time.Second)))
	}
	if p.rejected > 0 {
		parts = append(parts, fmt.Sprintf("%d rejects", p.rejected))
	}
	return strings.Join(append(parts, p.streams()), "; ")
}

func (p progress) rate(n int64) float64 { return float64(n) / max(p.at.Seconds(), 1e-3) }

// log is progress as a log line.
func (p progress) log(l *slog.Logger) {
	said := []any{"elapsed", p.at.Round(time.Second), "records", p.records, "rows/s", int64(p.rate(p.records)), "MB/s", fmt.Sprintf("%.1f", p.rate(p.read)/1e6), "commits", p.commits}
	if p.commits > 0 {
		said = append(said, "last_commit", (p.at - p.committed).Round(time.Second))
	}
	if p.rejected > 0 {
		said = append(said, "rejects", p.rejected)
	}
	if p.size > 0 {
		said = append(said, "percent", 100*p.read/p.size, "left", p.left().Round(time.Second))
	}
	l.Info("loading", append(said, "streams", p.streams())...)
}

// progress is how far the load is.
func (l *loader) progress() progress {
	s := l.run
	s.mu.Lock()
	defer s.mu.Unlock()
	p := progress{at: time.Since(s.started), rows: maps.Clone(s.in), records: s.records, rejected: s.rejected, commits: s.commits}
	if s.commits > 0 {
		p.committed = s.lastCommit.Sub(s.started)
	}
	if l.in != nil {
		p.read, p.size = l.in.taken.Load(), l.in.size
	}
	return p
}

// showProgress shows how far the load is until stop is called.
func (l *loader) showProgress() (stop func()) {
	live, _ := l.stderr.(*liveWriter)
	every := loggedEvery
	if live != nil && live.terminal {
		every = liveEvery
	}
	if l.cfg.Progress == "never" {
		return func() {}
	}
	var done sync.WaitGroup
	ended := make(chan struct{})
	done.Go(func() {
		ticks := time.NewTicker(every)
		defer ticks.Stop()
		for {
			select {
			case <-ended:
				return
			case <-ticks.C:
			}
			if p := l.progress(); live != nil && live.terminal {
				live.show(p.line())
			} else {
				p.log(l.log)
			}
		}
	})
	return func() {
		close(ended)
		done.Wait()
		if live != nil {
			live.show("")
		}
	}
}

// liveWriter is stderr of a load, where not everything is a log line: what is
// written stands above a line that changes.
type liveWriter struct {
	terminal bool

	mu   sync.Mutex
	w    io.Writer
	line string // "": none
}

// clearLine goes to the line's start and clears it.
const clearLine = "\r\x1b[K"

// Write writes p, with the line after it again.
func (l *liveWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.line == "" {
		return l.w.Write(p)
	}
	text := append([]byte(clearLine), p...)
	if bytes.HasSuffix(p, []byte("\n")) {
		text = append(text, l.line...)
	}
	if _, err := l.w.Write(text); err != nil {
		return 0, err
	}
	return len(p), nil
}

// show makes text the line, cut to fit the terminal; "" takes the line away.
func (l *liveWriter) show(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if width := screenWidth(l.w); width > 1 {
		text = cutTo(text, width-1)
	}
	if text == l.line {
		return
	}
	l.line = text
	_, _ = io.WriteString(l.w, clearLine+text) // stderr: there is nowhere left to say that this failed
}

// besideLine is stdout where stderr's line that changes is on the same terminal.
func besideLine(stderr, stdout io.Writer) io.Writer {
	if live, ok := stderr.(*liveWriter); ok && live.terminal && isTerminal(stdout) {
		return beside{live, stdout}
	}
	return stdout
}

type beside struct {
	live *liveWriter
	w    io.Writer
}

// Write writes whole lines above the one that changes.
func (b beside) Write(p []byte) (int, error) {
	b.live.mu.Lock()
	defer b.live.mu.Unlock()
	if b.live.line != "" {
		_, _ = io.WriteString(b.live.w, clearLine)
		defer func() { _, _ = io.WriteString(b.live.w, b.live.line) }()
	}
	return b.w.Write(p)
}
