package im_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/users"
)

// hooked notes what a hook sees, and marks the context.
type hooked struct {
	infos []im.CallInfo
	ends  []im.CallEnd
}

type spanKey struct{}

func (h *hooked) option() im.Option {
	return im.WithHook(func(ctx context.Context, info im.CallInfo) (context.Context, func(im.CallEnd)) {
		h.infos = append(h.infos, info)
		return context.WithValue(ctx, spanKey{}, info.Endpoint), func(e im.CallEnd) { h.ends = append(h.ends, e) }
	})
}

func spanOf(ctx context.Context) any { return ctx.Value(spanKey{}) }

// One hook surrounds all attempts, whose context is the hook's: at the transport and
// the observer.
func TestHookSurroundsAllAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h hooked
		var spans []any
		seen := func(a response) response {
			return response{do: func(r *http.Request) *response {
				assert.Empty(t, h.ends, "not before the last attempt has ended")
				spans = append(spans, spanOf(r.Context()))
				return &a
			}}
		}
		server := &script{responses: []response{seen(response{status: 429, body: reachLimit}), seen(response{status: 429, body: reachLimit}), seen(response{status: 200, body: `{"data":{"bob":"1","carol":"2"}}`})}}
		client := server.client(t, h.option(), im.WithObserver(func(ctx context.Context, _ im.Event) { spans = append(spans, spanOf(ctx)) }))
		begun := time.Now()
		_, err := client.Messages.SendToUsers(im.WithLane(t.Context(), im.Background), []string{"bob", "carol"}, messages.Message{Body: messages.Text("hi")})
		require.NoError(t, err)
		assert.Equal(t, []im.CallInfo{{
			Endpoint: "messages.send_users", Method: "POST", Path: "/messages/users", Lane: im.Background, Pool: "messages_users", Items: 2,
		}}, h.infos)
		assert.Equal(t, []im.CallEnd{{Attempts: 3, Waited: time.Since(begun), Status: 200}}, h.ends)
		assert.Positive(t, h.ends[0].Waited)
		assert.Len(t, spans, 6)
		for _, s := range spans {
			assert.Equal(t, "messages.send_users", s)
		}
	})
}

// What the hook is told of the end is what the caller gets.
func TestHookSeesTheEnd(t *testing.T) {
	canceled := func(ctx context.Context) context.Context {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		return ctx
	}
	broken := response{err: errBroken}
	for name, c := range map[string]struct {
		response response
		call     string
		ctx      func(context.Context) context.Context
		attempts int
		status   int
		code     string
		kind     error
		unknown  bool
	}{
		"success":          {response: success, call: "read", attempts: 1, status: 200},
		"no such user":     {response: response{status: 404, body: `{"error":"service_resource_not_found"}`}, call: "read", attempts: 1, status: 404, code: "service_resource_not_found", kind: im.ErrNotFound},
		"always 503":       {response: response{status: 503}, call: "read", attempts: 4, status: 503, kind: im.ErrUnavailable},
		"refused":          {response: response{status: 429, body: planLimit}, call: "send", attempts: 1, status: 429, code: "resource_limited", kind: im.ErrPlanLimit},
		"broken":           {response: broken, call: "send", attempts: 1, kind: im.ErrUnavailable, unknown: true},
		"not retried":      {response: broken, call: "read", ctx: im.WithoutRetry, attempts: 1, kind: im.ErrUnavailable},
		"canceled before":  {response: success, call: "read", ctx: canceled, kind: im.ErrCanceled},
		"an unknown lane":  {response: success, call: "read", ctx: func(ctx context.Context) context.Context { return im.WithLane(ctx, 7) }, kind: im.ErrInvalidArgument},
		"no JSON, 200":     {response: response{status: 200, body: "<html>"}, call: "read", ctx: im.WithoutRetry, attempts: 1, status: 200, kind: im.ErrBadResponse},
		"another 2xx":      {response: response{status: 201, body: success.body}, call: "read", attempts: 1, status: 201},
		"token is refused": {response: response{status: 401, body: badToken}, call: "read", attempts: 1, status: 401, code: "unauthorized", kind: im.ErrUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var h hooked
				server := &script{responses: []response{c.response}}
				ctx := t.Context()
				if c.ctx != nil {
					ctx = c.ctx(ctx)
				}
				err := calls[c.call](ctx, server.client(t, h.option()))
				require.Len(t, h.infos, 1)
				require.Len(t, h.ends, 1)
				end := h.ends[0]
				assert.Equal(t, err, end.Err)
				assert.Len(t, server.requests, end.Attempts)
				assert.Equal(t, []any{c.attempts, c.status, c.code, c.kind}, []any{end.Attempts, end.Status, end.Code, end.Kind}, "%v", err)
				assert.Equal(t, c.unknown, errors.Is(end.Err, im.ErrOutcomeUnknown))
			})
		})
	}
}

