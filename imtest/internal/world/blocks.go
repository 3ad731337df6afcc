package world

import (
	"math"
	"strings"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	maxBlocked      = 500 // of one user
	maxBlockedBatch = 50
	maxChecked      = 100
)

var blocksRoutes = []legacy{
	{
		ID: "contacts.block_list", Method: get, Path: "/users/{owner_username}/blocks/users",
		shape: wire.InAction | wire.InURI | wire.InEntities | wire.InCount, do: (*World).blocksList,
	},
	{
		ID: "contacts.block_add", Method: post, Path: "/users/{owner_username}/blocks/users",
		shape: wire.InAction | wire.InApp | wire.InURI | wire.InEntities, body: wire.JSONBody, do: (*World).blocksAdd,
	},
	{
		ID: "contacts.block_remove", Method: del, Path: "/users/{owner_username}/blocks/users/{blocked_username}",
		shape: wire.InAction | wire.InApp, do: (*World).blocksRemove,
	},
	{
		ID: "contacts.block_check", Method: post, Path: "/blocks/check",
		shape: wire.InAction | wire.InPath | wire.InURI, body: wire.JSONBody, do: (*World).blocksCheck,
	},
}

// blocksList lists everything, or a page if it is asked for one.
func (s *World) blocksList(c *wire.Call) (*wire.Response, *wire.Error) {
	limit, err := c.Number("pageSize", maxBlocked, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	if c.Query.Has("pageSize") || c.Query.Has("cursor") {
		limit = min(limit, maxBlockedBatch)
	}
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	owner := named(c, "owner_username")
	if !s.Users.Has(owner) {
		return nil, wire.ErrNoSuchUser()
	}
	page, ok := s.Contacts.Get(owner).Blocked.leaf(c.Query.Get("cursor"), limit, true, nil)
	if !ok {
		return nil, wire.ErrInvalidRequest()
	}
	ans := wire.Counted(append([]string{}, page.values...))
	ans.Cursor = page.cursorIfMore()
	return ans, nil
}

// blocksAdd blocks all of its users or none. The errors for too many of them
// are not documented: they are those of other batches and of friends.
func (s *World) blocksAdd(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	names := o.Texts("usernames")
	switch {
	case o.Bad != "" || len(names) == 0:
		return nil, wire.ErrInvalidRequest()
	case len(names) > maxBlockedBatch:
		return nil, wire.ErrBodyExceeds(maxBlockedBatch)
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	owner := named(c, "owner_username")
	if !s.Users.Has(owner) {
		return nil, wire.ErrNoSuchUser()
	}
	blocked := &s.Contacts.Edit(owner).Blocked
	fresh := map[string]bool{}
	for i, name := range names {
		names[i] = Fold(name)
		if !s.Users.Has(names[i]) {
			return nil, wire.ErrNoSuchUser()
		}
		if !blocked.Has(names[i]) {
			fresh[names[i]] = true
		}
	}
	if blocked.Len()+len(fresh) > maxBlocked {
		return nil, wire.ErrContactLimit("user blacklist number exceed limit")
	}
	for _, name := range names {
		blocked.Put(name, name)
	}
	return wire.Data(names), nil
}

func (s *World) blocksRemove(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	owner, other, err := s.pair(c, "blocked_username")
	if err != nil {
		return nil, err
	}
	s.Contacts.Edit(owner.Name).Blocked.Remove(other.Name)
	return besides(c, owner, "blocks", other), nil
}

func (s *World) blocksCheck(c *wire.Call) (*wire.Response, *wire.Error) {
	isBlocked := func(b *contactBook, name string) bool { return b.Blocked.Has(name) }
	return s.relations(c, isBlocked, "blacklist", "not_blacklist")
}

// relation is a user of a check, and what he is to the owner.
type relation struct {
	Username string `json:"username"`
	Relation string `json:"relation"`
}

// relations responses what the users of a list are to an owner: yes or no.
func (s *World) relations(c *wire.Call, holds func(b *contactBook, name string) bool, yes, no string) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	owner, names := Fold(o.Text("username")), o.Texts("check_list")
	switch {
	case o.Bad != "":
		return nil, wire.ErrInvalidRequest()
	case strings.TrimSpace(owner) == "":
		return nil, wire.ErrIllegalArgument("username cannot be blank")
	case len(names) < 1 || len(names) > maxChecked:
		return nil, wire.ErrIllegalArgument("check_list size must be between 1 and 100")
	}
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	if !s.Users.Has(owner) {
		return nil, wire.ErrNoSuchUser()
	}
	b := s.Contacts.Get(owner)
	return wire.Entities(Convert(names, func(name string) relation {
		if holds(b, Fold(name)) {
			return relation{Fold(name), yes}
		}
		return relation{Fold(name), no}
	})...), nil
}

func (s *World) contactsCheck(c *wire.Call) (*wire.Response, *wire.Error) {
	isFriend := func(b *contactBook, name string) bool { return b.Friends.Has(name) }
	return s.relations(c, isFriend, "friend", "not_friend")
}
