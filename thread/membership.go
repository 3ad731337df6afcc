package thread

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// MaxMembersBatch is the most users that a call on members takes.
const MaxMembersBatch = 10

var addMembers = api.Endpoint{
	ID: "thread.add_members", Method: http.MethodPost, Path: memberPath, Idempotent: true,
	MaxItems: MaxMembersBatch, ItemsIn: "usernames",
}

// AddMembers makes up to [MaxMembersBatch] members of the group members of a thread. The
// server reports one result for all of them: all are added, or the whole call fails;
// whether such a failure leaves all of them out is not documented. Errors: im.ErrNotFound
// also if a user is not in the group, im.ErrPlanLimit if a user is in too many threads.
//
//im:endpoint thread.add_members
func (s *Service) AddMembers(ctx context.Context, threadID string, usernames []string) (batch.Result, error) {
	err := s.confirm(ctx, &api.Call{
		Endpoint: &addMembers, Params: []string{threadID}, Items: len(usernames),
		Invalid: api.Usernames("usernames", usernames), Body: api.UsersBody(usernames),
	})
	if err != nil {
		return nil, err
	}
	return api.AllDone(usernames).Results(usernames)
}

var removeMembers = api.Endpoint{
	ID: "thread.remove_members", Method: http.MethodDelete, Path: memberPath, Idempotent: true,
	MaxItems: MaxMembersBatch, ItemsIn: "usernames",
}

// RemoveMembers removes up to [MaxMembersBatch] users from a thread. The server gives no
// reason for a user whom it did not remove, who is not a member as a rule. It is retried if
// the response is lost, and then reports users whom the first attempt has removed as not
// removed.
//
//im:endpoint thread.remove_members
func (s *Service) RemoveMembers(ctx context.Context, threadID string, usernames []string) (batch.Result, error) {
	var out api.Entities[api.MemberDone]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &removeMembers, Params: []string{threadID}, Items: len(usernames),
		Invalid: api.Usernames("usernames", usernames), Body: api.UsersBody(usernames), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return api.MemberResults(usernames, out.Entities, api.Nothing)
}
