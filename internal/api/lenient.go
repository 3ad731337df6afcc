package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The API responds numbers as strings, truth as "true" or "success", ids as
// numbers and a single object where its documents show an array. The types of
// this file take every documented form; nothing is ever encoded with them.

// Int takes 12, "12", "" and null.
type Int int64

// UnmarshalJSON implements json.Unmarshaler.
func (n *Int) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err != nil || s == "" {
		return err
	}
	v, err := parseInt(s)
	if err == nil {
		*n = v
	}
	return err
}

func parseInt(s string) (Int, error) {
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		return Int(v), nil
	}
	f, err := strconv.ParseFloat(s, 64) // 3.0 and 1.7e12: some responses pass through floats
	if err != nil || math.Abs(f) >= 1<<63 || f != math.Trunc(f) {
		return 0, fmt.Errorf("%s is not a whole number", clip(s))
	}
	return Int(f), nil
}

// Length is so many units of time: never negative, and the longest there is where
// that is not enough.
func (n Int) Length(unit time.Duration) time.Duration {
	if int64(n) > math.MaxInt64/int64(unit) {
		return math.MaxInt64
	}
	return time.Duration(max(n, 0)) * unit
}

// Int is the number as an int; where that has 32 bits, the nearest.
func (n Int) Int() int { return int(min(max(n, math.MinInt), math.MaxInt)) }

// Float takes 1.5 and "1.5".
type Float float64

// UnmarshalJSON implements json.Unmarshaler.
func (n *Float) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err != nil || s == "" {
		return err
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) { // which JSON cannot write
		return fmt.Errorf("%s is not a number", clip(s))
	}
	*n = Float(v)
	return nil
}

// Bool takes true, "true", 1, "ok", "success" and their contraries.
type Bool bool

// UnmarshalJSON implements json.Unmarshaler.
func (t *Bool) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err != nil {
		return err
	}
	switch strings.ToLower(s) {
	case "true", "1", "ok", "success", "yes":
		*t = true
	case "false", "0", "", "fail", "failed", "no":
		*t = false
	default:
		return fmt.Errorf("%s is neither true nor false", clip(s))
	}
	return nil
}

// Text takes "a" and 12, the latter without passing through a float, so that
// ids above 2^53 survive.
type Text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *Text) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	if err == nil {
		*t = Text(s)
	}
	return err
}

// Millis is the text read as a time in milliseconds; 0 where it is none.
func (t Text) Millis() Millis {
	n, err := parseInt(string(t))
	if err != nil {
		return 0
	}
	return Millis(n)
}

// Texts are the texts of a list.
func Texts(wire []Text) []string {
	return Convert(wire, func(t *Text) string { return string(*t) })
}

// Millis is a time in milliseconds since 1970, as number or string; 0 is the
// zero time.
type Millis Int

// UnmarshalJSON implements json.Unmarshaler.
func (m *Millis) UnmarshalJSON(b []byte) error { return (*Int)(m).UnmarshalJSON(b) }

// Time is the moment meant.
func (m Millis) Time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(m))
}

// Seconds is a time in seconds since 1970, as number or string; 0 is the zero
// time.
type Seconds Int

// UnmarshalJSON implements json.Unmarshaler.
func (s *Seconds) UnmarshalJSON(b []byte) error { return (*Int)(s).UnmarshalJSON(b) }

// Time is the moment meant.
func (s Seconds) Time() time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(int64(s), 0)
}

// Many takes an array, a single value in its place, and null.
type Many[T any] []T

// UnmarshalJSON implements json.Unmarshaler.
func (m *Many[T]) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	switch {
	case len(b) > 0 && b[0] == '[':
		return json.Unmarshal(b, (*[]T)(m))
	case string(b) == "null":
		*m = nil
		return nil
	}
	var one T
	if err := json.Unmarshal(b, &one); err != nil {
		return err
	}
	*m = Many[T]{one}
	return nil
}

// scalar returns the text of a JSON string, number, true or false; null is "".
func scalar(b []byte) (string, error) {
	b = bytes.TrimSpace(b)
	switch {
	case len(b) == 0 || string(b) == "null":
		return "", nil
	case b[0] == '"':
		if plain := b[1 : len(b)-1]; bytes.IndexByte(plain, '\\') < 0 && utf8.Valid(plain) {
			return string(plain), nil
		}
		var s string
		err := json.Unmarshal(b, &s)
		return s, err
	case b[0] == '{' || b[0] == '[':
		return "", fmt.Errorf("%s where a single value is meant", clip(string(b)))
	}
	return string(b), nil
}

func clip(s string) string {
	if len(s) > 40 {
		s = s[:40] + "…"
	}
	return strconv.Quote(s)
}
