package world

import (
	"maps"
	"slices"

	"github.com/imrest/im-go/imtest/event"
)

const (
	maxFriends = 3000 // of one user; plans differ, one call lists no more
	maxBlocked = 500  // of one user
)

// Why a rule about contacts refuses.
const (
	OwnFriend     Kind = "nobody is their own friend"
	NotFriends    Kind = "the users are not friends"
	FriendsFull   Kind = "a user has as many friends as they can have"
	BlocklistFull Kind = "a user blocks as many users as they can"
)

// contactsState holds the friends and block lists of those users who have any.
type contactsState struct {
	of map[string]*contactBook
}

type contactBook struct {
	friends Book[*Friend]
	blocked Book[string]
}

// Friend is a contact of a user.
type Friend struct {
	Name   string
	Remark string // the user's, "" if there is none
}

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

// full holds if one more friend would be too many.
func (cs *contactsState) full(owner string) bool {
	return cs.get(owner).friends.Len() >= maxFriends
}

// forget takes a user out of all lists.
func (cs *contactsState) forget(name string) {
	for f := range cs.get(name).friends.All {
		cs.edit(f.Name).friends.Remove(name)
	}
	delete(cs.of, name)
	for _, b := range cs.of {
		b.blocked.Remove(name)
	}
}

// befriend makes two users friends, in both directions and at once. The caller
// holds mu.
func (w *World) befriend(a, b string) {
	if w.contacts.get(a).friends.Has(b) && w.contacts.get(b).friends.Has(a) {
		return
	}
	for _, pair := range [][2]string{{a, b}, {b, a}} {
		if friends := &w.contacts.edit(pair[0]).friends; !friends.Has(pair[1]) {
			friends.Put(pair[1], &Friend{Name: pair[1]})
		}
	}
	w.emit(event.ContactAdded{User: a, Friend: b})
}

// unfriend ends a friendship, if there is one. The caller holds mu.
func (w *World) unfriend(a, b string) {
	if !w.contacts.get(a).friends.Has(b) {
		return
	}
	w.contacts.edit(a).friends.Remove(b)
	w.contacts.edit(b).friends.Remove(a)
	w.emit(event.ContactRemoved{User: a, Friend: b})
}

// pair returns two users. The caller holds mu.
func (w *World) pair(owner, other string) (a, b *User, err *Error) {
	if a, err = w.user(owner); err != nil {
		return nil, nil, err
	}
	b, err = w.user(other)
	return a, b, err
}

// A Pair is two users between whom something was done.
type Pair struct{ Owner, Other User }

// AddContact makes two users friends. It does nothing to a pair that is
// befriended already; nobody is a friend of their own. The documents leave both
// cases open.
func (w *World) AddContact(owner, other string) (Pair, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a, b, err := w.pair(owner, other)
	switch {
	case err != nil:
		return Pair{}, err
	case a == b:
		return Pair{}, refuse(OwnFriend, a.Name)
	case w.contacts.get(a.Name).friends.Has(b.Name):
	case w.contacts.full(a.Name), w.contacts.full(b.Name):
		return Pair{}, refuse(FriendsFull, a.Name, b.Name)
	}
	w.befriend(a.Name, b.Name)
	return Pair{a.copy(), b.copy()}, nil
}

// AddContacts makes users friends of a user, whether or not they are registered.
func (w *World) AddContacts(owner string, others ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, other := range others {
		w.befriend(Fold(owner), Fold(other))
	}
}

// RemoveContact ends the friendship of two users, if there is one.
func (w *World) RemoveContact(owner, other string) (Pair, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a, b, err := w.pair(owner, other)
	if err != nil {
		return Pair{}, err
	}
	w.unfriend(a.Name, b.Name)
	return Pair{a.copy(), b.copy()}, nil
}

// RemoveContacts leaves a user without friends, who lose their remarks as well.
func (w *World) RemoveContacts(owner string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.user(owner)
	if err != nil {
		return err
	}
	for _, f := range w.contacts.get(u.Name).friends.List() {
		w.unfriend(u.Name, f.Name)
	}
	return nil
}

// Contacts returns the friends of a user, the oldest friendship first, also of
// one who is not registered.
func (w *World) Contacts(owner string) []Friend {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return friendsOf(w.contacts.get(Fold(owner)).friends.List())
}

func friendsOf(list []*Friend) []Friend {
	return Convert(list, func(f *Friend) Friend { return *f })
}

// ListContacts returns a page of the friends of a user, the newest first, and the
// cursor of the next one, "" if this is the last.
func (w *World) ListContacts(owner, cursor string, limit int) (list []Friend, next string, err *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	u, err := w.user(owner)
	if err != nil {
		return nil, "", err
	}
	page, ok := w.contacts.get(u.Name).friends.Page(cursor, limit, true, nil)
	if !ok {
		return nil, "", refuse(BadCursor)
	}
	return friendsOf(page.Values), page.CursorIfMore(), nil
}

// SetRemark sets what a user notes of a friend.
func (w *World) SetRemark(owner, other, remark string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	a, b, err := w.pair(owner, other)
	if err != nil {
		return err
	}
	f := w.contacts.get(a.Name).friends.Get(b.Name)
	if f == nil {
		return refuse(NotFriends, a.Name, b.Name)
	}
	if f.Remark != remark {
		f.Remark = remark
		w.emit(event.ContactRemarkSet{User: a.Name, Friend: b.Name, Remark: remark})
	}
	return nil
}

