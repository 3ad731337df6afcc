package world

import (
	"math"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	maxFriends     = 3000 // of one user; plans differ, one call lists no more
	maxFriendsPage = 50
	maxRemark      = 100
	maxImported    = 10
)

var contactsRoutes = []legacy{
	{
		ID: "contacts.add", Method: post, Path: "/users/{owner_username}/contacts/users/{friend_username}",
		shape: wire.InAction | wire.InApp, do: (*World).contactsAdd,
	},
	{
		ID: "contacts.remove", Method: del, Path: "/users/{owner_username}/contacts/users/{friend_username}",
		shape: wire.InAction | wire.InApp, do: (*World).contactsRemove,
	},
	{
		ID: "contacts.remove_all", Method: del, Path: "/contacts/users/{username}",
		shape: wire.InAction | wire.InApp | wire.InURI | wire.InEntities, do: (*World).contactsRemoveAll,
	},
	{
		ID: "contacts.list", Method: get, Path: "/users/{owner_username}/contacts/users",
		shape: wire.InAction | wire.InURI | wire.InEntities | wire.InCount, do: (*World).contactsList,
	},
	{
		ID: "contacts.list_paged", Method: get, Path: "/user/{username}/contacts", twin: "/users/{username}/contacts",
		shape: wire.InAction | wire.InEntities | wire.InCount, do: (*World).contactsListPaged,
	},
	{
		ID: "contacts.set_remark", Method: put, Path: "/user/{owner_username}/contacts/users/{friend_username}",
		twin: "/users/{owner_username}/contacts/users/{friend_username}", shape: wire.InAction | wire.InURI, body: wire.JSONBody, do: (*World).contactsSetRemark,
	},
	{
		ID: "contacts.check", Method: post, Path: "/contacts/check",
		shape: wire.InAction | wire.InPath | wire.InURI, body: wire.JSONBody, do: (*World).contactsCheck,
	},
	{
		ID: "contacts.import", Method: post, Path: "/users/{username}/contacts/import",
		shape: wire.InAction, body: wire.JSONBody, do: (*World).contactsImport,
	},
}

// contactsState holds the friends and blocklists of those users who have any.
type contactsState struct {
	Of map[string]*contactBook
}

type contactBook struct {
	Friends Book[*Friend]
	Blocked Book[string]
}

type Friend struct{ Name, Remark string }

// Get returns a user's lists to read.
func (cs *contactsState) Get(owner string) *contactBook {
	if b := cs.Of[owner]; b != nil {
		return b
	}
	return new(contactBook)
}

// Edit returns a user's lists to write.
func (cs *contactsState) Edit(owner string) *contactBook {
	if cs.Of == nil {
		cs.Of = map[string]*contactBook{}
	}
	if cs.Of[owner] == nil {
		cs.Of[owner] = new(contactBook)
	}
	return cs.Of[owner]
}

// Befriend makes two users friends, in both directions and at once.
func (cs *contactsState) Befriend(a, b string) {
	for _, pair := range [][2]string{{a, b}, {b, a}} {
		if friends := &cs.Edit(pair[0]).Friends; !friends.Has(pair[1]) {
			friends.Put(pair[1], &Friend{Name: pair[1]})
		}
	}
}

func (cs *contactsState) unfriend(a, b string) {
	cs.Edit(a).Friends.Remove(b)
	cs.Edit(b).Friends.Remove(a)
}

// full holds if one more friend would be too many.
func (cs *contactsState) full(owner string) bool {
	return cs.Get(owner).Friends.Len() >= maxFriends
}

// unfriendAll leaves a user without friends, who lose their remarks as well.
func (cs *contactsState) unfriendAll(owner string) {
	for f := range cs.Get(owner).Friends.All {
		cs.Edit(f.Name).Friends.Remove(owner)
	}
	cs.Edit(owner).Friends = Book[*Friend]{}
}

// forget takes a user out of all lists.
func (cs *contactsState) forget(name string) {
	if cs.Of[name] != nil {
		cs.unfriendAll(name)
		delete(cs.Of, name)
	}
	for _, b := range cs.Of {
		b.Blocked.Remove(name)
	}
}

// pair returns the owner and another user of a path. The caller holds mu.
func (s *World) pair(c *wire.Call, name string) (owner, other *User, err *wire.Error) {
	owner, other = s.Users.Get(named(c, "owner_username")), s.Users.Get(named(c, name))
	if owner == nil || other == nil {
		return nil, nil, wire.ErrNoSuchUser()
	}
	return owner, other, nil
}

// besides responses with a user, at a path that holds the UUID of the owner.
func besides(c *wire.Call, owner *User, list string, u *User) *wire.Response {
	env := c.Wrap(wire.Entities(u.entity()))
	env.Path = "/users/" + owner.UUID + "/" + list
	env.URI = c.Base() + env.Path
	return wire.Plain(env)
}

