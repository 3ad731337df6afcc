package im

import (
	"bytes"
	"fmt"
	"io"
	"math"
)

// readResponse fills buf with what r holds and reports whether that is more than limit
// bytes; then buf has only the beginning. A response without a length is read in pieces,
// so that one that is rejected has taken at most as much memory as the limit.
func readResponse(buf *bytes.Buffer, r io.Reader, length, limit int64) (more bool, err error) {
	limit = min(limit, math.MaxInt64-1)
	switch {
	case length > limit:
		_, err := io.CopyN(buf, r, min(limit, maxClip)) // enough for the error to quote
		return true, err
	case length >= 0:
		buf.Grow(int(min(length, defaultMaxResponse)) + bytes.MinRead) // with the room in which ReadFrom finds the end
		_, err := buf.ReadFrom(io.LimitReader(r, limit+1))
		return int64(buf.Len()) > limit, err
	}
	pieces := []*bytes.Buffer{buf}
	for left := limit + 1; left > 0; {
		n, err := io.CopyN(pieces[len(pieces)-1], r, min(left, maxKept))
		left -= n
		if err == io.EOF { //nolint:errorlint // io.Reader's end is io.EOF itself
			buf.Grow(int(limit+1-left) - buf.Len())
			for _, piece := range pieces[1:] {
				_, _ = piece.WriteTo(buf)
			}
			return false, nil
		}
		if err != nil {
			return false, err
		}
		pieces = append(pieces, bytes.NewBuffer(make([]byte, 0, min(left, maxKept)+bytes.MinRead)))
	}
	return true, nil
}

// A member of 2 bytes in JSON can take hundreds once decoded. So a response may have one
// value for each bytesPerValue of WithMaxResponse, and one for each denseValue of its own
// bytes; leastValues and denseValues are always allowed.
const (
	bytesPerValue = 64
	leastValues   = 10_000
	denseValue    = 12 // a list of short names is as dense
	denseValues   = 65_536
)

// maxValues is how many values a response of some length may have.
func maxValues(maxResponse int64, length int) int {
	return int(min(max(maxResponse/bytesPerValue, leastValues), int64(max(length/denseValue, denseValues))))
}

// tooManyValues reports whether JSON has more values than limit. It does not look
// for errors: what is broken does not decode.
func tooManyValues(b []byte, limit int) bool {
	if len(b) <= limit || bytes.Count(b, []byte{','})+bytes.Count(b, []byte{'{'})+bytes.Count(b, []byte{'['}) <= limit {
		return false // some of them may be in strings
	}
	n := 0
	for i := 0; i < len(b) && n <= limit; i++ {
		switch b[i] {
		case '"':
			i = endOfString(b, i)
		case ',', '{', '[':
			n++
		}
	}
	return n > limit
}

// endOfString finds the quote that ends the string which begins at i.
func endOfString(b []byte, i int) int {
	for i++; i < len(b) && b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return i
}

// tooLargeError is a response above the limit of WithMaxResponse.
type tooLargeError struct {
	limit int64
	unit  string
}

func (t tooLargeError) Error() string {
	return fmt.Sprintf("the response has more than %d %s; see WithMaxResponse", t.limit, t.unit)
}

// Is makes it an ErrTooLarge.
func (t tooLargeError) Is(target error) bool { return target == ErrTooLarge }
