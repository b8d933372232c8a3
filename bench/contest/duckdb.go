package contest

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

// contendCommand makes a measuring program one of its contenders.
const contendCommand = "contend"

// memoryMB leaves DuckDB as good as all of a 24 GB machine.
const memoryMB = 16000

// ScanAll reads every column; ScanOne adds up one.
const (
	ScanAll = "all"
	ScanOne = "one"
)

// Stream is the one that bench.Gen sends first.
const Stream = "orders"

// Said is what a contender says of itself on stdout.
type Said struct {
	Seconds float64 `json:"seconds,omitempty"` // of its one statement that counts
	Digest  string  `json:"digest,omitempty"`  // of the rows
	Bytes   int64   `json:"bytes,omitempty"`
	Type    string  `json:"type,omitempty"` // of a row
}

// Verb is work that the measuring program does in a process of its own: its
// memory goes with it.
type Verb struct {
	Args int
	Do   func(ctx context.Context, args []string) (Said, error)
}

// contend does the work of a verb: the verb and what it works on. Every
// program has scan.
func contend(ctx context.Context, verbs map[string]Verb, args []string, out io.Writer) error {
	if len(args) < 1 {
		return errors.New("a contender wants a verb")
	}
	v, ok := verbs[args[0]]
	if args[0] == "scan" {
		v, ok = Verb{3, scan}, true
	}
	if !ok || len(args) != 1+v.Args {
		return fmt.Errorf("contender %q: no such verb, or not its arguments", args)
	}
	said, err := v.Do(ctx, args[1:])
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(said)
}

// WithDuckDB opens DuckDB on directories, with all threads and much memory, and
// closes it. It spills into the first.
func WithDuckDB(ctx context.Context, do func(*sql.DB) error, dirs ...string) error {
	return withReach(ctx, do, duck.Directories(dirs...), dirs[0])
}

// WithoutOrder is WithDuckDB that need not keep rows in their order.
func WithoutOrder(ctx context.Context, do func(*sql.DB) error, dirs ...string) error {
	// Once a reach is set no other setting can be, so this one goes with it.
	return withReach(ctx, do, "SET preserve_insertion_order = false; "+duck.Directories(dirs...), dirs[0])
}

func withReach(ctx context.Context, do func(*sql.DB) error, reach duck.Reach, root string) (err error) {
	c := duck.Config{Root: root, Threads: runtime.NumCPU(), MemoryMB: memoryMB, TempDir: filepath.Join(root, "spill")}
	db, err := duck.Open(ctx, c, reach)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1) // variables and temporary tables are a connection's
	return do(db)
}

// Execute executes statements one by one.
func Execute(ctx context.Context, db *sql.DB, statements ...string) error {
	for _, s := range statements {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// Timed is Execute, and the seconds it took.
func Timed(ctx context.Context, db *sql.DB, statements ...string) (float64, error) {
	began := time.Now()
	err := Execute(ctx, db, statements...)
	return time.Since(began).Seconds(), err
}

// Source attaches rows of some kind (lake, native, parquet) and says what to
// select them from.
func Source(ctx context.Context, db *sql.DB, kind, path string) (string, error) {
	switch kind {
	case "lake":
		return "lake." + Stream, Execute(ctx, db, "SET VARIABLE lake = "+duck.Lit(path),
			"ATTACH "+duck.Lit(filepath.Join(path, "lake.duckdb"))+" AS lake (READ_ONLY)")
	case "native":
		return "native." + Stream, Execute(ctx, db, "ATTACH "+duck.Lit(path)+" AS native")
	case "parquet":
		return "read_parquet(" + duck.Lit(path) + ")", nil
	}
	return "", fmt.Errorf("rows of kind %q: no such kind", kind)
}

// RowType is the type of rows, as a STRUCT.
func RowType(ctx context.Context, db *sql.DB, table string) (t string, err error) {
	err = db.QueryRowContext(ctx, "SELECT typeof(t) FROM "+table+" AS t LIMIT 1").Scan(&t)
	return t, err
}

// Records selects the records of a tap's output, with columns of this type.
func Records(input, rowType string) string {
	return "SELECT record.* FROM read_json(" + duck.Lit(input) + ", format = 'newline_delimited', columns = {type: 'VARCHAR', record: " +
		duck.Lit(rowType) + "}) WHERE type = 'RECORD'"
}

// CopyTo writes the rows of a query to a Parquet file.
func CopyTo(query, path string) string {
	return "COPY (" + query + ") TO " + duck.Lit(path) + " (FORMAT parquet, COMPRESSION zstd)"
}

// reach is the directory that rows at path need.
func reach(kind, path string) string {
	if kind == "lake" {
		return path
	}
	return filepath.Dir(path)
}

// scan reads rows: kind, path, ScanAll or ScanOne. The digest of them all does
// not depend on their order.
func scan(ctx context.Context, args []string) (said Said, err error) {
	kind, path := args[0], args[1]
	exprs := map[string]string{ScanAll: "bit_xor(hash(COLUMNS(*)))", ScanOne: "sum(total)"}
	err = WithDuckDB(ctx, func(db *sql.DB) error {
		from, err := Source(ctx, db, kind, path)
		if err != nil {
			return err
		}
		began := time.Now()
		query := "SELECT CAST(x AS VARCHAR) FROM (SELECT count(*) AS n, " + exprs[args[2]] + " FROM " + from + ") AS x"
		if err := db.QueryRowContext(ctx, query).Scan(&said.Digest); err != nil {
			return fmt.Errorf("%s: %w", query, err)
		}
		said.Seconds = time.Since(began).Seconds()
		if args[2] != ScanAll {
			said.Digest = "" // a sum of doubles depends on the order
		}
		return nil
	}, reach(kind, path))
	return said, err
}

// Sync makes a file, or the names in a directory, durable.
func Sync(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
