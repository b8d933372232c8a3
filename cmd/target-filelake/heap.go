package main

import (
	"os"
	"runtime/debug"
)

// boundHeap has Go's garbage collected in time for its share of the memory setting,
// until undo. It is no hard limit: what is in use stays. GOMEMLIMIT, where it is set,
// is obeyed instead.
func (c *LoadCmd) boundHeap() (undo func()) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	before := debug.SetMemoryLimit(c.share(heapShare))
	return func() { debug.SetMemoryLimit(before) }
}
