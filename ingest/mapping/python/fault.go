package python

import (
	"fmt"
)

// Fault is why an expression is refused or could not be evaluated. It tells
// no value.
type Fault struct{ Reason string }

func (f *Fault) Error() string { return f.Reason }

func fault(format string, args ...any) error { return &Fault{fmt.Sprintf(format, args...)} }
