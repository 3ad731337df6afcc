package chatrooms

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/internal/api"
)

const announcementPath = "/chatrooms/{roomID}/announcement"

var getAnnouncement = api.Endpoint{
	ID: "chatrooms.get_announcement", Method: http.MethodGet, Path: announcementPath, Idempotent: true,
}

// GetAnnouncement returns the announcement of a room; empty if it has none.
//
//im:endpoint chatrooms.get_announcement
func (s *Service) GetAnnouncement(ctx context.Context, roomID string) (string, error) {
	var out api.Data[struct {
		Text api.Text `json:"announcement"`
	}]
	err := s.api.Call(ctx, &api.Call{Endpoint: &getAnnouncement, Params: []string{roomID}, Out: &out})
	return string(out.Data.Text), err
}

var setAnnouncement = api.Endpoint{
	ID: "chatrooms.set_announcement", Method: http.MethodPost, Path: announcementPath, Idempotent: true,
}

// SetAnnouncement replaces the announcement of a room by a text of up to 512 characters.
// Whether an empty text removes it is not documented. Errors: im.ErrTooLarge if the server
// finds the text too long.
//
//im:endpoint chatrooms.set_announcement
func (s *Service) SetAnnouncement(ctx context.Context, roomID, text string) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &setAnnouncement, Params: []string{roomID}, Invalid: api.MaxLength("text", text, MaxAnnouncement),
		Body: struct {
			Text string `json:"announcement"`
		}{text},
		Out: &api.Confirmed{Field: "result", Want: true},
	})
}
