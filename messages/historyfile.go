package messages

import (
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"time"

	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/internal/api"
)

// historyFile is not an endpoint of the API: it is what the addresses of GetHistoryURL lead
// to. The address is permission enough, and the app token must not go there.
var historyFile = api.Endpoint{
	ID: "messages.history_file", Method: http.MethodGet, Idempotent: true, Auth: api.NoToken,
}

// ReadHistory reads all messages of the hour in which the time lies, record by record while
// the file comes in: [Service.GetHistoryURL] and the function [ReadHistory] in one, with the
// quota and the errors of both. The file is fetched without the app token. An address in
// plain http is requested over https first, and taken as it is if it does not serve https.
// It may not be private or on loopback unless the API host is. A connection that breaks in
// the middle is an error and the end; [Service.SaveHistory] retries.
func (s *Service) ReadHistory(ctx context.Context, hour time.Time, o HistoryOptions) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		h, err := s.nameHour(ctx, hour, o)
		if err != nil {
			yield(Record{}, err)
			return
		}
		address, err := s.historyURL(ctx, h)
		if err != nil {
			yield(Record{}, err)
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		in, out := io.Pipe()
		done := make(chan any)
		go func() {
			err := errAborted
			defer func() { // a panic of the user's, in an observer, belongs to the caller
				out.CloseWithError(err)
				done <- recover()
			}()
			err = s.fetchHistory(ctx, address, h, &api.Sink{W: out})
		}()
		defer func() { // also when the loop is broken off
			cancel()
			_ = in.Close() // a pipe's never fails
			if panicked := <-done; panicked != nil {
				panic(panicked)
			}
		}()
		ReadHistory(in)(yield)
	}
}

var errAborted = errors.New("the download was aborted")

// SaveHistory downloads the file of an hour to a path, packed as it is, for the function
// [ReadHistory] to read, and returns its length. It is written as by [file.Save]: the path
// holds all of it or is not touched. A broken transfer is retried from the start. Quota,
// addresses and errors: as [Service.ReadHistory].
func (s *Service) SaveHistory(ctx context.Context, hour time.Time, path string, o HistoryOptions) (n int64, err error) {
	h, err := s.nameHour(ctx, hour, o)
	if err != nil {
		return 0, err
	}
	err = file.Save(path, func(w io.Writer, restart func() error) error {
		address, err := s.historyURL(ctx, h)
		if err != nil {
			return err
		}
		sink := &api.Sink{W: w, Restart: restart}
		err = s.fetchHistory(ctx, address, h, sink)
		n = sink.N
		return err
	})
	return n, err
}

func (s *Service) fetchHistory(ctx context.Context, address string, h namedHour, sink *api.Sink) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &historyFile, URL: address, Secrets: []string{address}, Explain: h.explainFile, Out: sink,
	})
}
