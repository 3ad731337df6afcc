package rest

import (
	"math"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

// Calls on block, allow and mute lists that groups and rooms share.

// A batchRule does something for users of a group or room, and has an outcome for
// each.
type batchRule func(w *world.World, id world.CircleID, users []string) ([]world.Outcome, *world.Error)

// one is a call for the user whom its path names: commas do not make several.
func (k *circleCalls) one(action string, rule batchRule) handler {
	return func(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
		list, err := rule(a.world, k.id(c), []string{c.Value("username")})
		if err != nil {
			return nil, k.told(err)
		}
		return wire.Data(results(list, k.listID, action, c, absentFrom(k.word))[0]), nil
	}
}

// many is a call for the users in its body.
func (k *circleCalls) many(action, tooMany string, rule batchRule) handler {
	return func(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
		_, users, err := bodyUsers(c)
		switch {
		case err != nil:
			return nil, err
		case len(users) > maxCircleBatch:
			return nil, wire.ErrInvalidParameter(tooMany)
		}
		list, refused := rule(a.world, k.id(c), users)
		if refused != nil {
			return nil, k.told(refused)
		}
		return wire.Data(results(list, k.listID, action, c, absentFrom(k.word))), nil
	}
}

// off is a call that takes the users in its path off a list.
func (k *circleCalls) off(action, tooMany, word string, rule batchRule) handler {
	return func(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
		users := pathUsers(c)
		if len(users) > maxCircleBatch {
			return nil, wire.ErrInvalidParameter(tooMany)
		}
		list, err := rule(a.world, k.id(c), users)
		if err != nil {
			return nil, k.told(err)
		}
		return oneOrAll(c, results(list, k.listID, action, c, absentFrom(word))), nil
	}
}

func (k *circleCalls) blockOne() handler {
	return k.one("add_blocks", (*world.World).BlockMembers)
}

func (k *circleCalls) blockMany() handler {
	return k.many("add_blocks", "userNames is more than max limit : 60", (*world.World).BlockMembers)
}

func (k *circleCalls) unblock() handler {
	return k.off("remove_blocks", "removeBlacklist: list size more than max limit : 60", "blocks of "+k.word, (*world.World).UnblockUsers)
}

func (k *circleCalls) allowOne() handler {
	return k.one("add_user_whitelist", (*world.World).AllowMembers)
}

func (k *circleCalls) allowMany() handler {
	return k.many("add_user_whitelist", "usernames size is more than max limit : 60", (*world.World).AllowMembers)
}

// disallow responds with an object for one user, by analogy with the block list.
func (k *circleCalls) disallow() handler {
	return k.off("remove_user_whitelist", "removeWhitelist size is more than max limit : 60", k.word, (*world.World).DisallowMembers)
}

func (k *circleCalls) listAllowed(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
	list, err := a.world.ListAllowedMembers(k.id(c))
	if err != nil {
		return nil, k.told(err)
	}
	return wire.Counted(list), nil
}

// muteEntry is a user on the mute list.
type muteEntry struct {
	Result *bool  `json:"result,omitempty"`
	Expire int64  `json:"expire,omitempty"` // milliseconds
	User   string `json:"user"`
}

func (k *circleCalls) listMuted(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
	list, err := a.world.ListMutedMembers(k.id(c))
	if err != nil {
		return nil, k.told(err)
	}
	return wire.Data(world.Convert(list, func(m world.CircleMute) muteEntry {
		return muteEntry{User: m.User, Expire: m.Until.UnixMilli()}
	})), nil
}

// readMute reads mute_duration, which counts in units: -1 is for ever, and lower
// values are not valid.
func readMute(o *wire.Object, unit time.Duration) (time.Duration, *wire.Error) {
	if !o.Has("mute_duration") {
		return 0, wire.ErrNotProvided("mute_duration")
	}
	n := o.Integer("mute_duration")
	switch {
	case o.Bad != "" || n < -1:
		return 0, wire.ErrInvalidFields("mute_duration")
	case n < 0 || n > int64(math.MaxInt64/unit):
		return world.Forever, nil
	}
	return time.Duration(n) * unit, nil
}

func (k *circleCalls) muteMembers(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
	o, users, err := bodyUsers(c)
	if err != nil {
		return nil, err
	}
	length, err := readMute(o, time.Millisecond)
	switch {
	case err != nil:
		return nil, err
	case len(users) > maxCircleBatch:
		return nil, wire.ErrInvalidParameter("userNames size is more than max limit : 60")
	}
	list, until, refused := a.world.MuteMembers(k.id(c), users, length)
	if refused != nil {
		return nil, k.told(refused)
	}
	return wire.Data(world.Convert(list, func(o world.Outcome) muteEntry {
		if o.Err != nil {
			return muteEntry{Result: new(false), User: o.User}
		}
		return muteEntry{Result: new(true), Expire: until.UnixMilli(), User: o.User}
	})), nil
}

// unmuteMembers responds with an array also for one user.
func (k *circleCalls) unmuteMembers(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
	users := pathUsers(c)
	if len(users) > maxCircleBatch {
		return nil, wire.ErrInvalidParameter("removeMute member size more than max limit : 60")
	}
	users, err := a.world.UnmuteMembers(k.id(c), users)
	if err != nil {
		return nil, k.told(err)
	}
	return wire.Data(world.Convert(users, func(user string) muteEntry {
		return muteEntry{Result: new(true), User: user}
	})), nil
}

// muteAll responds as rooms do, which call the action put.
func (k *circleCalls) muteAll(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
	if err := a.world.MuteAll(k.id(c)); err != nil {
		return nil, k.told(err)
	}
	ans := wire.Data(map[string]bool{"mute": true})
	if k.kind == world.RoomKind {
		ans.Action = "put"
	}
	return ans, nil
}

func (k *circleCalls) unmuteAll(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
	if err := a.world.UnmuteAll(k.id(c)); err != nil {
		return nil, k.told(err)
	}
	return wire.Data(map[string]bool{"mute": false}), nil
}
