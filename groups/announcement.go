package groups

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/internal/api"
)

const announcementPath = "/chatgroups/{groupID}/announcement"

var getAnnouncement = api.Endpoint{
	ID: "groups.get_announcement", Method: http.MethodGet, Path: announcementPath, Idempotent: true,
}

// GetAnnouncement returns the announcement of a group; empty if it has none.
//
//im:endpoint groups.get_announcement
func (s *Service) GetAnnouncement(ctx context.Context, groupID string) (string, error) {
	var out api.Data[struct {
		Text api.Text `json:"announcement"`
	}]
	err := s.api.Call(ctx, &api.Call{Endpoint: &getAnnouncement, Params: []string{groupID}, Out: &out})
	return string(out.Data.Text), err
}

var setAnnouncement = api.Endpoint{
	ID: "groups.set_announcement", Method: http.MethodPost, Path: announcementPath, Idempotent: true,
}

// SetAnnouncement replaces the announcement of a group by a text of up to [MaxAnnouncement]
// characters. Whether an empty text removes it is not documented. Errors: im.ErrForbidden if
// moderation rejects the text.
//
//im:endpoint groups.set_announcement
func (s *Service) SetAnnouncement(ctx context.Context, groupID, text string) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &setAnnouncement, Params: []string{groupID}, Invalid: api.MaxLength("text", text, MaxAnnouncement),
		Body: struct {
			Text string `json:"announcement"`
		}{text},
		Out: &api.Confirmed{Field: "result", Want: true},
	})
}
