package redisquota

import (
	"context"
	"crypto/hmac"
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

const (
	day          = 24 * time.Hour
	longestPause = 24 * time.Hour
	noticed      = 100 * time.Millisecond // a clock that goes back by less is set by its machine
)

// Take takes from all windows or from none, in one round trip.
func (s *Store) Take(ctx context.Context, app, pool string, takes []im.QuotaTake) (time.Duration, error) {
	if err := s.check(); err != nil {
		return 0, err
	}
	base := s.key(app, pool)
	keys := append(make([]string, 0, 2+len(takes)), base+"pause", base+"lost")
	args := make([]any, 1, 1+5*len(takes))
	args[0] = 0
	asked := time.Now()
	for _, t := range takes {
		key := base + s.window(app, t)
		keys = append(keys, key)
		args = append(args, t.N, period(t), t.Slack.Microseconds(), t.Cost, s.kept.latest(key, asked))
		if t.Renew {
			args[0] = 1
		}
	}
	result, err := within(ctx, func() ([]int64, error) { return takeScript.Run(ctx, s.Redis, keys, args...).Int64Slice() })
	switch {
	case err != nil:
		return 0, err
	case len(result) != 4:
		return 0, errors.New("redisquota: the script's result is not four numbers")
	}
	wait, back := time.Duration(result[0])*time.Microsecond, time.Duration(result[1])*time.Microsecond
	lost, now := result[2], result[3]
	if wait == 0 {
		for i, t := range takes {
			if !t.PerUser {
				s.kept.note(keys[2+i], now, asked, asked.Add(t.Per+t.Slack))
			}
		}
	}
	if back >= noticed {
		im.ReportQuotaStore(ctx, im.QuotaStoreWarning{
			Problem: fmt.Sprintf("the clock of Redis went back by %v; the counters of %s were moved with it", back, pool),
		})
	}
	if s.kept.news(base, lost) {
		im.ReportQuotaStore(ctx, im.QuotaStoreWarning{Lost: true, Problem: fmt.Sprintf(
			"Redis has lost the counters of %s: by FLUSHALL, eviction, a restart without persistence or a failover", pool)})
	}
	return wait, nil
}

// period is a window's in microseconds, 0 for the day.
func period(t im.QuotaTake) int64 {
	if t.Per == day {
		return 0
	}
	return t.Per.Microseconds()
}

// window names a window within its pool.
func (s *Store) window(app string, t im.QuotaTake) string {
	name := fmt.Sprintf("%dms", t.Per.Milliseconds())
	if t.Per%time.Millisecond != 0 {
		name = fmt.Sprintf("%dus", t.Per.Microseconds())
	}
	if t.Items {
		name += ":items"
	}
	if t.PerUser {
		name += ":" + s.user(app, t.User)
	}
	return name
}

// user hashes a user id: user ids are often telephone numbers, which are nobody's
// business who looks at keys.
func (s *Store) user(app, id string) string {
	key := s.UserKey
	if len(key) == 0 {
		key = []byte("im-go redisquota " + s.Prefix + " " + app)
	}
	h := hmac.New(sha256.New, key)
	h.Write([]byte(id))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Pause lets nobody take from the pool for a while, a day at most.
func (s *Store) Pause(ctx context.Context, app, pool string, d time.Duration) error {
	if err := s.check(); err != nil || d <= 0 {
		return err
	}
	keys := []string{s.key(app, pool) + "pause"}
	us := min(d, longestPause).Microseconds()
	_, err := within(ctx, func() (any, error) { return pauseScript.Run(ctx, s.Redis, keys, us).Result() })
	if errors.Is(err, redis.Nil) {
		return nil
	}
	return err
}
