package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"syscall"

	"target-filelake/ingest"
	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// Exit codes, after sysexits.h where it has one.
const (
	exitOK       = 0
	exitOther    = 1
	exitUsage    = 2
	exitBadInput = 65
	exitDisk     = 74
	exitLocked   = 75
	exitInt      = 130
	exitTerm     = 143
)

// usageError is a fault in flags or configuration.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

// inputError is a fault of the tap's that no package has a type for.
type inputError struct{ error }

func (i inputError) Unwrap() error { return i.error }

// exitCode is the code of the gravest fault in err: a signal's, 130 or 143, says
// that all up to the last STATE is loaded, so whatever kept that from being true
// comes before it.
// verdict is the answer no of a command that was asked, whatever its cause.
type verdict struct{ error }

func (v verdict) Unwrap() error { return v.error }

func exitCode(err error) int {
	switch {
	case err == nil:
		return exitOK
	case is[verdict](err):
		return exitOther
	case is[usageError](err):
		return exitUsage
	case isDisk(err):
		return exitDisk
	case errors.Is(err, lake.ErrLocked), errors.Is(err, lake.ErrFenced), errors.Is(err, lake.ErrBusy):
		return exitLocked
	case is[interrupted](err):
		if sig, _ := errors.AsType[interrupted](err); sig.Signal == os.Interrupt {
			return exitInt
		}
		return exitTerm
	case is[*ingest.RecordError](err), is[*ingest.LineError](err), is[inputError](err), errors.Is(err, columns.ErrSchema):
		return exitBadInput
	default:
		return exitOther
	}
}

func isDisk(err error) bool {
	return is[*fs.PathError](err) || is[*os.LinkError](err) || is[*os.SyscallError](err) || is[syscall.Errno](err) || is[*lake.UnsureError](err) ||
		errors.Is(err, lake.ErrCorrupt) || duck.DiskFault(err)
}

// signalled adds the signal that came to the fault that ended a run, unless
// the fault is no more than that.
func signalled(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	switch {
	case is[interrupted](err):
		return err
	case errors.Is(err, context.Canceled):
		return cause
	default:
		return errors.Join(err, cause)
	}
}

func is[T error](err error) bool {
	_, ok := errors.AsType[T](err)
	return ok
}
