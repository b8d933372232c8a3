package report

import (
	"bytes"
	"fmt"
	"html/template"
	"regexp"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// anchored leaves it to the browser to align text: the font there is not the one
// that plot measures with.
type anchored struct{ text.Plain }

// widest is how much wider than plot's font that of a browser may be: DejaVu's is.
const widest = 1.16

// Box has room for the browser's font.
func (a anchored) Box(txt string, f font.Font) (width, height, depth vg.Length) {
	width, height, depth = a.Plain.Box(txt, f)
	return width * widest, height, depth
}

// Draw puts one line of text at pt. Where it is anchored travels in the font's
// variant, the only part of a font that vgsvg hands on as it is.
func (a anchored) Draw(c vg.Canvas, txt string, style text.Style, pt vg.Point) {
	face := a.Fonts.Lookup(style.Font, style.Font.Size)
	switch style.XAlign {
	case text.XLeft:
		face.Font.Variant = "start"
	case text.XCenter:
		face.Font.Variant = "middle"
	case text.XRight:
		face.Font.Variant = "end"
	}
	pt.Y += style.Height(txt)*vg.Length(style.YAlign) - face.Extents().Ascent + style.Font.Size
	c.SetColor(style.Color)
	c.FillString(face, pt, txt)
}

var (
	fontOfText = regexp.MustCompile(`font-family:[^;"]*;font-variant:(start|middle|end);font-weight:normal;font-style:normal`)
	svgElement = regexp.MustCompile(`(?s)^.*?<svg[^>]*>\s*(.*?)\s*</svg>\s*$`)
)

// inside is what stands in a canvas's <svg>. Its text has the font of the page.
func inside(c *vgsvg.Canvas) (drawing, error) {
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return drawing{}, err
	}
	m := svgElement.FindSubmatch(b.Bytes())
	if m == nil {
		return drawing{}, fmt.Errorf("no SVG: %.60q", b.Bytes())
	}
	w, h := c.Size()
	svg := fontOfText.ReplaceAll(m[1], []byte("text-anchor:$1"))
	return drawing{Width: int(w), Height: int(h), Inside: template.HTML(svg)}, nil // vgsvg escapes text
}
