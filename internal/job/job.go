// Package job is what package batch and the client say to each other about the calls
// of a job, through the context.
package job

import (
	"context"
	"errors"

	"github.com/imrest/im-go/internal/quota"
)

// Job belongs to the context of a call that is one of many. Such calls wait in the
// background lane unless their caller chose one.
type Job struct {
	// Wait surrounds the wait of a call for its quota; the context that it returns ends
	// the wait also when the job is to stop, while nothing has been sent.
	Wait func(ctx context.Context, pool string) (context.Context, func())
	// Plan, where not nil, gets what the call would take. The call fails with
	// [ErrPlanned] then, and nothing is sent.
	Plan func(Cost)
}

// Cost is what a call takes from its pool.
type Cost struct {
	Pool   string
	Limits []quota.Limit // none: the client has no quotas
	Items  int
	User   string
}

// ErrPlanned is the error of a call that was only planned.
var ErrPlanned = errors.New("planned, not sent")

type key struct{}

// With makes calls with this context those of a job; nil: of none.
func With(ctx context.Context, j *Job) context.Context { return context.WithValue(ctx, key{}, j) }

// Of returns the job of a context, or nil.
func Of(ctx context.Context) *Job {
	j, _ := ctx.Value(key{}).(*Job)
	return j
}
