package im

import (
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

// quotas makes calls wait. Each endpoint takes from one pool, which it may share
// with others.
type quotas struct {
	set     *quota.Set                    // nil: quotas are off
	pools   map[*api.Endpoint]*quota.Pool // of the endpoints that New knows
	changed map[string]api.Quotas         // by WithQuota, by pool
	share   float64
	on      Platform
}

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
		set: quota.NewSet(c.quotaOptions()), pools: make(map[*api.Endpoint]*quota.Pool, len(c.endpoints)),
		changed: changed, share: s.share, on: platform,
	}
	for _, e := range c.endpoints {
		q.pools[e] = q.newPool(e)
	}
	return q, nil
}

// newPool gets or makes the pool of an endpoint.
func (q *quotas) newPool(e *api.Endpoint) *quota.Pool {
	return q.set.Pool(e.PoolName(), q.limits(e))
}

func (q *quotas) limits(e *api.Endpoint) []quota.Limit {
	limits, ok := q.changed[e.PoolName()]
	if !ok {
		limits = e.QuotasOn(string(q.on))
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

// pool finds the pool of an endpoint. New does not know those of raw calls.
func (q *quotas) pool(e *api.Endpoint) *quota.Pool {
	if p, ok := q.pools[e]; ok {
		return p
	}
	if e.Pool != "" { // a raw call of an endpoint that New knows
		return q.newPool(e)
	}
	if p := q.set.Brief(e.PoolName(), q.limits(e)); p != nil {
		return p
	}
	return q.newPool(&api.Endpoint{ID: rawPool})
}

// check rejects an unknown lane.
func (l Lane) check() error {
	if l != Foreground && l != Background {
		return api.Invalid("lane", "is %d, must be Foreground or Background", int(l))
	}
	return nil
}

// take waits until all quotas of the call can be taken together.
func (q *quotas) take(ctx context.Context, call *api.Call, lane Lane) (quota.Grant, error) {
	if q.set == nil {
		return quota.Grant{}, nil
	}
	return q.pool(call.Endpoint).Take(ctx, quota.Request{
		Items: max(call.Items, 1), User: call.User, Lane: quota.Lane(lane),
	})
}
