package main

import (
	"context"
	"database/sql"
	"path/filepath"

	"target-filelake/bench/contest"
	"target-filelake/merge/duck"
)

// verbs are what DuckDB does in contenders.
var verbs = map[string]contest.Verb{
	"rewrite": {Args: 2, Do: rewrite}, "replace": {Args: 2, Do: replace}, "mergeinto": {Args: 2, Do: mergeInto},
	"export": {Args: 2, Do: export}, "import": {Args: 2, Do: importRows}, "keybytes": {Args: 1, Do: keyBytes},
}

// export copies a lake's rows to a Parquet file: lake, file.
func export(ctx context.Context, args []string) (contest.Said, error) {
	return contest.Said{}, contest.WithDuckDB(ctx, func(db *sql.DB) error {
		from, err := contest.Source(ctx, db, "lake", args[0])
		if err != nil {
			return err
		}
		return contest.Execute(ctx, db, contest.CopyTo("SELECT * FROM "+from, args[1]))
	}, filepath.Dir(args[1]), args[0])
}

// importRows copies a lake's rows to a table of DuckDB's own: lake, file.
func importRows(ctx context.Context, args []string) (contest.Said, error) {
	return contest.Said{}, contest.WithDuckDB(ctx, func(db *sql.DB) error {
		from, err := contest.Source(ctx, db, "lake", args[0])
		if err != nil {
			return err
		}
		table, err := contest.Source(ctx, db, "native", args[1])
		if err != nil {
			return err
		}
		return contest.Execute(ctx, db, "CREATE TABLE "+table+" AS SELECT * FROM "+from, "CHECKPOINT native")
	}, filepath.Dir(args[1]), args[0])
}

// keyBytes is what the key column takes of a lake's data files, compressed.
func keyBytes(ctx context.Context, args []string) (said contest.Said, err error) {
	t, err := contest.Table(args[0])
	if err != nil {
		return said, err
	}
	files := duck.List(duck.DataPaths(t.Files, duck.Under(args[0])))
	return said, contest.WithDuckDB(ctx, func(db *sql.DB) error {
		return db.QueryRowContext(ctx, "SELECT CAST(sum(total_compressed_size) AS BIGINT) FROM parquet_metadata("+files+
			") WHERE path_in_schema = "+duck.Lit(keyColumn)).Scan(&said.Bytes)
	}, args[0])
}
