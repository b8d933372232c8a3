package main

import (
	"context"
	"database/sql"

	"target-filelake/bench/contest"
)

// verbs are what contenders of this program do.
var verbs = map[string]contest.Verb{
	"rowtype": {Args: 1, Do: rowType}, "copy": {Args: 4, Do: contest.CopyRecords}, "spin": {Args: 2, Do: spin},
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
