package messages

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/imrest/im-go/internal/api"
)

// ReadHistory reads the file behind [Service.GetHistoryURL], record by record and with at
// most one in memory. It reads gzip, and the same text unpacked, since some HTTP clients
// unpack it. The records may be one to a line, several to a line, or in a JSON array. It can
// be ranged over once.
//
// What is not a record (im.ErrBadResponse), or is one above 1 MiB (also im.ErrTooLarge), is
// an error with a Record that holds Raw alone, if anything; a loop that goes on gets the
// records after it. A file that is cut off is an error, and the end.
func ReadHistory(r io.Reader) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		text, err := unpack(r)
		if err != nil {
			yield(Record{}, fmt.Errorf("im: history: %w", err))
			return
		}
		for s := newSplitter(text); ; {
			raw, err := s.next()
			switch {
			case ended(err):
				return
			case err != nil && !errors.Is(err, errLongRecord):
				yield(Record{}, fmt.Errorf("im: history, line %d: %w", s.line, err))
				return
			}
			var record Record
			if err == nil {
				record, err = readRecord(bytes.Clone(raw))
			}
			if err != nil {
				err = fmt.Errorf("im: history, line %d: %w: %w", s.first, api.ErrBadResponse, err)
			}
			if !yield(record, err) {
				return
			}
		}
	}
}

// maxPacked is how often a file may be packed: once by the vendor, once on the way.
const maxPacked = 2

// unpack opens a file that is packed. Even one without messages would not be empty.
func unpack(r io.Reader) (*bufio.Reader, error) {
	for packed := 0; ; packed++ {
		buffered := bufio.NewReader(r)
		head, err := buffered.Peek(2)
		switch {
		case len(head) == 0 && ended(err) && packed == 0:
			return nil, io.ErrUnexpectedEOF
		case err != nil && !ended(err):
			return nil, err
		case !bytes.Equal(head, []byte{0x1f, 0x8b}) || packed == maxPacked:
			return buffered, nil
		}
		if r, err = gzip.NewReader(buffered); err != nil {
			return nil, err
		}
	}
}

// ended distinguishes the end of a file from a broken connection, whose error may wrap
// io.EOF.
func ended(err error) bool { return err == io.EOF } //nolint:errorlint // what it is for
