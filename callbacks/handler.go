package callbacks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
)

// HandlerFunc handles an event of any type.
type HandlerFunc func(context.Context, Event) error

// Handler receives callbacks. It is an http.Handler for the URLs of all rules, before
// delivery and after. Serve it at whole paths, not below a prefix, since the path is part of the
// Key that recognizes duplicates. Several rules may share a URL if they are to share duplicates, too: two
// rules that match one event may send the same call id.
//
// Register functions before it serves. It responds 405 to what is not a POST, 400 to what is
// not a JSON object, 401 to a wrong signature, token or time, and 413 to a body that is too
// long; none of them is handled. To all that is accepted it responds 200 with an empty body.
type Handler struct {
	config     Config
	shelter    Store // Config.Store, or where events wait that failed while a ban was near
	guard      guard
	counts     counts
	keys       *keys
	messages   *keys // that were sent and have been kept or handled
	slots      chan struct{}
	mu         sync.RWMutex
	on         []func(context.Context, Event) (handled bool, err error)
	otherwise  HandlerFunc
	middleware []func(HandlerFunc) HandlerFunc
	decide     DecisionFunc
	deciding   []func(DecisionFunc) DecisionFunc
}

// New returns a handler. Errors: im.ErrInvalidArgument for a configuration that cannot work.
func New(c Config) (*Handler, error) {
	c, err := c.checked()
	if err != nil {
		return nil, fmt.Errorf("callbacks: New: %w", err)
	}
	h := &Handler{
		config: c, shelter: c.Store, guard: guard{replicas: c.Replicas},
		keys: newKeys(defaultKeys), messages: newKeys(defaultKeys), slots: make(chan struct{}, c.Decision.MaxConcurrent),
	}
	if h.shelter == nil {
		h.shelter = NewMemory(MemoryOptions{})
	}
	return h, nil
}

// Format prints that it is a handler, and none of its secrets.
func (h *Handler) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "callbacks.Handler") }

// On registers a function for the events of type T, such as *[Recalled]; for T [Event] it
// gets all. Functions of the same type run in the order of their registration, until one
// fails. An event may reach a function more than once, if its first handling failed.
func On[T Event](h *Handler, f func(context.Context, T) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.on = append(h.on, func(ctx context.Context, e Event) (bool, error) {
		t, ok := e.(T)
		if !ok {
			return false, nil
		}
		return true, f(ctx, t)
	})
}

// Otherwise registers the function for events that no function of [On] takes. Without one
// they are accepted and ignored.
func (h *Handler) Otherwise(f HandlerFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.otherwise = f
}

// Use surrounds the handling of each event, when it comes or when [Handler.Run] hands it over: a
// place for spans, logs and transactions. The first that is registered is outermost. [Handler.UseDecision]
// does the same for decisions.
func (h *Handler) Use(middleware ...func(HandlerFunc) HandlerFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.middleware = append(h.middleware, middleware...)
}

// Run handles the events that are kept, until ctx ends. It is needed with a Store; without
// one it handles what failed while a ban was near.
func (h *Handler) Run(ctx context.Context) error { return h.shelter.Run(ctx, h.handleKept) }

// handleKept handles an event that comes out of a store.
func (h *Handler) handleKept(ctx context.Context, k Kept) error {
	e, err := Parse(k.Body)
	if err != nil {
		return err
	}
	i := e.Head()
	i.Key, i.Signed, i.Suspicious = k.Key, k.Signed, k.Suspicious
	if err = h.handleApart(ctx, e); err != nil {
		h.warn(ctx, "kept callback failed", i.Type, i.CallID, slog.String("reason", reason(err)))
	}
	return err
}

// errGoexit is that of a function which has not returned.
var errGoexit = errors.New("callbacks: a function ended its goroutine")

// handleApart is handle in a goroutine that functions may end (runtime.Goexit, t.FailNow) without ending
// the store's worker.
func (h *Handler) handleApart(ctx context.Context, e Event) error {
	ended := make(chan error, 1)
	go func() {
		err := errGoexit
		defer func() { ended <- err }()
		err = h.handle(ctx, e)
	}()
	return <-ended
}

// handle runs the registered functions.
func (h *Handler) handle(ctx context.Context, e Event) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	h.mu.RLock()
	middleware := h.middleware
	h.mu.RUnlock()
	next := h.dispatch
	for _, around := range slices.Backward(middleware) { // without the lock: it may panic, or register something
		next = around(next)
	}
	return next(ctx, e)
}

func (h *Handler) dispatch(ctx context.Context, e Event) error {
	h.mu.RLock()
	on, otherwise := h.on, h.otherwise
	h.mu.RUnlock()
	taken := false
	for _, f := range on {
		handled, err := f(ctx, e)
		if err != nil {
			return err
		}
		taken = taken || handled
	}
	if !taken && otherwise != nil {
		return otherwise(ctx, e)
	}
	return nil
}

// PanicError is the panic of a registered function. Its text has no stack, which may hold
// users' data.
type PanicError struct {
	Value any    // what the function panicked with
	Stack []byte // of the goroutine, for the log of the program
}

// Error implements error.
func (e *PanicError) Error() string { return fmt.Sprintf("callbacks: panic of type %T", e.Value) }

// Unwrap returns an error that was the value of the panic.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// The reasons for which a callback is not accepted.
var (
	ErrMethod    = errors.New("callbacks: not a POST")
	ErrToken     = errors.New("callbacks: the URL has no valid token")
	ErrTooLong   = errors.New("callbacks: the body is too long")
	ErrSignature = errors.New("callbacks: the signature is missing or wrong")
	ErrStale     = errors.New("callbacks: the timestamp is too far from now")
)
