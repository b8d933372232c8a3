package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"target-filelake/merge/duck"
)

// pauses are how long is waited before each further try: what another process has
// taken for a moment is back within seconds, and a load waits no longer for the rest.
var pauses = [...]time.Duration{100 * time.Millisecond, 400 * time.Millisecond, 1600 * time.Millisecond}

// retry runs a step that changes nothing on disk, and again after faults that may
// pass. A sync is never such a step: what it failed to write may be gone, and a
// second one would say that all is well. between comes before each pause.
func retry(ctx context.Context, step func() error, between func(err error, pause time.Duration) error) error {
	for try := 0; ; try++ {
		err := step()
		switch {
		case err == nil || ctx.Err() != nil || !duck.Passing(err):
			return err
		case try == len(pauses):
			return fmt.Errorf("tried %d times: %w", try+1, err)
		}
		if berr := between(err, pauses[try]); berr != nil {
			return errors.Join(err, berr)
		}
		select {
		case <-time.After(pauses[try]):
		case <-ctx.Done():
			return errors.Join(err, context.Cause(ctx))
		}
	}
}

// merge asks DuckDB what a commit of a stream needs to know, alone or beside other
// merges. Nothing of it is seen by anybody before the commit, so it may be asked
// again, alone and of a new DuckDB: what the last one held or spilled is gone with it.
func (c *committer) merge(ctx context.Context, stream string, alone bool, ask func() error) error {
	step := func() error { return c.duckdb.ask(ctx, alone, ask) }
	return retry(ctx, step, func(err error, pause time.Duration) error {
		alone = true
		c.run.stream(stream).retries++
		said, _, _ := strings.Cut(err.Error(), "\n") // DuckDB's advice follows, which nobody can take
		c.log.Warn("a merge met a fault that may pass; it is tried again", "stream", stream, "pause", pause, "error", said)
		return c.duckdb.renew()
	})
}
