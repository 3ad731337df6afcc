package im

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
)

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
// have bought more. On Easemob, the calls that manage users share the pool
// "user_management", beside lower quotas of their own. A quota without Items and PerUser counts what the documented
// ones of the pool count; if those count several things, give a quota for each. [New]
// rejects an unknown id or name, a unit in which the pool does not count, N below 1 and
// Per below 1 ms. A call that costs more than its quota can ever grant fails with
// [ErrInvalidArgument].
func WithQuota(idOrPool string, quotas ...Quota) Option {
	return func(s *settings) {
		s.quotas.changed = append(s.quotas.changed, changedQuota{idOrPool, quotas})
	}
}

// WithQuotaShare takes only a share of every quota, above 0 and at most 1, for
// apps whose quota several processes use. If the share of a quota is less than one
// call, its period grows instead, to at most 36 years.
func WithQuotaShare(share float64) Option { return func(s *settings) { s.quotas.share = share } }

// WithoutQuotas makes calls wait only where the server asks for it.
func WithoutQuotas() Option { return func(s *settings) { s.quotas.off = true } }

// changedByPool checks WithQuota and returns its quotas by pool.
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
				if o.N = q.N; o == api.Quota(q) { // alike except for N: a store would count them as one
					return nil, configError("WithQuota", "%q is given two quotas of the same kind per %s", c.name, q.Per)
				}
			}
			byPool[pool] = append(byPool[pool], api.Quota(q))
		}
	}
	return byPool, nil
}

// problem says what is wrong with a quota; empty: nothing.
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

// unit is what a quota counts: calls or messages, of everybody or of each user.
type unit struct{ items, perUser bool }

func (q Quota) unit() unit { return unit{q.Items, q.PerUser} }

func (u unit) String() string {
	text := "calls"
	if u.items {
		text = "messages"
	}
	if u.perUser {
		text += " of each user"
	}
	return text
}

// fields are the fields of a Quota with this unit.
func (u unit) fields() string {
	switch u {
	case unit{}:
		return "neither Items nor PerUser"
	case unit{items: true}:
		return "Items: true"
	case unit{perUser: true}:
		return "PerUser: true"
	}
	return "Items: true, PerUser: true"
}

// units are what the documented quotas of a pool count.
type units struct {
	all     []unit
	batches bool // a call may hold several items
}

func (u *units) add(quotas api.Quotas, batches bool) {
	u.batches = u.batches || batches
	for _, q := range quotas {
		if k := Quota(q).unit(); !slices.Contains(u.all, k) {
			u.all = append(u.all, k)
		}
	}
}

func (u *units) any(f func(unit) bool) bool { return slices.ContainsFunc(u.all, f) }

// apply gives quotas the unit of the documented ones if there is only one, or says why
// they cannot be counted.
func (u *units) apply(quotas []Quota) (applied []Quota, problem string) {
	for _, q := range quotas {
		switch {
		case q.PerUser && !u.any(func(k unit) bool { return k.perUser }):
			return nil, "does not count by user: leave out PerUser"
		case q.Items && !u.batches && !u.any(func(k unit) bool { return k.items }):
			return nil, "does not count messages: leave out Items"
		case q.unit() == unit{} && len(u.all) == 1:
			q.Items, q.PerUser = u.all[0].items, u.all[0].perUser
		case q.unit() == unit{}:
			if problem := u.missing(quotas); problem != "" {
				return nil, problem
			}
		}
		applied = append(applied, q)
	}
	return applied, ""
}

// missing says that a quota of each documented unit is needed, unless all are there:
// otherwise it is not certain what a quota without a unit means.
func (u *units) missing(quotas []Quota) string {
	kinds := make([]string, len(u.all))
	complete := true
	for i, k := range u.all {
		kinds[i] = fmt.Sprintf("%s (%s)", k, k.fields())
		complete = complete && slices.ContainsFunc(quotas, func(q Quota) bool { return q.unit() == k })
	}
	if complete {
		return ""
	}
	return "counts " + strings.Join(kinds, " and ") + ": give a quota of each"
}
