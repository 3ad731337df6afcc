package wire

import "math"

// A Sheet is a page by number and size, as a call asks for it.
type Sheet struct {
	Number, Size int
	Asked        bool // the call has one of the two
}

// Sheet reads pagenum and pagesize.
func (c *Call) Sheet(standard, most int) (Sheet, *Error) {
	number, err := c.Number("pagenum", 1, math.MaxInt32)
	if err != nil {
		return Sheet{}, err
	}
	size, err := c.Number("pagesize", standard, most)
	return Sheet{number, size, c.Query.Has("pagenum") || c.Query.Has("pagesize")}, err
}

// Skip is how many entries come before the sheet: no list has more than an int of 32 bits can count.
func (p Sheet) Skip() int { return int(min(int64(p.Number-1)*int64(p.Size), math.MaxInt32)) }

// OnSheet returns the part of a list that is on a sheet.
func OnSheet[V any](list []V, p Sheet) []V {
	from := min(p.Skip(), len(list))
	return list[from:min(from+p.Size, len(list))]
}

// Counted responds with a list under "data" and its length as count.
func Counted[V any](list []V) *Response {
	return &Response{Data: list, Count: len(list)}
}
