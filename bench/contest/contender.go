package contest

import (
	"context"
	"fmt"
)

// Contender is one way to do a piece of work.
type Contender struct {
	Name  string
	Reset func() error // to what every repetition starts from
	Process
	Rows func(context.Context, Outcome) (string, error) // digest of what the rows are afterwards
	Runs []Outcome
}

// Race has contenders take turns, and compares once what they leave.
func Race(ctx context.Context, reps int, contenders ...*Contender) error {
	first, want := "", ""
	for rep := range reps {
		for _, c := range contenders {
			got, err := c.turn(ctx, rep == 0)
			if err != nil {
				return fmt.Errorf("%s: %w", c.Name, err)
			}
			if want == "" {
				first, want = c.Name, got
			}
			if got != "" && got != want {
				return fmt.Errorf("%s has other rows than %s:\n%s\n%s", c.Name, first, got, want)
			}
		}
	}
	return nil
}

// turn is one repetition; asked for, it returns a digest of the rows.
func (c *Contender) turn(ctx context.Context, digest bool) (string, error) {
	if c.Reset != nil {
		if err := c.Reset(); err != nil {
			return "", err
		}
	}
	o, err := c.Run(ctx)
	if err != nil {
		return "", err
	}
	c.Runs = append(c.Runs, o)
	if !digest || c.Rows == nil {
		return "", nil
	}
	return c.Rows(ctx, o)
}

// Wall are the seconds that the whole process took, each time.
func (c *Contender) Wall() []float64 {
	return c.each(func(o Outcome) float64 { return o.Wall })
}

// CPU are the seconds of all its threads: others' load on the machine hardly
// shows in them.
func (c *Contender) CPU() []float64 {
	return c.each(func(o Outcome) float64 { return o.CPU })
}

// Peak are the MiB that the process took at most.
func (c *Contender) Peak() []float64 {
	return c.each(func(o Outcome) float64 { return float64(o.Peak) / (1 << 20) })
}

// Files are the most files that the process had open.
func (c *Contender) Files() []float64 {
	return c.each(func(o Outcome) float64 { return float64(o.Files) })
}

func (c *Contender) each(figure func(Outcome) float64) []float64 {
	out := make([]float64, len(c.Runs))
	for i, o := range c.Runs {
		out[i] = figure(o)
	}
	return out
}

// Each is a figure of every repetition.
func (c *Contender) Each(figure func(Outcome) (float64, error)) ([]float64, error) {
	out := make([]float64, len(c.Runs))
	for i, o := range c.Runs {
		var err error
		if out[i], err = figure(o); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	return out, nil
}
