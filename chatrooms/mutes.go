package chatrooms

import (
	"context"
	"net/http"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

const (
	mutePath    = "/chatrooms/{roomID}/mute"
	muteAllPath = "/chatrooms/{roomID}/ban"
)

// Muted is a member who may not write.
type Muted struct {
	Username string    `json:"username"`         // lower case
	Until    time.Time `json:"until,omitzero"`   // at the end of 2116 for a mute without an end
	Forever  bool      `json:"forever,omitzero"` // the mute has no end
}

var listMuted = api.Endpoint{ID: "chatrooms.list_muted", Method: http.MethodGet, Path: mutePath, Idempotent: true}

// ListMuted returns the mute list of a room: members muted by name or by tag. It does not say
// whether [Service.MuteAll] has muted all: [Room.MutedAll] does.
//
//im:endpoint chatrooms.list_muted
func (s *Service) ListMuted(ctx context.Context, roomID string) ([]Muted, error) {
	return api.ListMuted(ctx, s.api, &listMuted, roomID, func(username string, until time.Time, forever bool) Muted {
		return Muted{Username: username, Until: until, Forever: forever}
	})
}

var muteMembers = api.Endpoint{
	ID: "chatrooms.mute_members", Method: http.MethodPost, Path: mutePath, Idempotent: true,
	MaxItems: MaxMembersBatch, ItemsIn: "usernames",
}

// MuteMembers keeps up to [MaxMembersBatch] members from writing in a room for a time in
// whole milliseconds (rounded down), or im.Forever. The value of each is when the mute ends, at the end of
// 2116 for one without an end. Leaving and joining again does not end a mute. A retry
// starts the time anew. Errors: im.ErrNotFound also if a user is not a member.
//
//im:endpoint chatrooms.mute_members
func (s *Service) MuteMembers(ctx context.Context, roomID string, usernames []string, duration time.Duration) (batch.Results[time.Time], error) {
	return api.MuteMembers(ctx, s.api, &muteMembers, roomID, usernames, duration)
}

var unmuteMembers = api.Endpoint{
	ID: "chatrooms.unmute_members", Method: http.MethodDelete, Path: mutePath + "/{usernames}", Idempotent: true,
	MaxItems: MaxMembersBatch, ItemsIn: "usernames",
}

// UnmuteMembers takes up to [MaxMembersBatch] members off the mute list. What the server
// returns for one who is not muted is not documented.
//
//im:endpoint chatrooms.unmute_members
func (s *Service) UnmuteMembers(ctx context.Context, roomID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &unmuteMembers, Params: []string{roomID}, List: usernames}, usernames)
}

var muteAll = api.Endpoint{ID: "chatrooms.mute_all", Method: http.MethodPost, Path: muteAllPath, Idempotent: true}

// MuteAll keeps all members from writing until [Service.UnmuteAll], those who join later
// too, except for the allow list.
//
//im:endpoint chatrooms.mute_all
func (s *Service) MuteAll(ctx context.Context, roomID string) error {
	return s.setMutedAll(ctx, &muteAll, roomID, true)
}

var unmuteAll = api.Endpoint{ID: "chatrooms.unmute_all", Method: http.MethodDelete, Path: muteAllPath, Idempotent: true}

// UnmuteAll ends what [Service.MuteAll] began. Members muted by name or by tag stay muted.
//
//im:endpoint chatrooms.unmute_all
func (s *Service) UnmuteAll(ctx context.Context, roomID string) error {
	return s.setMutedAll(ctx, &unmuteAll, roomID, false)
}

// setMutedAll carries out a call whose response reports whether all are muted now.
func (s *Service) setMutedAll(ctx context.Context, e *api.Endpoint, roomID string, muted bool) error {
	return s.api.Call(ctx, &api.Call{Endpoint: e, Params: []string{roomID}, Out: &api.Confirmed{Field: "mute", Want: muted}})
}
