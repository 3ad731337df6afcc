package imtest

import "strconv"

// Calls on members, admins and owners that groups and rooms share.

// listMembers names each member by his role: owner, or member for all others.
// Joining order is not documented; it is the default of sort, which only the
// Java SDK sends.
func listMembers(standard int) circleHandler {
	return func(_ *state, c *call, g *circle) (*response, *apiError) {
		page, err := c.sheet(standard, 1000)
		if err != nil {
			return nil, err
		}
		list := g.members.list()
		if c.query.Get("sort") == "desc" {
			list = g.members.newest()
		}
		timed := c.query.Get("joined_time") == "true"
		return counted(convert(onSheet(list, page), func(m *member) map[string]any {
			entry := map[string]any{g.role(m.user): m.user}
			if timed {
				entry["joined_time"] = m.joined.UnixMilli()
			}
			return entry
		})), nil
	}
}

// role is what lists call a member; they do not tell admins apart.
func (g *circle) role(user string) string {
	if user == g.owner {
		return "owner"
	}
	return "member"
}

// affiliations are up to 10,000 members with their roles, the newest first.
func (g *circle) affiliations() []map[string]string {
	list := g.members.newest()
	return convert(list[:min(len(list), 10_000)], func(m *member) map[string]string {
		return map[string]string{g.role(m.user): m.user}
	})
}

func wantsCursor(c *call) bool { return c.query.Get("version") == "v3" }

// listMembersCursor is the form of the Java SDK: names only, without the owner.
func listMembersCursor(_ *state, c *call, g *circle) (*response, *apiError) {
	limit, err := c.number("limit", 20, 1000)
	if err != nil {
		return nil, err
	}
	newestFirst := c.query.Get("sort") == "desc"
	page, ok := g.members.leaf(c.query.Get("cursor"), limit, newestFirst, func(m *member) bool { return m.user != g.owner })
	if !ok {
		return nil, errInvalidRequest()
	}
	ans := counted(convert(page.values, func(m *member) string { return m.user }))
	ans.cursor = page.cursorIfMore()
	return ans, nil
}

// admit checks that users can join and returns those who are no members yet.
func (s *state) admit(g *circle, users []string) ([]string, *apiError) {
	fresh, err := s.newcomers(g, users)
	if err == nil && len(fresh) > 0 && g.members.len()+len(fresh) > g.maxUsers {
		err = g.kind.errFull(g.id)
	}
	return fresh, err
}

// newcomers returns the users who are no members yet, each once. All must exist,
// and none be blocked by a room; a group takes them, off its block list.
func (s *state) newcomers(g *circle, users []string) ([]string, *apiError) {
	fresh := []string{}
	seen := map[string]bool{}
	for _, user := range users {
		switch {
		case !s.users.has(user):
			return nil, errNoUsername(user)
		case g.kind == roomKind && g.blocked.has(user):
			return nil, errBlocked(user, g.id)
		case !g.members.has(user) && !seen[user]:
			seen[user] = true
			fresh = append(fresh, user)
		}
	}
	return fresh, nil
}

// removeMembers removes one member or several. A user who is none is an error
// if nobody else is removed, and a result otherwise.
func removeMembers(s *state, c *call, g *circle) (*response, *apiError) {
	users := pathUsers(c)
	if len(users) > maxCircleBatch {
		return nil, errInvalidParameter("kickMember: kickMembers number more than maxSize : 60")
	}
	if err := s.checkTargets(c, g, users); err != nil {
		return nil, err
	}
	list, err := forEach(users, g.members.has, func(user string) { s.leave(g, user) })
	if err != nil {
		return nil, err
	}
	return oneOrAll(c, told(list, g.kind.memberID, "remove_member", g, func(user string) string {
		if !s.users.has(user) {
			return "user " + user + " doesn't exist."
		}
		return g.reasonNoMember("group", user)
	})), nil
}

// checkTargets refuses the owner among users; of rooms also a single user
// whom the app does not know.
func (s *state) checkTargets(c *call, g *circle, users []string) *apiError {
	for _, user := range users {
		if user == g.owner {
			return errOnOwner()
		}
		if g.kind == roomKind && !hasSeveral(c) && !s.users.has(user) {
			return errNoUsername(user)
		}
	}
	return nil
}

func (g *circle) reasonNoMember(word, user string) string {
	return "user: " + user + " doesn't exist in " + word + ": " + g.id
}

func listAdmins(_ *state, _ *call, g *circle) (*response, *apiError) {
	return counted(g.admins.list()), nil
}

// addAdmin takes an admin as done. The error for the hundredth admin and for
// the owner is not documented.
func addAdmin(s *state, c *call, g *circle) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	user := fold(o.text("newadmin"))
	switch {
	case o.bad != "":
		return nil, errInvalidFields(o.bad)
	case user == "":
		return nil, errNotProvided("newadmin")
	case g.kind == roomKind && !s.users.has(user):
		return nil, errNoUsername(user)
	case g.kind == roomKind && !g.members.has(user):
		return nil, errNotMembers([]string{user})
	case !g.members.has(user):
		return nil, errNotInGroup(user, g.id)
	case user == g.owner:
		return nil, errOnOwner()
	case !g.admins.has(user) && g.admins.len() >= maxAdmins:
		return nil, errExceedLimit("admins size is greater than " + strconv.Itoa(maxAdmins))
	}
	g.admins.put(user, user)
	g.allowed.put(user, user)
	return data(map[string]string{"result": "success", "newadmin": user}), nil
}

// removeAdmin is an error for a group's member who is no admin; a room's is
// as good as removed.
func removeAdmin(s *state, c *call, g *circle) (*response, *apiError) {
	user := named(c, "oldadmin")
	switch {
	case g.kind == roomKind && !s.users.has(user):
		return nil, errNoUsername(user)
	case g.kind == groupKind && !g.admins.has(user):
		return nil, errNoAdmin(user, g.id)
	}
	if g.admins.has(user) {
		g.admins.remove(user)
		g.allowed.remove(user)
	}
	return data(map[string]string{"result": "success", "oldadmin": user}), nil
}

// transfersOwner tells a transfer from an update: method and path are the same.
func transfersOwner(c *call) bool {
	c.readBody()
	o, err := c.object()
	return err == nil && o.has("newowner")
}

// transfer makes a member the owner; the old owner stays as a plain member.
func transfer(s *state, c *call, g *circle) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	user := fold(o.text("newowner"))
	switch {
	case o.bad != "":
		return nil, errInvalidFields(o.bad)
	case user == "":
		return nil, errNotProvided("newowner")
	case g.kind == roomKind && !s.users.has(user):
		return nil, errNoUsername(user)
	case user == g.owner:
		return nil, errSameOwner()
	case !g.members.has(user):
		return nil, errNotInGroupForbidden(user, g.id)
	}
	g.admins.remove(user)
	g.allowed.remove(g.owner)
	g.allowed.put(user, user)
	g.owner, g.modified = user, s.now()
	return data(map[string]bool{"newowner": true}), nil
}
