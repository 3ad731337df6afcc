package im

import (
	"context"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/job"
)

// take waits for the quota of a call. The job that it is of sees that it waits, and ends
// the wait when it is to stop.
func (c *core) take(ctx context.Context, p *prepared) (grant, error) {
	if p.job != nil {
		var end func()
		ctx, end = p.job.Wait(ctx, c.quotas.poolOf(p.Endpoint, c.platform))
		defer end()
	}
	return c.quotas.take(ctx, p.Call, p.lane)
}

// cost is what a call would take.
func (q *quotas) cost(call *api.Call) job.Cost {
	cost := job.Cost{Pool: q.poolOf(call.Endpoint, q.on), Items: max(call.Items, 1), User: call.User}
	if q.set != nil {
		cost.Limits = q.limitsOf(call.Endpoint)
	}
	return cost
}
