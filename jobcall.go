package im

import (
	"context"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/job"
	"github.com/imrest/im-go/internal/quota"
)

// take waits for the quota of a call. The job that it is of sees that it waits, and ends
// the wait when it is to stop.
func (c *core) take(ctx context.Context, p *prepared) (quota.Grant, error) {
	if p.job != nil {
		var end func()
		ctx, end = p.job.Wait(ctx, p.Endpoint.PoolName())
		defer end()
	}
	return c.quotas.take(ctx, p.Call, p.lane)
}

// cost is what a call would take.
func (q *quotas) cost(call *api.Call) job.Cost {
	cost := job.Cost{Pool: call.Endpoint.PoolName(), Items: max(call.Items, 1), User: call.User}
	if q.set != nil {
		cost.Limits = q.limits(call.Endpoint)
	}
	return cost
}
