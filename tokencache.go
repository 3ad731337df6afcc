package im

import (
	"context"
	"sync"
	"time"
)

const (
	tokenTimeout  = 30 * time.Second // for one fetch, whoever waits for it
	earlyRenewal  = 5 * time.Minute  // before the end of a long-lived token
	failureMemory = time.Second      // a failed fetch is not tried again sooner
)

// tokenCache keeps the app token: one fetch at a time however many calls wait,
// renewal ahead of the end in the background, and no lock held during I/O.
type tokenCache struct {
	provider TokenProvider
	core     *core

	mu      sync.Mutex
	current bearer
	renewAt time.Time // zero: never
	proven  bool      // some call was accepted with current
	stale   string    // the latest token that was refused
	failed  time.Time // when the last fetch failed
	failure error
	flight  *tokenFlight
}

// bearer is a token with the header that carries it, made once for all calls.
type bearer struct {
	Token
	header []string
}

func newBearer(t Token) bearer { return bearer{t, []string{"Bearer " + t.Value}} }

// tokenFlight is a fetch under way; its result is set before done is closed.
type tokenFlight struct {
	done  chan struct{}
	token bearer
	err   error
}

// get gives a token that is good for now. A caller whose context ends leaves the
// fetch to the others that wait for it.
func (t *tokenCache) get(ctx context.Context) (bearer, error) {
	t.mu.Lock()
	if t.current.Value != "" && t.current.Expires.IsZero() { // the commonest, without asking the clock
		defer t.mu.Unlock()
		return t.current, nil
	}
	now := time.Now()
	if t.current.Value != "" && now.Before(t.current.Expires) {
		token := t.current
		if t.flight == nil && !t.renewAt.IsZero() && now.After(t.renewAt) && now.Sub(t.failed) >= failureMemory {
			t.start(ctx)
		}
		t.mu.Unlock()
		return token, nil
	}
	if t.flight == nil {
		if t.failure != nil && now.Sub(t.failed) < failureMemory {
			err := t.failure
			t.mu.Unlock()
			return bearer{}, err
		}
		t.start(ctx)
	}
	flight := t.flight
	t.mu.Unlock()
	select {
	case <-flight.done:
		return flight.token, flight.err
	case <-ctx.Done():
		return bearer{}, ctx.Err()
	}
}

// start begins a fetch; the lock is held. The fetch outlives the call that
// starts it, and takes none of the call's own options.
func (t *tokenCache) start(ctx context.Context) {
	flight := &tokenFlight{done: make(chan struct{})}
	t.flight = flight
	stale := t.stale
	if t.current.Value != "" {
		stale = t.current.Value // about to expire
	}
	ctx, cancel := context.WithTimeout(withOptions(context.WithoutCancel(ctx), callOptions{}), tokenTimeout)
	go func() {
		defer cancel()
		asked := time.Now()
		token, err := t.provider.token(ctx, t.core, stale)
		if err == nil && token.Value == "" {
			err = &Error{Description: "the token provider gave an empty token", kind: ErrUnauthorized}
		}
		t.land(flight, asked, token, err)
	}()
}

func (t *tokenCache) land(flight *tokenFlight, asked time.Time, token Token, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	flight.token, flight.err = newBearer(token), err
	close(flight.done)
	t.flight = nil
	if err != nil {
		t.failed, t.failure = time.Now(), err
		return
	}
	t.current, t.proven, t.failure = flight.token, false, nil
	t.renewAt = time.Time{}
	if !token.Expires.IsZero() {
		life := token.Expires.Sub(asked)
		t.renewAt = token.Expires.Add(-min(earlyRenewal, life/2))
	}
}

// accepted notes that the server took the token.
func (t *tokenCache) accepted(value string) {
	t.mu.Lock()
	t.proven = t.proven || t.current.Value == value
	t.mu.Unlock()
}

// reject drops the token, if it is still the one that failed, and tells whether
// the server had ever taken it: a fresh token that is refused at once means wrong
// credentials, not an expired token.
func (t *tokenCache) reject(value string) (proven bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current.Value != value {
		return true // another call has had it replaced
	}
	proven, t.stale = t.proven, value
	t.current = bearer{}
	return proven
}