// Imported sorts the users of an import by what became of them.
type Imported struct{ Made, Unknown, Full, Failed []string }

// ImportContacts befriends a user with those of others with whom it can be done.
func (w *World) ImportContacts(owner string, others []string) (Imported, *Error) {
	var out Imported
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.user(owner)
	switch {
	case err != nil:
		return out, err
	case w.contacts.full(u.Name):
		return out, refuse(FriendsFull, u.Name)
	}
	for _, name := range Convert(others, Fold) {
		switch {
		case name == u.Name:
			out.Failed = append(out.Failed, name)
			continue
		case !w.users.Has(name):
			out.Unknown = append(out.Unknown, name)
			continue
		case w.contacts.get(u.Name).friends.Has(name):
		case w.contacts.full(u.Name), w.contacts.full(name):
			out.Full = append(out.Full, name)
			continue
		}
		w.befriend(u.Name, name)
		out.Made = append(out.Made, name)
	}
	return out, nil
}

// AreContacts reports which of some users are friends of a user.
func (w *World) AreContacts(owner string, names []string) ([]bool, *Error) {
	return w.relations(owner, names, func(b *contactBook, name string) bool { return b.friends.Has(name) })
}

func (w *World) relations(owner string, names []string, holds func(*contactBook, string) bool) ([]bool, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	u, err := w.user(owner)
	if err != nil {
		return nil, err
	}
	b := w.contacts.get(u.Name)
	return Convert(names, func(name string) bool { return holds(b, Fold(name)) }), nil
}

// ContactLists are the lists of a user, as Dump copies them.
type ContactLists struct {
	User    string
	Friends []Friend
	Blocked []string
}

// dumpContacts copies all lists for Dump. The caller holds mu.
func (w *World) dumpContacts() []ContactLists {
	return Convert(slices.Sorted(maps.Keys(w.contacts.of)), func(name string) ContactLists {
		b := w.contacts.of[name]
		return ContactLists{name, friendsOf(b.friends.List()), b.blocked.List()}
	})
}

// RestoreContacts takes in lists that Dump has copied.
func (w *World) RestoreContacts(v ContactLists) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.contacts.edit(v.User)
	for _, f := range v.Friends {
		b.friends.Put(f.Name, &f)
	}
	for _, name := range v.Blocked {
		b.blocked.Put(name, name)
	}
}

// ListBlocked returns a page of the block list of a user, the newest entry first, and
// the cursor of the next one, "" if this is the last.
func (w *World) ListBlocked(owner, cursor string, limit int) (list []string, next string, err *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	u, err := w.user(owner)
	if err != nil {
		return nil, "", err
	}
	page, ok := w.contacts.get(u.Name).blocked.Page(cursor, limit, true, nil)
	if !ok {
		return nil, "", refuse(BadCursor)
	}
	return page.Values, page.CursorIfMore(), nil
}

// Blocked returns the block list of a user, the oldest entry first, also of one
// who is not registered.
func (w *World) Blocked(owner string) []string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.contacts.get(Fold(owner)).blocked.List()
}

// Block puts users on the block list of a user: all of them or none. It returns
// their names as the world keeps them.
func (w *World) Block(owner string, names []string) ([]string, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.user(owner)
	if err != nil {
		return nil, err
	}
	names = Convert(names, Fold)
	blocked, fresh := &w.contacts.edit(u.Name).blocked, map[string]bool{}
	for _, name := range names {
		if !w.users.Has(name) {
			return nil, refuse(NoUser, name)
		}
		if !blocked.Has(name) {
			fresh[name] = true
		}
	}
	if blocked.Len()+len(fresh) > maxBlocked {
		return nil, refuse(BlocklistFull, u.Name)
	}
	w.block(u.Name, names)
	return names, nil
}

// AddBlocked puts users on the block list of a user, whether or not they are
// registered.
func (w *World) AddBlocked(owner string, names ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.block(Fold(owner), Convert(names, Fold))
}

func (w *World) block(owner string, names []string) {
	blocked := &w.contacts.edit(owner).blocked
	for _, name := range names {
		if !blocked.Has(name) {
			blocked.Put(name, name)
			w.emit(event.UserBlocked{User: owner, Blocked: name})
		}
	}
}

// Unblock takes a user off the block list of a user, if they are on it.
func (w *World) Unblock(owner, other string) (Pair, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a, b, err := w.pair(owner, other)
	if err != nil {
		return Pair{}, err
	}
	if blocked := &w.contacts.edit(a.Name).blocked; blocked.Has(b.Name) {
		blocked.Remove(b.Name)
		w.emit(event.UserUnblocked{User: a.Name, Blocked: b.Name})
	}
	return Pair{a.copy(), b.copy()}, nil
}

// AreBlocked reports which of some users a user has on their block list.
func (w *World) AreBlocked(owner string, names []string) ([]bool, *Error) {
	return w.relations(owner, names, func(b *contactBook, name string) bool { return b.blocked.Has(name) })
}
