package imtest

import (
	"math"
	"strings"
)

const (
	maxBlocked      = 500 // of one user
	maxBlockedBatch = 50
	maxChecked      = 100
)

var blocksRoutes = []legacy{
	{
		id: "contacts.block_list", method: get, path: "/users/{owner_username}/blocks/users",
		shape: inAction | inURI | inEntities | inCount, do: (*state).blocksList,
	},
	{
		id: "contacts.block_add", method: post, path: "/users/{owner_username}/blocks/users",
		shape: inAction | inApp | inURI | inEntities, body: jsonBody, do: (*state).blocksAdd,
	},
	{
		id: "contacts.block_remove", method: del, path: "/users/{owner_username}/blocks/users/{blocked_username}",
		shape: inAction | inApp, do: (*state).blocksRemove,
	},
	{
		id: "contacts.block_check", method: post, path: "/blocks/check",
		shape: inAction | inPath | inURI, body: jsonBody, do: (*state).blocksCheck,
	},
}

// blocksList lists everything, or a page if it is asked for one.
func (s *state) blocksList(c *call) (*response, *apiError) {
	limit, err := c.number("pageSize", maxBlocked, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	if c.query.Has("pageSize") || c.query.Has("cursor") {
		limit = min(limit, maxBlockedBatch)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	owner := named(c, "owner_username")
	if !s.users.has(owner) {
		return nil, errNoSuchUser()
	}
	page, ok := s.contacts.get(owner).blocked.leaf(c.query.Get("cursor"), limit, true, nil)
	if !ok {
		return nil, errInvalidRequest()
	}
	ans := counted(append([]string{}, page.values...))
	ans.cursor = page.cursorIfMore()
	return ans, nil
}

// blocksAdd blocks all of its users or none. The errors for too many of them
// are not documented: they are those of other batches and of friends.
func (s *state) blocksAdd(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	names := o.texts("usernames")
	switch {
	case o.bad != "" || len(names) == 0:
		return nil, errInvalidRequest()
	case len(names) > maxBlockedBatch:
		return nil, errBodyExceeds(maxBlockedBatch)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	owner := named(c, "owner_username")
	if !s.users.has(owner) {
		return nil, errNoSuchUser()
	}
	blocked := &s.contacts.edit(owner).blocked
	fresh := map[string]bool{}
	for i, name := range names {
		names[i] = fold(name)
		if !s.users.has(names[i]) {
			return nil, errNoSuchUser()
		}
		if !blocked.has(names[i]) {
			fresh[names[i]] = true
		}
	}
	if blocked.len()+len(fresh) > maxBlocked {
		return nil, errContactLimit("user blacklist number exceed limit")
	}
	for _, name := range names {
		blocked.put(name, name)
	}
	return data(names), nil
}

func (s *state) blocksRemove(c *call) (*response, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	owner, other, err := s.pair(c, "blocked_username")
	if err != nil {
		return nil, err
	}
	s.contacts.edit(owner.name).blocked.remove(other.name)
	return besides(c, owner, "blocks", other), nil
}

func (s *state) blocksCheck(c *call) (*response, *apiError) {
	isBlocked := func(b *contactBook, name string) bool { return b.blocked.has(name) }
	return s.relations(c, isBlocked, "blacklist", "not_blacklist")
}

// relation is a user of a check, and what he is to the owner.
type relation struct {
	Username string `json:"username"`
	Relation string `json:"relation"`
}

// relations responses what the users of a list are to an owner: yes or no.
func (s *state) relations(c *call, holds func(b *contactBook, name string) bool, yes, no string) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	owner, names := fold(o.text("username")), o.texts("check_list")
	switch {
	case o.bad != "":
		return nil, errInvalidRequest()
	case strings.TrimSpace(owner) == "":
		return nil, errIllegalArgument("username cannot be blank")
	case len(names) < 1 || len(names) > maxChecked:
		return nil, errIllegalArgument("check_list size must be between 1 and 100")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if !s.users.has(owner) {
		return nil, errNoSuchUser()
	}
	b := s.contacts.get(owner)
	return entities(convert(names, func(name string) relation {
		if holds(b, fold(name)) {
			return relation{fold(name), yes}
		}
		return relation{fold(name), no}
	})...), nil
}

func (s *state) contactsCheck(c *call) (*response, *apiError) {
	isFriend := func(b *contactBook, name string) bool { return b.friends.has(name) }
	return s.relations(c, isFriend, "friend", "not_friend")
}
