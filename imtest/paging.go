package imtest

import "math"

// A sheet is a page by number and size, as a call asks for it.
type sheet struct {
	number, size int
	asked        bool // the call has one of the two
}

// sheet reads pagenum and pagesize.
func (c *call) sheet(standard, most int) (sheet, *apiError) {
	number, err := c.number("pagenum", 1, math.MaxInt32)
	if err != nil {
		return sheet{}, err
	}
	size, err := c.number("pagesize", standard, most)
	return sheet{number, size, c.query.Has("pagenum") || c.query.Has("pagesize")}, err
}

// onSheet returns the part of a list that is on a sheet.
func onSheet[V any](list []V, p sheet) []V {
	from := min((p.number-1)*p.size, len(list))
	return list[from:min(from+p.size, len(list))]
}

// counted responses with a list under "data" and its length as count.
func counted[V any](list []V) *response {
	return &response{data: list, count: len(list)}
}
