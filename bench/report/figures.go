package report

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"target-filelake/bench/sweep"
)

// mostLines is how many lines of a chart can be told apart.
const mostLines = 6

// figure is a chart and the words around it.
type figure struct {
	Title  string
	Alt    string // for those who do not see it
	Fact   string // what it shows
	Look   string // for what to look
	Chart  drawing
	Legend []legendEntry
	Notes  []string
}

type legendEntry struct {
	Swatch      drawing
	Name        string
	Recommended bool
}

// drawing is the inside of an SVG.
type drawing struct {
	Width, Height int
	Inside        template.HTML
}

// subject is what a chart is about.
type subject struct {
	title string
	axis  string               // what is measured, and its unit where ticks have none
	look  string               // for what to look
	alone string               // the same where there is one batch size
	bars  string               // of what error bars say, where runs were repeated
	tick  func(float64) string // a round value beside the axis
	word  func(float64) string // any value
}

// line is a chart's figures by batch size; those that are missing are zero.
type line struct {
	name        string
	recommended bool // goes through the recommended setting
	figures     []sweep.Figure
}

var (
	throughput = subject{
		title: "Throughput", axis: "rows a second", tick: countTick, word: rowsWord,
		look:  "Higher is better. Where a line is flat, a larger batch gains nothing.",
		alone: "Longer is better.",
		bars:  "Thin bars reach from the slowest to the fastest run; where those of two settings overlap, the runs do not tell them apart.",
	}
	memory = subject{
		title: "Peak memory", axis: "MiB", tick: countTick, word: mibWord,
		look:  "Lower is better. See where it comes near to what the machine, or its container, can spare.",
		alone: "Shorter is better.",
	}
	files = subject{
		title: "Live files", axis: "files", tick: countTick, word: filesWord,
		look:  "Fewer is better: every query opens the files that it cannot leave out. Small batches leave more of them.",
		alone: "Shorter is better: every query opens the files that it cannot leave out.",
	}
	queries = subject{
		title: "Query times", axis: "time", tick: timeTick, word: timeWord,
		look:  "Lower is better. A scan reads all columns, an aggregate one; a look-up, where rows have a key, reads one row.",
		alone: "Shorter is better. A scan reads all columns, an aggregate one; a look-up, where rows have a key, reads one row.",
	}
	commits = subject{
		title: "Commit latency", axis: "time", tick: timeTick, word: timeWord,
		look:  "Lower is better: a commit is what a STATE waits for. Half of the commits take longer than p50, one in a hundred longer than p99.",
		alone: "Shorter is better: a commit is what a STATE waits for. Half of the commits take longer than p50, one in a hundred longer than p99.",
	}
	beside = subject{
		title: "Beside other programs", word: mbpsWord,
		look: "Longer is better: megabytes of input a second. The dark blue bar is the recommended load; grey bars are other programs on the same input, which do less with it.",
	}
)

// figures are the charts that the results have figures for.
func (s *sheet) figures() ([]figure, error) {
	var out []figure
	add := func(f *figure, err error) error {
		if f != nil {
			out = append(out, *f)
		}
		return err
	}
	if len(s.Cases) > 0 {
		for _, of := range []struct {
			subject
			sweep.Metric
		}{{throughput, sweep.Rows}, {memory, sweep.Peak}, {files, sweep.Files}} {
			if err := add(s.byCombo(of.subject, of.Metric)); err != nil {
				return nil, err
			}
		}
		if err := add(s.ofRecommended(queries, []string{"scan", "aggregate", "look-up"}, sweep.Scan, sweep.Sum, sweep.Lookup)); err != nil {
			return nil, err
		}
		if err := add(s.ofRecommended(commits, []string{"p50", "p99"}, sweep.Median, sweep.Slowest)); err != nil {
			return nil, err
		}
	}
	err := add(s.contest())
	return out, err
}

// byCombo draws a metric of every combination, or of some where there are many.
func (s *sheet) byCombo(sub subject, m sweep.Metric) (*figure, error) {
	advised := comboOf(s.advice.Setting)
	combos, note := s.drawn(advised)
	var lines []line
	for _, c := range combos {
		lines = append(lines, s.line(c.String(), c, m))
		lines[len(lines)-1].recommended = c == advised
	}
	f, err := s.draw(sub, lines)
	if f == nil {
		return nil, err
	}
	f.Fact = s.extremes(m, sub.word)
	if sub.bars != "" && slices.ContainsFunc(s.Cases, func(c sweep.Case) bool { return len(c.Runs) > 1 }) {
		f.Look += " " + sub.bars
	}
	if note != "" {
		f.Notes = append(f.Notes, note)
	}
	return f, err
}

