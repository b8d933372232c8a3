package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"html"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"target-filelake/bench/sweep"
)

var pages = flag.String("pages", "", "directory to which the tests write their pages, to be looked at")

// grid is what a sweep of these settings could find.
func grid(sizes []int, codecs []string, threads []int, reps int) *sweep.Results {
	r := &sweep.Results{
		Format: 1, Program: "target-filelake 1.4.0", Began: time.Date(2026, 3, 9, 14, 7, 0, 0, time.UTC), Seconds: 754, Reps: reps,
		Machine: sweep.Machine{OS: "linux", Kernel: "6.1.0-28-amd64", Arch: "amd64", CPU: "AMD EPYC 7B13", CPUs: 8, Memory: 32 << 30},
		Input:   sweep.Input{Name: "orders.singer.zst", Bytes: 282_000_000, Records: 650_000, Streams: 1, Stream: "orders"},
	}
	for _, codec := range codecs {
		for _, n := range threads {
			for _, mb := range sizes {
				c := sweep.Case{Setting: sweep.Setting{BatchMB: mb, Compression: codec, Threads: n}}
				for i := range reps {
					c.Runs = append(c.Runs, run(c.Setting, i))
				}
				r.Cases = append(r.Cases, c)
			}
		}
	}
	return r
}

// run differs a little from run to run.
func run(s sweep.Setting, i int) sweep.Run {
	mb, noise := float64(s.BatchMB), 1+0.02*math.Sin(float64(3*i+s.BatchMB+7*s.Threads+len(s.Compression)))
	speed := 0.35 + 0.65*mb/(mb+6)
	out := map[string]float64{"none": 190, "snappy": 96, "lz4": 92, "zstd": 61, "gzip": 66}[s.Compression]
	slow := map[string]float64{"none": 1, "snappy": 1.02, "lz4": 1.04, "zstd": 1.09, "gzip": 1.5}[s.Compression]
	r := sweep.Run{Wall: 4.4 * slow / speed / math.Pow(float64(s.Threads), 0.7) * noise, Peak: int64((90 + 4.6*mb + 20*float64(s.Threads)) * (1 << 20) * noise)}
	r.CPU, r.Out, r.Files = r.Wall*float64(s.Threads)*0.9, int64((out+30/mb)*1e6), int(math.Ceil(282/mb))
	for k := range r.Files {
		r.Commits = append(r.Commits, (0.02+0.0025*mb)*noise*(1+float64(k*k%7)/5))
	}
	r.First = r.Wall/float64(r.Files) + 0.05
	r.Scan, r.Sum, r.Lookup = (0.24+0.4/mb)*noise, (0.021+0.06/mb)*noise, (0.004+0.02/mb)*noise
	return r
}

func withBaselines(r *sweep.Results) *sweep.Results {
	r.Baselines = []sweep.Baseline{
		{Name: "cat >/dev/null", Runs: []sweep.BaselineRun{{Wall: 0.11, CPU: 0.1, Peak: 2 << 20}, {Wall: 0.12, CPU: 0.1, Peak: 2 << 20}}},
		{Name: "DuckDB: COPY of read_json", Runs: []sweep.BaselineRun{{Wall: 2.1, CPU: 7.9, Peak: 900 << 20, Out: 70e6}, {Wall: 2.2, CPU: 8, Peak: 910 << 20, Out: 70e6}}},
	}
	return r
}

func usual() *sweep.Results {
	return withBaselines(grid([]int{1, 4, 16, 64, 100, 256}, []string{"zstd", "snappy"}, []int{2, 8}, 3))
}

