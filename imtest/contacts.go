package imtest

import (
	"math"
	"unicode/utf8"
)

const (
	maxFriends     = 3000 // of one user; plans differ, one call lists no more
	maxFriendsPage = 50
	maxRemark      = 100
	maxImported    = 10
)

var contactsRoutes = []legacy{
	{
		id: "contacts.add", method: post, path: "/users/{owner_username}/contacts/users/{friend_username}",
		shape: inAction | inApp, do: (*state).contactsAdd,
	},
	{
		id: "contacts.remove", method: del, path: "/users/{owner_username}/contacts/users/{friend_username}",
		shape: inAction | inApp, do: (*state).contactsRemove,
	},
	{
		id: "contacts.remove_all", method: del, path: "/contacts/users/{username}",
		shape: inAction | inApp | inURI | inEntities, do: (*state).contactsRemoveAll,
	},
	{
		id: "contacts.list", method: get, path: "/users/{owner_username}/contacts/users",
		shape: inAction | inURI | inEntities | inCount, do: (*state).contactsList,
	},
	{
		id: "contacts.list_paged", method: get, path: "/user/{username}/contacts", twin: "/users/{username}/contacts",
		shape: inAction | inEntities | inCount, do: (*state).contactsListPaged,
	},
	{
		id: "contacts.set_remark", method: put, path: "/user/{owner_username}/contacts/users/{friend_username}",
		twin: "/users/{owner_username}/contacts/users/{friend_username}", shape: inAction | inURI, body: jsonBody, do: (*state).contactsSetRemark,
	},
	{
		id: "contacts.check", method: post, path: "/contacts/check",
		shape: inAction | inPath | inURI, body: jsonBody, do: (*state).contactsCheck,
	},
	{
		id: "contacts.import", method: post, path: "/users/{username}/contacts/import",
		shape: inAction, body: jsonBody, do: (*state).contactsImport,
	},
}

// contactsState holds the friends and blocklists of those users who have any.
type contactsState struct {
	of map[string]*contactBook
}

type contactBook struct {
	friends book[*friend]
	blocked book[string]
}

type friend struct{ name, remark string }

// get returns a user's lists to read.
func (cs *contactsState) get(owner string) *contactBook {
	if b := cs.of[owner]; b != nil {
		return b
	}
	return new(contactBook)
}

// edit returns a user's lists to write.
func (cs *contactsState) edit(owner string) *contactBook {
	if cs.of == nil {
		cs.of = map[string]*contactBook{}
	}
	if cs.of[owner] == nil {
		cs.of[owner] = new(contactBook)
	}
	return cs.of[owner]
}

// befriend makes two users friends, in both directions and at once.
func (cs *contactsState) befriend(a, b string) {
	for _, pair := range [][2]string{{a, b}, {b, a}} {
		if friends := &cs.edit(pair[0]).friends; !friends.has(pair[1]) {
			friends.put(pair[1], &friend{name: pair[1]})
		}
	}
}

func (cs *contactsState) unfriend(a, b string) {
	cs.edit(a).friends.remove(b)
	cs.edit(b).friends.remove(a)
}

// full holds if one more friend would be too many.
func (cs *contactsState) full(owner string) bool {
	return cs.get(owner).friends.len() >= maxFriends
}

// unfriendAll leaves a user without friends, who lose their remarks as well.
func (cs *contactsState) unfriendAll(owner string) {
	for f := range cs.get(owner).friends.all {
		cs.edit(f.name).friends.remove(owner)
	}
	cs.edit(owner).friends = book[*friend]{}
}

// forget takes a user out of all lists.
func (cs *contactsState) forget(name string) {
	if cs.of[name] != nil {
		cs.unfriendAll(name)
		delete(cs.of, name)
	}
	for _, b := range cs.of {
		b.blocked.remove(name)
	}
}

// pair returns the owner and another user of a path. The caller holds mu.
func (s *state) pair(c *call, name string) (owner, other *user, err *apiError) {
	owner, other = s.users.get(named(c, "owner_username")), s.users.get(named(c, name))
	if owner == nil || other == nil {
		return nil, nil, errNoSuchUser()
	}
	return owner, other, nil
}

// besides responses with a user, at a path that holds the UUID of the owner.
func besides(c *call, owner *user, list string, u *user) *response {
	env := c.wrap(entities(u.entity()))
	env.Path = "/users/" + owner.uuid + "/" + list
	env.URI = c.base() + env.Path
	return plain(env)
}

// contactsAdd responses the same for a pair that is befriended already; nobody is
// a friend of his own. The documents leave both cases open.
func (s *state) contactsAdd(c *call) (*response, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	owner, other, err := s.pair(c, "friend_username")
	switch {
	case err != nil:
		return nil, err
	case owner == other:
		return nil, errInvalidRequest()
	case s.contacts.get(owner.name).friends.has(other.name):
	case s.contacts.full(owner.name), s.contacts.full(other.name):
		return nil, errContactLimit("user contact number exceed limit")
	}
	s.contacts.befriend(owner.name, other.name)
	return besides(c, owner, "contacts", other), nil
}

