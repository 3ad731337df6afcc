package world

import "github.com/imrest/im-go/imtest/event"

// ListBlocked returns a page of the blocklist of a user, the newest entry first, and
// the cursor of the next one, "" if this is the last.
func (w *World) ListBlocked(owner, cursor string, limit int) (list []string, next string, err *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	u, err := w.user(owner)
	if err != nil {
		return nil, "", err
	}
	page, ok := w.contacts.get(u.Name).blocked.Leaf(cursor, limit, true, nil)
	if !ok {
		return nil, "", refuse(BadCursor)
	}
	return page.Values, page.CursorIfMore(), nil
}

// Blocked returns the blocklist of a user, the oldest entry first, also of one
// who is not registered.
func (w *World) Blocked(owner string) []string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.contacts.get(Fold(owner)).blocked.List()
}

// Block puts users on the blocklist of a user: all of them or none. It returns
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

// AddBlocked puts users on the blocklist of a user, whether or not they are
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

// Unblock takes a user off the blocklist of a user, if they are on it.
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

// AreBlocked reports which of some users a user has on their blocklist.
func (w *World) AreBlocked(owner string, names []string) ([]bool, *Error) {
	return w.relations(owner, names, func(b *contactBook, name string) bool { return b.blocked.Has(name) })
}
