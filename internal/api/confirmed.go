package api

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/imrest/im-go/batch"
)

// Checked is a response that must pass a check: one that does not is rejected like
// one that does not decode.
type Checked[T any] struct {
	Value T
	Check func(*T) error
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *Checked[T]) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &c.Value); err != nil {
		return err
	}
	return c.Check(&c.Value)
}

// Confirmed is a response that says in one field of data whether the call was
// carried out. A response that denies it or lacks the field does not decode.
type Confirmed struct {
	Field string // "result"
	Want  bool   // what the field holds when all is well
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *Confirmed) UnmarshalJSON(b []byte) error {
	var wire Data[Many[map[string]json.RawMessage]]
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	if len(wire.Data) != 1 || wire.Data[0][c.Field] == nil {
		return ErrNoEntity
	}
	fields := wire.Data[0]
	var yes Bool
	if err := json.Unmarshal(fields[c.Field], &yes); err == nil && bool(yes) == c.Want {
		return nil
	}
	var reason Text
	_ = json.Unmarshal(fields["reason"], &reason) // mostly there is none
	return Denied(string(reason))
}

// Denied is the error of a call that was not carried out, for this reason.
func Denied(reason string) error {
	reason = Clip(reason, MaxText)
	kind := ReasonKind(reason)
	if kind == nil {
		kind = ErrForbidden
	}
	if reason == "" {
		reason = "the server says that it did not do this"
	}
	return &batch.Reason{Text: reason, Kind: kind}
}

// MadeID rejects a response about something new without its id, or with another id than
// the caller asked for ("": none): own ids are a feature that has to be enabled, and a
// server without it makes one with an id of its choice.
func MadeID(got Text, asked string) error {
	switch {
	case got == "":
		return ErrNoEntity
	case asked != "" && string(got) != asked:
		text := fmt.Sprintf("it was made with the id %s, not %s: own ids are not enabled", Quoted(string(got)), Quoted(asked))
		return &batch.Reason{Text: text, Kind: ErrNotEnabled}
	}
	return nil
}

// OK is a field that says that the call was carried out: true, "ok", "OK". Any
// other text is the reason why it was not, under the status of a success; such
// a response does not decode.
type OK struct{}

// UnmarshalJSON implements json.Unmarshaler.
func (*OK) UnmarshalJSON(b []byte) error {
	text, err := scalar(b)
	if err != nil {
		return err
	}
	var yes Bool
	switch known := yes.UnmarshalJSON(b) == nil; {
	case bool(yes):
		return nil
	case known:
		text = "" // a bare no
	}
	return Refused(text)
}

// WrittenUser is what a response says of the user that a write was about.
type WrittenUser struct {
	Username  Text `json:"username"`
	UUID      Text `json:"uuid"`
	Activated Bool `json:"activated"`
}

// Is rejects a response about another user than the one that was named, by id or UUID.
func (u *WrittenUser) Is(name string) error {
	if u.Username == "" || strings.EqualFold(string(u.Username), name) || string(u.UUID) == name {
		return nil
	}
	return fmt.Errorf("the response is about the user %s", Quoted(string(u.Username)))
}
