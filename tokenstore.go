package im

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"fmt"
	mathrand "math/rand/v2"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/guard"
)

// TokenStore keeps the app token for several processes; package redisquota has
// one over Redis. The app is "org/app" or "app-id/id". A store must be safe for
// many goroutines.
type TokenStore interface {
	// Load returns the stored token, or the zero Token if there is none.
	Load(ctx context.Context, app string) (Token, error)
	// Save stores a token until it expires.
	Save(ctx context.Context, app string, t Token) error
	// Drop removes the token if its value is still that one.
	Drop(ctx context.Context, app, value string) error
	// Lock takes the lock of the app, which one holder has at a time and loses after d at
	// the latest. A nil unlock means that another has it.
	Lock(ctx context.Context, app string, d time.Duration) (unlock func(), err error)
}

const (
	tokenLock     = 10 * time.Second       // how long a process that crashed in a fetch delays the others
	tokenPoll     = 100 * time.Millisecond // how often those who wait for a fetch look
	lockPatience  = 15 * time.Second       // with a lock that is not released
	tokenPatience = 2 * time.Second        // with a store that does not respond
)

// SharedToken makes a fleet use one token: one process gets it from the provider, and
// the others find it in the store. After a 401 one process renews it. A stored token
// is used until the server refuses it, even if it has expired by this process's clock.
// While the store fails, each process gets a token of its own; the logger gets a
// record at Warn, and the observer an Event with the Endpoint [TokenStoreEvent]. A store
// that panics, or does not return within 2 seconds, counts as failed.
func SharedToken(store TokenStore, provider TokenProvider) TokenProvider {
	return sharedToken{store, provider}
}

type sharedToken struct {
	store    TokenStore
	provider TokenProvider
}

// Format hides the token store, which may hold a password, and the provider.
func (s sharedToken) Format(f fmt.State, _ rune) { fmt.Fprint(f, "im.SharedToken(***)") }

func (s sharedToken) token(ctx context.Context, need tokenNeed) (Token, error) {
	for begun := time.Now(); ; {
		t, unlock, err := s.loadOrLock(ctx, need)
		if err == nil && t.Value == "" && unlock == nil && time.Since(begun) > lockPatience {
			err = errLocked
		}
		switch {
		case t.Value != "":
			return t, nil
		case ctx.Err() != nil:
			return Token{}, ctx.Err()
		case err != nil:
			need.storeFails(ctx, err)
			return s.provider.token(ctx, need)
		case unlock != nil:
			defer s.release(ctx, unlock)
			return s.renew(ctx, need)
		}
		if err := sleep(ctx, tokenPoll/2+mathrand.N(tokenPoll)); err != nil { //nolint:gosec // spreads polls, hides nothing
			return Token{}, err
		}
	}
}

var errLocked = fmt.Errorf("the lock was held for longer than %s", lockPatience)

// loadOrLock returns the stored token, or else the lock, or else nothing.
func (s sharedToken) loadOrLock(ctx context.Context, need tokenNeed) (t Token, unlock func(), err error) {
	ctx, stop := context.WithTimeout(ctx, tokenPatience)
	defer stop()
	if t, err = s.load(ctx, need.app); err == nil && (t.Value == "" || need.stale.has(t.Value)) {
		t = Token{}
		unlock, err = guard.Run(ctx, "the token store", func() (func(), error) { return s.store.Lock(ctx, need.app, tokenLock) }, giveBack)
	}
	return t, unlock, err
}

// load returns the stored token, or none if what is stored cannot be one.
func (s sharedToken) load(ctx context.Context, app string) (Token, error) {
	t, err := guard.Run(ctx, "the token store", func() (Token, error) { return s.store.Load(ctx, app) }, nil)
	if err != nil || !api.HeaderValue(t.Value) {
		return Token{}, err
	}
	return t, nil
}

// giveBack releases a lock that came too late.
func giveBack(unlock func()) {
	if unlock != nil {
		unlock()
	}
}

