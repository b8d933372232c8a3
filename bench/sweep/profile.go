package sweep

import (
	"slices"

	"target-filelake/bench"
)

// profiles are generated inputs, of some 280 MB where records are not said.
var profiles = []struct {
	name string
	gen  bench.Gen
}{
	{"nested", bench.Gen{Records: 600_000}},
	{"narrow", bench.Gen{Records: 1_500_000, Narrow: true}},
	{"wide", bench.Gen{Records: 130_000, Narrow: true, Width: 96, NullShare: 0.5}},
	{"update-heavy", bench.Gen{Records: 600_000, UpdateShare: 0.5}},
	{"many-streams", bench.Gen{Records: 600_000, Streams: 100}},
}

// Profile is the tap of a name; records above 0 replace its own. ok tells whether
// there is such a profile.
func Profile(name string, records int) (g bench.Gen, ok bool) {
	for _, p := range profiles {
		if p.name == name {
			if g = p.gen; records > 0 {
				g.Records = records
			}
			g.Seed, g.StateEvery = 1, 1000 // smaller batches than these end there
			return g, true
		}
	}
	return g, false
}

// Grid is every combination, the smallest batch first.
func Grid(batches []int, compressions []string, threads []int) []Setting {
	var out []Setting
	for _, t := range threads {
		for _, c := range compressions {
			for _, b := range slices.Sorted(slices.Values(batches)) {
				if s := (Setting{BatchMB: b, Compression: c, Threads: t}); !slices.Contains(out, s) {
					out = append(out, s)
				}
			}
		}
	}
	return out
}
