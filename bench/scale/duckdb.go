package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"target-filelake/merge/duck"
)

// contendCommand makes this program a DuckDB contender.
const contendCommand = "contend"

// memoryMB leaves DuckDB as good as all of a 24 GB machine.
const memoryMB = 16000

// scanAll reads every column; scanOne adds up one.
const (
	scanAll = "all"
	scanOne = "one"
)

// inside is what a contender says of itself on stdout.
type inside struct {
	Seconds float64 `json:"seconds,omitempty"` // of its one statement that counts
	Digest  string  `json:"digest,omitempty"`  // of the rows
	Bytes   int64   `json:"bytes,omitempty"`
}

// contend is the program as a contender: a verb, and what it works on.
func contend(ctx context.Context, args []string, out io.Writer) error {
	verbs := map[string]struct {
		args int
		do   func(ctx context.Context, args []string) (inside, error)
	}{
		"rewrite": {2, rewrite}, "replace": {2, replace}, "mergeinto": {2, mergeInto},
		"scan": {3, scanRows}, "export": {2, export}, "import": {2, importRows}, "keybytes": {1, keyBytes},
	}
	if len(args) < 2 {
		return errors.New("a contender wants a verb")
	}
	v, ok := verbs[args[1]]
	if !ok || len(args) != 2+v.args {
		return fmt.Errorf("contender %q: no such verb, or not its arguments", args[1:])
	}
	in, err := v.do(ctx, args[2:])
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(in)
}

// withDuckDB opens DuckDB on directories and closes it. It spills into the first.
func withDuckDB(ctx context.Context, do func(*sql.DB) error, dirs ...string) (err error) {
	c := duck.Config{Root: dirs[0], Threads: runtime.NumCPU(), MemoryMB: memoryMB, TempDir: filepath.Join(dirs[0], "spill")}
	db, err := duck.Open(ctx, c, duck.Directories(dirs...))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1) // variables and temporary tables are a connection's
	return do(db)
}

// execute executes statements one by one.
func execute(ctx context.Context, db *sql.DB, statements ...string) error {
	for _, s := range statements {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// timed is execute, and the seconds it took.
func timed(ctx context.Context, db *sql.DB, statements ...string) (float64, error) {
	began := time.Now()
	err := execute(ctx, db, statements...)
	return time.Since(began).Seconds(), err
}

// source attaches rows of some kind and says what to select them from.
func source(ctx context.Context, db *sql.DB, kind, path string) (string, error) {
	switch kind {
	case "lake":
		return "lake." + stream, execute(ctx, db, "SET VARIABLE lake = "+duck.Lit(path),
			"ATTACH "+duck.Lit(filepath.Join(path, "lake.duckdb"))+" AS lake (READ_ONLY)")
	case "native":
		return "native." + stream, execute(ctx, db, "ATTACH "+duck.Lit(path)+" AS native")
	case "parquet":
		return "read_parquet(" + duck.Lit(path) + ")", nil
	}
	return "", fmt.Errorf("rows of kind %q: no such kind", kind)
}

// reach is the directory that rows at path need.
func reach(kind, path string) string {
	if kind == "lake" {
		return path
	}
	return filepath.Dir(path)
}

// scanRows reads rows: kind, path, scanAll or scanOne. The digest of them all
// does not depend on their order.
func scanRows(ctx context.Context, args []string) (in inside, err error) {
	kind, path := args[0], args[1]
	exprs := map[string]string{scanAll: "bit_xor(hash(COLUMNS(*)))", scanOne: "sum(total)"}
	err = withDuckDB(ctx, func(db *sql.DB) error {
		from, err := source(ctx, db, kind, path)
		if err != nil {
			return err
		}
		began := time.Now()
		query := "SELECT CAST(x AS VARCHAR) FROM (SELECT count(*) AS n, " + exprs[args[2]] + " FROM " + from + ") AS x"
		if err := db.QueryRowContext(ctx, query).Scan(&in.Digest); err != nil {
			return fmt.Errorf("%s: %w", query, err)
		}
		in.Seconds = time.Since(began).Seconds()
		if args[2] != scanAll {
			in.Digest = "" // a sum of doubles depends on the order
		}
		return nil
	}, reach(kind, path))
	return in, err
}

// export copies a lake's rows to a Parquet file: lake, file.
func export(ctx context.Context, args []string) (inside, error) {
	return inside{}, withDuckDB(ctx, func(db *sql.DB) error {
		from, err := source(ctx, db, "lake", args[0])
		if err != nil {
			return err
		}
		return execute(ctx, db, copyTo("SELECT * FROM "+from, args[1]))
	}, filepath.Dir(args[1]), args[0])
}

// importRows copies a lake's rows to a table of DuckDB's own: lake, file.
func importRows(ctx context.Context, args []string) (inside, error) {
	return inside{}, withDuckDB(ctx, func(db *sql.DB) error {
		from, err := source(ctx, db, "lake", args[0])
		if err != nil {
			return err
		}
		table, err := source(ctx, db, "native", args[1])
		if err != nil {
			return err
		}
		return execute(ctx, db, "CREATE TABLE "+table+" AS SELECT * FROM "+from, "CHECKPOINT native")
	}, filepath.Dir(args[1]), args[0])
}

// keyBytes is what the key column takes of a lake's data files, compressed.
func keyBytes(ctx context.Context, args []string) (in inside, err error) {
	t, err := readTable(args[0])
	if err != nil {
		return in, err
	}
	files := duck.List(duck.DataPaths(t.Files, duck.Under(args[0])))
	return in, withDuckDB(ctx, func(db *sql.DB) error {
		return db.QueryRowContext(ctx, "SELECT CAST(sum(total_compressed_size) AS BIGINT) FROM parquet_metadata("+files+
			") WHERE path_in_schema = "+duck.Lit(keyColumn)).Scan(&in.Bytes)
	}, args[0])
}

func copyTo(query, path string) string {
	return "COPY (" + query + ") TO " + duck.Lit(path) + " (FORMAT parquet, COMPRESSION zstd)"
}

// syncAll makes a file, or the names in a directory, durable.
func syncAll(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
