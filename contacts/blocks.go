package contacts

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

var block = api.Endpoint{
	ID: "contacts.block_add", Method: http.MethodPost, Path: "/users/{username}/blocks/users", Quotas: api.PerSecond(50),
	Idempotent: true, MaxItems: 50, ItemsIn: "usernames",
}

// Block puts up to 50 users on the block list of a user, which holds 500 at most,
// and reports each of them: one that the answer does not name counts as
// [im.ErrOutcomeUnknown]. A name that does not exist fails the whole call with
// [im.ErrNotFound]. Quota: 50 calls a second, whatever the number of users.
// Repeated after a lost answer. Only Agora's documents name the maximum of 50.
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
// Username alone where the server answers no more. A contact can write again; a
// stranger does not become a contact. Quota: 50 calls a second. Repeated after a
// lost answer. [im.ErrNotFound] when one of the two does not exist.
//
//im:endpoint contacts.block_remove
func (s *Service) Unblock(ctx context.Context, username, blocked string) (*User, error) {
	return s.one(ctx, &unblock, username, blocked)
}

// BlockedListOptions choose a page of a block list.
type BlockedListOptions struct {
	Limit  int    // users on a page, 1 to 50; 0: 50
	Cursor string // of the page before; empty: from the start
}

func (o BlockedListOptions) withDefaults() BlockedListOptions {
	if o.Limit == 0 {
		o.Limit = maxPage
	}
	return o
}

func (o BlockedListOptions) query() url.Values {
	q := url.Values{"pageSize": {strconv.Itoa(o.Limit)}} // not limit, as for contacts
	if o.Cursor != "" {
		q.Set("cursor", o.Cursor)
	}
	return q
}

// BlockedPage is a part of a block list.
type BlockedPage struct {
	Usernames []string
	Cursor    string // of the next page; empty: this is the last
}

var listBlocked = api.Endpoint{
	ID: "contacts.block_list", Method: http.MethodGet, Path: "/users/{username}/blocks/users", Quotas: api.PerSecond(50),
	Idempotent: true, MaxItems: maxPage, ItemsIn: "Limit",
}

// ListBlocked returns a page of the users that a user has blocked, newest first;
// [Service.AllBlocked] goes over all of them, [Service.ListBlockedUsernames] returns
// them at once. The block list must be switched on for newer apps. Quota: 50 calls
// a second. Repeated after a lost answer. [im.ErrNotFound] when there is no such
// user.
//
//im:endpoint contacts.block_list
func (s *Service) ListBlocked(ctx context.Context, username string, o BlockedListOptions) (*BlockedPage, error) {
	o = o.withDefaults()
	return s.blocked(ctx, username, o.Limit, o.query(), api.Range("Limit", o.Limit, 1, maxPage))
}

// AllBlocked goes over all users that a user has blocked from o.Cursor on,
// fetching pages as they are needed. It ends after the first error.
func (s *Service) AllBlocked(ctx context.Context, username string, o BlockedListOptions) iter.Seq2[string, error] {
	return api.OldPages(o.Cursor, func(cursor string) ([]string, string, error) {
		o := o
		o.Cursor = cursor
		p, err := s.ListBlocked(ctx, username, o)
		if err != nil {
			return nil, "", err
		}
		return p.Usernames, p.Cursor, nil
	})
}

// ListBlockedUsernames returns the users that a user has blocked at once, newest
// first, up to 500. Otherwise as [Service.ListBlocked].
func (s *Service) ListBlockedUsernames(ctx context.Context, username string) ([]string, error) {
	p, err := s.blocked(ctx, username, 0, nil, nil)
	if err != nil {
		return nil, err
	}
	return p.Usernames, nil
}

func (s *Service) blocked(ctx context.Context, username string, limit int, query url.Values, invalid error) (*BlockedPage, error) {
	var out names
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listBlocked, Params: []string{username}, Query: query, Invalid: invalid, Items: limit, Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return &BlockedPage{Usernames: out.list(), Cursor: string(out.Cursor)}, nil
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
