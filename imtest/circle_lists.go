package imtest

import (
	"slices"
	"time"
	"unicode/utf8"
)

// Calls on block, allow and mute lists and on announcements that groups and
// rooms share.

// blockUsers puts members on the block list, which takes them out.
func blockUsers(s *state, g *circle, users []string) ([]map[string]any, *apiError) {
	if slices.Contains(users, g.owner) {
		return nil, errOnOwner()
	}
	list, err := forEach(users, g.members.has, func(user string) {
		s.leave(g, user)
		g.blocked.put(user, user)
	})
	return told(list, g.kind.listID, "add_blocks", g, func(user string) string {
		return g.reasonNoMember(g.kind.word, user)
	}), err
}

func blockOne(s *state, c *call, g *circle) (*response, *apiError) {
	list, err := blockUsers(s, g, []string{named(c, "username")})
	if err != nil {
		return nil, err
	}
	return data(list[0]), nil
}

func blockMany(s *state, c *call, g *circle) (*response, *apiError) {
	users, err := bodyUsers(c)
	if err != nil {
		return nil, err
	}
	if len(users) > maxCircleBatch {
		return nil, errInvalidParameter("userNames is more than max limit : 60")
	}
	list, err := blockUsers(s, g, users)
	if err != nil {
		return nil, err
	}
	return data(list), nil
}

func unblock(_ *state, c *call, g *circle) (*response, *apiError) {
	users := pathUsers(c)
	if len(users) > maxCircleBatch {
		return nil, errInvalidParameter("removeBlacklist: list size more than max limit : 60")
	}
	list, err := forEach(users, g.blocked.has, g.blocked.remove)
	if err != nil {
		return nil, err
	}
	return oneOrAll(c, told(list, g.kind.listID, "remove_blocks", g, func(user string) string {
		return g.reasonNoMember("blocks of "+g.kind.word, user)
	})), nil
}

func listAllowed(_ *state, _ *call, g *circle) (*response, *apiError) {
	return counted(g.allowed.list()), nil
}

func allowUsers(g *circle, users []string) ([]map[string]any, *apiError) {
	list, err := forEach(users, g.members.has, func(user string) { g.allowed.put(user, user) })
	return told(list, g.kind.listID, "add_user_whitelist", g, func(user string) string {
		return g.reasonNoMember(g.kind.word, user)
	}), err
}

func allowOne(_ *state, c *call, g *circle) (*response, *apiError) {
	list, err := allowUsers(g, []string{named(c, "username")})
	if err != nil {
		return nil, err
	}
	return data(list[0]), nil
}

func allowMany(_ *state, c *call, g *circle) (*response, *apiError) {
	users, err := bodyUsers(c)
	if err != nil {
		return nil, err
	}
	if len(users) > maxCircleBatch {
		return nil, errInvalidParameter("usernames size is more than max limit : 60")
	}
	list, err := allowUsers(g, users)
	if err != nil {
		return nil, err
	}
	return data(list), nil
}

// disallow responses with an object for one user, by analogy with the block list.
func disallow(_ *state, c *call, g *circle) (*response, *apiError) {
	users := pathUsers(c)
	if len(users) > maxCircleBatch {
		return nil, errInvalidParameter("removeWhitelist size is more than max limit : 60")
	}
	list, err := forEach(users, g.allowed.has, g.allowed.remove)
	if err != nil {
		return nil, err
	}
	return oneOrAll(c, told(list, g.kind.listID, "remove_user_whitelist", g, func(user string) string {
		return g.reasonNoMember(g.kind.word, user)
	})), nil
}

// muteEntry is a user on the mute list.
type muteEntry struct {
	Result *bool  `json:"result,omitempty"`
	Expire int64  `json:"expire,omitempty"` // milliseconds
	User   string `json:"user"`
}

func listMuted(s *state, _ *call, g *circle) (*response, *apiError) {
	list := []muteEntry{}
	for _, m := range g.mutesAt(s.now()) {
		list = append(list, muteEntry{User: m.user, Expire: m.until.UnixMilli()})
	}
	return data(list), nil
}

