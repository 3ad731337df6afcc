package world

import (
	"maps"
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

const (
	maxSubscriptions   = 3000 // of one user, and to one user
	maxSubscriptionAge = 30 * 24 * time.Hour
)

// Why a rule about presence refuses.
const (
	OwnPresence       Kind = "nobody subscribes to their own presence"
	SubscriptionsFull Kind = "a user watches, or is watched by, as many users as there may be"
	NoGroupToCount    Kind = "there is no group to count in"
)

// presenceState holds what users publish, and who listens.
type presenceState struct {
	of   map[string]*Presence
	subs map[string]*Book[*Subscription] // by subscriber, then by the one watched
}

// Presence is the status of a user, per device.
type Presence struct {
	User    string
	Status  map[string]string // device: "0" offline, "1" online, others are the app's own
	Ext     string
	Changed time.Time // zero: never
}

// Subscription is one user's to the presence of another. It ends by itself.
type Subscription struct {
	To   string
	Ends time.Time
}

// edit returns the status of a user to write.
func (p *presenceState) edit(user string) *Presence {
	if p.of == nil {
		p.of = map[string]*Presence{}
	}
	if p.of[user] == nil {
		p.of[user] = &Presence{User: user, Status: map[string]string{}}
	}
	return p.of[user]
}

// drop takes back the status of a device that is logged out.
func (p *presenceState) drop(user, device string) {
	if own := p.of[user]; own != nil {
		delete(own.Status, device)
	}
}

func (p *presenceState) forget(user string) {
	delete(p.of, user)
	delete(p.subs, user)
	for _, subs := range p.subs {
		subs.Remove(user)
	}
}

// live returns the subscriptions of a user that have not ended.
func (p *presenceState) live(user string, now time.Time) []*Subscription {
	var list []*Subscription
	if subs := p.subs[user]; subs != nil {
		for sub := range subs.All {
			if now.Before(sub.Ends) {
				list = append(list, sub)
			}
		}
	}
	return list
}

// full holds if a user has as many live subscriptions to them as there may be.
func (p *presenceState) full(user string, now time.Time) bool {
	if len(p.subs) < maxSubscriptions {
		return false // there are not enough subscribers at all
	}
	n := 0
	for _, subs := range p.subs {
		if sub := subs.Get(user); sub != nil && now.Before(sub.Ends) {
			n++
		}
	}
	return n >= maxSubscriptions
}

// subscribe begins a subscription or gives it a new end.
func (p *presenceState) subscribe(user, to string, ends time.Time) {
	if p.subs == nil {
		p.subs = map[string]*Book[*Subscription]{}
	}
	if p.subs[user] == nil {
		p.subs[user] = new(Book[*Subscription])
	}
	p.subs[user].Put(to, &Subscription{to, ends})
}

// SetPresence sets the status of one device of a user, also of one that never logged
// in.
func (w *World) SetPresence(name, device, status, ext string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.user(name)
	if err != nil {
		return err
	}
	w.setPresence(u.Name, device, status, ext)
	return nil
}

// PutPresence is SetPresence for a user who need not be registered.
func (w *World) PutPresence(name, device, status, ext string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.setPresence(Fold(name), device, status, ext)
}

// setPresence notes the status of a device, and when. The caller holds mu.
func (w *World) setPresence(user, device, status, ext string) {
	own := w.presence.edit(user)
	old, had := own.Status[device]
	changed := !had || old != status || own.Ext != ext
	own.Status[device], own.Ext, own.Changed = status, ext, w.Now()
	if changed {
		w.emit(event.PresenceSet{User: user, Device: device, Status: status, Ext: ext})
	}
}

// PresenceOf returns the presence of a user, also of one who is not registered:
// devices that are connected are "1" unless they say otherwise.
func (w *World) PresenceOf(name string) Presence {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.presenceOf(Fold(name))
}

func (w *World) presenceOf(name string) Presence {
	p := Presence{User: name, Status: map[string]string{}}
	if u := w.users.Get(name); u != nil {
		p.Changed = latest(u.Created, u.Came, u.Left)
		for _, device := range u.Devices {
			p.Status[device.ID] = "1"
		}
	}
	if own := w.presence.of[name]; own != nil {
		maps.Copy(p.Status, own.Status)
		p.Ext, p.Changed = own.Ext, latest(p.Changed, own.Changed)
	}
	return p
}

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

// SeePresence returns the presence of users, each once, to one who asks; nothing at
// all if they do not exist.
func (w *World) SeePresence(asker string, names []string) []Presence {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if !w.users.Has(Fold(asker)) {
		return nil
	}
	return Convert(foldAll(names), w.presenceOf)
}

// foldAll folds names and leaves out those that come again.
func foldAll(names []string) []string {
	var list []string
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if name = Fold(name); !seen[name] {
			seen[name] = true
			list = append(list, name)
		}
	}
	return list
}

