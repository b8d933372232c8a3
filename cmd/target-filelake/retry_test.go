package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"target-filelake/lake"
	"target-filelake/merge/duck"
)

// TestRetry has a step fail in turn with errs, and then work.
func TestRetry(t *testing.T) {
	const some, more, most = 100 * time.Millisecond, 500 * time.Millisecond, 2100 * time.Millisecond
	f := func(errs []error, tries int, took time.Duration, want error, says string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			began, n, between := time.Now(), 0, 0
			err := retry(t.Context(), func() error {
				if n++; n <= len(errs) {
					return errs[n-1]
				}
				return nil
			}, func(error, time.Duration) error { between++; return nil })
			if n != tries || between != tries-1 || time.Since(began) != took {
				t.Errorf("%v: %d tries, %d between, %s; want %d, %s", errs, n, between, time.Since(began), tries, took)
			}
			if !errors.Is(err, want) || err != nil && !strings.Contains(err.Error(), says) {
				t.Errorf("%v: %v, want %v saying %q", errs, err, want, says)
			}
		})
	}
	passing, memory := fmt.Errorf("merge: %w", syscall.EAGAIN), duck.ErrOutOfMemory
	full, corrupt := fmt.Errorf("merge: %w", syscall.ENOSPC), fmt.Errorf("x: %w", lake.ErrCorrupt)
	f(nil, 1, 0, nil, "")
	f([]error{memory, passing}, 3, more, nil, "")
	f([]error{passing, full}, 2, some, full, "")
	f([]error{full}, 1, 0, full, "")
	f([]error{corrupt}, 1, 0, corrupt, "")
	f([]error{passing, passing, passing, memory, passing}, 4, most, memory, "tried 4 times")
}

// TestRetryEnds has ctx end, and a DuckDB that cannot be closed.
func TestRetryEnds(t *testing.T) {
	f := func(ended bool, between error, tries int, want error) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			began, n, wants := time.Now(), 0, !ended
			if ended {
				cancel(interrupted{syscall.SIGTERM})
			} else {
				time.AfterFunc(50*time.Millisecond, func() { cancel(interrupted{syscall.SIGTERM}) })
			}
			err := retry(ctx, func() error { n++; return syscall.EAGAIN }, func(error, time.Duration) error { wants = !wants; return between })
			if wants || n != tries || !errors.Is(err, want) || !errors.Is(err, syscall.EAGAIN) || time.Since(began) > 50*time.Millisecond {
				t.Errorf("%d tries in %s: %v", n, time.Since(began), err)
			}
			cancel(nil)
		})
	}
	f(true, nil, 1, syscall.EAGAIN)
	f(false, nil, 1, interrupted{syscall.SIGTERM})
	f(false, errors.ErrUnsupported, 1, errors.ErrUnsupported)
}

// TestMergeOutOfMemory has DuckDB itself run out of memory until it is given more:
// each try meets a DuckDB in which nothing is left of the one before.
func TestMergeOutOfMemory(t *testing.T) {
	t.Parallel()
	f := func(enough int, tries int, want bool) {
		t.Helper()
		dir := t.TempDir()
		load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0)
		c, said := newCommitter(t, dir)
		n := 0
		err := c.merge(t.Context(), "t", false, func() error {
			if n++; n == enough {
				c.duckdb.config.MemoryMB = 512 // of the next DuckDB
			}
			conn, err := c.duckdb.Conn(t.Context())
			if err != nil {
				return err
			}
			defer conn.Close()
			for _, q := range []string{"CREATE TEMP TABLE mine AS SELECT 1", "SELECT list(range) FROM range(4_000_000)"} {
				if _, err := conn.ExecContext(t.Context(), q); err != nil {
					return err
				}
			}
			return nil
		})
		if n != tries || (err == nil) != want || err != nil && !duck.OutOfMemory(err) {
			t.Errorf("%d tries: %v", n, err)
		}
		if got := c.run.stream("t").retries; got != int64(tries-1) || strings.Count(said.String(), "it is tried again") != tries-1 {
			t.Errorf("%d retries; said %s", got, said)
		}
		spilled, err := filepath.Glob(filepath.Join(dir, "_lake/tmp/*"))
		if err = errors.Join(err, c.duckdb.close(), c.lake.Close()); err != nil || len(spilled) > 1 {
			t.Errorf("%v, %v", spilled, err)
		}
	}
	f(2, 3, true)
	f(0, 4, false)
}

// newCommitter is a committer whose DuckDB has hardly any memory, and its log.
func newCommitter(t *testing.T, dir string) (*committer, *strings.Builder) {
	t.Helper()
	disk, l := lockedLake(t, dir)
	t.Cleanup(func() { disk.Close() })
	said := &strings.Builder{}
	db := &database{lake: l, config: duck.Config{Root: dir, Threads: 1, MemoryMB: 16}}
	return &committer{loader: &loader{lake: l, duckdb: db, log: newLog(said, logText, slog.LevelInfo), run: newSummary(time.Now())}}, said
}
