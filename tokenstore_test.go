package im_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
)

// tokenMemory is a store of tokens for one app, in this process.
type tokenMemory struct {
	mu     sync.Mutex
	token  im.Token
	locked time.Time // until then
	err    error
	hangs  bool
	drops  int
}

func (m *tokenMemory) do(ctx context.Context, f func()) error {
	time.Sleep(time.Millisecond)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.hangs {
		m.mu.Unlock()
		<-ctx.Done()
		m.mu.Lock()
		return ctx.Err()
	}
	if m.err == nil {
		f()
	}
	return m.err
}

func (m *tokenMemory) Load(ctx context.Context, _ string) (t im.Token, err error) {
	err = m.do(ctx, func() { t = m.token })
	return t, err
}

func (m *tokenMemory) Save(ctx context.Context, _ string, t im.Token) error {
	return m.do(ctx, func() { m.token = t })
}

func (m *tokenMemory) Drop(ctx context.Context, _, value string) error {
	return m.do(ctx, func() {
		if m.token.Value == value {
			m.token = im.Token{}
			m.drops++
		}
	})
}

func (m *tokenMemory) Lock(ctx context.Context, _ string, d time.Duration) (unlock func(), err error) {
	err = m.do(ctx, func() {
		if time.Now().Before(m.locked) {
			return
		}
		m.locked = time.Now().Add(d)
		unlock = func() { _ = m.do(context.WithoutCancel(ctx), func() { m.locked = time.Time{} }) }
	})
	return unlock, err
}

// fleet is a number of clients, as if each were a process, on one server.
func fleet(t *testing.T, n int, i *issuer, store im.TokenStore, options ...im.Option) []*im.Client {
	c := config
	c.Token = im.SharedToken(store, im.ClientCredentials{ID: "id", Secret: "top-secret"})
	clients := make([]*im.Client, n)
	for k := range clients {
		server := &script{responses: []response{{do: i.response}}}
		clients[k] = server.clientFor(t, c, options...)
	}
	return clients
}

// callAll lets each client call once, several goroutines a client.
func callAll(t *testing.T, clients []*im.Client) {
	t.Helper()
	var group sync.WaitGroup
	for _, c := range clients {
		for range 3 {
			group.Go(func() {
				_, err := c.Users.Get(t.Context(), "alice")
				assert.NoError(t, err)
			})
		}
	}
	group.Wait()
}

func TestFleetFetchesOneToken(t *testing.T) {
	for _, encrypted := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			memory, i := &tokenMemory{}, &issuer{life: time.Hour, delay: 300 * time.Millisecond}
			var store im.TokenStore = memory
			if encrypted {
				var err error
				store, err = im.EncryptedTokens(store, make([]byte, 32))
				require.NoError(t, err)
			}
			clients := fleet(t, 8, i, store)
			callAll(t, clients)
			assert.Equal(t, 1, i.fetches)
			if encrypted {
				assert.NotContains(t, memory.token.Value, "token-1")
			} else {
				assert.Equal(t, "token-1", memory.token.Value)
			}

			i.withdraw() // a 401 for everybody: one renewal in the fleet
			callAll(t, clients)
			assert.Equal(t, 2, i.fetches)
			assert.Equal(t, 1, memory.drops)

			time.Sleep(56 * time.Minute) // renewal ahead of the end, too
			callAll(t, clients)
			time.Sleep(2 * time.Second)
			callAll(t, clients)
			assert.Equal(t, 3, i.fetches)
		})
	}
}

func TestCrashedFetcherDelaysTheOthersBySeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, i := &tokenMemory{}, &issuer{life: time.Hour}
		unlock, err := store.Lock(t.Context(), "", 10*time.Second) // and is never heard of again
		require.NoError(t, err)
		require.NotNil(t, unlock)
		start := time.Now()
		callAll(t, fleet(t, 4, i, store))
		assert.Equal(t, 1, i.fetches)
		assert.Less(t, time.Since(start), 11*time.Second)
	})
}

