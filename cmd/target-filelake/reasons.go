package main

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"target-filelake/ingest"
)

// Bounds of what is remembered, and told, of the reasons for rejects.
const (
	mostKinds  = 200
	shownKinds = 20
)

// reasonKind is what rejects have in common: a rule that the values of one
// property broke.
type reasonKind struct{ stream, path, rule string }

// kindOf leaves out what differs from record to record: indices, and what
// there was instead.
func kindOf(stream, path, reason string) reasonKind {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if p != "" && strings.Trim(p, "0123456789") == "" {
			parts[i] = "*"
		}
	}
	rule, _, _ := strings.Cut(reason, ", got ")
	return reasonKind{stream, strings.Join(parts, "/"), rule}
}

// reasonCount is how often a kind came up, and where first.
type reasonCount struct {
	reasonKind
	records int64
	line    int64
}

// reasons counts rejects by kind.
type reasons struct {
	byKind map[reasonKind]*reasonCount
	others int64 // faults of further kinds
	first  *ingest.RecordError
}

// note counts a reject under each of its reasons, and warns of the first of a kind.
func (r *reasons) note(log *slog.Logger, e *ingest.RecordError) {
	if r.first == nil {
		r.first = e
	}
	r.count(log, e, e.Path, e.Reason)
	for _, more := range e.More {
		r.count(log, e, more.Path, more.Text)
	}
}

func (r *reasons) count(log *slog.Logger, e *ingest.RecordError, path, reason string) {
	k := kindOf(e.Stream, path, reason)
	if c := r.byKind[k]; c != nil {
		c.records++
		return
	}
	if len(r.byKind) >= mostKinds {
		if r.others++; r.others == 1 {
			log.Warn("records are rejected for more reasons; these are no longer named")
		}
		return
	}
	if r.byKind == nil {
		r.byKind = map[reasonKind]*reasonCount{}
	}
	r.byKind[k] = &reasonCount{k, 1, e.Line}
	log.Warn("record rejected; more of this kind are only counted", "line", e.Line, "stream", e.Stream, "path", path, "reason", reason)
}

// sorted are the counts, largest first.
func (r *reasons) sorted() []*reasonCount {
	var counts []*reasonCount
	for _, c := range r.byKind {
		counts = append(counts, c)
	}
	slices.SortFunc(counts, func(a, b *reasonCount) int {
		if a.records != b.records {
			return int(b.records - a.records)
		}
		return strings.Compare(a.stream+a.path+a.rule, b.stream+b.path+b.rule)
	})
	return counts
}

// wherePath is a JSON pointer in words.
func wherePath(path string) string {
	if path == "" {
		return "the record"
	}
	return printable(path)
}

// lines words the counts.
func (r *reasons) lines() []string {
	counts := r.sorted()
	var out []string
	for i, c := range counts {
		if i == shownKinds {
			out = append(out, fmt.Sprintf("rejected: for %d more reasons", len(counts)-i))
			break
		}
		out = append(out, fmt.Sprintf("rejected: stream %s, %s: %s: %d, first on line %d",
			printable(c.stream), wherePath(c.path), printable(c.rule), c.records, c.line))
	}
	if r.others > 0 {
		out = append(out, fmt.Sprintf("rejected: %d faults of kinds that are not listed", r.others))
	}
	return out
}
