package push

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// The vendors write lengths of time in five ways, moments in three, and truth in
// three. The unexported types here stand in for time.Duration and time.Time while
// a vendor's object is encoded or decoded: the object's view points with them at
// its own fields.

// NowOrNever is the time to live of a notification that is delivered at once or
// not at all, which the vendors write as 0.
const NowOrNever time.Duration = -1

// Flag is true or false where a vendor writes 1 or 0.
type Flag bool

// MarshalJSON writes 1 or 0.
func (f Flag) MarshalJSON() ([]byte, error) {
	if f {
		return []byte("1"), nil
	}
	return []byte("0"), nil
}

// UnmarshalJSON reads all forms of true and false.
func (f *Flag) UnmarshalJSON(b []byte) error { return (*api.Bool)(f).UnmarshalJSON(b) }

// TextFlag is true or false where a vendor writes "1" or "0".
type TextFlag bool

// MarshalJSON writes "1" or "0".
func (f TextFlag) MarshalJSON() ([]byte, error) {
	if f {
		return []byte(`"1"`), nil
	}
	return []byte(`"0"`), nil
}

// UnmarshalJSON reads all forms of true and false.
func (f *TextFlag) UnmarshalJSON(b []byte) error { return (*api.Bool)(f).UnmarshalJSON(b) }

// length is a time.Duration in the form that F says.
type length[F interface{ form() lengthForm }] time.Duration

type lengthForm struct {
	unit   time.Duration
	quoted bool
	suffix string // with one, fractions are allowed
}

type (
	inMillis  struct{} // 1500
	inSeconds struct{} // 90
	inHours   struct{} // 72
	inText    struct{} // "90"
	inProto   struct{} // "3.5s"
)

func (inMillis) form() lengthForm  { return lengthForm{unit: time.Millisecond} }
func (inSeconds) form() lengthForm { return lengthForm{unit: time.Second} }
func (inHours) form() lengthForm   { return lengthForm{unit: time.Hour} }
func (inText) form() lengthForm    { return lengthForm{unit: time.Second, quoted: true} }
func (inProto) form() lengthForm   { return lengthForm{unit: time.Second, quoted: true, suffix: "s"} }

// IsZero is for omitzero, which looks through the pointers of a view.
func (l length[F]) IsZero() bool { return l == 0 }

// MarshalJSON implements json.Marshaler.
func (l length[F]) MarshalJSON() ([]byte, error) {
	var f F
	form := f.form()
	n := float64(max(time.Duration(l), 0)) / float64(form.unit) // NowOrNever is 0
	if form.suffix == "" {
		n = math.Ceil(n) // a short time must not become none
	}
	text := strconv.FormatFloat(n, 'f', -1, 64) + form.suffix
	if form.quoted {
		text = strconv.Quote(text)
	}
	return []byte(text), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (l *length[F]) UnmarshalJSON(b []byte) error {
	var f F
	form := f.form()
	var text api.Text
	if err := text.UnmarshalJSON(b); err != nil || text == "" {
		return err
	}
	var n api.Float
	if err := n.UnmarshalJSON([]byte(strings.TrimSuffix(string(text), form.suffix))); err != nil {
		return err
	}
	switch whole := math.Round(float64(n) * float64(form.unit)); {
	case n <= 0:
		*l = length[F](NowOrNever)
	case whole >= math.MaxInt64:
		*l = math.MaxInt64
	default:
		*l = length[F](whole)
	}
	return nil
}

// checkLength rejects a negative length of time.
func checkLength(field string, d time.Duration) error {
	if d < 0 && d != NowOrNever {
		return api.Invalid(field, "is %s, must not be negative", d)
	}
	return nil
}

// unixMillis is a moment as 1697600000123.
type unixMillis time.Time

// IsZero is for omitzero.
func (m unixMillis) IsZero() bool { return time.Time(m).IsZero() }

// MarshalJSON implements json.Marshaler.
func (m unixMillis) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, time.Time(m).UnixMilli(), 10), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (m *unixMillis) UnmarshalJSON(b []byte) error {
	var wire api.Millis
	err := wire.UnmarshalJSON(b)
	*m = unixMillis(wire.Time())
	return err
}

// unixSeconds is a moment as 1697600000.
type unixSeconds time.Time

// IsZero is for omitzero.
func (m unixSeconds) IsZero() bool { return time.Time(m).IsZero() }

// MarshalJSON implements json.Marshaler.
func (m unixSeconds) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, time.Time(m).Unix(), 10), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (m *unixSeconds) UnmarshalJSON(b []byte) error {
	var wire api.Seconds
	err := wire.UnmarshalJSON(b)
	*m = unixSeconds(wire.Time())
	return err
}

// utcText is a moment as "2030-04-02T08:00:00Z".
type utcText time.Time

// IsZero is for omitzero.
func (m utcText) IsZero() bool { return time.Time(m).IsZero() }

// MarshalJSON implements json.Marshaler.
func (m utcText) MarshalJSON() ([]byte, error) { return json.Marshal(time.Time(m).UTC()) }

// UnmarshalJSON implements json.Unmarshaler.
func (m *utcText) UnmarshalJSON(b []byte) error {
	if string(b) == `""` {
		return nil
	}
	return json.Unmarshal(b, (*time.Time)(m))
}
