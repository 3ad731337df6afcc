package groups

import (
	"context"
	"net/http"
	"strings"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

const maxBatch = 60

var addMember = api.Endpoint{
	ID: "groups.add_member", Method: http.MethodPost, Path: "/chatgroups/{groupID}/users/{username}",
}

// AddMember makes a user a member of a group, without asking the user. One on the
// block list must be unblocked first. Not repeated after a lost response. Quota: 100
// calls a second. Errors: [im.ErrAlreadyExists] for a member, [im.ErrNotFound] when
// there is no such group or user, [im.ErrPlanLimit] when the user is in too many
// groups.
//
//im:endpoint groups.add_member
func (s *Service) AddMember(ctx context.Context, groupID, username string, o MemberOptions) error {
	return s.confirm(ctx, single(&addMember, groupID, username, o), "result", true)
}

// single makes a call on one user, whose name must not turn it into one on several.
func single(e *api.Endpoint, groupID, username string, o MemberOptions) *api.Call {
	return &api.Call{
		Endpoint: e, Params: []string{groupID, username}, Query: o.query(),
		Invalid: api.SingleUsername("username", username),
	}
}

// names is a body that names users.
type names struct {
	Usernames []string `json:"usernames"`
}

var addMembers = api.Endpoint{
	ID: "groups.add_members", Method: http.MethodPost, Path: "/chatgroups/{groupID}/users",
	MaxItems: maxBatch, ItemsIn: "usernames",
}

// AddMembers makes up to 60 users members of a group. The server names those whom
// it added and gives no reasons for the others, who are members already as a rule:
// their outcome is a [batch.ErrNotReported]. Not repeated after a lost response.
// Quota: 100 calls a second, whatever the number of users. Errors:
// [im.ErrAlreadyExists] when all are members, [im.ErrNotFound] when there is no such
// group or one of the users does not exist, [im.ErrPlanLimit] when the group has no
// room or a user is in too many groups.
//
//im:endpoint groups.add_members
func (s *Service) AddMembers(ctx context.Context, groupID string, usernames []string, o MemberOptions) (batch.Result, error) {
	var out api.Data[struct {
		Added api.Many[api.Text] `json:"newmembers"`
	}]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &addMembers, Params: []string{groupID}, Query: o.query(),
		Invalid: api.Usernames("usernames", usernames), Items: len(usernames), Body: names{usernames}, Out: &out,
	})
	if err != nil {
		return nil, err
	}
	added := make(map[string]bool, len(out.Data.Added))
	for _, name := range out.Data.Added {
		added[strings.ToLower(string(name))] = true
	}
	return api.Outcomes(usernames, func(name string) (api.Done, bool) {
		return api.Done{OK: true}, added[strings.ToLower(name)]
	}), nil
}

var removeMember = api.Endpoint{
	ID: "groups.remove_member", Method: http.MethodDelete, Path: "/chatgroups/{groupID}/users/{username}",
}

// RemoveMember takes a user out of a group and its threads. The owner cannot be
// removed: see [Service.TransferOwner]. Not repeated after a lost response. Quota:
// 100 calls a second. Errors: [im.ErrNotFound] when the user is not a member or
// there is no such group, [im.ErrForbidden] for the owner.
//
//im:endpoint groups.remove_member
func (s *Service) RemoveMember(ctx context.Context, groupID, username string, o MemberOptions) error {
	return s.confirm(ctx, single(&removeMember, groupID, username, o), "result", true)
}

var removeMembers = api.Endpoint{
	ID: "groups.remove_members", Method: http.MethodDelete, Path: "/chatgroups/{groupID}/users/{usernames}",
	MaxItems: maxBatch, ItemsIn: "usernames",
}

// RemoveMembers takes up to 60 users out of a group and its threads; the URL they
// make must not be longer than 4 KB. Each user is reported. Not repeated after a
// lost response. Quota: 100 calls a second, whatever the number of users. Errors:
// [im.ErrNotFound] when none of them is a member or there is no such group,
// [im.ErrForbidden] for the owner.
//
//im:endpoint groups.remove_members
func (s *Service) RemoveMembers(ctx context.Context, groupID string, usernames []string, o MemberOptions) (batch.Result, error) {
	return s.several(ctx, &api.Call{
		Endpoint: &removeMembers, Params: []string{groupID}, List: usernames, Query: o.query(),
	}, usernames)
}

// several carries out a call on several users that reports each.
func (s *Service) several(ctx context.Context, c *api.Call, usernames []string) (batch.Result, error) {
	response, err := s.reports(ctx, c, usernames)
	if err != nil {
		return nil, err
	}
	return api.MemberOutcomes(usernames, response), nil
}

func (s *Service) reports(ctx context.Context, c *api.Call, usernames []string) ([]api.MemberDone, error) {
	var out api.Data[api.Many[api.MemberDone]]
	c.Invalid = api.First(c.Invalid, api.Usernames("usernames", usernames))
	c.Items, c.Out = len(usernames), &out
	err := s.api.Call(ctx, c)
	return out.Data, err
}
