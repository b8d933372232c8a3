package main

import (
	"context"

	"target-filelake/bench"
	"target-filelake/bench/contest"
)

// flat loads what must not cost more by the record.
func (s *session) flat(ctx context.Context) error {
	cases := []struct {
		name string
		gen  bench.Gen
		want contest.Want
	}{
		{"orders", bench.Gen{Records: s.Records}, contest.Anything},
		{"ten times the records", bench.Gen{Records: 10 * s.Records}, contest.AtLeast(0.9)},
		{"100 streams", bench.Gen{Records: s.Records, Streams: 100}, contest.AtLeast(0.8)},
		{"STATE after every tenth", bench.Gen{Records: s.Records, StateEvery: 10}, contest.AtLeast(0.8)},
	}
	s.Title("%d records, %d repetitions", s.Records, s.Reps)
	loads := make([]*contest.Contender, len(cases))
	for i, c := range cases {
		in, err := s.generated(c.name, c.gen)
		if err != nil {
			return err
		}
		loads[i] = s.load(c.name, in)
	}
	if err := s.Race(ctx, loads...); err != nil {
		return err
	}
	rate := func(i int) float64 { return float64(cases[i].gen.Records) / contest.Median(loads[i].Wall()) }
	for i, c := range cases {
		s.Seconds(c.name, loads[i].Wall())
		s.Value("rows a second, "+c.name, rate(i), "rows/s", contest.Anything)
	}
	for i, c := range cases[1:] {
		s.Value("rows a second of "+c.name+" / of "+cases[0].name, rate(i+1)/rate(0), "×", c.want)
	}
	return nil
}
