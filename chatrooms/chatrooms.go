// Package chatrooms creates and runs chat rooms.
//
//	roomID, err := client.Chatrooms.Create(ctx, chatrooms.NewRoom{
//		Name: "lobby", Description: "open talk", Owner: "alice",
//	})
//
// A room has one owner, up to 99 admins, and by default up to 10,000 members. A member who
// is offline for more than two minutes leaves the room, unless the member is on the allow
// list. The server makes the ids of rooms, which are strings of digits, unless the app
// makes its own. Usernames are not case sensitive; the server returns them in lower case.
//
//   - A room: [Service.Create], [Service.Get], [Service.Update], [Service.Delete].
//     [Service.All] lists all rooms, [Service.AllJoined] those of a user.
//   - Members: [Service.AddMembers], [Service.RemoveMembers], [Service.AllMembers];
//     [Service.AddAdmin], [Service.TransferOwner]; [Service.AddSuperAdmin] for who may
//     create rooms from a client.
//   - Who may not write: [Service.MuteMembers] and [Service.MuteTag] for some,
//     [Service.MuteAll] for all except for those whom [Service.AllowMembers] names.
//     [Service.BlockMembers] removes members and keeps them out.
//   - What a room holds: [Service.SetAnnouncement], [Service.SetAttributes], and
//     [Service.SetTags] for its members.
//
// Unless a method says otherwise, its quota is 100 calls a second, whatever the number of
// users in a call, it is retried if the response is lost, and it fails with
// im.ErrNotFound if there is no such room.
//
// # Calls on several users
//
// They return a [batch.Result], and a [*batch.Error] if a user failed. As a rule the
// server fails the whole call if no user qualifies, and reports each user if some do. They
// take [MaxMembersBatch] users; the newest documents of Easemob allow 100 for some calls,
// which older servers reject.
package chatrooms

import (
	"context"
	"math"
	"net/http"

	"github.com/imrest/im-go/internal/api"
)

// Service calls the endpoints of chat rooms. It is the field Chatrooms of im.Client.
type Service struct{ api api.Caller }

// New is for package im alone.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{
	&create, &get, &update, &deleteRoom,
	&list, &listJoined,
	&getAnnouncement, &setAnnouncement,
	&listMembersByCursor, &listMembers, &addMember, &addMembers, &removeMember, &removeMembers,
	&listAdmins, &addAdmin, &removeAdmin, &transferOwner,
	&listSuperAdmins, &addSuperAdmin, &removeSuperAdmin,
	&listBlocked, &blockMember, &blockMembers, &unblockMember, &unblockMembers,
	&listAllowed, &allowMember, &allowMembers, &disallowMembers,
	&listMuted, &muteMembers, &unmuteMembers, &muteAll, &unmuteAll,
	&setAttributes, &getAttributes, &deleteAttributes, &forceSetAttributes, &forceDeleteAttributes,
	&setTags, &getTags, &muteTag, &countMembers,
}

// NewRoom is a room to create.
type NewRoom struct {
	Name        string   `json:"name"`                  // up to 128 characters
	Description string   `json:"description"`           // up to 512 characters; needed; whether it may be empty is not documented
	Owner       string   `json:"owner"`                 // a user that exists
	Members     []string `json:"members,omitempty"`     // the first members, without the owner; up to MaxMembers
	MaxMembers  int      `json:"maxusers,omitzero"`     // including the owner; 0: the server's 1,000. Above 10,000 the vendor must have raised the limit
	Custom      string   `json:"custom,omitzero"`       // free text of up to 8 KB; older documents allow 1,024 characters
	ID          string   `json:"roomid,omitzero"`       // up to 64 of a-z and 0-9; empty: made by the server. The vendor must have enabled own ids
	ReviewName  *bool    `json:"need_verify,omitempty"` // whether moderation reviews the name; nil: yes. Only in the vendor's Java SDK
}

func (r *NewRoom) check() error {
	return api.First(
		api.FirstMembers(r.Owner, r.Members, r.MaxMembers),
		api.Required("Name", r.Name), api.Username("Owner", r.Owner),
		api.Range("MaxMembers", r.MaxMembers, 0, math.MaxInt32),
		checkTexts(r.Name, r.Description, r.Custom),
		api.OwnID("ID", r.ID),
	)
}

// The longest texts of a room.
const (
	MaxName         = 128     // characters
	MaxDescription  = 512     // characters
	MaxCustom       = 8 << 10 // bytes; older documents allow 1,024 characters
	MaxAnnouncement = 512     // characters
)

// checkTexts rejects texts above their documented lengths.
func checkTexts(name, description, custom string) error {
	return api.First(
		api.MaxLength("Name", name, MaxName),
		api.MaxLength("Description", description, MaxDescription),
		api.MaxBytes("Custom", custom, MaxCustom),
	)
}

var create = api.Endpoint{
	ID: "chatrooms.create", Method: http.MethodPost, Path: "/chatrooms", Quotas: api.PerSecond(50),
}

// Create creates a room and returns its id. If own ids are not enabled, the server may
// create a room with an id of its own choice: Create returns that id, with
// im.ErrNotEnabled. Not retried if the response is lost: a retry would create another
// room, unless it has an ID. Quota: 50 calls a second. Errors: im.ErrNotFound if the owner
// or a member does not exist, im.ErrPlanLimit if the app has too many rooms or a user is
// in too many, im.ErrAlreadyExists if the ID is taken.
//
//im:endpoint chatrooms.create
func (s *Service) Create(ctx context.Context, r NewRoom) (roomID string, err error) {
	out := api.Checked[api.Data[created]]{Check: func(d *api.Data[created]) error { return api.MadeID(d.Data.ID, r.ID) }}
	err = s.api.Call(ctx, &api.Call{Endpoint: &create, Invalid: r.check(), Body: r, Out: &out})
	return string(out.Value.Data.ID), err
}

type created struct {
	ID api.Text `json:"id"`
}

var deleteRoom = api.Endpoint{ID: "chatrooms.delete", Method: http.MethodDelete, Path: "/chatrooms/{roomID}"}

// Delete deletes a room; its stored messages stay. Not retried if the response is lost: a
// retry would return im.ErrNotFound, which then means that the room is deleted.
//
//im:endpoint chatrooms.delete
func (s *Service) Delete(ctx context.Context, roomID string) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &deleteRoom, Params: []string{roomID}, Out: &api.Confirmed{Field: "success", Want: true},
	})
}
