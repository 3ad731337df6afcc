package imtest

import (
	"math"
	"time"
)

var mutesRoutes = []legacy{
	{
		id: "mutes.set", method: post, path: "/mutes", shape: full,
		body: jsonBody, do: (*state).mutesSet,
	},
	{
		id: "mutes.get", method: get, path: "/mutes/{username}", shape: inAction | inApp | inRootPath | inRootURI,
		do: (*state).mutesGet,
	},
	{
		id: "mutes.list", method: get, path: "/mutes", shape: full,
		do: (*state).mutesList,
	},
}

// muteKinds are the kinds of chat that a user can be muted in.
var muteKinds = []string{"chat", "groupchat", "chatroom"}

// mute is the mute of one user in one kind of chat. A lifted or ended one stays.
type mute struct {
	user, kind string
	forever    bool
	until      time.Time
}

// left is the number of seconds left: 0 none, -1 for ever.
func (m *mute) left(now time.Time) int64 {
	switch {
	case m == nil:
		return 0
	case m.forever:
		return -1
	}
	return max(0, int64(math.Ceil(m.until.Sub(now).Seconds())))
}

func muteKey(user, kind string) string { return user + " " + kind }

// setMute mutes a user for a number of seconds, 0 lifts and -1 is for ever;
// other negative values change nothing. The caller holds mu.
func (s *state) setMute(user, kind string, seconds int64) {
	if seconds < -1 {
		return
	}
	s.mutes.put(muteKey(user, kind), &mute{
		user: user, kind: kind,
		forever: seconds == -1,
		until:   s.now().Add(time.Duration(seconds) * time.Second),
	})
}

func (s *state) removeMutes(user string) {
	for _, kind := range muteKinds {
		s.mutes.remove(muteKey(user, kind))
	}
}

func (s *state) mutesSet(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	name := fold(o.text("username"))
	seconds := map[string]int64{}
	for _, kind := range muteKinds {
		if !o.has(kind) {
			continue
		}
		if seconds[kind] = o.integer(kind); seconds[kind] > math.MaxInt32 {
			o.note(kind)
		}
	}
	if o.bad != "" {
		return nil, errInvalidRequest()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.users.has(name) {
		return nil, errUserPropertyMissing()
	}
	for _, kind := range muteKinds {
		if n, given := seconds[kind]; given {
			s.setMute(name, kind, n)
		}
	}
	return data(map[string]string{"result": "ok"}), nil
}

func (s *state) mutesGet(c *call) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	name, now := named(c, "username"), s.now()
	if !s.users.has(name) {
		return nil, errUserPropertyMissing()
	}
	payload := map[string]any{"userid": s.appKey() + "_" + name, "unixtime": now.Unix()}
	for _, kind := range muteKinds {
		payload[kind] = s.mutes.get(muteKey(name, kind)).left(now)
	}
	return data(payload), nil
}

// mutesList has an entry per user and kind, in the order of the first mute.
func (s *state) mutesList(c *call) (*response, *apiError) {
	page, err := c.number("pageNum", 1, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	size, err := c.number("pageSize", 50, 50)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	now, skip := s.now(), (page-1)*size
	list := []map[string]any{}
	for m := range s.mutes.all {
		if skip--; skip < 0 && len(list) < size {
			list = append(list, map[string]any{"username": m.user, m.kind: m.left(now)})
		}
	}
	return data(map[string]any{"data": list, "unixtime": now.Unix()}), nil
}
