package main

import (
	"fmt"
	"time"
)

// progressEvery is from one line to the next.
const progressEvery = time.Minute

// tell says how far the run is.
func (s *soak) tell(gauges []*gauge) {
	after := time.Since(gauges[0].began)
	text := fmt.Sprintf("%7s  %s", after.Round(time.Second), s.counts())
	for _, g := range gauges {
		rss, _ := g.mean(memory, after, 1-progressEvery.Seconds()/after.Seconds(), 1)
		used, _ := g.mean(space, after, 1-progressEvery.Seconds()/after.Seconds(), 1)
		text += fmt.Sprintf(" · %s %.0f MiB, disk %.1f MB", g.site.name, rss/(1<<20), used/1e6)
	}
	fmt.Fprintln(s.out, text)
}

func (s *soak) counts() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprintf("%d STATEs, %d kills, %d cuts, %d compactions and vacuums, %d reads, %d torn, %d lost, %d wrong",
		s.blocks, s.kills, s.cuts, s.done, s.reads, s.found["torn"], s.found["lost"], s.found["wrong"])
}

// report prints the figures; errFound if a promise did not hold.
func (s *soak) report(gauges []*gauge) error {
	names := [kinds]string{"memory of the load, MiB", "descriptors of the load", "lake on disk, MB"}
	units := [kinds]float64{1 << 20, 1, 1e6}
	grew := false
	fmt.Fprintf(s.out, "\n%-32s %12s %12s %6s %10s\n", "", "early", "late", "ratio", "at most")
	for _, g := range gauges {
		for kind, name := range names {
			early, _ := g.mean(kind, s.length, 1.0/6, 1.0/2)
			late, _ := g.mean(kind, s.length, 2.0/3, 1)
			_, top := g.mean(kind, s.length, 0, 1)
			verdict := ""
			if !(late <= most*early) { // nor is no sample good
				grew, verdict = true, fmt.Sprintf("  more than %.1f", most)
			}
			fmt.Fprintf(s.out, "%-32s %12.1f %12.1f %6.2f %10.1f%s\n", g.site.name+": "+name, early/units[kind], late/units[kind], late/early, top/units[kind], verdict)
		}
	}
	fmt.Fprintf(s.out, "\nsoak: %s, %s\n", s.length, s.counts())
	if grew || s.found["lost"]+s.found["torn"]+s.found["wrong"] > 0 {
		return errFound
	}
	return nil
}
