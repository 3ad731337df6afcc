package im

import (
	"context"
	"slices"
	"time"
)

// This file decides what follows from a 401. Three cases look alike: the token has
// expired, every token is refused, or the endpoint refuses a good token. In the first
// the token is renewed at once; the second must not lead to a fetch per call; the third
// must not cost the other calls their token. A third differs from a first by a call
// that was sent after the refusal and was accepted with the same token.

const (
	leastPause      = 50 * time.Millisecond // between two fetches
	longestPause    = 30 * time.Second      // while every token is refused
	renewalPatience = time.Second           // how long a call waits for the next fetch
	recently        = 5 * time.Second       // some token was accepted since: tokens are of use
	vainMemory      = time.Minute
	maxDoubts       = 64
)

// tokenRefusals are the 401s of one call.
type tokenRefusals struct {
	refusal *Error      // the last one
	since   time.Time   // when the first came
	met     staleTokens // the tokens that were refused
	last    *heldToken  // the last of them
	probes  *heldToken  // the one that the call tests on behalf of all
	at      place
}

// doubt is a refusal that may be the endpoint's own.
type doubt struct {
	at    place
	epoch uint64
}

// accepted notes that the server took the token of a call.
func (t *tokenCache) accepted(sent bearer, r *tokenRefusals, at place) {
	token := sent.held
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	token.settle()
	token.proven, t.acceptedAt = true, now
	if token == t.current {
		t.previous = nil
	}
	if len(r.met) > 0 {
		token.helped, t.vain = true, 0
	}
	if i := slices.Index(t.stale, token.Value); i >= 0 {
		t.stale = slices.Delete(t.stale, i, i+1)
	}
	if len(token.doubts) > 0 {
		token.doubts = slices.DeleteFunc(token.doubts, func(d doubt) bool {
			settled := sent.epoch >= d.epoch // this call was sent after that refusal
			if settled {
				t.own = t.own.add(d.at, now)
			}
			return settled
		})
	}
	if len(t.own) > 0 {
		t.own.accepted(at)
	}
}

// refused notes that the server refused the token of a call. It reports whether, and
// after which wait, another token may serve the call.
func (t *tokenCache) refused(sent bearer, r *tokenRefusals, at place, failure *Error) (wait time.Duration, retry bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.note(sent.held, r, at, failure, now)
	switch {
	case now.Sub(r.since) >= t.timeout:
		return 0, false
	case t.flight != nil, !r.met.has(t.current.Value): // others have asked for a new one
	case t.own.has(r.at, now), t.earliest(now).Sub(now) > renewalPatience:
		return 0, false
	}
	if n := len(r.met); n > 2 {
		wait = backoff(n-2, 10*time.Millisecond, time.Second)
	}
	return wait, true
}

// note keeps the accounts of a refusal.
func (t *tokenCache) note(token *heldToken, r *tokenRefusals, at place, failure *Error, now time.Time) {
	t.epoch++
	token.settle()
	token.refusals++
	if useless := !token.proven || token.replacement && len(r.met) > 0; useless && !token.helped && !token.vain {
		token.vain = true
		t.vain++
	}
	if r.refusal == nil {
		r.since, r.at = now, at
	}
	r.refusal, r.last = failure, token
	r.met = append(r.met, token.Value)
	if !t.stale.has(token.Value) {
		t.stale = append(t.stale[max(0, len(t.stale)-staleRemembered+1):], token.Value)
	}
	known := func(d doubt) bool { return d.at == r.at }
	if len(token.doubts) < maxDoubts && !slices.ContainsFunc(token.doubts, known) {
		token.doubts = append(token.doubts, doubt{r.at, t.epoch})
	}
	if token == t.current && !token.proven && t.previous != nil {
		t.current, t.previous = t.previous, nil // it served, and this one does not
	}
}

// probe returns the current token. While new tokens help nobody, one call tests a new
// one and the others wait for its response: a thousand at once would be too late for a
// token that does not last, and of no use with one that is refused.
func (t *tokenCache) probe(r *tokenRefusals, now time.Time) (bearer, *waiting) {
	token := t.current
	switch left := renewalPatience - now.Sub(token.probed); {
	case t.vain == 0 || token.proven || r.probes == token:
	case token.probed.IsZero():
		token.probed, r.probes = now, token
	case left > 0 && t.previous != nil && !r.met.has(t.previous.Value):
		return t.carry(t.previous), nil
	case left > 0:
		return bearer{}, &waiting{done: token.settled, most: left}
	}
	return t.carry(token), nil
}

// settle notes the first response to a token.
func (h *heldToken) settle() {
	if !h.proven && h.refusals == 0 {
		close(h.settled)
	}
}

// renew begins a fetch for a token that was refused, unless one is under way.
func (t *tokenCache) renew(ctx context.Context, r *tokenRefusals) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.flight == nil && r.met.has(t.current.Value) && !time.Now().Before(t.earliest(time.Now())) {
		t.start(ctx, r, true)
	}
}

// earliest is when the next fetch may begin. After the second token in a row that
// helped nobody that is once a second, then less often. While a token serves other
// calls, no call waits longer than a second for a new one.
func (t *tokenCache) earliest(now time.Time) time.Time {
	pause := leastPause
	if t.vain > 1 {
		pause = min(time.Second<<min(max(0, t.vain-3), 5), longestPause)
	}
	if now.Sub(t.acceptedAt) < recently {
		pause = min(pause, renewalPatience)
	}
	if t.failure != nil {
		pause = max(pause, failureMemory)
	}
	return t.landed.Add(pause)
}

// alone reports whether a fresh token was refused to this call and there is no other
// call: only under load do tokens expire before they are used.
func (t *tokenCache) alone(r *tokenRefusals) bool {
	return len(r.met) > 1 && !r.last.proven && r.last.refusals == 1 && t.waiting == 0 && t.sending.Load() == 0
}

// latestRefused is the refused token that the provider should know of: the newest, which
// the provider may have kept, if that one was refused.
func (t *tokenCache) latestRefused(r *tokenRefusals) string {
	if t.stale.has(t.newest.Value) {
		return t.newest.Value
	}
	if r.last != nil {
		return r.last.Value
	}
	return t.current.Value
}

// patience is how long a call waits for the next fetch to begin.
func patience(ctx context.Context, now time.Time) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return min(renewalPatience, deadline.Sub(now))
	}
	return renewalPatience
}

const (
	ownMemory       = 30 * time.Second // how long a path that refuses good tokens causes no fetch
	wholeEndpoint   = 8                // refused paths after which an endpoint that accepts none counts as a whole
	maxOwnPaths     = 64
	maxOwnEndpoints = 256
)

// ownRefusals are the paths that refuse good tokens, by endpoint, each for a while.
type ownRefusals map[string]*refuser

type refuser struct {
	paths   []string
	accepts bool // another path
	until   time.Time
}

// has reports whether a 401 at a place says nothing about the token.
func (o ownRefusals) has(at place, now time.Time) bool {
	r := o[at.endpoint]
	return r != nil && now.Before(r.until) &&
		(slices.Contains(r.paths, at.path) || len(r.paths) >= wholeEndpoint && !r.accepts)
}

// add notes a refusal. At the bound it forgets everything, which costs one fetch per place.
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

// accepted notes that a path accepts tokens while others of its endpoint refuse them.
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
