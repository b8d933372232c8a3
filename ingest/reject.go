package ingest

import (
	"fmt"
	"strconv"
	"strings"
)

// Reason says what is wrong with one value of a record, never what the value is.
type Reason struct {
	Path string // JSON pointer into the record; "" is the record itself
	Text string
}

// RecordError refuses one RECORD whose line is well-formed: the lines around
// it can still be trusted.
type RecordError struct {
	Stream string
	Line   int64
	Path   string // JSON pointer
	Reason string
	More   []Reason // whatever else is wrong with the same record
}

func (e *RecordError) Error() string {
	var s strings.Builder
	s.WriteString(where(e.Line, e.Stream, e.Path))
	s.WriteString(printable(e.Reason))
	for _, r := range e.More {
		s.WriteString("; ")
		if r.Path != "" {
			s.WriteString(printable(r.Path) + ": ")
		}
		s.WriteString(printable(r.Text))
	}
	return s.String()
}

// LineError refuses a line: rows may be lost in it, so nothing after it counts.
type LineError struct {
	Line   int64
	Stream string // "" where the line does not say
	Path   string // JSON pointer into a SCHEMA's schema; mostly ""
	Reason string
}

func (e *LineError) Error() string {
	return where(e.Line, e.Stream, e.Path) + printable(e.Reason)
}

func where(line int64, stream, path string) string {
	s := fmt.Sprintf("line %d", line)
	if stream != "" {
		s += fmt.Sprintf(", stream %q", stream)
	}
	if path != "" {
		s += ", " + printable(path)
	}
	return s + ": "
}

// longestText bounds what hostile names can do to a message.
const longestText = 1000

// printable escapes what a terminal could take for an order.
func printable(s string) string {
	if len(s) > longestText {
		s = s[:longestText] + "…"
	}
	if strings.IndexFunc(s, unprintable) < 0 {
		return s
	}
	var out strings.Builder
	for _, r := range s {
		if !unprintable(r) {
			out.WriteRune(r)
			continue
		}
		out.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
	}
	return out.String()
}

func unprintable(r rune) bool { return !strconv.IsPrint(r) }

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// pointer appends one step to a JSON pointer.
func pointer(path, name string) string { return path + "/" + pointerEscapes.Replace(name) }

func printableName(name string) string { return strconv.Quote(name) }
