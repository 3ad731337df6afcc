package imtest

import (
	"sync"
	"time"
)

// worldConfig is what a world is told when it begins.
type worldConfig struct {
	org, app               string
	appID, certificate     string
	clientID, clientSecret string
	tokenLifetime          time.Duration
	maxFileSize            int64
	easemob                bool
	clock                  worldClock
}

// worldClock is the time of a world.
type worldClock interface {
	Now() time.Time
	Advance(time.Duration)
}

// state is all that the server knows of its app. Handlers lock mu themselves,
// after the request has been read, and return values that share nothing with
// the state.
type state struct {
	conf worldConfig
	uuid string // of the app
	ids
	storagePort string // "": files are served where the API is

	mu      sync.RWMutex
	tokens  map[string]grant // guarded by tokenMu
	tokenMu sync.RWMutex     // apart, since every call reads tokens first

	users   book[*user] // by name in lower case
	byUUID  map[string]*user
	mutes   book[*mute] // by user and kind
	inboxes map[string]*inbox
	posts   postLog
	groups  map[string][]*message // messages to groups, by group id
	rooms   map[string][]*message // messages to rooms, by room id
	files   book[*file]           // by uuid

	chatgroups groupsState
	chatrooms  roomsState
	threads    threadsState

	contacts  contactsState
	metadata  metadataState
	presence  presenceState
	reactions reactionState
	push      pushState
	messages  messagesState
	callbacks callbacksState
}

func newState(conf worldConfig) *state {
	s := &state{
		conf:    conf,
		tokens:  map[string]grant{},
		byUUID:  map[string]*user{},
		inboxes: map[string]*inbox{},
		groups:  map[string][]*message{},
		rooms:   map[string][]*message{},
	}
	s.init()
	s.uuid = s.newUUID(s.now())
	return s
}

func (s *state) now() time.Time { return s.conf.clock.Now() }

// appKey is "org#app".
func (s *state) appKey() string { return s.conf.org + "#" + s.conf.app }
