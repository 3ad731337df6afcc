package world

import (
	"errors"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/event"
	"github.com/imrest/im-go/internal/pattern"
)

// Why a rule about users refuses.
const (
	NoUser          Kind = "there is no such user"
	NameMissing     Kind = "a user needs a name"
	NameTooLong     Kind = "the name of a user is too long"
	NameIllegal     Kind = "the name of a user has characters that it must not have"
	NameTaken       Kind = "there is a user of this name"
	PasswordEmpty   Kind = "a password must not be empty"
	PasswordsDiffer Kind = "a user is named twice, with two passwords" //nolint:gosec // a text. Names: user, first, second
	NicknameTooLong Kind = "a nickname is too long"
)

// User is an account.
type User struct {
	Name     string // lower case
	UUID     string
	Password string // "": none, the user cannot log in by password
	Created  time.Time
	Updated  time.Time
	Banned   bool
	Online   bool
	Came     time.Time // when they last came online, zero if they never did
	Left     time.Time // when they last went offline
	Devices  []Device
	Nickname string         // of push notifications
	More     map[string]any // push settings that are shown with the user
}

// copy is a user as rules hand them out.
func (u *User) copy() User {
	c := *u
	c.Devices, c.More = slices.Clone(u.Devices), maps.Clone(u.More)
	return c
}

func copies(list []*User) []User { return Convert(list, (*User).copy) }

// NewUser is a user of a registration.
type NewUser struct {
	Name     string
	Password *string // nil: none
	Nickname string
}

func (n *NewUser) password() string {
	if n.Password == nil {
		return ""
	}
	return *n.Password
}

var nameRule = pattern.Lazy(`^[A-Za-z0-9_.-]+$`)

// CheckName returns why a user cannot have a name.
func CheckName(name string) *Error {
	switch {
	case name == "":
		return refuse(NameMissing)
	case len(name) > 64:
		return refuse(NameTooLong, name)
	case !nameRule().MatchString(name):
		return refuse(NameIllegal, name)
	}
	return nil
}

// Check returns why a user cannot be registered, whoever is there already.
func (n *NewUser) Check() *Error {
	if err := CheckName(n.Name); err != nil {
		return err
	}
	switch {
	case n.Password != nil && *n.Password == "":
		return refuse(PasswordEmpty)
	case utf8.RuneCountInString(n.Nickname) > 100:
		return refuse(NicknameTooLong)
	}
	return nil
}

