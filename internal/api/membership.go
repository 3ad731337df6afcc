package api

import (
	"context"
	"math"
	"net/url"
	"strings"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/page"
)

// This file holds what the calls on members of groups, chat rooms and threads share.

// Single makes a call on one user, whose name must not turn it into one on several. Its
// response confirms by a result.
func Single(e *Endpoint, id, username string) *Call {
	return &Call{
		Endpoint: e, Params: []string{id, username}, Invalid: SingleUsername("username", username),
		Out: &Confirmed{Field: "result", Want: true},
	}
}

// UsersBody is a body that names users.
func UsersBody(usernames []string) any {
	return struct {
		Usernames []string `json:"usernames"`
	}{usernames}
}

// ReportMembers carries out a call on several users that reports each; value makes what
// the method returns for a user who is done.
func ReportMembers[T any](ctx context.Context, s Caller, c *Call, usernames []string, value func(*MemberDone) T) (batch.Results[T], error) {
	var out Data[Many[MemberDone]]
	c.Invalid = First(c.Invalid, Usernames("usernames", usernames))
	c.Items, c.Out = len(usernames), &out
	if err := s.Call(ctx, c); err != nil {
		return nil, err
	}
	return MemberResults(usernames, out.Data, value)
}

// AddMembers carries out a call that adds users and names those that it has added.
func AddMembers(ctx context.Context, s Caller, c *Call, usernames []string) (batch.Result, error) {
	var out Data[struct {
		Added Many[Text] `json:"newmembers"`
	}]
	c.Invalid, c.Items = Usernames("usernames", usernames), len(usernames)
	c.Body, c.Out = UsersBody(usernames), &out
	if err := s.Call(ctx, c); err != nil {
		return nil, err
	}
	return AllDone(Texts(out.Data.Added)).Results(usernames)
}

// PageUsernames carries out a call that returns usernames and perhaps a cursor.
func PageUsernames(ctx context.Context, s Caller, c *Call) (*page.Page[string], error) {
	var out Data[Many[Text]]
	c.Out = &out
	if err := s.Call(ctx, c); err != nil {
		return nil, err
	}
	return &page.Page[string]{Items: Texts(out.Data), Next: string(out.Cursor)}, nil
}

// ListUsernames carries out a call that returns usernames, all at once.
func ListUsernames(ctx context.Context, s Caller, c *Call) ([]string, error) {
	p, err := PageUsernames(ctx, s, c)
	if err != nil {
		return nil, err
	}
	return p.Items, nil
}

// PageMembersByCursor carries out a call that lists members in the order in which they
// joined, in the form that only the vendor's Java SDK uses.
func PageMembersByCursor(ctx context.Context, s Caller, e *Endpoint, id string, o page.Options, order page.Order) (*page.Page[string], error) {
	query := url.Values{"version": {"v3"}} // selects this form
	invalid := First(Cursor(query, o, math.MaxInt32), Order(query, "sort", order))
	return PageUsernames(ctx, s, &Call{Endpoint: e, Params: []string{id}, Invalid: invalid, Query: query})
}

// FirstMembers checks the members with which a group or chat room is created; most is 0
// where the server sets the maximum.
func FirstMembers(owner string, members []string, most int) error {
	for _, member := range members {
		if strings.EqualFold(member, owner) {
			return Invalid("Members", "must not name the owner %q, who is a member anyway", owner)
		}
	}
	if len(members) > 0 {
		if err := Usernames("Members", members); err != nil {
			return err
		}
	}
	if most > 0 {
		return MaxItems("Members", len(members), most)
	}
	return nil
}
