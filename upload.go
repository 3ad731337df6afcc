package im

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
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
// body's Read and Close have, and those of a user may hang or panic. One goroutine at a
// time reads or closes.
type source struct {
	from  io.ReadCloser
	limit *timeLimit
	buf   []byte
	left  bool // to a Read that hangs
}

type readResult struct {
	n   int
	err error
}

func (s *source) Read(p []byte) (int, error) {
	ctx := s.limit.ctx
	if s.left {
		return 0, context.Cause(ctx)
	}
	if len(s.buf) < len(p) {
		s.buf = make([]byte, len(p))
	}
	buf := s.buf[:len(p)]
	r, err := guard.Run(ctx, theSource, func() (readResult, error) {
		n, err := s.from.Read(buf)
		return readResult{n, err}, nil
	}, func(readResult) { _ = s.from.Close() })
	switch {
	case err != nil && errors.Is(err, ctx.Err()):
		s.left = true
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

// Close closes the source, unless the Read that hangs will. Its error says nothing about
// the bytes that were read.
func (s *source) Close() error {
	if s.left {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.limit.ctx), closeWait)
	defer cancel()
	_, _ = guard.Run(ctx, theSource, func() (struct{}, error) { return struct{}{}, s.from.Close() }, nil)
	return nil
}