// Register makes an account.
func (w *World) Register(n NewUser) (User, *Error) {
	if err := n.Check(); err != nil {
		return User{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.users.Has(Fold(n.Name)) {
		return User{}, refuse(NameTaken, n.Name)
	}
	return w.addUser(n).copy(), nil
}

// RegisterAll registers those who are new, and returns the names of the others,
// as all current documents have it; older ones refuse the whole batch.
func (w *World) RegisterAll(list []NewUser) (made []User, taken []string, err *Error) {
	list, err = once(list)
	if err != nil {
		return nil, nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range list {
		if w.users.Has(Fold(n.Name)) {
			taken = append(taken, n.Name)
			continue
		}
		made = append(made, w.addUser(n).copy())
	}
	return made, taken, nil
}

// once checks the users of a batch. A name that comes twice with the same
// password counts once.
func once(list []NewUser) ([]NewUser, *Error) {
	var kept []NewUser
	seen := map[string]NewUser{}
	for _, n := range list {
		if err := n.Check(); err != nil {
			return nil, err
		}
		twin, twice := seen[Fold(n.Name)]
		if twice && twin.password() != n.password() {
			return nil, refuse(PasswordsDiffer, n.Name, twin.password(), n.password())
		}
		if !twice {
			seen[Fold(n.Name)] = n
			kept = append(kept, n)
		}
	}
	return kept, nil
}

// AddUser registers a user under any name, also one that the API rejects. A user
// who is there stays as they are.
func (w *World) AddUser(n NewUser) User {
	w.mu.Lock()
	defer w.mu.Unlock()
	if u := w.users.Get(Fold(n.Name)); u != nil {
		return u.copy()
	}
	return w.addUser(n).copy()
}

// addUser makes an account. The caller has checked the name and holds mu.
func (w *World) addUser(n NewUser) *User {
	now := w.Now()
	u := &User{
		Name: Fold(n.Name), UUID: w.NewUUID(now), Password: n.password(), Nickname: n.Nickname,
		Created: now, Updated: now,
	}
	w.keepUser(u)
	w.emit(event.UserRegistered{User: u.Name})
	return u
}

func (w *World) keepUser(u *User) {
	w.users.Put(u.Name, u)
	w.byUUID[u.UUID] = u
	w.sort(u)
}

// sort keeps the lists of those who are online and of those who are banned, so that
// nobody looks through all users for them. The caller holds mu.
func (w *World) sort(u *User) {
	putIf(u.Online, &w.online, u)
	putIf(u.Banned, &w.banned, u)
}

func putIf(is bool, list *Book[*User], u *User) {
	if is {
		list.Put(u.Name, u)
	} else {
		list.Remove(u.Name)
	}
}

// removeUser takes an account out, and what hangs on it. The caller holds mu.
func (w *World) removeUser(u *User) {
	w.users.Remove(u.Name)
	w.online.Remove(u.Name)
	w.banned.Remove(u.Name)
	delete(w.byUUID, u.UUID)
	delete(w.inboxes, u.Name)
	w.removeMutes(u.Name)
	w.leaveCircles(u.Name)
	w.contacts.forget(u.Name)
	w.metadata.replace(u.Name, nil)
	w.presence.forget(u.Name)
	w.push.forget(u.Name)
	w.favorites.forget(u.Name)
	w.messages.Roaming.forget(u.Name, int64(len(w.posts)))
	w.emit(event.UserDeleted{User: u.Name})
}

// user returns an account. The caller holds mu.
func (w *World) user(name string) (*User, *Error) {
	if u := w.users.Get(Fold(name)); u != nil {
		return u, nil
	}
	return nil, refuse(NoUser, name)
}

// User returns an account.
func (w *World) User(name string) (User, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	u, err := w.user(name)
	if err != nil {
		return User{}, err
	}
	return u.copy(), nil
}

// EachUser yields all accounts in the order of registration. They share devices
// and push settings with the world, which waits until the caller is done: what
// the loop does must be short, and ask the world nothing.
func (w *World) EachUser(yield func(User) bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	for u := range w.users.All {
		if !yield(*u) {
			return
		}
	}
}

// ListUsers returns a page of the accounts, and the cursor of the next one, "" if
// this is the last.
func (w *World) ListUsers(cursor string, limit int) (list []User, next string, err *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	page, ok := w.users.Page(cursor, limit, false, nil)
	if !ok {
		return nil, "", refuse(BadCursor)
	}
	return copies(page.Values), page.CursorIfMore(), nil
}

// UserState picks accounts.
type UserState uint8

// The states of accounts.
const (
	AnyUser UserState = iota
	OnlineUser
	BannedUser
)

// NewestUsers returns a page of the accounts in a state, the newest first, of those who are
// online or banned the latest to become so (after Restore rules, the latest to register), and the cursor of the next page, "" if this is the last.
func (w *World) NewestUsers(state UserState, cursor string, limit int) (list []User, next string, err *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	page, ok := []*Book[*User]{&w.users, &w.online, &w.banned}[state].Page(cursor, limit, true, nil)
	if !ok {
		return nil, "", refuse(BadCursor)
	}
	return copies(page.Values), page.CursorIfMore(), nil
}

// DeleteUser deletes an account by its name or UUID, with what hangs on it.
func (w *World) DeleteUser(name string) (User, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.user(name)
	if known := w.byUUID[Fold(name)]; err != nil && known != nil {
		u, err = known, nil
	}
	if err != nil {
		return User{}, err
	}
	w.removeUser(u)
	return u.copy(), nil
}

// DeleteUsers deletes a page of the accounts.
func (w *World) DeleteUsers(cursor string, limit int) (list []User, next string, err *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	page, ok := w.users.Page(cursor, limit, false, nil)
	if !ok {
		return nil, "", refuse(BadCursor)
	}
	for _, u := range page.Values {
		w.removeUser(u)
	}
	return copies(page.Values), page.CursorIfMore(), nil
}

// SetPassword sets the password of a user.
func (w *World) SetPassword(name, password string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.user(name)
	if err != nil {
		return err
	}
	u.Password, u.Updated = password, w.Now()
	w.emit(event.UserPasswordSet{User: u.Name})
	return nil
}

// Ban bans a user, who is logged out.
func (w *World) Ban(name string) (User, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.user(name)
	if err != nil {
		return User{}, err
	}
	if !u.Banned {
		u.Banned, u.Updated = true, w.Now()
		w.sort(u)
		w.emit(event.UserBanned{User: u.Name})
		w.logOut(u, event.LogoutKicked)
	}
	return u.copy(), nil
}

// Unban lets a user in again.
func (w *World) Unban(name string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.user(name)
	if err != nil {
		return err
	}
	if u.Banned {
		u.Banned, u.Updated = false, w.Now()
		w.sort(u)
		w.emit(event.UserUnbanned{User: u.Name})
	}
	return nil
}

// dumpUsers copies the accounts for Dump. The caller holds mu.
func (w *World) dumpUsers() []User { return copies(w.users.List()) }

// RestoreUser takes in an account that Dump has copied.
func (w *World) RestoreUser(u User) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if u.Name == "" || u.Name != Fold(u.Name) || w.users.Has(u.Name) {
		return errors.New("a user needs a name of their own, in lower case")
	}
	w.keepUser(&u)
	return nil
}
