// Package messages sends messages of all types to users, groups and chat rooms,
// stores and fetches the files that they refer to, and does everything else that
// the API offers for messages: recall, editing, history, conversations, import.
//
//	receipts, err := client.Messages.SendToUsers(ctx, []string{"bob", "carol"}, messages.Message{
//		From: "alice",
//		Body: messages.Text("The kettle is on."),
//	})
//
// A message is never sent twice by this package: a call whose response is lost
// returns [im.ErrOutcomeUnknown] and is not repeated.
package messages

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Service calls the endpoints of messages. It is the field Messages of the
// client.
type Service struct{ api api.Caller }

// New is called by package im; a service cannot be made outside this module.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{
	&sendUsers, &sendGroups, &sendRooms, &sendLegacy, &sendGroupTargeted, &sendRoomTargeted,
	&broadcastRooms, &broadcastOnline, &broadcastAll, &streamUser, &streamGroup,
	&uploadFile, &downloadFile, &downloadThumbnail, &setLifetime,
	&historyURL, &recall, &recallBatch, &recallBatchLegacy, &modify,
	&listConversations, &deleteConversation, &importUser, &importGroup,
	&deleteRoamingChat, &deleteRoamingGroup, &clearRoamingAll, &clearRoamingChat, &clearRoamingGroup,
	&exportModeration, &storedCallbacks, &resendCallbacks, &search,
}

// ChatType is the kind of chat that a message belongs to.
type ChatType string

// The kinds of chat.
const (
	ChatUser  ChatType = "chat" // one to one
	ChatGroup ChatType = "groupchat"
	ChatRoom  ChatType = "chatroom"
)

// Priority decides which messages a chat room drops first under load.
type Priority string

// The priorities; without one a message is of normal priority.
const (
	High   Priority = "high"
	Normal Priority = "normal"
	Low    Priority = "low"
)

// Message is what is sent. Body and Ext together may have 5 KB when encoded; up
// to 3 KB is what all documents of the API agree on.
type Message struct { //nolint:recvcheck // only LogValue must work on values
	From string // the sender shown; empty: "admin". It need not exist
	Body Body   // made by Text, Image, Voice, Video, Attach, Location, Command or Custom

	Ext        map[string]any // free data for the receivers' apps
	NoPush     bool           // no push notification while the receiver is offline
	OnlineOnly bool           // only for receivers that are online; the others never get it
	RoamIgnore []string       // up to 20 users who do not see it in their roaming history
	SyncDevice bool           // also deliver it to the sender's devices
	Env        string         // callback rules of this environment, up to 8 letters and digits (Easemob in China)

	NeedAck  bool     // ask for read receipts; groups only
	Priority Priority // chat rooms only
}

// LogValue hides the secrets of the files that it refers to.
func (m Message) LogValue() slog.Value { return api.LogMasked(m) }

const (
	maxEncoded    = 5 << 10
	maxRoamIgnore = 20
)

var environment = regexp.MustCompile(`^[A-Za-z0-9]{1,8}$`)

func (m *Message) check() error {
	if m.Body == nil {
		return api.Invalid("Body", "must not be nil")
	}
	if m.Env != "" {
		if err := api.Pattern("Env", m.Env, environment); err != nil {
			return err
		}
	}
	return api.First(m.Body.check(), api.MaxItems("RoamIgnore", len(m.RoamIgnore), maxRoamIgnore))
}

// sendBody is a message on the wire.
type sendBody struct {
	From       string         `json:"from,omitzero"`
	To         []string       `json:"to"`
	Users      []string       `json:"users,omitempty"` // of a targeted message
	Type       Type           `json:"type"`
	Body       any            `json:"body"`
	Ext        map[string]any `json:"ext,omitempty"`
	RoamIgnore []string       `json:"roam_ignore_users,omitempty"`
	SyncDevice bool           `json:"sync_device,omitzero"`
	RouteType  string         `json:"routetype,omitzero"`
	NeedAck    bool           `json:"need_group_ack,omitzero"`
	Priority   Priority       `json:"chatroom_msg_level,omitzero"`
	Env        string         `json:"env,omitzero"`
}

func (m *Message) wire(to []string) *sendBody {
	b := &sendBody{
		From: m.From, To: to, Ext: m.ext(), RoamIgnore: m.RoamIgnore, SyncDevice: m.SyncDevice,
		NeedAck: m.NeedAck, Priority: m.Priority, Env: m.Env,
	}
	if m.Body != nil {
		b.Type, b.Body = m.Body.Type(), m.Body.wire("")
	}
	if m.OnlineOnly {
		b.RouteType = "ROUTE_ONLINE"
	}
	return b
}

