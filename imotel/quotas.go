package imotel

import (
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	im "github.com/imrest/im-go"
)

// observeQuotas reports the pools that were used. Those of im.Raw, whose names its caller may
// have written, are left out, except for the one that is called raw.
func (m *meters) observeQuotas(o metric.Observer, pools []im.PoolStatus) {
	for i := range pools {
		p := &pools[i]
		waits := p.Waiting.Foreground + p.Waiting.Background
		if endpointOf(p.Pool) != p.Pool || p.Granted == 0 && waits == 0 {
			continue
		}
		pool := poolKey.String(p.Pool)
		with := m.fresh(pool)
		o.ObserveInt64(m.granted, int64(p.Granted), with) //nolint:gosec // never so many
		o.ObserveInt64(m.refused, int64(p.Refused), with) //nolint:gosec // never so many
		o.ObserveFloat64(m.pause, max(time.Until(p.PausedUntil), 0).Seconds(), with)
		o.ObserveInt64(m.waiting, int64(p.Waiting.Foreground), m.fresh(pool, laneKey.String(laneOf(im.Foreground))))
		o.ObserveInt64(m.waiting, int64(p.Waiting.Background), m.fresh(pool, laneKey.String(laneOf(im.Background))))
		for _, w := range p.Windows {
			with := m.fresh(pool, windowKey.String(w.Per.String()), unitOf(w.Quota), perUserKey.Bool(w.PerUser))
			o.ObserveInt64(m.used, int64(max(w.Effective-w.Left, 0)), with)
			o.ObserveInt64(m.left, int64(w.Left), with)
		}
	}
}

func unitOf(q im.Quota) attribute.KeyValue {
	if q.Items {
		return unitKey.String("items")
	}
	return unitKey.String("calls")
}
