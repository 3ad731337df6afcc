package thread

import (
	"context"
	"iter"
	"net/http"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

const memberPath = "/thread/{threadID}/users"

var listMembers = api.Endpoint{ID: "thread.list_members", Method: http.MethodGet, Path: memberPath, Idempotent: true}

// ListMembers returns a page of the members of a thread, up to [MaxPage].
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
