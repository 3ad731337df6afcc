package chatrooms

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

const (
	maxName         = 128     // characters
	maxDescription  = 512     // characters
	maxCustom       = 8 << 10 // bytes
	maxAnnouncement = 512     // characters
)

// NewRoom is a room to create.
type NewRoom struct {
	Name        string   `json:"name"`                  // up to 128 characters
	Description string   `json:"description"`           // up to 512 characters; needed; whether it may be empty is not documented
	Owner       string   `json:"owner"`                 // a user that exists
	Members     []string `json:"members,omitempty"`     // the first members, without the owner; up to MaxMembers
	MaxMembers  int      `json:"maxusers,omitzero"`     // with the owner; 0: the server's 1000. Above 10,000 the vendor must have raised the limit
	Custom      string   `json:"custom,omitzero"`       // free text of up to 8 KB; older documents allow 1,024 characters
	ID          string   `json:"roomid,omitzero"`       // up to 64 of a-z and 0-9; empty: made by the server. The vendor must have enabled own ids
	ReviewName  *bool    `json:"need_verify,omitempty"` // whether moderation reviews the name; nil: yes. Only the vendor's Java SDK knows it
}

var ownID = regexp.MustCompile(`^[a-z0-9]*$`)

func (r NewRoom) check() error {
	for _, m := range r.Members {
		if strings.EqualFold(m, r.Owner) {
			return api.Invalid("Members", "must not name the owner %q", r.Owner)
		}
	}
	if r.MaxMembers > 0 {
		if err := api.MaxItems("Members", len(r.Members), r.MaxMembers); err != nil {
			return err
		}
	}
	if len(r.Members) > 0 {
		if err := api.Usernames("Members", r.Members); err != nil {
			return err
		}
	}
	return api.First(
		api.Required("Name", r.Name), api.MaxLength("Name", r.Name, maxName),
		api.MaxLength("Description", r.Description, maxDescription), api.Username("Owner", r.Owner),
		api.Range("MaxMembers", r.MaxMembers, 0, math.MaxInt32), api.MaxBytes("Custom", r.Custom, maxCustom),
		api.MaxLength("ID", r.ID, 64), api.Pattern("ID", r.ID, ownID),
	)
}

var create = api.Endpoint{
	ID: "chatrooms.create", Method: http.MethodPost, Path: "/chatrooms", Quotas: api.PerSecond(50),
}

// Create makes a room and returns its id. Not repeated after a lost answer: a
// repeat would make another room. Quota: 50 calls a second. Errors:
// [im.ErrNotFound] when the owner or a member does not exist, [im.ErrPlanLimit]
// when the app has too many rooms or a user has joined too many,
// [im.ErrAlreadyExists] when the ID is taken.
//
//im:endpoint chatrooms.create
func (s *Service) Create(ctx context.Context, r NewRoom) (roomID string, err error) {
	out := api.Checked[created]{Check: (*created).check}
	err = s.api.Call(ctx, &api.Call{Endpoint: &create, Invalid: r.check(), Body: r, Out: &out})
	return string(out.Value.Data.ID), err
}

type created struct {
	Data struct {
		ID api.Text `json:"id"`
	} `json:"data"`
}

func (c *created) check() error {
	if c.Data.ID == "" {
		return api.ErrNoEntity
	}
	return nil
}

// Changes are what to change in a room. What is left nil or zero stays as it is.
type Changes struct {
	Name        *string `json:"name,omitempty"`        // up to 128 characters
	Description *string `json:"description,omitempty"` // up to 512 characters
	MaxMembers  int     `json:"maxusers,omitzero"`     // with the owner; above 10,000 the vendor must have raised the limit
	// Custom and ReviewName are as in NewRoom. Only the vendor's Java SDK changes
	// them; a server that follows the documents refuses Custom.
	Custom     *string `json:"custom,omitempty"`
	ReviewName *bool   `json:"need_verify,omitempty"`
}

