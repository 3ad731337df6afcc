package imtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
	"github.com/imrest/im-go/imtest/internal/yamljson"
)

// Seeded are the ids of what [Server.Seed] made, in the order of the file.
type Seeded struct {
	Groups   []string `json:"groups"`   // ids
	Rooms    []string `json:"rooms"`    // ids
	Messages []string `json:"messages"` // ids
}

// seedFile is what Seed reads.
type seedFile struct {
	Users    []seedUser    `json:"users"`
	Groups   []seedGroup   `json:"groups"`
	Rooms    []seedRoom    `json:"rooms"`
	Messages []seedMessage `json:"messages"`
}

type seedUser struct {
	Username   string            `json:"username"`
	Password   string            `json:"password"`
	Nickname   string            `json:"nickname"`
	Online     bool              `json:"online"`
	Contacts   []string          `json:"contacts"`
	Blocked    []string          `json:"blocked"`
	Attributes map[string]string `json:"attributes"`
}

// UnmarshalJSON reads a user, or only a name.
func (u *seedUser) UnmarshalJSON(text []byte) error {
	if json.Unmarshal(text, &u.Username) == nil {
		return nil
	}
	if text[0] != '{' {
		return fmt.Errorf(`"users" has the entry %s, must be a name in quotes, or an object with "username"`, clipped(string(text), ""))
	}
	type plain seedUser // without this method
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	return dec.Decode((*plain)(u))
}

// seedGroup is what a seed may say of a Group.
type seedGroup struct {
	ID                string                       `json:"id"`
	Name              string                       `json:"name"`
	Description       string                       `json:"description"`
	Avatar            string                       `json:"avatar"`
	Custom            string                       `json:"custom"`
	Announcement      string                       `json:"announcement"`
	Owner             string                       `json:"owner"`
	Members           []string                     `json:"members"`
	Admins            []string                     `json:"admins"`
	Blocked           []string                     `json:"blocked"`
	Allowed           []string                     `json:"allowed"`
	Muted             map[string]time.Time         `json:"muted"`
	MutedAll          bool                         `json:"muted_all"`
	Disabled          bool                         `json:"disabled"`
	Public            bool                         `json:"public"`
	MembersOnly       bool                         `json:"members_only"`
	AllowInvites      bool                         `json:"allow_invites"`
	InviteNeedConfirm bool                         `json:"invite_need_confirm"`
	MaxUsers          int                          `json:"max_users"`
	Attributes        map[string]map[string]string `json:"attributes"`
	Files             []File                       `json:"-"`
	Created           time.Time                    `json:"-"`
}

// seedRoom is what a seed may say of a Room.
type seedRoom struct {
	ID           string               `json:"id"`
	Name         string               `json:"name"`
	Description  string               `json:"description"`
	Custom       string               `json:"custom"`
	Announcement string               `json:"announcement"`
	Owner        string               `json:"owner"`
	Members      []string             `json:"members"`
	Admins       []string             `json:"admins"`
	Blocked      []string             `json:"blocked"`
	Allowed      []string             `json:"allowed"`
	Muted        map[string]time.Time `json:"muted"`
	MutedAll     bool                 `json:"muted_all"`
	MaxUsers     int                  `json:"max_users"`
	Attributes   map[string]string    `json:"attributes"`
	Tags         map[string][]string  `json:"tags"`
	Created      time.Time            `json:"-"`
}

type seedMessage struct {
	From string `json:"from"`
	ClientMessage
}

// Seed adds users, groups, rooms and messages from one file of JSON or YAML, in this order, as
// AddUser, AddGroup and AddRoom do: what exists stays as it is, and no rule of the API is in the
// way. What begins with a brace is JSON, everything else is YAML, of at most 4 MiB with what its
// aliases repeat. Messages are sent as by calls of the API, but without quotas and faults, and
// [Server.Requests] does not list them. docs/emulator.md has the fields. A file with a mistake
// changes nothing; a message that the API refuses is an error, and what was before it stays.
func (srv *Server) Seed(r io.Reader) (Seeded, error) { return srv.seedFrom(context.Background(), r) }

