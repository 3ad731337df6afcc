package api

import (
	"github.com/imrest/im-go/batch"
)

// Done is what an answer says of one item of a batch: done, or why not.
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

// Refused is the error of an item that the server refused with this text.
func Refused(text string) error {
	if text == "" {
		text = "refused without a reason"
	}
	text = Clip(text, MaxText)
	return &batch.Reason{Text: text, Kind: ReasonKind(text)}
}

// NotReported is the error of an item that the answer does not name.
var NotReported error = &batch.Reason{Text: batch.ErrNotReported.Error(), Kind: notReported{}}

type notReported struct{}

func (notReported) Error() string { return ErrOutcomeUnknown.Error() }

func (notReported) Is(target error) bool {
	return target == ErrOutcomeUnknown || target == batch.ErrNotReported
}

// Outcomes lists what became of each item asked for, in order; find tells what
// the answer says of one, if anything.
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
