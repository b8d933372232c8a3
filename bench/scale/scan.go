package main

import (
	"context"
	"fmt"
	"path/filepath"
)

// batchesBeforeScan are what compaction must have kept readable.
const batchesBeforeScan = 10

// scan reads a table after batches of random keys, and compacted.
func (s *session) scan(ctx context.Context) error {
	base, err := s.sorted(ctx, s.Rows)
	if err != nil {
		return err
	}
	grown, flat := filepath.Join(s.work, "grown"), filepath.Join(s.work, "flat")
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
	s.title("%d rows after %d batches of %d random keys, %d repetitions", s.Rows, batchesBeforeScan, s.Updates, s.Reps)
	for _, what := range []string{scanAll, scanOne} {
		names := map[string]string{scanAll: "all columns", scanOne: "sum of one column"}
		wants := map[string]want{scanAll: atMost(1.3), scanOne: anything}
		a, b, err := s.scans(ctx, grown, flat, what)
		if err != nil {
			return err
		}
		s.seconds(names[what], a)
		s.seconds(names[what]+", compacted", b)
		s.ratio(names[what]+" / compacted", a, b, wants[what])
	}
	return nil
}

// update loads a batch of random keys; n tells batches apart.
func (s *session) update(ctx context.Context, root string, rows, updates int, n uint64) (outcome, error) {
	seed := s.Seed + 1 + n
	file, err := input{updates, seed, anywhere(rows, seed)}.file(filepath.Join(s.work, "batch.singer"))
	if err != nil {
		return outcome{}, err
	}
	return run(ctx, s.Bin, "--lake", root, "--input", file)
}

// scans takes how long DuckDB reads each of two lakes of the same rows: the
// query alone, without the start of its process.
func (s *session) scans(ctx context.Context, one, other, what string) (a, b []float64, err error) {
	x, y := s.scanOf("as it is", one, what), s.scanOf("compacted", other, what)
	if err := s.race(ctx, x, y); err != nil {
		return nil, nil, fmt.Errorf("scan: %w", err)
	}
	if a, err = x.each(statement); err != nil {
		return nil, nil, err
	}
	b, err = y.each(statement)
	return a, b, err
}
