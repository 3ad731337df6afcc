package im

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/guard"
	"github.com/imrest/im-go/internal/job"
)

const (
	tokenTimeout    = 30 * time.Second // for one fetch, whichever calls wait for it
	earlyRenewal    = 5 * time.Minute  // before a long-lived token expires
	shortLife       = time.Minute      // an expiry nearer than this is believed less each time
	failureMemory   = time.Second      // the least pause after a failed fetch
	maxTokenCalls   = 10               // of the provider at once, abandoned ones included
	staleRemembered = 8                // refused tokens that a store should not return again
)

// tokenCache keeps the app token: one fetch at a time however many calls wait, renewal
// ahead of the expiry in the background, and no lock held during I/O. It knows neither
// the client nor its calls. What follows from a 401 is in tokenrefusal.go.
type tokenCache struct {
	provider TokenProvider
	need     tokenNeed                    // of every fetch, except for what is stale
	observer func(context.Context, Event) // nil: none
	timeout  time.Duration                // of an attempt
	running  atomic.Int32                 // calls of the provider that have not returned
	sending  atomic.Int32                 // calls under way with a token

	mu       sync.Mutex
	current  *heldToken // nil before the first
	previous *heldToken // served until a 401 brought current; kept until current serves, too
	newest   *heldToken // the last that came
	flight   *tokenFlight
	waiting  int       // calls that wait for a token
	landed   time.Time // when the last fetch ended
	failure  error     // of the last fetch
	short    int       // tokens in a row that claimed a short life

	vain       int         // tokens in a row that helped nobody
	acceptedAt time.Time   // when any token last was
	epoch      uint64      // counts refusals: a call that is sent later carries a higher number
	stale      staleTokens // refused, and not accepted since; the newest is last
	own        ownRefusals
}

// heldToken is a token with what is known about it.
type heldToken struct {
	Token
	header       []string // made once for all calls
	since        time.Time
	end, renewAt time.Time // by our clock; zero: not known, or not believed

	replacement bool // fetched because its predecessor was refused
	proven      bool // some call was accepted with it
	helped      bool // a call was accepted with it that had been refused before
	vain        bool // has been counted as in vain
	refusals    int
	probed      time.Time     // when its first call began
	settled     chan struct{} // closed by the first response to it
	doubts      []doubt
}

// bearer is the token of one attempt.
type bearer struct {
	Token
	header []string
	held   *heldToken // nil: not from the cache
	epoch  uint64
}

func newBearer(t Token) bearer { return bearer{Token: t, header: bearerHeader(t.Value)} }

func bearerHeader(value string) []string { return []string{"Bearer " + value} }

// staleTokens are values that the provider should not return again.
type staleTokens []string

// Format hides the values.
func (s staleTokens) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%d tokens", len(s)) }

// LogValue hides the values.
func (s staleTokens) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(s)) }

func (s staleTokens) has(value string) bool { return slices.Contains(s, value) }

// tokenFlight is a fetch under way; its result is set before done is closed.
type tokenFlight struct {
	done         chan struct{}
	afterRefusal bool
	token        *heldToken
	err          error
}

// waiting is what a call without a token waits for: the end of a fetch, the first
// response to a token, or that some time passes.
type waiting struct {
	done   <-chan struct{}
	most   time.Duration // 0: no limit
	flight *tokenFlight
}

