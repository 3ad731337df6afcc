package im

import (
	"time"

	"github.com/imrest/im-go/internal/quota"
)

// PoolStatus is the state of one pool of quotas: that of an endpoint, or one that
// several endpoints share.
type PoolStatus struct {
	Pool        string         `json:"pool"`                  // catalogue id, or name of a shared pool, as [WithQuota] takes it
	Windows     []WindowStatus `json:"windows"`               // its quotas
	Waiting     Waiting        `json:"waiting"`               // for a quota of the pool
	PausedUntil time.Time      `json:"paused_until,omitzero"` // zero: not paused
	Granted     uint64         `json:"granted"`               // calls that this client let through
	Refused     uint64         `json:"refused"`               // those of them that the server refused for their rate
}

// WindowStatus is the state of one quota of a pool.
type WindowStatus struct {
	Quota
	Effective int `json:"effective"` // what may be used of N: for a while after a refusal, less than N
	// Left is what is left of Effective; in a quota per user, for the user who has least.
	// With a [QuotaStore] it counts the calls of this client only.
	Left int `json:"left"`
}

// Waiting counts the calls that wait for a quota, by lane.
type Waiting struct {
	Foreground int `json:"foreground"` // see [Foreground]
	Background int `json:"background"` // see [Background]
}

// Quotas returns the state of all pools, sorted by name; none with [WithoutQuotas].
func (c *Client) Quotas() []PoolStatus {
	if c.core.quotas.set == nil {
		return nil
	}
	pools := c.core.quotas.set.Pools()
	all := make([]PoolStatus, len(pools))
	for i, p := range pools {
		all[i] = PoolStatus{
			Pool: p.Pool, Windows: make([]WindowStatus, len(p.Windows)),
			Waiting:     Waiting{Foreground: p.Waiting[quota.Foreground], Background: p.Waiting[quota.Background]},
			PausedUntil: p.PausedUntil, Granted: p.Granted, Refused: p.Refused,
		}
		for j, w := range p.Windows {
			all[i].Windows[j] = WindowStatus{Quota(w.Limit), w.Effective, w.Left}
		}
	}
	return all
}
