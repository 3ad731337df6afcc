// Package world is an IM app in memory: users, groups, rooms, messages and what
// else there is, with the rules of IM. It knows Go values only, neither JSON
// nor HTTP, so that a rule can be tested, and used by a test, without a call.
//
// A domain is a file like contacts.go. It holds, in this order: the kinds of
// errors of its rules; what it keeps; its rules. The types of its events are in
// package event, for tests to switch on.
//
// A rule is a method of [World] with a verb for a name. It locks by itself, reads
// and changes, and returns values that share nothing with the world:
//
//	func (w *World) SetPassword(name, password string) *Error {
//		w.mu.Lock()
//		defer w.mu.Unlock()
//		u, err := w.user(name) // folds the name
//		if err != nil {
//			return err // or refuse(NoUser, name)
//		}
//		u.Password, u.Updated = password, w.Now()
//		w.emit(event.UserPasswordSet{User: u.Name}) // last, still under the lock
//		return nil
//	}
//
// There is one lock, and no way to hold it from outside: what must be done at
// once is one rule. Helpers that other rules share are not exported, and their
// callers hold the lock ("The caller holds mu"). A rule does all or nothing:
// it checks first, and changes when nothing can fail any more.
//
// An [Error] has a kind and the names that it is about; how an endpoint puts it is
// the business of package rest. A rule for tests, which have more liberties than
// calls, is another method (AddContacts beside AddContact), built on the same
// helpers.
//
// Every change is an event: a struct of package event with plain values under a name in
// the past tense. A change that follows from another one of the same domain has its own
// event only where somebody could not know it otherwise: UserDeleted stands for
// all that goes with a user. A call that changes nothing emits nothing. What a client
// does is a rule of its own (SendAs beside Send): clients must be logged in, and
// have fewer liberties than calls.
//
// Inspection asks rules ([World.User], [World.Contacts]); whoever looks over many
// values uses an iterator such as [World.EachUser], which holds the lock. Nothing
// of the world may be asked meanwhile: a lock for reading that is taken twice
// waits for ever once a writer stands between. A saved server is a [Dump], copied
// at one moment, and comes back by Restore rules, which emit nothing.
package world

import (
	"sync"
	"time"
)

// Config is how a world is set up.
type Config struct {
	Org, App               string
	AppID, Certificate     string
	ClientID, ClientSecret string
	TokenLifetime          time.Duration
	MaxFileSize            int64
	Easemob                bool
	NoCallbackStorage      bool // the app has not bought it
	Clock                  Clock
}

// Clock is the time of a world.
type Clock interface {
	Now() time.Time
	Advance(time.Duration)
}

// World is all that the server knows of its app. Its rules lock by themselves; see
// the package's comment.
type World struct {
	Conf Config
	UUID string // of the app
	IDs
	StoragePort string // "": files are served where the API is

	mu      sync.RWMutex
	tokens  map[string]Grant // guarded by tokenMu
	tokenMu sync.RWMutex     // apart, since every call reads tokens first

	users   Book[*User] // by name in lower case
	online  Book[*User] // of users, as banned
	banned  Book[*User]
	byUUID  map[string]*User
	mutes   Book[*Mute] // by user and kind
	inboxes map[string]*Inbox
	posts   postLog
	groups  map[string][]*Message // messages to groups, by group id
	rooms   map[string][]*Message // messages to rooms, by room id
	files   Book[*File]           // by uuid

	circles circlesState

	events eventLog

	favorites  favoritesState
	moderation moderationState

	contacts  contactsState
	metadata  metadataState
	presence  presenceState
	reactions reactionState
	push      pushState
	messages  messagesState
	callbacks callbacksState
}

// New returns an empty world.
func New(conf Config) *World {
	s := &World{
		Conf:    conf,
		tokens:  map[string]Grant{},
		byUUID:  map[string]*User{},
		inboxes: map[string]*Inbox{},
		groups:  map[string][]*Message{},
		rooms:   map[string][]*Message{},
	}
	s.init()
	s.UUID = s.NewUUID(s.Now())
	return s
}

// Now returns the time of the world's clock.
func (w *World) Now() time.Time { return w.Conf.Clock.Now() }

// Census is how much there is.
type Census struct {
	Users, Online, Banned, Groups, Rooms, Threads, Messages, Files int
}

// Count returns how much there is.
func (w *World) Count() Census {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return Census{
		Users: w.users.Len(), Online: w.online.Len(), Banned: w.banned.Len(), Groups: w.circles.groups.byID.Len(),
		Rooms: w.circles.rooms.byID.Len(), Threads: w.circles.threads.byID.Len(), Messages: len(w.posts), Files: w.files.Len(),
	}
}

// AppKey is "org#app".
func (w *World) AppKey() string { return w.Conf.Org + "#" + w.Conf.App }
