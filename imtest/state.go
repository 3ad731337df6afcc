package imtest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"sync"
	"time"
)

// state is all that the server knows of its app. Handlers lock mu themselves,
// after the request has been read, and return values that share nothing with
// the state.
type state struct {
	conf config
	uuid string // of the app
	uuids

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
}

func newState(conf config) *state {
	s := &state{
		conf:    conf,
		tokens:  map[string]grant{},
		byUUID:  map[string]*user{},
		inboxes: map[string]*inbox{},
		groups:  map[string][]*message{},
		rooms:   map[string][]*message{},
	}
	_, _ = rand.Read(s.node[:]) // never fails
	s.uuid = s.newUUID(s.now())
	return s
}

func (s *state) now() time.Time { return s.conf.clock.Now() }

// appKey is "org#app".
func (s *state) appKey() string { return s.conf.org + "#" + s.conf.app }

// uuids makes UUIDs of version 1: time and place, never twice the same.
type uuids struct {
	uuidMu sync.Mutex
	ticks  uint64 // of 100 ns since 1582, of the newest UUID
	node   [8]byte
}

func (u *uuids) newUUID(now time.Time) string {
	const since1582 = 0x01b21dd213814000
	u.uuidMu.Lock()
	u.ticks = max(u.ticks+1, uint64(now.UnixNano()/100)+since1582)
	t := u.ticks
	u.uuidMu.Unlock()
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", uint32(t), uint16(t>>32), uint16(t>>48)&0x0fff|0x1000,
		binary.BigEndian.Uint16(u.node[:])&0x3fff|0x8000, u.node[2:])
}

// secret returns n random characters of the URL-safe alphabet.
func secret(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // never fails
	return base64.RawURLEncoding.EncodeToString(raw)[:n]
}
