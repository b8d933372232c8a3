package main

import (
	"io"
	"log/slog"
)

// newLogHandler writes log lines for people: stderr, no more than a text.
func newLogHandler(w io.Writer) slog.Handler {
	return slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelInfo})
}
