package duck

import (
	"errors"
	"regexp"
	"strings"
	"syscall"

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

// Words is an error's text without what DuckDB advises where memory or room for
// spilling ends: no setting of its can be changed here.
func Words(err error) string { return advice.ReplaceAllString(err.Error(), "") }

var advice = regexp.MustCompile(`(?s)\n+Possible solutions:\n(?:\* [^\n]*\n?)*(?:\n*See also https://duckdb\.org[^\s;]*)?` +
	`|\n*This limit was set by the 'max_temp_directory_size' setting\.\n.*?max_temp_directory_size='[^']*'[^\n;]*`)

// Passing reports whether a fault may be gone when the same is asked again: memory
// that others had, a file that was locked, a call that was interrupted.
func Passing(err error) bool {
	if OutOfMemory(err) || errors.Is(err, syscall.EINTR) || errors.Is(err, syscall.EAGAIN) {
		return true
	}
	e, ok := errors.AsType[*duckdb.Error](err)
	return ok && e.Type == duckdb.ErrorTypeIO && passingFault.MatchString(e.Msg)
}

var passingFault = regexp.MustCompile(`(?i)could not set lock|conflicting lock|resource temporarily unavailable|interrupted system call`)

// Unquoted is an error's text without the words of DuckDB's that may quote a row's
// value: their kind stays.
func Unquoted(err error) string {
	text := Words(err)
	walk(err, func(e *duckdb.Error) {
		if e.Type != duckdb.ErrorTypeIO && !OutOfMemory(e) {
			kind, _, _ := strings.Cut(e.Msg, ":")
			text = strings.ReplaceAll(text, e.Msg, kind+" of DuckDB's")
		}
	})
	return text
}

// walk visits the errors of DuckDB's that err wraps.
func walk(err error, visit func(*duckdb.Error)) {
	switch e := err.(type) {
	case *duckdb.Error:
		visit(e)
	case interface{ Unwrap() error }:
		walk(e.Unwrap(), visit)
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			walk(inner, visit)
		}
	}
}
