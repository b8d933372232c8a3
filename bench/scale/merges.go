package main

import (
	"context"
	"fmt"
	"path/filepath"
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
	near.rows, far.rows = nil, nil // they leave other rows
	s.title("%d keys of 1 %% of the range into %d rows compacted after a shuffled load, %d repetitions", s.Updates, s.Rows, s.Reps)
	if err := s.race(ctx, near, far); err != nil {
		return err
	}
	steps, err := s.steps(near, far)
	if err != nil {
		return err
	}
	s.ratio("random keys / near keys", steps[1], steps[0], atLeast(3))
	return nil
}

// growth merges as many random keys into tables of several sizes.
func (s *session) growth(ctx context.Context) error {
	sizes, err := s.sizes()
	if err != nil {
		return err
	}
	loads, keys := make([]*contender, len(sizes)), make([]float64, len(sizes))
	for i, rows := range sizes {
		base, err := s.sorted(ctx, rows)
		if err != nil {
			return err
		}
		in, err := s.ask(ctx, "keybytes", base)
		if err != nil {
			return err
		}
		keys[i] = float64(in.Bytes) / 1e3
		if loads[i], err = s.loadOf(base, fmt.Sprintf("%d rows", rows), anywhere(rows, s.Seed+1)); err != nil {
			return err
		}
		loads[i].rows = nil // tables of other sizes have other rows
	}
	s.title("%d random keys, %d repetitions", s.Updates, s.Reps)
	if err := s.race(ctx, loads...); err != nil {
		return err
	}
	steps, err := s.steps(loads...)
	if err != nil {
		return err
	}
	for i := range sizes {
		s.value("key column, "+loads[i].name, keys[i], "kB", anything)
	}
	for i := 1; i < len(sizes); i++ {
		from, to := median(steps[i-1])/keys[i-1], median(steps[i])/keys[i]
		s.value(fmt.Sprintf("growth of time / of key bytes, %d rows", sizes[i]), to/from, "×", anything)
	}
	return nil
}

// loadOf loads a batch of keys into a lake.
func (s *session) loadOf(base, name string, key func(int) int) (*contender, error) {
	updates, err := input{s.Updates, s.Seed + 1, key}.file(filepath.Join(s.work, name+".singer"))
	if err != nil {
		return nil, err
	}
	return s.load(name, base, filepath.Join(s.work, name), updates), nil
}

// steps reports the merge steps of loads.
func (s *session) steps(loads ...*contender) ([][]float64, error) {
	out := make([][]float64, len(loads))
	for i, c := range loads {
		var err error
		if out[i], err = c.each(mergeStep); err != nil {
			return nil, err
		}
		s.seconds("merge step, "+c.name, out[i])
	}
	return out, nil
}
