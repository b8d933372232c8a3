package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"

	"target-filelake/lake"
	"target-filelake/merge/answer"
	"target-filelake/merge/duck"
)

// AnswerFlag is how rows are printed.
type AnswerFlag struct {
	Format string `help:"How to print: table, csv, json (one array of objects) or jsonl (an object a line)." enum:"table,csv,json,jsonl" default:"table"`
}

// QueryCmd answers one SELECT.
type QueryCmd struct {
	LakeFlag `embed:""`
	AtFlag   `embed:""`
	AnswerFlag
	SQL string `arg:"" help:"One SELECT or EXPLAIN statement; a stream is a table." placeholder:"SQL"`
}

// Help is what --help says about the command.
func (QueryCmd) Help() string {
	return `Examples:

  target-filelake query "SELECT status, count(*) FROM orders GROUP BY status"
  target-filelake query --at 2h --format csv "SELECT * FROM orders WHERE id = 7"`
}

// Run prints the answer over one version.
func (c *QueryCmd) Run(ctx context.Context, std *stdio) error {
	root, m, err := readLakeAt(c.Lake, c.At)
	if err != nil {
		return err
	}
	err = c.answer(root, std.out, func(config duck.Config) (*answer.Rows, error) { return answer.Query(ctx, config, m, c.SQL) })
	if err != nil {
		return fmt.Errorf("query: %w", err)
	}
	return nil
}

// answer prints the rows that ask has DuckDB find.
func (f AnswerFlag) answer(root string, w io.Writer, ask func(duck.Config) (*answer.Rows, error)) error {
	temp, err := os.MkdirTemp("", "target-filelake-query-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	rows, err := ask(duck.Config{Root: root, Threads: runtime.GOMAXPROCS(0), MemoryMB: queryMemoryMB, TempDir: temp})
	if err != nil {
		return err
	}
	show := map[string]func(io.Writer, *answer.Rows) error{
		"table": printTable, "csv": printCSV, "json": printJSON, "jsonl": printJSONL,
	}[f.Format]
	return errors.Join(show(w, rows), rows.Close())
}

// queryMemoryMB is DuckDB's share of the default memory of a load, doubled: a
// query runs alone.
const queryMemoryMB = 2048

// readLake reads the newest version of an existing lake.
func readLake(path string) (string, *lake.Manifest, error) { return readLakeAt(path, moment{}) }

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

// alignedRows bounds what waits for its columns' widths.
const alignedRows = 10_000

func printTable(w io.Writer, rows *answer.Rows) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	texts := make([]string, 0, len(rows.Columns()))
	for _, c := range rows.Columns() {
		texts = append(texts, printable(c.Name))
	}
	fmt.Fprintln(t, strings.Join(texts, "\t"))
	n := 0
	err := each(rows, func(values []any) error {
		if n++; n%alignedRows == 0 {
			if err := t.Flush(); err != nil {
				return err
			}
		}
		for i, v := range values {
			if texts[i] = "NULL"; v != nil {
				texts[i] = printable(answer.FormatText(v))
			}
		}
		_, err := fmt.Fprintln(t, strings.Join(texts, "\t"))
		return err
	})
	return errors.Join(err, t.Flush())
}

func printCSV(w io.Writer, rows *answer.Rows) error {
	out := csv.NewWriter(w)
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