// drawn are the combinations that charts have a line for, and which those are if
// they are not all.
func (s *sheet) drawn(advised combo) ([]combo, string) {
	all := len(s.combos)
	if all <= mostLines {
		return s.combos, ""
	}
	const which = "Drawn are the %d fastest%s of %d combinations of compression and threads; the table has all."
	drawn := slices.Clone(s.combos[:mostLines])
	if slices.Contains(drawn, advised) {
		return drawn, fmt.Sprintf(which, mostLines, "", all)
	}
	drawn[mostLines-1] = advised
	return drawn, fmt.Sprintf(which, mostLines-1, " and the recommended one", all)
}

// ofRecommended draws metrics of the recommended combination.
func (s *sheet) ofRecommended(sub subject, names []string, metrics ...sweep.Metric) (*figure, error) {
	advised := comboOf(s.advice.Setting)
	runs := s.recommended().Runs
	var lines []line
	var facts []string
	for i, m := range metrics {
		lines = append(lines, s.line(names[i], advised, m))
		if f := m.Of(&s.Input, runs); measured(f) {
			facts = append(facts, names[i]+" "+sub.word(f.Median))
		}
	}
	sub.title += " (" + advised.String() + ")"
	f, err := s.draw(sub, lines)
	if f == nil {
		return nil, err
	}
	if len(facts) > 0 {
		f.Fact = fmt.Sprintf("With %d MB: %s.", s.advice.BatchMB, strings.Join(facts, ", "))
	}
	return f, err
}

func (s *sheet) line(name string, c combo, m sweep.Metric) line {
	l := line{name: name, figures: make([]sweep.Figure, len(s.sizes))}
	for i, mb := range s.sizes {
		if found := s.find(sweep.Setting{BatchMB: mb, Compression: c.compression, Threads: c.threads}); found != nil {
			if f := m.Of(&s.Input, found.Runs); measured(f) {
				l.figures[i] = f
			}
		}
	}
	return l
}

// draw is a chart of lines by batch size, or of bars where there is but one size.
// It is nil where nothing can be compared.
func (s *sheet) draw(sub subject, lines []line) (*figure, error) {
	lines = slices.DeleteFunc(lines, func(l line) bool { return !slices.ContainsFunc(l.figures, measured) })
	if len(s.sizes) == 1 {
		var bars []bar
		for _, l := range lines {
			bars = append(bars, bar{name: l.name, figure: l.figures[0], strong: l.recommended})
		}
		sub.look = sub.alone
		return drawBars(sub, bars)
	}
	if len(lines) == 0 {
		return nil, nil
	}
	chart := lineChart{subject: sub, sizes: s.sizes, lines: lines, band: slices.Index(s.sizes, s.advice.BatchMB)}
	drawn, err := chart.draw()
	if err != nil {
		return nil, err
	}
	f := &figure{Title: sub.title, Look: sub.look, Chart: drawn}
	var names []string
	for i, l := range lines {
		swatch, err := drawSwatch(looks[i])
		if err != nil {
			return nil, err
		}
		f.Legend = append(f.Legend, legendEntry{Swatch: swatch, Name: l.name, Recommended: l.recommended})
		names = append(names, l.name)
	}
	f.Alt = fmt.Sprintf("Line chart: %s against batch size, with a line each for %s.", strings.ToLower(sub.title), strings.Join(names, "; "))
	return f, nil
}

// extremes words the least and the most median of all cases.
func (s *sheet) extremes(m sweep.Metric, word func(float64) string) string {
	in := &s.Input
	var least, most *sweep.Case
	value := func(c *sweep.Case) float64 { return m.Of(in, c.Runs).Median }
	for i := range s.Cases {
		c := &s.Cases[i]
		if !measured(m.Of(in, c.Runs)) {
			continue
		}
		if least == nil || value(c) < value(least) {
			least = c
		}
		if most == nil || value(c) > value(most) {
			most = c
		}
	}
	if least == nil || value(least) == value(most) {
		return ""
	}
	return fmt.Sprintf("From %s (%s) to %s (%s).", word(value(least)), least.Setting, word(value(most)), most.Setting)
}

// contest draws loads beside the baselines, and names the ones that did not run.
func (s *sheet) contest() (*figure, error) {
	var bars []bar
	add := func(name string, runs []sweep.Run, strong, other bool) {
		if f := sweep.Speed.Of(&s.Input, runs); measured(f) {
			bars = append(bars, bar{name: name, figure: f, strong: strong, other: other})
		}
	}
	if len(s.Cases) > 0 {
		fastest, advised := s.fastest(), s.recommended()
		add("fastest load: "+fastest.Setting.String(), fastest.Runs, fastest == advised, false)
		if fastest != advised {
			add("recommended load: "+advised.Setting.String(), advised.Runs, true, false)
		}
	}
	var notes []string
	for i := range s.Baselines {
		switch b := &s.Baselines[i]; {
		case ran(b):
			add(b.Name, runsOf(b), false, true)
		case b.Error != "":
			notes = append(notes, fmt.Sprintf("%s did not run: %s", b.Name, b.Error))
		}
	}
	if len(s.Baselines) == 0 {
		return nil, nil
	}
	f, err := drawBars(beside, bars)
	if f != nil {
		f.Notes = notes
	}
	return f, err
}