// The end says what a wait was that brought nothing.
func TestHookSeesWaitsInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h hooked
		server := &script{responses: []response{success}}
		client := server.client(t, h.option(), im.WithQuota("users.get", im.Quota{N: 1, Per: time.Hour}))
		require.NoError(t, get(t.Context(), client))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		require.ErrorIs(t, get(ctx, client), im.ErrCanceled)
		assert.Equal(t, time.Minute, h.ends[1].Waited)
		assert.Zero(t, h.ends[1].Attempts)
		assert.Same(t, im.ErrCanceled, h.ends[1].Kind)
	})
}

// Wrong arguments have a hook and no attempt, raw ones too; a nil context has none.
func TestHookOfRejectedCalls(t *testing.T) {
	var h hooked
	server := &script{responses: []response{success}}
	client := server.client(t, h.option())
	_, err := client.Users.Get(t.Context(), "")
	require.ErrorIs(t, err, im.ErrInvalidArgument)
	_, err = im.Raw[struct{}](t.Context(), client, im.RawCall{Method: "G T", Path: "/x"})
	require.ErrorIs(t, err, im.ErrInvalidArgument)
	_, err = client.Users.RegisterBatch(t.Context(), make([]users.NewUser, 1000))
	require.ErrorIs(t, err, im.ErrInvalidArgument)
	_, err = client.Users.Get(nil, "alice") //nolint:staticcheck // the point
	require.ErrorIs(t, err, im.ErrInvalidArgument)
	require.Len(t, h.infos, 3)
	require.Len(t, h.ends, 3)
	for i, id := range []string{"users.get", "raw", "users.register_batch"} {
		assert.Equal(t, id, h.infos[i].Endpoint)
		assert.Zero(t, h.ends[i].Attempts)
		assert.Same(t, im.ErrInvalidArgument, h.ends[i].Kind)
	}
	assert.Empty(t, server.requests)
}

// A token, the host and the call itself have a hook each, the first two in the
// context of the call that needs them.
func TestHookOfTokenAndHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var order []string
		hook := im.WithHook(func(ctx context.Context, info im.CallInfo) (context.Context, func(im.CallEnd)) {
			order = append(order, fmt.Sprint(info.Endpoint, " in ", spanOf(ctx)))
			assert.True(t, strings.HasPrefix(info.Path, "/"), info.Path)
			assert.Equal(t, im.Foreground, info.Lane)
			return context.WithValue(ctx, spanKey{}, info.Endpoint), func(im.CallEnd) { order = append(order, "end of "+info.Endpoint) }
		})
		server := &script{responses: []response{{status: 200, body: hostsResponse}, {status: 200, body: `{"access_token":"t","expires_in":1000}`}, success}}
		app := config
		app.Host, app.Platform, app.Token = "", im.Easemob, im.ClientCredentials{ID: "id", Secret: "s"}
		require.NoError(t, get(t.Context(), server.clientFor(t, app, hook, im.WithHostLookup())))
		assert.Equal(t, []string{
			"users.get in <nil>", "auth.dns_config in users.get", "end of auth.dns_config",
			"auth.app_token in users.get", "end of auth.app_token", "end of users.get",
		}, order)
	})
}

func TestHooksNestInOrder(t *testing.T) {
	var order []string
	hook := func(name string) im.Option {
		return im.WithHook(func(ctx context.Context, _ im.CallInfo) (context.Context, func(im.CallEnd)) {
			order = append(order, fmt.Sprint(name, " in ", spanOf(ctx)))
			return context.WithValue(ctx, spanKey{}, name), func(im.CallEnd) { order = append(order, "end of "+name) }
		})
	}
	nothing := im.WithHook(func(context.Context, im.CallInfo) (context.Context, func(im.CallEnd)) { return nil, nil })
	server := &script{responses: []response{success}}
	require.NoError(t, get(t.Context(), server.client(t, hook("a"), nothing, hook("b"))))
	assert.Equal(t, []string{"a in <nil>", "b in a", "end of b", "end of a"}, order)
	assert.Equal(t, "b", spanOf(server.requests[0].Context()))
}

