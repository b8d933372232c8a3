package duck

import (
	"errors"

	"github.com/duckdb/duckdb-go/v2"
)

// DiskFault reports whether an error is that DuckDB could not read or write a file.
func DiskFault(err error) bool {
	e, ok := errors.AsType[*duckdb.Error](err)
	return ok && e.Type == duckdb.ErrorTypeIO
}
