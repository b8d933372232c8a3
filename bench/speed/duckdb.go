package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"

	"target-filelake/bench/contest"
	"target-filelake/merge/duck"
)

// verbs are what contenders of this program do.
var verbs = map[string]contest.Verb{
	"rowtype": {Args: 1, Do: rowType}, "copy": {Args: 4, Do: copyRecords}, "spin": {Args: 2, Do: spin},
}

// rowType is the type of a lake's rows.
func rowType(ctx context.Context, args []string) (said contest.Said, err error) {
	return said, contest.WithDuckDB(ctx, func(db *sql.DB) error {
		from, err := contest.Source(ctx, db, "lake", args[0])
		if err != nil {
			return err
		}
		said.Type, err = contest.RowType(ctx, db, from)
		return err
	}, args[0])
}

// Whether DuckDB keeps rows in their order.
const (
	ordered   = "ordered"
	unordered = "unordered"
)

// detected stands for a type of records that DuckDB finds out.
const detected = "detected"

// copyRecords is DuckDB doing what a load does: records to a Parquet file that
// a power cut leaves. Arguments: input, the type of its records, whether they
// keep their order, and the file.
func copyRecords(ctx context.Context, args []string) (said contest.Said, err error) {
	input, record, order, file := args[0], args[1], args[2], args[3]
	with := map[string]func(context.Context, func(*sql.DB) error, ...string) error{ordered: contest.WithDuckDB, unordered: contest.WithoutOrder}[order]
	if with == nil {
		return said, fmt.Errorf("order %q: no such order", order)
	}
	query := contest.Records(input, record)
	if record == detected {
		query = "SELECT record.* FROM read_json(" + duck.Lit(input) + ", format = 'newline_delimited') WHERE type = 'RECORD'"
	}
	err = with(ctx, func(db *sql.DB) (err error) {
		said.Seconds, err = contest.Timed(ctx, db, contest.CopyTo(query, file))
		return err
	}, filepath.Dir(file), filepath.Dir(input))
	if err != nil {
		return said, err
	}
	if err := contest.Sync(file); err != nil {
		return said, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return said, err
	}
	said.Bytes = info.Size()
	return said, nil
}
