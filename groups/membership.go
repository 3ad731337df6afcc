package groups

import (
	"context"
	"net/http"
	"net/url"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// MaxMembersBatch is the most users that a call on members takes.
const MaxMembersBatch = 60

// MemberOptions are the options for adding and removing members.
type MemberOptions struct {
	Silent bool `json:"silent,omitzero"` // the other members are not notified; Easemob only
}

func (o MemberOptions) query() url.Values {
	if !o.Silent {
		return nil
	}
	return url.Values{"need_notify": {"false"}}
}

var addMember = api.Endpoint{
	ID: "groups.add_member", Method: http.MethodPost, Path: "/chatgroups/{groupID}/users/{username}",
}

// AddMember makes a user a member of a group, without asking the user. A user on the block
// list leaves it; the documents ask to call [Service.UnblockMember] first. Not retried if
// the response is lost: a retry would return im.ErrAlreadyExists. Errors: im.ErrAlreadyExists for a member, im.ErrNotFound also if
// there is no such user, im.ErrPlanLimit if the user is in too many groups.
//
//im:endpoint groups.add_member
func (s *Service) AddMember(ctx context.Context, groupID, username string, o MemberOptions) error {
	c := api.Single(&addMember, groupID, username)
	c.Query = o.query()
	return s.api.Call(ctx, c)
}

var addMembers = api.Endpoint{
	ID: "groups.add_members", Method: http.MethodPost, Path: "/chatgroups/{groupID}/users",
	MaxItems: MaxMembersBatch, ItemsIn: "usernames",
}

// AddMembers makes up to [MaxMembersBatch] users members of a group. The server names those
// that it added and gives no reason for the others, who usually are members already: their
// error is [batch.ErrNotReported]. Not retried if the response is lost. Errors:
// im.ErrAlreadyExists if all are members, im.ErrNotFound also if a user does not exist,
// im.ErrPlanLimit if the group is full or a user is in too many groups.
//
//im:endpoint groups.add_members
func (s *Service) AddMembers(ctx context.Context, groupID string, usernames []string, o MemberOptions) (batch.Result, error) {
	return api.AddMembers(ctx, s.api, &api.Call{Endpoint: &addMembers, Params: []string{groupID}, Query: o.query()}, usernames)
}

var removeMember = api.Endpoint{
	ID: "groups.remove_member", Method: http.MethodDelete, Path: "/chatgroups/{groupID}/users/{username}",
}

// RemoveMember removes a user from a group and its threads. The owner cannot be removed:
// see [Service.TransferOwner]. Not retried if the response is lost: a retry would return
// im.ErrNotFound, which then means that the user is removed. Errors: im.ErrNotFound also if
// the user is not a member, im.ErrForbidden for the owner.
//
//im:endpoint groups.remove_member
func (s *Service) RemoveMember(ctx context.Context, groupID, username string, o MemberOptions) error {
	c := api.Single(&removeMember, groupID, username)
	c.Query = o.query()
	return s.api.Call(ctx, c)
}

var removeMembers = api.Endpoint{
	ID: "groups.remove_members", Method: http.MethodDelete, Path: "/chatgroups/{groupID}/users/{usernames}",
	MaxItems: MaxMembersBatch, ItemsIn: "usernames", MaxURL: 4 << 10,
}

// RemoveMembers removes up to [MaxMembersBatch] users from a group and its threads. Not
// retried if the response is lost. Errors: im.ErrNotFound also if no user is a member,
// im.ErrForbidden for the owner, im.ErrTooLarge if the names make the URL longer than 4 KB.
//
//im:endpoint groups.remove_members
func (s *Service) RemoveMembers(ctx context.Context, groupID string, usernames []string, o MemberOptions) (batch.Result, error) {
	return s.several(ctx, &api.Call{
		Endpoint: &removeMembers, Params: []string{groupID}, List: usernames, Query: o.query(),
	}, usernames)
}

// several carries out a call on several users that reports each.
func (s *Service) several(ctx context.Context, c *api.Call, usernames []string) (batch.Result, error) {
	return api.ReportMembers(ctx, s.api, c, usernames, api.Nothing)
}
