package main

import (
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/term"

	"target-filelake/merge/answer"
)

// alignedRows bounds what waits for its columns' widths.
const alignedRows = 10_000

// columnGap stands between columns.
const columnGap = "  "

// narrowest is what is left of a column that is cut, at the least.
const narrowest = 4

// printTable prints rows in columns: on a terminal cut so that they fit it.
func printTable(w io.Writer, rows *answer.Rows) error {
	t := aligned{w: w, screen: screenWidth(w)}
	header := make([]string, 0, len(rows.Columns()))
	for _, c := range rows.Columns() {
		header = append(header, printable(c.Name))
	}
	t.lines = append(t.lines, header)
	err := each(rows, func(values []any) error {
		line := make([]string, len(values))
		for i, v := range values {
			if line[i] = "NULL"; v != nil {
				line[i] = printable(answer.FormatText(v))
			}
		}
		t.lines = append(t.lines, line)
		if len(t.lines) < alignedRows {
			return nil
		}
		return t.flush()
	})
	return errors.Join(err, t.flush())
}

// screenWidth is how many characters a line has on the terminal that w is; 0 if
// it is none.
func screenWidth(w io.Writer) int {
	if !isTerminal(w) {
		return 0
	}
	if o, ok := w.(*output); ok {
		w = o.file
	}
	width, _, err := term.GetSize(int(w.(*os.File).Fd()))
	if err != nil {
		return 0
	}
	return width
}

// aligned is lines that wait for their columns' widths.
type aligned struct {
	w      io.Writer
	screen int // 0: lines may be as long as they are
	lines  [][]string
}

func (t *aligned) flush() error {
	if len(t.lines) == 0 {
		return nil
	}
	widths := make([]int, len(t.lines[0]))
	for _, line := range t.lines {
		for i, cell := range line {
			widths[i] = max(widths[i], uniseg.StringWidth(cell))
		}
	}
	cuts := fitting(widths, t.screen)
	var b strings.Builder
	for _, line := range t.lines {
		for i, cell := range line {
			cell = cutTo(cell, cuts[i])
			b.WriteString(cell)
			if i < len(line)-1 {
				b.WriteString(strings.Repeat(" ", cuts[i]-uniseg.StringWidth(cell)) + columnGap)
			}
		}
		b.WriteByte('\n')
	}
	t.lines = t.lines[:0]
	_, err := io.WriteString(t.w, b.String())
	return err
}

// fitting cuts the widest columns, all to one width, until a line fits the screen.
func fitting(widths []int, screen int) []int {
	room := screen - len(columnGap)*(len(widths)-1)
	out := slices.Clone(widths)
	if screen == 0 {
		return out
	}
	for cap := slices.Max(append(out, 0)); sum(out) > room && cap > narrowest; {
		cap--
		for i, w := range widths {
			out[i] = min(w, cap)
		}
	}
	return out
}

func sum(xs []int) (n int) {
	for _, x := range xs {
		n += x
	}
	return n
}

// cutTo is text of at most this width, with an ellipsis where some is gone.
func cutTo(text string, width int) string {
	if uniseg.StringWidth(text) <= width {
		return text
	}
	var b strings.Builder
	left := width - 1
	for g := uniseg.NewGraphemes(text); g.Next() && left >= g.Width(); left -= g.Width() {
		b.WriteString(g.Str())
	}
	return b.String() + "…"
}
