package main

import (
	"fmt"
	"strings"

	im "github.com/imrest/im-go"
)

// Sizes of the picture.
const (
	wide, high   = 820, 360
	left, top    = 56, 56
	right, below = 24, 52
)

// x and y place an hour and a part of the quota.
func x(hour float64) float64 { return left + hour/24*(wide-left-right) }
func y(part float64) float64 { return high - below - part*(high-top-below)/1.1 }

// draw makes the picture, as SVG.
func (d *day) draw() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13" fill="#333">`+"\n", wide, high)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", wide, high)
	b.WriteString(`<text x="56" y="24" font-size="16" font-weight="bold">A day of one pool: 100 calls a second for the whole app</text>` + "\n")
	for i := 0; i <= 100; i += 25 {
		at := y(float64(i) / 100)
		fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#e4e4e4"/><text x="%d" y="%.1f" text-anchor="end">%d</text>`+"\n", left, at, wide-right, left-8, at+4, i)
	}
	for h := 0; h <= 24; h += 3 {
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%02d:00</text>`+"\n", x(float64(h)), high-below+20, h)
	}
	foreground, both := d.parts()
	fmt.Fprintf(&b, `<path d="%s" fill="#f3b562"/>`+"\n", area(both))
	fmt.Fprintf(&b, `<path d="%s" fill="#3b7dd8"/>`+"\n", area(foreground))
	fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#c0392b" stroke-width="2" stroke-dasharray="7 4"/>`+"\n", left, y(1), wide-right)
	for i, l := range []struct{ color, text string }{
		{"#3b7dd8", "foreground: the business's own calls"}, {"#f3b562", "background: two jobs, from 01:00 and 17:00"}, {"#c0392b", "the limit"},
	} {
		at := []int{left, 320, 650}[i]
		fmt.Fprintf(&b, `<rect x="%d" y="34" width="12" height="12" fill="%s"/><text x="%d" y="45">%s</text>`+"\n", at, l.color, at+18, l.text)
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" font-size="12" fill="#666">%d calls, %d refused; a foreground call waited %.0f ms at most. A run of 24 hours in %.0f s.</text>`+"\n",
		left, high-12, d.total(im.Foreground)+d.total(im.Background), d.refused, d.longest.Seconds()*1000, d.length.Seconds())
	b.WriteString("</svg>\n")
	return b.String()
}

// parts returns the parts of the quota that were used in each quarter of an hour: by
// the foreground, and by both lanes.
func (d *day) parts() (foreground, both [quarters]float64) {
	whole := perSecond * d.length.Seconds() / quarters
	for q := range quarters {
		f, b := d.calls[im.Foreground][q], d.calls[im.Background][q]
		foreground[q], both[q] = float64(f)/whole, float64(f+b)/whole
	}
	return foreground, both
}

// area is the path around what lies below a row of parts.
func area(parts [quarters]float64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "M%.1f %.1f", x(0), y(0))
	for q, part := range parts {
		fmt.Fprintf(&b, "V%.1fH%.1f", y(part), x(24*float64(q+1)/quarters))
	}
	fmt.Fprintf(&b, "V%.1fZ", y(0))
	return b.String()
}
