package im

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// This file decides what follows from a 401. Three things look alike: the token has
// ended, every token is refused, and the endpoint refuses a good token. The first is
// renewed at once; the second must not lead to a fetch per call; the third must not
// cost the others their token. What tells the third from the first is a call that was
// sent after the refusal and was accepted with the same token.

const (
	leastPause      = 50 * time.Millisecond // between two fetches
	longestPause    = 30 * time.Second      // while every token is refused
	renewalPatience = time.Second           // how long a call waits for the next fetch
	recently        = 5 * time.Second       // some token was accepted since: tokens are of use
	vainMemory      = time.Minute
	maxDoubts       = 64
)

// rejections are the 401s of one call.
type rejections struct {
	rejection *Error      // the last one
	rejected  time.Time   // when the first came
	met       staleTokens // the tokens that were refused
	last      *heldToken  // the last of them
	probes    *heldToken  // the one that the call tries for all
	at        place
}

// doubt is a refusal that may be the endpoint's own.
type doubt struct {
	at    place
	epoch uint64
}

// bearer gives the token that the call carries; the zero one for none.
func (c *core) bearer(ctx context.Context, p *prepared) (bearer, *Error) {
	switch {
	case p.Bearer != "":
		return newBearer(Token{Value: p.Bearer}), nil
	case p.Endpoint.Auth == api.NoToken:
		return bearer{}, nil
	}
	token, err := c.tokens.get(ctx, &p.rejections)
	switch {
	case err == errNoOther: //nolint:errorlint // never wrapped
		return bearer{}, p.rejection
	case err != nil:
		return bearer{}, tokenError(ctx, p, err)
	}
	return token, nil
}

// tokenAccepted tells whether a response shows that the server took the token. A
// gateway's page, a refusal for the rate or a 5xx does not.
func tokenAccepted(status int, failure *Error) bool {
	switch {
	case failure == nil || status < 300:
		return true
	case status == http.StatusUnauthorized || status == http.StatusTooManyRequests || status >= 500:
		return false
	}
	return failure.Code != ""
}

// renewToken notes a 401 and tells whether, and after which wait, another attempt
// makes sense. For as long as one attempt may take, a call may see tokens expire that
// others have used or replaced.
func (c *core) renewToken(ctx context.Context, p *prepared, failure *Error) (time.Duration, bool) {
	if _, fixed := c.tokens.provider.(staticToken); fixed || p.token.held == nil {
		return 0, false
	}
	wait, again := c.tokens.refused(p, failure)
	if p.noRetry || ctx.Err() != nil {
		if again {
			c.tokens.renew(ctx, &p.rejections) // for the next call
		}
		return 0, false
	}
	return wait, again
}

// accepted notes that the server took the token of a call.
func (t *tokenCache) accepted(p *prepared) {
	token, now := p.token.held, time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	token.settle()
	token.proven, t.acceptedAt = true, now
	if token == t.current {
		t.previous = nil
	}
	if len(p.met) > 0 {
		token.helped, t.vain = true, 0
	}
	if i := slices.Index(t.stale, token.Value); i >= 0 {
		t.stale = slices.Delete(t.stale, i, i+1)
	}
	if len(token.doubts) > 0 {
		token.doubts = slices.DeleteFunc(token.doubts, func(d doubt) bool {
			settled := p.token.epoch >= d.epoch // this call was sent after that refusal
			if settled {
				t.own = t.own.add(d.at, now)
			}
			return settled
		})
	}
	if len(t.own) > 0 {
		t.own.accepted(p.place())
	}
}

// refused notes that the server refused the token of a call, and tells whether, and
// after which wait, another token may serve it.
func (t *tokenCache) refused(p *prepared, failure *Error) (wait time.Duration, again bool) {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.note(p, failure, now)
	switch {
	case now.Sub(p.rejected) >= t.core.timeout:
		return 0, false
	case t.flight != nil, !p.met.has(t.current.Value): // others have asked for a new one
	case t.own.has(p.at, now), t.earliest(now).Sub(now) > renewalPatience:
		return 0, false
	}
	if n := len(p.met); n > 2 {
		wait = backoff(n-2, 10*time.Millisecond, time.Second)
	}
	return wait, true
}

// note does the accounts of a refusal.
func (t *tokenCache) note(p *prepared, failure *Error, now time.Time) {
	token := p.token.held
	t.epoch++
	token.settle()
	token.refusals++
	if useless := !token.proven || token.replacement && len(p.met) > 0; useless && !token.helped && !token.vain {
		token.vain = true
		t.vain++
	}
	if p.rejection == nil {
		p.rejected, p.at = now, p.place()
	}
	p.rejection, p.last = failure, token
	p.met = append(p.met, token.Value)
	if !t.stale.has(token.Value) {
		t.stale = append(t.stale[max(0, len(t.stale)-staleRemembered+1):], token.Value)
	}
	known := func(d doubt) bool { return d.at == p.at }
	if len(token.doubts) < maxDoubts && !slices.ContainsFunc(token.doubts, known) {
		token.doubts = append(token.doubts, doubt{p.at, t.epoch})
	}
	if token == t.current && !token.proven && t.previous != nil {
		t.current, t.previous = t.previous, nil // it served, and this one does not
	}
}

// probe gives the current token. While tokens help nobody one call tries a new one,
// and the others wait for its response: a thousand of them at once would be too late
// for a token that does not last, and of no use with one that is refused.
func (t *tokenCache) probe(r *rejections, now time.Time) (bearer, *waiting) {
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
func (t *tokenCache) renew(ctx context.Context, r *rejections) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.flight == nil && r.met.has(t.current.Value) && !time.Now().Before(t.earliest(time.Now())) {
		t.start(ctx, r, true)
	}
}

// earliest is when the next fetch may begin. After the second token in a row that
// helped nobody it is one a second, then fewer; but while a token serves others,
// no call waits for longer than a second for a new one.
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

// alone says that a fresh token was refused to this call, and that there is no other
// call: tokens that end before they are used are a matter of load.
func (t *tokenCache) alone(r *rejections) bool {
	return len(r.met) > 1 && !r.last.proven && r.last.refusals == 1 && t.waiting == 0 && t.sending.Load() == 0
}

// latestRefused is the token that the provider should know to be refused: the newest,
// which it may have kept, if that one was.
func (t *tokenCache) latestRefused(r *rejections) string {
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
