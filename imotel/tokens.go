package imotel

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	im "github.com/imrest/im-go"
)

// tokens knows when the last token came.
type tokens struct {
	mu   sync.Mutex
	last time.Time // zero: none came
}

func (k *tokens) fetched(e im.Event, now time.Time) {
	if e.Err != nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.last = now
}

func (k *tokens) observe(m *meters, o metric.Observer) {
	k.mu.Lock()
	last := k.last
	k.mu.Unlock()
	if !last.IsZero() {
		o.ObserveFloat64(m.tokenAge, time.Since(last).Seconds(), m.fresh())
	}
}

// tokenFetch is the note of a fetch of the app token.
type tokenFetch struct {
	t     *Telemetry
	ctx   context.Context //nolint:containedctx // of the fetch, until the note is handed on
	call  *call           // that needed the token first; nil: not known
	event im.Event
	ended time.Time
}

func (f *tokenFetch) hand() {
	kind := errorType(f.event.Err)
	m := f.t.meters
	m.tokenFetch.Record(f.ctx, f.event.Took.Seconds(), m.keep(key{of: tokenMetric, a: kind}, withError(kind)...).record...)
	if f.call == nil {
		return
	}
	with := withError(kind)
	if f.event.Age > 0 {
		with = append(with, tokenAgeKey.Float64(f.event.Age.Seconds()))
	}
	f.call.started().AddEvent("im.token.fetch", trace.WithTimestamp(f.ended), trace.WithAttributes(with...))
}

// stores counts what is reported of shared stores.
type stores struct {
	mu       sync.Mutex
	failures map[string]int64
	fallback bool // the store of quotas fails
	seen     bool // there is a store of quotas
}

func (s *stores) reported(e im.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = s.seen || e.Endpoint == im.QuotaStoreEvent
	_, warning := errors.AsType[*im.QuotaStoreWarning](e.Err)
	if warning {
		return // the store works
	}
	if e.Endpoint == im.QuotaStoreEvent {
		s.fallback = e.Err != nil
	}
	if e.Err != nil {
		if s.failures == nil {
			s.failures = make(map[string]int64)
		}
		s.failures[e.Endpoint]++
	}
}

func (s *stores) observe(m *meters, o metric.Observer) {
	s.mu.Lock()
	failures, seen, fallback := maps.Clone(s.failures), s.seen, s.fallback
	s.mu.Unlock() // calls report here, and do not wait for a reader
	for store, n := range failures {
		o.ObserveInt64(m.storeFails, n, m.fresh(storeKey.String(store)))
	}
	if seen {
		o.ObserveInt64(m.fallback, int64(map[bool]int{true: 1}[fallback]), m.fresh())
	}
}
