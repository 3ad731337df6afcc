package im

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/internal/test/corpus"
)

// A response of exactly the limit is taken, one byte more is not, whatever length
// was told and however it arrives.
func TestReadResponse(t *testing.T) {
	const limit = 3*maxKept + 7
	for _, size := range []int{0, 1, 511, 512, 513, maxKept - 1, maxKept, maxKept + 1, limit - 1, limit, limit + 1, 2 * limit} {
		for _, told := range []int64{-1, int64(size)} {
			for name, wrap := range map[string]func(io.Reader) io.Reader{
				"whole": func(r io.Reader) io.Reader { return r }, "in halves": iotest.HalfReader, "with the end": iotest.DataErrReader,
			} {
				text := strings.Repeat("x", size)
				var buf bytes.Buffer
				more, err := readResponse(&buf, wrap(strings.NewReader(text)), told, limit)
				require.NoError(t, err, "%d %d %s", size, told, name)
				assert.Equal(t, size > limit, more, "%d %d %s", size, told, name)
				if more {
					assert.True(t, strings.HasPrefix(text, buf.String()))
					assert.GreaterOrEqual(t, buf.Len(), maxClip)
				} else {
					assert.Equal(t, text, buf.String(), "%d %d %s", size, told, name)
				}
			}
		}
	}
	for _, told := range []int64{-1, 5, math.MaxInt64 - 1} { // without a limit, a length is only a word
		var buf bytes.Buffer
		more, err := readResponse(&buf, strings.NewReader("short"), told, math.MaxInt64)
		require.NoError(t, err)
		assert.False(t, more)
		assert.Equal(t, "short", buf.String())
	}
	var buf bytes.Buffer
	_, err := readResponse(&buf, io.MultiReader(strings.NewReader("begun"), iotest.ErrReader(io.ErrNoProgress)), -1, limit)
	require.ErrorIs(t, err, io.ErrNoProgress)
	assert.Equal(t, "begun", buf.String())
}

// A response of success with more values than the limit allows is refused before
// it is decoded.
func TestTooManyValues(t *testing.T) {
	for text, values := range map[string]int{
		`{}`: 1, `[]`: 1, `[1,2,3]`: 3, `{"a":1,"b":[2,{"c":3}]}`: 5, `"a,b,{[,"`: 0, `{"a":"\\\",,,,,,,"}`: 1, `["\\",","]`: 2, `[{},{},{}]`: 6, `{"a`: 1,
	} {
		assert.False(t, tooManyValues([]byte(text), values), "%s has %d", text, values)
		if values > 0 {
			assert.True(t, tooManyValues([]byte(text), values-1), "%s has %d", text, values)
		}
	}
	assert.Equal(t, 262_144, maxValues(defaultMaxResponse, defaultMaxResponse))
	assert.Equal(t, 87_381, maxValues(defaultMaxResponse, 1<<20), "12 bytes each")
	assert.Equal(t, 65_536, maxValues(defaultMaxResponse, 1000))
	assert.Equal(t, 10_000, maxValues(1, 1))
	assert.Positive(t, maxValues(math.MaxInt64, math.MaxInt), "on 32 bits too")
}

// What is counted is never more than the tokens of the text, keys included, and
// never less than a quarter of them.
func FuzzTooManyValues(f *testing.F) {
	corpus.Add(f)
	for _, seed := range []string{`{}`, `[1,2,3]`, `{"a":1,"b":[2,{"c":"3,\\"}]}`, `"a,b"`, `[[[]]]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if !json.Valid(b) {
			_ = tooManyValues(b, 0)
			return
		}
		tokens := 0
		for d := json.NewDecoder(bytes.NewReader(b)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return // nested too deep
			}
			if token != json.Delim('}') && token != json.Delim(']') {
				tokens++
			}
		}
		if tooManyValues(b, tokens) {
			t.Errorf("%q has no more than %d tokens", b, tokens)
		}
		if tokens > 1 && !tooManyValues(b, (tokens-1)/4) {
			t.Errorf("%q has %d tokens", b, tokens)
		}
	})
}