// ext adds the reserved keys to the caller's, in a map of its own.
func (m *Message) ext() map[string]any {
	if !m.NoPush {
		return m.Ext
	}
	ext := map[string]any{"em_ignore_notification": true}
	maps.Copy(ext, m.Ext)
	return ext
}

// CheckEncoded refuses a message that is too large.
func (b *sendBody) CheckEncoded(length int) error {
	return checkSize(length, maxEncoded, b.Body, b.Ext)
}

// checkSize refuses a body and ext above the limit. They are measured by
// themselves only where the whole request is above it.
func checkSize(length, limit int, body any, ext map[string]any) error {
	if length <= limit {
		return nil
	}
	var size counter
	enc := json.NewEncoder(&size)
	enc.SetEscapeHTML(false) // as the request is encoded
	if err := enc.Encode(body); err != nil {
		return err
	}
	if len(ext) > 0 {
		if err := enc.Encode(ext); err != nil {
			return err
		}
	}
	if int(size) > limit {
		return api.TooLarge("Body", "and Ext have %d bytes together, at most %d are allowed", size, limit)
	}
	return nil
}

// counter counts what is written to it, but for the encoder's line breaks.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(bytes.TrimSuffix(p, []byte{'\n'})))
	return len(p), nil
}

// send carries out a send call: one item per receiver, counted as one message
// each.
func (s *Service) send(ctx context.Context, e *api.Endpoint, to []string, m *Message, invalid error) (Receipts, error) {
	var out api.Data[map[string]api.Text]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: e, Invalid: api.First(api.Identifiers(e.ItemsIn, to), invalid, m.check()),
		Body: m.wire(to), Items: len(to), Secrets: secrets(m.Body), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return receipts(to, out.Data), nil
}

func (m *Message) notForUsers() error {
	if m.NeedAck {
		return api.Invalid("NeedAck", "is for groups only")
	}
	return m.notForGroups()
}

func (m *Message) notForGroups() error {
	if m.Priority != "" {
		return api.Invalid("Priority", "is for chat rooms only")
	}
	return nil
}

func (m *Message) notForRooms() error {
	if m.NeedAck {
		return api.Invalid("NeedAck", "is for groups only")
	}
	return nil
}

var sendUsers = api.Endpoint{
	ID: "messages.send_users", Method: http.MethodPost, Path: "/messages/users", Pool: "messages_users",
	Quotas:   api.Quotas{{N: 6000, Per: time.Minute, Items: true}, {N: 100, Per: time.Second}},
	MaxItems: 600, ItemsIn: "usernames",
}

// SendToUsers sends one message to each of up to 600 users, whether they exist or
// not. The receipts say what became of it for each. Quota: 6,000 messages a
// minute, one per receiver, and 100 calls a second. Not repeated after a lost
// response. Errors: [im.ErrInvalidArgument], [im.ErrTooLarge].
//
//im:endpoint messages.send_users
func (s *Service) SendToUsers(ctx context.Context, usernames []string, m Message) (Receipts, error) {
	return s.send(ctx, &sendUsers, usernames, &m, m.notForUsers())
}

var sendGroups = api.Endpoint{
	ID: "messages.send_groups", Method: http.MethodPost, Path: "/messages/chatgroups", Pool: "messages_groups",
	Quotas:   api.Quotas{{N: 20, Per: time.Second, Items: true}, {N: 20, Per: time.Second}},
	MaxItems: 3, ItemsIn: "groupIDs",
}

// SendToGroups sends one message to each of up to 3 groups, whether they exist or
// not. Quota: 20 messages a second, one per group, and 20 calls a second. Not
// repeated after a lost response.
//
//im:endpoint messages.send_groups
func (s *Service) SendToGroups(ctx context.Context, groupIDs []string, m Message) (Receipts, error) {
	return s.send(ctx, &sendGroups, groupIDs, &m, m.notForGroups())
}

var sendRooms = api.Endpoint{
	ID: "messages.send_rooms", Method: http.MethodPost, Path: "/messages/chatrooms", Pool: "messages_rooms",
	Quotas:   api.Quotas{{N: 100, Per: time.Second, Items: true}, {N: 100, Per: time.Second}},
	MaxItems: 10, ItemsIn: "roomIDs",
}

// SendToRooms sends one message to each of up to 10 chat rooms, whether they exist
// or not. A room under load drops messages without a word, those of low Priority
// first. Quota: 100 messages a second, one per room, and 100 calls a second (20 by
// one document of Agora China). Not repeated after a lost response.
//
//im:endpoint messages.send_rooms
func (s *Service) SendToRooms(ctx context.Context, roomIDs []string, m Message) (Receipts, error) {
	return s.send(ctx, &sendRooms, roomIDs, &m, m.notForRooms())
}
