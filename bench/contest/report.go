package contest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
)

// Report prints figures as they come, and writes them as JSON if asked to.
type Report struct {
	out     io.Writer
	file    *os.File // nil: none
	measure string   // what figures are of
	title   string   // the newest
	missed  int
	err     error // the first of the file
}

// header is the first line of the file.
type header struct {
	Settings any `json:"settings"`
	CPUs     int `json:"cpus"`
}

// figure is any other.
type figure struct {
	Measure string    `json:"measure"`
	Of      string    `json:"of"` // the title above it
	What    string    `json:"what"`
	Value   float64   `json:"value"`             // the median of the samples, if there are any
	Unit    string    `json:"unit,omitempty"`    // s, MB, files; a ratio has none
	Samples []float64 `json:"samples,omitempty"` // of the repetitions
	Want    string    `json:"want,omitempty"`
	OK      *bool     `json:"ok,omitempty"` // of a figure with a want
}

// Want is a bound of a figure.
type Want struct {
	sign  string // "" if there is none
	bound float64
}

// Anything is the want of what is only told.
var Anything Want

// AtLeast and AtMost are bounds that figures are held to.
func AtLeast(x float64) Want { return Want{"≥", x} }
func AtMost(x float64) Want  { return Want{"≤", x} }

func (w Want) String() string { return w.sign + " " + strconv.FormatFloat(w.bound, 'g', -1, 64) }

func (w Want) met(x float64) bool {
	if w.sign == "≥" {
		return x >= w.bound
	}
	return x <= w.bound
}

func (r *Report) open(name string, h header) (err error) {
	if name != "" {
		r.file, err = os.Create(name)
		r.encode(h)
	}
	return err
}

func (r *Report) close() error {
	if r.file == nil {
		return nil
	}
	return errors.Join(r.err, r.file.Close())
}

func (r *Report) encode(v any) {
	if r.file != nil && r.err == nil {
		r.err = json.NewEncoder(r.file).Encode(v)
	}
}

// Title says what the figures that follow were taken of.
func (r *Report) Title(format string, args ...any) {
	r.title = fmt.Sprintf(format, args...)
	fmt.Fprintf(r.out, "%s: %s\n", r.measure, r.title)
}

// Seconds prints how long something took.
func (r *Report) Seconds(what string, samples []float64) {
	r.Samples(what, samples, "s", Anything)
}

// Samples prints a figure of every repetition, and holds their median to a want.
func (r *Report) Samples(what string, samples []float64, unit string, w Want) {
	f := figure{What: what, Value: Median(samples), Unit: unit, Samples: samples}
	r.print(f, w, fmt.Sprintf("%9.3f %-5s %.3f to %.3f", f.Value, unit, slices.Min(samples), slices.Max(samples)))
}

// Value prints any other figure, beside its want.
func (r *Report) Value(what string, x float64, unit string, w Want) {
	r.print(figure{What: what, Value: x, Unit: unit}, w, fmt.Sprintf("%9.2f %-5s", x, unit))
}

// Ratio prints how many times b the median of a is.
func (r *Report) Ratio(what string, a, b []float64, w Want) {
	r.Value(what, Median(a)/Median(b), "×", w)
}

func (r *Report) print(f figure, w Want, value string) {
	f.Measure, f.Of = r.measure, r.title
	verdict := ""
	if w != Anything {
		ok := w.met(f.Value)
		f.Want, f.OK = w.String(), &ok
		verdict = "OK"
		if !ok {
			verdict = "MISSED"
			r.missed++
		}
		verdict = fmt.Sprintf("   want %s   %s", w, verdict)
	}
	fmt.Fprintf(r.out, "  %-52s %s%s\n", f.What, value, verdict)
	r.encode(f)
}

// Median is the middle of the samples.
func Median(samples []float64) float64 {
	s := slices.Sorted(slices.Values(samples))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
