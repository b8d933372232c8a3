package ingest

import (
	"fmt"
	"strings"

	"target-filelake/ingest/schema/draft4"
	"target-filelake/ingest/text"
)

// RecordError refuses one RECORD whose line is well-formed: the lines around
// it can still be trusted.
type RecordError struct {
	Stream string
	Line   int64
	Path   string // JSON pointer
	Reason string
	More   []draft4.Reason // whatever else is wrong with the same record

	unmapped bool // it was refused before it was what its stream holds: it cannot be set aside
}

func (e *RecordError) Error() string {
	var s strings.Builder
	s.WriteString(where(e.Line, e.Stream, e.Path))
	s.WriteString(text.Printable(e.Reason))
	for i, r := range e.More {
		if i == mostPrinted-1 && len(e.More) > mostPrinted {
			fmt.Fprintf(&s, "; and %d more", len(e.More)-i)
			break
		}
		s.WriteString("; ")
		if r.Path != "" {
			s.WriteString(text.Printable(r.Path) + ": ")
		}
		s.WriteString(text.Printable(r.Text))
	}
	return s.String()
}

// mostPrinted is how many faults of a record are told on one line.
const mostPrinted = 20

// LineError refuses a line: rows may be lost in it, so nothing after it counts.
type LineError struct {
	Line   int64
	Stream string // "" where the line does not say
	Path   string // JSON pointer into a SCHEMA's schema; mostly ""
	Reason string
}

func (e *LineError) Error() string {
	return where(e.Line, e.Stream, e.Path) + text.Printable(e.Reason)
}

func where(line int64, stream, path string) string {
	s := fmt.Sprintf("line %d", line)
	if stream != "" {
		s += fmt.Sprintf(", stream %q", stream)
	}
	if path != "" {
		s += ", " + text.Printable(path)
	}
	return s + ": "
}
