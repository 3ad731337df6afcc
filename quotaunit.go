package im

import (
	"fmt"
	"slices"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

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

// fields are those of a Quota that counts so.
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

// apply gives quotas the unit of the documented ones where that leaves no choice, or
// says why they cannot be counted.
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

// missing says which of several documented units is not among those of some quotas:
// what is meant by one that names none is not certain then.
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
