package redisquota

import (
	"context"
	_ "embed"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	im "github.com/imrest/im-go"
)

var (
	//go:embed usage.lua
	usageSource string
	usageScript = redis.NewScript(usageSource)
)

// Usage is what a fleet has taken of a pool.
type Usage struct {
	Pool    string        `json:"pool"`            // of quotas
	Windows []WindowUsage `json:"windows"`         // in the order of the quotas
	Pauses  time.Duration `json:"pauses,omitzero"` // for how long nobody may take
}

// WindowUsage is what is taken of one quota.
type WindowUsage struct {
	im.Quota
	Used int `json:"used"` // calls, or items, that count now
}

// Usage returns what the fleet has taken of a pool at this moment, and takes nothing. The app is
// "org/app" or "app-id/id", the quotas are those of the pool as [im.Client.Quotas] returns them;
// quotas per user are left out, since who the users are is not in Redis.
func (s *Store) Usage(ctx context.Context, app, pool string, quotas []im.Quota) (Usage, error) {
	u := Usage{Pool: pool}
	if err := s.check(); err != nil {
		return u, err
	}
	base := s.key(app, pool)
	keys := []string{base + "pause"}
	for _, q := range quotas {
		if q.PerUser {
			continue
		}
		keys = append(keys, base+s.window(app, im.QuotaTake{Quota: q}))
		u.Windows = append(u.Windows, WindowUsage{Quota: q})
	}
	result, err := within(ctx, func() ([]int64, error) { return usageScript.Run(ctx, s.Redis, keys).Int64Slice() })
	switch {
	case err != nil:
		return u, err
	case len(result) != len(keys):
		return u, errors.New("redisquota: the script's result does not have a number for each key")
	}
	u.Pauses = time.Duration(result[0]) * time.Microsecond
	for i := range u.Windows {
		u.Windows[i].Used = int(result[i+1])
	}
	return u, nil
}