func TestTokensWithoutTheirStore(t *testing.T) {
	for _, hangs := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			store, i := &tokenMemory{err: errors.New("connection refused"), hangs: hangs}, &issuer{life: time.Hour}
			var mu sync.Mutex
			var events []im.Event
			clients := fleet(t, 1, i, store, im.WithObserver(func(_ context.Context, e im.Event) {
				mu.Lock()
				defer mu.Unlock()
				if e.Endpoint == im.TokenStoreEvent {
					events = append(events, e)
				}
			}))
			start := time.Now()
			callAll(t, clients)
			assert.Equal(t, 1, i.fetches)
			assert.LessOrEqual(t, time.Since(start), 3*time.Second)
			require.Len(t, events, 1)
			require.Error(t, events[0].Err)

			store.mu.Lock()
			store.err, store.hangs = nil, false // back again
			store.mu.Unlock()
			i.withdraw()
			callAll(t, clients)
			assert.Equal(t, "token-2", store.token.Value)
		})
	}
}

func TestTokenSealedWithAnotherKeyIsReplaced(t *testing.T) {
	memory := &tokenMemory{}
	a, err := im.EncryptedTokens(memory, make([]byte, 16))
	require.NoError(t, err)
	b, err := im.EncryptedTokens(memory, []byte("0123456789abcdef"))
	require.NoError(t, err)
	require.NoError(t, a.Save(t.Context(), "acme/demo", im.Token{Value: "secret"}))
	got, err := b.Load(t.Context(), "acme/demo")
	require.NoError(t, err)
	assert.Empty(t, got.Value)
	got, err = a.Load(t.Context(), "acme/other") // sealed for its app
	require.NoError(t, err)
	assert.Empty(t, got.Value)
	require.NoError(t, b.Drop(t.Context(), "acme/demo", "secret"))
	got, err = a.Load(t.Context(), "acme/demo")
	require.NoError(t, err)
	assert.Equal(t, "secret", got.Value)
	require.NoError(t, a.Drop(t.Context(), "acme/demo", "secret"))
	assert.Empty(t, memory.token.Value)

	_, err = im.EncryptedTokens(memory, []byte("short"))
	require.ErrorIs(t, err, im.ErrInvalidArgument)
}

func TestSharedTokenIsCheckedAndHidden(t *testing.T) {
	c := config
	for _, p := range []im.TokenProvider{
		im.SharedToken(nil, im.StaticToken("x")), im.SharedToken(&tokenMemory{}, nil),
	} {
		c.Token = p
		_, err := im.New(c)
		require.ErrorIs(t, err, im.ErrInvalidArgument)
	}
	store := &tokenMemory{token: im.Token{Value: "secret"}}
	assert.NotContains(t, fmt.Sprintf("%+v %#v", im.SharedToken(store, im.StaticToken("secret")), im.SharedToken(store, im.StaticToken("secret"))), "secret")
}

// A stored token that has ended by this process's clock may be good: another process
// has just stored it.
func TestStoredTokenThatSeemsToHaveEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &tokenMemory{token: im.Token{Value: "t0000", Expires: time.Now().Add(-10 * time.Minute)}}
		server := &gate{accepts: everything}
		c := config
		c.Token = im.SharedToken(store, im.ClientCredentials{ID: "id", Secret: "s"})
		clients := make([]*im.Client, 4)
		for i := range clients {
			clients[i] = (&script{responses: []response{{do: server.do}}}).clientFor(t, c)
		}
		for range 10 {
			callAll(t, clients)
		}
		assert.Zero(t, server.fetches)
		server.set(func(_ *gate, token, _ string) bool { return token == nth(1) })
		time.Sleep(time.Second)
		callAll(t, clients)
		assert.Equal(t, 1, server.fetches)
	})
}

// badStore is a token store of which one method, or the unlocking, goes wrong.
type badStore struct {
	tokenMemory
	where string
	wrong func()
}

func (b *badStore) at(where string) {
	if b.where == where {
		b.wrong()
	}
}

func (b *badStore) Load(ctx context.Context, app string) (im.Token, error) {
	b.at("load")
	return b.tokenMemory.Load(ctx, app)
}

func (b *badStore) Save(ctx context.Context, app string, t im.Token) error {
	b.at("save")
	return b.tokenMemory.Save(ctx, app, t)
}

func (b *badStore) Drop(ctx context.Context, app, value string) error {
	b.at("drop")
	return b.tokenMemory.Drop(ctx, app, value)
}

func (b *badStore) Lock(ctx context.Context, app string, d time.Duration) (func(), error) {
	b.at("lock")
	if b.where == "held" { // by nobody, for ever
		return nil, nil
	}
	unlock, err := b.tokenMemory.Lock(ctx, app, d)
	if unlock == nil {
		return nil, err
	}
	return func() { b.at("unlock"); unlock() }, err
}

