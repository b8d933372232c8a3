package sweep

import (
	"math"
	"slices"

	"target-filelake/bench/contest"
)

// Metric is a figure of cases.
type Metric struct {
	Name   string // short, for a column
	Says   string // in words
	Unit   string
	Higher bool // is better
	of     func(in *Input, r *Run) float64
}

// Metrics are in the order in which tables have them.
var Metrics = []Metric{
	Rows, perCore, Speed, CPU, Peak, Out, Files, Median, Slowest, First, Scan, Lookup, Sum,
}

// The metrics that reports name.
var (
	Rows    = Metric{"rows/s", "rows a second", "rows/s", true, func(in *Input, r *Run) float64 { return float64(in.Records) / r.Wall }}
	perCore = Metric{"rows/s/core", "rows for each second of CPU time", "rows/s", true, func(in *Input, r *Run) float64 { return float64(in.Records) / r.CPU }}
	Speed   = Metric{"MB/s in", "megabytes of input a second", "MB/s", true, func(in *Input, r *Run) float64 { return float64(in.Bytes) / 1e6 / r.Wall }}
	CPU     = Metric{"CPU", "CPU seconds, user and system", "s", false, func(_ *Input, r *Run) float64 { return r.CPU }}
	Peak    = Metric{"peak RSS", "memory at its peak", "MiB", false, func(_ *Input, r *Run) float64 { return float64(r.Peak) / (1 << 20) }}
	Out     = Metric{"MB out", "megabytes of live files", "MB", false, func(_ *Input, r *Run) float64 { return float64(r.Out) / 1e6 }}
	Files   = Metric{"files", "live files", "", false, func(_ *Input, r *Run) float64 { return float64(r.Files) }}
	Median  = Metric{"commit p50", "half of the commits take longer", "s", false, func(_ *Input, r *Run) float64 { return quantile(r.Commits, 0.5) }}
	Slowest = Metric{"commit p99", "one in a hundred commits takes longer", "s", false, func(_ *Input, r *Run) float64 { return quantile(r.Commits, 0.99) }}
	First   = Metric{"first row", "seconds until the first row can be queried", "s", false, func(_ *Input, r *Run) float64 { return r.First }}
	Scan    = Metric{"scan", "a query of every column of every row", "s", false, func(_ *Input, r *Run) float64 { return r.Scan }}
	Lookup  = Metric{"lookup", "a query of one row by its key", "s", false, func(_ *Input, r *Run) float64 { return r.Lookup }}
	Sum     = Metric{"aggregate", "a query that adds up one column", "s", false, func(_ *Input, r *Run) float64 { return r.Sum }}
)

// Samples are the metric of each of the runs.
func (m Metric) Samples(in *Input, runs []Run) []float64 {
	out := make([]float64, len(runs))
	for i := range runs {
		out[i] = m.of(in, &runs[i])
	}
	return out
}

// Figure is a metric of a case: the median of its runs, and their extremes.
type Figure struct{ Median, Least, Most float64 }

// Of is the metric of the runs, of which there is at least one.
func (m Metric) Of(in *Input, runs []Run) Figure {
	s := m.Samples(in, runs)
	return Figure{contest.Median(s), slices.Min(s), slices.Max(s)}
}

// Spread is the distance between the extremes, for each of the median.
func (f Figure) Spread() float64 {
	if f.Median == 0 {
		return 0
	}
	return (f.Most - f.Least) / f.Median
}

// quantile is the least sample that the share q of them does not exceed: no value
// that was not measured.
func quantile(samples []float64, q float64) float64 {
	if len(samples) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(samples))
	return s[min(len(s)-1, max(0, int(math.Ceil(q*float64(len(s))))-1))]
}
