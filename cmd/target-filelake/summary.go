package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"target-filelake/ingest"
	"target-filelake/lake"
	"target-filelake/merge/answer"
)

// summary counts what a run did. The sequencer adds what came in, the
// committer what was committed; the rest reads it when both have ended.
type summary struct {
	started time.Time
	records int64
	states  int64 // STATEs that came
	said    int64 // STATEs on stdout
	commits int64
	notes   ingest.Notes
	rejects reasons
	ignored bool // undeclared properties are

	mu         sync.Mutex // of what follows, and of records and commits
	lastCommit time.Time
	rejected   int64
	streams    map[string]*streamCount
	in         map[string]int64 // rows by stream, committed or not
}

// streamCount counts one stream's committed rows.
type streamCount struct {
	inserted int64
	updated  int64 // rows that replaced one of the lake
	repeated int64 // rows that a later one of the same batch replaced
	rejected int64 // refused, committed or not; this and the next are the sequencer's
	resent   int64 // rejects that the lake had already
	dropped  int64 // rows after the last STATE that were not committed
	outdated int64 // rows of versions that a newer one has replaced
	lost     int64 // rows that live ones of their keys have kept out
	deleted  int64 // rows that removed the one of their key
	retries  int64 // merges that were tried again
	files    int
	bytes    int64
}

func newSummary(started time.Time) *summary {
	return &summary{started: started, streams: map[string]*streamCount{}, in: map[string]int64{}}
}

func (s *summary) stream(name string) *streamCount {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.streams[name]
	if c == nil {
		c = &streamCount{}
		s.streams[name] = c
	}
	return c
}

// count adds a decoded block.
func (s *summary) count(d *ingest.Decoded) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records += int64(d.Records)
	for i := range d.Chunks {
		s.in[d.Chunks[i].Plan.Stream()] += int64(d.Chunks[i].Batch.Rows)
	}
	s.notes.Add(&d.Notes)
}

// committed logs one commit.
func (s *summary) committed(log *slog.Logger, m *lake.Manifest, c lake.Commit, pipeline string, took time.Duration) {
	s.mu.Lock()
	s.commits++
	s.lastCommit = time.Now()
	s.mu.Unlock()
	var rows, bytes int64
	files := 0
	for i := range c.Changes {
		files += len(c.Changes[i].Files)
		for _, f := range c.Changes[i].Files {
			rows += f.Rows
			bytes += f.Bytes
		}
	}
	last := m.Pipelines[pipeline].Batches
	said := []any{"version", uint64(m.Version), "batch", numbers(last-c.Batches+1, last), "rows", rows,
		"files", files, "bytes", byteSize(bytes), "took", took.Round(time.Millisecond), "state", c.State != nil}
	if len(c.Changes) == 1 {
		said = append(said, "stream", c.Changes[0].Stream)
	}
	log.Info("committed", said...)
}

// numbers words the numbers from first to last.
func numbers(first, last uint64) string {
	switch {
	case last < first:
		return "none"
	case first == last:
		return fmt.Sprint(last)
	default:
		return fmt.Sprintf("%d-%d", first, last)
	}
}

// names are the streams that sent rows or were committed: sorted, or where
// they are too many to show, those of most rows first.
func (s *summary) names() []string {
	all := map[string]bool{}
	for n := range s.in {
		all[n] = true
	}
	for n := range s.streams {
		all[n] = true
	}
	names := slices.Sorted(maps.Keys(all))
	if len(names) > shownStreams {
		slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(s.in[b], s.in[a]) })
	}
	return names
}

// undeclaredIn says where the undeclared properties of a stream are, if rows of it were
// committed.
func (s *summary) undeclaredIn(stream string) string {
	switch {
	case s.stream(stream).files == 0:
		return ""
	case s.ignored:
		return leftOut
	}
	return inExtra
}

// notes word what the table of the summary has no column for.
func (c *streamCount) notes() []string {
	var out []string
	add := func(n int64, what string) {
		if n > 0 {
			out = append(out, fmt.Sprintf("%d rows %s", n, what))
		}
	}
	add(c.outdated, "of a version that a newer one has replaced were dropped")
	add(c.lost, "were not added: the one of their key is newer, or was to stay")
	add(c.deleted, "said that their row was deleted, and it is gone")
	if c.retries > 0 {
		out = append(out, fmt.Sprintf("merges were tried again %d times, after faults that passed or might have", c.retries))
	}
	if c.resent > 0 {
		out = append(out, fmt.Sprintf("%d refused records that the last run had committed before it died have come again; they stand once", c.resent))
	}
	return out
}

// hint is a line to paste into a shell that shows what was loaded.
func hint(t *lake.Table, root string) string {
	return fmt.Sprintf("query it:  duckdb -readonly %s %s", shellQuote(root+"/"+viewsDB), shellQuote(answer.Sample(t)))
}

// shellQuote is s as a word of a shell; what a terminal would obey is spelt out,
// as bash and zsh read it.
func shellQuote(s string) string {
	if strings.ContainsFunc(s, unprintable) {
		return spelledOut(s)
	}
	if !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-", r))
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func spelledOut(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case unprintable(r):
			for _, c := range []byte(string(r)) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		case r == '\'' || r == '\\':
			b.WriteString(`\` + string(r))
		default:
			b.WriteRune(r)
		}
	}
	return "$'" + b.String() + "'"
}

// printable shows text from outside on a terminal: what is not a character to
// see, escapes of the terminal's among it, is spelt out.
func printable(s string) string {
	if !strings.ContainsFunc(s, unprintable) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unprintable(r) {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func unprintable(r rune) bool { return !strconv.IsPrint(r) }

// size words a count of bytes.
func size(n int64) string {
	switch {
	case n < 10_000:
		return fmt.Sprintf("%d B", n)
	case n < 10_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	default:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
}
