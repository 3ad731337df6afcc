package redisquota

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	im "github.com/imrest/im-go"
)

// redis_rate's GCRA takes one key, one cost and one window a script, all of which
// a bucket of N lets pass up to twice in a sliding window. Here several windows
// are to be taken or none, and none of them may ever hold more than N.
var (
	//go:embed take.lua
	takeSource string
	takeScript = redis.NewScript(takeSource)

	//go:embed pause.lua
	pauseSource string
	pauseScript = redis.NewScript(pauseSource)
)

const day = 24 * time.Hour

// Take takes from all windows or from none, in one round trip.
func (s *Store) Take(ctx context.Context, app, pool string, takes []im.QuotaTake) (time.Duration, error) {
	base := s.key(app, pool)
	keys := make([]string, 1, 1+len(takes))
	keys[0] = base + "pause"
	args := make([]any, 0, 4*len(takes))
	for _, t := range takes {
		per := t.Per.Microseconds()
		if t.Per == day {
			per = 0
		}
		keys = append(keys, base+window(t))
		args = append(args, t.N, per, t.Slack.Microseconds(), t.Cost)
	}
	wait, err := within(ctx, func() (int64, error) { return takeScript.Run(ctx, s.Redis, keys, args...).Int64() })
	return time.Duration(wait) * time.Microsecond, err
}

// window names a window within its pool. Users go by a hash: their names, often
// telephone numbers, are nobody's business who looks at keys.
func window(t im.QuotaTake) string {
	name := fmt.Sprintf("%dms", t.Per.Milliseconds())
	if t.Items {
		name += ":items"
	}
	if t.PerUser {
		sum := sha256.Sum256([]byte(t.User))
		name += ":" + hex.EncodeToString(sum[:12])
	}
	return name
}

// Pause lets nobody take from the pool for a while.
func (s *Store) Pause(ctx context.Context, app, pool string, d time.Duration) error {
	keys := []string{s.key(app, pool) + "pause"}
	_, err := within(ctx, func() (any, error) { return pauseScript.Run(ctx, s.Redis, keys, d.Microseconds()).Result() })
	if errors.Is(err, redis.Nil) {
		return nil
	}
	return err
}
