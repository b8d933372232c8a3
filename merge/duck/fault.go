package duck

import (
	"errors"
	"regexp"

	"github.com/duckdb/duckdb-go/v2"
)

// DiskFault reports whether an error is that DuckDB could not read or write a file.
// When that ends a commit, the type is the transaction's and only the words tell.
func DiskFault(err error) bool {
	e, ok := errors.AsType[*duckdb.Error](err)
	return ok && (e.Type == duckdb.ErrorTypeIO || fileFault.MatchString(e.Msg))
}

var fileFault = regexp.MustCompile(`(?i)^(TransactionContext|FATAL) Error: .*could not (write|read|open|sync|fsync|truncate)`)

// ErrOutOfMemory is that what was asked needs more memory than DuckDB may have.
var ErrOutOfMemory = errors.New("duck: out of memory")

// OutOfMemory reports whether an error is that, in DuckDB's words or ours.
func OutOfMemory(err error) bool {
	e, ok := errors.AsType[*duckdb.Error](err)
	return ok && e.Type == duckdb.ErrorTypeOutOfMemory || errors.Is(err, ErrOutOfMemory)
}