func (c Changes) check() error {
	if c == (Changes{}) {
		return api.Invalid("Changes", "must change something")
	}
	return api.First(
		api.MaxLength("Name", value(c.Name), maxName), api.MaxLength("Description", value(c.Description), maxDescription),
		api.Range("MaxMembers", c.MaxMembers, 0, math.MaxInt32), api.MaxBytes("Custom", value(c.Custom), maxCustom),
	)
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

var update = api.Endpoint{
	ID: "chatrooms.update", Method: http.MethodPut, Path: "/chatrooms/{roomID}", Idempotent: true,
}

// Update changes a room. The server confirms each field but ReviewName: where it
// did not take some, the error is a [*batch.Error] that names them, and the others
// are changed. Quota: 100 calls a second. Repeated after a lost answer. Errors:
// [im.ErrNotFound] when there is no such room, [im.ErrPartial], [im.ErrPlanLimit]
// or [im.ErrTooLarge] for a value above its limit.
//
//im:endpoint chatrooms.update
func (s *Service) Update(ctx context.Context, roomID string, c Changes) error {
	var out api.Data[map[string]json.RawMessage]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &update, Params: []string{roomID}, Invalid: c.check(), Body: c, Out: &out,
	})
	if err != nil {
		return err
	}
	return api.ChangeOutcomes(
		out.Data,
		api.Change{Field: "Name", Keys: []string{"groupname", "name"}, Sent: c.Name != nil, Text: value(c.Name)},
		api.Change{Field: "Description", Keys: []string{"description"}, Sent: c.Description != nil, Text: value(c.Description)},
		api.Change{Field: "MaxMembers", Keys: []string{"maxusers"}, Sent: c.MaxMembers != 0, Text: strconv.Itoa(c.MaxMembers)},
		api.Change{Field: "Custom", Keys: []string{"custom"}, Sent: c.Custom != nil, Text: value(c.Custom)},
	).Err()
}

var deleteRoom = api.Endpoint{
	ID: "chatrooms.delete", Method: http.MethodDelete, Path: "/chatrooms/{roomID}",
}

// Delete dissolves a room; its stored messages stay. Not repeated after a lost
// answer: a repeat answers [im.ErrNotFound], which then means that it is done.
// Quota: 100 calls a second.
//
//im:endpoint chatrooms.delete
func (s *Service) Delete(ctx context.Context, roomID string) error {
	return s.confirm(ctx, &api.Call{Endpoint: &deleteRoom, Params: []string{roomID}}, "success", true)
}

var announcement = api.Endpoint{
	ID: "chatrooms.get_announcement", Method: http.MethodGet, Path: "/chatrooms/{roomID}/announcement", Idempotent: true,
}

// Announcement returns the announcement of a room, empty when it has none. Quota:
// 100 calls a second. Repeated after a lost answer. [im.ErrNotFound] when there is
// no such room.
//
//im:endpoint chatrooms.get_announcement
func (s *Service) Announcement(ctx context.Context, roomID string) (string, error) {
	var out api.Data[struct {
		Text string `json:"announcement"`
	}]
	err := s.api.Call(ctx, &api.Call{Endpoint: &announcement, Params: []string{roomID}, Out: &out})
	return out.Data.Text, err
}

var setAnnouncement = api.Endpoint{
	ID: "chatrooms.set_announcement", Method: http.MethodPost, Path: "/chatrooms/{roomID}/announcement", Idempotent: true,
}

// SetAnnouncement replaces the announcement of a room by a text of up to 512
// characters. Whether an empty one takes it away is not documented. Quota: 100
// calls a second. Repeated after a lost answer. Errors: [im.ErrNotFound] when there
// is no such room, [im.ErrTooLarge] for a text that the server finds too long.
//
//im:endpoint chatrooms.set_announcement
func (s *Service) SetAnnouncement(ctx context.Context, roomID, text string) error {
	return s.confirm(ctx, &api.Call{
		Endpoint: &setAnnouncement, Params: []string{roomID},
		Invalid: api.MaxLength("text", text, maxAnnouncement),
		Body: struct {
			Text string `json:"announcement"`
		}{text},
	}, "result", true)
}
