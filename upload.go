package im

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/imrest/im-go/internal/guard"
	"github.com/imrest/im-go/internal/transport"
)

// watch reports progress on a body while it is sent, distinguishes errors of its source
// from those of the network, and does not wait for a source that hangs once the attempt
// is over.
func watch(limit *timeLimit, body *transport.Stream) *transport.Stream {
	if body == nil {
		return nil
	}
	return &transport.Stream{Length: body.Length, Open: func() (io.ReadCloser, error) {
		rc, err := guard.Run(limit.ctx, theSource, body.Open, func(rc io.ReadCloser) { _ = rc.Close() })
		if err != nil && errors.Is(err, limit.ctx.Err()) {
			err = context.Cause(limit.ctx)
		}
		if err != nil {
			return nil, err
		}
		s := &source{from: rc, limit: limit}
		limit.source = s
		return &bufferedSource{bufio.NewReaderSize(s, sourceBuffer), s}, nil
	}}
}

const (
	theSource = "the source"
	closeWait = time.Second // for a source to close

	sourceBuffer = 64 << 10 // each read of a source costs a goroutine
)

type bufferedSource struct {
	io.Reader
	io.Closer
}

// source reads under guard: net/http returns from a cancelled call only after the
// body's Read and Close have, and those of a user may hang or panic. It reads or closes, never
// both at once: over HTTP/2 a Close may come while a Read is under way, which then closes.
type source struct {
	from  io.ReadCloser
	limit *timeLimit
	buf   []byte

	mu      sync.Mutex
	reading bool // a Read is under way; it may hang
	closed  bool
}

type readResult struct {
	n   int
	err error
}

func (s *source) Read(p []byte) (int, error) {
	ctx := s.limit.ctx
	if ctx.Err() != nil || !s.begin() {
		return 0, cmp.Or(context.Cause(ctx), errClosed)
	}
	if len(s.buf) < len(p) {
		s.buf = make([]byte, len(p))
	}
	buf := s.buf[:len(p)]
	r, err := guard.Run(ctx, theSource, func() (readResult, error) {
		defer s.end()
		n, err := s.from.Read(buf)
		return readResult{n, err}, nil
	}, nil)
	switch {
	case err != nil && errors.Is(err, ctx.Err()):
		return 0, context.Cause(ctx)
	case err != nil:
		r.err = err
	case r.n < 0 || r.n > len(buf):
		r = readResult{0, fmt.Errorf("the source returned an invalid count of %d bytes", r.n)}
	}
	if r.n > 0 {
		s.limit.extend()
	}
	if r.err != nil && r.err != io.EOF { //nolint:errorlint // io.Reader's end is io.EOF itself
		r.err = &transport.SourceError{Err: r.err}
	}
	return copy(p, buf[:r.n]), r.err
}

var errClosed = errors.New("the upload was closed")

// begin begins a Read, unless one hangs or the source is closed.
func (s *source) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reading || s.closed {
		return false
	}
	s.reading = true
	return true
}

// end ends a Read, and closes the source if Close came meanwhile.
func (s *source) end() {
	s.mu.Lock()
	s.reading = false
	closed := s.closed
	s.mu.Unlock()
	if closed {
		s.close()
	}
}

// Close closes the source, or leaves that to the Read that is under way. Its error says nothing about
// the bytes that were read.
func (s *source) Close() error {
	s.mu.Lock()
	now := !s.closed && !s.reading
	s.closed = true
	s.mu.Unlock()
	if now {
		s.close()
	}
	return nil
}

func (s *source) close() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.limit.ctx), closeWait)
	defer cancel()
	_, _ = guard.Run(ctx, theSource, func() (struct{}, error) { return struct{}{}, s.from.Close() }, nil)
}
