package rest

import (
	"math"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const (
	maxFriendsPage = 50
	maxRemark      = 100
	maxImported    = 10
)

var contactsRoutes = []route{
	{wire.Route{
		ID: "contacts.add", Method: post, Path: "/users/{owner_username}/contacts/users/{friend_username}",
		Shape: wire.InAction | wire.InApp,
	}, (*API).contactsAdd},
	{wire.Route{
		ID: "contacts.remove", Method: del, Path: "/users/{owner_username}/contacts/users/{friend_username}",
		Shape: wire.InAction | wire.InApp,
	}, (*API).contactsRemove},
	{wire.Route{
		ID: "contacts.remove_all", Method: del, Path: "/contacts/users/{username}",
		Shape: wire.InAction | wire.InApp | wire.InURI | wire.InEntities,
	}, (*API).contactsRemoveAll},
	{wire.Route{
		ID: "contacts.list", Method: get, Path: "/users/{owner_username}/contacts/users",
		Shape: wire.InAction | wire.InURI | wire.InEntities | wire.InCount,
	}, (*API).contactsList},
	{wire.Route{
		ID: "contacts.list_paged", Method: get, Path: "/user/{username}/contacts", Twin: "/users/{username}/contacts",
		Shape: wire.InAction | wire.InEntities | wire.InCount,
	}, (*API).contactsListPaged},
	{wire.Route{
		ID: "contacts.set_remark", Method: put, Path: "/user/{owner_username}/contacts/users/{friend_username}",
		Twin: "/users/{owner_username}/contacts/users/{friend_username}", Shape: wire.InAction | wire.InURI, Body: wire.JSONBody,
	}, (*API).contactsSetRemark},
	{wire.Route{
		ID: "contacts.check", Method: post, Path: "/contacts/check",
		Shape: wire.InAction | wire.InPath | wire.InURI, Body: wire.JSONBody,
	}, (*API).contactsCheck},
	{wire.Route{
		ID: "contacts.import", Method: post, Path: "/users/{username}/contacts/import",
		Shape: wire.InAction, Body: wire.JSONBody,
	}, (*API).contactsImport},
}

// besides responds with a user, at a path that holds the UUID of the owner.
func besides(c *wire.Call, list string, p world.Pair) *wire.Response {
	env := c.Wrap(wire.Entities(entityOf(p.Other)))
	env.Path = "/users/" + p.Owner.UUID + "/" + list
	env.URI = c.Base() + env.Path
	return wire.Plain(env)
}

func (a *API) contactsAdd(c *wire.Call) (*wire.Response, *wire.Error) {
	pair, err := a.world.AddContact(c.Value("owner_username"), c.Value("friend_username"))
	if err != nil {
		return nil, told(err)
	}
	return besides(c, "contacts", pair), nil
}

// contactsRemove also responds 200 for a pair that is not befriended.
func (a *API) contactsRemove(c *wire.Call) (*wire.Response, *wire.Error) {
	pair, err := a.world.RemoveContact(c.Value("owner_username"), c.Value("friend_username"))
	if err != nil {
		return nil, told(err)
	}
	return besides(c, "contacts", pair), nil
}

func (a *API) contactsRemoveAll(c *wire.Call) (*wire.Response, *wire.Error) {
	if err := a.world.RemoveContacts(c.Value("username")); err != nil {
		return nil, told(err)
	}
	return new(wire.Response), nil
}

func (a *API) contactsList(c *wire.Call) (*wire.Response, *wire.Error) {
	friends, _, err := a.world.ListContacts(c.Value("owner_username"), "", math.MaxInt)
	if err != nil {
		return nil, told(err)
	}
	return wire.Counted(world.Convert(friends, func(f world.Friend) string { return f.Name })), nil
}

func (a *API) contactsListPaged(c *wire.Call) (*wire.Response, *wire.Error) {
	size := "limit"
	if !c.Query.Has(size) {
		size = "pageSize" // on some pages of the documents
	}
	limit, err := c.Number(size, 10, math.MaxInt32)
	switch {
	case err != nil:
		return nil, err
	case limit > maxFriendsPage:
		return nil, wire.ErrIllegalArgument("getContacts | page size more than max limit : 50")
	}
	owner := c.Value("username")
	friends, next, refused := a.world.ListContacts(owner, c.Query.Get("cursor"), limit)
	if refused != nil {
		return nil, told(refused)
	}
	remark := c.Query.Get("needReturnRemark") == "true"
	payload := map[string]any{"contacts": world.Convert(friends, func(f world.Friend) map[string]any {
		return friendItem(f, remark)
	})}
	if next != "" {
		payload["cursor"] = next
	}
	env := c.Wrap(&wire.Response{Data: payload, Count: len(friends)})
	env.URI = c.Base() + "/users/" + world.Fold(owner) + "/rostersByPage"
	return wire.Plain(env), nil
}

// friendItem is a friend on the wire; the remark is null while there is none.
func friendItem(f world.Friend, remark bool) map[string]any {
	item := map[string]any{"username": f.Name}
	if remark {
		item["remark"] = nil
		if f.Remark != "" {
			item["remark"] = f.Remark
		}
	}
	return item
}

// statusEnvelope is the envelope of calls that have a status beside it.
type statusEnvelope struct {
	wire.Envelope

	Status string `json:"status"`
}

func (a *API) contactsSetRemark(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	remark := o.Text("remark")
	if o.Bad != "" || !o.Has("remark") || utf8.RuneCountInString(remark) > maxRemark {
		return nil, wire.ErrInvalidRequest()
	}
	if err := a.world.SetRemark(c.Value("owner_username"), c.Value("friend_username"), remark); err != nil {
		return nil, told(err)
	}
	return wire.Plain(statusEnvelope{c.Wrap(new(wire.Response)), "ok"}), nil
}

// importOutcome sorts the users of an import; the names are spelled like this.
type importOutcome struct {
	Success  []string `json:"success"`
	Unknown  []string `json:"NotExistFailed"`
	Full     []string `json:"maxLimitFailed"`
	Failures []string `json:"UnKnowFailed"`
}

func (a *API) contactsImport(c *wire.Call) (*wire.Response, *wire.Error) {
	names, err := readUsernames(c, wire.ErrInvalidRequest(), maxImported, wire.ErrIllegalArgument("request user over flow limit:10."))
	if err != nil {
		return nil, err
	}
	out, refused := a.world.ImportContacts(c.Value("username"), names)
	if refused != nil {
		return nil, told(refused, words{world.FriendsFull: always(errImporterFull)})
	}
	list := func(names []string) []string { return append([]string{}, names...) }
	return wire.Plain(statusEnvelope{c.Wrap(wire.Data(importOutcome{
		list(out.Made), list(out.Unknown), list(out.Full), list(out.Failed),
	})), "ok"}), nil
}

func errImporterFull() *wire.Error { return wire.ErrContactLimit("Inviter's contact max count.") }
