package messages

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Import is a message of the past, such as one from another system. Body and Ext together may
// have [MaxMessage] bytes.
type Import struct { //nolint:recvcheck // only LogValue must work on values
	From string         `json:"from"`          // the sender; required
	Body Body           `json:"body"`          // of any type
	Ext  map[string]any `json:"ext,omitempty"` // free data for the receivers' apps
	// SentAt is when it was sent; zero: now. Within a chat the messages should be
	// imported in the order of their times.
	SentAt time.Time `json:"sent_at,omitzero"`
	Read   bool      `json:"read,omitempty"` // counts as read
	// Download makes the server fetch the file that the body refers to, and keep
	// its own copy. The URL may be anywhere, but must need no credentials.
	Download bool `json:"download,omitempty"`
}

// LogValue hides the secret of a file.
func (m Import) LogValue() slog.Value { return api.LogMasked(m) }

// earliest is what the newest documents ask for: later than one second after the
// beginning of 1970.
const earliest = 1000

func (m *Import) check() error {
	if !m.SentAt.IsZero() && m.SentAt.UnixMilli() <= earliest {
		return api.Invalid("SentAt", "is %s, must be later than 1970-01-01T00:00:01Z", m.SentAt.UTC().Format(time.RFC3339))
	}
	return api.First(api.Username("From", m.From), checkBody(m.Body))
}

type importBody struct {
	From      string         `json:"from"`
	Target    string         `json:"target"`
	Type      Type           `json:"type"`
	Body      any            `json:"body"`
	Ext       map[string]any `json:"ext,omitempty"`
	Read      bool           `json:"is_ack_read,omitzero"`
	Timestamp int64          `json:"msg_timestamp,omitzero"`
	Download  bool           `json:"need_download,omitzero"`
}

// CheckEncoded rejects a message that is too large.
func (b *importBody) CheckEncoded(length int) error {
	return checkSize(length, MaxMessage, b.Body, b.Ext)
}

func (s *Service) importMessage(ctx context.Context, e *api.Endpoint, to string, m *Import, invalid error) (string, error) {
	body := &importBody{From: m.From, Target: to, Ext: m.Ext, Read: m.Read, Download: m.Download}
	body.Type, body.Body = apart(m.Body)
	if !m.SentAt.IsZero() {
		body.Timestamp = m.SentAt.UnixMilli()
	}
	var out oneID
	err := s.api.Call(ctx, &api.Call{
		Endpoint: e, Invalid: api.First(invalid, m.check()), Body: body, Secrets: secretsOf(m.Body), Out: &out,
	})
	return string(out), err
}

var importUser = api.Endpoint{
	ID: "messages.import_user", Method: http.MethodPost, Path: "/messages/users/import", Pool: "import_users",
}

// ImportToUser puts one past message to a user into the history and returns its id. It
// makes no entry in the server's conversation list (by the newest documents of Easemob).
// Not retried if the response is lost: a retry could import a second message.
//
//im:endpoint messages.import_user
func (s *Service) ImportToUser(ctx context.Context, username string, m Import) (string, error) {
	return s.importMessage(ctx, &importUser, username, &m, api.Username("username", username))
}

var importGroup = api.Endpoint{
	ID: "messages.import_group", Method: http.MethodPost, Path: "/messages/chatgroups/import", Pool: "import_groups",
}

// ImportToGroup puts one past message to a group into the history and returns its id.
// SentAt must be later than the creation of the group. Otherwise as [Service.ImportToUser],
// with a quota of its own. Chat rooms have no import.
//
//im:endpoint messages.import_group
func (s *Service) ImportToGroup(ctx context.Context, groupID string, m Import) (string, error) {
	return s.importMessage(ctx, &importGroup, groupID, &m, api.Required("groupID", groupID))
}
