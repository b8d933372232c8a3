package duck

import (
	"errors"
	"fmt"
	"testing"

	"github.com/duckdb/duckdb-go/v2"
)

// TestFaults tells a disk's faults from others, by what DuckDB 1.5.5 said on a full one.
func TestFaults(t *testing.T) {
	f := func(kind duckdb.ErrorType, msg string, disk, memory bool) {
		t.Helper()
		err := fmt.Errorf("step: %w", &duckdb.Error{Type: kind, Msg: msg})
		if DiskFault(err) != disk || OutOfMemory(err) != memory {
			t.Errorf("%s: disk %v, memory %v", msg, DiskFault(err), OutOfMemory(err))
		}
	}
	f(duckdb.ErrorTypeIO, "IO Error: Could not write", true, false)
	f(duckdb.ErrorTypeTransaction, `TransactionContext Error: Failed to commit: Could not write file "lake.duckdb.wal": No space left on device`, true, false)
	f(duckdb.ErrorTypeTransaction, "TransactionContext Error: Conflict on update!", false, false)
	f(duckdb.ErrorTypeInvalidInput, "Invalid Input Error: could not write that", false, false)
	f(duckdb.ErrorTypeOutOfMemory, "Out of Memory Error: failed to pin block", false, true)
	if DiskFault(errors.New("IO Error")) || !OutOfMemory(ErrOutOfMemory) {
		t.Error("errors that are not DuckDB's")
	}
}
