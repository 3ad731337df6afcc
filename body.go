package im

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/imrest/im-go/internal/guard"
	"github.com/imrest/im-go/internal/transport"
)

// buffers are for responses, which are decoded before the call returns. Request
// bodies get memory of their own: net/http may still read one when Do is back.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxKept bounds the memory that an idle buffer holds.
const maxKept = 1 << 20

func release(b *bytes.Buffer) {
	if b.Cap() <= maxKept {
		b.Reset()
		buffers.Put(b)
	}
}

// encode is json.Marshal without HTML escaping, which would make a message of
// "<" six times as long, and with one copy of the exact size.
func encode(v any) ([]byte, error) {
	e := encoders.Get().(*encoder)
	defer e.release()
	if err := e.json.Encode(v); err != nil {
		return nil, err
	}
	return bytes.Clone(bytes.TrimSuffix(e.buf.Bytes(), []byte{'\n'})), nil
}

type encoder struct {
	buf  bytes.Buffer
	json *json.Encoder
}

var encoders = sync.Pool{New: func() any {
	e := new(encoder)
	e.json = json.NewEncoder(&e.buf)
	e.json.SetEscapeHTML(false)
	return e
}}

func (e *encoder) release() {
	if e.buf.Cap() <= maxKept {
		e.buf.Reset()
		encoders.Put(e)
	}
}

// watch reports progress on a body while it is sent, tells errors of its source from
// those of the network, and does not wait for a source that hangs when the attempt is
// over.
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

// Close closes the source, unless the Read that hangs will. Its error tells nothing of
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
