package main

import (
	"context"
	"fmt"
)

// contender is one way to do a piece of work.
type contender struct {
	name  string
	reset func() error // to what every repetition starts from
	argv  []string
	rows  func(context.Context, outcome) (string, error) // digest of what the rows are afterwards
	runs  []outcome
}

// race has the contenders take turns, and compares once what they leave.
func (s *session) race(ctx context.Context, contenders ...*contender) error {
	want := ""
	for rep := range s.Reps {
		for _, c := range contenders {
			got, err := c.run(ctx, rep == 0)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			if want == "" {
				want = got
			}
			if got != "" && got != want {
				return fmt.Errorf("%s has other rows than %s:\n%s\n%s", c.name, contenders[0].name, got, want)
			}
		}
	}
	return nil
}

// run is one repetition; asked for, it returns a digest of the rows.
func (c *contender) run(ctx context.Context, digest bool) (string, error) {
	if c.reset != nil {
		if err := c.reset(); err != nil {
			return "", err
		}
	}
	o, err := run(ctx, c.argv...)
	if err != nil {
		return "", err
	}
	c.runs = append(c.runs, o)
	if !digest || c.rows == nil {
		return "", nil
	}
	return c.rows(ctx, o)
}

// wall are the seconds that the whole process took, each time.
func (c *contender) wall() []float64 {
	out := make([]float64, len(c.runs))
	for i, o := range c.runs {
		out[i] = o.wall
	}
	return out
}

// cpu are the seconds of all its threads: others' load on the machine hardly
// shows in them.
func (c *contender) cpu() []float64 {
	out := make([]float64, len(c.runs))
	for i, o := range c.runs {
		out[i] = o.cpu
	}
	return out
}

// each is a figure of every repetition.
func (c *contender) each(figure func(outcome) (float64, error)) ([]float64, error) {
	out := make([]float64, len(c.runs))
	for i, o := range c.runs {
		var err error
		if out[i], err = figure(o); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return out, nil
}

// load is target-filelake loading a file into a copy of a lake.
func (s *session) load(name, base, copied, input string) *contender {
	return &contender{
		name:  name,
		reset: func() error { return copyLake(base, copied) },
		argv:  []string{s.Bin, "--lake", copied, "--input", input},
		rows:  s.digest("lake", copied),
	}
}

// scanOf is DuckDB reading a lake: all columns, or the sum of one.
func (s *session) scanOf(name, root, what string) *contender {
	return &contender{
		name: name,
		argv: []string{s.self, contendCommand, "scan", "lake", root, what},
		rows: func(_ context.Context, o outcome) (string, error) {
			in, err := o.said()
			return in.Digest, err
		},
	}
}

// digest reads rows that a contender has left.
func (s *session) digest(kind, path string) func(context.Context, outcome) (string, error) {
	return func(ctx context.Context, _ outcome) (string, error) {
		in, err := s.ask(ctx, "scan", kind, path, scanAll)
		return in.Digest, err
	}
}

// ask runs DuckDB in a process of its own, so that its memory goes with it.
func (s *session) ask(ctx context.Context, args ...string) (inside, error) {
	o, err := run(ctx, append([]string{s.self, contendCommand}, args...)...)
	if err != nil {
		return inside{}, err
	}
	return o.said()
}
