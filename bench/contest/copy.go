package contest

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"

	"target-filelake/merge/duck"
)

// Whether DuckDB keeps rows in their order.
const (
	Ordered   = "ordered"
	Unordered = "unordered"
)

// Types of records that are none: DuckDB finds it out; records stay text, beside
// their stream.
const (
	Detected = "detected"
	Text     = ""
)

// CopyRecords is DuckDB doing what a load does: records to a Parquet file that
// a power cut leaves. Arguments: input, the type of its records, whether they
// keep their order, and the file.
func CopyRecords(ctx context.Context, args []string) (said Said, err error) {
	input, record, order, file := args[0], args[1], args[2], args[3]
	with := map[string]func(context.Context, func(*sql.DB) error, ...string) error{Ordered: WithDuckDB, Unordered: WithoutOrder}[order]
	if with == nil {
		return said, fmt.Errorf("order %q: no such order", order)
	}
	query := Records(input, record)
	switch record {
	case Detected:
		query = "SELECT record.* FROM read_json(" + duck.Lit(input) + ", format = 'newline_delimited') WHERE type = 'RECORD'"
	case Text:
		query = "SELECT stream, record FROM read_json(" + duck.Lit(input) + ", format = 'newline_delimited', columns = {type: 'VARCHAR', stream: 'VARCHAR', record: 'JSON'}) WHERE type = 'RECORD'"
	}
	err = with(ctx, func(db *sql.DB) (err error) {
		said.Seconds, err = Timed(ctx, db, CopyTo(query, file))
		return err
	}, filepath.Dir(file), filepath.Dir(input))
	if err != nil {
		return said, err
	}
	if err := Sync(file); err != nil {
		return said, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return said, err
	}
	said.Bytes = info.Size()
	return said, nil
}
