package rest

import (
	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

// Calls on members, admins and owners that groups and rooms share.

// listWords are those of calls that list members, and of the details of a room.
var listWords = words{world.NoCircle: named(wire.ErrCircleNotFound)}

// listMembers names each member by their role. Joining order is not documented; it
// is the default of sort, which only the Java SDK sends.
func (k *circleCalls) listMembers(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
	page, err := c.Sheet(k.pagesize, 1000)
	if err != nil {
		return nil, err
	}
	list, refused := a.world.ListMembers(k.id(c), c.Query.Get("sort") == "desc", page.Skip(), page.Size)
	if refused != nil {
		return nil, k.told(refused, listWords)
	}
	timed := c.Query.Get("joined_time") == "true"
	return wire.Counted(world.Convert(list, func(m world.Membership) map[string]any {
		entry := map[string]any{}
		for role, user := range affiliation(m) {
			entry[role] = user
		}
		if timed {
			entry["joined_time"] = m.Joined.UnixMilli()
		}
		return entry
	})), nil
}

// countMembers counts the owner, too: whether the service does is not said.
func (k *circleCalls) countMembers(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
	g, err := a.world.Circle(k.id(c))
	if err != nil {
		return nil, k.told(err)
	}
	return wire.Data(g.Members), nil
}

func wantsCursor(c *wire.Call) bool { return c.Query.Get("version") == "v3" }

// listMembersCursor is the form of the Java SDK: names only, without the owner.
func (k *circleCalls) listMembersCursor(own ...words) handler {
	return func(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
		limit, err := c.Number("limit", 20, 1000)
		if err != nil {
			return nil, err
		}
		list, next, refused := a.world.PageMembers(k.id(c), c.Query.Get("sort") == "desc", c.Query.Get("cursor"), limit)
		if refused != nil {
			return nil, k.told(refused, own...)
		}
		ans := wire.Counted(list)
		ans.Cursor = next
		return ans, nil
	}
}

// removeMembers removes one member or several.
func (k *circleCalls) removeMembers(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
	users := pathUsers(c)
	if len(users) > maxCircleBatch {
		return nil, wire.ErrInvalidParameter("kickMember: kickMembers number more than maxSize : 60")
	}
	list, err := a.world.RemoveMembers(k.id(c), users)
	if err != nil {
		return nil, k.told(err)
	}
	return oneOrAll(c, results(list, k.memberID, "remove_member", c, absentFrom("group"))), nil
}

func (k *circleCalls) listAdmins(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
	list, err := a.world.ListAdmins(k.id(c))
	if err != nil {
		return nil, k.told(err)
	}
	return wire.Counted(list), nil
}

func (k *circleCalls) addAdmin(own ...words) handler {
	return func(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
		user, err := bodyUser(c, "newadmin")
		if err != nil {
			return nil, err
		}
		if err := a.world.AddAdmin(k.id(c), user); err != nil {
			return nil, k.told(err, own...)
		}
		return wire.Data(map[string]string{"result": "success", "newadmin": world.Fold(user)}), nil
	}
}

func (k *circleCalls) removeAdmin(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
	user := c.Value("oldadmin")
	if err := a.world.RemoveAdmin(k.id(c), user); err != nil {
		return nil, k.told(err)
	}
	return wire.Data(map[string]string{"result": "success", "oldadmin": world.Fold(user)}), nil
}

// transfersOwner distinguishes a transfer from an update: method and path are the same.
func transfersOwner(c *wire.Call) bool {
	c.ReadBody()
	o, err := c.Object()
	return err == nil && o.Has("newowner")
}

func (k *circleCalls) transfer(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
	user, err := bodyUser(c, "newowner")
	if err != nil {
		return nil, err
	}
	if err := a.world.TransferOwner(k.id(c), user); err != nil {
		return nil, k.told(err, words{world.NotMember: pair(wire.ErrNotInGroupForbidden)})
	}
	return wire.Data(map[string]bool{"newowner": true}), nil
}
