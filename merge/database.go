package merge

import (
	"context"
	"database/sql"

	"target-filelake/merge/duck"
)

// DB is a DuckDB in memory that reads and writes nothing outside the lake. It
// may be used by several goroutines at once.
type DB struct {
	sql  *sql.DB
	root string
}

// Open starts a DuckDB for merging.
func Open(ctx context.Context, c duck.Config) (*DB, error) {
	db, err := duck.Open(ctx, c, duck.Directories(c.Root))
	if err != nil {
		return nil, err
	}
	return &DB{sql: db, root: c.Root}, nil
}

// Conn is a connection to it, for others that work on the lake's files.
func (db *DB) Conn(ctx context.Context) (*sql.Conn, error) { return db.sql.Conn(ctx) }

// Root is the absolute path of the lake.
func (db *DB) Root() string { return db.root }

// Close ends it; nothing in it needs to survive.
func (db *DB) Close() error { return db.sql.Close() }
