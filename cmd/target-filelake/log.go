package main

import (
	"io"
	"log/slog"
)

// newLogHandler writes log lines for people: stderr, no more than a text.
func newLogHandler(w io.Writer) slog.Handler {
	return slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelInfo})
}

// Forms of log_format.
const (
	logText = "text"
	logJSON = "json"
	logMage = "mage"
)

// newLog writes log lines in one of the forms, from a level on.
func newLog(w io.Writer, form string, level slog.Level) *slog.Logger {
	switch form {
	case logJSON:
		return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: inFigures}))
	case logMage:
		return slog.New(newMageHandler(w, level))
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// inFigures writes durations for programs: in seconds.
func inFigures(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		a.Value = slog.Float64Value(a.Value.Duration().Seconds())
	}
	return a
}

// byteSize is a number of bytes in a log line: words for people, the number for programs.
type byteSize int64

func (b byteSize) String() string { return size(int64(b)) }

// rowType is the type of the message that a log line is about, as Mage's tag has it.
func rowType(name string) slog.Attr { return slog.String("row_type", name) }
