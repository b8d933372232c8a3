// Package fault words why an expression is refused, or could not be evaluated.
//
// A Fault tells the step and the types that met there, and never a value of a
// record: it may be logged.
package fault

import "fmt"

// Fault is one such reason.
type Fault struct{ Reason string }

func (f *Fault) Error() string { return f.Reason }

// New is a *Fault.
func New(format string, args ...any) error { return &Fault{fmt.Sprintf(format, args...)} }
