package redisquota

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	im "github.com/imrest/im-go"
)

// dropScript deletes a key if it still has that value.
var dropScript = redis.NewScript(`return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0`)

// lockScript takes the lock, or finds that it is the holder's already: go-redis
// retries a command whose response was lost.
var lockScript = redis.NewScript(`
local holder = redis.call('GET', KEYS[1])
if not holder or redis.call('PTTL', KEYS[1]) == -1 then -- one without an end is not of our making
  holder = false
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return (not holder or holder == ARGV[1]) and 1 or 0`)

// unending is how long a token is kept that has no known end.
const unending = 24 * time.Hour

// stored is a token as Redis has it.
type stored struct {
	Value   string `json:"value"`
	Expires int64  `json:"expires,omitzero"` // in ms since 1970
}

// Load returns the stored token; or the zero Token if there is none, or something that
// is not a token.
func (s *Store) Load(ctx context.Context, app string) (im.Token, error) {
	t, _, err := s.load(ctx, app)
	return t, err
}

// load returns the token and the text that Redis has of it.
func (s *Store) load(ctx context.Context, app string) (im.Token, string, error) {
	if err := s.check(); err != nil {
		return im.Token{}, "", err
	}
	text, err := within(ctx, func() (string, error) { return s.Redis.Get(ctx, s.key(app, "token")+"value").Result() })
	if errors.Is(err, redis.Nil) || redis.HasErrorPrefix(err, "WRONGTYPE") {
		return im.Token{}, "", nil
	}
	if err != nil {
		return im.Token{}, "", err
	}
	var have stored
	if json.Unmarshal([]byte(text), &have) != nil {
		return im.Token{}, text, nil //nolint:nilerr // not of our making; the next Save replaces it
	}
	t := im.Token{Value: have.Value}
	if have.Expires != 0 {
		t.Expires = time.UnixMilli(have.Expires)
	}
	return t, text, nil
}

// Save stores a token until it expires; one without a known end for a day.
func (s *Store) Save(ctx context.Context, app string, t im.Token) error {
	if err := s.check(); err != nil {
		return err
	}
	have, live := stored{Value: t.Value}, unending
	if !t.Expires.IsZero() {
		have.Expires, live = t.Expires.UnixMilli(), time.Until(t.Expires)
	}
	if live < time.Millisecond {
		return nil // nobody would have it
	}
	text, err := json.Marshal(have)
	if err != nil {
		return err
	}
	_, err = within(ctx, func() (string, error) { return s.Redis.Set(ctx, s.key(app, "token")+"value", text, live).Result() })
	return err
}

// Drop removes the token if its value is still that one.
func (s *Store) Drop(ctx context.Context, app, value string) error {
	t, text, err := s.load(ctx, app)
	if err != nil || t.Value != value {
		return err
	}
	return s.drop(ctx, s.key(app, "token")+"value", text)
}

func (s *Store) drop(ctx context.Context, key, value string) error {
	_, err := within(ctx, func() (int64, error) { return dropScript.Run(ctx, s.Redis, []string{key}, value).Int64() })
	return err
}

// Lock takes the lock of the app, which one holder has at a time and loses after d at
// the latest. A nil unlock means that another has it.
func (s *Store) Lock(ctx context.Context, app string, d time.Duration) (unlock func(), err error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	key, holder := s.key(app, "token")+"lock", rand.Text()
	taken, err := within(ctx, func() (int, error) {
		return lockScript.Run(ctx, s.Redis, []string{key}, holder, d.Milliseconds()).Int()
	})
	unlock = func() {
		// Also for a fetch that was given up; what cannot be unlocked ends by itself.
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer stop()
		_ = s.drop(ctx, key, holder)
	}
	if err != nil {
		go unlock() // it may have been taken
		return nil, err
	}
	if taken == 0 {
		return nil, nil
	}
	return unlock, nil
}
