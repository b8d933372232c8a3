package sweep

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"text/tabwriter"

	"target-filelake/bench/contest"
)

// Print writes the results as tables, and the advice.
func (r *Results) Print(w io.Writer) error {
	in := &r.Input
	fmt.Fprintf(w, "%s: %s; %s; %d CPUs\n\n", in.Name, in.Size(), r.Program, r.Machine.CPUs)
	if err := r.printCases(w, "load", Metrics[:len(Metrics)/2]); err != nil {
		return err
	}
	if err := r.printCases(w, "then", Metrics[len(Metrics)/2:]); err != nil {
		return err
	}
	if len(r.Baselines) > 0 {
		if err := r.printBaselines(w); err != nil {
			return err
		}
	}
	if len(r.Cases) == 0 {
		return nil
	}
	for _, note := range r.Notes() {
		fmt.Fprintf(w, "Note: %s\n", note)
	}
	a := r.Advise()
	fmt.Fprintf(w, "Recommended: %s\n", a.Flags())
	for _, why := range a.Why {
		fmt.Fprintf(w, "  %s\n", why)
	}
	return nil
}

// aligned is a writer of tables with numbers to the right.
func aligned(w io.Writer) *tabwriter.Writer {
	return tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
}

func (r *Results) printCases(w io.Writer, title string, metrics []Metric) error {
	t := aligned(w)
	fmt.Fprintf(t, "%s\t", title)
	for _, m := range metrics {
		fmt.Fprintf(t, "%s\t", m.Head())
	}
	fmt.Fprintln(t)
	for _, c := range r.Cases {
		fmt.Fprintf(t, "%s\t", c.Setting)
		for _, m := range metrics {
			fmt.Fprintf(t, "%s\t", m.Of(&r.Input, c.Runs))
		}
		fmt.Fprintln(t)
	}
	fmt.Fprintln(t)
	return t.Flush()
}

// Head is the metric's name with its unit, if that is not the name.
func (m Metric) Head() string {
	if m.Unit == "" || m.Unit == "rows/s" || m.Unit == "MB/s" || m.Unit == "MB" {
		return m.Name
	}
	return m.Name + ", " + m.Unit
}

// String is the median, and how far the runs are apart if they are.
func (f Figure) String() string {
	if f.Median == 0 {
		return "–"
	}
	if s := f.Spread(); s >= 0.01 {
		return fmt.Sprintf("%s ±%.0f %%", Round(f.Median), 50*s)
	}
	return Round(f.Median)
}

func (r *Results) printBaselines(w io.Writer) error {
	t := aligned(w)
	fmt.Fprint(t, "baseline\tMB/s in\tCPU, s\tpeak RSS, MiB\tMB out\tfastest load / it\t\n")
	for _, b := range r.Baselines {
		if b.Error != "" {
			fmt.Fprintf(t, "%s\tdid not run: %s\n", b.Name, b.Error)
			continue
		}
		wall := b.figure(func(r BaselineRun) float64 { return r.Wall })
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s ×\t\n", b.Name, Round(r.MBps(&b)),
			Round(b.figure(func(r BaselineRun) float64 { return r.CPU })),
			Round(b.figure(func(r BaselineRun) float64 { return float64(r.Peak) / (1 << 20) })),
			Round(b.figure(func(r BaselineRun) float64 { return float64(r.Out) / 1e6 })),
			Round(wall/r.fastest()))
	}
	fmt.Fprintln(t)
	return t.Flush()
}

// figure is the median over the runs.
func (b *Baseline) figure(of func(BaselineRun) float64) float64 {
	s := make([]float64, len(b.Runs))
	for i, r := range b.Runs {
		s[i] = of(r)
	}
	return contest.Median(s)
}

// MBps is how fast it reads the input, in MB/s.
func (r *Results) MBps(b *Baseline) float64 {
	return float64(r.Input.Bytes) / 1e6 / b.figure(func(r BaselineRun) float64 { return r.Wall })
}

// fastest is the least median of a case's wall seconds.
func (r *Results) fastest() float64 {
	least := math.Inf(1)
	for _, c := range r.Cases {
		walls := make([]float64, len(c.Runs))
		for i := range c.Runs {
			walls[i] = c.Runs[i].Wall
		}
		least = min(least, contest.Median(walls))
	}
	return least
}

// Round is x in three digits that say something.
func Round(x float64) string {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return strconv.FormatFloat(x, 'g', 3, 64)
	}
	digits := 2 - int(math.Floor(math.Log10(math.Abs(x))))
	if digits >= 0 {
		return strconv.FormatFloat(x, 'f', min(digits, 6), 64)
	}
	p := math.Pow10(-digits)
	return thousands(int64(math.Round(x/p) * p))
}

// Size says how much input there is.
func (in *Input) Size() string {
	return fmt.Sprintf("%s MB, %s records, %d %s", Round(float64(in.Bytes)/1e6), thousands(in.Records), in.Streams, plural(in.Streams, "stream"))
}

// thousands separates groups of three digits.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
