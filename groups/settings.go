package groups

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// Group is a group with its settings. What a list leaves out is zero in what it
// returns.
type Group struct {
	ID          string
	Name        string
	Description string
	Avatar      string // URL; older servers do not tell
	Custom      string // free text of the app
	Owner       string
	Public      bool
	Created     time.Time `json:",omitzero"`

	AllowInvites   bool // plain members may invite
	ConfirmInvites bool // who is invited has to agree; false also where this server does not tell
	ApproveJoins   bool // joining needs approval

	Scale       Scale // empty: this server does not tell
	MaxMembers  int
	MemberCount int      // with the owner
	Members     []Member // up to 10,000, with the owner; admins appear as plain members

	MutedAll bool // by [Service.MuteAll]
	Disabled bool // by [Service.Disable]
}

// wireGroup is a group as the API responds it. The decoder does not look at the
// case of a key, so that groupid stands for groupId as well.
type wireGroup struct {
	ID           api.Text                  `json:"id"`
	GroupID      api.Text                  `json:"groupid"`
	Name         string                    `json:"name"`
	Description  string                    `json:"description"`
	Avatar       string                    `json:"avatar"`
	Custom       string                    `json:"custom"`
	Owner        api.Text                  `json:"owner"`
	Public       api.Bool                  `json:"public"`
	Created      api.Millis                `json:"created"`
	AllowInvites api.Bool                  `json:"allowinvites"`
	NeedConfirm  api.Bool                  `json:"invite_need_confirm"`
	Scale        Scale                     `json:"scale"`
	MembersOnly  api.Bool                  `json:"membersonly"`
	MaxUsers     api.Int                   `json:"maxusers"`
	Count        api.Int                   `json:"affiliations_count"`
	Affiliations api.Many[api.Affiliation] `json:"affiliations"`
	Mute         api.Bool                  `json:"mute"`
	Disabled     api.Bool                  `json:"disabled"`
}

func (w *wireGroup) group() Group {
	g := Group{
		ID: string(w.ID), Name: w.Name, Description: w.Description, Avatar: w.Avatar, Custom: w.Custom,
		Owner: string(w.Owner), Public: bool(w.Public), Created: w.Created.Time(),
		AllowInvites: bool(w.AllowInvites), ConfirmInvites: bool(w.NeedConfirm), ApproveJoins: bool(w.MembersOnly), Scale: w.Scale,
		MaxMembers: w.MaxUsers.Int(), MemberCount: w.Count.Int(),
		MutedAll: bool(w.Mute), Disabled: bool(w.Disabled),
	}
	if g.ID == "" {
		g.ID = string(w.GroupID)
	}
	if len(w.Affiliations) > 0 {
		g.Members = api.Convert(w.Affiliations, member)
	}
	for _, m := range g.Members {
		if m.Role == RoleOwner && g.Owner == "" { // some servers name the owner only here
			g.Owner = m.Username
		}
	}
	return g
}

var get = api.Endpoint{
	ID: "groups.get", Method: http.MethodGet, Path: "/chatgroups/{groupIDs}", Idempotent: true,
	MaxItems: 100, ItemsIn: "groupIDs",
}

// Get returns one group with its settings and up to 10,000 members;
// [im.ErrNotFound] when there is none. For several groups there is
// [Service.GetBatch]. A group that was deleted may be seen for some seconds more.
// Quota: 100 calls a second together with GetBatch. Repeated after a lost response.
//
//im:endpoint groups.get
func (s *Service) Get(ctx context.Context, groupID string) (*Group, error) {
	found, err := s.getBatch(ctx, []string{groupID}, api.Listed("groupID", groupID))
	if err != nil {
		return nil, err
	}
	return found[0].Group, found[0].Err
}

// GetBatch returns up to 100 groups, in the order asked. Those that do not exist
// are reported one by one; where only one was asked for, as the error of the call.
// Quota: 100 calls a second together with Get, whatever the number of groups.
// Repeated after a lost response.
func (s *Service) GetBatch(ctx context.Context, groupIDs []string) (Lookups, error) {
	return s.getBatch(ctx, groupIDs, api.Identifiers("groupIDs", groupIDs))
}

func (s *Service) getBatch(ctx context.Context, groupIDs []string, invalid error) (Lookups, error) {
	var out api.Payload[api.Many[wireLookup]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &get, List: groupIDs, Items: len(groupIDs), Invalid: invalid, Out: &out,
	})
	if err != nil {
		return nil, err
	}
	found := make(map[string]*Group, len(groupIDs))
	for _, w := range out.Value {
		if w.wireGroup != nil && cmp.Or(w.ID, w.GroupID) != "" {
			g := w.group()
			found[g.ID] = &g
		}
	}
	list := make(Lookups, len(groupIDs))
	for i, id := range groupIDs {
		list[i] = Lookup{ID: id, Group: found[id]}
		if list[i].Group == nil {
			list[i].Err = &batch.Reason{Text: "no such group", Kind: api.ErrNotFound}
		}
	}
	return list, nil
}