// release unlocks, even if the fetch was given up.
func (s sharedToken) release(ctx context.Context, unlock func()) {
	_ = s.within(context.WithoutCancel(ctx), func(context.Context) error { unlock(); return nil })
}

// renew gets a token for the whole fleet, with the lock held.
func (s sharedToken) renew(ctx context.Context, need tokenNeed) (Token, error) {
	t, err := s.loadOrDrop(ctx, need)
	if t.Value != "" {
		return t, nil // another was faster
	}
	t, failure := s.provider.token(ctx, need)
	if failure != nil || t.Value == "" || !api.HeaderValue(t.Value) || ctx.Err() != nil {
		return t, failure
	}
	if !t.Expires.IsZero() && !time.Now().Before(t.Expires) {
		t.Expires = time.Time{} // the clock is wrong, and a store would not keep the token
	}
	if err == nil {
		err = s.within(ctx, func(ctx context.Context) error { return s.store.Save(ctx, need.app, t) })
	}
	if err != nil {
		need.storeFails(ctx, err)
	}
	return t, nil
}

// loadOrDrop returns the stored token, or drops it if it is stale.
func (s sharedToken) loadOrDrop(ctx context.Context, need tokenNeed) (Token, error) {
	inTime, stop := context.WithTimeout(ctx, tokenPatience)
	defer stop()
	t, err := s.load(inTime, need.app)
	if err != nil || !need.stale.has(t.Value) {
		return t, err
	}
	return Token{}, s.within(ctx, func(ctx context.Context) error { return s.store.Drop(ctx, need.app, t.Value) })
}

// within calls the store, in bounded time.
func (s sharedToken) within(ctx context.Context, f func(context.Context) error) error {
	ctx, stop := context.WithTimeout(ctx, tokenPatience)
	defer stop()
	_, err := guard.Run(ctx, "the token store", func() (struct{}, error) { return struct{}{}, f(ctx) }, nil)
	return err
}

// EncryptedTokens seals the tokens of a store with AES-GCM. The key has 16, 24 or
// 32 bytes and is the same in all processes. A token that was sealed with another key
// counts as none and is replaced.
func EncryptedTokens(store TokenStore, key []byte) (TokenStore, error) {
	if isNil(store) {
		return nil, argumentError("", api.Invalid("store", "must not be nil"))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, argumentError("", api.Invalid("key", "has %d bytes, must have 16, 24 or 32", len(key)))
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, argumentError("", api.Invalid("key", "%v", err))
	}
	return encryptedTokens{store, seal}, nil
}

type encryptedTokens struct {
	TokenStore
	seal cipher.AEAD
}

// Format hides what the store and the cipher hold.
func (e encryptedTokens) Format(f fmt.State, _ rune) { fmt.Fprint(f, "im.EncryptedTokens(***)") }

func (e encryptedTokens) Load(ctx context.Context, app string) (Token, error) {
	t, _, err := e.load(ctx, app)
	return t, err
}

// load returns the token, and the sealed form that the store has.
func (e encryptedTokens) load(ctx context.Context, app string) (t Token, sealed string, err error) {
	t, err = e.TokenStore.Load(ctx, app)
	if err != nil {
		return Token{}, "", err
	}
	sealed = t.Value
	box, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil {
		return Token{}, sealed, nil //nolint:nilerr // what cannot be opened counts as none
	}
	value, err := e.seal.Open(nil, nil, box, []byte(app))
	if err != nil {
		return Token{}, sealed, nil //nolint:nilerr // as above
	}
	t.Value = string(value)
	return t, sealed, nil
}

func (e encryptedTokens) Save(ctx context.Context, app string, t Token) error {
	t.Value = base64.RawStdEncoding.EncodeToString(e.seal.Seal(nil, nil, []byte(t.Value), []byte(app))) //nolint:gosec // this AEAD makes its own nonces
	return e.TokenStore.Save(ctx, app, t)
}

func (e encryptedTokens) Drop(ctx context.Context, app, value string) error {
	t, sealed, err := e.load(ctx, app)
	if err != nil || t.Value != value {
		return err
	}
	return e.TokenStore.Drop(ctx, app, sealed)
}
