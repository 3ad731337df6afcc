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

// World is all that the server knows of its app. Handlers lock mu themselves,
// after the request has been read, and return values that share nothing with
// the state.
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

	Chatgroups groupsState
	Chatrooms  roomsState
	Threads    threadsState

	events eventLog

	contacts  contactsState
	Metadata  metadataState
	Presence  presenceState
	Reactions reactionState
	Push      pushState
	Messages  messagesState
	Callbacks callbacksState
}

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

func (s *World) Now() time.Time { return s.Conf.Clock.Now() }

// AppKey is "org#app".
func (s *World) AppKey() string { return s.Conf.Org + "#" + s.Conf.App }
