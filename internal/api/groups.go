package api

import (
	"encoding/json"
	"strings"

	"github.com/imrest/im-go/batch"
)

// Checked is an answer that must pass a check: one that does not is refused like
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

// Confirmed is an answer that tells in one field of data whether the call was
// carried out. An answer that denies it or lacks the field does not decode.
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
	kind := ReasonKind(reason)
	if kind == nil {
		kind = ErrForbidden
	}
	if reason == "" {
		reason = "the server answers that it did not do this"
	}
	return &batch.Reason{Text: reason, Kind: kind}
}

// Change is a setting of a group or chat room that a call asks to be changed.
type Change struct {
	Field string   // of the request, in the outcome
	Keys  []string // under one of which the answer speaks of it
	Sent  bool
	Text  string // the value; "true" for a flag
}

// ChangeOutcomes tells which of the changes that were sent the server says that it
// has made. One that the answer does not name counts as not made.
func ChangeOutcomes(answer map[string]json.RawMessage, changes ...Change) batch.Result {
	var result batch.Result
	for _, c := range changes {
		if !c.Sent {
			continue
		}
		outcome := batch.Outcome{ID: c.Field, Err: NotReported}
		for _, key := range c.Keys {
			switch raw := answer[key]; {
			case raw == nil || string(raw) == "null":
				continue
			case Taken(raw, c.Text):
				outcome.Err = nil
			default:
				outcome.Err = Refused("not changed")
			}
			break
		}
		result = append(result, outcome)
	}
	return result
}

// Taken tells whether a field of an answer says that a value was taken: true, or
// the value itself, as some documents have it.
func Taken(raw json.RawMessage, value string) bool {
	var text Text
	if string(raw) != "false" && json.Unmarshal(raw, &text) == nil && strings.EqualFold(string(text), value) {
		return true
	}
	var yes Bool
	return json.Unmarshal(raw, &yes) == nil && bool(yes)
}

// BareUser takes the app key off a name: some lists answer "acme#demo_alice" for
// alice. Org and app may hold underscores, so the request's uri tells where the
// name begins, as far as it names the app.
func BareUser(name, uri string) string {
	org, rest, ok := strings.Cut(name, "#")
	if !ok {
		return name
	}
	if _, path, ok := strings.Cut(uri, "/"+org+"/"); ok {
		app, _, _ := strings.Cut(path, "/")
		if bare, ok := strings.CutPrefix(rest, app+"_"); ok {
			return bare
		}
	}
	if _, bare, ok := strings.Cut(rest, "_"); ok {
		return bare
	}
	return name
}
