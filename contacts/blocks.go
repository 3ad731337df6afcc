package contacts

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"net/url"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// The most users of one [Service.Block], and on a page of [Service.ListBlocked].
const (
	MaxBlockBatch  = 50
	MaxBlockedPage = 50 // also what ListBlocked asks for without a limit
)

var block = api.Endpoint{
	ID: "contacts.block_add", Method: http.MethodPost, Path: "/users/{username}/blocks/users", Quotas: api.PerSecond(50),
	Idempotent: true, MaxItems: MaxBlockBatch, ItemsIn: "usernames",
}

// Block puts up to [MaxBlockBatch] users on the block list of a user, which holds at most
// 500. A name that does not exist fails the whole call with im.ErrNotFound. Only Agora's
// documents have the maximum. Quota: 50 calls a second, whatever the number of users.
//
//im:endpoint contacts.block_add
func (s *Service) Block(ctx context.Context, username string, usernames []string) (batch.Result, error) {
	var out names
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &block, Params: []string{username},
		Invalid: api.Usernames("usernames", usernames), Items: len(usernames),
		Body: usernamesBody{usernames}, Out: &out,
	})
	if err != nil {
		return nil, err
	}
	var said api.Reported[batch.None]
	for _, name := range out.Data {
		said.Done(string(name), batch.None{})
	}
	return said.Results(usernames)
}

var unblock = api.Endpoint{
	ID: "contacts.block_remove", Method: http.MethodDelete, Path: "/users/{username}/blocks/users/{blocked}",
	Quotas: api.PerSecond(50), Idempotent: true,
}

// Unblock takes one user off the block list of a user. A contact can write again; a stranger
// does not become a contact. Quota: 50 calls a second.
//
//im:endpoint contacts.block_remove
func (s *Service) Unblock(ctx context.Context, username, blocked string) error {
	return s.about(ctx, &unblock, username, blocked)
}

var listBlocked = api.Endpoint{
	ID: "contacts.block_list", Method: http.MethodGet, Path: "/users/{username}/blocks/users", Quotas: api.PerSecond(50),
	Idempotent: true, MaxItems: MaxBlockedPage, ItemsIn: "Limit",
}

// ListBlocked returns a page of the users that a user has blocked, newest first, with at most
// [MaxBlockedPage] users; [Service.ListBlockedUsernames] returns them all at once. Newer apps
// must have the block list switched on. Quota: 50 calls a second.
//
//im:endpoint contacts.block_list
func (s *Service) ListBlocked(ctx context.Context, username string, o page.Options) (*page.Page[string], error) {
	query := url.Values{}
	invalid := api.Cursor(query, o, MaxBlockedPage)
	query["pageSize"] = query["limit"] // its name in this list only
	query.Del("limit")
	return s.blocked(ctx, username, &api.Call{Query: query, Invalid: invalid, Items: cmp.Or(o.Limit, MaxBlockedPage)})
}

// PageBlocked goes over the pages of [Service.ListBlocked].
func (s *Service) PageBlocked(ctx context.Context, username string, o page.Options) iter.Seq2[*page.Page[string], error] {
	return api.Pages(o, func(o page.Options) (*page.Page[string], error) { return s.ListBlocked(ctx, username, o) })
}

// AllBlocked goes over the users of [Service.PageBlocked].
func (s *Service) AllBlocked(ctx context.Context, username string, o page.Options) iter.Seq2[string, error] {
	return api.All(s.PageBlocked(ctx, username, o))
}

// ListBlockedUsernames returns the users that a user has blocked in one response, newest
// first, at most 500, which is all that the list can hold. It is [Service.ListBlocked]
// without pages, the only form in older documents. Otherwise as there.
func (s *Service) ListBlockedUsernames(ctx context.Context, username string) ([]string, error) {
	p, err := s.blocked(ctx, username, new(api.Call))
	if err != nil {
		return nil, err
	}
	return p.Items, nil
}

func (s *Service) blocked(ctx context.Context, username string, c *api.Call) (*page.Page[string], error) {
	var out names
	c.Endpoint, c.Params, c.Out = &listBlocked, []string{username}, &out
	if err := s.api.Call(ctx, c); err != nil {
		return nil, err
	}
	return &page.Page[string]{Items: out.list(), Next: string(out.Cursor)}, nil
}
