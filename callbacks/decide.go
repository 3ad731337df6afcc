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
	got := h.verdict(r.Context(), out)
	if got.err != nil {
		o.FellBack, o.Err = true, got.err
		if got.verdict.action != reject { // a message that was rejected stays so, without a code that cannot be sent
			got.verdict = d.Fallback
		} else {
			got.verdict, o.FellBack = Reject(""), false
		}
		got.text, _ = got.verdict.response(out, d) // was checked by New
	}
	o.Verdict = got.verdict.String()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(got.text)))
	_, _ = w.Write(got.text) //nolint:gosec // JSON, and labelled so; the rule's policy decides if it is lost
	h.report(r.Context(), o)
}

// decided is a verdict and its response, or why there is none that may be sent.
type decided struct {
	verdict Verdict
	text    []byte
	err     error
}

func (h *Handler) encoded(out *Outgoing, v Verdict) decided {
	text, err := v.response(out, &h.config.Decision)
	return decided{v, text, err}
}

// verdict asks the function of the user's, for no longer than the deadline. The response is encoded within it, too: an
// ext may hold types of the user's, which write themselves.
func (h *Handler) verdict(ctx context.Context, out *Outgoing) decided {
	h.mu.RLock()
	decide, deciding := h.decide, h.deciding
	h.mu.RUnlock()
	if decide == nil {
		return h.encoded(out, Deliver())
	}
	select {
	case h.slots <- struct{}{}:
	default:
		return decided{err: ErrOverloaded}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, h.config.Decision.Deadline, ErrDeadline)
	defer cancel()
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
		d = h.encoded(out, decide(ctx, out))
	}()
	select {
	case d := <-result:
		return d
	case <-ctx.Done():
		return decided{err: context.Cause(ctx)}
	}
}
