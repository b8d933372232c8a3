package report

import (
	"math"

	"gonum.org/v1/plot"
)

// muchApart is how many times the least value the greatest is when only a log
// scale shows both.
const muchApart = 20

// scale is a vertical axis: where it ends and what stands beside it.
type scale struct {
	log      bool
	min, max float64
	ticks    []plot.Tick
}

// newScale suits values from least, above zero, to most.
func newScale(least, most float64, word func(float64) string) scale {
	if most/least > muchApart {
		return logScale(least, most, word)
	}
	return linearScale(most, word)
}

// linearScale begins at zero, so that heights can be compared.
func linearScale(most float64, word func(float64) string) scale {
	step := math.Pow10(int(math.Floor(math.Log10(most / 5))))
	for _, times := range []float64{1, 2, 2.5, 5, 10} {
		if most/(step*times) <= 5 {
			step *= times
			break
		}
	}
	s := scale{max: step * math.Ceil(most/step-1e-9)}
	for i := 0.0; step*i <= s.max*(1+1e-9); i++ {
		s.ticks = append(s.ticks, plot.Tick{Value: step * i, Label: word(step * i)})
	}
	return s
}

// logScale has ticks at 1, 2 and 5 of each power of ten, or at the powers alone.
func logScale(least, most float64, word func(float64) string) scale {
	steps := []float64{1, 2, 5}
	if most/least > 200 {
		steps = steps[:1]
	}
	s := scale{log: true}
	for power := math.Pow10(int(math.Floor(math.Log10(least)))); ; power *= 10 {
		for _, step := range steps {
			v := step * power
			if v <= least*(1+1e-9) {
				s.ticks = s.ticks[:0]
			}
			s.ticks = append(s.ticks, plot.Tick{Value: v, Label: word(v)})
			if v >= most*(1-1e-9) {
				s.min, s.max = s.ticks[0].Value, v
				return s
			}
		}
	}
}

func (s scale) apply(a *plot.Axis) {
	a.Min, a.Max = s.min, s.max
	a.Tick.Marker = plot.ConstantTicks(s.ticks)
	if s.log {
		a.Scale = plot.LogScale{}
	}
}
