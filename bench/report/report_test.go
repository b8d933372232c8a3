package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"html"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"target-filelake/bench/sweep"
)

var pages = flag.String("pages", "", "directory to which the tests write their pages, to be looked at")

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
	for _, e := range elements(body) {
		if slices.Contains([]string{"script", "link", "img", "image", "use", "iframe", "object", "embed", "a", "base", "form"}, e.Name.Local) {
			t.Errorf("%s: <%s>", name, e.Name.Local)
		}
		for _, a := range e.Attr {
			if a.Name.Local == "src" || a.Name.Local == "href" || strings.HasPrefix(a.Name.Local, "on") {
				t.Errorf("%s: <%s %s=%q>", name, e.Name.Local, a.Name.Local, a.Value)
			}
		}
	}
}

// elements are all that text opens, as far as it is well-formed.
func elements(text string) []xml.StartElement {
	var out []xml.StartElement
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := d.Token()
		if err != nil {
			return out
		}
		if e, ok := token.(xml.StartElement); ok {
			out = append(out, e.Copy())
		}
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
	for _, no := range []string{"http:", "https:", "//www", "@import", "url(", "ZgotmplZ"} {
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

var (
	tableRow  = regexp.MustCompile(`<tr[^>]*><th scope="row".*?</tr>`)
	tableCell = regexp.MustCompile(`<t[hd][^>]*>(?:<b>)?(.*?)(?:</b>)?(?: <small>.*?</small>)?</t[hd]>`)
)

// cells are the medians of a row, after its name.
func cells(row string) []string {
	var out []string
	for _, m := range tableCell.FindAllStringSubmatch(row, -1) {
		out = append(out, m[1])
	}
	return out
}

func TestTables(t *testing.T) {
	r := usual()
	page := written(t, "tables", r)
	if got, all := strings.Count(page, `<th scope="row"`), len(r.Cases)+len(r.Baselines); got != all {
		t.Errorf("%d rows, want %d", got, all)
	}
	for _, m := range sweep.Metrics {
		want(t, page, `<th scope="col" title="`+m.Says+`">`+m.Head()+"</th>", "<dt>"+m.Head()+"</dt><dd>"+m.Says+"</dd>")
	}
	for i, row := range tableRow.FindAllString(page, -1)[:len(r.Cases)] {
		c := r.Cases[i]
		wanted := []string{c.Setting.String()}
		for _, m := range sweep.Metrics {
			value := sweep.Round(m.Of(&r.Input, c.Runs).Median)
			if m.Name == "files" { // counts are whole
				value = fmt.Sprint(c.Runs[0].Files)
			}
			wanted = append(wanted, value)
		}
		if got := cells(row); !slices.Equal(got, wanted) {
			t.Errorf("row %q, want %q", got, wanted)
		}
	}
	base := r.Baselines[1]
	all := tableRow.FindAllString(page, -1)
	speed := sweep.Speed.Of(&r.Input, runsOf(&base)).Median
	load := sweep.Speed.Of(&r.Input, newSheet(r).fastest().Runs).Median
	wanted := []string{base.Name, sweep.Round(speed), "7.95", "905", "70.0", sweep.Round(load/speed) + " ×"}
	if got := cells(all[len(all)-1]); !slices.Equal(got, wanted) {
		t.Errorf("row %q, want %q", got, wanted)
	}
	if got := strings.Count(page, `<tr class="recommended"><th scope="row" class="name">`+r.Advise().Setting.String()); got != 1 {
		t.Errorf("%d rows are the recommended one", got)
	}
	want(t, page, "<small>±", "from the slowest to the fastest run")
}

func TestOneSetting(t *testing.T) {
	page := written(t, "one", withBaselines(grid([]int{64}, []string{"zstd"}, []int{4}, 3)))
	wantTitles(t, page, "Query times (zstd, 4 threads)", "Commit latency (zstd, 4 threads)", "Beside other programs")
	want(t, page, "One setting was measured", "<code>", "±")
	want(t, figureOf(t, page, "Query times"), "Bar chart: ", ">scan<", ">look-up<")
	if strings.Contains(page, "<td><b>") {
		t.Error("a best of one")
	}
}

func TestOneBatchSize(t *testing.T) {
	page := written(t, "onesize", grid([]int{64}, []string{"zstd", "snappy", "none"}, []int{1, 4}, 3))
	wantTitles(t, page, "Throughput", "Peak memory", "Live files", "Query times (snappy, 4 threads)", "Commit latency (snappy, 4 threads)")
	f := figureOf(t, page, "Throughput")
	want(t, f, "Bar chart: ", ">none, 1 thread<", " rows/s<")
	if strings.Contains(page, "batch size, MB<") {
		t.Error("an axis of one batch size")
	}
}

func TestOneRun(t *testing.T) {
	r := withBaselines(grid([]int{1, 16, 256}, []string{"zstd"}, []int{4}, 1))
	for i := range r.Baselines {
		r.Baselines[i].Runs = r.Baselines[i].Runs[:1]
	}
	page := written(t, "onerun", r)
	want(t, page, "1 run of each setting")
	if strings.Contains(page, "<small>") || strings.Contains(page, "slowest to the fastest") || strings.Contains(page, "stroke-width:1.3") {
		t.Error("a spread of one run")
	}
}

func TestNoBaselines(t *testing.T) {
	page := written(t, "nobaselines", grid([]int{1, 4, 16, 64}, []string{"zstd"}, []int{4}, 3))
	wantTitles(t, page, "Throughput", "Peak memory", "Live files", "Query times (zstd, 4 threads)", "Commit latency (zstd, 4 threads)")
	if strings.Contains(page, "ther programs") {
		t.Error("words about baselines")
	}
}

func TestFailedBaseline(t *testing.T) {
	r := usual()
	r.Baselines[1] = sweep.Baseline{Name: "DuckDB: COPY of read_json", Error: "Invalid Input Error: <malformed> at 7"}
	page := written(t, "failed", r)
	said := "did not run: Invalid Input Error: &lt;malformed&gt; at 7"
	want(t, figureOf(t, page, "Beside"), "<br/>DuckDB: COPY of read_json "+said+"</figcaption>")
	want(t, page, `<td colspan="5" class="error">`+said+"</td>")
	r.Baselines = r.Baselines[1:]
	r.Cases = r.Cases[:1]
	page = written(t, "allfailed", r)
	want(t, page, `<td colspan="5" class="error">`+said+"</td>")
}

func TestNoKey(t *testing.T) {
	r := usual()
	for i := range r.Cases {
		for k := range r.Cases[i].Runs {
			r.Cases[i].Runs[k].Lookup = 0
		}
	}
	page := written(t, "nokey", r)
	f := figureOf(t, page, "Query times")
	want(t, f, "aggregate</li>")
	if strings.Contains(f, "look-up</li>") || strings.Contains(f, "look-up 0") || strings.Contains(page, "to look up one row") {
		t.Errorf("a look-up in %s", f)
	}
	want(t, page, "<td>–</td>")
}

func TestManyCombinations(t *testing.T) {
	r := withBaselines(grid([]int{1, 2, 4, 8, 16, 32, 64, 100, 128, 192, 256, 512}, []string{"zstd", "snappy", "gzip", "lz4", "none"}, []int{1, 4, 16}, 3))
	page := written(t, "many", r)
	f := figureOf(t, page, "Throughput")
	if got := strings.Count(f, "<li"); got != mostLines {
		t.Errorf("%d lines, want %d", got, mostLines)
	}
	want(t, f, "Drawn are the 6 fastest of 15 combinations", "none, 16 threads", `<li class="recommended">`)
	want(t, f, fmt.Sprintf(">%d<", r.Advise().BatchMB))
	if strings.Contains(f, "gzip, 1 thread</li>") {
		t.Error("the slowest is drawn")
	}
	if got := strings.Count(page, `<th scope="row"`); got != len(r.Cases)+len(r.Baselines) {
		t.Errorf("%d rows, want all", got)
	}
}

// The recommended combination is drawn however slow it is at other batch sizes.
func TestRecommendedIsDrawn(t *testing.T) {
	r := grid([]int{1, 4, 16}, []string{"zstd", "snappy", "lz4", "none"}, []int{4, 16}, 1)
	for i := range r.Cases {
		c := &r.Cases[i]
		c.Runs[0].Wall, c.Runs[0].Scan = 10+float64(i%3)*0.01, 1
		if c.Compression == "zstd" && c.Threads == 4 {
			c.Runs[0].Wall, c.Runs[0].Scan = 10.2, 0.1
		}
	}
	if a := r.Advise(); a.Compression != "zstd" || a.Threads != 4 {
		t.Fatalf("advised %s", a.Setting)
	}
	want(t, figureOf(t, written(t, "drawn", r), "Throughput"), `</svg>zstd, 4 threads</li>`, "the 5 fastest and the recommended one of 8 ")
}

func TestHostileNames(t *testing.T) {
	r := usual()
	evil := `</title><script>alert("1")</script> & 'tap' <img src=x onerror=alert(1)>`
	r.Input.Name, r.Input.Stream, r.Program, r.Machine.CPU = evil, evil, evil, evil
	r.Baselines[0].Name = "\x00\x1b\uffff\xff" + evil
	r.Baselines[1].Error = evil
	page := written(t, "hostile", r)
	want(t, page, "<title>Load sweep: "+html.EscapeString(evil)+"</title>", "&lt;script&gt;alert")
	for _, no := range []string{"<script", "<img", `alert("1")`} {
		if strings.Contains(page, no) {
			t.Errorf("has %s", no)
		}
	}
}

func TestLongNames(t *testing.T) {
	r := usual()
	r.Input.Name = strings.Repeat("orders-of-a-very-long-name.", 12) + "singer.zst"
	r.Input.Stream = strings.Repeat("public_orders_", 10)
	r.Baselines[1].Name = strings.Repeat("DuckDB: COPY of read_json ", 20)
	page := written(t, "long", r)
	want(t, page, "<h1>Load sweep: "+r.Input.Name+"</h1>")
	want(t, figureOf(t, page, "Beside"), "…</text>")
}

func TestNothingLoaded(t *testing.T) {
	r := usual()
	r.Cases = nil
	page := written(t, "nothing", r)
	want(t, page, "No load ended")
	wantTitles(t, page, "Beside other programs")
	r.Baselines = nil
	wantTitles(t, written(t, "empty", r))
}

// A page is written whole or not at all, and says what stopped it.
func TestWriteFails(t *testing.T) {
	full := errors.New("no space left")
	if err := Write(failing{full}, usual()); !errors.Is(err, full) {
		t.Errorf("%v, want %v", err, full)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
