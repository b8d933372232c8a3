package main

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"

	"target-filelake/bench/contest"
)

// readBatch reads a batch's records into a table, with the types of the table
// that they go to, and keeps the last record of each key.
func readBatch(ctx context.Context, db *sql.DB, table, input string) error {
	record, err := contest.RowType(ctx, db, table)
	if err != nil {
		return err
	}
	return contest.Execute(ctx, db, "CREATE TEMP TABLE came AS "+contest.Records(input, record),
		"CREATE TEMP TABLE batch AS SELECT * FROM came WHERE rowid IN (SELECT max(rowid) FROM came GROUP BY "+keyColumn+")")
}

// tableFile is the table of rewrite, nativeFile that of replace and mergeInto.
const (
	tableFile  = "table.parquet"
	nativeFile = "native.duckdb"
)

// rewrite upserts into a Parquet file by writing it anew: directory, input.
func rewrite(ctx context.Context, args []string) (in contest.Said, err error) {
	dir := args[0]
	old, next := filepath.Join(dir, tableFile), filepath.Join(dir, "new.parquet")
	err = contest.WithDuckDB(ctx, func(db *sql.DB) error {
		table, err := contest.Source(ctx, db, "parquet", old)
		if err == nil {
			err = readBatch(ctx, db, table, args[1])
		}
		if err != nil {
			return err
		}
		in.Seconds, err = contest.Timed(ctx, db, contest.CopyTo("SELECT t.* FROM "+table+" AS t ANTI JOIN batch ON t."+keyColumn+
			" = batch."+keyColumn+" UNION ALL SELECT * FROM batch", next))
		return err
	}, dir, filepath.Dir(args[1]))
	if err != nil {
		return in, err
	}
	return in, errors.Join(contest.Sync(next), os.Rename(next, old), contest.Sync(dir))
}

// replace upserts into a table of DuckDB's own: directory, input.
func replace(ctx context.Context, args []string) (contest.Said, error) {
	return intoNative(ctx, args, func(table string) []string {
		return []string{"BEGIN", "DELETE FROM " + table + " USING batch WHERE " + contest.Stream + "." + keyColumn + " = batch." + keyColumn,
			"INSERT INTO " + table + " SELECT * FROM batch", "COMMIT"}
	})
}

// mergeInto does the same in one statement.
func mergeInto(ctx context.Context, args []string) (contest.Said, error) {
	return intoNative(ctx, args, func(table string) []string {
		return []string{"MERGE INTO " + table + " AS t USING batch ON t." + keyColumn + " = batch." + keyColumn +
			" WHEN MATCHED THEN UPDATE WHEN NOT MATCHED THEN INSERT"}
	})
}

func intoNative(ctx context.Context, args []string, statements func(table string) []string) (in contest.Said, err error) {
	err = contest.WithDuckDB(ctx, func(db *sql.DB) error {
		table, err := contest.Source(ctx, db, "native", filepath.Join(args[0], nativeFile))
		if err == nil {
			err = readBatch(ctx, db, table, args[1])
		}
		if err != nil {
			return err
		}
		in.Seconds, err = contest.Timed(ctx, db, append(statements(table), "CHECKPOINT native")...)
		return err
	}, args[0], filepath.Dir(args[1]))
	return in, err
}
