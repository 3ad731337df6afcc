package imtest

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	im "github.com/imrest/im-go"
)

// User is an account, as a test sees and makes it.
type User struct {
	Username  string // lower case
	UUID      string
	Password  string // "": none
	Nickname  string // of push notifications
	Activated bool   // false: banned
	Online    bool
	Devices   []Device
	Created   time.Time
	Modified  time.Time
}

// User returns an account, and whether there is one.
func (srv *Server) User(name string) (User, bool) {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	u := s.users.get(fold(name))
	if u == nil {
		return User{}, false
	}
	return u.shown(), true
}

// Users returns all accounts in the order of registration.
func (srv *Server) Users() []User {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := make([]User, 0, s.users.len())
	for u := range s.users.all {
		list = append(list, u.shown())
	}
	return list
}

func (u *user) shown() User {
	return User{
		Username: u.name, UUID: u.uuid, Password: u.password, Nickname: u.nickname,
		Activated: !u.banned, Online: u.online, Devices: slices.Clone(u.devices),
		Created: u.created, Modified: u.modified,
	}
}

// AddUser registers a user by name, password and nickname, of which only the
// name is needed; any name will do, also one that the API refuses. A user who
// exists stays as he is. It returns the user.
func (srv *Server) AddUser(u User) User {
	s := srv.state
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.users.get(fold(u.Username))
	if known == nil {
		known = s.addUser(newUser{u.Username, u.Password, u.Nickname})
	}
	return known.shown()
}

// AddUsers registers users by name.
func (srv *Server) AddUsers(names ...string) {
	for _, name := range names {
		srv.AddUser(User{Username: name})
	}
}

// LogIn logs a user in on devices, or on one that it makes up. The user gets the
// messages that were waiting. It returns false if there is no such user.
func (srv *Server) LogIn(name string, devices ...Device) bool {
	s := srv.state
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users.get(fold(name))
	if u == nil {
		return false
	}
	s.takeOutAbsent() // before he looks as if he had never been away
	if len(devices) == 0 {
		digits := strconv.FormatInt(s.now().UnixMicro(), 10)
		devices = []Device{{ID: "android_" + digits, UUID: s.newUUID(s.now()), Name: "imtest"}}
	}
	u.online, u.devices, u.came = true, slices.Clone(devices), s.now()
	if box := s.inboxes[u.name]; box != nil {
		box.delivered = len(box.messages)
	}
	return true
}

// LogOut logs a user out of all devices. It returns false if there is no such user.
func (srv *Server) LogOut(name string) bool {
	s := srv.state
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users.get(fold(name))
	if u == nil {
		return false
	}
	s.logOut(u)
	return true
}

// Message is a message that somebody was sent.
type Message struct {
	ID         string // 19 digits
	From       string
	To         string // user, group or room
	ChatType   string // "chat", "groupchat" or "chatroom"
	Type       string // "txt", "img", ...
	Body       json.RawMessage
	Ext        json.RawMessage // nil if there is none
	Time       time.Time
	Level      string // priority in a room, "" if none was given
	OnlineOnly bool   // sent with ROUTE_ONLINE, or a broadcast to those online
	NeedAck    bool   // sent with need_group_ack
	RoamIgnore []string
	Users      []string // those in a group or room whom it was for, nil: all
	Imported   bool     // written by an import
	Broadcast  int64    // id of the broadcast that it is part of, 0: none
	Recalled   bool     // nobody has it any more
	Edits      int      // how often it was edited
}

// Text returns the text of a text message, "" for other types.
func (m Message) Text() string {
	var body struct {
		Msg string `json:"msg"`
	}
	if m.Type != "txt" || json.Unmarshal(m.Body, &body) != nil {
		return ""
	}
	return body.Msg
}

// Messages returns what a user was sent, oldest first, whether or not the user
// exists or is online.
func (srv *Server) Messages(user string) []Message {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	if box := s.inboxes[fold(user)]; box != nil {
		return shownMessages(box.messages)
	}
	return nil
}

// GroupMessages returns what was sent to a group, oldest first.
func (srv *Server) GroupMessages(id string) []Message {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	return shownMessages(s.groups[id])
}

// RoomMessages returns what was sent to a chat room, oldest first.
func (srv *Server) RoomMessages(id string) []Message {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	return shownMessages(s.rooms[id])
}

// AllMessages returns every message in the order in which they were sent.
func (srv *Server) AllMessages() []Message {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	return shownMessages(s.posts)
}

func shownMessages(list []*message) []Message {
	shown := make([]Message, len(list))
	for i, m := range list {
		shown[i] = m.shown()
	}
	return shown
}

func (m *message) shown() Message {
	shown := Message{
		ID: strconv.FormatInt(m.id, 10), From: m.from, To: m.to,
		ChatType: chatKinds[m.chat].chat, Type: m.kind, Body: json.RawMessage(m.body),
		Time: m.time, Level: m.level, OnlineOnly: m.onlineOnly, NeedAck: m.needReceipt,
		RoamIgnore: slices.Clone(m.roamIgnore), Recalled: m.recalled, Edits: int(m.edits),
	}
	if m.rare != nil {
		shown.Users, shown.Imported, shown.Broadcast = slices.Clone(m.rare.users), m.rare.imported, m.rare.broadcast
	}
	if m.ext != "" {
		shown.Ext = json.RawMessage(m.ext)
	}
	return shown
}

// File is an attachment that was uploaded.
type File struct {
	UUID        string
	Name        string
	ContentType string
	Data        []byte // shared with the server, not to be changed
	ShareSecret string
	Restricted  bool // a download needs the share-secret
	Time        time.Time
}

// Files returns the attachments in the order of upload.
func (srv *Server) Files() []File {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := make([]File, 0, s.files.len())
	for f := range s.files.all {
		list = append(list, File{
			UUID: f.uuid, Name: f.name, ContentType: f.contentType, Data: f.data,
			ShareSecret: f.secret, Restricted: f.restricted, Time: f.created,
		})
	}
	return list
}

// Mutes returns how long a user is still muted, by kind of chat ("chat", "groupchat",
// "chatroom"), in whole seconds or [im.Forever]. Kinds without a mute are missing.
func (srv *Server) Mutes(user string) map[string]time.Duration {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	left := map[string]time.Duration{}
	for _, kind := range muteKinds {
		if n := s.mutes.get(muteKey(fold(user), kind)).left(s.now()); n != 0 {
			left[kind] = lengthOf(n)
		}
	}
	return left
}

// lengthOf is a time in seconds, where -1 is for ever.
func lengthOf(seconds int64) time.Duration {
	if seconds < 0 {
		return im.Forever
	}
	return time.Duration(seconds) * time.Second
}

// FileURL returns the address of an attachment, as messages carry it.
func (srv *Server) FileURL(uuid string) string {
	return strings.Join([]string{srv.url, srv.Org(), srv.App(), "chatfiles", uuid}, "/")
}
