package world

import (
	"slices"
	"time"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// Calls on block, allow and mute lists and on announcements that groups and
// rooms share.

// blockUsers puts members on the block list, which takes them out.
func blockUsers(w *World, g *Circle, users []string) ([]map[string]any, *wire.Error) {
	if slices.Contains(users, g.Owner) {
		return nil, wire.ErrOnOwner()
	}
	list, err := forEach(users, g.Members.Has, func(user string) {
		w.leave(g, user)
		g.Blocked.Put(user, user)
	})
	return told(list, g.Kind.listID, "add_blocks", g, func(user string) string {
		return g.reasonNoMember(g.Kind.word, user)
	}), err
}

func blockOne(w *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	list, err := blockUsers(w, g, []string{named(c, "username")})
	if err != nil {
		return nil, err
	}
	return wire.Data(list[0]), nil
}

func blockMany(w *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	users, err := bodyUsers(c)
	if err != nil {
		return nil, err
	}
	if len(users) > maxCircleBatch {
		return nil, wire.ErrInvalidParameter("userNames is more than max limit : 60")
	}
	list, err := blockUsers(w, g, users)
	if err != nil {
		return nil, err
	}
	return wire.Data(list), nil
}

func unblock(_ *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	users := pathUsers(c)
	if len(users) > maxCircleBatch {
		return nil, wire.ErrInvalidParameter("removeBlacklist: list size more than max limit : 60")
	}
	list, err := forEach(users, g.Blocked.Has, g.Blocked.Remove)
	if err != nil {
		return nil, err
	}
	return oneOrAll(c, told(list, g.Kind.listID, "remove_blocks", g, func(user string) string {
		return g.reasonNoMember("blocks of "+g.Kind.word, user)
	})), nil
}

func listAllowed(_ *World, _ *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	return wire.Counted(g.Allowed.List()), nil
}

func allowUsers(g *Circle, users []string) ([]map[string]any, *wire.Error) {
	list, err := forEach(users, g.Members.Has, func(user string) { g.Allowed.Put(user, user) })
	return told(list, g.Kind.listID, "add_user_whitelist", g, func(user string) string {
		return g.reasonNoMember(g.Kind.word, user)
	}), err
}

func allowOne(_ *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	list, err := allowUsers(g, []string{named(c, "username")})
	if err != nil {
		return nil, err
	}
	return wire.Data(list[0]), nil
}

func allowMany(_ *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	users, err := bodyUsers(c)
	if err != nil {
		return nil, err
	}
	if len(users) > maxCircleBatch {
		return nil, wire.ErrInvalidParameter("usernames size is more than max limit : 60")
	}
	list, err := allowUsers(g, users)
	if err != nil {
		return nil, err
	}
	return wire.Data(list), nil
}

// disallow responses with an object for one user, by analogy with the block list.
func disallow(_ *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	users := pathUsers(c)
	if len(users) > maxCircleBatch {
		return nil, wire.ErrInvalidParameter("removeWhitelist size is more than max limit : 60")
	}
	list, err := forEach(users, g.Allowed.Has, g.Allowed.Remove)
	if err != nil {
		return nil, err
	}
	return oneOrAll(c, told(list, g.Kind.listID, "remove_user_whitelist", g, func(user string) string {
		return g.reasonNoMember(g.Kind.word, user)
	})), nil
}

// muteEntry is a user on the mute list.
type muteEntry struct {
	Result *bool  `json:"result,omitempty"`
	Expire int64  `json:"expire,omitempty"` // milliseconds
	User   string `json:"user"`
}

func listMuted(w *World, _ *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	list := []muteEntry{}
	for _, m := range g.MutesAt(w.Now()) {
		list = append(list, muteEntry{User: m.User, Expire: m.Until.UnixMilli()})
	}
	return wire.Data(list), nil
}

// MutesAt are the mutes in force: first those of the list, then those that
// come with a tag. A user is there once, with the later end.
func (g *Circle) MutesAt(now time.Time) []CircleMute {
	var list []CircleMute
	place := map[string]int{}
	add := func(user string, until time.Time) {
		i, listed := place[user]
		switch {
		case !until.After(now):
		case listed && until.After(list[i].Until):
			list[i].Until = until
		case !listed:
			place[user] = len(list)
			list = append(list, CircleMute{user, until})
		}
	}
	for m := range g.Muted.All {
		add(m.User, m.Until)
	}
	if len(g.Tags) == 0 {
		return list
	}
	for m := range g.Members.All {
		for _, tag := range m.Tags {
			add(m.User, g.Tags[tag])
		}
	}
	return list
}

// muteEnd is when a mute ends that lasts so many milliseconds or seconds from
// now: -1 is for ever, 0 is now.
func muteEnd(now time.Time, n int64, unit time.Duration) time.Time {
	most := int64(forever.Sub(now) / unit)
	if n < 0 || n > most {
		return forever
	}
	return now.Add(time.Duration(n) * unit)
}

// readMute reads mute_duration, whose lowest value is -1.
func readMute(o *wire.Object) (int64, *wire.Error) {
	if !o.Has("mute_duration") {
		return 0, wire.ErrNotProvided("mute_duration")
	}
	n := o.Integer("mute_duration")
	if o.Bad != "" || n < -1 {
		return 0, wire.ErrInvalidFields("mute_duration")
	}
	return n, nil
}

func muteMembers(w *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	users, err := bodyUsers(c)
	if err != nil {
		return nil, err
	}
	o, _ := c.Object() // bodyUsers has read it
	n, err := readMute(o)
	if err != nil {
		return nil, err
	}
	if len(users) > maxCircleBatch {
		return nil, wire.ErrInvalidParameter("userNames size is more than max limit : 60")
	}
	if slices.Contains(users, g.Owner) {
		return nil, wire.ErrOnOwner()
	}
	until := muteEnd(w.Now(), n, time.Millisecond)
	list, err := forEach(users, g.Members.Has, func(user string) { g.Mute(user, until, n == 0) })
	if err != nil {
		return nil, err
	}
	return wire.Data(Convert(list, func(o outcome) muteEntry {
		if o.failed {
			return muteEntry{Result: new(false), User: o.user}
		}
		return muteEntry{Result: new(true), Expire: until.UnixMilli(), User: o.user}
	})), nil
}

func (g *Circle) Mute(user string, until time.Time, lift bool) {
	if lift {
		g.Muted.Remove(user)
		return
	}
	g.Muted.Put(user, &CircleMute{user, until})
}

// unmuteMembers responses with an array also for one user, and with true also
// for a user who is not muted, which no source documents.
func unmuteMembers(_ *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	users := pathUsers(c)
	if len(users) > maxCircleBatch {
		return nil, wire.ErrInvalidParameter("removeMute member size more than max limit : 60")
	}
	return wire.Data(Convert(users, func(user string) muteEntry {
		g.Muted.Remove(user)
		return muteEntry{Result: new(true), User: user}
	})), nil
}

// muteAll sets the mute of all members, which the mute list does not show.
// Rooms call the action put.
func muteAll(on bool) circleHandler {
	return func(_ *World, _ *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
		g.MutedAll = on
		ans := wire.Data(map[string]bool{"mute": on})
		if on && g.Kind == RoomKind {
			ans.Action = "put"
		}
		return ans, nil
	}
}

func getAnnouncement(_ *World, _ *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	return wire.Data(map[string]string{"announcement": g.Announcement}), nil
}

// setAnnouncement takes an empty text to clear it.
func setAnnouncement(tooLong func() *wire.Error) circleHandler {
	return func(w *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
		o, err := c.Object()
		if err != nil {
			return nil, err
		}
		text := o.Text("announcement")
		switch {
		case o.Bad != "":
			return nil, wire.ErrInvalidFields(o.Bad)
		case !o.Has("announcement"):
			return nil, wire.ErrIllegalArgument("announcement is null")
		case utf8.RuneCountInString(text) > 512:
			return nil, tooLong()
		}
		g.Announcement, g.Modified = text, w.Now()
		return wire.Data(map[string]any{"id": g.ID, "result": true}), nil
	}
}
