package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"target-filelake/bench/sweep"
)

// sheet is the results as the page orders them.
type sheet struct {
	*sweep.Results
	advice *sweep.Advice // nil without cases
	sizes  []int         // of batches, ascending
	combos []combo       // fastest first
}

// combo is what a line of a chart has in common.
type combo struct {
	compression string
	threads     int
}

func (c combo) String() string {
	if c.threads == 1 {
		return c.compression + ", 1 thread"
	}
	return fmt.Sprintf("%s, %d threads", c.compression, c.threads)
}

func comboOf(s sweep.Setting) combo { return combo{s.Compression, s.Threads} }

func newSheet(r *sweep.Results) *sheet {
	s := &sheet{Results: r}
	if len(r.Cases) == 0 {
		return s
	}
	advice := r.Advise()
	s.advice = &advice
	fastest := map[combo]float64{}
	for _, c := range r.Cases {
		k := comboOf(c.Setting)
		fastest[k] = max(fastest[k], sweep.Rows.Of(&r.Input, c.Runs).Median)
		s.sizes = append(s.sizes, c.BatchMB)
	}
	slices.Sort(s.sizes)
	s.sizes = slices.Compact(s.sizes)
	for k := range fastest {
		s.combos = append(s.combos, k)
	}
	slices.SortFunc(s.combos, func(a, b combo) int {
		return cmp.Or(cmp.Compare(fastest[b], fastest[a]), cmp.Compare(a.compression, b.compression), cmp.Compare(a.threads, b.threads))
	})
	return s
}

// find is the case of a setting, or nil.
func (s *sheet) find(want sweep.Setting) *sweep.Case {
	for i := range s.Cases {
		if s.Cases[i].Setting == want {
			return &s.Cases[i]
		}
	}
	return nil
}

// recommended is the case that is advised.
func (s *sheet) recommended() *sweep.Case { return s.find(s.advice.Setting) }

// fastest is the case of the most rows a second.
func (s *sheet) fastest() *sweep.Case {
	best := &s.Cases[0]
	for i := range s.Cases {
		c := &s.Cases[i]
		if sweep.Rows.Of(&s.Input, c.Runs).Median > sweep.Rows.Of(&s.Input, best.Runs).Median {
			best = c
		}
	}
	return best
}

// flags are those of the recommended setting, each with its value.
func (s *sheet) flags() []string {
	if s.advice == nil {
		return nil
	}
	flags := strings.Split(s.advice.Flags(), " --")
	for i := 1; i < len(flags); i++ {
		flags[i] = "--" + flags[i]
	}
	return flags
}

// tile is one figure in large type.
type tile struct{ Value, Says string }

// tiles are the figures of the recommended setting by which people choose.
func (s *sheet) tiles() []tile {
	if s.advice == nil {
		return nil
	}
	runs := s.recommended().Runs
	var out []tile
	add := func(m sweep.Metric, says string, word func(float64) string) {
		if f := m.Of(&s.Input, runs); measured(f) {
			out = append(out, tile{word(f.Median), says})
		}
	}
	add(sweep.Rows, "rows a second", sweep.Round)
	add(sweep.Speed, "of input read", mbpsWord)
	add(sweep.Peak, "memory at its peak", mibWord)
	add(sweep.Scan, "to scan every row", timeWord)
	add(sweep.Lookup, "to look up one row", timeWord)
	return out
}

// measured is whether there is a figure: 0 is none, as for the look-up by key in
// a stream without keys.
func measured(f sweep.Figure) bool { return f.Median > 0 && f.Most <= math.MaxFloat64 }
