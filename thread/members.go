package thread

import (
	"context"
	"iter"
	"net/http"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

const memberPath = "/thread/{threadID}/users"

// UserPage is a part of the members of a thread.
type UserPage struct {
	Usernames []string
	Cursor    string // of the next page; empty: this is the last
}

var listMembers = api.Endpoint{ID: "thread.list_members", Method: http.MethodGet, Path: memberPath, Idempotent: true}

// MemberListOptions choose a page of members.
type MemberListOptions struct {
	Limit  int    // members on a page, 1 to 50; 0: 50
	Cursor string // of the page before; empty: from the start
}

// ListMembers returns a page of the members of a thread; [Service.AllMembers] goes
// over all of them. Quota: 100 calls a second. Repeated after a lost answer.
// [im.ErrNotFound] when there is no such thread.
//
//im:endpoint thread.list_members
func (s *Service) ListMembers(ctx context.Context, threadID string, o MemberListOptions) (*UserPage, error) {
	page := ListOptions{Limit: o.Limit, Cursor: o.Cursor}.defaults()
	var out struct {
		Data struct {
			Members api.Many[api.Text] `json:"affiliations"`
		} `json:"data"`
		properties
	}
	if err := s.api.Call(ctx, page.call(&listMembers, &out, threadID)); err != nil {
		return nil, err
	}
	names := api.Texts(out.Data.Members)
	return &UserPage{Usernames: names, Cursor: page.next(len(names), out.properties)}, nil
}

// AllMembers goes over all members of a thread from o.Cursor on. It ends after the
// first error.
func (s *Service) AllMembers(ctx context.Context, threadID string, o MemberListOptions) iter.Seq2[string, error] {
	return api.OldPages(o.Cursor, func(cursor string) ([]string, string, error) {
		p, err := s.ListMembers(ctx, threadID, MemberListOptions{Limit: o.Limit, Cursor: cursor})
		if err != nil {
			return nil, "", err
		}
		return p.Usernames, p.Cursor, nil
	})
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

// AddMembers puts up to 10 members of the group into a thread. The server answers
// for all of them together; whether a failure leaves all of them out is not
// documented. Quota: 100 calls a second, whatever the number of users. Repeated
// after a lost answer. Errors: [im.ErrNotFound] when there is no such thread or a
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
// 100 calls a second, whatever the number of users. Repeated after a lost answer; a
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
