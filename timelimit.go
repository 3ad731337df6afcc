package im

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/imrest/im-go/internal/transport"
)

// timeLimit bounds one attempt: its whole length or, where a file streams, the time
// without progress.
type timeLimit struct {
	ctx    context.Context //nolint:containedctx // of the attempt, with what ends it
	cancel context.CancelCauseFunc
	timer  *time.Timer
	d      time.Duration
	source io.Closer // that the attempt has opened; nil: none
}

var (
	errTimeout = &transport.TimeoutError{Text: "no response in time"}
	errStalled = &transport.TimeoutError{Text: "the transfer made no progress in time"}
)

func (c *core) timeLimit(ctx context.Context, p *prepared) *timeLimit {
	l := &timeLimit{d: c.timeout}
	l.ctx, l.cancel = context.WithCancelCause(ctx)
	cause := errTimeout
	if p.streams {
		cause = errStalled
	}
	l.timer = time.AfterFunc(l.d, func() { l.cancel(cause) })
	return l
}

// extend starts the time anew: there was progress.
func (l *timeLimit) extend() { l.timer.Reset(l.d) }

func (l *timeLimit) stop() {
	l.timer.Stop()
	l.cancel(nil)
	if l.source != nil {
		_ = l.source.Close() // not every transport of a user does
	}
}

// ofAttempt hides the errors of contexts in the error of an attempt: the caller's own
// context has not ended, and whoever looks for context.DeadlineExceeded means that one.
func ofAttempt(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return &attemptError{err}
	}
	return err
}

type attemptError struct{ err error }

func (e *attemptError) Error() string { return e.err.Error() }

// Is finds what the error is, except for the end of a context.
func (e *attemptError) Is(target error) bool {
	return target != context.DeadlineExceeded && target != context.Canceled && errors.Is(e.err, target)
}

// As finds what the error is, by type: a net.Error, most often.
func (e *attemptError) As(target any) bool { return errors.As(e.err, target) }
