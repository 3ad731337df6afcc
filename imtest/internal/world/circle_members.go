package world

import (
	"strconv"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// Calls on members, admins and owners that groups and rooms share.

// listMembers names each member by his role: owner, or member for all others.
// Joining order is not documented; it is the default of sort, which only the
// Java SDK sends.
func listMembers(standard int) circleHandler {
	return func(_ *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
		page, err := c.Sheet(standard, 1000)
		if err != nil {
			return nil, err
		}
		list := g.Members.List()
		if c.Query.Get("sort") == "desc" {
			list = g.Members.Newest()
		}
		timed := c.Query.Get("joined_time") == "true"
		return wire.Counted(Convert(wire.OnSheet(list, page), func(m *Member) map[string]any {
			entry := map[string]any{g.role(m.User): m.User}
			if timed {
				entry["joined_time"] = m.Joined.UnixMilli()
			}
			return entry
		})), nil
	}
}

// role is what lists call a member; they do not tell admins apart.
func (g *Circle) role(user string) string {
	if user == g.Owner {
		return "owner"
	}
	return "member"
}

// affiliations are up to 10,000 members with their roles, the newest first.
func (g *Circle) affiliations() []map[string]string {
	list := g.Members.Newest()
	return Convert(list[:min(len(list), 10_000)], func(m *Member) map[string]string {
		return map[string]string{g.role(m.User): m.User}
	})
}

func wantsCursor(c *wire.Call) bool { return c.Query.Get("version") == "v3" }

// listMembersCursor is the form of the Java SDK: names only, without the owner.
func listMembersCursor(_ *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	limit, err := c.Number("limit", 20, 1000)
	if err != nil {
		return nil, err
	}
	newestFirst := c.Query.Get("sort") == "desc"
	page, ok := g.Members.Leaf(c.Query.Get("cursor"), limit, newestFirst, func(m *Member) bool { return m.User != g.Owner })
	if !ok {
		return nil, wire.ErrInvalidRequest()
	}
	ans := wire.Counted(Convert(page.Values, func(m *Member) string { return m.User }))
	ans.Cursor = page.CursorIfMore()
	return ans, nil
}

// admit checks that users can join and returns those who are no members yet.
func (w *World) admit(g *Circle, users []string) ([]string, *wire.Error) {
	fresh, err := w.newcomers(g, users)
	if err == nil && len(fresh) > 0 && g.Members.Len()+len(fresh) > g.MaxUsers {
		err = g.Kind.errFull(g.ID)
	}
	return fresh, err
}

// newcomers returns the users who are no members yet, each once. All must exist,
// and none be blocked by a room; a group takes them, off its block list.
func (w *World) newcomers(g *Circle, users []string) ([]string, *wire.Error) {
	fresh := []string{}
	seen := map[string]bool{}
	for _, user := range users {
		switch {
		case !w.users.Has(user):
			return nil, wire.ErrNoUsername(user)
		case g.Kind == RoomKind && g.Blocked.Has(user):
			return nil, wire.ErrBlocked(user, g.ID)
		case !g.Members.Has(user) && !seen[user]:
			seen[user] = true
			fresh = append(fresh, user)
		}
	}
	return fresh, nil
}

// removeMembers removes one member or several. A user who is none is an error
// if nobody else is removed, and a result otherwise.
func removeMembers(w *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	users := pathUsers(c)
	if len(users) > maxCircleBatch {
		return nil, wire.ErrInvalidParameter("kickMember: kickMembers number more than maxSize : 60")
	}
	if err := w.checkTargets(c, g, users); err != nil {
		return nil, err
	}
	list, err := forEach(users, g.Members.Has, func(user string) { w.leave(g, user) })
	if err != nil {
		return nil, err
	}
	return oneOrAll(c, told(list, g.Kind.memberID, "remove_member", g, func(user string) string {
		if !w.users.Has(user) {
			return "user " + user + " doesn't exist."
		}
		return g.reasonNoMember("group", user)
	})), nil
}

// checkTargets refuses the owner among users; of rooms also a single user
// whom the app does not know.
func (w *World) checkTargets(c *wire.Call, g *Circle, users []string) *wire.Error {
	for _, user := range users {
		if user == g.Owner {
			return wire.ErrOnOwner()
		}
		if g.Kind == RoomKind && !hasSeveral(c) && !w.users.Has(user) {
			return wire.ErrNoUsername(user)
		}
	}
	return nil
}

func (g *Circle) reasonNoMember(word, user string) string {
	return "user: " + user + " doesn't exist in " + word + ": " + g.ID
}

func listAdmins(_ *World, _ *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	return wire.Counted(g.Admins.List()), nil
}

// addAdmin takes an admin as done. The error for the hundredth admin and for
// the owner is not documented.
func addAdmin(w *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	user := Fold(o.Text("newadmin"))
	switch {
	case o.Bad != "":
		return nil, wire.ErrInvalidFields(o.Bad)
	case user == "":
		return nil, wire.ErrNotProvided("newadmin")
	case g.Kind == RoomKind && !w.users.Has(user):
		return nil, wire.ErrNoUsername(user)
	case g.Kind == RoomKind && !g.Members.Has(user):
		return nil, wire.ErrNotMembers([]string{user})
	case !g.Members.Has(user):
		return nil, wire.ErrNotInGroup(user, g.ID)
	case user == g.Owner:
		return nil, wire.ErrOnOwner()
	case !g.Admins.Has(user) && g.Admins.Len() >= maxAdmins:
		return nil, wire.ErrExceedLimit("admins size is greater than " + strconv.Itoa(maxAdmins))
	}
	g.Admins.Put(user, user)
	g.Allowed.Put(user, user)
	return wire.Data(map[string]string{"result": "success", "newadmin": user}), nil
}

// removeAdmin is an error for a group's member who is no admin; a room's is
// as good as removed.
func removeAdmin(w *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	user := named(c, "oldadmin")
	switch {
	case g.Kind == RoomKind && !w.users.Has(user):
		return nil, wire.ErrNoUsername(user)
	case g.Kind == GroupKind && !g.Admins.Has(user):
		return nil, wire.ErrNoAdmin(user, g.ID)
	}
	if g.Admins.Has(user) {
		g.Admins.Remove(user)
		g.Allowed.Remove(user)
	}
	return wire.Data(map[string]string{"result": "success", "oldadmin": user}), nil
}

// transfersOwner tells a transfer from an update: method and path are the same.
func transfersOwner(c *wire.Call) bool {
	c.ReadBody()
	o, err := c.Object()
	return err == nil && o.Has("newowner")
}

// transfer makes a member the owner; the old owner stays as a plain member.
func transfer(w *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	user := Fold(o.Text("newowner"))
	switch {
	case o.Bad != "":
		return nil, wire.ErrInvalidFields(o.Bad)
	case user == "":
		return nil, wire.ErrNotProvided("newowner")
	case g.Kind == RoomKind && !w.users.Has(user):
		return nil, wire.ErrNoUsername(user)
	case user == g.Owner:
		return nil, wire.ErrSameOwner()
	case !g.Members.Has(user):
		return nil, wire.ErrNotInGroupForbidden(user, g.ID)
	}
	g.Admins.Remove(user)
	g.Allowed.Remove(g.Owner)
	g.Allowed.Put(user, user)
	g.Owner, g.Modified = user, w.Now()
	return wire.Data(map[string]bool{"newowner": true}), nil
}
