package im

import (
	"context"
	"fmt"
	"time"

	"github.com/imrest/im-go/internal/quota"
)

// QuotaStore counts quotas for several processes, so that together they never exceed
// them; package redisquota has one over Redis. The app is "org/app" or "app-id/id". A
// store must be safe for many goroutines. One Take may be on behalf of several calls, so
// its context is not that of a call; it ends after half a second.
type QuotaStore interface {
	// Take takes from all windows of a pool, or from none. A positive wait means that
	// nothing was taken, and that it makes sense to ask again after that time. A wait longer
	// than the longest of the windows (Per and Slack) is cut to that, and an Event reports
	// it.
	Take(ctx context.Context, app, pool string, takes []QuotaTake) (wait time.Duration, err error)
	// Pause lets nobody take from the pool for a while. A longer pause that is under
	// way stays.
	Pause(ctx context.Context, app, pool string, d time.Duration) error
}

// QuotaTake is what one or several calls take from one window.
type QuotaTake struct {
	Quota
	User string `json:"user,omitzero"` // in a window per user
	Cost int    `json:"cost"`          // how much of N; above 0
	// Slack is how much longer than Per the cost is to be held: as long as most calls
	// take, from the grant to their end.
	Slack time.Duration `json:"slack,omitzero"`
	// Renew marks the cost of calls that were let through before, and that took longer
	// than Slack or are still under way: their places are about to expire in the store,
	// but count at the server for a period after the response. The store counts them,
	// however full the window is. Either all takes of one Take have it, or none.
	Renew bool `json:"renew,omitzero"`
}

// QuotaStoreWarning is something odd about a [QuotaStore] that works, such as a clock
// that went back: the Err of an Event with the Endpoint [QuotaStoreEvent].
type QuotaStoreWarning struct {
	Problem string `json:"problem"`       // fit for a log
	Lost    bool   `json:"lost,omitzero"` // the store has lost its counters: for a period, the client keeps its own count as well
}

// Error returns the problem.
func (w *QuotaStoreWarning) Error() string { return "im: quota store: " + w.Problem }

// ReportQuotaStore makes the client that asks a [QuotaStore] report a warning. The
// context is the one that the store was given.
func ReportQuotaStore(ctx context.Context, w QuotaStoreWarning) {
	if c, ok := ctx.Value(storeAskerKey{}).(*core); ok {
		c.storeWarns(ctx, &w)
	}
}

// storeAskerKey is the context's key for the client that asks a store.
type storeAskerKey struct{}

// WithQuotaStore lets a store count the quotas, for several processes together. When a
// store fails, or does not respond within half a second, the client asks it again after a
// second; [WithQuotaFallback] says what happens meanwhile. Make one client per app and
// process: two count as two processes. When the store begins to fail and when it is back,
// the logger gets a record at Warn and the observer an Event with the Endpoint
// [QuotaStoreEvent]. With [WithQuotaShare] the process takes nothing once all processes
// together have used that share, which suits a large job beside the usual traffic.
func WithQuotaStore(store QuotaStore) Option {
	return func(s *settings) { s.quotas.store, s.quotas.stored = store, true }
}

// WithQuotaFallback sets which share of each quota this process uses by its own count
// while the [QuotaStore] fails. The default of 0.25 suits four processes. With 0, calls
// fail instead, with [ErrUnavailable].
func WithQuotaFallback(share float64) Option {
	return func(s *settings) { s.quotas.fallback = &share }
}

// checkStore checks WithQuotaStore and WithQuotaFallback.
func (s quotaSettings) checkStore() error {
	switch {
	case s.stored && isNil(s.store):
		return configError("WithQuotaStore", "must not be nil")
	case s.stored && s.off:
		return configError("WithQuotaStore", "and WithoutQuotas exclude each other")
	case s.fallback == nil:
		return nil
	case !s.stored:
		return configError("WithQuotaFallback", "needs WithQuotaStore")
	case !(*s.fallback >= 0 && *s.fallback <= 1):
		return configError("WithQuotaFallback", "is %v, must be between 0 and 1", *s.fallback)
	}
	return nil
}

// quotaOptions are the options of the quotas' engine.
func (c *core) quotaOptions() quota.Options {
	s := c.settings.quotas
	if s.store == nil {
		return quota.Options{MaxPause: c.maxWait}
	}
	o := quota.Options{
		MaxPause:     c.maxWait,
		Store:        appStore{s.store, c},
		OnStoreError: func(err error) { c.storeFails(context.Background(), QuotaStoreEvent, err) },
		OnStoreBack:  func() { c.storeIsBack(context.Background(), QuotaStoreEvent) },
		OnLongWait: func(pool string, asked, waited time.Duration) {
			c.storeWarns(context.Background(), &QuotaStoreWarning{fmt.Sprintf(
				"it asks for a wait of %v for %s, longer than the windows; waiting %v (another process pauses the pool, or the store's clock is wrong)",
				asked, pool, waited), false})
		},
	}
	if s.fallback != nil {
		o.LocalShare, o.FailWithoutStore = *s.fallback, *s.fallback == 0
	}
	return o
}

// appStore is the store of one app, as the engine knows it.
type appStore struct {
	store QuotaStore
	core  *core
}

func (s appStore) Take(ctx context.Context, pool string, takes []quota.Take) (time.Duration, error) {
	list := make([]QuotaTake, len(takes))
	for i, t := range takes {
		list[i] = QuotaTake{Quota: Quota(t.Limit), User: t.User, Cost: t.Cost, Slack: t.Slack, Renew: t.Renew}
	}
	return s.store.Take(context.WithValue(ctx, storeAskerKey{}, s.core), s.core.to.key(), pool, list)
}

func (s appStore) Pause(ctx context.Context, pool string, d time.Duration) error {
	return s.store.Pause(ctx, s.core.to.key(), pool, d)
}
