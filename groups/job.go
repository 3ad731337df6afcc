package groups

import (
	"context"
	"errors"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// AddMembersJob is the job of [batch.Run] that makes users of any number members of a
// group, with as many calls of [Service.AddMembers] as that takes. Users who are members
// already count as done: whom a response does not name is looked up with
// [Service.IsMember]. So are those whom a killed process left unknown, and added if they
// are not in the group.
func (s *Service) AddMembersJob(groupID string, o MemberOptions) batch.Job[string] {
	isMember := func(ctx context.Context, username string) (bool, error) { return s.IsMember(ctx, groupID, username) }
	return batch.Job[string]{
		Name: addMembers.ID + " " + groupID,
		Max:  MaxMembersBatch,
		Key:  func(username string) string { return username },
		Call: func(ctx context.Context, chunk []string) (batch.Result, error) {
			added, err := s.AddMembers(ctx, groupID, chunk, o)
			if errors.Is(err, api.ErrAlreadyExists) && added == nil { // all of them
				added = api.Unreported(chunk)
			}
			if added == nil {
				return nil, err
			}
			for i := range added {
				if member := &added[i]; errors.Is(member.Err, batch.ErrNotReported) {
					if is, err := isMember(ctx, member.ID); err == nil && is {
						member.Err = nil
					}
				}
			}
			return added, added.Err()
		},
		OnUnknown: batch.VerifyUnknown,
		Verify:    isMember,
	}
}
