package main

import (
	"context"
	"os"

	"target-filelake/bench"
	"target-filelake/bench/contest"
)

const (
	starts      = 20
	startWithin = 0.060 // seconds
)

// start loads nothing: into a new lake, and into one that holds a table.
func (s *session) start(ctx context.Context) error {
	orders, err := s.generated("few orders", bench.Gen{Records: 1000})
	if err != nil {
		return err
	}
	fresh := s.load("a new lake", input{path: os.DevNull})
	there := s.load("a lake with a table", orders)
	if err := there.Reset(); err != nil {
		return err
	}
	if _, err := there.Run(ctx); err != nil {
		return err
	}
	there.Argv, there.Reset = []string{s.Target, "--lake", s.lake(there.Name), "--input", os.DevNull}, nil
	s.Title("empty input, %d repetitions", starts)
	if err := contest.Race(ctx, starts, fresh, there); err != nil {
		return err
	}
	s.Samples(fresh.Name, fresh.Wall(), "s", contest.AtMost(startWithin))
	s.Samples(there.Name, there.Wall(), "s", contest.AtMost(startWithin))
	return nil
}
