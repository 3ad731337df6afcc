package im

import (
	"bytes"
	"encoding/json"
	"io"
	"sync"

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

// readUpTo appends what r holds to buf, but no more than limit bytes.
func readUpTo(buf *bytes.Buffer, r io.Reader, limit int64) (int64, error) {
	for n := int64(0); ; {
		buf.Grow(bytes.MinRead)
		free := buf.AvailableBuffer()
		free = free[:min(int64(cap(free)), limit-n)]
		got, err := r.Read(free)
		_, _ = buf.Write(free[:got]) // in place: it is the buffer's own memory
		n += int64(got)
		switch {
		case err == io.EOF, n == limit:
			return n, nil
		case err != nil:
			return n, err
		}
	}
}

// watch reports progress on a body while it is sent, and tells errors of its
// source from those of the network.
func watch(body *transport.Stream, progress func()) *transport.Stream {
	if body == nil || progress == nil {
		return body
	}
	return &transport.Stream{Length: body.Length, Open: func() (io.ReadCloser, error) {
		rc, err := body.Open()
		if err != nil {
			return nil, err
		}
		return &watched{Reader: rc, Closer: rc, progress: progress, source: true}, nil
	}}
}

// watched is a reader that reports progress.
type watched struct {
	io.Reader
	io.Closer
	progress func()
	source   bool // its errors are the user's, not the network's
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if n > 0 {
		w.progress()
	}
	if w.source && err != nil && err != io.EOF {
		err = &transport.SourceError{Err: err}
	}
	return n, err
}

// sinkWriter keeps the error of the user's writer, to tell it from the
// network's.
type sinkWriter struct {
	w   io.Writer
	err error
}

func (s *sinkWriter) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if err != nil {
		s.err = err
	}
	return n, err
}
