package report

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Sizes of a chart. Its text is 11 pixels high on a phone 390 pixels wide.
const (
	chartWidth  = 400
	chartHeight = 270
	textSize    = 13
)

// mostSizes is how many batch sizes can be named below a chart.
const mostSizes = 10

// lineChart has batch sizes as categories: sizes are chosen by factors, not by
// differences.
type lineChart struct {
	subject
	sizes []int
	lines []line
	band  int // index of the size to shade
}

func textStyle(x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{
		Color: ink, Font: font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, textSize),
		XAlign: x, YAlign: y, Handler: anchored{text.Plain{Fonts: font.DefaultCache}},
	}
}

// newPlot is empty but for what all charts have in common.
func newPlot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Padding, a.Tick.Length, a.Tick.LineStyle.Color, a.LineStyle.Color = 0, 0, base, base
	}
	p.X.Label.TextStyle = textStyle(text.XCenter, text.YBottom)
	p.X.Tick.Label = textStyle(text.XCenter, text.YTop)
	p.Y.Label.TextStyle = textStyle(text.XCenter, text.YBottom)
	p.Y.Tick.Label = textStyle(text.XRight, text.YCenter)
	return p
}

func (l *lineChart) draw() (drawing, error) {
	p := newPlot()
	s := l.scale()
	s.apply(&p.Y)
	p.Y.LineStyle.Width = 0
	if s.log { // which has no zero line
		p.X.LineStyle.Width = 0
	}
	p.X.Min, p.X.Max = -0.5, float64(len(l.sizes))-0.5
	p.X.Tick.Marker, p.X.Tick.Length = l.names(), 5
	p.X.Label.Text, p.X.Label.Padding = "batch size, MB", 4
	p.Add(band(l.band), &plotter.Grid{Horizontal: draw.LineStyle{Color: faint, Width: 1}})
	for i := len(l.lines) - 1; i >= 0; i-- { // the first on top
		if err := l.add(p, i, s.min); err != nil {
			return drawing{}, err
		}
	}
	c := vgsvg.New(chartWidth, chartHeight)
	whole := draw.New(c)
	// The axis label lies above its axis: upright text is hard to read.
	label := l.axis
	if s.log {
		label += ", log scale"
	}
	whole.FillText(textStyle(text.XLeft, text.YTop), vg.Point{X: 2, Y: whole.Max.Y}, label)
	p.Draw(draw.Crop(whole, 2, -2, 2, -2*textSize))
	return inside(c)
}

// scale holds all that is drawn.
func (l *lineChart) scale() scale {
	least, most := math.Inf(1), 0.0
	for _, line := range l.lines {
		for _, f := range line.figures {
			if measured(f) {
				least, most = min(least, f.Median), max(most, f.Most)
				if f.Least > 0 {
					least = min(least, f.Least)
				}
			}
		}
	}
	return newScale(least, most, l.tick)
}

// names are of all batch sizes, or of some: the shaded one is among them.
func (l *lineChart) names() plot.ConstantTicks {
	var out plot.ConstantTicks
	every := (len(l.sizes) + mostSizes - 1) / mostSizes
	for i := l.band % every; i < len(l.sizes); i += every {
		out = append(out, plot.Tick{Value: float64(i), Label: strconv.Itoa(l.sizes[i])})
	}
	return out
}

// spread is where the runs of a line's points lie.
type spread struct {
	plotter.XYs
	plotter.YErrors
}

// add adds a line. Nothing of it reaches below floor.
func (l *lineChart) add(p *plot.Plot, i int, floor float64) error {
	var points, advised plotter.XYs
	var bars spread
	for k, f := range l.lines[i].figures {
		if !measured(f) {
			continue
		}
		at := plotter.XY{X: float64(k) + l.aside(i), Y: f.Median}
		points = append(points, at)
		if l.lines[i].recommended && k == l.band {
			advised = append(advised, at)
		}
		if f.Most > f.Least {
			bars.XYs = append(bars.XYs, at)
			bars.YErrors = append(bars.YErrors, struct{ Low, High float64 }{f.Median - max(f.Least, floor), f.Most - f.Median})
		}
	}
	drawn, dots, err := plotter.NewLinePoints(points)
	if err != nil {
		return err
	}
	drawn.LineStyle, dots.GlyphStyle = looks[i].line(), looks[i].point()
	p.Add(drawn)
	if len(bars.XYs) > 0 {
		p.Add(&plotter.YErrorBars{XYs: bars.XYs, YErrors: bars.YErrors, LineStyle: draw.LineStyle{Color: looks[i].color, Width: 1.3}, CapWidth: 7})
	}
	p.Add(dots)
	if len(advised) > 0 {
		p.Add(&plotter.Scatter{XYs: advised, GlyphStyle: draw.GlyphStyle{Color: ink, Radius: 8, Shape: ring{}}})
	}
	return nil
}

// aside keeps the points of lines that are as good as the same apart.
func (l *lineChart) aside(i int) float64 {
	n := float64(len(l.lines))
	return (float64(i) - (n-1)/2) * min(0.05, 0.4/n)
}

// drawSwatch is a line's look, for a legend.
func drawSwatch(l look) (drawing, error) {
	c := vgsvg.New(34, 14)
	whole := draw.New(c)
	middle := whole.Center()
	whole.StrokeLine2(l.line(), 0, middle.Y, whole.Max.X, middle.Y)
	whole.DrawGlyph(l.point(), middle)
	return inside(c)
}
