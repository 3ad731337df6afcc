package chatrooms

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// maxBatch is the most users that one call takes.
const maxBatch = 60

var addMember = api.Endpoint{
	ID: "chatrooms.add_member", Method: http.MethodPost, Path: "/chatrooms/{roomID}/users/{username}", Idempotent: true,
}

// AddMember puts a user into a room. A user who is in it already counts as added;
// older servers response [im.ErrAlreadyExists]. Quota: 100 calls a second. Repeated
// after a lost response. Errors: [im.ErrNotFound] when there is no such room or
// user, [im.ErrPlanLimit] when the user is in too many rooms, [im.ErrForbidden]
// when it is blocked or the room is full.
//
//im:endpoint chatrooms.add_member
func (s *Service) AddMember(ctx context.Context, roomID, username string) error {
	return s.confirm(ctx, single(&addMember, roomID, username), "result", true)
}

// single makes a call on one user, whose name must not turn it into one on several.
func single(e *api.Endpoint, roomID, username string) *api.Call {
	return &api.Call{Endpoint: e, Params: []string{roomID, username}, Invalid: api.SingleUsername("username", username)}
}

// names is a body that names users.
type names struct {
	Usernames []string `json:"usernames"`
}

var addMembers = api.Endpoint{
	ID: "chatrooms.add_members", Method: http.MethodPost, Path: "/chatrooms/{roomID}/users", Idempotent: true,
	MaxItems: maxBatch, ItemsIn: "usernames",
}

// AddMembers puts up to 60 users into a room (100 in the newest documents, which
// older servers refuse). All of them or none: one user who does not exist fails
// the call with [im.ErrNotFound]. Users who are in the room already count as
// added; an older server may leave them out of its response, and they are reported
// as not named. Quota: 100 calls a second, whatever the number of users. Repeated
// after a lost response. Other errors: as for AddMember.
//
//im:endpoint chatrooms.add_members
func (s *Service) AddMembers(ctx context.Context, roomID string, usernames []string) (batch.Result, error) {
	var out api.Data[struct {
		Added api.Many[api.Text] `json:"newmembers"`
	}]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &addMembers, Params: []string{roomID}, Items: len(usernames),
		Invalid: api.Usernames("usernames", usernames), Body: names{usernames}, Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return api.Outcomes(usernames, func(name string) (api.Done, bool) {
		added := slices.ContainsFunc(out.Data.Added, func(t api.Text) bool { return strings.EqualFold(string(t), name) })
		return api.Done{OK: true}, added
	}), nil
}

var removeMember = api.Endpoint{
	ID: "chatrooms.remove_member", Method: http.MethodDelete, Path: "/chatrooms/{roomID}/users/{username}",
}

// RemoveMember takes a user out of a room. Not repeated after a lost response: a
// repeat responses [im.ErrNotFound], which then means that it is done. Quota: 100
// calls a second. Errors: [im.ErrNotFound] when there is no such room or user or
// when the user is not in the room, [im.ErrForbidden] for the owner.
//
//im:endpoint chatrooms.remove_member
func (s *Service) RemoveMember(ctx context.Context, roomID, username string) error {
	return s.confirm(ctx, single(&removeMember, roomID, username), "result", true)
}

var removeMembers = api.Endpoint{
	ID: "chatrooms.remove_members", Method: http.MethodDelete, Path: "/chatrooms/{roomID}/users/{usernames}", Idempotent: true,
	MaxItems: maxBatch, ItemsIn: "usernames",
}

// RemoveMembers takes up to 60 users out of a room; 100 in the text of some
// documents, but not by the server's own error. Users who are not in the room are
// reported one by one ([im.ErrNotFound]) and do not hinder the others; where
// nobody of the list is in it, the call itself fails so. Quota: 100 calls a
// second, whatever the number of users. Repeated after a lost response, since a
// repeat only reports the users removed before as not in the room.
//
//im:endpoint chatrooms.remove_members
func (s *Service) RemoveMembers(ctx context.Context, roomID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &removeMembers, Params: []string{roomID}, List: usernames}, usernames)
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
