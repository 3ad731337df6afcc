package api

import "github.com/imrest/im-go/batch"

// Refused is the error of an item that the server refused with this text, which is withheld
// if it quotes one of the secrets.
func Refused(text string, secrets ...string) error {
	if text == "" {
		text = "refused without a reason"
	}
	text = Clip(text, MaxText)
	return &batch.Reason{Text: Withhold(text, MaxText, secrets), Kind: ReasonKind(text)}
}

// The errors of an item that the response does not name: the outcome of a read is not unknown.
var (
	NotReported error = &batch.Reason{Text: batch.ErrNotReported.Error(), Kind: notReported{}}
	NotRead     error = &batch.Reason{Text: batch.ErrNotReported.Error(), Kind: batch.ErrNotReported}
)

type notReported struct{}

func (notReported) Error() string { return ErrOutcomeUnknown.Error() }

func (notReported) Is(target error) bool {
	return target == ErrOutcomeUnknown || target == batch.ErrNotReported
}
