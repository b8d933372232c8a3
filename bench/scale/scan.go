package main

import (
	"context"
	"fmt"
	"path/filepath"

	"target-filelake/bench/contest"
)

// batchesBeforeScan are what compaction must have kept readable.
const batchesBeforeScan = 10

// scan reads a table after batches of random keys, and compacted.
func (s *session) scan(ctx context.Context) error {
	base, err := s.sorted(ctx, s.Rows)
	if err != nil {
		return err
	}
	grown, flat := filepath.Join(s.Work, "grown"), filepath.Join(s.Work, "flat")
	if err := copyLake(base, grown); err != nil {
		return err
	}
	for i := range batchesBeforeScan {
		if _, err := s.update(ctx, grown, s.Rows, s.Updates, uint64(i)); err != nil {
			return err
		}
	}
	if err := s.compacted(ctx, grown, flat); err != nil {
		return err
	}
	s.Title("%d rows after %d batches of %d random keys, %d repetitions", s.Rows, batchesBeforeScan, s.Updates, s.Reps)
	for _, what := range []string{contest.ScanAll, contest.ScanOne} {
		names := map[string]string{contest.ScanAll: "all columns", contest.ScanOne: "sum of one column"}
		wants := map[string]contest.Want{contest.ScanAll: contest.AtMost(1.3), contest.ScanOne: contest.Anything}
		a, b, err := s.scans(ctx, grown, flat, what)
		if err != nil {
			return err
		}
		s.Seconds(names[what], a)
		s.Seconds(names[what]+", compacted", b)
		s.Ratio(names[what]+" / compacted", a, b, wants[what])
	}
	return nil
}

// update loads a batch of random keys; n tells batches apart.
func (s *session) update(ctx context.Context, root string, rows, updates int, n uint64) (contest.Outcome, error) {
	seed := s.Seed + 1 + n
	file, err := input{updates, seed, anywhere(rows, seed)}.file(filepath.Join(s.Work, "batch.singer"))
	if err != nil {
		return contest.Outcome{}, err
	}
	return contest.Run(ctx, s.Target, "--lake", root, "--input", file)
}

// scans takes how long DuckDB reads each of two lakes of the same rows: the
// query alone, without the start of its process.
func (s *session) scans(ctx context.Context, one, other, what string) (a, b []float64, err error) {
	x, y := s.Scan("as it is", "lake", one, what), s.Scan("compacted", "lake", other, what)
	if err := s.Race(ctx, x, y); err != nil {
		return nil, nil, fmt.Errorf("scan: %w", err)
	}
	if a, err = x.Each(contest.Statement); err != nil {
		return nil, nil, err
	}
	b, err = y.Each(contest.Statement)
	return a, b, err
}
