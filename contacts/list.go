package contacts

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// MaxPage is the most contacts on a page of [Service.List], which is also what it asks for
// without a limit.
const MaxPage = 50

var listUsernames = api.Endpoint{
	ID: "contacts.list", Method: http.MethodGet, Path: "/users/{username}/contacts/users", Idempotent: true,
}

// ListUsernames returns the contacts of a user in one response, newest first: usernames
// alone, at most 3,000. It is another call than [Service.List], which has no maximum and can
// return remarks, but takes a call for each page.
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
	Remarks bool `json:"remarks,omitzero"` // also return the remarks
}

// Contact is one of a user's contacts.
type Contact struct {
	Username string `json:"username"`        // lower case
	Remark   string `json:"remark,omitzero"` // only with ListOptions.Remarks
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

// List returns a page of a user's contacts, newest first, with at most [MaxPage] contacts.
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
