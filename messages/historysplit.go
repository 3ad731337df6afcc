package messages

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// maxRecord bounds the memory for one record; no message has more than a few KB.
const maxRecord = 1 << 20

var errLongRecord = fmt.Errorf("%w: the record is longer than %d bytes", api.ErrTooLarge, maxRecord)

// splitter finds the records in the text of a history file, without judging them.
type splitter struct {
	r     *bufio.Reader
	line  int // of the next byte, from 1
	first int // of the record that was found last

	begun bool // something that is not blank has been read
	array bool // the file is an array, or several of them
	open  bool // inside one

	record []byte
	long   bool // longer than maxRecord, so not kept
}

func newSplitter(r *bufio.Reader) *splitter { return &splitter{r: r, line: 1} }

// next returns what should be a record, valid until the one after it; errLongRecord
// for one that it has skipped; or the error that ends the file.
func (s *splitter) next() ([]byte, error) {
	s.record, s.long = s.record[:0], false
	for {
		c, err := s.read()
		switch {
		case ended(err) && s.open:
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		case blank(c) || c == ',' && s.begun || c == 0xef && s.byteOrderMark():
			continue
		}
		opens := c == '[' && !s.open && (s.array || !s.begun)
		s.begun = true
		switch {
		case opens:
			s.array, s.open = true, true
			continue
		case c == ']' && s.open:
			s.open = false
			continue
		case c == '{':
			err = s.object()
		default:
			err = s.other(c)
		}
		if err == nil && s.long {
			err = errLongRecord
		}
		return bytes.TrimSpace(s.record), err
	}
}

// object reads on to the brace that closes an object. One that is broken ends with
// its line, so that those after it are not lost; one that is spread over several
// lines breaks its first after the opening brace, and is broken where another object
// begins out of place.
func (s *splitter) object() error {
	s.first = s.line
	s.keep('{')
	spread, quoted, escaped, last := false, false, false, byte('{')
	for depth := 1; depth > 0; {
		c, err := s.read()
		switch {
		case ended(err):
			return nil // broken, as its reader will see
		case err != nil:
			return err
		case c == '\n' && (quoted || !spread && (last != '{' || depth > 1)):
			return nil
		case c == '{' && !quoted && spread && strings.IndexByte(":,[", last) < 0:
			return s.r.UnreadByte()
		}
		s.keep(c)
		switch {
		case escaped:
			escaped = false
			continue
		case quoted && c != '"':
			escaped = c == '\\'
			continue
		case c == '"':
			quoted = !quoted
		case c == '\n':
			spread = true
			continue
		case blank(c):
			continue
		case c == '{', c == '[':
			depth++
		case c == '}', c == ']':
			depth--
		}
		last = c
	}
	return nil
}

// other reads what is not an object: to the end of the line, or of the element.
func (s *splitter) other(c byte) error {
	s.first = s.line
	for {
		s.keep(c)
		next, err := s.read()
		switch {
		case ended(err), err == nil && next == '\n':
			return nil
		case err != nil:
			return err
		case s.open && (next == ',' || next == ']'):
			return s.r.UnreadByte()
		}
		c = next
	}
}

func (s *splitter) read() (byte, error) {
	c, err := s.r.ReadByte()
	if err == nil && c == '\n' {
		s.line++
	}
	return c, err
}

func (s *splitter) keep(c byte) {
	if len(s.record) == maxRecord {
		s.record, s.long = s.record[:0], true
	}
	if !s.long {
		s.record = append(s.record, c)
	}
}

// byteOrderMark skips the rest of one, whose first byte has been read.
func (s *splitter) byteOrderMark() bool {
	rest, err := s.r.Peek(2)
	if err != nil || rest[0] != 0xbb || rest[1] != 0xbf {
		return false
	}
	_, err = s.r.Discard(2)
	return err == nil
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
