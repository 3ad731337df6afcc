package im_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
)

// lives are the words in which /token may say when a token ends, all of them wrong or
// odd, with the most fetches for 100 calls in 100 seconds.
var lives = map[string]int{
	`"expires_in":-5`:                         1,
	`"expires_in":0`:                          1,
	`"expires_in":"3600"`:                     1,
	`"expires_in":3600.75`:                    1,
	`"expires_in":"3600.75"`:                  1,
	`"expires_in":1e300`:                      1,
	`"expires_in":"never"`:                    1,
	`"expires_in":{}`:                         1,
	`"expires_in":[1]`:                        1,
	`"expires_in":true`:                       1,
	`"expires_in":null`:                       1,
	`"expires_in":1`:                          10,
	`"expires_in":"1.5"`:                      10,
	`"expire_timestamp":-1`:                   1,
	`"expire_timestamp":"-1"`:                 1,
	`"expire_timestamp":1`:                    1,
	`"expire_timestamp":1697686400`:           1, // seconds
	`"expire_timestamp":"1697686400000"`:      1, // long past
	`"expire_timestamp":1.697686400000e12`:    1,
	`"expire_timestamp":946684500000`:         1, // 5 minutes before the beginning of a bubble's time
	`"expire_timestamp":9223372036854775807`:  1,
	`"expire_timestamp":99999999999999999999`: 1,
	`"expire_timestamp":"tomorrow"`:           1,
}

// providers get a token from /token, each in its way.
func providers(t *testing.T) map[string]im.TokenProvider {
	credentials := im.ClientCredentials{ID: "id", Secret: "s"}
	sealed, err := im.EncryptedTokens(&tokenMemory{}, make([]byte, 32))
	require.NoError(t, err)
	return map[string]im.TokenProvider{
		"credentials": credentials,
		"exchange":    im.AppCertificate{AppID: appID, Certificate: certificate, Exchange: true},
		"shared":      im.SharedToken(&tokenMemory{}, credentials),
		"sealed":      im.SharedToken(sealed, credentials),
	}
}

// A token that has just come is used until the server refuses it, whatever its end
// says by our clock; then it is renewed once.
func TestTokenIsUsedUntilItIsRefused(t *testing.T) {
	for name := range providers(t) {
		for life, most := range lives {
			t.Run(name+" "+life, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := &gate{accepts: newest, life: life}
					c := config
					c.Token = providers(t)[name]
					client := (&script{responses: []response{{do: server.do}}}).clientFor(t, c)
					for range 100 {
						require.NoError(t, get(t.Context(), client))
						time.Sleep(time.Second)
					}
					assert.LessOrEqual(t, server.fetches, most)
					last := server.fetches
					server.set(func(_ *gate, token, _ string) bool { return token > nth(last) })
					assert.Zero(t, together(20, user(client, "alice")))
					assert.Equal(t, last+1, server.fetches)
				})
			})
		}
	}
}

func TestTokenFuncWithPastEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, ends := range []time.Duration{-10 * time.Minute, -time.Nanosecond, 0} {
			asked := 0
			c := config
			c.Token = im.TokenFunc(func(context.Context) (im.Token, error) {
				asked++
				return im.Token{Value: fmt.Sprint("t", asked), Expires: time.Now().Add(ends)}, nil
			})
			client := (&script{responses: []response{success}}).clientFor(t, c)
			for range 100 {
				require.NoError(t, get(t.Context(), client))
				time.Sleep(time.Second)
			}
			assert.Equal(t, 1, asked)
		}
	})
}

// A token that has served and has ended is renewed before it is sent again; where
// there is no other to be had it goes on until it is refused.
func TestEndedTokenIsRenewedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &gate{accepts: newest, life: `"expires_in":3600`}
		client := server.client(t, im.WithRetries(0))
		require.NoError(t, get(t.Context(), client))
		time.Sleep(2 * time.Hour)
		require.NoError(t, get(t.Context(), client))
		assert.Equal(t, []int{2, 2}, []int{server.fetches, server.calls})

		server.set(everything)
		server.fails = true
		time.Sleep(2 * time.Hour)
		require.NoError(t, get(t.Context(), client))
		assert.Equal(t, 3, server.fetches)
	})
}

// After a failed fetch in the last minutes of a token there is a pause, and calls go on.
func TestPauseAfterFailuresAheadOfTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &gate{accepts: everything, life: `"expires_in":3600`}
		client := server.client(t, im.WithRetries(0))
		require.NoError(t, get(t.Context(), client))
		server.fails = true
		time.Sleep(56 * time.Minute)
		for range 100 { // in 10 s
			require.NoError(t, get(t.Context(), client))
			synctest.Wait()
			time.Sleep(100 * time.Millisecond)
		}
		assert.InDelta(t, 11, server.fetches, 1)
	})
}

type nothingButPanic struct{ secret string }

