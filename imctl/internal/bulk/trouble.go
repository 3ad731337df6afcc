package bulk

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/long"
)

// tellTrouble makes a call that says why a job does not get on, once until the server is back: the job waits for it, for
// minutes.
func tellTrouble[T any](a *app.App, line *long.Line, call func(context.Context, []T) (batch.Result, error)) func(context.Context, []T) (batch.Result, error) {
	var said atomic.Bool
	return func(ctx context.Context, items []T) (batch.Result, error) {
		result, err := call(ctx, items)
		switch {
		case err == nil || result != nil:
			said.Store(false)
		case isTrouble(err) && ctx.Err() == nil && said.CompareAndSwap(false, true):
			line.End()
			a.Warn("The server has trouble: %s. The run waits for it.", a.Reason(err))
		}
		return result, err
	}
}

// isTrouble reports whether the job waits for the end of what made a call fail. Rows of unknown outcome are printed with
// their reasons.
func isTrouble(err error) bool {
	return !errors.Is(err, im.ErrOutcomeUnknown) && slices.ContainsFunc([]error{im.ErrUnavailable, im.ErrInternal, im.ErrRateLimited, im.ErrBadResponse}, func(kind error) bool { return errors.Is(err, kind) })
}
