package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/term"

	"target-filelake/lake"
	"target-filelake/merge/answer"
	"target-filelake/merge/duck"
)

// AnswerFlag is how rows are printed.
type AnswerFlag struct {
	Format string `help:"How to print: table, csv, tsv, json (one array of objects), jsonl (an object a line) or markdown." enum:"table,csv,tsv,json,jsonl,markdown" default:"table"`
}

// MemoryFlag is for commands that ask DuckDB and load nothing.
type MemoryFlag struct {
	Memory memorySize `help:"Memory that DuckDB keeps to, with unit; 64 times as much is spilled into the directory for temporary files." default:"2GiB" placeholder:"SIZE"`
}

// megabytes is the same as DuckDB takes it.
func (f MemoryFlag) megabytes() int { return int(f.Memory >> 20) }

// QueryCmd answers one SELECT, or one after another.
type QueryCmd struct {
	LakeFlag   `embed:""`
	AtFlag     `embed:""`
	MemoryFlag `embed:""`
	Format     string `help:"How to print: table (cut to fit a terminal), csv, tsv, json (one array of objects), jsonl (an object a line), markdown, or parquet, a file on stdout." enum:"table,csv,tsv,json,jsonl,markdown,parquet" default:"table"`
	File       string `help:"Read the SQL from this file; - is stdin." short:"f" placeholder:"FILE"`
	Explain    bool   `help:"Print the plan instead of the answer."`
	SQL        string `arg:"" optional:"" help:"One SELECT or EXPLAIN statement; a stream is a table. None: stdin, or on a terminal a prompt." placeholder:"SQL"`
}

// Help is what --help says about the command.
func (QueryCmd) Help() string {
	return `Examples:

  target-filelake query "SELECT status, count(*) FROM orders GROUP BY status"
  target-filelake query --at 2h --format csv "SELECT * FROM orders WHERE id = 7"
  target-filelake query --file report.sql --format parquet > report.parquet
  target-filelake query                      # a prompt, with history`
}

// Run prints the answer over one version, or begins a prompt.
func (c *QueryCmd) Run(ctx context.Context, std *stdio) error {
	query, prompt, err := c.sql(std)
	if err != nil {
		return err
	}
	if prompt {
		return c.prompt(ctx, std)
	}
	return c.one(ctx, std.out, query)
}

// sql is the query, wherever it stands; prompt: nowhere, and somebody sits there.
func (c *QueryCmd) sql(std *stdio) (query string, prompt bool, err error) {
	switch {
	case c.SQL != "" && c.File != "":
		return "", false, usageError{errors.New("the SQL stands on the command line and in --file; want one of them")}
	case c.SQL != "":
		return c.SQL, false, nil
	case c.File == "" && std.in != nil && term.IsTerminal(int(std.in.Fd())):
		return "", true, nil
	}
	data, err := c.read(std)
	if err == nil && strings.TrimSpace(string(data)) == "" {
		err = usageError{errors.New("no SQL: want it on the command line, in --file or on stdin")}
	}
	return string(data), false, err
}

// longestSQL bounds what is read.
const longestSQL = 16 << 20

func (c *QueryCmd) read(std *stdio) ([]byte, error) {
	var in io.Reader = std.in
	if c.File != "" && c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	return io.ReadAll(io.LimitReader(in, longestSQL))
}

// one answers one query over the version that is asked for.
func (c *QueryCmd) one(ctx context.Context, w io.Writer, query string) error {
	root, m, err := readLakeAt(c.Lake, c.At)
	if err != nil {
		return err
	}
	if c.Explain {
		query = "EXPLAIN " + query
	}
	if c.Format == "parquet" {
		err = c.export(ctx, root, m, query, w)
	} else {
		err = AnswerFlag{c.Format}.answer(root, c.MemoryFlag, w, func(config duck.Config) (*answer.Rows, error) { return answer.Query(ctx, config, m, query) })
	}
	if err != nil {
		return fmt.Errorf("query: %w", atLake(root, toldWhy(root, err)))
	}
	return nil
}

// export writes the answer to w as a Parquet file.
func (c *QueryCmd) export(ctx context.Context, root string, m *lake.Manifest, query string, w io.Writer) error {
	if isTerminal(w) {
		return usageError{errors.New("a Parquet file is nothing for a terminal: query --format parquet … > file.parquet")}
	}
	return c.withDir(root, func(config duck.Config) error {
		path := filepath.Join(config.TempDir, "answer.parquet")
		if err := answer.Export(ctx, config, m, query, path); err != nil {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		_, err = io.Copy(w, f)
		return errors.Join(err, f.Close())
	})
}

// withDir gives a query a private directory to spill into.
func (f MemoryFlag) withDir(root string, do func(duck.Config) error) error {
	temp, err := os.MkdirTemp("", "target-filelake-query-")
	if err != nil {
		return err
	}
	err = do(duck.Config{Root: root, Threads: runtime.GOMAXPROCS(0), MemoryMB: f.megabytes(), TempDir: temp})
	return errors.Join(err, os.RemoveAll(temp))
}

// answer prints the rows that ask has DuckDB find.
func (f AnswerFlag) answer(root string, m MemoryFlag, w io.Writer, ask func(duck.Config) (*answer.Rows, error)) error {
	show := map[string]func(io.Writer, *answer.Rows) error{
		"table": printTable, "csv": printCSV, "tsv": printTSV, "json": printJSON, "jsonl": printJSONL, "markdown": printMarkdown,
	}[f.Format]
	return m.withDir(root, func(config duck.Config) error {
		rows, err := ask(config)
		if err != nil {
			return err
		}
		return errors.Join(show(w, rows), rows.Close())
	})
}

// readLake reads the newest version of an existing lake.
func readLake(path string) (string, *lake.Manifest, error) { return readLakeAt(path, moment{}) }
