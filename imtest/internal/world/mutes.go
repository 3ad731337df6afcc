package world

import (
	"math"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

var mutesRoutes = []legacy{
	{
		ID: "mutes.set", Method: post, Path: "/mutes", shape: wire.Full,
		body: wire.JSONBody, do: (*World).mutesSet,
	},
	{
		ID: "mutes.get", Method: get, Path: "/mutes/{username}", shape: wire.InAction | wire.InApp | wire.InRootPath | wire.InRootURI,
		do: (*World).mutesGet,
	},
	{
		ID: "mutes.list", Method: get, Path: "/mutes", shape: wire.Full,
		do: (*World).mutesList,
	},
}

// MuteKinds are the kinds of chat that a user can be muted in.
var MuteKinds = []string{"chat", "groupchat", "chatroom"}

// Mute is the mute of one user in one kind of chat. A lifted or ended one stays.
type Mute struct {
	User, Kind string
	Forever    bool
	Until      time.Time
}

// Left is the number of seconds left: 0 none, -1 for ever.
func (m *Mute) Left(now time.Time) int64 {
	switch {
	case m == nil:
		return 0
	case m.Forever:
		return -1
	}
	return max(0, int64(math.Ceil(m.Until.Sub(now).Seconds())))
}

func MuteKey(user, kind string) string { return user + " " + kind }

// setMute mutes a user for a number of seconds, 0 lifts and -1 is for ever;
// other negative values change nothing. The caller holds mu.
func (s *World) setMute(user, kind string, seconds int64) {
	if seconds < -1 {
		return
	}
	s.Mutes.Put(MuteKey(user, kind), &Mute{
		User: user, Kind: kind,
		Forever: seconds == -1,
		Until:   s.Now().Add(time.Duration(seconds) * time.Second),
	})
}

func (s *World) removeMutes(user string) {
	for _, kind := range MuteKinds {
		s.Mutes.Remove(MuteKey(user, kind))
	}
}

func (s *World) mutesSet(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	name := Fold(o.Text("username"))
	seconds := map[string]int64{}
	for _, kind := range MuteKinds {
		if !o.Has(kind) {
			continue
		}
		if seconds[kind] = o.Integer(kind); seconds[kind] > math.MaxInt32 {
			o.Note(kind)
		}
	}
	if o.Bad != "" {
		return nil, wire.ErrInvalidRequest()
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	if !s.Users.Has(name) {
		return nil, wire.ErrUserPropertyMissing()
	}
	for _, kind := range MuteKinds {
		if n, given := seconds[kind]; given {
			s.setMute(name, kind, n)
		}
	}
	return wire.Data(map[string]string{"result": "ok"}), nil
}

func (s *World) mutesGet(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	name, now := named(c, "username"), s.Now()
	if !s.Users.Has(name) {
		return nil, wire.ErrUserPropertyMissing()
	}
	payload := map[string]any{"userid": s.AppKey() + "_" + name, "unixtime": now.Unix()}
	for _, kind := range MuteKinds {
		payload[kind] = s.Mutes.Get(MuteKey(name, kind)).Left(now)
	}
	return wire.Data(payload), nil
}

// mutesList has an entry per user and kind, in the order of the first mute.
func (s *World) mutesList(c *wire.Call) (*wire.Response, *wire.Error) {
	page, err := c.Number("pageNum", 1, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	size, err := c.Number("pageSize", 50, 50)
	if err != nil {
		return nil, err
	}
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	now, skip := s.Now(), (page-1)*size
	list := []map[string]any{}
	for m := range s.Mutes.All {
		if skip--; skip < 0 && len(list) < size {
			list = append(list, map[string]any{"username": m.User, m.Kind: m.Left(now)})
		}
	}
	return wire.Data(map[string]any{"data": list, "unixtime": now.Unix()}), nil
}
