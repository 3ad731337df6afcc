package messages

import (
	"context"
	"io"
	"iter"
	"net/http"
	"time"

	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/internal/api"
)

// historyFile is no endpoint of the API: it is what the addresses of HistoryURL
// lead to. The address is permission enough, and the app token must not go there.
var historyFile = api.Endpoint{
	ID: "messages.history_file", Method: http.MethodGet, Idempotent: true, Auth: api.NoToken,
}

// History reads all messages of the hour in which the time lies, record by record
// while the file comes in: [Service.HistoryURL] and [ReadHistory] in one. An hour
// without messages is [im.ErrNotFound]. A connection that breaks in the middle is
// an error and the end; [Service.SaveHistory] tries again. Quota: as HistoryURL.
func (s *Service) History(ctx context.Context, hour time.Time, o HistoryOptions) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		address, err := s.HistoryURL(ctx, hour, o)
		if err != nil {
			yield(Record{}, err)
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		in, out := io.Pipe()
		done := make(chan struct{})
		go func() {
			defer close(done)
			out.CloseWithError(s.fetchHistory(ctx, address, &api.Sink{W: out}))
		}()
		defer func() { // also when the loop is broken off
			cancel()
			_ = in.Close() // a pipe's never fails
			<-done
		}()
		ReadHistory(in)(yield)
	}
}

// SaveHistory downloads the file of an hour to a path, packed as it is, for
// [ReadHistory] to read. The path holds all of it or is not touched, and a broken
// transfer is repeated from the start. It returns the length of the file.
// [im.ErrNotFound] for an hour without messages. Quota: as HistoryURL.
func (s *Service) SaveHistory(ctx context.Context, hour time.Time, path string, o HistoryOptions) (n int64, err error) {
	address, err := s.HistoryURL(ctx, hour, o)
	if err != nil {
		return 0, err
	}
	err = file.Save(path, func(w io.Writer, restart func() error) error {
		sink := &api.Sink{W: w, Restart: restart}
		err := s.fetchHistory(ctx, address, sink)
		n = sink.N
		return err
	})
	return n, err
}

func (s *Service) fetchHistory(ctx context.Context, address string, sink *api.Sink) error {
	return s.api.Call(ctx, &api.Call{Endpoint: &historyFile, URL: address, Secrets: []string{address}, Out: sink})
}
