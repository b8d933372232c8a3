package merge

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/duckdb/duckdb-go/v2"
)

// Config is where DuckDB works and what it may take.
type Config struct {
	Root     string // absolute path of the lake
	Threads  int
	MemoryMB int
	TempDir  string // private directory for spilling, inside the lake; made by the caller
}

// spillFactor bounds what may be spilled, as a multiple of the memory limit:
// a runaway query must not fill the disk the lake is on.
const spillFactor = 64

// DB is a DuckDB in memory that reads and writes nothing outside the lake. It
// may be used by several goroutines at once.
type DB struct {
	sql  *sql.DB
	root string
}

// Open starts a DuckDB for merging.
func Open(ctx context.Context, c Config) (*DB, error) {
	db, err := start(ctx, setup(c, allowDirectories(c.Root)))
	if err != nil {
		return nil, err
	}
	return &DB{sql: db, root: c.Root}, nil
}

// Close ends it; nothing in it needs to survive.
func (db *DB) Close() error { return db.sql.Close() }

// start opens a DuckDB in memory and runs the settings, which hold for every
// connection.
func start(ctx context.Context, settings []string) (*sql.DB, error) {
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return nil, fmt.Errorf("open duckdb: %w", err)
	}
	db := sql.OpenDB(connector)
	for _, s := range settings {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return nil, errors.Join(fmt.Errorf("set up duckdb: %w", err), db.Close())
		}
	}
	return db, nil
}
