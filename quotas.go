package im

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/job"
	"github.com/imrest/im-go/internal/quota"
)

// PoolStatus tells how one pool of quotas stands: that of an endpoint, or one
// that several endpoints share.
type PoolStatus struct {
	Pool        string // catalogue id or name of a shared pool, as [WithQuota] takes it
	Windows     []WindowStatus
	Waiting     Waiting
	PausedUntil time.Time `json:",omitzero"` // zero: not paused
	Granted     uint64    // calls let through by this client
	Refused     uint64    // of those, refused by the server for their rate
}

// WindowStatus tells how one quota of a pool stands.
type WindowStatus struct {
	Quota
	Effective int // what may be used now of N: less for a while after a refusal
	// Left is what is left of it; per user, to the user with least. With a
	// [QuotaStore] it counts the calls of this client only.
	Left int
}

// Waiting counts the calls that wait, by lane.
type Waiting struct{ Foreground, Background int }

// Quotas tells how all pools stand, by name; none with [WithoutQuotas].
func (c *Client) Quotas() []PoolStatus {
	if c.core.quotas.set == nil {
		return nil
	}
	pools := c.core.quotas.set.Pools()
	all := make([]PoolStatus, len(pools))
	for i, p := range pools {
		all[i] = PoolStatus{
			Pool: p.Pool, Windows: make([]WindowStatus, len(p.Windows)),
			Waiting:     Waiting{p.Waiting[quota.Foreground], p.Waiting[quota.Background]},
			PausedUntil: p.PausedUntil, Granted: p.Granted, Refused: p.Refused,
		}
		for j, w := range p.Windows {
			all[i].Windows[j] = WindowStatus{Quota(w.Limit), w.Effective, w.Left}
		}
	}
	return all
}

// QuotaStore counts quotas for several processes, so that they use them up
// together and never exceed them; package redisquota has one over Redis. The app
// is "org/app" or "app-id/id". A store must be safe for many goroutines. What it is
// asked is for several calls at once, so that the context is not that of a call; it
// ends after half a second.
type QuotaStore interface {
	// Take takes from all windows of a pool, or from none. A positive wait means
	// that nothing was taken, and when to ask again; one longer than any window of
	// the question (Per and Slack) is cut to that, and an Event reports it.
	Take(ctx context.Context, app, pool string, takes []QuotaTake) (wait time.Duration, err error)
	// Pause lets nobody take from the pool for a while; a longer pause that is
	// under way stays.
	Pause(ctx context.Context, app, pool string, d time.Duration) error
}

// QuotaTake is what one or several calls take from one window.
type QuotaTake struct {
	Quota
	User string // in a window per user
	Cost int
	// Slack is how much longer than Per the cost is to be held: so much time passes
	// from the grant to the end of most calls.
	Slack time.Duration
	// Renew is set when the cost is that of calls let through before, which are still
	// under way or were for longer than Slack: their places are about to end in the
	// store, but count at the server for a period after the response. The store
	// counts them, however full the window is. All takes of a question have it, or none.
	Renew bool
}

// QuotaStoreWarning is something odd about a [QuotaStore] that works, such as a clock
// that went back: the Err of an Event of the Endpoint [QuotaStoreEvent].
type QuotaStoreWarning struct {
	Problem string
	Lost    bool // it has lost its counters: for a period, the client goes by its own count as well
}

func (w *QuotaStoreWarning) Error() string { return "im: quota store: " + w.Problem }

// ReportQuotaStore has the client that asks a [QuotaStore] report a warning. The
// context is the one that the store was given.
func ReportQuotaStore(ctx context.Context, w QuotaStoreWarning) {
	if c, ok := ctx.Value(storeAskerKey{}).(*core); ok {
		c.storeWarns(ctx, &w)
	}
}

// storeAskerKey is the context's key for the client that asks a store.
type storeAskerKey struct{}

// WithQuotaStore lets a store count the quotas, for several processes together.
// A store that fails or does not respond within half a second is left alone for a
// second at a time; meanwhile [WithQuotaFallback] says what happens. An app has one
// client in a process: two of them count as two processes. The logger
// gets a record at Warn, the observer an Event of the Endpoint [QuotaStoreEvent],
// when the store begins to fail and when it is back. With [WithQuotaShare] a
// process takes nothing once all processes together have used that share: right for
// a large job beside the business.
func WithQuotaStore(store QuotaStore) Option {
	return func(s *settings) { s.quotas.store, s.quotas.stored = store, true }
}

// WithQuotaFallback sets the share of each quota that this process uses by its own
// count while the [QuotaStore] fails, 0.25 by default: right for four processes.
// 0 makes calls fail instead, with [ErrUnavailable].
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

// quotaOptions are those of the set of quotas.
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

// appStore is a store as the engine knows it.
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

// storeFails, storeWarns and storeIsBack tell the logger and the observer. The
// observer gets the error as it is; the log is for everybody's eyes.
func (c *core) storeFails(ctx context.Context, event string, err error) {
	c.logger.LogAttrs(ctx, slog.LevelWarn, "im: a shared store fails",
		slog.String("store", event), slog.String("reason", storeReason(err)))
	c.observeStore(ctx, event, err)
}

func (c *core) storeWarns(ctx context.Context, w *QuotaStoreWarning) {
	if w.Lost {
		c.quotas.set.Lost()
	}
	c.logger.LogAttrs(ctx, slog.LevelWarn, "im: a shared store warns",
		slog.String("store", QuotaStoreEvent), slog.String("reason", storeReason(w)))
	c.observeStore(ctx, QuotaStoreEvent, w)
}

func (c *core) storeIsBack(ctx context.Context, event string) {
	c.logger.LogAttrs(ctx, slog.LevelWarn, "im: a shared store is back", slog.String("store", event))
	c.observeStore(ctx, event, nil)
}

func (c *core) observeStore(ctx context.Context, event string, err error) {
	if c.observer != nil {
		c.observer(ctx, Event{Endpoint: event, Err: err})
	}
}

// cost is what a call would take.
func (q *quotas) cost(call *api.Call) job.Cost {
	cost := job.Cost{Pool: call.Endpoint.PoolName(), Items: max(call.Items, 1), User: call.User}
	if q.set != nil {
		cost.Limits = q.limits(call.Endpoint)
	}
	return cost
}

// take waits for the quota of a call. The job that it is of sees that it waits.
func (c *core) take(ctx context.Context, p *prepared) (quota.Grant, error) {
	if p.job != nil {
		var end func()
		ctx, end = p.job.Wait(ctx, p.Endpoint.PoolName())
		defer end()
	}
	return c.quotas.take(ctx, p.Call, p.lane)
}
