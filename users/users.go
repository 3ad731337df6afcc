// Package users registers, reads, bans and deletes the users of an app, tells
// whether they are online, and mutes them app-wide.
//
// A user id has at most 64 characters of a-z, A-Z, 0-9, "_", "-" and ".", and is
// not case sensitive: the server keeps and responses it in lower case.
//
//	client.Users.Register(ctx, users.NewUser{Username: "alice", Password: "S3cret.pass"})
package users

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// Service calls the endpoints of users and of app-wide mutes. It is the field
// Users of the client.
type Service struct{ api api.Caller }

// New is called by package im; a service cannot be made outside this module.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{
	&register, &registerBatch, &get, &list, &deleteOne, &deleteOldest, &setPassword, &deactivate, &activate,
	&disconnect, &disconnectDevice, &resources, &status, &statusBatch, &offlineCount, &offlineStatus,
	&setMute, &getMute, &listMutes,
}

// User is an account of the app.
type User struct {
	UUID      string    // made by the server
	Username  string    // lower case
	Activated bool      // false: banned
	Created   time.Time `json:",omitzero"`
	Modified  time.Time `json:",omitzero"`

	// What follows is set by package push and by client SDKs.
	Nickname      string // shown in push notifications
	DisplayStyle  int    // 0: notice only, 1: with the message
	NoDisturbing  bool
	NoDisturbFrom int      // hour of the day, with NoDisturbing
	NoDisturbTo   int      // hour of the day, with NoDisturbing
	IgnoredGroups []string // groups whose pushes the user has blocked
	IgnoredUsers  []string // users whose pushes the user has blocked
	NotifierName  string   // push certificate; of the first device, where there are several
	DeviceToken   string   // push token, likewise; never printed
	Devices       []PushDevice
}

// PushDevice is a device that is bound for pushes. It prints without its token.
type PushDevice struct {
	ID           string
	NotifierName string // push certificate
	DeviceToken  string // push token; never printed
}

type plainPushDevice PushDevice

// Format hides the push token.
func (d PushDevice) Format(f fmt.State, verb rune) { api.FormatMasked(f, verb, d.masked()) }

// LogValue hides the push token.
func (d PushDevice) LogValue() slog.Value { return api.LogMasked(d.masked()) }

func (d PushDevice) masked() plainPushDevice {
	d.DeviceToken = api.Masked(d.DeviceToken)
	return plainPushDevice(d)
}

type plainAccount User

// Format hides the push token.
func (u User) Format(f fmt.State, verb rune) { api.FormatMasked(f, verb, u.masked()) }

// LogValue hides the push token.
func (u User) LogValue() slog.Value { return api.LogMasked(u.masked()) }

func (u User) masked() plainAccount {
	u.DeviceToken = api.Masked(u.DeviceToken)
	return plainAccount(u)
}

// wireUser is a user as the API responds it.
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
	IgnoredUsers api.Many[api.Text]   `json:"notification_ignored_users"`
	Devices      api.Many[wireDevice] `json:"pushInfo"`
}

type wireDevice struct {
	ID           api.Text `json:"device_Id"`
	NotifierName string   `json:"notifier_name"`
	DeviceToken  string   `json:"device_token"`
}

