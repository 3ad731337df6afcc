package imtest

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
	"github.com/imrest/im-go/internal/test/catalogue"
)

// QuotaUse is how much of a quota is used at the moment.
type QuotaUse struct {
	Pool  string        `json:"pool"`           // endpoint id, or the name of a pool that several share
	User  string        `json:"user,omitzero"`  // whose quota it is, for quotas per user
	N     int           `json:"n"`              // how many are allowed
	Per   time.Duration `json:"per"`            // in any period of this length; 24 h: from 00:00 UTC
	Items bool          `json:"items,omitzero"` // targets of messages are counted, not calls
	Used  int           `json:"used"`           // what counts of N at this moment
}

// quotas counts calls in sliding windows, as the API does.
type quotas struct {
	easemob bool
	byID    map[string]catalogue.Endpoint

	mu      sync.Mutex
	windows map[windowKey]*window
	many    int // windows; more of them are looked through
}

// manyWindows is how many windows are kept, whether or not something is in them: there is one for
// each user who was named.
const manyWindows = 10_000

type windowKey struct {
	pool, user string
	index      int // of the quota in its list
}

type window struct {
	quota catalogue.Quota
	hits  []*hit // oldest first
	sum   int
}

type hit struct {
	at   time.Time
	cost int
}

func newQuotas(easemob bool) *quotas {
	q := &quotas{easemob: easemob, byID: make(map[string]catalogue.Endpoint), windows: make(map[windowKey]*window), many: manyWindows}
	for _, e := range catalogue.All() {
		q.byID[e.ID] = e
	}
	return q
}

// count is the layer of the quotas: a call is carried out if each of its windows
// is not yet full before it, as the documents have it: seven calls to three groups
// pass a limit of 20 messages.
func (q *quotas) count(c *wire.Call, next func() *wire.Reply) *wire.Reply {
	e, ok := q.byID[c.ID()]
	if !ok {
		return next()
	}
	taken, err := q.take(e, c)
	if err != nil {
		return c.Fail(err)
	}
	rep := next()
	if rep.Status >= http.StatusBadRequest {
		q.giveBack(taken)
	}
	return rep
}

// budgets are what a call takes from: its pool and, on Easemob, what many pools share.
func (q *quotas) budgets(e catalogue.Endpoint) []catalogue.Budget {
	own := catalogue.Budget{Pool: e.Pool, Quotas: e.Quotas}
	if !q.easemob {
		return []catalogue.Budget{own}
	}
	if e.EasemobQuotas != nil {
		own.Quotas = e.EasemobQuotas
	}
	if e.EasemobBudget == nil {
		return []catalogue.Budget{own}
	}
	return []catalogue.Budget{own, *e.EasemobBudget}
}

// take returns the messages that it counted.
func (q *quotas) take(e catalogue.Endpoint, c *wire.Call) ([]toll, *wire.Error) {
	items := targets(c)
	q.mu.Lock()
	defer q.mu.Unlock()
	now := c.App.Now() // under the lock, or calls that came meanwhile would count in a period that has ended
	q.tidy(now)
	var windows []*window
	for _, budget := range q.budgets(e) {
		for i, quota := range budget.Quotas {
			w := q.window(windowKey{pool: budget.Pool, user: userOf(quota, c), index: i}, quota)
			w.forget(now)
			if w.sum >= quota.N {
				return nil, refusal(e, quota)
			}
			windows = append(windows, w)
		}
	}
	var messages []toll
	for _, w := range windows {
		h := &hit{now, 1}
		if w.quota.Items {
			h.cost = items
			messages = append(messages, toll{w, h})
		}
		w.hits = append(w.hits, h)
		w.sum += h.cost
	}
	return messages, nil
}

// tidy forgets the windows in which nothing is any more, when there are many. The caller holds mu.
func (q *quotas) tidy(now time.Time) {
	if len(q.windows) <= q.many {
		return
	}
	maps.DeleteFunc(q.windows, func(_ windowKey, w *window) bool {
		w.forget(now)
		return len(w.hits) == 0
	})
	q.many = 2*len(q.windows) + manyWindows
}

// toll is what a call cost in a window.
type toll struct {
	*window
	*hit
}

// giveBack takes messages out that were not sent: the call was wrong. As a call
// it counts all the same.
func (q *quotas) giveBack(messages []toll) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range messages {
		m.sum -= m.cost
		m.cost = 0
	}
}

func (q *quotas) window(key windowKey, quota catalogue.Quota) *window {
	w := q.windows[key]
	if w == nil {
		w = &window{quota: quota}
		q.windows[key] = w
	}
	return w
}

// forget drops what the window does not reach any more.
func (w *window) forget(now time.Time) {
	start := now.Add(-w.quota.Per)
	if w.quota.Per == 24*time.Hour {
		start = now.UTC().Truncate(24 * time.Hour).Add(-1)
	}
	n := 0
	for ; n < len(w.hits) && !w.hits[n].at.After(start); n++ {
		w.sum -= w.hits[n].cost
		w.hits[n].cost = 0 // it cannot be given back any more
	}
	w.hits = w.hits[n:]
}

// refusal is the response of a full window: 403 for messages, 403 in other words for pushes
// and the broadcasts of a day, 429 for calls.
func refusal(e catalogue.Endpoint, q catalogue.Quota) *wire.Error {
	if q.Items {
		return wire.ErrMessagesReachLimit()
	}
	for _, documented := range e.Errors {
		switch {
		case documented.Error == "LimitException":
			return wire.ErrPushLimit()
		case q.Per == 24*time.Hour && strings.HasSuffix(documented.Message, "limit exceeded"):
			return wire.ErrDayLimit(documented.Message)
		}
	}
	return wire.ErrReachLimit()
}

func userOf(q catalogue.Quota, c *wire.Call) string {
	if q.User && len(c.Values) > 0 {
		return world.Fold(c.Values[0])
	}
	return ""
}

// targets is how many receivers a message has. The older call for all kinds of
// them, which names them otherwise, has a limit of calls only.
func targets(c *wire.Call) int {
	if !strings.HasPrefix(c.ID(), "messages.send_") {
		return 1
	}
	var body struct {
		To []json.RawMessage `json:"to"`
	}
	_ = json.Unmarshal(c.Body, &body) // a body that is none is refused by the handler
	return max(1, len(body.To))
}

// QuotaUse returns how much of the quotas is used, with WithQuotas; those of which
// nothing is used are left out.
func (srv *Server) QuotaUse() []QuotaUse {
	q := srv.quotas
	if q == nil {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	now := srv.Clock().Now()
	var list []QuotaUse
	for key, w := range q.windows {
		w.forget(now)
		if w.sum > 0 {
			list = append(list, QuotaUse{Pool: key.pool, User: key.user, N: w.quota.N, Per: w.quota.Per, Items: w.quota.Items, Used: w.sum})
		}
	}
	return list
}
