package callbacks

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"time"
)

// maxAhead is how far the clock of the IM server may be ahead of ours.
const maxAhead = 5 * time.Minute

// arrived is a callback on its way through the handler.
type arrived struct {
	wire  *wire
	event Event
	kept  Kept
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, status, err := h.read(w, r)
	switch out, ok := a.outgoing(); {
	case err != nil:
		h.reject(w, r, a, status, err)
	case ok:
		h.decideAndRespond(w, r, out)
	case a.kept.Quarantined != "":
		h.quarantine(r.Context(), w, a, nil)
	default:
		h.accept(w, r, a)
	}
}

func (a *arrived) outgoing() (*Outgoing, bool) {
	if a == nil {
		return nil, false
	}
	out, ok := a.event.(*Outgoing)
	return out, ok
}

// read reads and verifies a callback. What is wrong with one comes with the status to respond.
func (h *Handler) read(w http.ResponseWriter, r *http.Request) (*arrived, int, error) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, http.StatusMethodNotAllowed, ErrMethod
	}
	if !h.tokenIsValid(r) {
		return nil, http.StatusUnauthorized, ErrToken
	}
	body, status, err := h.body(w, r)
	if err != nil {
		return nil, status, err
	}
	wire, err := readWire(body)
	if err != nil {
		return nil, http.StatusBadRequest, err
	}
	if wire.Recovered != nil {
		return nil, http.StatusBadRequest, errRecovered
	}
	wire.rule = r.URL.Path
	a := &arrived{wire: wire, kept: Kept{Body: body, Received: time.Now()}}
	if err := h.verify(a); err != nil {
		return a, http.StatusUnauthorized, err
	}
	i := a.event.Head()
	i.Signed = a.kept.Signed
	if wire.isOutgoing() {
		return a, http.StatusOK, nil // is never kept
	}
	a.kept.Key, a.kept.Digest, a.kept.MessageID = i.Key, wire.digest(body), sentMessage(a.event)
	return a, http.StatusOK, nil
}

func (h *Handler) tokenIsValid(r *http.Request) bool {
	if len(h.config.Tokens) == 0 {
		return true
	}
	found := 0
	got := []byte(r.URL.Query().Get("token"))
	for _, token := range h.config.Tokens {
		found |= subtle.ConstantTimeCompare(got, []byte(token))
	}
	return found == 1
}

func (h *Handler) body(w http.ResponseWriter, r *http.Request) ([]byte, int, error) {
	limit := int64(h.config.MaxBody)
	if r.ContentLength > limit {
		return nil, http.StatusRequestEntityTooLarge, ErrTooLong
	}
	if n := r.ContentLength; n > 0 && n <= maxTrusted {
		body := make([]byte, r.ContentLength)
		if _, err := io.ReadFull(r.Body, body); err != nil {
			return nil, http.StatusBadRequest, fmt.Errorf("%w: %w", errCut, err)
		}
		return body, 0, nil
	}
	body, err := readAll(http.MaxBytesReader(w, r.Body, limit), h.config.MaxBody)
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		return nil, http.StatusRequestEntityTooLarge, ErrTooLong
	}
	if err != nil {
		return nil, http.StatusBadRequest, fmt.Errorf("%w: %w", errCut, err)
	}
	return body, 0, nil
}

// maxTrusted is how long a body may be that gets its memory before it has come.
const maxTrusted = 64 << 10

// readAll reads up to limit bytes. It allocates at most twice what it reads, which io.ReadAll
// does not promise.
func readAll(from io.Reader, limit int) ([]byte, error) {
	body := make([]byte, 0, 4<<10)
	for {
		if len(body) == cap(body) {
			body = append(make([]byte, 0, min(2*cap(body)-1, limit)+1), body...) // one more than the limit: it must be seen
		}
		n, err := from.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case err == io.EOF:
			return body, nil
		case err != nil:
			return nil, err
		}
	}
}

// verify checks signature and time, and decodes what passes.
func (h *Handler) verify(a *arrived) error {
	a.kept.Signed = a.wire.verified(h.config.Secrets)
	if !a.kept.Signed {
		if a.wire.Security != "" || h.config.Unsigned == UnsignedReject || !a.wire.maybeUnsigned() {
			return ErrSignature
		}
		if a.event = a.wire.event(a.kept.Body); !unsignedKind(a.event.Kind()) {
			return ErrSignature
		}
		if h.config.Unsigned == UnsignedQuarantine {
			a.kept.Quarantined = ErrSignature.Error()
		}
		return h.fresh(a.event.Head().Time)
	}
	a.event = a.wire.event(a.kept.Body)
	return h.fresh(a.event.Head().Time)
}

