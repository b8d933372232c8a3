package report

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

var (
	ink   = color.RGBA{0x3a, 0x41, 0x49, 0xff}
	faint = color.RGBA{0xe1, 0xe5, 0xea, 0xff} // gridlines
	base  = color.RGBA{0x8b, 0x94, 0x9e, 0xff} // the zero line, bars of others
	shade = color.RGBA{0xff, 0xf3, 0xd1, 0xff} // as the page shades the recommended setting
	blue  = color.RGBA{0x00, 0x72, 0xb2, 0xff}
	pale  = color.RGBA{0x8f, 0xc1, 0xe0, 0xff}
)

// look is how one line differs from the others: in its colour, of those that Okabe
// and Ito chose for all kinds of sight, in its dashes, and in its points.
type look struct {
	color  color.Color
	dashes []vg.Length
	shape  draw.GlyphDrawer
}

var looks = [mostLines]look{
	{blue, nil, draw.CircleGlyph{}},
	{color.RGBA{0xd5, 0x5e, 0x00, 0xff}, []vg.Length{7, 3}, regular(4, math.Pi/4)},
	{color.RGBA{0x00, 0x9e, 0x73, 0xff}, []vg.Length{2, 3}, regular(3, math.Pi/2)},
	{color.RGBA{0xcc, 0x79, 0xa7, 0xff}, []vg.Length{9, 3, 2, 3}, regular(4, 0)},
	{color.RGBA{0x33, 0x33, 0x33, 0xff}, []vg.Length{4, 2}, regular(3, -math.Pi/2)},
	{color.RGBA{0xe6, 0x9f, 0x00, 0xff}, []vg.Length{12, 3, 2, 3, 2, 3}, regular(6, 0)},
}

func (l look) line() draw.LineStyle {
	return draw.LineStyle{Color: l.color, Width: 2, Dashes: l.dashes}
}

func (l look) point() draw.GlyphStyle {
	return draw.GlyphStyle{Color: l.color, Radius: 4.5, Shape: l.shape}
}

// polygon is a filled glyph, by its corners.
type polygon []vg.Point

// regular has n corners, the first in the direction of an angle.
func regular(n int, angle float64) polygon {
	p := make(polygon, n)
	for i := range p {
		sin, cos := math.Sincos(angle + 2*math.Pi*float64(i)/float64(n))
		p[i] = vg.Point{X: vg.Length(cos), Y: vg.Length(sin)}
	}
	return p
}

// DrawGlyph makes it a little larger than a circle, which holds it otherwise.
func (p polygon) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	corners := make([]vg.Point, len(p))
	for i := range p {
		corners[i] = at.Add(p[i].Scale(style.Radius * 1.25))
	}
	c.FillPolygon(style.Color, corners)
}

// ring goes round a point.
type ring struct{}

// DrawGlyph draws a thicker line than draw.RingGlyph.
func (ring) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	c.SetLineStyle(draw.LineStyle{Color: style.Color, Width: 1.6})
	var p vg.Path
	p.Move(vg.Point{X: at.X + style.Radius, Y: at.Y})
	p.Arc(at, style.Radius, 0, 2*math.Pi)
	p.Close()
	c.Stroke(p)
}

// band shades a category of the horizontal axis.
type band float64

// Plot fills the height of the chart.
func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	left, right := x(float64(b)-0.42), x(float64(b)+0.42)
	c.FillPolygon(shade, []vg.Point{{X: left, Y: c.Min.Y}, {X: right, Y: c.Min.Y}, {X: right, Y: c.Max.Y}, {X: left, Y: c.Max.Y}})
}
