package sweep

import (
	"cmp"
	"fmt"
	"slices"
)

// What is as good as the best: differences below these are not worth a larger
// batch, or are noise on most machines.
const (
	asFast  = 0.95 // of the most rows a second
	asQuick = 1.10 // of the least time of a scan
	asSmall = 1.05 // of the fewest bytes
)

// Advice is the settings to use, and why.
type Advice struct {
	Setting
	Why []string // sentences
}

// Advise chooses among cases, of which there is at least one. Of those that load
// about as fast as the fastest it takes those that are read about as fast; of those
// the ones of about the fewest bytes, then of the fewest threads, then the smallest
// batch: the rows of a small one can be queried sooner, and less of it comes again
// after a crash.
func (r *Results) Advise() Advice {
	in := &r.Input
	speed := func(c Case) float64 { return Rows.Of(in, c.Runs).Median }
	scan := func(c Case) float64 { return Scan.Of(in, c.Runs).Median }
	out := func(c Case) float64 { return Out.Of(in, c.Runs).Median }
	by := func(f func(Case) float64) func(a, b Case) int {
		return func(a, b Case) int { return cmp.Compare(f(a), f(b)) }
	}
	fastest := slices.MaxFunc(r.Cases, by(speed))
	fast := filter(r.Cases, func(c Case) bool { return speed(c) >= asFast*speed(fastest) })
	quickest := scan(slices.MinFunc(fast, by(scan)))
	quick := filter(fast, func(c Case) bool { return scan(c) <= asQuick*quickest })
	least := out(slices.MinFunc(quick, by(out)))
	small := filter(quick, func(c Case) bool { return out(c) <= asSmall*least })
	best := slices.MinFunc(small, func(a, b Case) int {
		return cmp.Or(cmp.Compare(a.Threads, b.Threads), cmp.Compare(a.BatchMB, b.BatchMB), cmp.Compare(speed(b), speed(a)))
	})
	a := Advice{Setting: best.Setting}
	say := func(format string, args ...any) { a.Why = append(a.Why, fmt.Sprintf(format, args...)) }
	if best.Setting == fastest.Setting {
		say("It loads fastest: %s rows/s.", Round(speed(best)))
	} else {
		say("It loads %s rows/s, %.0f %% of the fastest (%s).", Round(speed(best)), 100*speed(best)/speed(fastest), fastest.Setting)
	}
	say("Its files take %s MB, and a scan of %s %s ms.", Round(out(best)), in.Stream, Round(1000*scan(best)))
	say("It holds %s MiB of memory at its peak, its first rows can be queried after %s s, and a commit takes %s s (median).",
		Round(Peak.Of(in, best.Runs).Median), Round(First.Of(in, best.Runs).Median), Round(Median.Of(in, best.Runs).Median))
	if n := len(r.Cases); n > 1 {
		say("Of %d settings, %d load at least %.0f %% as fast as the fastest; of these it has the smallest batch that is read and stored about as well.", n, len(fast), 100*asFast)
	}
	if s := Rows.Of(in, best.Runs).Spread(); s > 1-asFast && len(best.Runs) > 1 {
		say("Beware: its runs differ by %.0f %%, more than the %.0f %% that this choice goes by. Repeat it on a quieter machine, or with more --reps.", 100*s, 100*(1-asFast))
	}
	return a
}

// Notes are what to know of the input before believing the figures.
func (r *Results) Notes() []string {
	var out []string
	in := &r.Input
	if in.States == 0 {
		return append(out, "The input has no STATE, so nothing was committed before its end, whatever the batch size.")
	}
	between := float64(in.Bytes) / float64(in.States) / 1e6
	smallest := slices.MinFunc(r.Cases, func(a, b Case) int { return cmp.Compare(a.BatchMB, b.BatchMB) }).BatchMB
	if between > float64(smallest) {
		out = append(out, fmt.Sprintf("Batches end at STATEs, and the input has one every %s MB: smaller batch sizes than that make no difference.", Round(between)))
	}
	largest := slices.MaxFunc(r.Cases, func(a, b Case) int { return cmp.Compare(a.BatchMB, b.BatchMB) }).BatchMB
	if float64(in.Bytes)/1e6 < float64(largest) {
		out = append(out, fmt.Sprintf("The input has %s MB: larger batch sizes than that make no difference.", Round(float64(in.Bytes)/1e6)))
	}
	return out
}

// Flags are the setting for the command line of a load.
func (s Setting) Flags() string {
	return fmt.Sprintf("--maximum-batch-size-mb %d --compression %s --threads %d", s.BatchMB, s.Compression, s.Threads)
}

func filter(cases []Case, keep func(Case) bool) []Case {
	var out []Case
	for _, c := range cases {
		if keep(c) {
			out = append(out, c)
		}
	}
	return out
}
