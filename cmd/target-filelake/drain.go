package main

import (
	"context"
	"fmt"
	"time"
)

// drainLimit is how long a run may go on after a signal, to commit what came
// before the newest STATE. Three commits may be under way, each with a merge
// that takes a second on a large lake; who sent the signal often kills after 30 s.
const drainLimit = 10 * time.Second

// draining is a context that a signal does not end at once, but limit after it:
// what is not committed by then comes again.
func draining(ctx context.Context, limit time.Duration) (context.Context, func()) {
	drain, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	release := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(limit):
			cancel(fmt.Errorf("%w; what was not committed %s later is left to the next run", context.Cause(ctx), limit))
		case <-drain.Done():
		}
	})
	return drain, func() { release(); cancel(nil) }
}
