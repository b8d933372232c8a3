package compaction

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"target-filelake/lake"
	"target-filelake/lake/columns"
)

// load is commits as the manifest sees them.
type load struct {
	base    []string // files before it
	commits int
	rows    int64               // of each
	each    int64               // bytes of a row
	updates bool                // rows of each supersede as many, all over the table
	hot     func(i, n int) bool // of n files, those that most of them are in; nil: all
	length  int                 // commits of a run; its end is planned for as Ended
}

// run returns how many bytes compactions wrote for each of the loads', how many
// for each that is live at the end, and the most files that a reader saw.
func (l load) run(t *testing.T) (perIn, perLive float64, most int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	tab := table(id, l.base...)
	in, written := liveBytes(tab.Files), int64(0)
	for n := range l.commits {
		if l.updates {
			l.supersede(r, tab)
		}
		lo, hi := "0", fmt.Sprint(math.MaxInt32)
		tab.Files = append(tab.Files, lake.DataFile{
			Path: fmt.Sprint("t/batches/", n), Schema: 2, Rows: l.rows, Bytes: l.rows * l.each, Keys: []columns.Range{{ID: 1, Min: &lo, Max: &hi}},
		})
		in += l.rows * l.each
		most = max(most, len(tab.Files))
		p := Policy{When: Crowded}
		if n%l.length == l.length-1 {
			p.When = Ended
		}
		next, bytes := p.apply(tab, p.Plan(tab), 1)
		tab, written = next, written+bytes
	}
	return float64(written) / float64(in), float64(written) / float64(liveBytes(tab.Files)), most
}

// supersede takes rows of files, of each by chance as many as its share is.
func (l load) supersede(r *rand.Rand, t *lake.Table) {
	weight := func(i int) float64 {
		w := float64(t.Files[i].Live())
		if l.hot != nil && !l.hot(i, len(t.Files)) {
			w /= 100
		}
		return w
	}
	sum := 0.0
	for i := range t.Files {
		sum += weight(i)
	}
	for i := range t.Files {
		mean := float64(l.rows) * weight(i) / sum
		gone := int64(mean + r.NormFloat64()*math.Sqrt(mean) + r.Float64())
		t.Files[i].Superseded += max(0, min(gone, t.Files[i].Live()))
	}
}

// TestAmplification bounds what compactions write for what is loaded.
func TestAmplification(t *testing.T) {
	f := func(name string, l load, perIn, perLive float64, files int) {
		t.Helper()
		in, live, most := l.run(t)
		t.Logf("%s: %.2f bytes written for one loaded, %.2f for one live, at most %d files", name, in, live, most)
		if in > perIn || live > perLive || most > files {
			t.Errorf("%s: want at most %.2f, %.2f and %d", name, perIn, perLive, files)
		}
	}
	base := []string{"a*7 300M table"} // 2 GiB, of files that are full
	const row = 100
	last := func(i, n int) bool { return i >= n-8 }
	first := func(i, _ int) bool { return i == 0 }
	onePercent := int64(7*300<<20) / 100 / row
	updates := load{base: base, commits: 100, rows: onePercent, each: row, updates: true, length: 1}
	with := func(l load, change func(*load)) load { change(&l); return l }
	f("100 commits of 1 % updates, one run", with(updates, func(l *load) { l.length = 1000 }), 0.7, 1.4, 64)
	f("100 commits of 1 % updates, each a run", updates, 1.8, 3.6, 64)
	f("100 commits of 1 % updates of new rows, each a run", with(updates, func(l *load) { l.hot = last }), 1.8, 3.5, 64)
	f("100 commits of 1 % updates of one file's rows, each a run", with(updates, func(l *load) { l.hot = first }), 2.1, 4.2, 64)
	f("400 commits of 0.1 % updates, each a run", with(updates, func(l *load) { l.commits, l.rows = 400, onePercent/10 }), 1.1, 1.5, 64)
	f("1,000 commits of 10 rows, each a run", with(updates, func(l *load) { l.commits, l.rows = 1000, 10 }), 0.1, 0.1, 64)

	inserts := load{commits: 400, rows: 1000, each: row, length: 1000}
	f("1,000 commits that insert 1 KB, one run", with(inserts, func(l *load) { l.commits, l.rows, l.length = 1000, 10, 10_000 }), 11, 11, 64)
	f("400 commits that insert 100 KB, one run", inserts, 1.2, 1.2, 64)
	f("400 commits that insert 5 MB, one run", with(inserts, func(l *load) { l.rows = 50_000 }), 1.2, 1.2, 64)
	f("400 commits that insert 30 MB, one run", with(inserts, func(l *load) { l.rows = 300_000 }), 1.2, 1.2, 100) // most of them full
	f("400 commits that insert 5 MB, each a run", with(inserts, func(l *load) { l.rows, l.length = 50_000, 1 }), 2, 2, 64)
}
