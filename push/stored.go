package push

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// The calls of this file are in older documents of Easemob only.

var createMessage = api.Endpoint{
	ID: "push.create_message", Method: http.MethodPost, Path: "/push/message", Quotas: api.PerSecond(1),
}

// CreateMessage stores a message, to be pushed with [Service.SendStoredToAll], and returns
// its id. Strategy, Platform and Start must be empty. Not retried if the response is lost. Quota: 1
// call a second.
//
// Deprecated: use [Service.SendToAll], which takes the message itself.
//
//im:endpoint push.create_message
func (s *Service) CreateMessage(ctx context.Context, m Message) (messageID string, err error) {
	invalid := api.First(m.check(), m.allPlatforms(), m.notLater())
	if m.Strategy != nil {
		invalid = api.First(invalid, api.Invalid("Strategy", "is not stored; pass it to SendStoredToAll"))
	}
	return s.task(ctx, &api.Call{Endpoint: &createMessage, Invalid: invalid, Body: m.payload()})
}

// StoredMessage is a message that the server keeps.
type StoredMessage struct {
	Message

	AppKey  string    `json:"app_key,omitzero"` // "org#app"
	Created time.Time `json:"created,omitzero"` // by the server's clock
}

// wireStored is a stored message as the API returns it, where all fields stand side by
// side.
type wireStored struct {
	wireMessage

	AppKey  string     `json:"appkey"`
	Created api.Millis `json:"timestamp"`
}

var getMessage = api.Endpoint{
	ID: "push.get_message", Method: http.MethodGet, Path: "/push/message/{messageID}", Quotas: api.PerSecond(1), Idempotent: true,
}

// GetMessage returns a stored message. Fields that [Message] does not have are left out;
// im.WithResponse has the response as it came. Quota: 1 call a second.
//
// Deprecated: use [Service.SendToAll], which stores nothing.
//
//im:endpoint push.get_message
func (s *Service) GetMessage(ctx context.Context, messageID string) (*StoredMessage, error) {
	var out api.Payload[wireStored]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &getMessage, Params: []string{messageID}, Invalid: checkMessageID(messageID), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	w := out.Value
	return &StoredMessage{Message: Message(w.wireMessage), AppKey: w.AppKey, Created: w.Created.Time()}, nil
}

func checkMessageID(id string) error {
	if id == "" || strings.Trim(id, "0123456789") != "" {
		return api.Invalid("messageID", "is %s, must be a number, as CreateMessage returns it", api.Quoted(id))
	}
	return nil
}

// StoredOptions are the options of [Service.SendStoredToAll].
type StoredOptions struct {
	Strategy *Strategy `json:"strategy,omitempty"` // nil: StrategyVendorOnly
}

var sendStored = api.Endpoint{
	ID: "push.send_broadcast_task", Method: http.MethodPost, Path: "/push/task/broadcast", Quotas: api.PerSecond(1),
}

// SendStoredToAll pushes a stored message, as a task, to all users of the app, and returns
// the task's id. Quota: 1 call a second.
//
// Deprecated: use [Service.SendToAll].
//
//im:endpoint push.send_broadcast_task
func (s *Service) SendStoredToAll(ctx context.Context, messageID string, o StoredOptions) (taskID string, err error) {
	return s.task(ctx, &api.Call{
		Endpoint: &sendStored, Invalid: api.First(checkMessageID(messageID), o.Strategy.check()),
		Body: struct {
			Strategy  *Strategy   `json:"strategy,omitempty"`
			MessageID json.Number `json:"pushMsgId"` // 64 bits, as a number
		}{o.Strategy, json.Number(messageID)},
	})
}
