package im

import (
	"slices"
	"time"
)

const (
	ownMemory       = 30 * time.Second // for so long a path that refuses good tokens asks for no other
	wholeEndpoint   = 8                // refused paths after which all of an endpoint is meant that accepts none
	maxOwnPaths     = 64
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
	paths   []string
	accepts bool // another path
	until   time.Time
}

// has tells whether a 401 there says nothing about the token.
func (o ownRefusals) has(at place, now time.Time) bool {
	r := o[at.endpoint]
	return r != nil && now.Before(r.until) &&
		(slices.Contains(r.paths, at.path) || len(r.paths) >= wholeEndpoint && !r.accepts)
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

// accepted notes that a path accepts tokens, where others of its endpoint refuse them.
func (o ownRefusals) accepted(at place) {
	r := o[at.endpoint]
	if r == nil {
		return
	}
	r.accepts = true
	if i := slices.Index(r.paths, at.path); i >= 0 {
		r.paths = slices.Delete(r.paths, i, i+1)
	}
}