// written is the page of the results. Whatever they are, it is sound.
func written(t *testing.T, name string, r *sweep.Results) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, r); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if *pages != "" {
		if err := os.WriteFile(filepath.Join(*pages, name+".html"), b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if b.Len() > 400_000 {
		t.Errorf("%s: %d bytes, want at most 400,000", name, b.Len())
	}
	page := b.String()
	checkTags(t, name, page)
	checkDrawings(t, name, page)
	checkAlone(t, name, page)
	return page
}

// checkTags expects that all that opens is closed, in order.
func checkTags(t *testing.T, name, page string) {
	t.Helper()
	_, body, ok := strings.Cut(page, "<!DOCTYPE html>")
	if !ok {
		t.Fatalf("%s: begins with %.40q", name, page)
	}
	if err := wellFormed(body); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

func wellFormed(text string) error {
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

var drawings = regexp.MustCompile(`(?s)<svg.*?</svg>`)

func checkDrawings(t *testing.T, name, page string) {
	t.Helper()
	for _, svg := range drawings.FindAllString(page, -1) {
		if err := wellFormed(svg); err != nil {
			t.Errorf("%s: %v in %.200s", name, err, svg)
		}
		if strings.Contains(svg, "font-family") || strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("%s: a font or no number in %s", name, svg)
		}
		if opened, _, _ := strings.Cut(svg, ">"); !strings.Contains(opened, " viewBox=") ||
			!strings.Contains(opened, ` role="img" aria-label="`) && !strings.Contains(opened, ` aria-hidden="true"`) {
			t.Errorf("%s: %s", name, opened)
		}
	}
}

// checkAlone expects nothing from elsewhere.
func checkAlone(t *testing.T, name, page string) {
	t.Helper()
	plain := strings.ReplaceAll(page, `xmlns="http://www.w3.org/2000/svg"`, "")
	for _, no := range []string{"http:", "https:", "//www", "<script", "<link", "<img", "<iframe", "@import", "url(", "href", "src=", "ZgotmplZ"} {
		if strings.Contains(plain, no) {
			t.Errorf("%s: has %s", name, no)
		}
	}
}

var (
	figureTitle = regexp.MustCompile(`<figure>\s*<h2>(.*?)</h2>`)
	figureCut   = regexp.MustCompile(`(?s)<figure>.*?</figure>`)
)

// titles are those of the figures, as text.
func titles(page string) []string {
	var out []string
	for _, m := range figureTitle.FindAllStringSubmatch(page, -1) {
		out = append(out, html.UnescapeString(m[1]))
	}
	return out
}

// figureOf is the figure whose title begins so.
func figureOf(t *testing.T, page, title string) string {
	t.Helper()
	for _, f := range figureCut.FindAllString(page, -1) {
		if strings.Contains(f, "<h2>"+title) {
			return f
		}
	}
	t.Fatalf("no figure %s", title)
	return ""
}

// flags are what one copies from the page.
func flags(page string) string {
	_, code, _ := strings.Cut(page, "<code>")
	code, _, _ = strings.Cut(code, "</code>")
	return strings.NewReplacer("<span>", "", "</span>", "").Replace(code)
}

func want(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			t.Errorf("no %q in %.2000s", w, text)
		}
	}
}

func wantTitles(t *testing.T, page string, wanted ...string) {
	t.Helper()
	if got := titles(page); !slices.Equal(got, wanted) {
		t.Errorf("figures %q, want %q", got, wanted)
	}
}

func TestUsual(t *testing.T) {
	r := usual()
	page := written(t, "usual", r)
	a := r.Advise()
	combo := fmt.Sprintf("%s, %d threads", a.Compression, a.Threads)
	wantTitles(t, page, "Throughput", "Peak memory", "Live files", "Query times ("+combo+")", "Commit latency ("+combo+")", "Beside other programs")
	if got := flags(page); got != a.Flags() {
		t.Errorf("flags %q, want %q", got, a.Flags())
	}
	want(t, page, "orders.singer.zst", "282 MB, 650,000 records, 1 stream", "8 × AMD EPYC 7B13", "32 GiB of memory",
		"linux 6.1.0-28-amd64 amd64", "target-filelake 1.4.0", "2026-03-09 14:07 UTC", "3 runs of each setting, in 13 min")
	for _, why := range a.Why {
		want(t, page, "<li>"+html.EscapeString(why)+"</li>")
	}
	if got := strings.Count(figureOf(t, page, "Throughput"), "<li"); got != 4 {
		t.Errorf("%d lines in the legend, want 4", got)
	}
	want(t, figureOf(t, page, "Query times"), "log scale", ">look-up<", "100 ms")
	want(t, figureOf(t, page, "Throughput"), ">batch size, MB<", ">256<", ">rows a second<", ">200k<")
	want(t, figureOf(t, page, "Beside"), "cat &gt;/dev/null", "DuckDB: COPY of read_json")
}

func TestTables(t *testing.T) {
	r := usual()
	page := written(t, "tables", r)
	if got, all := strings.Count(page, `<th scope="row"`), len(r.Cases)+len(r.Baselines); got != all {
		t.Errorf("%d rows, want %d", got, all)
	}
	for _, m := range sweep.Metrics {
		want(t, page, `<th scope="col" title="`+m.Says+`">`+m.Head()+"</th>", "<dt>"+m.Head()+"</dt><dd>"+m.Says+"</dd>")
		for _, c := range r.Cases {
			f := m.Of(&r.Input, c.Runs)
			want(t, page, sweep.Round(f.Median))
		}
	}
	if got := strings.Count(page, `<tr class="recommended"><th scope="row" class="name">`+r.Advise().Setting.String()); got != 1 {
		t.Errorf("%d rows are the recommended one", got)
	}
	want(t, page, "<small>±")
}