// contactsRemove also responds 200 for a pair that is not befriended.
func (s *state) contactsRemove(c *call) (*response, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	owner, other, err := s.pair(c, "friend_username")
	if err != nil {
		return nil, err
	}
	s.contacts.unfriend(owner.name, other.name)
	return besides(c, owner, "contacts", other), nil
}

func (s *state) contactsRemoveAll(c *call) (*response, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := named(c, "username")
	if !s.users.has(name) {
		return nil, errNoSuchUser()
	}
	s.contacts.unfriendAll(name)
	return new(response), nil
}

func (s *state) contactsList(c *call) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	owner := named(c, "owner_username")
	if !s.users.has(owner) {
		return nil, errNoSuchUser()
	}
	return counted(convert(s.contacts.get(owner).friends.newest(), func(f *friend) string { return f.name })), nil
}

func (s *state) contactsListPaged(c *call) (*response, *apiError) {
	size := "limit"
	if !c.query.Has(size) {
		size = "pageSize" // on some pages of the documents
	}
	limit, err := c.number(size, 10, math.MaxInt32)
	switch {
	case err != nil:
		return nil, err
	case limit > maxFriendsPage:
		return nil, errIllegalArgument("getContacts | page size more than max limit : 50")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	owner := named(c, "username")
	if !s.users.has(owner) {
		return nil, errNoSuchUser()
	}
	page, ok := s.contacts.get(owner).friends.leaf(c.query.Get("cursor"), limit, true, nil)
	if !ok {
		return nil, errInvalidRequest()
	}
	remark := c.query.Get("needReturnRemark") == "true"
	list := convert(page.values, func(f *friend) map[string]any { return f.shown(remark) })
	payload := map[string]any{"contacts": list}
	if cursor := page.cursorIfMore(); cursor != "" {
		payload["cursor"] = cursor
	}
	env := c.wrap(&response{data: payload, count: len(list)})
	env.URI = c.base() + "/users/" + owner + "/rostersByPage"
	return plain(env), nil
}

// shown is a friend on the wire; the remark is null while there is none.
func (f *friend) shown(remark bool) map[string]any {
	item := map[string]any{"username": f.name}
	if remark {
		item["remark"] = nil
		if f.remark != "" {
			item["remark"] = f.remark
		}
	}
	return item
}

// statusEnvelope is the envelope of calls that have a status beside it.
type statusEnvelope struct {
	envelope
	Status string `json:"status"`
}

func (s *state) contactsSetRemark(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	remark := o.text("remark")
	if o.bad != "" || !o.has("remark") || utf8.RuneCountInString(remark) > maxRemark {
		return nil, errInvalidRequest()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	owner, other, err := s.pair(c, "friend_username")
	if err != nil {
		return nil, err
	}
	f := s.contacts.get(owner.name).friends.get(other.name)
	if f == nil {
		return nil, errIllegalArgument("updateRemark they are not friends, please add as a friend first.")
	}
	f.remark = remark
	return plain(statusEnvelope{c.wrap(new(response)), "ok"}), nil
}

// importOutcome sorts the users of an import; the names are spelled like this.
type importOutcome struct {
	Success  []string `json:"success"`
	Unknown  []string `json:"NotExistFailed"`
	Full     []string `json:"maxLimitFailed"`
	Failures []string `json:"UnKnowFailed"`
}

func (s *state) contactsImport(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	names := o.texts("usernames")
	switch {
	case o.bad != "" || len(names) == 0:
		return nil, errInvalidRequest()
	case len(names) > maxImported:
		return nil, errIllegalArgument("request user over flow limit:10.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	owner := named(c, "username")
	switch {
	case !s.users.has(owner):
		return nil, errNoSuchUser()
	case s.contacts.full(owner):
		return nil, errContactLimit("Inviter's contact max count.")
	}
	return plain(statusEnvelope{c.wrap(data(s.importFriends(owner, names))), "ok"}), nil
}

// importFriends befriends an owner with those of the users with whom it can be
// done. The caller holds mu.
func (s *state) importFriends(owner string, names []string) importOutcome {
	out := importOutcome{[]string{}, []string{}, []string{}, []string{}}
	for _, name := range names {
		name = fold(name)
		switch {
		case name == owner:
			out.Failures = append(out.Failures, name)
			continue
		case !s.users.has(name):
			out.Unknown = append(out.Unknown, name)
			continue
		case s.contacts.get(owner).friends.has(name):
		case s.contacts.full(owner), s.contacts.full(name):
			out.Full = append(out.Full, name)
			continue
		}
		s.contacts.befriend(owner, name)
		out.Success = append(out.Success, name)
	}
	return out
}
