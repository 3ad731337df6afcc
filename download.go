package im

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// download copies the file of a response to its sink, all of it or with an error.
func (c *core) download(ctx context.Context, p *prepared, res *http.Response, limit *timeLimit) *Error {
	if err := whole(p, res); err != nil {
		return badResponse(p, res.StatusCode, nil, err)
	}
	if p.attempts > 1 && p.sink.N > 0 {
		if err := p.sink.Restart(); err != nil {
			return sinkError(p, err)
		}
	}
	w := &sinkWriter{w: p.sink.W}
	n, err := io.Copy(w, &watched{Reader: res.Body, progress: limit.extend})
	p.sink.N = n
	switch {
	case w.err != nil:
		return sinkError(p, w.err)
	case err == nil && res.ContentLength >= 0 && n != res.ContentLength:
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		e := networkError(ctx, p, res.StatusCode, err)
		e.permanent = n > 0 && p.sink.Restart == nil // what was written cannot be taken back
		return e
	}
	if p.response != nil {
		*p.response = Response{Status: res.StatusCode}
	}
	return nil
}

// whole rejects a successful response that is not the file as it is: a part of it,
// nothing, or a compressed form that was not asked for. A file that has an address of its
// own is compressed anyway, and its readers find out how often.
func whole(p *prepared, res *http.Response) error {
	encoding := res.Header.Get("Content-Encoding")
	switch {
	case res.StatusCode != http.StatusOK:
		return fmt.Errorf("the status is %d, which is not that of a whole file", res.StatusCode)
	case encoding != "" && encoding != "identity" && p.URL == "":
		return errCompressed
	}
	return nil
}

// sinkWriter keeps the error of the user's writer, to distinguish it from the network's.
type sinkWriter struct {
	w   io.Writer
	err error
}

func (s *sinkWriter) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if err == nil && n != len(p) {
		n, err = 0, io.ErrShortWrite
	}
	s.err = err
	return n, err
}

// watched is a reader that reports progress.
type watched struct {
	io.Reader
	progress func()
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if n > 0 {
		w.progress()
	}
	return n, err
}
