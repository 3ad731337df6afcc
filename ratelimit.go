package im

import (
	"cmp"
	"context"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/quota"
)

// Quota is one limit of an endpoint: at most N in any period Per.
type Quota struct {
	N       int           `json:"n"`                 // at least 1
	Per     time.Duration `json:"per"`               // 24 h means the API's day, which begins at 00:00 UTC
	Items   bool          `json:"items,omitzero"`    // counts the targets of messages, not calls
	PerUser bool          `json:"per_user,omitzero"` // counts for each user separately
}

// quotas makes calls wait. Each endpoint takes from a pool, which it may share with
// others, or from a budget of many endpoints, or from both.
type quotas struct {
	set     *quota.Set              // nil: quotas are off
	pools   map[*api.Endpoint]pools // of the endpoints that New knows
	changed map[string]api.Quotas   // by WithQuota, by pool
	share   float64
	on      Platform
}

// pools are what a call takes from, in this order; either may be nil.
type pools struct{ own, budget *quota.Pool }

func newQuotas(c *core, platform Platform) (*quotas, error) {
	s := c.settings.quotas
	if !(s.share > 0 && s.share <= 1) { // NaN, too
		return nil, configError("WithQuotaShare", "is %v, must be above 0 and at most 1", s.share)
	}
	if err := s.checkStore(); err != nil {
		return nil, err
	}
	changed, err := changedByPool(s.changed, c.endpoints, platform)
	if err != nil || s.off {
		return &quotas{}, err
	}
	q := &quotas{
		set: quota.NewSet(c.quotaOptions()), pools: make(map[*api.Endpoint]pools, len(c.endpoints)),
		changed: changed, share: s.share, on: platform,
	}
	for _, e := range c.endpoints {
		q.pools[e] = q.newPools(e)
	}
	return q, nil
}

// newPools gets or makes the pools of an endpoint.
func (q *quotas) newPools(e *api.Endpoint) (p pools) {
	own, budget := e.PoolsOn(string(q.on), q.isChanged)
	if own != "" {
		p.own = q.set.Pool(own, q.limits(own, e.QuotasOn(string(q.on))))
	}
	if budget != "" {
		p.budget = q.set.Pool(budget, q.limits(budget, e.Within[string(q.on)].Quotas))
	}
	return p
}

// poolOf names the pool that a call waits for longest: that of the endpoint, or else the
// budget within which it has no quota of its own.
func (q *quotas) poolOf(e *api.Endpoint, on Platform) string {
	own, budget := e.PoolsOn(string(on), q.isChanged)
	return cmp.Or(own, budget)
}

// limitsOf are those of the pool that poolOf names.
func (q *quotas) limitsOf(e *api.Endpoint) []quota.Limit {
	if own, budget := e.PoolsOn(string(q.on), q.isChanged); own == "" {
		return q.limits(budget, e.Within[string(q.on)].Quotas)
	}
	return q.limits(e.PoolName(), e.QuotasOn(string(q.on)))
}

func (q *quotas) isChanged(pool string) bool { return q.changed[pool] != nil }

// limits are those of a pool, as changed or else as documented, and the share of them.
func (q *quotas) limits(pool string, documented api.Quotas) []quota.Limit {
	limits, ok := q.changed[pool]
	if !ok {
		limits = documented
	}
	scaled := make([]quota.Limit, len(limits))
	for i, l := range limits {
		scaled[i] = quota.Limit(l).Scale(q.share)
	}
	return scaled
}

// rawPool is for raw calls once too many others have a pool of their own, because
// values were written into their paths.
const rawPool = "raw"

// of finds the pools of an endpoint. New does not know those of raw calls.
func (q *quotas) of(e *api.Endpoint) pools {
	if p, ok := q.pools[e]; ok {
		return p
	}
	if e.Pool != "" { // a raw call of an endpoint that New knows
		return q.newPools(e)
	}
	if p := q.set.Brief(e.PoolName(), q.limits(e.PoolName(), e.QuotasOn(string(q.on)))); p != nil {
		return pools{own: p}
	}
	return q.newPools(&api.Endpoint{ID: rawPool})
}

// check rejects an unknown lane.
func (l Lane) check() error {
	if l != Foreground && l != Background {
		return api.Invalid("lane", "is %d, must be Foreground or Background", int(l))
	}
	return nil
}

// take waits until all quotas of the call can be taken. While it waits for a budget it
// holds what it has of its own pool, so that none passes it there. After an error nothing is
// taken, and of the grant only Waited counts.
func (q *quotas) take(ctx context.Context, call *api.Call, lane Lane) (grant, error) {
	if q.set == nil {
		return grant{}, nil
	}
	var g grant
	p, r := q.of(call.Endpoint), quota.Request{Items: max(call.Items, 1), User: call.User, Lane: quota.Lane(lane)}
	var err error
	if p.own != nil {
		g.own, err = p.own.Take(ctx, r)
	}
	if p.budget == nil || err != nil {
		return g, err
	}
	if g.budget, err = p.budget.Take(ctx, r); err != nil {
		g.own.Undo()
		return g, err
	}
	g.own.Sending()
	return g, nil
}

// grant is the leave to send one call, of all that it takes from.
type grant struct{ own, budget quota.Grant }

// Waited is how long the call stood in the queues.
func (g grant) Waited() time.Duration { return g.own.Waited() + g.budget.Waited() }

// Done says that the response is in.
func (g grant) Done() { g.own.Done(); g.budget.Done() }

// Lost says that the call was sent and no response came.
func (g grant) Lost() { g.own.Lost(); g.budget.Lost() }

// Undo says that nothing was sent.
func (g grant) Undo() { g.own.Undo(); g.budget.Undo() }

// Refused says that the server refused the call for its rate, without saying which quota it
// meant: all pause.
func (g grant) Refused(ctx context.Context, retryAfter time.Duration) (pause time.Duration, rate float64) {
	pause, rate = g.own.Refused(ctx, retryAfter)
	more, lower := g.budget.Refused(ctx, retryAfter)
	return max(pause, more), min(rate, lower)
}