// The caller's options hold, whatever context a hook returns.
func TestHookCannotLoseOptions(t *testing.T) {
	for name, returned := range map[string]func(context.Context) context.Context{
		"nil":            func(context.Context) context.Context { return nil },
		"not derived":    func(context.Context) context.Context { return context.Background() },
		"other options":  func(ctx context.Context) context.Context { return im.WithLane(ctx, im.Foreground) },
		"other response": func(ctx context.Context) context.Context { return im.WithResponse(ctx, new(im.Response)) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &script{responses: []response{success, {status: 503}}}
				client := server.client(t, im.WithHook(func(ctx context.Context, info im.CallInfo) (context.Context, func(im.CallEnd)) {
					assert.Equal(t, im.Background, info.Lane)
					return returned(ctx), nil
				}))
				var response im.Response
				ctx := im.WithResponse(im.WithoutRetry(im.WithLane(t.Context(), im.Background)), &response)
				require.NoError(t, get(ctx, client))
				assert.Equal(t, 200, response.Status)
				require.ErrorIs(t, get(ctx, client), im.ErrUnavailable)
				assert.Len(t, server.requests, 2, "not retried")
			})
		})
	}
}

// A panic of a hook, or below it, goes to the caller, leaves the quota free and ends
// the hooks around it.
func TestPanicsWithinHooks(t *testing.T) {
	panics := func(info im.CallInfo) { panic("of " + info.Endpoint) }
	for name, c := range map[string]struct {
		before, after func(im.CallInfo)
		response      response
		attempts      int
		unknown       bool
		err           bool // the outer hook's end has an error
	}{
		"the hook":      {before: panics, response: success, err: true},
		"its end":       {after: panics, response: success, attempts: 1, unknown: true, err: true},
		"the transport": {response: response{do: func(*http.Request) *response { panic("of the transport") }}, attempts: 1, unknown: true, err: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var outer hooked
				calm := false
				inner := im.WithHook(func(_ context.Context, info im.CallInfo) (context.Context, func(im.CallEnd)) {
					if c.before != nil && !calm {
						c.before(info)
					}
					return nil, func(im.CallEnd) {
						if c.after != nil && !calm {
							c.after(info)
						}
					}
				})
				server := &script{responses: []response{c.response, success}}
				client := server.client(t, outer.option(), inner, im.WithQuota("messages_users", im.Quota{N: 2, Per: time.Second, Items: true}, im.Quota{N: 2, Per: time.Second}))
				require.Panics(t, func() { _ = calls["send"](t.Context(), client) })
				require.Len(t, outer.ends, 1)
				end := outer.ends[0]
				assert.Equal(t, c.attempts, end.Attempts)
				assert.Equal(t, c.err, end.Err != nil)
				assert.Same(t, im.ErrUnavailable, end.Kind)
				assert.Equal(t, c.unknown, errors.Is(end.Err, im.ErrOutcomeUnknown))
				calm = true
				time.Sleep(time.Minute)
				require.NotEmpty(t, client.Quotas())
				for _, p := range client.Quotas() {
					for _, w := range p.Windows {
						assert.Equal(t, w.N, w.Left, "a place of %s was not given back", p.Pool)
					}
				}
				require.NoError(t, calls["send"](t.Context(), client))
			})
		})
	}
}

// A hook that allocates nothing costs no allocation.
func TestHookAllocations(t *testing.T) {
	server := &script{responses: []response{success}}
	of := func(options ...im.Option) float64 {
		client := server.client(t, append(options, im.WithoutQuotas())...)
		ctx := t.Context()
		least := testing.AllocsPerRun(200, func() {
			server.requests = server.requests[:0]
			_ = get(ctx, client)
		})
		for range 4 { // the pools of encoding/json and bytes are emptied now and then
			least = min(least, testing.AllocsPerRun(200, func() {
				server.requests = server.requests[:0]
				_ = get(ctx, client)
			}))
		}
		return least
	}
	without := of()
	ended := func(im.CallEnd) {}
	one := func(ctx context.Context, _ im.CallInfo) (context.Context, func(im.CallEnd)) { return ctx, ended }
	with, three := of(im.WithHook(one)), of(im.WithHook(one), im.WithHook(one), im.WithHook(one))
	t.Logf("allocations: %v without a hook, %v with one, %v with three", without, with, three)
	assert.LessOrEqual(t, with, without+2)
	assert.LessOrEqual(t, three, without+2)
}
