package callbacks

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"time"
)

// The reasons for which the fallback counts, besides a [PanicError] and a verdict that may not
// be sent (im.ErrInvalidArgument, im.ErrTooLarge).
var (
	ErrDeadline   = errors.New("callbacks: the decision took too long")
	ErrOverloaded = errors.New("callbacks: too many decisions at once")
)

// errNoVerdict is that of a function which ended its goroutine, as tests do.
var errNoVerdict = errors.New("callbacks: the decision ended without a verdict")

// DecisionFunc decides about a message.
type DecisionFunc func(context.Context, *Outgoing) Verdict

// Decide registers the function that decides about messages before they are delivered. It is
// called for messages that client SDKs send, never for those sent through REST. It should obey
// its context, which ends at the deadline of [Decision]: until it returns, it counts as one of the
// decisions at once. Without a function, messages are delivered.
//
// The same message may be asked about more than once, if several rules match it.
func (h *Handler) Decide(f DecisionFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.decide = f
}

// UseDecision surrounds the function of [Handler.Decide], within its deadline: a place for spans. The
// first that is registered is outermost. It sees the verdict of the function; whether the
// fallback counts in its place is in the [Observation].
func (h *Handler) UseDecision(middleware ...func(DecisionFunc) DecisionFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.deciding = append(h.deciding, middleware...)
}

// decideAndRespond asks the user about a message and responds.
func (h *Handler) decideAndRespond(w http.ResponseWriter, r *http.Request, out *Outgoing) {
	d := &h.config.Decision
	o := Observation{Kind: out.Type, CallID: out.CallID, Status: http.StatusOK, Lag: lag(time.Now(), out.Time)}
	verdict, err := h.verdict(r.Context(), out)
	var text []byte
	if err == nil {
		text, err = verdict.response(out, d)
	}
	if err != nil {
		o.FellBack, o.Err = true, err
		if verdict.action != reject { // a message that was rejected stays so, without a code that cannot be sent
			verdict = d.Fallback
		} else {
			verdict, o.FellBack = Reject(""), false
		}
		text, _ = verdict.response(out, d) // was checked by New
	}
	o.Verdict = verdict.String()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write(text) // the rule's policy decides if the response is lost
	h.report(r.Context(), o)
}

// verdict asks the function of the user's, for no longer than the deadline.
func (h *Handler) verdict(ctx context.Context, out *Outgoing) (Verdict, error) {
	h.mu.RLock()
	decide, deciding := h.decide, h.deciding
	h.mu.RUnlock()
	if decide == nil {
		return Deliver(), nil
	}
	select {
	case h.slots <- struct{}{}:
	default:
		return Verdict{}, ErrOverloaded
	}
	ctx, cancel := context.WithTimeoutCause(ctx, h.config.Decision.Deadline, ErrDeadline)
	defer cancel()
	type decided struct {
		verdict Verdict
		err     error
	}
	result := make(chan decided, 1)
	go func() {
		d := decided{err: errNoVerdict}
		defer func() {
			if p := recover(); p != nil {
				d = decided{err: &PanicError{Value: p, Stack: debug.Stack()}}
			}
			if d.err != nil && ctx.Err() != nil { // no observation has it
				h.warn(ctx, "decision failed after its deadline", out.Type, out.CallID, slog.String("reason", reason(d.err)))
			}
			<-h.slots
			result <- d
		}()
		for _, around := range slices.Backward(deciding) {
			decide = around(decide)
		}
		d = decided{verdict: decide(ctx, out)}
	}()
	select {
	case d := <-result:
		return d.verdict, d.err
	case <-ctx.Done():
		return Verdict{}, context.Cause(ctx)
	}
}
