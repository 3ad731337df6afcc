package im

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/quota"
)

// Quota is one limit of an endpoint: at most N in any period Per.
type Quota struct {
	N       int
	Per     time.Duration // 24 h stands for the API's day, from 00:00 UTC
	Items   bool          // counts the targets of messages, not calls
	PerUser bool          // counted for each user by itself
}

// quotaSettings are what the options say about quotas.
type quotaSettings struct {
	off     bool
	share   float64
	changed []changedQuota

	store    QuotaStore
	stored   bool     // WithQuotaStore was given
	fallback *float64 // nil: not said
}

type changedQuota struct {
	name   string
	quotas []Quota
}

// WithQuota replaces all quotas of an endpoint (by catalogue id, "users.get") or
// of a pool that several endpoints share (by name, "user_write"), for apps that
// have bought more. On Easemob the calls that manage users share the pool
// "user_management", beside quotas of their own that are lower than its. A quota without Items and PerUser counts what the documented
// ones of the pool count; where those count several things, each has to be given.
// [New] rejects an unknown id or name, a unit in which the pool does not count, N
// below 1 and Per below 1 ms. A call that costs more than its quota can ever grant is
// an [ErrInvalidArgument].
func WithQuota(idOrPool string, quotas ...Quota) Option {
	return func(s *settings) {
		s.quotas.changed = append(s.quotas.changed, changedQuota{idOrPool, quotas})
	}
}

// WithQuotaShare takes only a share of every quota, above 0 and at most 1, for
// apps whose quota several processes use. Where the share of a quota is less
// than one call, its period grows instead, to 36 years at most.
func WithQuotaShare(share float64) Option { return func(s *settings) { s.quotas.share = share } }

// WithoutQuotas makes calls wait for nothing but what the server asks for.
func WithoutQuotas() Option { return func(s *settings) { s.quotas.off = true } }

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

// rawPool is for raw calls when too many others have a pool of their own, since
// values were written into their paths.
const rawPool = "raw"

// of finds the pools of an endpoint; those of raw calls are not known by New.
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

// changedByPool checks WithQuota and gives its quotas by pool.
func changedByPool(changed []changedQuota, endpoints []*api.Endpoint, on Platform) (map[string]api.Quotas, error) {
	pools := make(map[string]string) // by id and by name
	documented := make(map[string]*units)
	for _, e := range endpoints {
		pool := e.PoolName()
		pools[e.ID], pools[pool] = pool, pool
		if documented[pool] == nil {
			documented[pool] = &units{}
		}
		documented[pool].add(e.QuotasOn(string(on)), e.MaxItems > 0)
		if budget, ok := e.Within[string(on)]; ok && documented[budget.Pool] == nil {
			pools[budget.Pool], documented[budget.Pool] = budget.Pool, &units{}
			documented[budget.Pool].add(budget.Quotas, false)
		}
	}
	byPool := make(map[string]api.Quotas)
	for _, c := range changed {
		pool, ok := pools[c.name]
		if !ok {
			return nil, configError("WithQuota", "%q is neither an endpoint nor a pool; %s", c.name, similar(c.name, pools))
		}
		if len(c.quotas) == 0 {
			return nil, configError("WithQuota", "%q is given no quota; see WithoutQuotas", c.name)
		}
		quotas, problem := documented[pool].apply(c.quotas)
		if problem != "" {
			return nil, configError("WithQuota", "%q %s", c.name, problem)
		}
		for _, q := range quotas {
			if problem := q.problem(); problem != "" {
				return nil, configError("WithQuota", "%q: %s", c.name, problem)
			}
			for _, o := range byPool[pool] {
				if o.N = q.N; o == api.Quota(q) { // alike but for N: a store would count them as one
					return nil, configError("WithQuota", "%q is given two quotas of the same kind per %s", c.name, q.Per)
				}
			}
			byPool[pool] = append(byPool[pool], api.Quota(q))
		}
	}
	return byPool, nil
}

// problem says what is wrong with a quota, if anything.
func (q Quota) problem() string {
	switch {
	case q.N < 1 || q.Per <= 0:
		return fmt.Sprintf("%d per %s must be above 0", q.N, q.Per)
	case q.Per < time.Millisecond:
		return fmt.Sprintf("Per is %s, must be at least 1ms", q.Per)
	}
	return ""
}

// similar helps with a mistyped id.
func similar(name string, known map[string]string) string {
	domain, _, _ := strings.Cut(name, ".")
	var near []string
	for _, k := range slices.Sorted(maps.Keys(known)) {
		if strings.HasPrefix(k, domain) {
			near = append(near, k)
		}
	}
	if len(near) == 0 {
		return "docs/endpoints.md lists them"
	}
	return "known are " + strings.Join(near, ", ")
}

// check rejects an unknown lane.
func (l Lane) check() error {
	if l != Foreground && l != Background {
		return api.Invalid("lane", "is %d, must be Foreground or Background", int(l))
	}
	return nil
}

// take waits until all quotas of the call can be taken. While it waits for a budget it
// holds what it has of its own pool, so that none passes it there.
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
	if p.budget != nil && err == nil {
		if g.budget, err = p.budget.Take(ctx, r); err != nil {
			g.own.Undo()
		}
		g.own.Sending()
	}
	return g, err
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
