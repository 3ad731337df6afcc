package messages

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// Conversation is an entry in the conversation list of a user. It prints without
// Raw, which may hold the secrets of files.
type Conversation struct {
	Peer     string          `json:"peer"`             // the other user, or the group
	ChatType ChatType        `json:"chat_type"`        // ChatTypeUser or ChatTypeGroup
	Unread   int             `json:"unread,omitempty"` // messages that the user has not read
	Pinned   bool            `json:"pinned,omitempty"` // kept at the top of the list by the user
	Marks    []string        `json:"marks,omitempty"`  // set by the user's clients; newer servers only
	Last     *Record         `json:"last,omitempty"`   // the last message; nil: none, or in an unknown form
	Raw      json.RawMessage `json:"raw,omitempty"`    // the entry as it came
}

type plainConversation Conversation

// Format hides Raw.
func (c Conversation) Format(s fmt.State, verb rune) {
	c.Raw = nil
	api.FormatMasked(s, verb, plainConversation(c))
}

// LogValue hides Raw.
func (c Conversation) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", c)) }

// Conversations is the conversation list of a user, as far as one response holds it. It is
// not an ordinary page: there is no Pages or All, since the call has no parameters, and Raw
// has what no document describes. It prints without Raw, which may hold the secrets of
// files.
type Conversations struct {
	page.Page[Conversation]                 // Next not empty: there are more, which the call cannot ask for; newer servers only
	Raw                     json.RawMessage `json:"raw,omitempty"` // the payload as it came
}

type plainConversations Conversations

// Format hides Raw.
func (c Conversations) Format(s fmt.State, verb rune) {
	c.Raw = nil
	api.FormatMasked(s, verb, plainConversations(c))
}

// LogValue hides Raw.
func (c Conversations) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", c)) }

// wireConversations is a response that holds a payload, or does not decode.
type wireConversations struct{ Conversations }

// UnmarshalJSON reads what it can: no document describes the payload.
func (c *wireConversations) UnmarshalJSON(b []byte) error {
	var wire struct {
		Data json.RawMessage `json:"data"`
		Org  string          `json:"organization"`
		App  string          `json:"applicationName"`
	}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	if len(wire.Data) == 0 || string(wire.Data) == "null" {
		return api.ErrNoEntity
	}
	c.Raw = wire.Data
	var data struct {
		Infos  api.Many[json.RawMessage] `json:"channel_infos"`
		Cursor api.Text                  `json:"cursor"`
	}
	_ = json.Unmarshal(wire.Data, &data) // what can be read of it: Raw has all
	c.Next = string(data.Cursor)
	c.Items = make([]Conversation, len(data.Infos))
	for i, raw := range data.Infos {
		c.Items[i] = conversation(raw, wire.Org, wire.App)
	}
	return nil
}

func conversation(raw json.RawMessage, org, app string) Conversation {
	var wire struct {
		Channel string             `json:"channel_id"`
		Unread  api.Int            `json:"unread_num"`
		Pinned  api.Bool           `json:"is_top"`
		Marks   api.Many[api.Text] `json:"marks"`
		Meta    json.RawMessage    `json:"meta"`
	}
	c := Conversation{Raw: raw}
	if json.Unmarshal(raw, &wire) != nil {
		return c
	}
	c.Unread, c.Pinned, c.Last = wire.Unread.Int(), bool(wire.Pinned), lastMessage(wire.Meta)
	c.Peer, c.ChatType = channel(wire.Channel, org, app)
	for _, mark := range wire.Marks {
		c.Marks = append(c.Marks, string(mark))
	}
	return c
}

