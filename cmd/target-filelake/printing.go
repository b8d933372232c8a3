package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"target-filelake/merge/answer"
)

// each calls row with every row of the answer as text.
func each(rows *answer.Rows, row func(values []any) error) error {
	values := make([]any, len(rows.Columns()))
	for {
		ok, err := rows.Next(values)
		if err != nil || !ok {
			return err
		}
		if err := row(values); err != nil {
			return err
		}
	}
}

func printCSV(w io.Writer, rows *answer.Rows) error { return printSeparated(w, rows, ',') }

func printTSV(w io.Writer, rows *answer.Rows) error { return printSeparated(w, rows, '\t') }

// printSeparated quotes as RFC 4180 says.
func printSeparated(w io.Writer, rows *answer.Rows, comma rune) error {
	out := csv.NewWriter(w)
	out.Comma = comma
	fields := make([]string, 0, len(rows.Columns()))
	for _, c := range rows.Columns() {
		fields = append(fields, c.Name)
	}
	err := out.Write(fields)
	if err == nil {
		err = each(rows, func(values []any) error {
			for i, v := range values {
				if fields[i] = ""; v != nil {
					fields[i] = answer.FormatText(v)
				}
			}
			return out.Write(fields)
		})
	}
	out.Flush()
	return errors.Join(err, out.Error())
}

func printJSON(w io.Writer, rows *answer.Rows) error {
	before := "[\n"
	err := printObjects(w, rows, func() string { b := before; before = ",\n"; return b }, "")
	if err != nil {
		return err
	}
	if before == "[\n" {
		_, err = fmt.Fprintln(w, "[]")
	} else {
		_, err = fmt.Fprintln(w, "\n]")
	}
	return err
}

func printJSONL(w io.Writer, rows *answer.Rows) error {
	return printObjects(w, rows, func() string { return "" }, "\n")
}

// printObjects writes each row as an object, with what stands before and after it.
func printObjects(w io.Writer, rows *answer.Rows, before func() string, after string) error {
	var names []string // with what stands before and after them
	for i, c := range rows.Columns() {
		name, err := json.Marshal(c.Name)
		if err != nil {
			return err
		}
		names = append(names, string("{,"[min(i, 1)])+string(name)+":")
	}
	out := bufio.NewWriterSize(w, answerBuffer)
	var line []byte
	err := each(rows, func(values []any) error {
		line = append(line[:0], before()...)
		for i, v := range values {
			line = append(line, names[i]...)
			line = answer.AppendJSON(line, v)
		}
		_, err := out.Write(append(append(line, '}'), after...))
		return err
	})
	return errors.Join(err, out.Flush())
}

// answerBuffer spares a system call a row.
const answerBuffer = 64 << 10

// printMarkdown prints a table of GitHub's Markdown.
func printMarkdown(w io.Writer, rows *answer.Rows) error {
	out := bufio.NewWriterSize(w, answerBuffer)
	cell := strings.NewReplacer("\\", `\\`, "|", `\|`, "\n", "<br>", "\r", "").Replace
	line := func(cells []string) { fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | ")) }
	cells := make([]string, len(rows.Columns()))
	rule := make([]string, len(cells))
	for i, c := range rows.Columns() {
		cells[i], rule[i] = cell(c.Name), "---"
	}
	line(cells)
	line(rule)
	err := each(rows, func(values []any) error {
		for i, v := range values {
			if cells[i] = "NULL"; v != nil {
				cells[i] = cell(answer.FormatText(v))
			}
		}
		line(cells)
		return nil
	})
	return errors.Join(err, out.Flush())
}
