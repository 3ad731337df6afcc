package messages

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// ModerationQuery selects moderation records. Only comments in the vendor's Java SDK list the
// words of the filters, so other words are sent as well.
type ModerationQuery struct {
	From           time.Time `json:"from,omitzero"`             // required
	To             time.Time `json:"to,omitzero"`               // required
	TargetType     string    `json:"target_type,omitempty"`     // chat, groupchat or chatroom; empty: all
	MessageType    string    `json:"message_type,omitempty"`    // txt, img, video or audio; empty: all
	Result         string    `json:"result,omitempty"`          // PASS, REJECT, EXCHANGE or RECALL; empty: all
	ProviderResult string    `json:"provider_result,omitempty"` // PASS, REVIEWED, REJECT or UNKNOWN; empty: all
}

func (q *ModerationQuery) check() error {
	switch {
	case q.From.IsZero():
		return api.Invalid("From", "must not be zero")
	case q.To.IsZero():
		return api.Invalid("To", "must not be zero")
	case q.To.Before(q.From):
		return api.Invalid("To", "must not be before From")
	}
	return nil
}

// exported is a response of its own shape: the id stands in entity.
type exported struct{ uuid string }

// UnmarshalJSON implements json.Unmarshaler.
func (e *exported) UnmarshalJSON(b []byte) error {
	var wire struct {
		Entity struct {
			UUID string `json:"uuid"`
		} `json:"entity"`
	}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	if wire.Entity.UUID == "" {
		return api.ErrNoEntity
	}
	e.uuid = wire.Entity.UUID
	return nil
}

var exportModeration = api.Endpoint{
	ID: "messages.export_moderation_records", Method: http.MethodPost, Path: "/moderation/record/message/export", Idempotent: true,
}

// ExportModeration writes the moderation records of messages between two times into a file
// on the server and returns its UUID, with which moderation.Service.ListExportFiles says
// when it is ready and DownloadExportFile fetches it. No document describes the call; it is
// taken from the vendor's Java SDK, unit of the times included. A retry makes another file.
//
//im:endpoint messages.export_moderation_records
func (s *Service) ExportModeration(ctx context.Context, q ModerationQuery) (string, error) {
	var out exported
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &exportModeration, Invalid: q.check(), Out: &out,
		Body: struct {
			From           int64  `json:"dateFrom"`
			To             int64  `json:"dateTo"`
			TargetType     string `json:"targetType,omitzero" arg:"TargetType"`
			MessageType    string `json:"msgType,omitzero" arg:"MessageType"`
			Result         string `json:"moderationResult,omitzero" arg:"Result"`
			ProviderResult string `json:"providerResult,omitzero" arg:"ProviderResult"`
		}{q.From.UnixMilli(), q.To.UnixMilli(), q.TargetType, q.MessageType, q.Result, q.ProviderResult},
	})
	return out.uuid, err
}
