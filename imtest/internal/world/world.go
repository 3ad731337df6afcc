package world

import (
	"sync"
	"time"
)

// Config is what a world is told when it begins.
type Config struct {
	Org, App               string
	AppID, Certificate     string
	ClientID, ClientSecret string
	TokenLifetime          time.Duration
	MaxFileSize            int64
	Easemob                bool
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
	Ids
	StoragePort string // "": files are served where the API is

	Mu      sync.RWMutex
	tokens  map[string]Grant // guarded by tokenMu
	tokenMu sync.RWMutex     // apart, since every call reads tokens first

	users   Book[*User] // by name in lower case
	byUUID  map[string]*User
	mutes   Book[*Mute] // by user and kind
	Inboxes map[string]*Inbox
	Posts   postLog
	Groups  map[string][]*Message // messages to groups, by group id
	Rooms   map[string][]*Message // messages to rooms, by room id
	Files   Book[*File]           // by uuid

	circles circlesState

	events eventLog

	favorites  favoritesState
	moderation moderationState

	contacts  contactsState
	metadata  metadataState
	presence  presenceState
	Reactions reactionState
	push      pushState
	Messages  messagesState
	Callbacks callbacksState
}

// New returns an empty world.
func New(conf Config) *World {
	s := &World{
		Conf:    conf,
		tokens:  map[string]Grant{},
		byUUID:  map[string]*User{},
		Inboxes: map[string]*Inbox{},
		Groups:  map[string][]*Message{},
		Rooms:   map[string][]*Message{},
	}
	s.init()
	s.UUID = s.NewUUID(s.Now())
	return s
}

// Now returns the time of the world's clock.
func (w *World) Now() time.Time { return w.Conf.Clock.Now() }

// AppKey is "org#app".
func (w *World) AppKey() string { return w.Conf.Org + "#" + w.Conf.App }
