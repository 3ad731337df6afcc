package api

import (
	"encoding/json"
	"math"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/internal/test/corpus"
)

// decode reads one JSON value.
func decode[T any](wire string) (T, error) {
	var v T
	err := json.Unmarshal([]byte(wire), &v)
	return v, err
}

// good and bad are the forms that a decoder takes and refuses.
func good[T any](t *testing.T, forms map[string]T) {
	t.Helper()
	for wire, want := range forms {
		got, err := decode[T](wire)
		require.NoError(t, err, wire)
		assert.Equal(t, want, got, wire)
	}
}

func bad[T any](t *testing.T, forms ...string) {
	t.Helper()
	for _, wire := range forms {
		got, err := decode[T](wire)
		assert.Error(t, err, "%s was taken for %v", wire, got)
	}
}

// Int never wraps: int(n) would make 0 of 1<<32 where an int has 32 bits.
func TestIntOfAnySize(t *testing.T) {
	assert.Equal(t, 7, Int(7).Int())
	assert.Positive(t, Int(1<<32).Int())
	assert.Equal(t, math.MaxInt, Int(math.MaxInt64).Int())
	assert.Equal(t, math.MinInt, Int(math.MinInt64).Int())
}

func TestInt(t *testing.T) {
	good(t, map[string]Int{
		`12`: 12, `"12"`: 12, `-1`: -1, `""`: 0, `null`: 0, `3.0`: 3, `1.7e12`: 1700000000000,
		`9007199254740993`: 9007199254740993, `"9223372036854775807"`: math.MaxInt64,
	})
	bad[Int](t, `"x"`, `1.5`, `{}`, `[1]`, `true`, `9223372036854775808`, `1e19`, `"NaN"`, `"Inf"`)
}

func TestFloat(t *testing.T) {
	good(t, map[string]Float{`1.5`: 1.5, `"1.5"`: 1.5, `-0.25`: -0.25, `2`: 2, `null`: 0, `""`: 0})
	bad[Float](t, `"x"`, `{}`, `[]`, `true`, `"1e999"`)
}

func TestBool(t *testing.T) {
	good(t, map[string]Bool{
		`true`: true, `"true"`: true, `"TRUE"`: true, `1`: true, `"1"`: true, `"ok"`: true, `"success"`: true, `"yes"`: true,
		`false`: false, `"false"`: false, `0`: false, `""`: false, `null`: false, `"fail"`: false, `"failed"`: false, `"no"`: false,
	})
	bad[Bool](t, `2`, `"maybe"`, `{}`, `[]`)
}

func TestBoolForgetsWhatWasThere(t *testing.T) {
	v := Bool(true)
	require.NoError(t, json.Unmarshal([]byte(`"fail"`), &v))
	assert.False(t, bool(v))
}

func TestText(t *testing.T) {
	good(t, map[string]Text{
		`"a"`: "a", `12`: "12", `1210010020030040050`: "1210010020030040050", `true`: "true", `null`: "", `"\u00fc"`: "ü",
	})
	bad[Text](t, `{}`, `[]`, `["a"]`)
}

func TestTimes(t *testing.T) {
	for wire, want := range map[string]time.Time{`1697600000123`: time.UnixMilli(1697600000123), `"1697600000123"`: time.UnixMilli(1697600000123), `0`: {}, `""`: {}, `null`: {}} {
		m, err := decode[Millis](wire)
		require.NoError(t, err)
		assert.Equal(t, want, m.Time(), wire)
	}
	for wire, want := range map[string]time.Time{`1697600000`: time.Unix(1697600000, 0), `"1697600000"`: time.Unix(1697600000, 0), `0`: {}, `null`: {}} {
		s, err := decode[Seconds](wire)
		require.NoError(t, err)
		assert.Equal(t, want, s.Time(), wire)
	}
	bad[Millis](t, `"today"`, `{}`)
	bad[Seconds](t, `"today"`, `[]`)
}

func TestMany(t *testing.T) {
	good(t, map[string]Many[Text]{`["a","b"]`: {"a", "b"}, `"a"`: {"a"}, `7`: {"7"}, `[]`: {}, `null`: nil, ` [ 1 ] `: {"1"}})
	good(t, map[string]Many[struct{ A int }]{`{"a":1}`: {{1}}, `[{"a":1},{"a":2}]`: {{1}, {2}}})
	bad[Many[Int]](t, `"x"`, `[["1"]]`, `{}`)
	bad[Many[struct{}]](t, `"x"`, `7`)
}

func TestManyForgetsWhatWasThere(t *testing.T) {
	for _, wire := range []string{`null`, `[]`} {
		v := Many[Text]{"left over"}
		require.NoError(t, json.Unmarshal([]byte(wire), &v))
		assert.Empty(t, v, wire)
	}
}

