package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"
)

// What stands before a line to type: a new statement's first, and its others.
const (
	promptFirst = "lake> "
	promptMore  = "   -> "
)

const promptHelp = `A statement ends with a semicolon. .tables lists streams; .quit or Ctrl-D ends.
`

// prompt answers queries as they are typed, each over the lake's newest version
// by then.
func (c *QueryCmd) prompt(ctx context.Context, std *stdio) error {
	history, err := openHistory()
	if err != nil {
		fmt.Fprintf(std.err, "lines are not remembered: %s\n", err)
	}
	fmt.Fprint(std.err, promptHelp)
	fd := int(std.in.Fd())
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{std.in, std.err}, promptFirst)
	t.History = history
	if width, height, err := term.GetSize(fd); err == nil && width > 0 {
		_ = t.SetSize(width, height) // it keeps its own size then
	}
	read := func() (string, error) {
		cooked, err := term.MakeRaw(fd) // while a query runs, Ctrl-C is a signal
		if err != nil {
			return "", err
		}
		line, err := t.ReadLine()
		return line, errors.Join(err, term.Restore(fd, cooked))
	}
	return c.converse(ctx, std, read, t.SetPrompt)
}

// converse reads lines and answers the statements they make up. A query that fails
// is told, and the next one asked for.
func (c *QueryCmd) converse(ctx context.Context, std *stdio, read func() (string, error), show func(string)) error {
	var statement strings.Builder
	for ctx.Err() == nil {
		line, err := read()
		if errors.Is(err, io.EOF) {
			_, err = fmt.Fprintln(std.err)
			return err
		}
		if err != nil {
			return err
		}
		switch word := strings.TrimSpace(line); {
		case statement.Len() == 0 && (word == ".quit" || word == ".exit" || word == "exit" || word == "quit"):
			return nil
		case statement.Len() == 0 && word == ".tables":
			line = "SHOW ALL TABLES;"
		case statement.Len() == 0 && strings.HasPrefix(word, "."), statement.Len() == 0 && word == "help":
			fmt.Fprint(std.err, promptHelp)
			continue
		}
		statement.WriteString(line + "\n")
		query, ended := strings.CutSuffix(strings.TrimSpace(statement.String()), ";")
		if !ended && query != "" {
			show(promptMore)
			continue
		}
		statement.Reset()
		show(promptFirst)
		if query == "" {
			continue
		}
		if err := c.one(ctx, std.out, query); err != nil {
			fmt.Fprintf(std.err, "%s\n", inWords(err))
		}
	}
	return context.Cause(ctx)
}

// rememberedLines bounds the history.
const rememberedLines = 1000

// history is lines typed before, the newest last; also those of earlier prompts.
type history struct {
	lines []string
	file  string // "": they end with the prompt
}

// openHistory reads the lines of earlier prompts. What comes back can be used
// whatever the error.
func openHistory() (*history, error) {
	h := &history{}
	dir := os.Getenv("XDG_STATE_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return h, err
		}
		dir = filepath.Join(home, ".local", "state")
	}
	dir = filepath.Join(dir, "target-filelake")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return h, err
	}
	path := filepath.Join(dir, "history")
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return h, err
	}
	h.file = path
	h.lines = strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	h.lines = slices.DeleteFunc(h.lines, func(l string) bool { return l == "" })
	h.lines = h.lines[max(0, len(h.lines)-rememberedLines):]
	return h, nil
}

// Add remembers a line.
func (h *history) Add(line string) {
	if strings.TrimSpace(line) == "" || len(h.lines) > 0 && h.lines[len(h.lines)-1] == line {
		return
	}
	h.lines = append(h.lines, line)
	h.lines = h.lines[max(0, len(h.lines)-rememberedLines):]
	if h.file != "" && os.WriteFile(h.file, []byte(strings.Join(h.lines, "\n")+"\n"), 0o600) != nil {
		h.file = ""
	}
}

// Len counts the lines.
func (h *history) Len() int { return len(h.lines) }

// At is the line typed i lines before the newest.
func (h *history) At(i int) string { return h.lines[len(h.lines)-1-i] }
