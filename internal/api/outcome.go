package api

import (
	"encoding/json"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/kind"
)

// Done is what a response says of one item of a batch: done, or why not.
type Done struct {
	OK     bool
	Reason string // the server's words where OK is false
}

// Err is nil for an item that is done.
func (d Done) Err() error {
	if d.OK {
		return nil
	}
	return Refused(d.Reason)
}

// Refused is the error of an item that the server refused with this text, which is withheld
// if it quotes one of the secrets.
func Refused(text string, secrets ...string) error {
	if text == "" {
		text = "refused without a reason"
	}
	text = Clip(text, MaxText)
	return &batch.Reason{Text: Withhold(text, MaxText, secrets), Kind: ReasonKind(text)}
}

// NotReported is the error of an item that the response does not name.
var NotReported error = &batch.Reason{Text: batch.ErrNotReported.Error(), Kind: notReported{}}

type notReported struct{}

func (notReported) Error() string { return ErrOutcomeUnknown.Error() }

func (notReported) Is(target error) bool {
	return target == ErrOutcomeUnknown || target == batch.ErrNotReported
}

// Stored is an error in the form in which JSON keeps it: as a [*batch.Reason].
func Stored(err error) error {
	switch err.(type) { //nolint:errorlint // what is above a reason is to be stored, too
	case nil, *batch.Reason:
		return err
	}
	return &batch.Reason{Text: err.Error(), Kind: kind.Named(kind.Names(err))}
}

// Restore decodes what became of an item, whose error has been stored. The error is a
// field of v.
func Restore(b []byte, v any, err *error) error {
	var back restored
	*err = &back
	problem := json.Unmarshal(b, v)
	if *err != nil { // as null makes it
		*err = back.error
	}
	return problem
}

// restored is a field of JSON that may hold an error.
type restored struct{ error }

// UnmarshalJSON implements json.Unmarshaler.
func (r *restored) UnmarshalJSON(b []byte) error {
	reason := new(batch.Reason)
	r.error = reason
	return json.Unmarshal(b, reason)
}

// Outcomes lists what became of each item asked for, in order; find tells what
// the response says of one, if anything.
func Outcomes(items []string, find func(item string) (Done, bool)) batch.Result {
	result := make(batch.Result, len(items))
	for i, item := range items {
		result[i] = batch.Outcome{ID: item, Err: NotReported}
		if done, named := find(item); named {
			result[i].Err = done.Err()
		}
	}
	return result
}
