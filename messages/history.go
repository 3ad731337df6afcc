package messages

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// ChinaTime is the zone in which clusters in mainland China name the hours of the
// history.
var ChinaTime = time.FixedZone("UTC+8", 8*60*60)

// HistoryOptions are the choices of [Service.HistoryURL].
type HistoryOptions struct {
	// Zone is the time zone in which the server names its hours; nil: UTC. The
	// documents differ: UTC everywhere (Agora in English, Easemob 2023), or
	// [ChinaTime] on clusters in mainland China and UTC elsewhere (Agora China 2025,
	// Easemob 2026). With the wrong one the call answers another hour.
	Zone *time.Location
}

func (o HistoryOptions) name(hour time.Time) string {
	zone := o.Zone
	if zone == nil {
		zone = time.UTC
	}
	return hour.In(zone).Format("2006010215")
}

var historyURL = api.Endpoint{
	ID: "messages.history_url", Method: http.MethodGet, Path: "/chatmessages/{hour}", Pool: "chatmessages",
	Quotas: api.Quotas{{N: 10, Per: time.Minute}}, Idempotent: true,
}

// HistoryURL returns the address of a file with all messages of the hour in which
// the time lies. [Service.History] and [Service.SaveHistory] fetch it as well. The
// address carries its own permission, which ends after some time: do not log it,
// and fetch it without the app token.
//
// The file of an hour is there an hour later, in busy apps up to 24 hours later,
// and is kept for some days by the plan, 3 where nothing else was agreed. Quota: 10
// calls a minute (one document says 1); fetching the address does not count.
// Repeated after a lost answer. Errors: [im.ErrNotFound] for an hour without
// messages (its Code is storage_object_not_found), and for one that is too old or
// not ready.
//
//im:endpoint messages.history_url
func (s *Service) HistoryURL(ctx context.Context, hour time.Time, o HistoryOptions) (string, error) {
	var invalid error
	if hour.IsZero() {
		invalid = api.Invalid("hour", "must not be zero")
	}
	var out historyAddress
	err := s.api.Call(ctx, &api.Call{Endpoint: &historyURL, Params: []string{o.name(hour)}, Invalid: invalid, Out: &out})
	return string(out), err
}

// historyAddress is an answer that holds an address, or does not decode.
type historyAddress string

// UnmarshalJSON implements json.Unmarshaler.
func (a *historyAddress) UnmarshalJSON(b []byte) error {
	var wire api.Data[api.Many[struct {
		URL string `json:"url"`
	}]]
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	if len(wire.Data) == 0 || wire.Data[0].URL == "" {
		return api.ErrNoEntity
	}
	*a = historyAddress(wire.Data[0].URL)
	return nil
}

// maxLine bounds the memory for one record; no message has more than a few KB.
const maxLine = 1 << 20

var errLongLine = fmt.Errorf("%w: the line is longer than %d bytes", api.ErrTooLarge, maxLine)

// ReadHistory reads the file behind [Service.HistoryURL], record by record and
// never more than one in memory: gzip, or the same text unpacked, which is what
// some HTTP clients make of it. It can be ranged over once.
//
// A line that is no record ([im.ErrBadAnswer]), such as one above 1 MiB
// ([im.ErrTooLarge]), is an error with a Record that holds Raw alone, if anything;
// a loop that goes on gets the lines after it. A file that breaks off is an error
// and the end.
func ReadHistory(r io.Reader) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		lines, err := openHistory(r)
		if err != nil {
			yield(Record{}, fmt.Errorf("im: history: %w", err))
			return
		}
		for number := 1; ; number++ {
			line, err := lines.next()
			switch {
			case ended(err):
				return
			case err != nil && !errors.Is(err, errLongLine):
				yield(Record{}, fmt.Errorf("im: history, line %d: %w", number, err))
				return
			case err == nil && len(line) == 0:
				continue
			}
			var record Record
			if err == nil {
				record, err = readRecord(bytes.Clone(line))
			}
			if err != nil {
				err = fmt.Errorf("im: history, line %d: %w: %w", number, api.ErrBadAnswer, err)
			}
			if !yield(record, err) {
				return
			}
		}
	}
}

// openHistory unpacks a file that is packed. Even one without messages would not
// be empty.
func openHistory(r io.Reader) (*lineReader, error) {
	buffered := bufio.NewReader(r)
	head, err := buffered.Peek(2)
	switch {
	case len(head) == 0 && ended(err):
		return nil, io.ErrUnexpectedEOF
	case err != nil && !ended(err):
		return nil, err
	case !bytes.Equal(head, []byte{0x1f, 0x8b}):
		return &lineReader{r: buffered}, nil
	}
	unpacked, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, err
	}
	return &lineReader{r: bufio.NewReader(unpacked)}, nil
}

// ended tells the end of a file from a broken connection, whose error may wrap
// io.EOF.
func ended(err error) bool { return err == io.EOF } //nolint:errorlint // what it is for

// lineReader reads lines of bounded length.
type lineReader struct {
	r    *bufio.Reader
	line []byte
}

// next returns the next line, valid until the one after it, errLongLine for a line
// that it has skipped, or the error that ends the file. What stands before such an
// error is no line.
func (l *lineReader) next() ([]byte, error) {
	l.line = l.line[:0]
	long := false
	for {
		part, err := l.r.ReadSlice('\n')
		if long = long || len(l.line)+len(part) > maxLine; !long {
			l.line = append(l.line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case ended(err) && (long || len(l.line) > 0): // the last line may lack its end
		case err != nil:
			return nil, err
		}
		if long {
			return nil, errLongLine
		}
		return bytes.TrimSpace(l.line), nil
	}
}