// wireLookup is a group, or else the text that there is none: which group that
// speaks of is not documented.
type wireLookup struct{ *wireGroup }

// UnmarshalJSON implements json.Unmarshaler.
func (w *wireLookup) UnmarshalJSON(b []byte) error {
	if b[0] != '{' {
		return nil
	}
	w.wireGroup = new(wireGroup)
	return json.Unmarshal(b, w.wireGroup)
}

// Lookup is one group of a batch.
type Lookup struct {
	ID    string
	Group *Group // nil: there is none
	Err   error  // an [im.ErrNotFound] then
}

// MarshalJSON keeps the text and the kinds of Err.
func (l Lookup) MarshalJSON() ([]byte, error) {
	type plain Lookup
	l.Err = api.Stored(l.Err)
	return json.Marshal(plain(l)) //nolint:musttag // keys are the names of the fields
}

// UnmarshalJSON makes Err a [*batch.Reason].
func (l *Lookup) UnmarshalJSON(b []byte) error {
	type plain Lookup
	return api.Restore(b, (*plain)(l), &l.Err)
}

// Lookups has one entry per group asked for, in that order.
type Lookups []Lookup

// Err is nil when all groups exist, else a [*batch.Error].
func (l Lookups) Err() error {
	return failures(l, func(one *Lookup) batch.Outcome { return batch.Outcome{ID: one.ID, Err: one.Err} })
}

// failures makes one error of those of a batch.
func failures[T any](list []T, outcome func(*T) batch.Outcome) error {
	return batch.Result(api.Convert(list, outcome)).Err()
}

// Changes are new settings of a group. What is nil or zero stays as it is.
//
//	groups.Changes{MaxMembers: 500, Public: new(false)}
type Changes struct {
	Name        *string `json:"groupname,omitempty"`   // up to 128 characters
	Description *string `json:"description,omitempty"` // up to 512 characters
	Avatar      *string `json:"avatar,omitempty"`      // URL of a picture, up to 1,024 characters
	Custom      *string `json:"custom,omitempty"`      // free text of up to 8 KB; older documents allow 1,024 characters

	Public     *bool `json:"public,omitempty"`  // documents of 2023 want it in every update; vendor SDKs leave it out
	MaxMembers int   `json:"maxusers,omitzero"` // with the owner; the plan sets a ceiling

	AllowInvites   *bool `json:"allowinvites,omitempty"`        // plain members may invite, in public groups, too
	ApproveJoins   *bool `json:"membersonly,omitempty"`         // joining a public group needs the approval of owner or admin
	ConfirmInvites *bool `json:"invite_need_confirm,omitempty"` // users join only when they accept the invitation

	ReviewName *bool `json:"need_verify,omitempty"` // as in NewGroup; the response does not confirm it
}

func (c *Changes) check() error {
	if *c == (Changes{}) {
		return api.Invalid("Changes", "must set a field; with none the call would change nothing")
	}
	return api.First(
		api.Range("MaxMembers", c.MaxMembers, 0, math.MaxInt32),
		checkTexts(value(c.Name), value(c.Description), value(c.Avatar), value(c.Custom)),
	)
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

var update = api.Endpoint{
	ID: "groups.update", Method: http.MethodPut, Path: "/chatgroups/{groupID}", Idempotent: true,
}

// Update changes settings of a group; its owner is changed by
// [Service.TransferOwner]. The server confirms each setting: where it did not take
// some, the error is a [*batch.Error] that names them, and the others are changed.
// Quota: 100 calls a second. Repeated after a lost response. Errors:
// [im.ErrNotFound], [im.ErrPartial], [im.ErrForbidden] when moderation refuses the
// name.
//
//im:endpoint groups.update
func (s *Service) Update(ctx context.Context, groupID string, c Changes) error {
	var out api.Data[map[string]json.RawMessage]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &update, Params: []string{groupID}, Invalid: c.check(), Body: c, Out: &out,
	})
	if err != nil {
		return err
	}
	return c.confirmed(out.Data).Err()
}

// confirmed tells which of the changes the server says that it has made.
func (c *Changes) confirmed(response map[string]json.RawMessage) batch.Result {
	change := func(field, key string, sent bool, text string) api.Change {
		return api.Change{Field: field, Keys: []string{key}, Sent: sent, Text: text}
	}
	return api.ChangeOutcomes(
		response,
		change("Name", "groupname", c.Name != nil, value(c.Name)),
		change("Description", "description", c.Description != nil, value(c.Description)),
		change("Avatar", "avatar", c.Avatar != nil, value(c.Avatar)),
		change("Custom", "custom", c.Custom != nil, value(c.Custom)),
		change("Public", "public", c.Public != nil, "true"),
		change("MaxMembers", "maxusers", c.MaxMembers != 0, strconv.Itoa(c.MaxMembers)),
		change("AllowInvites", "allowinvites", c.AllowInvites != nil, "true"),
		change("ApproveJoins", "membersonly", c.ApproveJoins != nil, "true"),
		change("ConfirmInvites", "invite_need_confirm", c.ConfirmInvites != nil, "true"),
	)
}
