package report

import (
	"fmt"
	"image/color"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"target-filelake/bench/sweep"
)

// Sizes of a bar and of all that belongs to it.
const (
	barHeight = 16
	rowHeight = 44
)

// bar lies below its name, and its value stands at its end.
type bar struct {
	name   string
	figure sweep.Figure
	strong bool // the recommended setting
	other  bool // no load of ours
}

func (b bar) color() color.Color {
	switch {
	case b.other:
		return base
	case b.strong:
		return blue
	}
	return pale
}

// drawBars is nil where there are not two bars to compare.
func drawBars(sub subject, bars []bar) (*figure, error) {
	if len(bars) < 2 {
		return nil, nil
	}
	p := newPlot()
	p.HideAxes()
	p.X.Min, p.X.Max = 0, 0
	p.Y.Min, p.Y.Max = -0.5, float64(len(bars))-0.5
	var alt []string
	for i, b := range bars {
		if err := b.add(p, float64(len(bars)-1-i), sub.word); err != nil {
			return nil, err
		}
		alt = append(alt, b.name+" "+sub.word(b.figure.Median))
	}
	c := vgsvg.New(chartWidth, vg.Length(len(bars)*rowHeight+4))
	p.Draw(draw.Crop(draw.New(c), 2, -2, 2, -2))
	drawn, err := inside(c)
	if err != nil {
		return nil, err
	}
	alone := fmt.Sprintf("Bar chart: %s: %s.", strings.ToLower(sub.title), strings.Join(alt, "; "))
	return &figure{Title: sub.title, Look: sub.look, Alt: alone, Chart: drawn}, nil
}

// add adds the bar in the row at.
func (b bar) add(p *plot.Plot, at float64, word func(float64) string) error {
	drawn, err := plotter.NewBarChart(plotter.Values{b.figure.Median}, barHeight)
	if err != nil {
		return err
	}
	drawn.Horizontal, drawn.XMin, drawn.Offset = true, at, -rowHeight/2+barHeight/2+2
	drawn.Color, drawn.LineStyle.Width = b.color(), 0
	middle := drawn.Offset
	left, level := textStyle(text.XLeft, text.YBottom), textStyle(text.XLeft, text.YCenter)
	p.Add(drawn,
		&plotter.Labels{XYs: plotter.XYs{{X: 0, Y: at}}, Labels: []string{fit(b.name, left)}, TextStyle: []text.Style{left}, Offset: vg.Point{Y: middle + barHeight/2 + 6}},
		&plotter.Labels{XYs: plotter.XYs{{X: b.figure.Most, Y: at}}, Labels: []string{word(b.figure.Median)}, TextStyle: []text.Style{level}, Offset: vg.Point{X: 7, Y: middle + 3}},
	)
	if b.figure.Most > b.figure.Least {
		p.Add(whisker{b.figure, at, middle})
	}
	return nil
}

// whisker reaches from the least to the most of the runs of a bar.
type whisker struct {
	sweep.Figure
	at     float64
	middle vg.Length
}

// Plot draws it over the bar's end.
func (w whisker) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	style := draw.LineStyle{Color: ink, Width: 1.3}
	level := y(w.at) + w.middle
	c.StrokeLine2(style, x(w.Least), level, x(w.Most), level)
	for _, end := range []float64{w.Least, w.Most} {
		c.StrokeLine2(style, x(end), level-3.5, x(end), level+3.5)
	}
}

// fit is a name that is no wider than a chart.
func fit(name string, style text.Style) string {
	whole := []rune(name)
	for n := min(len(whole), chartWidth/2); style.Width(name) > 0.94*chartWidth; n-- {
		name = string(whole[:n]) + "…"
	}
	return name
}
