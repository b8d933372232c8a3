// Package report shows the results of a sweep as one page of HTML that needs
// nothing else: no network, no script, no font.
//
// What a file or a stream is called reaches the page as text only, and a page is
// written whole or not at all.
package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"unicode"

	"target-filelake/bench/sweep"
)

//go:embed page.html
var pageHTML string

//go:embed style.css
var styleCSS string

var page = template.Must(template.New("page").Parse(pageHTML))

// Write writes the page. Each case has a run, and so has each baseline without an
// Error.
func Write(w io.Writer, r *sweep.Results) error {
	s := newSheet(r)
	figures, err := s.figures()
	if err != nil {
		return fmt.Errorf("report of %s: %w", r.Input.Name, err)
	}
	var b bytes.Buffer
	err = page.Execute(&b, map[string]any{
		"Style":     template.CSS(styleCSS),
		"Input":     &r.Input,
		"Facts":     facts(r),
		"Advice":    s.advice,
		"Flags":     s.flags(),
		"Tiles":     s.tiles(),
		"Figures":   figures,
		"Sparse":    len(r.Cases) == 1,
		"Lines":     len(s.sizes) > 1,
		"Metrics":   sweep.Metrics,
		"Cases":     s.caseRows(),
		"Baselines": s.baselineRows(),
	})
	if err != nil {
		return fmt.Errorf("report of %s: %w", r.Input.Name, err)
	}
	_, err = w.Write(bytes.Map(printable, b.Bytes()))
	return err
}

// printable replaces what neither HTML nor SVG may hold.
func printable(r rune) rune {
	if unicode.IsControl(r) && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff {
		return ' '
	}
	return r
}

// facts are what figures depend on, in words.
func facts(r *sweep.Results) []string {
	m := &r.Machine
	machine := []string{fmt.Sprintf("%d × %s", m.CPUs, m.CPU)}
	if m.CPU == "" {
		machine[0] = fmt.Sprintf("%d CPUs", m.CPUs)
	}
	if m.Memory > 0 {
		machine = append(machine, fmt.Sprintf("%.0f GiB of memory", float64(m.Memory)/(1<<30)))
	}
	machine = append(machine, strings.Join(strings.Fields(m.OS+" "+m.Kernel+" "+m.Arch), " "))
	out := []string{r.Input.Size(), strings.Join(machine, ", "), r.Program}
	if !r.Began.IsZero() {
		out = append(out, r.Began.UTC().Format("2006-01-02 15:04 UTC"))
	}
	return append(out, fmt.Sprintf("%s, in %s", repetitions(r.Reps), minutes(r.Seconds)))
}

func repetitions(n int) string {
	if n == 1 {
		return "1 run of each setting"
	}
	return fmt.Sprintf("%d runs of each setting", n)
}

func minutes(seconds float64) string {
	if seconds < 120 {
		return fmt.Sprintf("%.0f s", seconds)
	}
	return fmt.Sprintf("%.0f min", seconds/60)
}
