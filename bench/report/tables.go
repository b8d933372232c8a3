package report

import (
	"fmt"
	"math"

	"target-filelake/bench/sweep"
)

// caseRow is a setting in the table.
type caseRow struct {
	sweep.Setting
	Recommended bool
	Cells       []cell
}

// cell is a figure in a table.
type cell struct {
	Value, Spread string
	Best          bool // of its column
}

func newCell(m sweep.Metric, f sweep.Figure) cell {
	if !measured(f) {
		return cell{Value: "–"}
	}
	c := cell{Value: sweep.Round(f.Median)}
	if m.Name == sweep.Files.Name {
		c.Value = filesWord(f.Median)
	}
	if half := 50 * f.Spread(); half >= 0.5 {
		c.Spread = fmt.Sprintf("±%.0f %%", half)
	}
	return c
}

func (s *sheet) caseRows() []caseRow {
	rows := make([]caseRow, len(s.Cases))
	for i, c := range s.Cases {
		rows[i] = caseRow{Setting: c.Setting, Recommended: c.Setting == s.advice.Setting}
	}
	for _, m := range sweep.Metrics {
		best := s.best(m)
		for i, c := range s.Cases {
			f := m.Of(&s.Input, c.Runs)
			cell := newCell(m, f)
			cell.Best = len(s.Cases) > 1 && f.Median == best && measured(f)
			rows[i].Cells = append(rows[i].Cells, cell)
		}
	}
	return rows
}

// best is the best median of a metric, NaN where all are the same.
func (s *sheet) best(m sweep.Metric) float64 {
	least, most := math.Inf(1), math.Inf(-1)
	for _, c := range s.Cases {
		v := m.Of(&s.Input, c.Runs).Median
		least, most = min(least, v), max(most, v)
	}
	switch {
	case least == most:
		return math.NaN()
	case m.Higher:
		return most
	}
	return least
}

// baselineRow is a baseline in its table.
type baselineRow struct {
	Name, Error string
	Cells       []cell
	Times       string // how many times as fast the fastest load is
}

func (s *sheet) baselineRows() []baselineRow {
	rows := make([]baselineRow, len(s.Baselines))
	for i := range s.Baselines {
		b := &s.Baselines[i]
		rows[i] = baselineRow{Name: b.Name, Error: b.Error}
		if !ran(b) {
			continue
		}
		runs := runsOf(b)
		for _, m := range []sweep.Metric{sweep.Speed, sweep.CPU, sweep.Peak, sweep.Out} {
			rows[i].Cells = append(rows[i].Cells, newCell(m, m.Of(&s.Input, runs)))
		}
		rows[i].Times = "–"
		if len(s.Cases) > 0 {
			load := sweep.Speed.Of(&s.Input, s.fastest().Runs).Median
			rows[i].Times = sweep.Round(load/sweep.Speed.Of(&s.Input, runs).Median) + " ×"
		}
	}
	return rows
}

func ran(b *sweep.Baseline) bool { return b.Error == "" && len(b.Runs) > 0 }

// runsOf are a baseline's runs as those of a load, so that metrics can be had of
// them.
func runsOf(b *sweep.Baseline) []sweep.Run {
	out := make([]sweep.Run, len(b.Runs))
	for i, r := range b.Runs {
		out[i] = sweep.Run{Wall: r.Wall, CPU: r.CPU, Peak: r.Peak, Out: r.Out}
	}
	return out
}
