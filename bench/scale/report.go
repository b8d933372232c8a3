package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
)

// report prints figures as they come, and writes them as JSON if asked to.
type report struct {
	out     io.Writer
	file    *os.File // nil: none
	measure string   // what figures are of
	missed  int
	err     error // the first of the file
}

// header is the first line of the file.
type header struct {
	Settings settings `json:"settings"`
	CPUs     int      `json:"cpus"`
}

// figure is any other.
type figure struct {
	Measure string    `json:"measure"`
	What    string    `json:"what"`
	Value   float64   `json:"value"`             // the median of the samples, if there are any
	Unit    string    `json:"unit,omitempty"`    // s, MB, files; a ratio has none
	Samples []float64 `json:"samples,omitempty"` // of the repetitions
	Want    string    `json:"want,omitempty"`
	OK      *bool     `json:"ok,omitempty"` // of a figure with a want
}

// want is a bound of a figure.
type want struct {
	sign  string // "" if there is none
	bound float64
}

var anything want

func atLeast(x float64) want { return want{"≥", x} }
func atMost(x float64) want  { return want{"≤", x} }

func (w want) String() string { return w.sign + " " + strconv.FormatFloat(w.bound, 'g', -1, 64) }

func (w want) met(x float64) bool {
	if w.sign == "≥" {
		return x >= w.bound
	}
	return x <= w.bound
}

func (r *report) open(name string, h header) (err error) {
	if name != "" {
		r.file, err = os.Create(name)
		r.encode(h)
	}
	return err
}

func (r *report) close() error {
	if r.file == nil {
		return nil
	}
	return errors.Join(r.err, r.file.Close())
}

func (r *report) encode(v any) {
	if r.file != nil && r.err == nil {
		r.err = json.NewEncoder(r.file).Encode(v)
	}
}

// title says what the figures that follow were taken of.
func (r *report) title(format string, args ...any) {
	fmt.Fprintf(r.out, "%s: %s\n", r.measure, fmt.Sprintf(format, args...))
}

// seconds prints how long something took.
func (r *report) seconds(what string, samples []float64) {
	fmt.Fprintf(r.out, "  %-44s %9.3f s   %.3f to %.3f\n", what, median(samples), slices.Min(samples), slices.Max(samples))
	r.encode(figure{Measure: r.measure, What: what, Value: median(samples), Unit: "s", Samples: samples})
}

// value prints any other figure, beside its want.
func (r *report) value(what string, x float64, unit string, w want) {
	f := figure{Measure: r.measure, What: what, Value: x, Unit: unit}
	verdict := ""
	if w != anything {
		ok := w.met(x)
		f.Want, f.OK = w.String(), &ok
		verdict = "OK"
		if !ok {
			verdict = "MISSED"
			r.missed++
		}
		verdict = fmt.Sprintf("   want %s   %s", w, verdict)
	}
	fmt.Fprintf(r.out, "  %-44s %9.2f %-5s%s\n", what, x, unit, verdict)
	r.encode(f)
}

// ratio prints how many times b the median of a is.
func (r *report) ratio(what string, a, b []float64, w want) {
	r.value(what, median(a)/median(b), "×", w)
}

func median(samples []float64) float64 {
	s := slices.Sorted(slices.Values(samples))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
