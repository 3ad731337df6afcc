package messages

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Broadcast is a message to everybody. Body and Ext together may have 5 KB when encoded;
// up to 3 KB is what all documents of the API agree on.
type Broadcast struct { //nolint:recvcheck // only LogValue must work on values
	From string         `json:"from,omitempty"` // the sender shown; empty: "admin". It need not exist
	Body Body           `json:"body"`           // required, of any type
	Ext  map[string]any `json:"ext,omitempty"`  // free data for the receivers' apps

	Priority   Priority `json:"priority,omitempty"`    // chat rooms only
	SyncDevice bool     `json:"sync_device,omitempty"` // also deliver it to the sender's devices; chat rooms only
}

// LogValue hides the secret of a file.
func (b Broadcast) LogValue() slog.Value { return api.LogMasked(b) }

func (b *Broadcast) notForUsers() error {
	switch {
	case b.Priority != "":
		return api.Invalid("Priority", "is for chat rooms only")
	case b.SyncDevice:
		return api.Invalid("SyncDevice", "is for chat rooms only")
	}
	return nil
}

type broadcastBody struct {
	Target     Target         `json:"target_type,omitzero"`
	From       string         `json:"from,omitzero"`
	Msg        any            `json:"msg"`
	Ext        map[string]any `json:"ext,omitempty"`
	Priority   Priority       `json:"chatroom_msg_level,omitzero"`
	SyncDevice bool           `json:"sync_device,omitzero"`
}

// CheckEncoded rejects a message that is too large.
func (b *broadcastBody) CheckEncoded(length int) error {
	return checkSize(length, MaxMessage, b.Msg, b.Ext)
}

// broadcast carries out a broadcast call and returns the id of the broadcast.
func (s *Service) broadcast(ctx context.Context, e *api.Endpoint, target Target, b *Broadcast, invalid error) (string, error) {
	var out oneID
	err := s.api.Call(ctx, &api.Call{
		Endpoint: e, Invalid: api.First(invalid, checkBody(b.Body), api.OptionalUsername("From", b.From), b.Priority.check()), Secrets: secretsOf(b.Body), Out: &out,
		Body: &broadcastBody{
			Target: target, From: b.From, Msg: flat(b.Body), Ext: b.Ext, Priority: b.Priority, SyncDevice: b.SyncDevice,
		},
	})
	return string(out), err
}

var broadcastRooms = api.Endpoint{
	ID: "messages.broadcast_rooms", Method: http.MethodPost, Path: "/messages/chatrooms/broadcast", Pool: "broadcast_rooms",
	Quotas:     api.Quotas{{N: 10, Per: time.Minute}, {N: 100, Per: api.Day}},
	ByPlatform: api.ByPlatform{api.Easemob: {{N: 1, Per: time.Second}, {N: 10, Per: time.Minute}, {N: 100, Per: api.Day}}},
}

// BroadcastToRooms sends one message to all active chat rooms of the app: those that have a
// member now and have ever had a message. It returns the id of the broadcast, which is not
// that of a message. Quota: 10 calls a minute and 100 a day (UTC), on Easemob also 1 a
// second; a call waits for it, so give the context a deadline. Errors: im.ErrNotEnabled if
// broadcasts are not switched on (Agora: plans Pro and Enterprise), im.ErrRateLimited if the
// quota of the day is used up.
//
//im:endpoint messages.broadcast_rooms
func (s *Service) BroadcastToRooms(ctx context.Context, b Broadcast) (string, error) {
	return s.broadcast(ctx, &broadcastRooms, "", &b, nil)
}

var broadcastOnline = api.Endpoint{
	ID: "messages.broadcast_online_users", Method: http.MethodPost, Path: "/messages/users/broadcast", Pool: "broadcast_online",
	Quotas: api.Quotas{{N: 1, Per: time.Minute}, {N: 50, Per: api.Day}},
}

// BroadcastToOnlineUsers sends one message to all users who are online. The others never
// get it, and it is not roaming unless that was switched on. It returns the id of the
// broadcast, which is not that of a message. Quota: 1 call a minute and 50 a day (UTC); a
// call waits for it, so give the context a deadline. Errors: as for [Service.BroadcastToRooms]. Not in the English documents of Agora.
//
//im:endpoint messages.broadcast_online_users
func (s *Service) BroadcastToOnlineUsers(ctx context.Context, b Broadcast) (string, error) {
	return s.broadcast(ctx, &broadcastOnline, "", &b, b.notForUsers())
}

var broadcastAll = api.Endpoint{
	ID: "messages.broadcast_all_users", Method: http.MethodPost, Path: "/messages/broadcast", Pool: "broadcast_all",
	Quotas: api.Quotas{{N: 1, Per: 30 * time.Minute}, {N: 3, Per: api.Day}},
}

// BroadcastToAllUsers sends one message to every user of the app, at about 1,000 users a
// second. It returns the id of the broadcast, which is not that of a message. Quota: 1 call
// in 30 minutes and 3 a day (UTC); a call waits for it, so give the context a deadline.
// Errors: as for [Service.BroadcastToRooms]. Easemob only.
//
//im:endpoint messages.broadcast_all_users
func (s *Service) BroadcastToAllUsers(ctx context.Context, b Broadcast) (string, error) {
	return s.broadcast(ctx, &broadcastAll, TargetUsers, &b, b.notForUsers())
}