func (w *wireUser) user() User {
	u := User{
		UUID: w.UUID, Username: string(w.Username), Activated: bool(w.Activated),
		Created: w.Created.Time(), Modified: w.Modified.Time(),
		Nickname: w.Nickname, DisplayStyle: w.DisplayStyle.Int(),
		NoDisturbing: bool(w.NoDisturbing), NoDisturbFrom: w.NoDisturbFrom.Int(), NoDisturbTo: w.NoDisturbTo.Int(),
		NotifierName: w.NotifierName, DeviceToken: w.DeviceToken,
	}
	for _, name := range w.IgnoredUsers {
		u.IgnoredUsers = append(u.IgnoredUsers, string(name))
	}
	for _, d := range w.Devices {
		u.Devices = append(u.Devices, PushDevice{ID: string(d.ID), NotifierName: d.NotifierName, DeviceToken: d.DeviceToken})
	}
	if len(u.Devices) > 0 && u.DeviceToken == "" {
		u.NotifierName, u.DeviceToken = u.Devices[0].NotifierName, u.Devices[0].DeviceToken
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

// one carries out a call that responds one user.
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

// NewUser is a user to register. It prints without its password.
type NewUser struct {
	Username string `json:"username"`
	// Password has at most 64 characters. A user without one logs in with tokens
	// only; Easemob's documents ask for one, those of Agora do not.
	Password string `json:"password,omitzero"`
	Nickname string `json:"nickname,omitzero"` // for push notifications, at most 100 characters
}

type plainUser NewUser

// Format hides the password.
func (u NewUser) Format(f fmt.State, verb rune) { api.FormatMasked(f, verb, u.masked()) }

// LogValue hides the password.
func (u NewUser) LogValue() slog.Value { return api.LogMasked(u.masked()) }

func (u NewUser) masked() plainUser {
	u.Password = api.Masked(u.Password)
	return plainUser(u)
}

func (u NewUser) check(field string) error {
	return api.First(
		api.Username(field+"Username", u.Username),
		api.MaxLength(field+"Password", u.Password, 64),
		api.MaxLength(field+"Nickname", u.Nickname, 100),
	)
}

const writePool = "user_write" // shared with the push nickname and display style

var register = api.Endpoint{
	ID: "users.register", Within: api.UserManagement, Method: http.MethodPost, Path: "/users", Pool: writePool,
}

// Register makes one user. A name that is taken is [im.ErrAlreadyExists]; it is
// also what a repeat responses after [im.ErrOutcomeUnknown] when the first try was
// carried out. Not repeated after a lost response. Quota: 100 calls a second
// together with RegisterBatch and the push settings of users. Errors:
// [im.ErrInvalidArgument] for a bad name, [im.ErrPlanLimit] when the app may have
// no more users.
//
//im:endpoint users.register
func (s *Service) Register(ctx context.Context, u NewUser) (*User, error) {
	return s.one(ctx, &api.Call{Endpoint: &register, Invalid: u.check(""), Body: u, Secrets: []string{u.Password}})
}

var get = api.Endpoint{
	ID: "users.get", Within: api.UserManagement, Method: http.MethodGet, Path: "/users/{username}", Idempotent: true,
}

// Get returns one user; [im.ErrNotFound] when there is none. Quota: 100 calls a
// second. Repeated after a lost response.
//
//im:endpoint users.get
func (s *Service) Get(ctx context.Context, username string) (*User, error) {
	return s.one(ctx, &api.Call{Endpoint: &get, Params: []string{username}})
}

// MaxPage is the most users on a page of [Service.List], which is also what it asks for
// without a limit.
const MaxPage = 100

var list = api.Endpoint{
	ID: "users.list", Within: api.UserManagement, Method: http.MethodGet, Path: "/users", Idempotent: true,
}

// List returns a page of users in order of registration. A page has up to [MaxPage]
// users. Quota: 100 calls a second. Retried if the response is lost.
//
//im:endpoint users.list
func (s *Service) List(ctx context.Context, o page.Options) (*page.Page[User], error) {
	query := url.Values{}
	return s.page(ctx, &api.Call{Endpoint: &list, Invalid: api.Cursor(query, o, MaxPage), Query: query})
}

// Pages goes over the pages of [Service.List].
func (s *Service) Pages(ctx context.Context, o page.Options) iter.Seq2[*page.Page[User], error] {
	return api.Pages(o, func(o page.Options) (*page.Page[User], error) { return s.List(ctx, o) })
}

// All goes over the users of [Service.Pages].
func (s *Service) All(ctx context.Context, o page.Options) iter.Seq2[User, error] {
	return api.All(s.Pages(ctx, o))
}

// page carries out a call that responds several users.
func (s *Service) page(ctx context.Context, c *api.Call) (*page.Page[User], error) {
	var out entities
	c.Out = &out
	if err := s.api.Call(ctx, c); err != nil {
		return nil, err
	}
	return &page.Page[User]{Items: out.users, Next: out.cursor}, nil
}

var deleteOne = api.Endpoint{
	ID: "users.delete", Within: api.UserManagement, Method: http.MethodDelete, Path: "/users/{username}",
}

// Delete deletes one user, named by id or UUID, with the groups and chat rooms
// that it owns, and returns it as it was. Not repeated after a lost response: a
// repeat responses [im.ErrNotFound], which then means that it is done. Quota: 100
// calls a second.
//
//im:endpoint users.delete
func (s *Service) Delete(ctx context.Context, username string) (*User, error) {
	return s.one(ctx, &api.Call{Endpoint: &deleteOne, Params: []string{username}})
}

var deleteOldest = api.Endpoint{
	ID: "users.delete_batch", Within: api.UserManagement, Method: http.MethodDelete, Path: "/users", Quotas: api.PerSecond(30),
	MaxItems: 100, ItemsIn: "Limit",
}

// DeleteOldest deletes the o.Limit (1 to 100, required) users that registered first,
// with their groups and rooms, and returns them; the page has a Next while users are
// left. There is no saying which users, so it is meant for test data. Never retried:
// each call deletes the next ones. Quota: 30 calls a second.
//
//im:endpoint users.delete_batch
func (s *Service) DeleteOldest(ctx context.Context, o page.Options) (*page.Page[User], error) {
	query := url.Values{}
	invalid := api.Cursor(query, o, MaxPage)
	if o.Limit == 0 {
		invalid = api.Invalid("Limit", "must say how many users to delete")
	}
	return s.page(ctx, &api.Call{Endpoint: &deleteOldest, Invalid: invalid, Query: query, Items: o.Limit})
}

var setPassword = api.Endpoint{
	ID: "users.set_password", Within: api.UserManagement, Method: http.MethodPut, Path: "/users/{username}/password", Idempotent: true,
}

// SetPassword replaces a user's password, 1 to 64 characters, without asking for
// the old one. Quota: 100 calls a second. Repeated after a lost response.
// [im.ErrNotFound] when there is no such user.
//
//im:endpoint users.set_password
func (s *Service) SetPassword(ctx context.Context, username, password string) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &setPassword, Params: []string{username}, Secrets: []string{password},
		Invalid: api.First(api.Required("password", password), api.MaxLength("password", password, 64)),
		Body: struct {
			New string `json:"newpassword"`
		}{password},
	})
}

var deactivate = api.Endpoint{
	ID: "users.deactivate", Within: api.UserManagement, Method: http.MethodPost, Path: "/users/{username}/deactivate", Idempotent: true,
}

// Deactivate bans a user: it is logged out at once and cannot log in. Quota: 100
// calls a second. Repeated after a lost response. [im.ErrNotFound] when there is no
// such user.
//
//im:endpoint users.deactivate
func (s *Service) Deactivate(ctx context.Context, username string) (*User, error) {
	return s.one(ctx, &api.Call{Endpoint: &deactivate, Params: []string{username}})
}

var activate = api.Endpoint{
	ID: "users.activate", Within: api.UserManagement, Method: http.MethodPost, Path: "/users/{username}/activate", Idempotent: true,
}

// Activate lifts the ban of a user. Quota: 100 calls a second. Repeated after a
// lost response. [im.ErrNotFound] when there is no such user.
//
//im:endpoint users.activate
func (s *Service) Activate(ctx context.Context, username string) error {
	return s.api.Call(ctx, &api.Call{Endpoint: &activate, Params: []string{username}})
}
