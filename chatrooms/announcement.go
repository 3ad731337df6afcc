package chatrooms

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/internal/api"
)

const maxAnnouncement = 512 // characters

var announcement = api.Endpoint{
	ID: "chatrooms.get_announcement", Method: http.MethodGet, Path: "/chatrooms/{roomID}/announcement", Idempotent: true,
}

// Announcement returns the announcement of a room, empty when it has none. Quota:
// 100 calls a second. Repeated after a lost response. [im.ErrNotFound] when there is
// no such room.
//
//im:endpoint chatrooms.get_announcement
func (s *Service) Announcement(ctx context.Context, roomID string) (string, error) {
	var out api.Data[struct {
		Text string `json:"announcement"`
	}]
	err := s.api.Call(ctx, &api.Call{Endpoint: &announcement, Params: []string{roomID}, Out: &out})
	return out.Data.Text, err
}

var setAnnouncement = api.Endpoint{
	ID: "chatrooms.set_announcement", Method: http.MethodPost, Path: "/chatrooms/{roomID}/announcement", Idempotent: true,
}

// SetAnnouncement replaces the announcement of a room by a text of up to 512
// characters. Whether an empty one takes it away is not documented. Quota: 100
// calls a second. Repeated after a lost response. Errors: [im.ErrNotFound] when there
// is no such room, [im.ErrTooLarge] for a text that the server finds too long.
//
//im:endpoint chatrooms.set_announcement
func (s *Service) SetAnnouncement(ctx context.Context, roomID, text string) error {
	return s.confirm(ctx, &api.Call{
		Endpoint: &setAnnouncement, Params: []string{roomID},
		Invalid: api.MaxLength("text", text, maxAnnouncement),
		Body: struct {
			Text string `json:"announcement"`
		}{text},
	}, "result", true)
}