// What a provider does wrong is an error of the call, in time, and the next call asks
// it again. One that is nil is rejected by New.
func TestBrokenProviders(t *testing.T) {
	release := make(chan struct{})
	for name, broken := range map[string]struct {
		provider im.TokenProvider
		text     string
		within   time.Duration
	}{
		"panic":     {im.TokenFunc(func(context.Context) (im.Token, error) { panic(nothingButPanic{"hush"}) }), "panicked", 0},
		"nil panic": {im.TokenFunc(func(context.Context) (im.Token, error) { panic(nil) }), "panicked", 0},
		"goexit":    {im.TokenFunc(func(context.Context) (im.Token, error) { runtime.Goexit(); return im.Token{}, nil }), "goroutine", 0},
		"hangs":     {im.TokenFunc(func(context.Context) (im.Token, error) { <-release; return im.Token{}, nil }), "within 30s", 30 * time.Second},
		"waits":     {im.TokenFunc(func(ctx context.Context) (im.Token, error) { <-ctx.Done(); return im.Token{}, ctx.Err() }), "within 30s", 30 * time.Second},
		"empty":     {im.TokenFunc(func(context.Context) (im.Token, error) { return im.Token{}, nil }), "empty token", 0},
	} {
		for _, shared := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, shared %t", name, shared), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					if name == "hangs" {
						release = make(chan struct{}) // of this bubble
						defer time.Sleep(time.Minute)
						defer close(release)
					}
					c := config
					if c.Token = broken.provider; shared {
						c.Token = im.SharedToken(&tokenMemory{}, c.Token)
					}
					client := (&script{responses: []response{success}}).clientFor(t, c)
					for range 2 {
						start := time.Now()
						errs := make(chan error, 10)
						for range 10 {
							go func() { errs <- get(t.Context(), client) }()
						}
						for range 10 {
							err := <-errs
							require.ErrorContains(t, err, broken.text)
							require.NotContains(t, fmt.Sprintf("%+v", err), "hush")
							require.NotErrorIs(t, err, context.DeadlineExceeded, "the caller's context has not ended")
							require.NotErrorIs(t, err, im.ErrCanceled)
						}
						assert.LessOrEqual(t, time.Since(start), broken.within+time.Second)
						time.Sleep(31 * time.Second)
					}
				})
			})
		}
	}
}

// A provider that never returns is not called for ever, and one that comes to its
// senses is used.
func TestProviderThatHangsIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var mu sync.Mutex
		hanging, hang := 0, true
		c := config
		c.Token = im.TokenFunc(func(context.Context) (im.Token, error) {
			mu.Lock()
			defer mu.Unlock()
			if hang {
				hanging++
				mu.Unlock()
				<-release
				mu.Lock()
			}
			return im.Token{Value: "t"}, nil
		})
		client := (&script{responses: []response{success}}).clientFor(t, c)
		for range 200 {
			require.ErrorIs(t, get(t.Context(), client), im.ErrUnavailable)
			time.Sleep(time.Minute)
		}
		mu.Lock()
		assert.LessOrEqual(t, hanging, 10)
		hang = false
		mu.Unlock()
		close(release)
		time.Sleep(time.Minute)
		require.NoError(t, get(t.Context(), client))
	})
}

// A function that keeps its token learns which one was refused, directly and behind a
// store, and not where none was.
func TestRefusedToken(t *testing.T) {
	for _, shared := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var kept string
			var refused []string
			made := 0
			c := config
			c.Token = im.TokenFunc(func(ctx context.Context) (im.Token, error) {
				refused = append(refused, im.RefusedToken(ctx))
				if kept == "" || kept == im.RefusedToken(ctx) {
					made++
					kept = nth(made)
				}
				return im.Token{Value: kept, Expires: time.Now().Add(time.Hour)}, nil
			})
			if shared {
				c.Token = im.SharedToken(&tokenMemory{}, c.Token)
			}
			server := &gate{accepts: everything}
			client := (&script{responses: []response{{do: server.do}}}).clientFor(t, c)
			require.NoError(t, get(t.Context(), client))
			assert.Equal(t, []string{""}, refused)

			server.set(func(_ *gate, token, _ string) bool { return token >= nth(3) }) // the second is useless, too
			time.Sleep(time.Second)
			assert.Zero(t, together(10, user(client, "alice")))
			assert.Equal(t, []string{"", nth(1), nth(2)}, refused)

			time.Sleep(56 * time.Minute) // ahead of the end
			require.NoError(t, get(t.Context(), client))
			time.Sleep(10 * time.Second)
			synctest.Wait()
			assert.Empty(t, refused[len(refused)-1])
		})
	}
	assert.Empty(t, im.RefusedToken(t.Context()))
}

// A provider that returns the refused token again is asked for another now and then only.
func TestProviderWithoutAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		c := config
		c.Token = im.TokenFunc(func(context.Context) (im.Token, error) { asked++; return im.Token{Value: "t"}, nil })
		server := &gate{latency: time.Millisecond, accepts: nothing}
		client := (&script{responses: []response{{do: server.do}}}).clientFor(t, c)
		assert.Positive(t, during(100, 10*time.Second, 90*time.Millisecond, user(client, "alice")))
		assert.LessOrEqual(t, asked, 12)
	})
}

var errVault = errors.New("vault sealed")

// The error of a provider stays findable.
func TestProviderErrorIsFindable(t *testing.T) {
	c := config
	c.Token = im.TokenFunc(func(context.Context) (im.Token, error) { return im.Token{}, errVault })
	err := get(t.Context(), (&script{responses: []response{success}}).clientFor(t, c))
	require.ErrorIs(t, err, errVault)
	require.ErrorIs(t, err, im.ErrUnauthorized)
	assert.True(t, strings.HasPrefix(err.Error(), "im: users.get: "))
}