func (w *waiting) wait(ctx context.Context) error {
	var passed <-chan time.Time
	if w.most > 0 {
		passed = time.After(w.most)
	}
	select {
	case <-w.done:
	case <-passed:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// errNoOther: there is no token that this call has not tried.
var errNoOther = errors.New("no other token")

// get returns a token that is good for now and was not refused to this call before.
// A caller whose context ends leaves the fetch to the others that wait for it.
func (t *tokenCache) get(ctx context.Context, r *tokenRefusals) (bearer, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for {
		token, w, err := t.choose(ctx, r)
		if w == nil {
			return token, err
		}
		t.waiting++
		t.mu.Unlock()
		err = w.wait(ctx)
		t.mu.Lock()
		t.waiting--
		f := w.flight
		switch {
		case err != nil:
			return bearer{}, err
		case f == nil || f.err == nil && !r.met.has(f.token.Value):
			continue
		case t.current != nil && !r.met.has(t.current.Value):
			return t.carry(t.current), nil // it has expired by our clock, which may be wrong
		case f.err != nil:
			return bearer{}, f.err
		}
		return bearer{}, errNoOther
	}
}

// choose returns a token, or what to wait for; the lock is held.
func (t *tokenCache) choose(ctx context.Context, r *tokenRefusals) (bearer, *waiting, error) {
	usable := t.current != nil && !r.met.has(t.current.Value)
	if usable && t.current.proven && t.current.end.IsZero() { // the common case, without a look at the clock
		return t.carry(t.current), nil, nil
	}
	now := time.Now()
	pause := max(0, t.earliest(now).Sub(now))
	useless := usable && !t.current.proven && t.current.refusals > 0
	if usable && !useless && (t.current.end.IsZero() || now.Before(t.current.end)) {
		if t.flight == nil && pause == 0 && !t.current.end.IsZero() && now.After(t.current.renewAt) {
			t.start(ctx, r, false)
		}
		token, w := t.probe(r, now)
		return token, w, nil
	}
	refused := useless || r.refusal != nil
	switch {
	case t.flight != nil:
		return bearer{}, &waiting{done: t.flight.done, flight: t.flight}, nil
	case !usable && pause > 0 && t.failure != nil:
		return bearer{}, nil, t.failure
	case refused && !usable && t.own.has(r.at, now):
		return bearer{}, nil, errNoOther
	case refused && pause > 0 && pause <= patience(ctx, now):
		return bearer{}, &waiting{most: pause}, nil
	case usable && pause > 0 && r.refusal == nil:
		return t.carry(t.current), nil, nil // a fetch has just failed or was useless
	case pause > 0 || t.alone(r):
		return bearer{}, nil, errNoOther
	}
	t.start(ctx, r, refused)
	return bearer{}, &waiting{done: t.flight.done, flight: t.flight}, nil
}

func (t *tokenCache) carry(h *heldToken) bearer { return bearer{h.Token, h.header, h, t.epoch} }

// start begins a fetch; the lock is held. The fetch outlives the call that starts
// it, and has none of the options of that call.
func (t *tokenCache) start(ctx context.Context, r *tokenRefusals, refused bool) {
	if time.Since(t.landed) > vainMemory {
		t.vain = 0
	}
	flight := &tokenFlight{done: make(chan struct{}), afterRefusal: refused}
	t.flight = flight
	stale := slices.Concat(t.stale, r.met)
	var since time.Time
	if t.current != nil {
		stale, since = append(stale, t.current.Value), t.current.since
	}
	ctx = withOptions(job.With(context.WithoutCancel(ctx), nil), callOptions{})
	if refused {
		ctx = context.WithValue(ctx, refusedTokenKey{}, t.latestRefused(r))
	}
	ctx, cancel := context.WithTimeout(ctx, tokenTimeout)
	go func() {
		defer cancel()
		begun := time.Now()
		token, err := t.fetch(ctx, stale)
		if panicked := t.observe(ctx, begun, since, token, err); panicked != nil && err == nil {
			err = panicked
		}
		t.land(flight, token, err)
	}()
}

// fixed reports whether there is only one token ever.
func (t *tokenCache) fixed() bool {
	_, fixed := t.provider.(staticToken)
	return fixed
}

// fetch calls the provider, which may be the user's code: a panic is an error, and one
// that does not return in time is abandoned.
func (t *tokenCache) fetch(ctx context.Context, stale staleTokens) (Token, error) {
	if t.running.Add(1) > maxTokenCalls {
		t.running.Add(-1)
		return Token{}, &Error{Description: fmt.Sprintf("%d earlier calls of the token provider have not returned", maxTokenCalls), kind: ErrUnavailable}
	}
	token, err := guard.Run(ctx, "the token provider", func() (Token, error) {
		defer t.running.Add(-1)
		need := t.need
		need.stale = stale
		return t.provider.token(ctx, need)
	}, nil)
	switch {
	case err != nil && ctx.Err() != nil:
		err = &Error{Description: fmt.Sprintf("the token provider returned no token within %s", tokenTimeout), kind: ErrUnavailable}
	case err != nil:
	case token.Value == "":
		err = &Error{Description: "the token provider returned an empty token", kind: ErrUnauthorized}
	case !api.HeaderValue(token.Value): // the line break at the end of a file, most often
		err = &Error{Description: "the token holds control characters", kind: ErrUnauthorized}
	}
	return token, err
}

// observe reports a fetch. A panic of the observer must not end the process; it is the
// error of the fetch.
func (t *tokenCache) observe(ctx context.Context, begun, since time.Time, token Token, err error) error {
	if t.observer == nil || t.fixed() {
		return nil
	}
	now := time.Now()
	event := Event{Endpoint: TokenFetchEvent, Took: now.Sub(begun), Err: err}
	if !since.IsZero() {
		event.Age = now.Sub(since)
	}
	if err == nil {
		event.Expires = token.Expires
	}
	ctx = context.WithoutCancel(ctx)
	_, err = guard.Run(ctx, "the observer", func() (struct{}, error) { t.observer(ctx, event); return struct{}{}, nil }, nil)
	return err
}

func (t *tokenCache) land(flight *tokenFlight, token Token, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	defer close(flight.done)
	now := time.Now()
	t.flight, t.landed, t.failure, flight.err = nil, now, err, err
	if err != nil {
		if credentialsRefused(err) {
			t.vain++
		}
		return
	}
	switch {
	case t.current == nil || t.current.Value != token.Value:
		t.previous = nil
		if flight.afterRefusal && t.current != nil && t.current.proven {
			t.previous = t.current
		}
		t.current = &heldToken{Token: token, header: bearerHeader(token.Value), replacement: flight.afterRefusal, since: now, settled: make(chan struct{})}
		t.newest = t.current
	case flight.afterRefusal:
		t.vain++ // the provider has no other
	}
	t.current.end, t.current.renewAt = t.lifetime(token, now)
	flight.token = t.current
}

// lifetime returns when a token expires and when to renew it. An expiry that has passed
// when the token comes is not believed: the token is used until it is refused. A near one
// is believed, but must not lead to a fetch per call: the token lives for a second at
// least, the next for two, then four.
func (t *tokenCache) lifetime(token Token, now time.Time) (end, renewAt time.Time) {
	life := token.Expires.Sub(now)
	switch {
	case token.Expires.IsZero() || life <= 0:
		return time.Time{}, time.Time{}
	case life >= shortLife:
		t.short = 0
	default:
		life = max(life, time.Second<<min(t.short, 6))
		t.short++
	}
	return now.Add(life), now.Add(life - min(earlyRenewal, life/2))
}

// credentialsRefused reports whether an error will not pass by itself.
func credentialsRefused(err error) bool {
	for _, kind := range []error{ErrUnauthorized, ErrForbidden, ErrAppNotFound, ErrInvalidArgument} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}
