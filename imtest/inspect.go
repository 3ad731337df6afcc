package imtest

import (
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/event"
	"github.com/imrest/im-go/imtest/internal/world"

	im "github.com/imrest/im-go"
)

// User is an account, as a test sees and makes it.
type User struct {
	Username  string    `json:"username"`          // lower case
	UUID      string    `json:"uuid"`              // made by the server
	Password  string    `json:"password,omitzero"` // "": none
	Nickname  string    `json:"nickname,omitzero"` // of push notifications
	Activated bool      `json:"activated"`         // false: banned
	Online    bool      `json:"online"`            // connected on some device
	Devices   []Device  `json:"devices,omitzero"`  // those that the user is logged in on
	Created   time.Time `json:"created"`           // by the server's clock
	Updated   time.Time `json:"updated"`           // time of the last change, by the server's clock
}

// Device is a device that a user is logged in on.
type Device struct {
	ID   string `json:"res"`         // "{device type}_{resource id}"
	UUID string `json:"device_uuid"` // made up by the server
	Name string `json:"device_name"` // model
}

// User returns an account, and whether there is one.
func (srv *Server) User(name string) (User, bool) {
	u, err := srv.world.User(name)
	if err != nil {
		return User{}, false
	}
	return shownUser(u), true
}

// Users returns all accounts in the order of registration.
func (srv *Server) Users() []User {
	list := []User{}
	for u := range srv.world.EachUser {
		list = append(list, shownUser(u))
	}
	return list
}

func shownUser(u world.User) User {
	return User{
		Username: u.Name, UUID: u.UUID, Password: u.Password, Nickname: u.Nickname,
		Activated: !u.Banned, Online: u.Online, Devices: shownDevices(u.Devices),
		Created: u.Created, Updated: u.Updated,
	}
}

func shownDevices(list []world.Device) []Device {
	var shown []Device
	for _, d := range list {
		shown = append(shown, Device(d))
	}
	return shown
}

func worldDevices(list []Device) []world.Device {
	return world.Convert(list, func(d Device) world.Device { return world.Device(d) })
}

// AddUser registers a user by name, password and nickname, of which only the
// name is needed; any name will do, even one that the API refuses. A user who
// exists is not changed. It returns the user.
func (srv *Server) AddUser(u User) User {
	return shownUser(srv.world.AddUser(world.NewUser{Name: u.Username, Password: &u.Password, Nickname: u.Nickname}))
}

// AddUsers registers users by name.
func (srv *Server) AddUsers(names ...string) {
	for _, name := range names {
		srv.AddUser(User{Username: name})
	}
}

// LogIn logs a user in on devices, or on one that it makes up, in place of those that they were
// on. The user is online and receives the messages that were waiting; presence follows. It
// returns false if there is no such user, or they are banned.
func (srv *Server) LogIn(name string, devices ...Device) bool {
	return srv.world.LogIn(name, worldDevices(devices)...) == nil
}

// LogOut logs a user out of all devices. It returns false if there is no such user.
func (srv *Server) LogOut(name string) bool { return srv.world.LogOut(name, event.LogoutSelf) == nil }

// LogOutDevice logs a user out of one device, and reports whether they were on it. They are
// offline after the last.
func (srv *Server) LogOutDevice(name, deviceID string) bool {
	had, err := srv.world.LogOutDevice(name, deviceID, event.LogoutSelf)
	return had && err == nil
}

// Message is a message that somebody was sent, as events have it.
type Message = event.Message

// Messages returns what a user was sent, oldest first, whether or not the user
// exists or is online.
func (srv *Server) Messages(user string) []Message { return shownMessages(srv.world.Inbox(user)) }

// GroupMessages returns what was sent to a group, oldest first.
func (srv *Server) GroupMessages(id string) []Message {
	return shownMessages(srv.world.GroupMessages(id))
}

// RoomMessages returns what was sent to a chat room, oldest first.
func (srv *Server) RoomMessages(id string) []Message {
	return shownMessages(srv.world.RoomMessages(id))
}

// AllMessages returns every message in the order in which they were sent.
func (srv *Server) AllMessages() []Message { return shownMessages(srv.world.AllMessages()) }

func shownMessages(list []world.Message) []Message {
	if list == nil {
		return nil
	}
	return world.Convert(list, func(m world.Message) Message { return m.Shown() })
}

// File is an attachment that was uploaded.
type File struct {
	UUID        string    `json:"uuid"`                  // its name in URLs
	Name        string    `json:"name"`                  // as it was uploaded
	ContentType string    `json:"content_type"`          // with which it was uploaded
	Data        []byte    `json:"-"`                     // shared with the server, not to be changed
	ShareSecret string    `json:"share_secret,omitzero"` // opens a restricted file
	Restricted  bool      `json:"restricted"`            // a download needs the share-secret
	Time        time.Time `json:"time"`                  // of the upload, by the server's clock
}

// Files returns the attachments in the order of upload.
func (srv *Server) Files() []File { return world.Convert(srv.world.ListFiles(), shownFile) }

func shownFile(f world.File) File {
	return File{
		UUID: f.UUID, Name: f.Name, ContentType: f.ContentType, Data: f.Data,
		ShareSecret: f.Secret, Restricted: f.Restricted, Time: f.Created,
	}
}

// Mutes returns how long a user is still muted, by kind of chat ("chat", "groupchat",
// "chatroom"), in whole seconds or [im.Forever]. Kinds without a mute are missing.
func (srv *Server) Mutes(user string) map[string]time.Duration {
	left := map[string]time.Duration{}
	mutes, _ := srv.world.Mutes(user) // an unknown user has none
	for _, m := range mutes {
		if m.Seconds != 0 {
			left[m.Kind] = lengthOf(m.Seconds)
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
