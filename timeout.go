package im

import (
	"context"
	"errors"
)

// timeoutError is a time limit of the client's own that has passed. It is a
// net.Error that timed out, and no context.DeadlineExceeded: that stands for the
// end of the caller's context.
type timeoutError struct {
	text string
	err  error // what it was reported as; nil: nothing more is known
}

var (
	errTimeout = &timeoutError{text: "no answer in time"}
	errStalled = &timeoutError{text: "the transfer made no progress in time"}
)

func (t *timeoutError) Error() string { return t.text }

// Timeout implements net.Error.
func (*timeoutError) Timeout() bool { return true }

// Temporary implements net.Error.
func (*timeoutError) Temporary() bool { return true }

// Is finds what the error is but for the ends of contexts.
func (t *timeoutError) Is(target error) bool {
	return target != context.DeadlineExceeded && target != context.Canceled && errors.Is(t.err, target)
}

// As finds what the error is, by type.
func (t *timeoutError) As(target any) bool { return t.err != nil && errors.As(t.err, target) }

// ownTimeout makes a timeout that is not the caller's one that does not look like it.
func ownTimeout(ctx context.Context, err error) error {
	if ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if own, ok := errors.AsType[*Error](err); ok { // of the call that fetches a token or looks up the host
		return &timeoutError{own.Error(), err}
	}
	return &timeoutError{errTimeout.text, err}
}
