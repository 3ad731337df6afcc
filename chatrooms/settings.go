package chatrooms

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// Room is a chat room with its settings.
type Room struct {
	ID          string    `json:"id"`                   // digits, unless the app chose it
	Name        string    `json:"name"`                 // up to 128 characters
	Description string    `json:"description,omitzero"` // up to 512 characters
	Custom      string    `json:"custom,omitzero"`      // free text of the app
	Owner       string    `json:"owner"`                // lower case
	Public      bool      `json:"public"`               // as AllowInvites
	Created     time.Time `json:"created,omitzero"`     // by the server's clock

	// These come from groups and are the same for all rooms.
	AllowInvites   bool `json:"allow_invites"`   // members may invite
	ConfirmInvites bool `json:"confirm_invites"` // users join only when they accept the invitation
	ApproveJoins   bool `json:"approve_joins"`   // joining needs approval

	MaxMembers  int      `json:"max_members"`       // including the owner
	MemberCount int      `json:"member_count"`      // including the owner
	Members     []Member `json:"members,omitempty"` // including the owner

	MutedAll bool `json:"muted_all"` // by [Service.MuteAll]; older servers do not report it
	Disabled bool `json:"disabled"`  // chat rooms have no call that changes it
}

func room(w *api.WireGroup) Room {
	return Room{
		ID: string(w.ID), Name: w.Name, Description: w.Description, Custom: w.Custom,
		Owner: w.Owner(), Public: bool(w.Public), Created: w.Created.Time(),
		AllowInvites: bool(w.AllowInvites), ConfirmInvites: bool(w.NeedConfirm), ApproveJoins: bool(w.MembersOnly),
		MaxMembers: w.MaxUsers.Int(), MemberCount: w.Count.Int(), Members: api.MembersOf(w, member),
		MutedAll: bool(w.Mute), Disabled: bool(w.Disabled),
	}
}

// MaxGetBatch is the most rooms that [Service.GetBatch] takes.
const MaxGetBatch = 100

var get = api.Endpoint{
	ID: "chatrooms.get", Method: http.MethodGet, Path: "/chatrooms/{roomIDs}", Idempotent: true,
	MaxItems: MaxGetBatch, ItemsIn: "roomIDs",
}

// Get returns one room. Quota: 100 calls a second together with [Service.GetBatch].
//
//im:endpoint chatrooms.get
func (s *Service) Get(ctx context.Context, roomID string) (*Room, error) {
	return api.One(s.getBatch(ctx, []string{roomID}, api.Listed("roomID", roomID)))
}

var errNoRoom error = &batch.Reason{Text: "no such room", Kind: api.ErrNotFound}

// GetBatch returns up to [MaxGetBatch] rooms. One that the response leaves out fails with
// im.ErrNotFound; if none of the rooms exists, the whole call fails. Quota: 100 calls a
// second together with [Service.Get].
func (s *Service) GetBatch(ctx context.Context, roomIDs []string) (batch.Results[Room], error) {
	return s.getBatch(ctx, roomIDs, api.Identifiers("roomIDs", roomIDs))
}

func (s *Service) getBatch(ctx context.Context, roomIDs []string, invalid error) (batch.Results[Room], error) {
	return api.LookUp(ctx, s.api, &api.Call{Endpoint: &get, List: roomIDs, Invalid: invalid}, func(w *api.WireGroup) (string, Room) {
		return string(w.ID), room(w)
	}, errNoRoom)
}

// RoomUpdate holds new settings of a room. What is nil or zero stays as it is.
//
//	chatrooms.RoomUpdate{Name: new("Lobby"), MaxMembers: 500}
type RoomUpdate struct {
	Name        *string `json:"name,omitempty"`        // up to 128 characters
	Description *string `json:"description,omitempty"` // up to 512 characters
	MaxMembers  int     `json:"maxusers,omitzero"`     // including the owner; above 10,000 the vendor must have raised the limit

	// Custom and ReviewName are as in NewRoom. Only the vendor's Java SDK changes them; a
	// server that follows the documents rejects Custom.
	Custom     *string `json:"custom,omitempty"`
	ReviewName *bool   `json:"need_verify,omitempty"` // the response does not confirm it
}

func (u *RoomUpdate) check() error {
	if *u == (RoomUpdate{}) {
		return api.Invalid("RoomUpdate", "must set a field; with none the call would change nothing")
	}
	return api.First(
		api.Range("MaxMembers", u.MaxMembers, 0, math.MaxInt32),
		checkTexts(api.Deref(u.Name), api.Deref(u.Description), api.Deref(u.Custom)),
	)
}

var update = api.Endpoint{
	ID: "chatrooms.update", Method: http.MethodPut, Path: "/chatrooms/{roomID}", Idempotent: true,
}

// Update changes settings of a room; [Service.TransferOwner] changes its owner. The server
// confirms each setting except for ReviewName. If it did not take some, the error is a
// [*batch.Error] that names them, and the others are changed. Other errors:
// im.ErrPlanLimit or im.ErrTooLarge for a value above its limit.
//
//im:endpoint chatrooms.update
func (s *Service) Update(ctx context.Context, roomID string, u RoomUpdate) error {
	var out api.Data[map[string]json.RawMessage]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &update, Params: []string{roomID}, Invalid: u.check(), Body: u, Out: &out,
	})
	if err != nil {
		return err
	}
	return u.confirmed(out.Data)
}

// confirmed checks that the response names the changes as made.
func (u *RoomUpdate) confirmed(response map[string]json.RawMessage) error {
	return api.Changed(
		response,
		api.Change{Field: "Name", Keys: []string{"groupname", "name"}, Sent: u.Name != nil, Text: api.Deref(u.Name)},
		api.Change{Field: "Description", Keys: []string{"description"}, Sent: u.Description != nil, Text: api.Deref(u.Description)},
		api.Change{Field: "MaxMembers", Keys: []string{"maxusers"}, Sent: u.MaxMembers != 0, Text: strconv.Itoa(u.MaxMembers)},
		api.Change{Field: "Custom", Keys: []string{"custom"}, Sent: u.Custom != nil, Text: api.Deref(u.Custom)},
	)
}
