package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"target-filelake/lake"
	"target-filelake/lake/failpoint"
)

// How often a pipeline's lock is tried again, and that we wait for it is said.
const (
	firstRetry   = 50 * time.Millisecond
	longestRetry = time.Second
	waitingSaid  = 10 * time.Second
)

// lockLake opens the lake for the pipeline, and waits as long as wait, what
// --wait says, for another run of it to end. A signal ends the wait.
func lockLake(ctx context.Context, disk lake.FS, pipeline string, wait time.Duration, log *slog.Logger) (*lake.Lake, error) {
	started, pause := time.Now(), firstRetry
	var said time.Time
	for {
		l, err := lake.Open(disk, lake.Options{Pipeline: pipeline, Holder: holder(), Clock: failpoint.Now, Rand: rand.Reader})
		locked, ok := errors.AsType[*lake.LockedError](err)
		if !ok {
			return l, err
		}
		left := wait - time.Since(started)
		if left <= 0 {
			return nil, taken(wait, err)
		}
		if time.Since(said) >= waitingSaid {
			said = time.Now()
			log.Info("waiting for another run of the pipeline", "pipeline", pipeline, "holder", locked.Holder, "for_up_to", left.Round(100*time.Millisecond))
		}
		select {
		case <-time.After(min(pause, left)):
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for pipeline %q: %w", pipeline, context.Cause(ctx))
		}
		pause = min(2*pause, longestRetry)
	}
}

// taken says what can be done about a lock that another run holds.
func taken(wait time.Duration, err error) error {
	if wait > 0 {
		return fmt.Errorf("waited %s: %w", wait, err)
	}
	return fmt.Errorf("%w; wait for it with --wait 10m, or give another tap its own --pipeline NAME", err)
}
