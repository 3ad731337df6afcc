package contacts

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// MaxPage is the most entries on a page of contacts or of a block list, which is also
// what the lists ask for without a limit.
const MaxPage = 50

var listUsernames = api.Endpoint{
	ID: "contacts.list", Method: http.MethodGet, Path: "/users/{username}/contacts/users", Idempotent: true,
}

// ListUsernames returns the contacts of a user at once, newest first, up to 3,000;
// [Service.All] goes over more of them, with their remarks. Quota: 100 calls a second.
// Retried if the response is lost. [im.ErrNotFound] when there is no such user.
//
//im:endpoint contacts.list
func (s *Service) ListUsernames(ctx context.Context, username string) ([]string, error) {
	var out names
	if err := s.api.Call(ctx, &api.Call{Endpoint: &listUsernames, Params: []string{username}, Out: &out}); err != nil {
		return nil, err
	}
	return out.list(), nil
}

// names is a response that holds usernames.
type names api.Data[api.Many[api.Text]]

func (n *names) list() []string {
	return api.Texts(n.Data)
}

// ListOptions choose a page of contacts.
type ListOptions struct {
	page.Options
	Remarks bool // also return the remarks
}

// Contact is one of a user's contacts.
type Contact struct {
	Username string
	Remark   string // only with ListOptions.Remarks
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

func (w *wirePage) page() *page.Page[Contact] {
	p := &page.Page[Contact]{Items: make([]Contact, len(w.Data.Contacts)), Next: cmp.Or(string(w.Data.Cursor), string(w.Cursor))}
	for i, c := range w.Data.Contacts {
		p.Items[i] = Contact{Username: string(c.Username), Remark: string(c.Remark)}
	}
	return p
}

var list = api.Endpoint{
	ID: "contacts.list_paged", Method: http.MethodGet, Path: "/user/{username}/contacts",
	Idempotent: true, MaxItems: MaxPage, ItemsIn: "Limit",
}

// List returns a page of a user's contacts, newest first. A page has up to [MaxPage]
// contacts. Quota: 100 calls a second. Retried if the response is lost.
// [im.ErrNotFound] when there is no such user.
//
//im:endpoint contacts.list_paged
func (s *Service) List(ctx context.Context, username string, o ListOptions) (*page.Page[Contact], error) {
	query := url.Values{}
	invalid := api.Cursor(query, o.Options, MaxPage)
	query.Set("needReturnRemark", strconv.FormatBool(o.Remarks)) // always: the documents differ in the default
	var out wirePage
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &list, Params: []string{username}, Query: query, Invalid: invalid,
		Items: cmp.Or(o.Limit, MaxPage), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return out.page(), nil
}

// Pages goes over the pages of [Service.List].
func (s *Service) Pages(ctx context.Context, username string, o ListOptions) iter.Seq2[*page.Page[Contact], error] {
	return api.Pages(o.Options, func(one page.Options) (*page.Page[Contact], error) {
		return s.List(ctx, username, ListOptions{one, o.Remarks})
	})
}

// All goes over the contacts of [Service.Pages].
func (s *Service) All(ctx context.Context, username string, o ListOptions) iter.Seq2[Contact, error] {
	return api.All(s.Pages(ctx, username, o))
}

// Relation says what a user is to the one who asks.
type Relation string

// The relations, as [Service.Check] and [Service.CheckBlocked] response them.
const (
	Friend     Relation = "friend"
	NotFriend  Relation = "not_friend"
	Blocked    Relation = "blacklist"
	NotBlocked Relation = "not_blacklist"
)

// UserRelation is what one user of a check is to the one who asks.
type UserRelation struct {
	Username string
	Relation Relation // empty: the response does not name the user
}

const maxCheck = 100

var check = api.Endpoint{
	ID: "contacts.check", Method: http.MethodPost, Path: "/contacts/check",
	Idempotent: true, MaxItems: maxCheck, ItemsIn: "usernames",
}

// Check tells of up to 100 users whether they are contacts of a user ([Friend] or
// [NotFriend]), in the order asked. Quota: 100 calls a second, whatever the number
// of users. Repeated after a lost response. Only Easemob documents it.
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
	responded := make(map[string]Relation, len(usernames))
	for _, entry := range out.Entities {
		responded[strings.ToLower(string(entry.Username))] = entry.Relation
	}
	relations := make([]UserRelation, len(usernames))
	for i, name := range usernames {
		relations[i] = UserRelation{Username: name, Relation: responded[strings.ToLower(name)]}
	}
	return relations, nil
}