// A store that goes wrong costs time, and no call.
func TestBrokenTokenStores(t *testing.T) {
	for _, where := range []string{"load", "save", "drop", "lock", "unlock", "held"} {
		for _, how := range []string{"panics", "exits", "hangs"} {
			t.Run(where+" "+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					release := make(chan struct{})
					defer time.Sleep(time.Minute)
					defer close(release)
					store := &badStore{where: where, wrong: map[string]func(){
						"panics": func() { panic("hush") }, "exits": runtime.Goexit, "hangs": func() { <-release },
					}[how]}
					server := &gate{accepts: newest}
					c := config
					c.Token = im.SharedToken(store, im.ClientCredentials{ID: "id", Secret: "s"})
					client := (&script{responses: []response{{do: server.do}}}).clientFor(t, c)
					for i := range 3 {
						start := time.Now()
						assert.Zero(t, together(10, user(client, "alice")))
						assert.LessOrEqual(t, time.Since(start), 20*time.Second)
						assert.Equal(t, i+1, server.fetches)
						server.set(func(_ *gate, token, _ string) bool { return token > nth(i+1) })
						time.Sleep(time.Minute)
					}
				})
			})
		}
	}
}

// A lock that comes too late is given back.
func TestLateLockIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &badStore{where: "lock", wrong: func() { time.Sleep(5 * time.Second) }}
		server := &gate{accepts: newest}
		c := config
		c.Token = im.SharedToken(store, im.ClientCredentials{ID: "id", Secret: "s"})
		client := (&script{responses: []response{{do: server.do}}}).clientFor(t, c)
		require.NoError(t, get(t.Context(), client))
		time.Sleep(6 * time.Second)
		synctest.Wait()
		assert.True(t, store.locked.IsZero())
	})
}

// A stored value that no header can carry is replaced.
func TestStoredGarbageIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &tokenMemory{token: im.Token{Value: "a\nb"}}
		server := &gate{accepts: newest}
		c := config
		c.Token = im.SharedToken(store, im.ClientCredentials{ID: "id", Secret: "s"})
		require.NoError(t, get(t.Context(), (&script{responses: []response{{do: server.do}}}).clientFor(t, c)))
		assert.Equal(t, nth(1), store.token.Value)
	})
}

func TestEncryptedTokensNeedAStore(t *testing.T) {
	_, err := im.EncryptedTokens(nil, make([]byte, 32))
	require.ErrorIs(t, err, im.ErrInvalidArgument)
	assert.Contains(t, err.Error(), "store")
}

// keeping is a store that keeps no token which has ended, as Redis.
type keeping struct{ tokenMemory }

func (k *keeping) Save(ctx context.Context, app string, t im.Token) error {
	if !t.Expires.IsZero() && !time.Now().Before(t.Expires) {
		return nil
	}
	return k.tokenMemory.Save(ctx, app, t)
}

// A token whose end has passed when it comes is shared all the same.
func TestTokenWithAPastEndIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &gate{accepts: everything, life: `"expire_timestamp":1697686400`}
		c := config
		c.Token = im.SharedToken(&keeping{}, im.AppCertificate{AppID: appID, Certificate: certificate, Exchange: true})
		clients := make([]*im.Client, 4)
		for i := range clients {
			clients[i] = (&script{responses: []response{{do: server.do}}}).clientFor(t, c)
		}
		callAll(t, clients)
		assert.Equal(t, 1, server.fetches)
	})
}

// A useless token in the store is not taken for the cure of the one before it.
func TestFleetRecoversFromUselessTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &gate{accepts: everything}
		c := config
		c.Token = im.SharedToken(&tokenMemory{}, im.ClientCredentials{ID: "id", Secret: "s"})
		clients := make([]*im.Client, 3)
		for i := range clients {
			clients[i] = (&script{responses: []response{{do: server.do}}}).clientFor(t, c)
		}
		callAll(t, clients)
		server.set(func(_ *gate, token, _ string) bool { return token >= nth(6) })
		for range 60 {
			for _, client := range clients {
				_ = get(t.Context(), client)
			}
			time.Sleep(time.Second)
		}
		callAll(t, clients)
		assert.LessOrEqual(t, server.fetches, 12)
	})
}
