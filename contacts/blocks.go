package contacts

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

var block = api.Endpoint{
	ID: "contacts.block_add", Method: http.MethodPost, Path: "/users/{username}/blocks/users", Quotas: api.PerSecond(50),
	Idempotent: true, MaxItems: 50, ItemsIn: "usernames",
}

// Block puts up to 50 users on the block list of a user, which holds 500 at most,
// and reports each of them: one that the response does not name counts as
// [im.ErrOutcomeUnknown]. A name that does not exist fails the whole call with
// [im.ErrNotFound]. Quota: 50 calls a second, whatever the number of users.
// Repeated after a lost response. Only Agora's documents name the maximum of 50.
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
	blocked := make(map[string]bool, len(out.Data))
	for _, name := range out.Data {
		blocked[strings.ToLower(string(name))] = true
	}
	return api.Outcomes(usernames, func(name string) (api.Done, bool) {
		named := blocked[strings.ToLower(name)]
		return api.Done{OK: named}, named
	}), nil
}

var unblock = api.Endpoint{
	ID: "contacts.block_remove", Method: http.MethodDelete, Path: "/users/{username}/blocks/users/{blocked}",
	Quotas: api.PerSecond(50), Idempotent: true,
}

// Unblock takes one user off the block list of a user and returns it, with its
// Username alone where the server responds no more. A contact can write again; a
// stranger does not become a contact. Quota: 50 calls a second. Repeated after a
// lost response. [im.ErrNotFound] when one of the two does not exist.
//
//im:endpoint contacts.block_remove
func (s *Service) Unblock(ctx context.Context, username, blocked string) (*User, error) {
	return s.one(ctx, &unblock, username, blocked)
}

var listBlocked = api.Endpoint{
	ID: "contacts.block_list", Method: http.MethodGet, Path: "/users/{username}/blocks/users", Quotas: api.PerSecond(50),
	Idempotent: true, MaxItems: MaxPage, ItemsIn: "Limit",
}

// ListBlocked returns a page of the users that a user has blocked, newest first;
// [Service.ListBlockedUsernames] returns them at once. A page has up to [MaxPage] users.
// The block list must be switched
// on for newer apps. Quota: 50 calls a second. Retried if the response is lost.
// [im.ErrNotFound] when there is no such user.
//
//im:endpoint contacts.block_list
func (s *Service) ListBlocked(ctx context.Context, username string, o page.Options) (*page.Page[string], error) {
	query := url.Values{}
	invalid := api.Cursor(query, o, MaxPage)
	query["pageSize"] = query["limit"] // its name in this list only
	query.Del("limit")
	return s.blocked(ctx, username, &api.Call{Query: query, Invalid: invalid, Items: cmp.Or(o.Limit, MaxPage)})
}

// PageBlocked goes over the pages of [Service.ListBlocked].
func (s *Service) PageBlocked(ctx context.Context, username string, o page.Options) iter.Seq2[*page.Page[string], error] {
	return api.Pages(o, func(o page.Options) (*page.Page[string], error) { return s.ListBlocked(ctx, username, o) })
}

// AllBlocked goes over the users of [Service.PageBlocked].
func (s *Service) AllBlocked(ctx context.Context, username string, o page.Options) iter.Seq2[string, error] {
	return api.All(s.PageBlocked(ctx, username, o))
}

// ListBlockedUsernames returns the users that a user has blocked at once, newest
// first, up to 500. Otherwise as [Service.ListBlocked].
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

var checkBlocked = api.Endpoint{
	ID: "contacts.block_check", Method: http.MethodPost, Path: "/blocks/check",
	Idempotent: true, MaxItems: maxCheck, ItemsIn: "usernames",
}

// CheckBlocked tells of up to 100 users whether a user has blocked them ([Blocked]
// or [NotBlocked]), in the order asked. Otherwise as [Service.Check].
//
//im:endpoint contacts.block_check
func (s *Service) CheckBlocked(ctx context.Context, username string, usernames []string) ([]UserRelation, error) {
	return s.relations(ctx, &checkBlocked, username, usernames)
}
