package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/internal/test/corpus"
)

// source counts how often it is opened and closed.
type source struct {
	content        string
	wrap           func(io.Reader) io.Reader
	opened, closed int
}

func (s *source) open() (io.ReadCloser, error) {
	s.opened++
	var r io.Reader = strings.NewReader(s.content)
	if s.wrap != nil {
		r = s.wrap(r)
	}
	return &counted{r, s}, nil
}

type counted struct {
	io.Reader
	s *source
}

func (c *counted) Close() error {
	c.s.closed++
	return nil
}

func (s *source) upload(size int64) *Upload {
	return &Upload{Field: "file", Name: `ph"oto.jpg`, ContentType: "image/jpeg", Size: size, Open: s.open}
}

// send reads one body to its end.
func send(t *testing.T, open func() (io.ReadCloser, error)) ([]byte, error) {
	t.Helper()
	body, err := open()
	require.NoError(t, err)
	content, err := io.ReadAll(body)
	require.NoError(t, body.Close())
	return content, err
}

func TestUploadForm(t *testing.T) {
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"plain": nil, "byte by byte": iotest.OneByteReader, "end with the last data": iotest.DataErrReader, "halves": iotest.HalfReader,
	} {
		s := &source{content: "the whole picture", wrap: wrap}
		contentType, length, open := s.upload(int64(len(s.content))).Form()
		assert.Zero(t, s.opened, "opened only for an attempt")
		for attempt := 1; attempt <= 3; attempt++ {
			content, err := send(t, open)
			require.NoError(t, err, name)
			require.Len(t, content, int(length), "the length is told beforehand: %s", name)
			require.Equal(t, attempt, s.opened, "opened anew for each attempt")
			require.Equal(t, attempt, s.closed)

			_, params, err := mime.ParseMediaType(contentType)
			require.NoError(t, err)
			form := multipart.NewReader(bytes.NewReader(content), params["boundary"])
			part, err := form.NextPart()
			require.NoError(t, err)
			assert.Equal(t, "file", part.FormName())
			assert.Equal(t, `ph"oto.jpg`, part.FileName())
			assert.Equal(t, "image/jpeg", part.Header.Get("Content-Type"))
			got, err := io.ReadAll(part)
			require.NoError(t, err)
			assert.Equal(t, s.content, string(got))
			_, err = form.NextPart()
			require.Equal(t, io.EOF, err)
		}
	}
}

func TestUploadOfNothing(t *testing.T) {
	s := &source{}
	u := s.upload(0)
	u.ContentType = ""
	_, length, open := u.Form()
	content, err := send(t, open)
	require.NoError(t, err)
	assert.Len(t, content, int(length))
	assert.Contains(t, string(content), "application/octet-stream")
}

func TestUploadBoundariesDiffer(t *testing.T) {
	s := &source{}
	one, _, _ := s.upload(0).Form()
	two, _, _ := s.upload(0).Form()
	assert.NotEqual(t, one, two)
}

// A file that is cut off must never count as sent.
func TestUploadTooShort(t *testing.T) {
	for name, wrap := range map[string]func(io.Reader) io.Reader{"plain": nil, "end with the last data": iotest.DataErrReader} {
		s := &source{content: "half", wrap: wrap}
		_, length, open := s.upload(8).Form()
		content, err := send(t, open)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, name)
		require.ErrorContains(t, err, "4 bytes before its stated size")
		assert.Less(t, len(content), int(length))
		assert.NotContains(t, string(content), "--\r\n", "the form has no end")
		assert.Equal(t, 1, s.closed)
	}
}

func TestUploadTooLong(t *testing.T) {
	for _, size := range []int64{0, 4} {
		s := &source{content: "a longer file"}
		_, length, open := s.upload(size).Form()
		content, err := send(t, open)
		require.EqualError(t, err, "the file is longer than its stated size")
		assert.Less(t, len(content), int(length))
	}
}

func TestUploadFails(t *testing.T) {
	broken := errors.New("disk on fire")
	s := &source{content: "half", wrap: func(r io.Reader) io.Reader { return io.MultiReader(r, iotest.ErrReader(broken)) }}
	for _, size := range []int64{8, 4} { // in the middle, and where the end is looked for
		_, _, open := s.upload(size).Form()
		_, err := send(t, open)
		require.ErrorIs(t, err, broken)
	}
	u := &Upload{Field: "file", Name: "x", Open: func() (io.ReadCloser, error) { return nil, broken }}
	_, _, open := u.Form()
	_, err := open()
	require.ErrorIs(t, err, broken)
}

func FuzzExactReader(f *testing.F) {
	corpus.Add(f)
	f.Add("", int64(0))
	f.Add("abc", int64(3))
	f.Add("abc", int64(2))
	f.Add("abc", int64(4))
	f.Fuzz(func(t *testing.T, content string, size int64) {
		if size < 0 {
			return
		}
		for _, wrap := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.DataErrReader, iotest.HalfReader} {
			got, err := io.ReadAll(&exactReader{r: wrap(strings.NewReader(content)), left: size})
			if exact := int64(len(content)) == size; exact != (err == nil) {
				t.Fatalf("%d bytes, %d stated: %v", len(content), size, err)
			}
			if !strings.HasPrefix(content, string(got)) || int64(len(got)) > size {
				t.Fatalf("%q became %q", content, got)
			}
		}
	})
}

func TestCheckSource(t *testing.T) {
	ok := file.Bytes("a.txt", []byte("abc"))
	require.NoError(t, CheckSource(ok, 3))
	for problem, change := range map[string]func(*file.Source){
		"Open: must not be nil; file.Path and file.Bytes make sources": func(s *file.Source) { s.Open = nil },
		"Name: must not be empty":                                      func(s *file.Source) { s.Name = "" },
		"Size: is -1, must be the exact length in bytes":               func(s *file.Source) { s.Size = -1 },
		"Size: is 4, at most 3 bytes are allowed":                      func(s *file.Source) { s.Size = 4 },
		`ContentType: is "a\x00", must not hold control characters`:    func(s *file.Source) { s.ContentType = "a\x00" },
		`Name: is "a\x00", must not hold control characters`:           func(s *file.Source) { s.Name = "a\x00" },
		`Name: is "a\r\nX-Evil: 1", must not hold control characters`:  func(s *file.Source) { s.Name = "a\r\nX-Evil: 1" },
		"ContentType: must not hold line breaks":                       func(s *file.Source) { s.ContentType = "a\r\nX-Evil: 1" },
	} {
		src := ok
		change(&src)
		err := CheckSource(src, 3)
		require.EqualError(t, err, problem)
		require.ErrorIs(t, err, ErrInvalidArgument)
	}
}

// A name with line breaks must not become a header of its own.
func TestUploadNameIsEscaped(t *testing.T) {
	u := NewUpload("file", file.Source{Name: "a\r\nX-Evil: 1\".jpg", Size: 0, Open: (&source{}).open})
	_, _, open := u.Form()
	content, err := send(t, open)
	require.NoError(t, err)
	head, _, _ := strings.Cut(string(content), "\r\n\r\n")
	assert.Equal(t, 2, strings.Count(head, "\r\n"), "%s", fmt.Sprintf("%q", head))
}
