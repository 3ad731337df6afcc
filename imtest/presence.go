package imtest

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	maxPresenceExt     = 1 << 10 // bytes
	maxPresenceBatch   = 100
	maxPresencePage    = 500
	maxSubscriptions   = 3000 // of one user, and to one user
	maxSubscriptionAge = 30 * 24 * time.Hour
)

// Responses of presence are {"result": ...}, errors as well.
var presenceRoutes = []legacy{
	{
		id: "presence.set", method: post, path: "/users/{username}/presence/{resource}/{status}",
		body: jsonBody, who: ownUser, do: (*state).presenceSet,
	},
	{
		id: "presence.subscribe", method: post, path: "/users/{username}/presence/{expiry}",
		body: jsonBody, who: ownUser, do: (*state).presenceSubscribe,
	},
	{
		id: "presence.get", method: post, path: "/users/{username}/presence",
		body: jsonBody, who: ownUser, do: (*state).presenceGet,
	},
	{
		id: "presence.unsubscribe", method: del, path: "/users/{username}/presence",
		body: lenientBody, who: ownUser, do: (*state).presenceUnsubscribe,
	},
	{
		id: "presence.list_subscriptions", method: get, path: "/users/{username}/presence/sublist",
		who: ownUser, do: (*state).presenceListSubscriptions,
	},
	{
		id: "presence.group_online_count", method: get, path: "/presence/online/{group_id}/type/{query_type}",
		do: (*state).presenceGroupOnlineCount,
	},
}

// presenceState holds what users tell of themselves, and who listens.
type presenceState struct {
	of   map[string]*presence
	subs map[string]*book[*subscription] // by subscriber, then by the one watched
}

// presence is the status of a user, per device.
type presence struct {
	status  map[string]string // device: "0" offline, "1" online, others are the app's own
	ext     string
	changed time.Time
}

// edit returns the status of a user to write.
func (p *presenceState) edit(user string) *presence {
	if p.of == nil {
		p.of = map[string]*presence{}
	}
	if p.of[user] == nil {
		p.of[user] = &presence{status: map[string]string{}}
	}
	return p.of[user]
}

// set notes the status of one device.
func (p *presenceState) set(user, device, status, ext string, now time.Time) {
	own := p.edit(user)
	own.status[device], own.ext, own.changed = status, ext, now
}

// drop takes back the status of a device that is logged out.
func (p *presenceState) drop(user, device string) {
	if own := p.of[user]; own != nil {
		delete(own.status, device)
	}
}

func (p *presenceState) forget(user string) {
	delete(p.of, user)
	delete(p.subs, user)
	for _, subs := range p.subs {
		subs.remove(user)
	}
}

// presenceOf returns the presence of a user: devices that are connected are
// "1" unless they say otherwise. The caller holds mu.
func (s *state) presenceOf(name string) presence {
	p := presence{status: map[string]string{}}
	if u := s.users.get(name); u != nil {
		p.changed = latest(u.created, u.came, u.left)
		for _, device := range u.devices {
			p.status[device.ID] = "1"
		}
	}
	if own := s.presence.of[name]; own != nil {
		maps.Copy(p.status, own.status)
		p.ext, p.changed = own.ext, latest(p.changed, own.changed)
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

func (s *state) presenceItem(name string) presenceItem {
	p := s.presenceOf(name)
	item := presenceItem{UID: name, LastTime: "0", Ext: p.ext, Status: p.status}
	if len(p.status) == 0 {
		item.Status = []string{}
	}
	if !p.changed.IsZero() {
		item.LastTime = seconds(p.changed)
	}
	return item
}

func seconds(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

func presenceResult(v any) *response { return plain(map[string]any{"result": v}) }

// presenceSet takes any device, also one that never logged in.
func (s *state) presenceSet(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	ext, name := o.text("ext"), named(c, "username")
	_, wrong := strconv.Atoi(c.value("status"))
	switch {
	case !o.has("ext") || o.bad != "":
		return nil, errPresence("illegal_argument", "ext cannot be null")
	case len(ext) > maxPresenceExt:
		return nil, errPresence("illegal_argument", "ext is too big")
	case wrong != nil:
		return nil, errPresence("", "set presence failed")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.users.has(name) {
		return nil, errNoSuchUser()
	}
	s.presence.set(name, c.value("resource"), c.value("status"), ext, s.now())
	return presenceResult("ok"), nil
}

// readUsernames reads the users of a call, each once.
func readUsernames(o *object) ([]string, *apiError) {
	names := o.texts("usernames")
	if o.bad != "" || len(names) == 0 {
		return nil, errPresence("illegal_argument", "usernames is empty")
	}
	return foldAll(names), nil
}

// foldAll folds names and leaves out those that come again.
func foldAll(names []string) []string {
	var list []string
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if name = fold(name); !seen[name] {
			seen[name] = true
			list = append(list, name)
		}
	}
	return list
}

// presenceGet has an entry per user that it is asked for, and none at all if
// the one who asks does not exist.
func (s *state) presenceGet(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	names, err := readUsernames(o)
	switch {
	case err != nil:
		return nil, err
	case len(names) > maxPresenceBatch:
		return nil, errPresence("illegal_argument", "too many get presences")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := []presenceItem{}
	if s.users.has(named(c, "username")) {
		for _, name := range names {
			list = append(list, s.presenceItem(name))
		}
	}
	return presenceResult(list), nil
}

// presenceGroupOnlineCount counts members with a live connection.
func (s *state) presenceGroupOnlineCount(c *call) (*response, *apiError) {
	id, kind := strings.TrimSpace(c.value("group_id")), strings.TrimSpace(c.value("query_type"))
	switch {
	case id == "":
		return nil, errPresence("illegal_argument", "Id cannot be null.")
	case kind == "":
		return nil, errPresence("illegal_argument", "Type cannot be null.")
	case kind != "0" && kind != "1":
		return nil, errPresence("illegal_argument", "Type must be 0 or 1.")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	members, known := s.groupMembers(id)
	if !known {
		return nil, errNoGroupToCount(id)
	}
	n := 0
	for _, name := range members {
		if u := s.users.get(name); u != nil && u.online {
			n++
		}
	}
	return presenceResult(n), nil
}
