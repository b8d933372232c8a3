package main

import (
	"cmp"
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
	log.Warn("record rejected; more of this kind are only counted", "line", e.Line, "stream", e.Stream, "path", path, "reason", reason, rowType("RECORD"))
}

// rejectKind is a kind of refused records, as it is told.
type rejectKind struct {
	Stream  string `json:"stream"`
	Path    string `json:"path"`
	Reason  string `json:"reason"`
	Records int64  `json:"records"`
	Line    int64  `json:"line"` // the first of them
}

// sorted are the kinds, those of most records first.
func (r *reasons) sorted() []rejectKind {
	out := []rejectKind{}
	for _, c := range r.byKind {
		out = append(out, rejectKind{c.stream, c.path, c.rule, c.records, c.line})
	}
	slices.SortFunc(out, func(a, b rejectKind) int {
		return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(a.Stream+a.Path+a.Reason, b.Stream+b.Path+b.Reason))
	})
	return out
}

// line words it.
func (k rejectKind) line() string {
	return fmt.Sprintf("rejected: stream %s, %s: %s: %d, first on line %d",
		printable(k.Stream), wherePath(k.Path), printable(k.Reason), k.Records, k.Line)
}

// wherePath is a JSON pointer in words.
func wherePath(path string) string {
	if path == "" {
		return "the record"
	}
	return printable(path)
}