// channel reads "org#app_bob@domain" and "org#app_123@conference.domain". Newer
// responses do not name org and app; the app then ends at the first "_".
func channel(id, org, app string) (peer string, t ChatType) {
	peer, t = id, ChatTypeUser
	if at := strings.LastIndexByte(id, '@'); at >= 0 {
		if strings.HasPrefix(id[at+1:], "conference.") {
			t = ChatTypeGroup
		}
		peer = id[:at]
	}
	prefix := org + "#" + app + "_"
	if len(peer) > len(prefix) && strings.EqualFold(peer[:len(prefix)], prefix) {
		return peer[len(prefix):], t
	}
	if _, rest, qualified := strings.Cut(peer, "#"); qualified {
		if _, name, ok := strings.Cut(rest, "_"); ok {
			return name, t
		}
	}
	return peer, t
}

// lastMessage reads the meta of a conversation. Its payload is JSON in a string.
func lastMessage(meta json.RawMessage) *Record {
	var wire struct {
		ID      api.Text        `json:"id"`
		Time    api.Millis      `json:"timestamp"`
		Payload json.RawMessage `json:"payload"`
	}
	if len(meta) == 0 || json.Unmarshal(meta, &wire) != nil || wire.ID == "" {
		return nil
	}
	payload := unquoted(wire.Payload)
	record := Record{ID: string(wire.ID), Time: wire.Time.Time(), Raw: payload}
	if readPayload(payload, &record) != nil {
		return nil
	}
	return &record
}

var listConversations = api.Endpoint{
	ID: "messages.list_conversations", Method: http.MethodGet, Path: "/user/{username}/user_channels", Pool: "user_channels_list",
	Quotas: api.Quotas{{N: 5, Per: time.Minute, PerUser: true}, {N: 100, Per: time.Second}}, Idempotent: true,
}

// ListConversations returns the conversations of a user, up to 100 unless the app has
// another limit, in one response. The limits document names the call, but no document
// describes its response: how this package reads it is taken from client SDKs, and Raw holds
// it as it came. Quota: 5 calls a minute for each user, and 100 a second. Not in newer
// documents.
//
//im:endpoint messages.list_conversations
func (s *Service) ListConversations(ctx context.Context, username string) (*Conversations, error) {
	var out wireConversations
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listConversations, Params: []string{username}, User: strings.ToLower(username), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return &out.Conversations, nil
}

// DeleteConversationOptions are the options of [Service.DeleteConversation].
type DeleteConversationOptions struct {
	Roaming bool `json:"roaming,omitempty"` // also delete the messages that the user would find on a new device
}

func checkConversation(peer string, t ChatType) error {
	if t != ChatTypeUser && t != ChatTypeGroup {
		return api.Invalid("chatType", "is %s, must be %q or %q", api.Quoted(string(t)), ChatTypeUser, ChatTypeGroup)
	}
	return t.checkPeer("peer", peer)
}

var deleteConversation = api.Endpoint{
	ID: "messages.delete_conversation", Method: http.MethodDelete, Path: "/users/{username}/user_channel", Pool: "user_channel_delete",
	Quotas: api.Quotas{{N: 5, Per: time.Minute, PerUser: true}, {N: 100, Per: time.Second}}, Idempotent: true,
}

// DeleteConversation deletes a conversation with another user or a group from the list of
// one user; the other side keeps its own. Quota: 5 calls a minute for each user (not in the
// English documents of Agora), and 100 a second shared with the client SDKs of the app.
//
//im:endpoint messages.delete_conversation
func (s *Service) DeleteConversation(ctx context.Context, username, peer string, chatType ChatType, o DeleteConversationOptions) error {
	type response = api.Data[struct {
		Result api.Text `json:"result"`
	}]
	return s.api.Call(ctx, &api.Call{
		Endpoint: &deleteConversation, Params: []string{username}, User: strings.ToLower(username),
		Invalid: checkConversation(peer, chatType), Out: &api.Checked[response]{Check: func(a *response) error { return confirm(a.Data.Result) }},
		Body: struct {
			Channel  string   `json:"channel"`
			ChatType ChatType `json:"type"`
			Roaming  bool     `json:"delete_roam"` // must be there, false too
		}{peer, chatType, o.Roaming},
	})
}
