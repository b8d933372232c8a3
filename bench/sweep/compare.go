package sweep

import (
	"fmt"
	"io"

	"golang.org/x/perf/benchmath"
)

// confidence of the intervals that Compare prints.
const confidence = 0.95

// Compare writes what differs between two results, setting by setting: medians,
// and a change where the Mann-Whitney U test finds one (p < 0.05), else ~.
func Compare(w io.Writer, old, new *Results) error {
	for _, line := range unlike(old, new) {
		fmt.Fprintln(w, "note:", line)
	}
	thresholds := benchmath.DefaultThresholds
	both := 0
	for _, o := range old.Cases {
		n := new.find(o.Setting)
		if n == nil {
			continue
		}
		both++
		t := aligned(w)
		fmt.Fprintf(t, "%s\told\tnew\tchange\t\n", o.Setting)
		for _, m := range Metrics {
			a := benchmath.NewSample(m.Samples(&old.Input, o.Runs), &thresholds)
			b := benchmath.NewSample(m.Samples(&new.Input, n.Runs), &thresholds)
			sa, sb := benchmath.AssumeNothing.Summary(a, confidence), benchmath.AssumeNothing.Summary(b, confidence)
			if sa.Center == 0 || sb.Center == 0 {
				continue
			}
			c := benchmath.AssumeNothing.Compare(a, b)
			fmt.Fprintf(t, "%s\t%s %s\t%s %s\t%s %s\t\n", m.Head(), Round(sa.Center), sa.PctRangeString(), Round(sb.Center), sb.PctRangeString(),
				c.FormatDelta(sa.Center, sb.Center), c.String())
		}
		fmt.Fprintln(t)
		if err := t.Flush(); err != nil {
			return err
		}
	}
	if both == 0 {
		return fmt.Errorf("the two have no setting in common")
	}
	return nil
}

func (r *Results) find(s Setting) *Case {
	for i := range r.Cases {
		if r.Cases[i].Setting == s {
			return &r.Cases[i]
		}
	}
	return nil
}

// unlike words what makes two results hard to compare.
func unlike(old, new *Results) []string {
	var out []string
	if old.Machine != new.Machine {
		out = append(out, fmt.Sprintf("the machines differ: %d × %s, kernel %s; %d × %s, kernel %s",
			old.Machine.CPUs, old.Machine.CPU, old.Machine.Kernel, new.Machine.CPUs, new.Machine.CPU, new.Machine.Kernel))
	}
	if a, b := old.Input, new.Input; a.Bytes != b.Bytes || a.Records != b.Records {
		out = append(out, fmt.Sprintf("the inputs differ: %s of %d records and %d bytes, %s of %d and %d", a.Name, a.Records, a.Bytes, b.Name, b.Records, b.Bytes))
	}
	for _, s := range []struct {
		name string
		r    *Results
	}{{"old", old}, {"new", new}} {
		if s.r.Reps < 4 {
			out = append(out, fmt.Sprintf("%s has %d repetitions; fewer than four a side never show a change", s.name, s.r.Reps))
		}
	}
	return out
}