// contactsAdd responses the same for a pair that is befriended already; nobody is
// a friend of his own. The documents leave both cases open.
func (s *World) contactsAdd(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	owner, other, err := s.pair(c, "friend_username")
	switch {
	case err != nil:
		return nil, err
	case owner == other:
		return nil, wire.ErrInvalidRequest()
	case s.Contacts.Get(owner.Name).Friends.Has(other.Name):
	case s.Contacts.full(owner.Name), s.Contacts.full(other.Name):
		return nil, wire.ErrContactLimit("user contact number exceed limit")
	}
	s.Contacts.Befriend(owner.Name, other.Name)
	return besides(c, owner, "contacts", other), nil
}

// contactsRemove also responds 200 for a pair that is not befriended.
func (s *World) contactsRemove(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	owner, other, err := s.pair(c, "friend_username")
	if err != nil {
		return nil, err
	}
	s.Contacts.unfriend(owner.Name, other.Name)
	return besides(c, owner, "contacts", other), nil
}

func (s *World) contactsRemoveAll(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	name := named(c, "username")
	if !s.Users.Has(name) {
		return nil, wire.ErrNoSuchUser()
	}
	s.Contacts.unfriendAll(name)
	return new(wire.Response), nil
}

func (s *World) contactsList(c *wire.Call) (*wire.Response, *wire.Error) {
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	owner := named(c, "owner_username")
	if !s.Users.Has(owner) {
		return nil, wire.ErrNoSuchUser()
	}
	return wire.Counted(Convert(s.Contacts.Get(owner).Friends.Newest(), func(f *Friend) string { return f.Name })), nil
}

func (s *World) contactsListPaged(c *wire.Call) (*wire.Response, *wire.Error) {
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
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	owner := named(c, "username")
	if !s.Users.Has(owner) {
		return nil, wire.ErrNoSuchUser()
	}
	page, ok := s.Contacts.Get(owner).Friends.leaf(c.Query.Get("cursor"), limit, true, nil)
	if !ok {
		return nil, wire.ErrInvalidRequest()
	}
	remark := c.Query.Get("needReturnRemark") == "true"
	list := Convert(page.values, func(f *Friend) map[string]any { return f.shown(remark) })
	payload := map[string]any{"contacts": list}
	if cursor := page.cursorIfMore(); cursor != "" {
		payload["cursor"] = cursor
	}
	env := c.Wrap(&wire.Response{Data: payload, Count: len(list)})
	env.URI = c.Base() + "/users/" + owner + "/rostersByPage"
	return wire.Plain(env), nil
}

// shown is a friend on the wire; the remark is null while there is none.
func (f *Friend) shown(remark bool) map[string]any {
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

func (s *World) contactsSetRemark(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	remark := o.Text("remark")
	if o.Bad != "" || !o.Has("remark") || utf8.RuneCountInString(remark) > maxRemark {
		return nil, wire.ErrInvalidRequest()
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	owner, other, err := s.pair(c, "friend_username")
	if err != nil {
		return nil, err
	}
	f := s.Contacts.Get(owner.Name).Friends.Get(other.Name)
	if f == nil {
		return nil, wire.ErrIllegalArgument("updateRemark they are not friends, please add as a friend first.")
	}
	f.Remark = remark
	return wire.Plain(statusEnvelope{c.Wrap(new(wire.Response)), "ok"}), nil
}

// importOutcome sorts the users of an import; the names are spelled like this.
type importOutcome struct {
	Success  []string `json:"success"`
	Unknown  []string `json:"NotExistFailed"`
	Full     []string `json:"maxLimitFailed"`
	Failures []string `json:"UnKnowFailed"`
}

func (s *World) contactsImport(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	names := o.Texts("usernames")
	switch {
	case o.Bad != "" || len(names) == 0:
		return nil, wire.ErrInvalidRequest()
	case len(names) > maxImported:
		return nil, wire.ErrIllegalArgument("request user over flow limit:10.")
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	owner := named(c, "username")
	switch {
	case !s.Users.Has(owner):
		return nil, wire.ErrNoSuchUser()
	case s.Contacts.full(owner):
		return nil, wire.ErrContactLimit("Inviter's contact max count.")
	}
	return wire.Plain(statusEnvelope{c.Wrap(wire.Data(s.importFriends(owner, names))), "ok"}), nil
}

// importFriends befriends an owner with those of the users with whom it can be
// done. The caller holds mu.
func (s *World) importFriends(owner string, names []string) importOutcome {
	out := importOutcome{[]string{}, []string{}, []string{}, []string{}}
	for _, name := range names {
		name = Fold(name)
		switch {
		case name == owner:
			out.Failures = append(out.Failures, name)
			continue
		case !s.Users.Has(name):
			out.Unknown = append(out.Unknown, name)
			continue
		case s.Contacts.Get(owner).Friends.Has(name):
		case s.Contacts.full(owner), s.Contacts.full(name):
			out.Full = append(out.Full, name)
			continue
		}
		s.Contacts.Befriend(owner, name)
		out.Success = append(out.Success, name)
	}
	return out
}
