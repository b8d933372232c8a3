package duck

import (
	"errors"
	"fmt"
	"syscall"
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
	passing := func(want bool, err error) {
		t.Helper()
		if Passing(fmt.Errorf("merge: step: %w", err)) != want {
			t.Errorf("%v: want passing %v", err, want)
		}
	}
	passing(true, &duckdb.Error{Type: duckdb.ErrorTypeOutOfMemory, Msg: "Out of Memory Error: failed to pin block"})
	passing(true, &duckdb.Error{Type: duckdb.ErrorTypeIO, Msg: `IO Error: Could not set lock on file "x": Conflicting lock is held`})
	passing(true, &duckdb.Error{Type: duckdb.ErrorTypeIO, Msg: `IO Error: Cannot open file "x": Interrupted system call`})
	passing(true, syscall.EAGAIN)
	passing(true, syscall.EINTR)
	passing(false, syscall.EIO)
	passing(false, syscall.ENOSPC)
	passing(false, &duckdb.Error{Type: duckdb.ErrorTypeIO, Msg: `IO Error: Could not write file "x": No space left on device`})
	passing(false, &duckdb.Error{Type: duckdb.ErrorTypeConstraint, Msg: "Constraint Error: interrupted system call"})
	if DiskFault(errors.New("IO Error")) || !OutOfMemory(ErrOutOfMemory) {
		t.Error("errors that are not DuckDB's")
	}
}

func TestUnquoted(t *testing.T) {
	secret := fmt.Errorf("merge: look for keys: %w", &duckdb.Error{Type: duckdb.ErrorTypeConversion, Msg: "Conversion Error: Could not convert string 'secret' to INT32"})
	disk := &duckdb.Error{Type: duckdb.ErrorTypeIO, Msg: `IO Error: Could not read file "x"`}
	f := func(err error, want string) {
		t.Helper()
		if got := Unquoted(err); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f(secret, "merge: look for keys: Conversion Error of DuckDB's")
	f(errors.Join(disk, fmt.Errorf("stream: %w", secret)), disk.Msg+"\nstream: merge: look for keys: Conversion Error of DuckDB's")
	f(errors.New("plain"), "plain")
}
