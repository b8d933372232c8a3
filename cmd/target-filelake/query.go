package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"text/tabwriter"

	"target-filelake/lake"
	"target-filelake/merge"
)

// QueryCmd answers one SELECT.
type QueryCmd struct {
	LakeFlag `embed:""`
	Format   string `help:"How to print: table, csv, or json, one array of objects." enum:"table,csv,json" default:"table"`
	SQL      string `arg:"" help:"One SELECT or EXPLAIN statement; a stream is a table." placeholder:"SQL"`
}

// Run prints the answer over the newest version.
func (c *QueryCmd) Run(ctx context.Context, std *stdio) error {
	root, m, err := readLake(c.Lake)
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "target-filelake-query-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	rows, err := merge.Query(ctx, merge.Config{Root: root, Threads: runtime.GOMAXPROCS(0), MemoryMB: queryMemoryMB, TempDir: temp}, m, c.SQL)
	if err != nil {
		return fmt.Errorf("query: %w", err)
	}
	show := map[string]func(io.Writer, *merge.Rows) error{"table": printTable, "csv": printCSV, "json": printJSON}[c.Format]
	if err := errors.Join(show(std.out, rows), rows.Close()); err != nil {
		return fmt.Errorf("query: %w", err)
	}
	return nil
}

// queryMemoryMB is DuckDB's share of the default memory of a load, doubled: a
// query runs alone.
const queryMemoryMB = 2048

// readLake reads the newest version of an existing lake.
func readLake(path string) (string, *lake.Manifest, error) {
	root, err := filepath.Abs(path)
	if err != nil {
		return "", nil, usageError{err}
	}
	disk, err := lake.OpenDisk(root)
	if err != nil {
		return "", nil, usageError{fmt.Errorf("open the lake: %w; name it with --lake", err)}
	}
	m, err := lake.Newest(disk)
	return root, m, errors.Join(err, disk.Close())
}

// each calls row with every row of the answer as text.
func each(rows *merge.Rows, row func(values []any) error) error {
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

func printTable(w io.Writer, rows *merge.Rows) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	texts := make([]string, 0, len(rows.Columns()))
	for _, c := range rows.Columns() {
		texts = append(texts, printable(c.Name))
	}
	fmt.Fprintln(t, strings.Join(texts, "\t"))
	err := each(rows, func(values []any) error {
		for i, v := range values {
			if texts[i] = "NULL"; v != nil {
				texts[i] = printable(merge.FormatText(v))
			}
		}
		_, err := fmt.Fprintln(t, strings.Join(texts, "\t"))
		return err
	})
	return errors.Join(err, t.Flush())
}

func printCSV(w io.Writer, rows *merge.Rows) error {
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
					fields[i] = merge.FormatText(v)
				}
			}
			return out.Write(fields)
		})
	}
	out.Flush()
	return errors.Join(err, out.Error())
}

func printJSON(w io.Writer, rows *merge.Rows) error {
	var names []string // with what stands before and after them
	for i, c := range rows.Columns() {
		name, err := json.Marshal(c.Name)
		if err != nil {
			return err
		}
		names = append(names, string("{,"[min(i, 1)])+string(name)+":")
	}
	before := "[\n"
	var line []byte
	err := each(rows, func(values []any) error {
		line = append(line[:0], before...)
		for i, v := range values {
			line = append(line, names[i]...)
			line = merge.AppendJSON(line, v)
		}
		before = ",\n"
		_, err := w.Write(append(line, '}'))
		return err
	})
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
