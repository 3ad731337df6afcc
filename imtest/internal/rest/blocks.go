package rest

import (
	"math"
	"strings"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const (
	maxBlocked      = 500 // of one user, who has no more: a list without pages
	maxBlockedBatch = 50
	maxChecked      = 100
)

var blocksRoutes = []route{
	{wire.Route{
		ID: "contacts.block_list", Method: get, Path: "/users/{owner_username}/blocks/users",
		Shape: wire.InAction | wire.InURI | wire.InEntities | wire.InCount,
	}, (*API).blocksList},
	{wire.Route{
		ID: "contacts.block_add", Method: post, Path: "/users/{owner_username}/blocks/users",
		Shape: wire.InAction | wire.InApp | wire.InURI | wire.InEntities, Body: wire.JSONBody,
	}, (*API).blocksAdd},
	{wire.Route{
		ID: "contacts.block_remove", Method: del, Path: "/users/{owner_username}/blocks/users/{blocked_username}",
		Shape: wire.InAction | wire.InApp,
	}, (*API).blocksRemove},
	{wire.Route{
		ID: "contacts.block_check", Method: post, Path: "/blocks/check",
		Shape: wire.InAction | wire.InPath | wire.InURI, Body: wire.JSONBody,
	}, (*API).blocksCheck},
}

// blocksList lists everything, or a page if it is asked for one.
func (a *API) blocksList(c *wire.Call) (*wire.Response, *wire.Error) {
	limit, err := c.Number("pageSize", maxBlocked, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	if c.Query.Has("pageSize") || c.Query.Has("cursor") {
		limit = min(limit, maxBlockedBatch)
	}
	names, next, refused := a.world.ListBlocked(c.Value("owner_username"), c.Query.Get("cursor"), limit)
	if refused != nil {
		return nil, told(refused)
	}
	ans := wire.Counted(append([]string{}, names...))
	ans.Cursor = next
	return ans, nil
}

// readUsernames reads the users of a call; without any, and with more than the most, it is an
// error.
func readUsernames(c *wire.Call, none *wire.Error, most int, tooMany *wire.Error) ([]string, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	names := o.Texts("usernames")
	switch {
	case o.Bad != "" || len(names) == 0:
		return nil, none
	case len(names) > most:
		return nil, tooMany
	}
	return names, nil
}

// blocksAdd blocks all of its users or none. The errors for too many of them
// are not documented: they are those of other batches and of friends.
func (a *API) blocksAdd(c *wire.Call) (*wire.Response, *wire.Error) {
	names, err := readUsernames(c, wire.ErrInvalidRequest(), maxBlockedBatch, wire.ErrBodyExceeds(maxBlockedBatch))
	if err != nil {
		return nil, err
	}
	names, refused := a.world.Block(c.Value("owner_username"), names)
	if refused != nil {
		return nil, told(refused)
	}
	return wire.Data(names), nil
}

func (a *API) blocksRemove(c *wire.Call) (*wire.Response, *wire.Error) {
	pair, err := a.world.Unblock(c.Value("owner_username"), c.Value("blocked_username"))
	if err != nil {
		return nil, told(err)
	}
	return besides(c, "blocks", pair), nil
}

func (a *API) blocksCheck(c *wire.Call) (*wire.Response, *wire.Error) {
	return relations(c, a.world.AreBlocked, "blacklist", "not_blacklist")
}

func (a *API) contactsCheck(c *wire.Call) (*wire.Response, *wire.Error) {
	return relations(c, a.world.AreContacts, "friend", "not_friend")
}

// relation is a user of a check, and what they are to the owner.
type relation struct {
	Username string `json:"username"`
	Relation string `json:"relation"`
}

// relations responds what the users of a list are to an owner: yes or no.
func relations(c *wire.Call, rule func(owner string, names []string) ([]bool, *world.Error), yes, no string) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	owner, names := o.Text("username"), o.Texts("check_list")
	switch {
	case o.Bad != "":
		return nil, wire.ErrInvalidRequest()
	case strings.TrimSpace(owner) == "":
		return nil, wire.ErrIllegalArgument("username cannot be blank")
	case len(names) < 1 || len(names) > maxChecked:
		return nil, wire.ErrIllegalArgument("check_list size must be between 1 and 100")
	}
	are, refused := rule(owner, names)
	if refused != nil {
		return nil, told(refused)
	}
	list := make([]relation, len(names))
	for i, is := range are {
		list[i] = relation{world.Fold(names[i]), no}
		if is {
			list[i].Relation = yes
		}
	}
	return wire.Entities(list...), nil
}