func TestLongValuesAreClipped(t *testing.T) {
	_, err := decode[Int](`"` + string(make([]byte, 0)) + "no number at all, and a long text besides, which nobody wants to read" + `"`)
	require.Error(t, err)
	assert.Less(t, len(err.Error()), 80)
}

// seeds are the forms in which values come.
func seeds(f *testing.F) {
	for _, s := range []string{
		`0`, `12`, `-7`, `1.5`, `3.0`, `1e3`, `1697600000123`, `9007199254740993`, `9223372036854775808`, `"12"`, `""`, `" 12"`, `"0x1p4"`,
		`"NaN"`, `true`, `"false"`, `"OK"`, `"success"`, `null`, `{}`, `{"a":1}`, `[]`, `["a",null,1]`, `[[]]`, `"\ud800"`, ` null `,
	} {
		f.Add([]byte(s))
	}
}

// Each scalar holds what encoding/json finds in the same text, where it finds
// anything, and refuses the rest without a panic.
func FuzzScalars(f *testing.F) {
	corpus.Add(f)
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		var text string
		isText := json.Unmarshal(b, &text) == nil
		var whole Int
		if json.Unmarshal(b, &whole) == nil {
			var exact int64
			if json.Unmarshal(b, &exact) == nil && exact != int64(whole) {
				t.Errorf("%q became the number %d", b, whole)
			}
			if exact, err := strconv.ParseInt(text, 10, 64); isText && err == nil && exact != int64(whole) {
				t.Errorf("%q became the number %d", b, whole)
			}
		}
		var number Float
		var exact float64
		if json.Unmarshal(b, &number) == nil && json.Unmarshal(b, &exact) == nil && exact != float64(number) {
			t.Errorf("%q became the number %v", b, number)
		}
		yes := Bool(true)
		var exactly bool
		if err := json.Unmarshal(b, &yes); json.Unmarshal(b, &exactly) == nil && (err != nil || bool(yes) != exactly) {
			t.Errorf("%q became %v, %v", b, yes, err)
		}
		var any Text
		var digits json.Number
		switch err := json.Unmarshal(b, &any); {
		case err != nil:
		case isText && string(any) != text, !isText && json.Unmarshal(b, &digits) == nil && string(any) != digits.String():
			t.Errorf("%q became the text %q", b, any)
		}
		var ms Millis
		if json.Unmarshal(b, &ms) == nil && ms != 0 && ms.Time().UnixMilli() != int64(ms) {
			t.Errorf("%q became %v", b, ms.Time())
		}
		var sec Seconds
		if json.Unmarshal(b, &sec) == nil && sec != 0 && sec.Time().Unix() != int64(sec) {
			t.Errorf("%q became %v", b, sec.Time())
		}
	})
}

// An array decodes to as many values, anything else that is no null to one.
func FuzzMany(f *testing.F) {
	corpus.Add(f)
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		var v Many[json.RawMessage]
		if json.Unmarshal(b, &v) != nil {
			return
		}
		var list []json.RawMessage
		want := 1
		if json.Unmarshal(b, &list) == nil {
			want = len(list) // null is an empty list
		}
		if len(v) != want {
			t.Fatalf("%q became %d values", b, len(v))
		}
	})
}

// The decoders of whole responses take anything without a panic, and never decode
// to nothing where they promise something.
func FuzzResponses(f *testing.F) {
	corpus.Add(f)
	seeds(f)
	for _, s := range []string{
		`{"entities":[{"a":1}],"uri":"u"}`, `{"entities":{}}`, `{"entities":[]}`, `{"data":{"x":1}}`, `{"data":{"x":1,"y":2}}`,
		`{"data":[]}`, `{"data":true}`, `{"result":"ok"}`, `{"result":"no"}`, `{"data":null,"result":1}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var entity Entity[map[string]any]
		var only Only[json.RawMessage]
		if json.Unmarshal(b, &only) == nil && len(only.Value) == 0 && string(b) != "null" {
			t.Fatalf("%q has an entry that is nothing", b)
		}
		_ = json.Unmarshal(b, &entity)
		_ = json.Unmarshal(b, new(Entities[Text]))
		_ = json.Unmarshal(b, new(Data[Many[Int]]))
		_ = json.Unmarshal(b, new(Payload[Bool]))
		var ok Bool
		if json.Unmarshal(b, new(OK)) == nil && json.Unmarshal(b, &ok) == nil && !bool(ok) {
			t.Fatalf("%q was taken for a yes", b)
		}
	})
}
