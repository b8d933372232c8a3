package main

import (
	"context"
	"fmt"
	"path/filepath"

	"target-filelake/bench/contest"
)

// clustered merges batches of near and of far keys into a table that was
// shuffled and then compacted.
func (s *session) clustered(ctx context.Context) error {
	base, err := s.shuffled(ctx, s.Rows)
	if err != nil {
		return err
	}
	near, err := s.loadOf(base, "near keys", inOnePercent(s.Rows, s.Seed+1))
	if err != nil {
		return err
	}
	far, err := s.loadOf(base, "random keys", anywhere(s.Rows, s.Seed+1))
	if err != nil {
		return err
	}
	near.Rows, far.Rows = nil, nil // they leave other rows
	s.Title("%d keys of 1 %% of the range into %d rows compacted after a shuffled load, %d repetitions", s.Updates, s.Rows, s.Reps)
	if err := s.Race(ctx, near, far); err != nil {
		return err
	}
	steps, err := s.steps(near, far)
	if err != nil {
		return err
	}
	s.Ratio("random keys / near keys", steps[1], steps[0], contest.AtLeast(3))
	return nil
}

// growth merges as many random keys into tables of several sizes.
func (s *session) growth(ctx context.Context) error {
	sizes, err := s.sizes()
	if err != nil {
		return err
	}
	loads, keys := make([]*contest.Contender, len(sizes)), make([]float64, len(sizes))
	for i, rows := range sizes {
		base, err := s.sorted(ctx, rows)
		if err != nil {
			return err
		}
		in, err := s.Ask(ctx, "keybytes", base)
		if err != nil {
			return err
		}
		keys[i] = float64(in.Bytes) / 1e3
		if loads[i], err = s.loadOf(base, fmt.Sprintf("%d rows", rows), anywhere(rows, s.Seed+1)); err != nil {
			return err
		}
		loads[i].Rows = nil // tables of other sizes have other rows
	}
	s.Title("%d random keys, %d repetitions", s.Updates, s.Reps)
	if err := s.Race(ctx, loads...); err != nil {
		return err
	}
	steps, err := s.steps(loads...)
	if err != nil {
		return err
	}
	for i := range sizes {
		s.Value("key column, "+loads[i].Name, keys[i], "kB", contest.Anything)
	}
	for i := 1; i < len(sizes); i++ {
		from, to := contest.Median(steps[i-1])/keys[i-1], contest.Median(steps[i])/keys[i]
		s.Value(fmt.Sprintf("growth of time / of key bytes, %d rows", sizes[i]), to/from, "×", contest.Anything)
	}
	return nil
}

// loadOf loads a batch of keys into a lake.
func (s *session) loadOf(base, name string, key func(int) int) (*contest.Contender, error) {
	updates, err := input{s.Updates, s.Seed + 1, key}.file(filepath.Join(s.Work, name+".singer"))
	if err != nil {
		return nil, err
	}
	return s.load(name, base, filepath.Join(s.Work, name), updates), nil
}

// load is target-filelake loading a file into a copy of a lake.
func (s *session) load(name, base, copied, input string) *contest.Contender {
	return &contest.Contender{
		Name:    name,
		Reset:   func() error { return copyLake(base, copied) },
		Process: contest.Process{Argv: []string{s.Target, "--lake", copied, "--input", input}},
		Rows:    s.Digest("lake", copied),
	}
}

// steps reports the merge steps of loads.
func (s *session) steps(loads ...*contest.Contender) ([][]float64, error) {
	out := make([][]float64, len(loads))
	for i, c := range loads {
		var err error
		if out[i], err = c.Each(mergeStep); err != nil {
			return nil, err
		}
		s.Seconds("merge step, "+c.Name, out[i])
	}
	return out, nil
}

// mergeStep adds up what a load's commits took.
func mergeStep(o contest.Outcome) (sum float64, err error) {
	took, err := contest.Commits(o)
	for _, seconds := range took {
		sum += seconds
	}
	return sum, err
}
