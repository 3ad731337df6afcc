package im

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/imrest/im-go/internal/guard"
	"github.com/imrest/im-go/internal/transport"
)

// buffers are for answers, which are decoded before the call returns. Request
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
		rc, err := body.Open()
		if err != nil {
			return nil, err
		}
		return &source{from: rc, limit: limit, read: make(chan readResult, 1)}, nil
	}}
}

// source reads in a goroutine of its own: net/http returns from a cancelled call
// only after the body's Read has returned, and a user's Read may hang. One
// goroutine at a time reads or closes.
type source struct {
	from  io.ReadCloser
	limit *timeLimit
	buf   []byte
	read  chan readResult
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
	go s.readInto(buf)
	select {
	case r := <-s.read:
		if r.n > 0 {
			s.limit.extend()
		}
		if r.err != nil && r.err != io.EOF { //nolint:errorlint // io.Reader's end is io.EOF itself
			r.err = &transport.SourceError{Err: r.err}
		}
		return copy(p, buf[:r.n]), r.err
	case <-ctx.Done():
		s.left = true
		go func() {
			<-s.read
			_ = s.end() // nobody is left to hear of it
		}()
		return 0, context.Cause(ctx)
	}
}

// readInto reads once. A Read that panics, or ends its goroutine, is an error of the
// source: nobody could recover it here.
func (s *source) readInto(buf []byte) {
	r := readResult{err: errors.New("the source ended its goroutine")}
	defer func() {
		if v := recover(); v != nil {
			r = readResult{err: guard.Panic("the source", v)}
		}
		s.read <- r
	}()
	n, err := s.from.Read(buf)
	if n < 0 || n > len(buf) {
		n, err = 0, fmt.Errorf("the source returned an invalid count of %d bytes", n)
	}
	r = readResult{n, err}
}

// Close closes the source, unless the Read that hangs will.
func (s *source) Close() error {
	if s.left {
		return nil
	}
	return s.end()
}

// end closes what may panic, too, in a goroutine of net/http's.
func (s *source) end() error {
	_, err := guard.Run(context.WithoutCancel(s.limit.ctx), "the source", func() (struct{}, error) { return struct{}{}, s.from.Close() }, nil)
	return err
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
