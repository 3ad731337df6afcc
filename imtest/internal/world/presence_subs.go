package world

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// Subscription ends by itself.
type Subscription struct {
	To   string
	Ends time.Time
}

// Live returns the subscriptions of a user that have not ended.
func (p *presenceState) Live(user string, now time.Time) []*Subscription {
	var list []*Subscription
	if subs := p.Subs[user]; subs != nil {
		for sub := range subs.All {
			if now.Before(sub.Ends) {
				list = append(list, sub)
			}
		}
	}
	return list
}

// full holds if a user has as many live subscriptions to him as there may be.
func (p *presenceState) full(user string, now time.Time) bool {
	n := 0
	if len(p.Subs) < maxSubscriptions {
		return false // there are not enough subscribers at all
	}
	for _, subs := range p.Subs {
		if sub := subs.Get(user); sub != nil && now.Before(sub.Ends) {
			n++
		}
	}
	return n >= maxSubscriptions
}

// Subscribe begins a subscription or gives it a new end.
func (p *presenceState) Subscribe(user, to string, ends time.Time) {
	if p.Subs == nil {
		p.Subs = map[string]*Book[*Subscription]{}
	}
	if p.Subs[user] == nil {
		p.Subs[user] = new(Book[*Subscription])
	}
	p.Subs[user].Put(to, &Subscription{to, ends})
}

// presenceSubscribe takes a life of more than 30 days for 30 days; the
// documents have no error for it.
func (w *World) presenceSubscribe(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	names, err := readUsernames(o)
	if err != nil {
		return nil, err
	}
	life, wrong := strconv.ParseInt(c.Value("expiry"), 10, 64)
	user := named(c, "username")
	switch {
	case wrong != nil || life < 1:
		return nil, wire.ErrPresence("illegal_argument", "expiry is invalid")
	case len(names) > maxPresenceBatch:
		return nil, wire.ErrPresence("illegal_argument", "too many sub presence")
	case slices.Contains(names, user):
		return nil, wire.ErrPresence("illegal_argument", "you can't sub yourself")
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	if !w.users.Has(user) {
		return nil, wire.ErrNoSuchUser()
	}
	if !w.maySubscribe(user, names) {
		return nil, wire.ErrPresence("illegal_argument", "too many sub presence")
	}
	ends := w.Now().Add(time.Duration(min(life, int64(maxSubscriptionAge.Seconds()))) * time.Second)
	list := make([]presenceItem, len(names))
	for i, name := range names {
		w.Presence.Subscribe(user, name, ends)
		list[i] = w.presenceItem(name)
		list[i].Expiry = seconds(ends)
	}
	return presenceResult(list), nil
}

// maySubscribe holds if neither the user would watch too many, nor any of the
// others be watched by too many. The caller holds mu.
func (w *World) maySubscribe(user string, names []string) bool {
	now := w.Now()
	live := w.Presence.Live(user, now)
	added := 0
	for _, name := range names {
		if slices.ContainsFunc(live, func(sub *Subscription) bool { return sub.To == name }) {
			continue
		}
		if w.Presence.full(name, now) {
			return false
		}
		added++
	}
	return len(live)+added <= maxSubscriptions
}

func (w *World) presenceUnsubscribe(c *wire.Call) (*wire.Response, *wire.Error) {
	names, err := readUnsubscribed(c)
	if err != nil {
		return nil, err
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	if subs := w.Presence.Subs[named(c, "username")]; subs != nil {
		for _, name := range names {
			subs.Remove(name)
		}
	}
	return presenceResult("ok"), nil
}

// readUnsubscribed reads a bare array, which all clients send, or an object
// with the field that the tables name. A body is JSON, but it may be missing.
func readUnsubscribed(c *wire.Call) ([]string, *wire.Error) {
	if len(bytes.TrimSpace(c.Body)) > 0 && !c.PassesForJSON() {
		return nil, wire.ErrMediaType()
	}
	var names []string
	if wire.BodyIsArray(c) {
		if err := json.Unmarshal(c.Body, &names); err != nil {
			return nil, wire.ErrJSON(err)
		}
	} else if o, err := c.Object(); err == nil {
		names = o.Texts("users", "usernames")
	}
	switch {
	case len(names) == 0:
		return nil, wire.ErrPresence("illegal_argument", "usernames cannot be null")
	case len(names) > maxPresenceBatch:
		return nil, wire.ErrPresence("illegal_argument", "too many unsub presences")
	}
	return foldAll(names), nil
}

// presenceListSubscriptions has one entry a page unless it is told otherwise.
func (w *World) presenceListSubscriptions(c *wire.Call) (*wire.Response, *wire.Error) {
	page, err := c.Number("pageNum", 1, 1<<20)
	if err != nil {
		return nil, err
	}
	size, err := c.Number("pageSize", 1, maxPresencePage)
	if err != nil {
		return nil, err
	}
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	live := w.Presence.Live(named(c, "username"), w.Now())
	list := []map[string]string{}
	for i := (page - 1) * size; i < min(page*size, len(live)); i++ {
		list = append(list, map[string]string{"uid": live[i].To, "expiry": seconds(live[i].Ends)})
	}
	return presenceResult(map[string]any{"totalnum": strconv.Itoa(len(live)), "sublist": list}), nil
}