// mutesAt are the mutes in force: first those of the list, then those that
// come with a tag. A user is there once, with the later end.
func (g *circle) mutesAt(now time.Time) []circleMute {
	var list []circleMute
	place := map[string]int{}
	add := func(user string, until time.Time) {
		i, listed := place[user]
		switch {
		case !until.After(now):
		case listed && until.After(list[i].until):
			list[i].until = until
		case !listed:
			place[user] = len(list)
			list = append(list, circleMute{user, until})
		}
	}
	for m := range g.muted.all {
		add(m.user, m.until)
	}
	if len(g.tags) == 0 {
		return list
	}
	for m := range g.members.all {
		for _, tag := range m.tags {
			add(m.user, g.tags[tag])
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
func readMute(o *object) (int64, *apiError) {
	if !o.has("mute_duration") {
		return 0, errNotProvided("mute_duration")
	}
	n := o.integer("mute_duration")
	if o.bad != "" || n < -1 {
		return 0, errInvalidFields("mute_duration")
	}
	return n, nil
}

func muteMembers(s *state, c *call, g *circle) (*response, *apiError) {
	users, err := bodyUsers(c)
	if err != nil {
		return nil, err
	}
	o, _ := c.object() // bodyUsers has read it
	n, err := readMute(o)
	if err != nil {
		return nil, err
	}
	if len(users) > maxCircleBatch {
		return nil, errInvalidParameter("userNames size is more than max limit : 60")
	}
	if slices.Contains(users, g.owner) {
		return nil, errOnOwner()
	}
	until := muteEnd(s.now(), n, time.Millisecond)
	list, err := forEach(users, g.members.has, func(user string) { g.mute(user, until, n == 0) })
	if err != nil {
		return nil, err
	}
	return data(convert(list, func(o outcome) muteEntry {
		if o.failed {
			return muteEntry{Result: new(false), User: o.user}
		}
		return muteEntry{Result: new(true), Expire: until.UnixMilli(), User: o.user}
	})), nil
}

func (g *circle) mute(user string, until time.Time, lift bool) {
	if lift {
		g.muted.remove(user)
		return
	}
	g.muted.put(user, &circleMute{user, until})
}

// unmuteMembers responses with an array also for one user, and with true also
// for a user who is not muted, which no source documents.
func unmuteMembers(_ *state, c *call, g *circle) (*response, *apiError) {
	users := pathUsers(c)
	if len(users) > maxCircleBatch {
		return nil, errInvalidParameter("removeMute member size more than max limit : 60")
	}
	return data(convert(users, func(user string) muteEntry {
		g.muted.remove(user)
		return muteEntry{Result: new(true), User: user}
	})), nil
}

// muteAll sets the mute of all members, which the mute list does not show.
// Rooms call the action put.
func muteAll(on bool) circleHandler {
	return func(_ *state, _ *call, g *circle) (*response, *apiError) {
		g.mutedAll = on
		ans := data(map[string]bool{"mute": on})
		if on && g.kind == roomKind {
			ans.action = "put"
		}
		return ans, nil
	}
}

func getAnnouncement(_ *state, _ *call, g *circle) (*response, *apiError) {
	return data(map[string]string{"announcement": g.announcement}), nil
}

// setAnnouncement takes an empty text to clear it.
func setAnnouncement(tooLong func() *apiError) circleHandler {
	return func(s *state, c *call, g *circle) (*response, *apiError) {
		o, err := c.object()
		if err != nil {
			return nil, err
		}
		text := o.text("announcement")
		switch {
		case o.bad != "":
			return nil, errInvalidFields(o.bad)
		case !o.has("announcement"):
			return nil, errIllegalArgument("announcement is null")
		case utf8.RuneCountInString(text) > 512:
			return nil, tooLong()
		}
		g.announcement, g.modified = text, s.now()
		return data(map[string]any{"id": g.id, "result": true}), nil
	}
}
