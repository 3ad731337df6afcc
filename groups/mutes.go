package groups

import (
	"context"
	"net/http"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

const (
	mutePath    = "/chatgroups/{groupID}/mute"
	muteAllPath = "/chatgroups/{groupID}/ban"
)

// Muted is a member who may not write.
type Muted struct {
	Username string    `json:"username"`         // lower case
	Until    time.Time `json:"until,omitzero"`   // at the end of 2116 for a mute without an end
	Forever  bool      `json:"forever,omitzero"` // the mute has no end
}

var listMuted = api.Endpoint{ID: "groups.list_muted", Method: http.MethodGet, Path: mutePath, Idempotent: true}

// ListMuted returns the mute list of a group. It does not say whether [Service.MuteAll]
// has muted all: [Group.MutedAll] does.
//
//im:endpoint groups.list_muted
func (s *Service) ListMuted(ctx context.Context, groupID string) ([]Muted, error) {
	return api.ListMuted(ctx, s.api, &listMuted, groupID, func(username string, until time.Time, forever bool) Muted {
		return Muted{Username: username, Until: until, Forever: forever}
	})
}

var muteMembers = api.Endpoint{
	ID: "groups.mute_members", Method: http.MethodPost, Path: mutePath, Idempotent: true,
	MaxItems: MaxMembersBatch, ItemsIn: "usernames",
}

// MuteMembers keeps up to [MaxMembersBatch] members (10 by the documents of 2023) from
// writing in a group and its threads for a time in whole milliseconds (rounded down), or
// im.Forever. The value of each is when the mute ends, at the end of 2116 for one without an end. Members
// still receive. The allow list does not exempt them, and leaving and joining again does
// not end a mute. A new mute replaces the old one. A retry starts the time anew. Errors:
// im.ErrNotFound also if no user is a member, im.ErrForbidden for the owner.
//
//im:endpoint groups.mute_members
func (s *Service) MuteMembers(ctx context.Context, groupID string, usernames []string, duration time.Duration) (batch.Results[time.Time], error) {
	return api.MuteMembers(ctx, s.api, &muteMembers, groupID, usernames, duration)
}

var unmuteMembers = api.Endpoint{
	ID: "groups.unmute_members", Method: http.MethodDelete, Path: mutePath + "/{usernames}", Idempotent: true,
	MaxItems: MaxMembersBatch, ItemsIn: "usernames",
}

// UnmuteMembers takes up to [MaxMembersBatch] members off the mute list. What the server
// returns for one who is not muted is not documented.
//
//im:endpoint groups.unmute_members
func (s *Service) UnmuteMembers(ctx context.Context, groupID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &unmuteMembers, Params: []string{groupID}, List: usernames}, usernames)
}

var muteAll = api.Endpoint{ID: "groups.mute_all", Method: http.MethodPost, Path: muteAllPath, Idempotent: true}

// MuteAll keeps all members from writing until [Service.UnmuteAll], except for the owner,
// admins and the allow list. The mute list stays as it is.
//
//im:endpoint groups.mute_all
func (s *Service) MuteAll(ctx context.Context, groupID string) error {
	return s.setMutedAll(ctx, &muteAll, groupID, true)
}

var unmuteAll = api.Endpoint{ID: "groups.unmute_all", Method: http.MethodDelete, Path: muteAllPath, Idempotent: true}

// UnmuteAll ends what [Service.MuteAll] began. Members on the mute list stay muted.
//
//im:endpoint groups.unmute_all
func (s *Service) UnmuteAll(ctx context.Context, groupID string) error {
	return s.setMutedAll(ctx, &unmuteAll, groupID, false)
}

// setMutedAll carries out a call whose response reports whether all are muted now.
func (s *Service) setMutedAll(ctx context.Context, e *api.Endpoint, groupID string, muted bool) error {
	return s.api.Call(ctx, &api.Call{Endpoint: e, Params: []string{groupID}, Out: &api.Confirmed{Field: "mute", Want: muted}})
}
