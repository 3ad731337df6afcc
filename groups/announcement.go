package groups

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/internal/api"
)

const maxAnnouncement = 512 // characters

var announcement = api.Endpoint{
	ID: "groups.get_announcement", Method: http.MethodGet, Path: "/chatgroups/{groupID}/announcement", Idempotent: true,
}

// Announcement returns the announcement of a group; empty when there is none.
// Quota: 100 calls a second. Repeated after a lost response. [im.ErrNotFound] when
// there is no such group.
//
//im:endpoint groups.get_announcement
func (s *Service) Announcement(ctx context.Context, groupID string) (string, error) {
	var out api.Data[struct {
		Announcement api.Text `json:"announcement"`
	}]
	err := s.api.Call(ctx, &api.Call{Endpoint: &announcement, Params: []string{groupID}, Out: &out})
	return string(out.Data.Announcement), err
}

var setAnnouncement = api.Endpoint{
	ID: "groups.set_announcement", Method: http.MethodPost, Path: "/chatgroups/{groupID}/announcement", Idempotent: true,
}

// SetAnnouncement replaces the announcement of a group by a text of up to 512
// characters. Whether an empty one takes it away is not documented. Quota: 100
// calls a second. Repeated after a lost response. Errors: [im.ErrNotFound] when there
// is no such group, [im.ErrForbidden] when moderation refuses the text.
//
//im:endpoint groups.set_announcement
func (s *Service) SetAnnouncement(ctx context.Context, groupID, text string) error {
	return s.confirm(ctx, &api.Call{
		Endpoint: &setAnnouncement, Params: []string{groupID}, Invalid: api.MaxLength("text", text, maxAnnouncement),
		Body: struct {
			Announcement string `json:"announcement"`
		}{text},
	}, "result", true)
}
