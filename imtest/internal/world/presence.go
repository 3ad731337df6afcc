package world

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	maxPresenceExt     = 1 << 10 // bytes
	maxPresenceBatch   = 100
	maxPresencePage    = 500
	maxSubscriptions   = 3000 // of one user, and to one user
	maxSubscriptionAge = 30 * 24 * time.Hour
)

// Responses of presence are {"result": ...}, errors as well.
var presenceRoutes = []Legacy{
	{wire.Route{
		ID: "presence.set", Method: post, Path: "/users/{username}/presence/{resource}/{status}",
		Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*World).presenceSet},
	{wire.Route{
		ID: "presence.subscribe", Method: post, Path: "/users/{username}/presence/{expiry}",
		Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*World).presenceSubscribe},
	{wire.Route{
		ID: "presence.get", Method: post, Path: "/users/{username}/presence",
		Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*World).presenceGet},
	{wire.Route{
		ID: "presence.unsubscribe", Method: del, Path: "/users/{username}/presence",
		Body: wire.LenientBody, Who: wire.OwnUser,
	}, (*World).presenceUnsubscribe},
	{wire.Route{
		ID: "presence.list_subscriptions", Method: get, Path: "/users/{username}/presence/sublist",
		Who: wire.OwnUser,
	}, (*World).presenceListSubscriptions},
	{wire.Route{
		ID: "presence.group_online_count", Method: get, Path: "/presence/online/{group_id}/type/{query_type}",
	}, (*World).presenceGroupOnlineCount},
}

// presenceState holds what users tell of themselves, and who listens.
type presenceState struct {
	Of   map[string]*presence
	Subs map[string]*Book[*Subscription] // by subscriber, then by the one watched
}

// presence is the status of a user, per device.
type presence struct {
	Status  map[string]string // device: "0" offline, "1" online, others are the app's own
	Ext     string
	Changed time.Time
}

// Edit returns the status of a user to write.
func (p *presenceState) Edit(user string) *presence {
	if p.Of == nil {
		p.Of = map[string]*presence{}
	}
	if p.Of[user] == nil {
		p.Of[user] = &presence{Status: map[string]string{}}
	}
	return p.Of[user]
}

// Set notes the status of one device.
func (p *presenceState) Set(user, device, status, ext string, now time.Time) {
	own := p.Edit(user)
	own.Status[device], own.Ext, own.Changed = status, ext, now
}

// drop takes back the status of a device that is logged out.
func (p *presenceState) drop(user, device string) {
	if own := p.Of[user]; own != nil {
		delete(own.Status, device)
	}
}

func (p *presenceState) forget(user string) {
	delete(p.Of, user)
	delete(p.Subs, user)
	for _, subs := range p.Subs {
		subs.Remove(user)
	}
}

// PresenceOf returns the presence of a user: devices that are connected are
// "1" unless they say otherwise. The caller holds mu.
func (w *World) PresenceOf(name string) presence {
	p := presence{Status: map[string]string{}}
	if u := w.users.Get(name); u != nil {
		p.Changed = latest(u.Created, u.Came, u.Left)
		for _, device := range u.Devices {
			p.Status[device.ID] = "1"
		}
	}
	if own := w.Presence.Of[name]; own != nil {
		maps.Copy(p.Status, own.Status)
		p.Ext, p.Changed = own.Ext, latest(p.Changed, own.Changed)
	}
	return p
}

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

// presenceItem is the presence of a user on the wire: times are in seconds, as
// strings, and no status at all is an array.
type presenceItem struct {
	UID      string `json:"uid"`
	LastTime string `json:"last_time"`
	Expiry   string `json:"expiry,omitempty"`
	Ext      string `json:"ext"`
	Status   any    `json:"status"`
}

func (w *World) presenceItem(name string) presenceItem {
	p := w.PresenceOf(name)
	item := presenceItem{UID: name, LastTime: "0", Ext: p.Ext, Status: p.Status}
	if len(p.Status) == 0 {
		item.Status = []string{}
	}
	if !p.Changed.IsZero() {
		item.LastTime = seconds(p.Changed)
	}
	return item
}

func seconds(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

func presenceResult(v any) *wire.Response { return wire.Plain(map[string]any{"result": v}) }

// presenceSet takes any device, also one that never logged in.
func (w *World) presenceSet(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	ext, name := o.Text("ext"), named(c, "username")
	_, wrong := strconv.Atoi(c.Value("status"))
	switch {
	case !o.Has("ext") || o.Bad != "":
		return nil, wire.ErrPresence("illegal_argument", "ext cannot be null")
	case len(ext) > maxPresenceExt:
		return nil, wire.ErrPresence("illegal_argument", "ext is too big")
	case wrong != nil:
		return nil, wire.ErrPresence("", "set presence failed")
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	if !w.users.Has(name) {
		return nil, wire.ErrNoSuchUser()
	}
	w.Presence.Set(name, c.Value("resource"), c.Value("status"), ext, w.Now())
	return presenceResult("ok"), nil
}

// readUsernames reads the users of a call, each once.
func readUsernames(o *wire.Object) ([]string, *wire.Error) {
	names := o.Texts("usernames")
	if o.Bad != "" || len(names) == 0 {
		return nil, wire.ErrPresence("illegal_argument", "usernames is empty")
	}
	return foldAll(names), nil
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

// presenceGet has an entry per user that it is asked for, and none at all if
// the one who asks does not exist.
func (w *World) presenceGet(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	names, err := readUsernames(o)
	switch {
	case err != nil:
		return nil, err
	case len(names) > maxPresenceBatch:
		return nil, wire.ErrPresence("illegal_argument", "too many get presences")
	}
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	list := []presenceItem{}
	if w.users.Has(named(c, "username")) {
		for _, name := range names {
			list = append(list, w.presenceItem(name))
		}
	}
	return presenceResult(list), nil
}

// presenceGroupOnlineCount counts members with a live connection.
func (w *World) presenceGroupOnlineCount(c *wire.Call) (*wire.Response, *wire.Error) {
	id, kind := strings.TrimSpace(c.Value("group_id")), strings.TrimSpace(c.Value("query_type"))
	switch {
	case id == "":
		return nil, wire.ErrPresence("illegal_argument", "Id cannot be null.")
	case kind == "":
		return nil, wire.ErrPresence("illegal_argument", "Type cannot be null.")
	case kind != "0" && kind != "1":
		return nil, wire.ErrPresence("illegal_argument", "Type must be 0 or 1.")
	}
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	members, known := w.groupMembers(id)
	if !known {
		return nil, wire.ErrNoGroupToCount(id)
	}
	n := 0
	for _, name := range members {
		if u := w.users.Get(name); u != nil && u.Online {
			n++
		}
	}
	return presenceResult(n), nil
}