// Subscribe lets a user watch others, each once, for a number of seconds. It returns
// how they are and when that ends. It takes a life of more than 30 days for 30 days;
// the documents have no error for it.
func (w *World) Subscribe(user string, names []string, seconds int64) (list []Presence, ends time.Time, err *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	names = foldAll(names)
	if slices.Contains(names, Fold(user)) {
		return nil, ends, refuse(OwnPresence, Fold(user))
	}
	u, err := w.user(user)
	switch {
	case err != nil:
		return nil, ends, err
	case !w.maySubscribe(u.Name, names):
		return nil, ends, refuse(SubscriptionsFull, u.Name)
	}
	ends = w.Now().Add(time.Duration(min(seconds, int64(maxSubscriptionAge.Seconds()))) * time.Second)
	for _, name := range names {
		w.presence.subscribe(u.Name, name, ends)
		w.emit(event.PresenceSubscribed{User: u.Name, To: name, Ends: ends})
	}
	return Convert(names, w.presenceOf), ends, nil
}

// maySubscribe holds if neither the user would watch too many, nor any of the
// others be watched by too many. The caller holds mu.
func (w *World) maySubscribe(user string, names []string) bool {
	now := w.Now()
	live := w.presence.live(user, now)
	added := 0
	for _, name := range names {
		if slices.ContainsFunc(live, func(sub *Subscription) bool { return sub.To == name }) {
			continue
		}
		if w.presence.full(name, now) {
			return false
		}
		added++
	}
	return len(live)+added <= maxSubscriptions
}

// Unsubscribe ends subscriptions of a user, as far as there are such.
func (w *World) Unsubscribe(user string, names []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	subs, now := w.presence.subs[Fold(user)], w.Now()
	if subs == nil {
		return
	}
	for _, name := range foldAll(names) {
		sub := subs.Get(name)
		subs.Remove(name)
		if sub != nil && now.Before(sub.Ends) {
			w.emit(event.PresenceUnsubscribed{User: Fold(user), To: name})
		}
	}
}

// Subscriptions returns the subscriptions of a user that have not ended.
func (w *World) Subscriptions(user string) []Subscription {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return Convert(w.presence.live(Fold(user), w.Now()), func(sub *Subscription) Subscription { return *sub })
}

// CountOnline counts the members of a group with a live connection.
func (w *World) CountOnline(group string) (int, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	members, known := w.groupMembers(group)
	if !known {
		return 0, refuse(NoGroupToCount, group)
	}
	n := 0
	for _, name := range members {
		if u := w.users.Get(name); u != nil && u.Online {
			n++
		}
	}
	return n, nil
}

// SubscriptionList are the subscriptions of a user, as Dump copies them: those that
// have ended, too.
type SubscriptionList struct {
	User string
	To   []Subscription
}

// dumpPresence copies what users publish for Dump. The caller holds mu.
func (w *World) dumpPresence() []Presence {
	return Convert(slices.Sorted(maps.Keys(w.presence.of)), func(name string) Presence {
		p := *w.presence.of[name]
		p.Status = maps.Clone(p.Status)
		return p
	})
}

// RestorePresence takes in what Dump has copied of a user.
func (w *World) RestorePresence(p Presence) {
	w.mu.Lock()
	defer w.mu.Unlock()
	own := w.presence.edit(p.User)
	maps.Copy(own.Status, p.Status)
	own.Ext, own.Changed = p.Ext, p.Changed
}

// dumpSubscriptions copies all subscriptions for Dump. The caller holds mu.
func (w *World) dumpSubscriptions() []SubscriptionList {
	return Convert(slices.Sorted(maps.Keys(w.presence.subs)), func(name string) SubscriptionList {
		return SubscriptionList{name, Convert(w.presence.subs[name].List(), func(sub *Subscription) Subscription { return *sub })}
	})
}

// RestoreSubscriptions takes in the subscriptions of a user that Dump has copied.
func (w *World) RestoreSubscriptions(v SubscriptionList) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, sub := range v.To {
		w.presence.subscribe(v.User, sub.To, sub.Ends)
	}
}
