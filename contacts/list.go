package contacts

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

const maxPage = 50

var listUsernames = api.Endpoint{
	ID: "contacts.list", Method: http.MethodGet, Path: "/users/{username}/contacts/users", Idempotent: true,
}

// ListUsernames returns the contacts of a user at once, newest first, up to 3,000;
// [Service.All] goes over more of them, and tells remarks. Quota: 100 calls a
// second. Repeated after a lost answer. [im.ErrNotFound] when there is no such
// user.
//
//im:endpoint contacts.list
func (s *Service) ListUsernames(ctx context.Context, username string) ([]string, error) {
	var out names
	if err := s.api.Call(ctx, &api.Call{Endpoint: &listUsernames, Params: []string{username}, Out: &out}); err != nil {
		return nil, err
	}
	return out.list(), nil
}

// names is an answer that holds usernames.
type names api.Data[api.Many[api.Text]]

func (n *names) list() []string {
	return api.Texts(n.Data)
}

// ListOptions choose a page of contacts.
type ListOptions struct {
	Limit   int    // contacts on a page, 1 to 50; 0: 50
	Cursor  string // of the page before; empty: from the start
	Remarks bool   // also answer the remarks
}

func (o ListOptions) withDefaults() ListOptions {
	if o.Limit == 0 {
		o.Limit = maxPage
	}
	return o
}

func (o ListOptions) query() url.Values {
	q := url.Values{"limit": {strconv.Itoa(o.Limit)}}
	if o.Cursor != "" {
		q.Set("cursor", o.Cursor)
	}
	if o.Remarks {
		q.Set("needReturnRemark", "true")
	}
	return q
}

// Contact is one of a user's contacts.
type Contact struct {
	Username string
	Remark   string // only with ListOptions.Remarks
}

// Page is a part of a list of contacts.
type Page struct {
	Contacts []Contact
	Cursor   string // of the next page; empty: this is the last
}

// wirePage has the cursor beside the contacts; the documents say "in the body" only,
// so that it is looked for at the top as well.
type wirePage api.Data[struct {
	Contacts api.Many[struct {
		Username api.Text `json:"username"`
		Remark   api.Text `json:"remark"` // null where there is none
	}] `json:"contacts"`
	Cursor api.Text `json:"cursor"`
}]

func (w *wirePage) page() *Page {
	p := &Page{Contacts: make([]Contact, len(w.Data.Contacts)), Cursor: string(w.Data.Cursor)}
	if p.Cursor == "" {
		p.Cursor = string(w.Cursor)
	}
	for i, c := range w.Data.Contacts {
		p.Contacts[i] = Contact{Username: string(c.Username), Remark: string(c.Remark)}
	}
	return p
}

var list = api.Endpoint{
	ID: "contacts.list_paged", Method: http.MethodGet, Path: "/user/{username}/contacts",
	Idempotent: true, MaxItems: maxPage, ItemsIn: "Limit",
}

// List returns a page of a user's contacts, newest first; [Service.All] goes over
// all of them. Quota: 100 calls a second. Repeated after a lost answer.
// [im.ErrNotFound] when there is no such user.
//
//im:endpoint contacts.list_paged
func (s *Service) List(ctx context.Context, username string, o ListOptions) (*Page, error) {
	o = o.withDefaults()
	var out wirePage
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &list, Params: []string{username}, Query: o.query(),
		Invalid: api.Range("Limit", o.Limit, 1, maxPage), Items: o.Limit, Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return out.page(), nil
}

// All goes over all contacts of a user from o.Cursor on, fetching pages as they
// are needed. It ends after the first error.
func (s *Service) All(ctx context.Context, username string, o ListOptions) iter.Seq2[Contact, error] {
	return api.OldPages(o.Cursor, func(cursor string) ([]Contact, string, error) {
		o := o
		o.Cursor = cursor
		p, err := s.List(ctx, username, o)
		if err != nil {
			return nil, "", err
		}
		return p.Contacts, p.Cursor, nil
	})
}

// Relation says what a user is to the one who asks.
type Relation string

// The relations, as [Service.Check] and [Service.CheckBlocked] answer them.
const (
	Friend     Relation = "friend"
	NotFriend  Relation = "not_friend"
	Blocked    Relation = "blacklist"
	NotBlocked Relation = "not_blacklist"
)

// UserRelation is what one user of a check is to the one who asks.
type UserRelation struct {
	Username string
	Relation Relation // empty: the answer does not name the user
}

const maxCheck = 100

var check = api.Endpoint{
	ID: "contacts.check", Method: http.MethodPost, Path: "/contacts/check",
	Idempotent: true, MaxItems: maxCheck, ItemsIn: "usernames",
}

// Check tells of up to 100 users whether they are contacts of a user ([Friend] or
// [NotFriend]), in the order asked. Quota: 100 calls a second, whatever the number
// of users. Repeated after a lost answer. Only Easemob documents it.
// [im.ErrNotFound] when the user does not exist.
//
//im:endpoint contacts.check
func (s *Service) Check(ctx context.Context, username string, usernames []string) ([]UserRelation, error) {
	return s.relations(ctx, &check, username, usernames)
}

func (s *Service) relations(ctx context.Context, e *api.Endpoint, username string, usernames []string) ([]UserRelation, error) {
	var out api.Entities[struct {
		Username api.Text `json:"username"`
		Relation Relation `json:"relation"`
	}]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: e, Items: len(usernames), Out: &out,
		Invalid: api.First(api.Username("username", username), api.Usernames("usernames", usernames)),
		Body: struct {
			Username  string   `json:"username"`
			CheckList []string `json:"check_list"`
		}{username, usernames},
	})
	if err != nil {
		return nil, err
	}
	answered := make(map[string]Relation, len(usernames))
	for _, entry := range out.Entities {
		answered[strings.ToLower(string(entry.Username))] = entry.Relation
	}
	relations := make([]UserRelation, len(usernames))
	for i, name := range usernames {
		relations[i] = UserRelation{Username: name, Relation: answered[strings.ToLower(name)]}
	}
	return relations, nil
}
