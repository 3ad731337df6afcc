package im

import (
	"context"
	"errors"
	"strings"
	"time"
)

// CallInfo is what a hook knows of a call that begins; see [WithHook]. It holds no
// value of a path, no URL and no name of a user.
type CallInfo struct {
	Endpoint string // catalogue id: "messages.send_users"; of [Raw], method and path as the caller wrote them
	Method   string // of HTTP
	Path     string // template below the prefix of the app: "/users/{username}"; empty for a history file, which has an address of its own
	Lane     Lane   // see [WithLane]
	Pool     string // of quotas, as [Client.Quotas] names it; most endpoints have one of their own, some are within a budget as well
	Items    int    // what the call counts for in quotas by item, such as the targets of a message; at least 1
}

// CallEnd is how a call ended; see [WithHook].
type CallEnd struct {
	Attempts int           // how often the request was sent; 0: it was rejected or given up before
	Waited   time.Duration // for the quota, over all attempts; the pauses between them are not in it
	Status   int           // HTTP status of the last attempt; 0: no response
	Code     string        // the API's code in it
	Kind     error         // that of Err, such as [ErrNotFound]; its text is fit for a metric label. nil on success
	Err      error         // nil on success; what the caller gets, or that user code panicked within the call
}

// hook is the function of WithHook.
type hook = func(context.Context, CallInfo) (context.Context, func(CallEnd))

// WithHook calls f once for each call, before its first attempt, and the function that
// f returns once the call has ended, after its last. It is the place for a span per
// call; for each attempt see [WithObserver]. Both run in the goroutine of the call and
// should be quick. Several hooks nest in the order of the options: the first sees the
// call first, and its end last.
//
// The context that f returns, which should derive from the one it gets, is that of all
// attempts: a span in it reaches the transport, the observer and a [TokenFunc]. Where
// it is nil the call keeps its own; a nil function is not called. What the caller has
// set with [WithoutRetry], [WithLane] and [WithResponse] holds whatever f returns.
//
// A call whose arguments are rejected has a hook as well; one with a nil context has
// none. A method that makes several calls, such as a list over several pages, has a
// hook for each. A request for a token or for the host of the app is a call of its
// own, with a context that derives from the one of the call that needed it first; a token
// may come after that call has ended. A panic of a hook goes to the caller, as one of
// the transport does, with nothing held of any quota; within a fetch of a token it
// is the error of that fetch. The ends of hooks are called after a panic, too.
func WithHook(f func(ctx context.Context, info CallInfo) (context.Context, func(CallEnd))) Option {
	return func(s *settings) {
		if f == nil {
			s.wrong.add("WithHook", "must not be nil")
			return
		}
		s.hooks = append(s.hooks, f)
	}
}

// within runs the call within the hooks, the first of which is the outermost.
func (c *core) within(ctx context.Context, p *prepared, hooks []hook) (err error) {
	if len(hooks) == 0 {
		return c.run(ctx, p)
	}
	inner, end := hooks[0](ctx, c.info(p))
	if inner == nil {
		inner = ctx
	}
	returned := false
	if end != nil {
		defer func() {
			if !returned {
				err = unfinished(p)
			}
			end(p.ended(err))
		}()
	}
	err = c.within(inner, p, hooks[1:])
	returned = true
	return err
}

func (c *core) info(p *prepared) CallInfo {
	e := p.Endpoint
	return CallInfo{
		Endpoint: e.ID, Method: e.Method, Path: strings.TrimPrefix(e.Path, lookupServer),
		Lane: p.lane, Pool: c.quotas.poolOf(e, c.platform), Items: max(p.Items, 1),
	}
}

func (p *prepared) ended(err error) CallEnd {
	end := CallEnd{Attempts: p.attempts, Waited: p.waited, Status: p.event.Status, Code: p.event.Code, Err: err}
	if failure, ok := errors.AsType[*Error](err); ok {
		end.Kind = failure.Kind()
	}
	return end
}
