package im

import (
	"slices"
	"time"
)

const (
	ownMemory       = 30 * time.Second // for so long a path that refuses good tokens asks for no other
	maxOwnPaths     = 8                // refused paths after which the whole endpoint is meant
	maxOwnEndpoints = 256
)

// place is what was called.
type place struct{ endpoint, path string }

func (p *prepared) place() place {
	if p.URL != "" {
		return place{p.Endpoint.ID, p.URL}
	}
	return place{p.Endpoint.ID, p.path}
}

// ownRefusals are the paths that refuse good tokens, by endpoint, each for a while.
type ownRefusals map[string]*refuser

type refuser struct {
	paths []string
	until time.Time
}

// has tells whether a 401 there says nothing about the token.
func (o ownRefusals) has(at place, now time.Time) bool {
	r := o[at.endpoint]
	return r != nil && now.Before(r.until) && (len(r.paths) >= maxOwnPaths || slices.Contains(r.paths, at.path))
}

// add notes a refusal. At the bound it forgets all, which costs a fetch for each.
func (o ownRefusals) add(at place, now time.Time) ownRefusals {
	if o == nil || len(o) >= maxOwnEndpoints {
		o = ownRefusals{}
	}
	r := o[at.endpoint]
	if r == nil || !now.Before(r.until) {
		r = &refuser{}
		o[at.endpoint] = r
	}
	r.until = now.Add(ownMemory)
	if len(r.paths) < maxOwnPaths && !slices.Contains(r.paths, at.path) {
		r.paths = append(r.paths, at.path)
	}
	return o
}

// remove forgets a path that accepts tokens after all.
func (o ownRefusals) remove(at place) {
	r := o[at.endpoint]
	if r == nil {
		return
	}
	if i := slices.Index(r.paths, at.path); i >= 0 {
		r.paths = slices.Delete(r.paths, i, i+1)
	}
}
