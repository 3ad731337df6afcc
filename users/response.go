package users

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// wireUser is a user as the API has it.
type wireUser struct {
	UUID          string     `json:"uuid"`
	Username      api.Text   `json:"username"`
	Activated     api.Bool   `json:"activated"`
	Created       api.Millis `json:"created"`
	Modified      api.Millis `json:"modified"`
	Nickname      string     `json:"nickname"`
	DisplayStyle  api.Int    `json:"notification_display_style"`
	NoDisturbing  api.Bool   `json:"notification_no_disturbing"`
	NoDisturbFrom api.Int    `json:"notification_no_disturbing_start"`
	NoDisturbTo   api.Int    `json:"notification_no_disturbing_end"`
	NotifierName  string     `json:"notifier_name"`
	DeviceToken   string     `json:"device_token"`

	// in newer responses
	IgnoredUsers api.Many[api.Text]       `json:"notification_ignored_users"`
	Devices      api.Many[wirePushDevice] `json:"pushInfo"`
}

type wirePushDevice struct {
	ID           api.Text `json:"device_Id"`
	NotifierName string   `json:"notifier_name"`
	DeviceToken  string   `json:"device_token"`
}

func (w *wireUser) user() User {
	u := User{
		UUID: w.UUID, Username: string(w.Username), Activated: bool(w.Activated),
		Created: w.Created.Time(), Updated: w.Modified.Time(),
		Nickname: w.Nickname, DisplayStyle: w.DisplayStyle.Int(),
		NoDisturbing: bool(w.NoDisturbing), NoDisturbFrom: w.NoDisturbFrom.Int(), NoDisturbTo: w.NoDisturbTo.Int(),
		NotifierName: w.NotifierName, DeviceToken: w.DeviceToken,
	}
	for _, name := range w.IgnoredUsers {
		u.IgnoredUsers = append(u.IgnoredUsers, string(name))
	}
	for _, d := range w.Devices {
		u.PushDevices = append(u.PushDevices, PushDevice{ID: string(d.ID), NotifierName: d.NotifierName, DeviceToken: d.DeviceToken})
	}
	if len(u.PushDevices) > 0 && u.DeviceToken == "" {
		u.NotifierName, u.DeviceToken = u.PushDevices[0].NotifierName, u.PushDevices[0].DeviceToken
	}
	return u
}

// entities is a response that holds users.
type entities struct {
	users  []User
	cursor string
	failed []failedUser
}

type failedUser struct {
	Username api.Text `json:"username"`
	Reason   string   `json:"registerUserFailReason"`
}

var scratch api.Scratch[wireUser]

// ReadResponse decodes a long list through borrowed memory.
func (e *entities) ReadResponse(b []byte) error {
	wire := struct {
		Entities api.Many[wireUser]   `json:"entities"`
		Cursor   api.Text             `json:"cursor"`
		Data     api.Many[failedUser] `json:"data"`
	}{Entities: scratch.Get()}
	err := json.Unmarshal(b, &wire)
	if err == nil {
		e.users, e.cursor, e.failed = api.Convert(wire.Entities, (*wireUser).user), string(wire.Cursor), wire.Data
		err = e.ignoredGroups(b)
	}
	scratch.Put(wire.Entities)
	return err
}

const ignorePrefix = "notification_ignore_"

// ignoredGroups reads the keys that hold group ids in their names. Few users have
// any.
func (e *entities) ignoredGroups(b []byte) error {
	if !bytes.Contains(b, []byte(ignorePrefix)) {
		return nil
	}
	var raw struct {
		Entities api.Many[map[string]json.RawMessage] `json:"entities"`
	}
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	for i, fields := range raw.Entities {
		for key, value := range fields {
			var ignored api.Bool
			group, ok := strings.CutPrefix(key, ignorePrefix)
			if ok && json.Unmarshal(value, &ignored) == nil && bool(ignored) {
				e.users[i].IgnoredGroups = append(e.users[i].IgnoredGroups, group)
			}
		}
		slices.Sort(e.users[i].IgnoredGroups)
	}
	return nil
}

// one carries out a call whose response holds one user.
func (s *Service) one(ctx context.Context, c *api.Call) (*User, error) {
	var out single
	c.Out = &out
	if err := s.api.Call(ctx, c); err != nil {
		return nil, err
	}
	return &out.users[0], nil
}

// single is a response that holds one user, or does not decode.
type single struct{ entities }

func (s *single) ReadResponse(b []byte) error {
	if err := s.entities.ReadResponse(b); err != nil {
		return err
	}
	if len(s.users) == 0 {
		return api.ErrNoEntity
	}
	return nil
}

// page carries out a call whose response holds several users.
func (s *Service) page(ctx context.Context, c *api.Call) (*page.Page[User], error) {
	var out entities
	c.Out = &out
	if err := s.api.Call(ctx, c); err != nil {
		return nil, err
	}
	return &page.Page[User]{Items: out.users, Next: out.cursor}, nil
}

// confirmed is a response of success, in data or at the top. One that denies it or does not
// say so does not decode.
type confirmed struct{}

// UnmarshalJSON implements json.Unmarshaler.
func (*confirmed) UnmarshalJSON(b []byte) error {
	type result struct {
		Result *api.OK `json:"result"`
	}
	var wire struct {
		result
		Data result `json:"data"`
	}
	err := json.Unmarshal(b, &wire)
	if err == nil && wire.Result == nil && wire.Data.Result == nil {
		err = api.ErrNoEntity
	}
	return err
}