func (srv *Server) seedFrom(ctx context.Context, r io.Reader) (Seeded, error) {
	var file seedFile
	text, err := io.ReadAll(r)
	if err == nil {
		text, err = yamljson.Object(text)
	}
	if err != nil {
		return Seeded{}, fmt.Errorf("imtest: seed: the body: %w", err)
	}
	if err := readControl(bytes.NewReader(text), &file); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Type.Kind() == reflect.String {
			err = fmt.Errorf("%w: a text of digits, true or false needs quotes", err)
		}
		return Seeded{}, fmt.Errorf("imtest: seed: %w", err)
	}
	if err := file.check(srv); err != nil {
		return Seeded{}, fmt.Errorf("imtest: seed: %w", err)
	}
	made := Seeded{Groups: []string{}, Rooms: []string{}, Messages: []string{}}
	for _, u := range file.Users {
		srv.seedUser(u)
	}
	for _, g := range file.Groups {
		made.Groups = append(made.Groups, srv.AddGroup(Group(g)).ID)
	}
	for _, g := range file.Rooms {
		made.Rooms = append(made.Rooms, srv.AddRoom(Room(g)).ID)
	}
	for i, m := range file.Messages {
		id, err := srv.seedMessage(ctx, m)
		if err != nil {
			return made, fmt.Errorf("imtest: seed: messages[%d]: %w", i, err)
		}
		made.Messages = append(made.Messages, id)
	}
	return made, nil
}

// check finds what can be known to be wrong before anything is made.
func (f *seedFile) check(srv *Server) error {
	for i, u := range f.Users {
		if u.Username == "" {
			return fmt.Errorf(`users[%d]: "username" is missing`, i)
		}
	}
	groups, rooms := circleIDs{srv, world.GroupKind, map[string]bool{}}, circleIDs{srv, world.RoomKind, map[string]bool{}}
	for i, g := range f.Groups {
		if err := groups.add(g.ID, g.Owner, rooms); err != nil {
			return fmt.Errorf("groups[%d]: %w", i, err)
		}
	}
	for i, g := range f.Rooms {
		if err := rooms.add(g.ID, g.Owner, groups); err != nil {
			return fmt.Errorf("rooms[%d]: %w", i, err)
		}
	}
	for i, m := range f.Messages {
		err := m.check()
		switch {
		case err != nil:
		case m.Group != "" && !groups.has(m.Group):
			err = errUnknown("group", m.Group)
		case m.Room != "" && !rooms.has(m.Room):
			err = errUnknown("room", m.Room)
		}
		if err != nil {
			return fmt.Errorf("messages[%d]: %w", i, err)
		}
	}
	return nil
}

// circleIDs are the ids of the groups, or the rooms, of the server and of a seed.
type circleIDs struct {
	srv    *Server
	kind   world.CircleKind
	seeded map[string]bool
}

func (k circleIDs) has(id string) bool {
	_, err := k.srv.world.Circle(world.CircleID{Kind: k.kind, ID: id})
	return err == nil || k.seeded[id]
}

// add notes a group or room of a seed; no other kind has its id.
func (k circleIDs) add(id, owner string, others circleIDs) error {
	switch {
	case owner == "":
		return errors.New(`"owner" is missing`)
	case id != "" && others.has(id):
		return fmt.Errorf(`"id" is that of a %s: %q`, others.kind, id)
	}
	k.seeded[id] = true
	return nil
}

func (srv *Server) seedUser(u seedUser) {
	srv.AddUser(User{Username: u.Username, Password: u.Password, Nickname: u.Nickname})
	srv.AddContacts(u.Username, u.Contacts...)
	srv.AddBlocked(u.Username, u.Blocked...)
	if u.Attributes != nil {
		srv.SetUserAttributes(u.Username, maps.Clone(u.Attributes))
	}
	if there, _ := srv.User(u.Username); u.Online && !there.Online {
		srv.LogIn(u.Username) // who is online stays on their devices
	}
}

// seedMessage returns the id of the message.
func (srv *Server) seedMessage(ctx context.Context, m seedMessage) (string, error) {
	chat, to := m.target()
	kind := [...]string{world.ToUsers: "users", world.ToGroups: "chatgroups", world.ToRooms: "chatrooms"}[chat]
	msg := m.content(m.From)
	body := map[string]any{"to": []string{to}, "type": msg.Kind, "body": json.RawMessage(msg.Body), "need_group_ack": m.NeedAck}
	for field, value := range map[string]string{"from": m.From, "chatroom_msg_level": m.Level} {
		if value != "" {
			body[field] = value
		}
	}
	if m.Ext != nil {
		body["ext"] = m.Ext
	}
	if m.OnlineOnly {
		body["routetype"] = "ROUTE_ONLINE"
	}
	c := srv.ownCall(ctx, "/messages/"+kind, body)
	if err := c.ReadIn(); err != nil {
		return "", errors.New(err.Description)
	}
	rep := srv.api.Do(c)
	var response struct {
		Data map[string]string `json:"data"`
		wire.ErrorBody
	}
	if err := json.Unmarshal(rep.Body, &response); err != nil || rep.Status != http.StatusOK {
		return "", fmt.Errorf("the API refuses it: %d %s", rep.Status, strings.TrimSpace(response.Description))
	}
	return response.Data[to], nil
}