func (h *Handler) fresh(at time.Time) error {
	limit, now := h.config.MaxAge, time.Now()
	if limit > 0 && (at.Before(now.Add(-limit)) || at.After(now.Add(min(limit, maxAhead)))) {
		return ErrStale
	}
	return nil
}

// reject responds to what is not accepted. While a ban is near, it is kept in quarantine and
// the response is a success.
func (h *Handler) reject(w http.ResponseWriter, r *http.Request, a *arrived, status int, err error) {
	before := a != nil && a.wire.isOutgoing() // fails by itself: the rule's policy decides
	if status != http.StatusMethodNotAllowed && !before && !h.guard.allow() {
		if errors.Is(err, ErrToken) {
			a = h.signedWithoutToken(w, r)
		}
		h.quarantine(r.Context(), w, a, err)
		return
	}
	w.WriteHeader(status)
	o := Observation{Status: status, Err: err}
	if a != nil {
		o.CallID = string(a.wire.CallID)
	}
	h.report(r.Context(), o)
}

// signedWithoutToken reads a callback whose token may have been forgotten in the rule; nil is one that anybody may
// have sent.
func (h *Handler) signedWithoutToken(w http.ResponseWriter, r *http.Request) *arrived {
	body, _, err := h.body(w, r)
	if err != nil {
		return nil
	}
	wire, err := readWire(body)
	if err != nil || wire.isOutgoing() || !wire.verified(h.config.Secrets) {
		return nil
	}
	return &arrived{wire: wire, kept: Kept{Body: body, Signed: true}}
}

// quarantine accepts what was not verified and keeps it from the registered functions. What has
// no body to look at is not kept, since it would drive out what has one.
func (h *Handler) quarantine(ctx context.Context, w http.ResponseWriter, a *arrived, why error) {
	var k Kept
	o := Observation{Status: http.StatusOK, Quarantined: true, Err: why}
	if a != nil {
		k, o.CallID = a.kept, string(a.wire.CallID)
	}
	k.Received = time.Now()
	if a != nil && a.event != nil {
		o.Kind, o.Lag = a.event.Kind(), lag(k.Received, a.event.Head().Time)
	}
	if why != nil {
		k.Quarantined = why.Error()
	}
	if a != nil {
		if _, err := h.store(ctx, k); err != nil {
			o.Err = errors.Join(why, err) // what nobody could verify is not worth a ban
		}
	}
	w.WriteHeader(o.Status)
	h.report(ctx, o)
}

// accept handles or keeps an event that was verified.
func (h *Handler) accept(w http.ResponseWriter, r *http.Request, a *arrived) {
	i := a.event.Head()
	o := Observation{Kind: i.Type, CallID: i.CallID, Lag: lag(a.kept.Received, i.Time), Status: http.StatusOK}
	settle := h.handleNow
	if h.config.Store != nil {
		settle = h.keep
	}
	seen, failed, err := settle(r.Context(), a)
	o.Repeated, o.Suspicious, o.Err = seen == SeenRepeated, seen == SeenSuspicious, err
	if failed {
		o.Status = http.StatusInternalServerError
	} else if err == nil {
		h.remember(a)
	}
	w.WriteHeader(o.Status)
	h.report(r.Context(), o)
}

// keep keeps an event in the store.
func (h *Handler) keep(ctx context.Context, a *arrived) (seen Seen, failed bool, err error) {
	seen, err = h.store(ctx, a.kept)
	if failed = err != nil && h.config.StoreFailure != StoreFailureLose; failed {
		h.guard.fail()
	}
	return seen, failed, err
}

// store hands an event to the store, whose panics are errors.
func (h *Handler) store(ctx context.Context, k Kept) (seen Seen, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	return h.shelter.Keep(ctx, k)
}

// handleNow handles an event while the IM server waits. If that fails while a ban is near, the
// event is kept for another attempt.
func (h *Handler) handleNow(ctx context.Context, a *arrived) (seen Seen, failed bool, err error) {
	seen, kept := h.keys.once(ctx, a.kept.Key, a.kept.Digest, func(suspicious bool) error {
		a.event.Head().Suspicious, a.kept.Suspicious = suspicious, suspicious
		if err = h.handle(ctx, a.event); err == nil || h.guard.allow() {
			return err
		}
		_, full := h.store(ctx, a.kept)
		if full == nil {
			h.remember(a)
			return nil
		}
		err = errors.Join(err, full)
		if h.config.StoreFailure == StoreFailureLose {
			return nil
		}
		h.guard.fail()
		return err
	})
	if err == nil && kept != nil { // the caller went away while it waited for the first of two
		h.guard.fail()
		err = kept
	}
	return seen, kept != nil, err
}
