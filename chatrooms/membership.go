package chatrooms

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// MaxMembersBatch is the most users that a call on members takes.
const MaxMembersBatch = 60

var addMember = api.Endpoint{
	ID: "chatrooms.add_member", Method: http.MethodPost, Path: "/chatrooms/{roomID}/users/{username}", Idempotent: true,
}

// AddMember makes a user a member of a room, without asking the user. A member counts as
// added; on older servers it is im.ErrAlreadyExists. Errors: im.ErrNotFound also if
// there is no such user, im.ErrPlanLimit if the user is in too many rooms, im.ErrForbidden
// if the user is blocked or the room is full.
//
//im:endpoint chatrooms.add_member
func (s *Service) AddMember(ctx context.Context, roomID, username string) error {
	return s.api.Call(ctx, api.Single(&addMember, roomID, username))
}

var addMembers = api.Endpoint{
	ID: "chatrooms.add_members", Method: http.MethodPost, Path: "/chatrooms/{roomID}/users", Idempotent: true,
	MaxItems: MaxMembersBatch, ItemsIn: "usernames",
}

// AddMembers makes up to [MaxMembersBatch] users members of a room. It adds all of them or
// none: a user who does not exist fails the whole call with im.ErrNotFound. Members count
// as added; older servers may leave them out of the response, and their error is then
// [batch.ErrNotReported]. Other errors: as for [Service.AddMember].
//
//im:endpoint chatrooms.add_members
func (s *Service) AddMembers(ctx context.Context, roomID string, usernames []string) (batch.Result, error) {
	return api.AddMembers(ctx, s.api, &api.Call{Endpoint: &addMembers, Params: []string{roomID}}, usernames)
}

var removeMember = api.Endpoint{
	ID: "chatrooms.remove_member", Method: http.MethodDelete, Path: "/chatrooms/{roomID}/users/{username}",
}

// RemoveMember removes a user from a room. Not retried if the response is lost: a retry
// would return im.ErrNotFound, which then means that the user is removed. Errors:
// im.ErrNotFound also if the user is not a member, im.ErrForbidden for the owner.
//
//im:endpoint chatrooms.remove_member
func (s *Service) RemoveMember(ctx context.Context, roomID, username string) error {
	return s.api.Call(ctx, api.Single(&removeMember, roomID, username))
}

var removeMembers = api.Endpoint{
	ID: "chatrooms.remove_members", Method: http.MethodDelete, Path: "/chatrooms/{roomID}/users/{usernames}", Idempotent: true,
	MaxItems: MaxMembersBatch, ItemsIn: "usernames",
}

// RemoveMembers removes up to [MaxMembersBatch] users from a room. It is retried if the
// response is lost, and then reports users whom the first attempt has removed as not
// found. Errors: im.ErrNotFound also if no user is a member.
//
//im:endpoint chatrooms.remove_members
func (s *Service) RemoveMembers(ctx context.Context, roomID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &removeMembers, Params: []string{roomID}, List: usernames}, usernames)
}

// several carries out a call on several users that reports each.
func (s *Service) several(ctx context.Context, c *api.Call, usernames []string) (batch.Result, error) {
	return api.ReportMembers(ctx, s.api, c, usernames, api.Nothing)
}
