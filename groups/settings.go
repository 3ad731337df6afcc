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

// Group is a group with its settings. Fields that a list leaves out are zero.
type Group struct {
	ID          string    `json:"id"`                   // digits
	Name        string    `json:"name"`                 // up to 128 characters
	Description string    `json:"description,omitzero"` // up to 512 characters
	Avatar      string    `json:"avatar,omitzero"`      // URL; older servers do not report it
	Custom      string    `json:"custom,omitzero"`      // free text of the app
	Owner       string    `json:"owner"`                // lower case
	Public      bool      `json:"public"`               // users can find the group and ask to join
	Created     time.Time `json:"created,omitzero"`     // by the server's clock

	AllowInvites   bool `json:"allow_invites"`   // plain members may invite
	ConfirmInvites bool `json:"confirm_invites"` // users join only when they accept the invitation; false also where the server does not report it
	ApproveJoins   bool `json:"approve_joins"`   // joining needs approval

	Scale       Scale    `json:"scale,omitzero"`    // empty: the server does not report it
	MaxMembers  int      `json:"max_members"`       // including the owner
	MemberCount int      `json:"member_count"`      // including the owner
	Members     []Member `json:"members,omitempty"` // up to 10,000, including the owner; admins appear as plain members

	MutedAll bool `json:"muted_all"` // by [Service.MuteAll]
	Disabled bool `json:"disabled"`  // by [Service.Disable]
}

func group(w *api.WireGroup) Group {
	return Group{
		ID: string(cmp.Or(w.ID, w.GroupID)), Name: w.Name, Description: w.Description, Avatar: w.Avatar, Custom: w.Custom,
		Owner: w.Owner(), Public: bool(w.Public), Created: w.Created.Time(),
		AllowInvites: bool(w.AllowInvites), ConfirmInvites: bool(w.NeedConfirm), ApproveJoins: bool(w.MembersOnly),
		Scale: Scale(w.Scale), MaxMembers: w.MaxUsers.Int(), MemberCount: w.Count.Int(), Members: api.MembersOf(w, member),
		MutedAll: bool(w.Mute), Disabled: bool(w.Disabled),
	}
}

// MaxGetBatch is the most groups that [Service.GetBatch] takes.
const MaxGetBatch = 100

var get = api.Endpoint{
	ID: "groups.get", Method: http.MethodGet, Path: "/chatgroups/{groupIDs}", Idempotent: true,
	MaxItems: MaxGetBatch, ItemsIn: "groupIDs",
}

// Get returns one group with its settings and up to 10,000 members. A group that was
// deleted may still be returned for some seconds. Quota: 100 calls a second together with
// [Service.GetBatch].
//
//im:endpoint groups.get
func (s *Service) Get(ctx context.Context, groupID string) (*Group, error) {
	return api.One(s.getBatch(ctx, []string{groupID}, api.Listed("groupID", groupID)))
}

var errNoGroup error = &batch.Reason{Text: "no such group", Kind: api.ErrNotFound}

// GetBatch returns up to [MaxGetBatch] groups. One that the response leaves out fails with
// im.ErrNotFound; if only one is asked for, the whole call fails. Quota: 100 calls a
// second together with [Service.Get].
func (s *Service) GetBatch(ctx context.Context, groupIDs []string) (batch.Results[Group], error) {
	return s.getBatch(ctx, groupIDs, api.Identifiers("groupIDs", groupIDs))
}

func (s *Service) getBatch(ctx context.Context, groupIDs []string, invalid error) (batch.Results[Group], error) {
	return api.LookUp(ctx, s.api, &api.Call{Endpoint: &get, List: groupIDs, Invalid: invalid}, func(w *api.WireGroup) (string, Group) {
		g := group(w)
		return g.ID, g
	}, errNoGroup)
}

// GroupUpdate holds new settings of a group. What is nil or zero stays as it is.
//
//	groups.GroupUpdate{MaxMembers: 500, Public: new(false)}
type GroupUpdate struct {
	Name        *string `json:"groupname,omitempty"`   // up to 128 characters
	Description *string `json:"description,omitempty"` // up to 512 characters
	Avatar      *string `json:"avatar,omitempty"`      // URL of a picture, up to 1,024 characters
	Custom      *string `json:"custom,omitempty"`      // free text of up to 8 KB; older documents allow 1,024 characters

	Public     *bool `json:"public,omitempty"`  // documents of 2023 want it in every update; vendor SDKs leave it out
	MaxMembers int   `json:"maxusers,omitzero"` // including the owner; the plan sets a ceiling

	AllowInvites   *bool `json:"allowinvites,omitempty"`        // plain members may invite, also in public groups
	ApproveJoins   *bool `json:"membersonly,omitempty"`         // joining a public group needs the approval of owner or admin
	ConfirmInvites *bool `json:"invite_need_confirm,omitempty"` // users join only when they accept the invitation

	ReviewName *bool `json:"need_verify,omitempty"` // as in NewGroup; the response does not confirm it
}

func (u *GroupUpdate) check() error {
	if *u == (GroupUpdate{}) {
		return api.Invalid("GroupUpdate", "must set a field; with none the call would change nothing")
	}
	return api.First(
		api.Range("MaxMembers", u.MaxMembers, 0, math.MaxInt32),
		checkTexts(api.Deref(u.Name), api.Deref(u.Description), api.Deref(u.Avatar), api.Deref(u.Custom)),
	)
}

var update = api.Endpoint{
	ID: "groups.update", Method: http.MethodPut, Path: "/chatgroups/{groupID}", Idempotent: true,
}

// Update changes settings of a group; [Service.TransferOwner] changes its owner. The
// server confirms each setting except for ReviewName. If it did not take some, the error
// is a [*batch.Error] that names them, and the others are changed. Other errors:
// im.ErrForbidden if moderation rejects the name.
//
//im:endpoint groups.update
func (s *Service) Update(ctx context.Context, groupID string, u GroupUpdate) error {
	var out api.Data[map[string]json.RawMessage]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &update, Params: []string{groupID}, Invalid: u.check(), Body: u, Out: &out,
	})
	if err != nil {
		return err
	}
	return u.confirmed(out.Data)
}

// confirmed checks that the response names the changes as made.
func (u *GroupUpdate) confirmed(response map[string]json.RawMessage) error {
	change := func(field, key string, sent bool, text string) api.Change {
		return api.Change{Field: field, Keys: []string{key}, Sent: sent, Text: text}
	}
	return api.Changed(
		response,
		change("Name", "groupname", u.Name != nil, api.Deref(u.Name)),
		change("Description", "description", u.Description != nil, api.Deref(u.Description)),
		change("Avatar", "avatar", u.Avatar != nil, api.Deref(u.Avatar)),
		change("Custom", "custom", u.Custom != nil, api.Deref(u.Custom)),
		change("Public", "public", u.Public != nil, "true"),
		change("MaxMembers", "maxusers", u.MaxMembers != 0, strconv.Itoa(u.MaxMembers)),
		change("AllowInvites", "allowinvites", u.AllowInvites != nil, "true"),
		change("ApproveJoins", "membersonly", u.ApproveJoins != nil, "true"),
		change("ConfirmInvites", "invite_need_confirm", u.ConfirmInvites != nil, "true"),
	)
}
