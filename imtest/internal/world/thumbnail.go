package world

import (
	"bytes"
	"image"
	"image/color"
	_ "image/gif" // pictures may come as GIF
	"image/jpeg"
	"image/png"
)

const (
	smallImage = 10 << 10 // bytes: up to here a picture is its own thumbnail
	maxPixels  = 50 << 20 // larger pictures are not decoded,
	maxLength  = 1 << 16  // nor are longer ones: 32 bits hold it times maxSide
	maxSide    = 2048     // of a thumbnail
)

// Thumbnail returns the picture scaled into its box, or the file itself if it
// is no picture, or small.
func (f File) Thumbnail() File {
	conf, _, err := image.DecodeConfig(bytes.NewReader(f.Data))
	if err != nil || len(f.Data) <= smallImage || max(conf.Width, conf.Height) > maxLength || int64(conf.Width)*int64(conf.Height) > maxPixels {
		return f
	}
	picture, format, err := image.Decode(bytes.NewReader(f.Data))
	if err != nil {
		return f
	}
	var buf bytes.Buffer
	scaled := scale(picture, f.ThumbWidth, f.ThumbHeight)
	kind := "image/png"
	if format == "jpeg" {
		kind, err = "image/jpeg", jpeg.Encode(&buf, scaled, nil)
	} else {
		err = png.Encode(&buf, scaled)
	}
	if err != nil {
		return f
	}
	f.ContentType, f.Data = kind, buf.Bytes()
	return f
}

// scale shrinks a picture into a box, keeping its proportions. Each pixel is
// the mean of those that it stands for.
func scale(src image.Image, width, height int) image.Image {
	from := src.Bounds()
	w, h := fit(from.Dx(), from.Dy(), width, height)
	dst := image.NewRGBA64(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			area := image.Rect(
				from.Min.X+x*from.Dx()/w, from.Min.Y+y*from.Dy()/h,
				from.Min.X+(x+1)*from.Dx()/w, from.Min.Y+(y+1)*from.Dy()/h,
			)
			dst.SetRGBA64(x, y, mean(src, area))
		}
	}
	return dst
}

// fit returns the largest size in a box with the proportions of w and h, at
// least 1 by 1 and no larger than w by h.
func fit(w, h, width, height int) (int, int) {
	if w <= width && h <= height {
		return w, h
	}
	if w*height > h*width {
		return width, max(1, h*width/w)
	}
	return max(1, w*height/h), height
}

func mean(src image.Image, area image.Rectangle) color.RGBA64 {
	var r, g, b, a, n uint64
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			pr, pg, pb, pa := src.At(x, y).RGBA()
			r, g, b, a, n = r+uint64(pr), g+uint64(pg), b+uint64(pb), a+uint64(pa), n+1
		}
	}
	part := func(sum uint64) uint16 { return uint16(sum / n & 0xffff) }
	return color.RGBA64{R: part(r), G: part(g), B: part(b), A: part(a)}
}
