package im_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
)

// fetches observes the fetches of tokens; synctest.Wait comes before a look at them.
type fetches []im.Event

func (f *fetches) option() im.Option {
	return im.WithObserver(func(_ context.Context, e im.Event) {
		if e.Endpoint == im.TokenFetchEvent {
			*f = append(*f, e)
		}
	})
}

// Each fetch of every provider is an event before the call itself: how long it took,
// and when the token ends.
func TestTokenFetchEventOfEveryProvider(t *testing.T) {
	own := im.TokenFunc(func(context.Context) (im.Token, error) {
		time.Sleep(2 * time.Second)
		return im.Token{Value: "t", Expires: time.Now().Add(time.Hour)}, nil
	})
	credentials := im.ClientCredentials{ID: "id", Secret: "s"}
	for name, c := range map[string]struct {
		provider   im.TokenProvider
		took, life time.Duration
		none       bool
	}{
		"function":             {own, 2 * time.Second, time.Hour, false},
		"credentials":          {credentials, 3 * time.Second, 1000*time.Second - 3*time.Second, false},
		"pointer":              {&credentials, 3 * time.Second, 1000*time.Second - 3*time.Second, false},
		"certificate":          {im.AppCertificate{AppID: appID, Certificate: certificate, TTL: time.Hour}, 0, time.Hour, false},
		"certificate, swapped": {im.AppCertificate{AppID: appID, Certificate: certificate, Exchange: true}, 3 * time.Second, 1000*time.Second - 3*time.Second, false},
		"shared":               {im.SharedToken(new(tokenMemory), own), 2 * time.Second, time.Hour, false},
		"static":               {im.StaticToken("t"), 0, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var events fetches
				server := &script{responses: []response{{do: func(r *http.Request) *response {
					if r.URL.Path == "/acme/demo/token" {
						time.Sleep(3 * time.Second)
						return &response{status: 200, body: `{"access_token":"t","expires_in":1000}`}
					}
					assert.Equal(t, !c.none, len(events) == 1, "before the call goes on")
					return &success
				}}}}
				app := config
				app.Token = c.provider
				client := server.clientFor(t, app, events.option())
				require.NoError(t, get(t.Context(), client))
				require.NoError(t, get(t.Context(), client))
				if c.none {
					assert.Empty(t, events)
					return
				}
				require.Len(t, events, 1)
				e := events[0]
				assert.InDelta(t, c.took, e.Took, float64(100*time.Millisecond), "the store takes a few milliseconds")
				assert.InDelta(t, c.life, time.Until(e.Expires), float64(time.Second), "AccessToken2 has whole seconds")
				e.Took, e.Expires = 0, time.Time{}
				assert.Equal(t, im.Event{Endpoint: im.TokenFetchEvent}, e, "nothing is replaced, no error")
			})
		})
	}
}

// The age is that of the token to be replaced, at a renewal ahead of its end, after a
// refusal, and as long as fetches fail.
func TestTokenFetchEventHasTheAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events fetches
		var fails atomic.Bool
		errVault := errors.New("vault is sealed")
		n := 0
		app := config
		app.Token = im.TokenFunc(func(context.Context) (im.Token, error) {
			if fails.Load() {
				return im.Token{}, errVault
			}
			n++
			return im.Token{Value: string(rune('a' + n)), Expires: time.Now().Add(time.Hour)}, nil
		})
		server := &script{responses: []response{success}}
		client := server.clientFor(t, app, events.option())
		for _, at := range []struct {
			later time.Duration
			fail  bool
			ages  []time.Duration
		}{
			{0, false, []time.Duration{0}},
			{30 * time.Minute, false, nil},
			{26 * time.Minute, false, []time.Duration{56 * time.Minute}}, // renewed in the background
			{57 * time.Minute, true, []time.Duration{57 * time.Minute}},
			{time.Minute, true, []time.Duration{58 * time.Minute}},
			{time.Minute, false, []time.Duration{59 * time.Minute}},
			{time.Second, false, nil},
		} {
			time.Sleep(at.later)
			fails.Store(at.fail)
			events = nil
			require.NoError(t, get(t.Context(), client))
			synctest.Wait()
			var ages []time.Duration
			for _, e := range events {
				ages = append(ages, e.Age)
				assert.Equal(t, at.fail, errors.Is(e.Err, errVault))
				assert.Equal(t, at.fail, e.Expires.IsZero())
			}
			assert.Equal(t, at.ages, ages)
		}
	})
}

// A fetch outlives its call, and its event has the values of that call's context, the
// hook's included.
func TestTokenFetchEventHasTheCallsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h hooked
		var spans []any
		app := config
		app.Token = im.TokenFunc(func(ctx context.Context) (im.Token, error) {
			time.Sleep(time.Minute / 6)
			return im.Token{Value: "t"}, ctx.Err()
		})
		client := (&script{responses: []response{success}}).clientFor(t, app, h.option(), im.WithObserver(func(ctx context.Context, e im.Event) {
			if e.Endpoint == im.TokenFetchEvent {
				spans = append(spans, spanOf(ctx), ctx.Err(), e.Err)
			}
		}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, get(ctx, client), context.DeadlineExceeded)
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, []any{"users.get", nil, nil}, spans)
	})
}

// A panic of the observer does not end the process, nor is it swallowed.
func TestPanicOfTheObserverOfAFetch(t *testing.T) {
	app := config
	app.Token = im.TokenFunc(func(context.Context) (im.Token, error) { return im.Token{Value: "t"}, nil })
	client := (&script{responses: []response{success}}).clientFor(t, app, im.WithObserver(func(_ context.Context, e im.Event) {
		if e.Endpoint == im.TokenFetchEvent {
			panic("hush")
		}
	}))
	err := get(t.Context(), client)
	require.ErrorContains(t, err, "the observer panicked with a string")
	assert.NotContains(t, err.Error(), "hush")
}

// A provider that does not return in time is an event as well, with a context that has
// not ended.
func TestTokenFetchEventOfAHangingProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var took []time.Duration
		app := config
		app.Token = im.TokenFunc(func(ctx context.Context) (im.Token, error) {
			<-ctx.Done()
			return im.Token{}, ctx.Err()
		})
		client := (&script{responses: []response{success}}).clientFor(t, app, im.WithObserver(func(ctx context.Context, e im.Event) {
			if e.Endpoint == im.TokenFetchEvent {
				took = append(took, e.Took)
				assert.NoError(t, ctx.Err())
				assert.ErrorIs(t, e.Err, im.ErrUnavailable)
			}
		}))
		require.ErrorIs(t, get(t.Context(), client), im.ErrUnavailable)
		assert.Equal(t, []time.Duration{30 * time.Second}, took)
	})
}
