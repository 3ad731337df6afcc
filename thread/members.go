package thread

import (
	"context"
	"iter"
	"net/http"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

const memberPath = "/thread/{threadID}/users"

var listMembers = api.Endpoint{ID: "thread.list_members", Method: http.MethodGet, Path: memberPath, Idempotent: true}

// ListMembers returns a page of the members of a thread, up to [MaxPage]. Quota: 100 calls a second.
// Retried if the response is lost. [im.ErrNotFound] when there is no such thread.
//
//im:endpoint thread.list_members
func (s *Service) ListMembers(ctx context.Context, threadID string, o page.Options) (*page.Page[string], error) {
	var out struct {
		Data struct {
			Members api.Many[api.Text] `json:"affiliations"`
		} `json:"data"`
		properties
	}
	if err := s.api.Call(ctx, ListOptions{Options: o}.call(&listMembers, &out, threadID)); err != nil {
		return nil, err
	}
	return pageOf(api.Texts(out.Data.Members), o, out.properties), nil
}

// PageMembers goes over the pages of [Service.ListMembers].
func (s *Service) PageMembers(ctx context.Context, threadID string, o page.Options) iter.Seq2[*page.Page[string], error] {
	return api.Pages(o, func(o page.Options) (*page.Page[string], error) { return s.ListMembers(ctx, threadID, o) })
}

// AllMembers goes over the members of [Service.PageMembers].
func (s *Service) AllMembers(ctx context.Context, threadID string, o page.Options) iter.Seq2[string, error] {
	return api.All(s.PageMembers(ctx, threadID, o))
}

const maxBatch = 10

// names is a body that names users.
type names struct {
	Usernames []string `json:"usernames"`
}

var addMembers = api.Endpoint{
	ID: "thread.add_members", Method: http.MethodPost, Path: memberPath, Idempotent: true,
	MaxItems: maxBatch, ItemsIn: "usernames",
}

// AddMembers puts up to 10 members of the group into a thread. The server responds
// for all of them together; whether a failure leaves all of them out is not
// documented. Quota: 100 calls a second, whatever the number of users. Repeated
// after a lost response. Errors: [im.ErrNotFound] when there is no such thread or a
// user is not in the group, [im.ErrPlanLimit] when a user is in too many threads.
//
//im:endpoint thread.add_members
func (s *Service) AddMembers(ctx context.Context, threadID string, usernames []string) error {
	return s.confirm(ctx, &api.Call{
		Endpoint: &addMembers, Params: []string{threadID}, Items: len(usernames),
		Invalid: api.Usernames("usernames", usernames), Body: names{usernames},
	})
}

var removeMembers = api.Endpoint{
	ID: "thread.remove_members", Method: http.MethodDelete, Path: memberPath, Idempotent: true,
	MaxItems: maxBatch, ItemsIn: "usernames",
}

// RemoveMembers takes up to 10 users out of a thread. Each is reported; the server
// gives no reason for one whom it did not remove, who is no member as a rule. Quota:
// 100 calls a second, whatever the number of users. Repeated after a lost response; a
// repeat reports users as not removed whom the first try has removed.
// [im.ErrNotFound] when there is no such thread.
//
//im:endpoint thread.remove_members
func (s *Service) RemoveMembers(ctx context.Context, threadID string, usernames []string) (batch.Result, error) {
	var out struct {
		Entities api.Many[api.MemberDone] `json:"entities"`
	}
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &removeMembers, Params: []string{threadID}, Items: len(usernames),
		Invalid: api.Usernames("usernames", usernames), Body: names{usernames}, Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return api.MemberOutcomes(usernames, out.Entities), nil
}
