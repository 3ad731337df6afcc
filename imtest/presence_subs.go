package imtest

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// subscription ends by itself.
type subscription struct {
	to   string
	ends time.Time
}

// live returns the subscriptions of a user that have not ended.
func (p *presenceState) live(user string, now time.Time) []*subscription {
	var list []*subscription
	if subs := p.subs[user]; subs != nil {
		for sub := range subs.all {
			if now.Before(sub.ends) {
				list = append(list, sub)
			}
		}
	}
	return list
}

// full holds if a user has as many live subscriptions to him as there may be.
func (p *presenceState) full(user string, now time.Time) bool {
	n := 0
	if len(p.subs) < maxSubscriptions {
		return false // there are not enough subscribers at all
	}
	for _, subs := range p.subs {
		if sub := subs.get(user); sub != nil && now.Before(sub.ends) {
			n++
		}
	}
	return n >= maxSubscriptions
}

// subscribe begins a subscription or gives it a new end.
func (p *presenceState) subscribe(user, to string, ends time.Time) {
	if p.subs == nil {
		p.subs = map[string]*book[*subscription]{}
	}
	if p.subs[user] == nil {
		p.subs[user] = new(book[*subscription])
	}
	p.subs[user].put(to, &subscription{to, ends})
}

// presenceSubscribe takes a life of more than 30 days for 30 days; the
// documents have no error for it.
func (s *state) presenceSubscribe(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	names, err := readUsernames(o)
	if err != nil {
		return nil, err
	}
	life, wrong := strconv.ParseInt(c.value("expiry"), 10, 64)
	user := named(c, "username")
	switch {
	case wrong != nil || life < 1:
		return nil, errPresence("illegal_argument", "expiry is invalid")
	case len(names) > maxPresenceBatch:
		return nil, errPresence("illegal_argument", "too many sub presence")
	case slices.Contains(names, user):
		return nil, errPresence("illegal_argument", "you can't sub yourself")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.users.has(user) {
		return nil, errNoSuchUser()
	}
	if !s.maySubscribe(user, names) {
		return nil, errPresence("illegal_argument", "too many sub presence")
	}
	ends := s.now().Add(time.Duration(min(life, int64(maxSubscriptionAge.Seconds()))) * time.Second)
	list := make([]presenceItem, len(names))
	for i, name := range names {
		s.presence.subscribe(user, name, ends)
		list[i] = s.presenceItem(name)
		list[i].Expiry = seconds(ends)
	}
	return presenceResult(list), nil
}

// maySubscribe holds if neither the user would watch too many, nor any of the
// others be watched by too many. The caller holds mu.
func (s *state) maySubscribe(user string, names []string) bool {
	now := s.now()
	live := s.presence.live(user, now)
	added := 0
	for _, name := range names {
		if slices.ContainsFunc(live, func(sub *subscription) bool { return sub.to == name }) {
			continue
		}
		if s.presence.full(name, now) {
			return false
		}
		added++
	}
	return len(live)+added <= maxSubscriptions
}

func (s *state) presenceUnsubscribe(c *call) (*response, *apiError) {
	names, err := readUnsubscribed(c)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if subs := s.presence.subs[named(c, "username")]; subs != nil {
		for _, name := range names {
			subs.remove(name)
		}
	}
	return presenceResult("ok"), nil
}

// readUnsubscribed reads a bare array, which all clients send, or an object
// with the field that the tables name. A body is JSON, but it may be missing.
func readUnsubscribed(c *call) ([]string, *apiError) {
	if len(bytes.TrimSpace(c.body)) > 0 && !c.passesForJSON() {
		return nil, errMediaType()
	}
	var names []string
	if bodyIsArray(c) {
		if err := json.Unmarshal(c.body, &names); err != nil {
			return nil, errJSON(err)
		}
	} else if o, err := c.object(); err == nil {
		names = o.texts("users", "usernames")
	}
	switch {
	case len(names) == 0:
		return nil, errPresence("illegal_argument", "usernames cannot be null")
	case len(names) > maxPresenceBatch:
		return nil, errPresence("illegal_argument", "too many unsub presences")
	}
	return foldAll(names), nil
}

// presenceListSubscriptions has one entry a page unless it is told otherwise.
func (s *state) presenceListSubscriptions(c *call) (*response, *apiError) {
	page, err := c.number("pageNum", 1, 1<<20)
	if err != nil {
		return nil, err
	}
	size, err := c.number("pageSize", 1, maxPresencePage)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	live := s.presence.live(named(c, "username"), s.now())
	list := []map[string]string{}
	for i := (page - 1) * size; i < min(page*size, len(live)); i++ {
		list = append(list, map[string]string{"uid": live[i].to, "expiry": seconds(live[i].ends)})
	}
	return presenceResult(map[string]any{"totalnum": strconv.Itoa(len(live)), "sublist": list}), nil
}
