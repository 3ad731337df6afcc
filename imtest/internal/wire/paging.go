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

// OnSheet returns the part of a list that is on a sheet.
func OnSheet[V any](list []V, p Sheet) []V {
	from := min((p.Number-1)*p.Size, len(list))
	return list[from:min(from+p.Size, len(list))]
}

// Counted responds with a list under "data" and its length as count.
func Counted[V any](list []V) *Response {
	return &Response{Data: list, Count: len(list)}
}
