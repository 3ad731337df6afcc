package redisquota_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/redisquota"
)

func TestToken(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		s, c := b.store(t)
		got, err := s.Load(t.Context(), app)
		require.NoError(t, err)
		assert.Zero(t, got)

		want := im.Token{Value: "secret", Expires: time.Now().Add(time.Hour).Truncate(time.Millisecond)}
		require.NoError(t, s.Save(t.Context(), app, want))
		got, err = s.Load(t.Context(), app)
		require.NoError(t, err)
		assert.Equal(t, want.Value, got.Value)
		assert.True(t, want.Expires.Equal(got.Expires))
		assert.InDelta(t, time.Hour, c.PTTL(t.Context(), s.Prefix+":{acme/demo:token}:value").Val(), float64(2*time.Second))
		got, err = s.Load(t.Context(), "acme/other")
		require.NoError(t, err)
		assert.Zero(t, got)

		require.NoError(t, s.Drop(t.Context(), app, "another"))
		got, err = s.Load(t.Context(), app)
		require.NoError(t, err)
		assert.Equal(t, "secret", got.Value)
		require.NoError(t, s.Drop(t.Context(), app, "secret"))
		got, err = s.Load(t.Context(), app)
		require.NoError(t, err)
		assert.Zero(t, got)

		require.NoError(t, s.Save(t.Context(), app, im.Token{Value: "for ever"}))
		assert.InDelta(t, 24*time.Hour, c.PTTL(t.Context(), s.Prefix+":{acme/demo:token}:value").Val(), float64(2*time.Second))
		require.NoError(t, s.Save(t.Context(), app, im.Token{Value: "late", Expires: time.Now().Add(-time.Hour)}))
		got, err = s.Load(t.Context(), app)
		require.NoError(t, err)
		assert.Equal(t, "for ever", got.Value)
	})
}

func TestEncryptedToken(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		s, c := b.store(t)
		sealed, err := im.EncryptedTokens(s, []byte("0123456789abcdef0123456789abcdef"))
		require.NoError(t, err)
		require.NoError(t, sealed.Save(t.Context(), app, im.Token{Value: "secret"}))
		text := c.Get(t.Context(), s.Prefix+":{acme/demo:token}:value").Val()
		assert.NotEmpty(t, text)
		assert.NotContains(t, text, "secret")
		got, err := sealed.Load(t.Context(), app)
		require.NoError(t, err)
		assert.Equal(t, "secret", got.Value)
		require.NoError(t, sealed.Drop(t.Context(), app, "secret"))
		assert.Empty(t, c.Get(t.Context(), s.Prefix+":{acme/demo:token}:value").Val())
	})
}

func TestLock(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		s, c := b.store(t)
		key := s.Prefix + ":{acme/demo:token}:lock"
		unlock, err := s.Lock(t.Context(), app, 10*time.Second)
		require.NoError(t, err)
		require.NotNil(t, unlock)
		assert.InDelta(t, 10*time.Second, c.PTTL(t.Context(), key).Val(), float64(time.Second))
		second, err := s.Lock(t.Context(), app, 10*time.Second)
		require.NoError(t, err)
		assert.Nil(t, second)

		c.Del(t.Context(), key) // its time is over
		second, err = s.Lock(t.Context(), app, 10*time.Second)
		require.NoError(t, err)
		require.NotNil(t, second)
		unlock() // the first is late, and must not open the lock of the second
		third, err := s.Lock(t.Context(), app, 10*time.Second)
		require.NoError(t, err)
		assert.Nil(t, third)
		second()
		third, err = s.Lock(t.Context(), app, 10*time.Second)
		require.NoError(t, err)
		require.NotNil(t, third)
	})
}

// A lock whose response was lost is had all the same: go-redis asks again, and must
// not find itself in the way.
func TestLockWhoseResponseIsLost(t *testing.T) {
	onBackends(t, func(t *testing.T, b *backend) {
		s, _ := b.store(t)
		var lost atomic.Bool
		c := redis.NewClient(&redis.Options{Addr: b.addr, Dialer: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, addr)
			return &losing{Conn: conn, of: []byte("acme/lost:token}:lock"), lost: &lost}, err
		}})
		defer c.Close()
		losing := &redisquota.Store{Redis: c, Prefix: s.Prefix}
		unlock, err := losing.Lock(t.Context(), "acme/other", time.Minute) // so that the script is there
		require.NoError(t, err)
		unlock()

		unlock, err = losing.Lock(t.Context(), "acme/lost", time.Minute)
		require.NoError(t, err)
		require.True(t, lost.Load())
		require.NotNil(t, unlock, "it is ours")
		second, err := s.Lock(t.Context(), "acme/lost", time.Minute)
		require.NoError(t, err)
		require.Nil(t, second)
		unlock()
		second, err = s.Lock(t.Context(), "acme/lost", time.Minute)
		require.NoError(t, err)
		require.NotNil(t, second)
		second()
	})
}

// losing breaks once, instead of reading the response to the first command that
// names something.
type losing struct {
	net.Conn
	of   []byte
	lost *atomic.Bool
	now  bool
}

func (l *losing) Write(p []byte) (int, error) {
	if bytes.Contains(p, l.of) {
		l.now = l.lost.CompareAndSwap(false, true)
	}
	return l.Conn.Write(p)
}

func (l *losing) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	if l.now {
		_ = l.Close()
		return 0, io.EOF
	}
	return n, err
}
