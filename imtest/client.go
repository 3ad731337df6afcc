package imtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/imrest/im-go/imtest/event"
	"github.com/imrest/im-go/imtest/internal/outbound"
	"github.com/imrest/im-go/imtest/internal/rest"
	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

// ClientMessage is a message to one user, group, thread or room.
type ClientMessage struct {
	To    string `json:"to"`    // a user; or one of the next two
	Group string `json:"group"` // id of a group or thread
	Room  string `json:"room"`  // id

	Text       string          `json:"text"`        // a text message; or Type and Body
	Type       string          `json:"type"`        // "txt", "img", "audio", "video", "file", "loc", "cmd" or "custom"
	Body       json.RawMessage `json:"body"`        // an object, as in calls of the API
	Ext        json.RawMessage `json:"ext"`         // an object, nil: none
	Level      string          `json:"level"`       // priority in a room: "high", "normal" or "low"
	NeedAck    bool            `json:"need_ack"`    // to a group: members confirm that they have read it
	OnlineOnly bool            `json:"online_only"` // not kept for those who are offline
}

// check finds what is wrong without looking at the server. A null stands for nothing.
func (m *ClientMessage) check() error {
	for _, raw := range []*json.RawMessage{&m.Body, &m.Ext} {
		if string(bytes.TrimSpace(*raw)) == "null" {
			*raw = nil
		}
	}
	targets := slices.DeleteFunc([]string{m.To, m.Group, m.Room}, func(id string) bool { return id == "" })
	var object map[string]json.RawMessage
	switch {
	case len(targets) != 1:
		return errors.New(`one of "to", "group" and "room" is needed`)
	case (m.Text != "") == (m.Body != nil):
		return errors.New(`"text" is needed, or "type" and "body"`)
	case (m.Type == "") != (m.Body == nil):
		return errors.New(`"type" and "body" go together`)
	case m.Body != nil && (json.Unmarshal(m.Body, &object) != nil || len(object) == 0):
		return errors.New(`"body" must be an object that is not empty`)
	case m.Ext != nil && json.Unmarshal(m.Ext, &object) != nil:
		return errors.New(`"ext" must be an object`)
	case m.Type != "" && world.KindName(m.Type) == "":
		return fmt.Errorf("there is no type %q", m.Type)
	case !slices.Contains([]string{"", "high", "normal", "low"}, m.Level):
		return fmt.Errorf("there is no level %q", m.Level)
	}
	return nil
}

// target is what the message is sent to.
func (m *ClientMessage) target() (world.ChatKind, string) {
	switch {
	case m.Group != "":
		return world.ToGroups, m.Group
	case m.Room != "":
		return world.ToRooms, m.Room
	}
	return world.ToUsers, m.To
}

// content is what is sent. The message has been checked.
func (m *ClientMessage) content(from string) world.Content {
	kind, body := world.KindName(m.Type), m.Body
	if m.Text != "" {
		kind, body = world.KindName("txt"), json.RawMessage(rest.TextBody(m.Text))
	}
	msg := world.Content{
		From: from, Kind: kind, Body: wire.Compact(body), Ext: wire.Compact(m.Ext), Level: m.Level, NeedReceipt: m.NeedAck, OnlineOnly: m.OnlineOnly,
	}
	msg.Attach(rest.Attachment(msg.Body))
	return msg
}

// clientError says who could not do what, and why.
func clientError(user, what string, err *world.Error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("imtest: %s cannot %s: %w", user, what, err)
}

// ErrRejected is the error for a message that a rule of callbacks has rejected before its
// delivery, if the rule reports that to the client. Its text has the code of the receiver.
var ErrRejected = errors.New("rejected before delivery")

// SendAs sends a message from a device of a user, who must be logged in. Unlike calls of
// the API, it is subject to all rules: a user who is muted, blocked by the receiver, or not a
// member cannot send, and the receiver must exist. The error says why. Keyword lists do
// not touch it: see [Server.Moderate].
//
// Callbacks before delivery decide about it. A message that is rejected reaches nobody; it is ErrRejected,
// or, where the rule does not report that, returned as if it had been sent.
func (srv *Server) SendAs(user string, m ClientMessage) (Message, error) {
	if err := m.check(); err != nil {
		return Message{}, fmt.Errorf("imtest: %s cannot send: %w", user, err)
	}
	chat, to := m.target()
	msg := m.content(user)
	if srv.callbacks.Asks() {
		draft, err := srv.world.Draft(msg, chat, to)
		if err != nil {
			return Message{}, clientError(user, "send", err)
		}
		ruling := srv.callbacks.Ask(outbound.Outgoing{Message: draft.Shown()})
		if ruling.Rejected {
			return draft.Shown(), rejected(user, "send", ruling)
		}
		rewrite(&msg, ruling)
	}
	sent, err := srv.world.SendAs(msg, chat, to)
	if err != nil {
		return Message{}, clientError(user, "send", err)
	}
	return sent.Shown(), nil
}

// EditAs edits a message from a device of its sender. Only the text or body and ext of the new
// one count; its type must be the old one. Callbacks before delivery decide as for SendAs.
func (srv *Server) EditAs(user, messageID string, m ClientMessage) error {
	m.To, m.Group, m.Room = "unchanged", "", ""
	if err := m.check(); err != nil {
		return fmt.Errorf("imtest: %s cannot edit: %w", user, err)
	}
	msg := m.content(user)
	if srv.callbacks.Asks() {
		old, err := srv.world.Editable(user, messageID, msg.Kind)
		if err != nil {
			return clientError(user, "edit", err)
		}
		shown := old.Shown()
		shown.Body, shown.Ext = json.RawMessage(msg.Body), json.RawMessage(msg.Ext)
		ruling := srv.callbacks.Ask(outbound.Outgoing{Message: shown, Edits: messageID})
		if ruling.Rejected {
			return rejected(user, "edit", ruling)
		}
		rewrite(&msg, ruling)
	}
	return clientError(user, "edit", srv.world.EditAs(user, messageID, msg.Kind, func(c *world.Content) {
		c.Body, c.Ext = msg.Body, msg.Ext
		c.Attach(rest.Attachment(msg.Body))
	}))
}

// rejected is what a client sees of a rejection: nothing, unless the rule reports it.
func rejected(user, what string, r outbound.Ruling) error {
	if !r.Reported {
		return nil
	}
	return fmt.Errorf("imtest: %s cannot %s: %w: %s", user, what, ErrRejected, r.Code)
}

// rewrite makes of a message what was decided.
func rewrite(msg *world.Content, r outbound.Ruling) {
	if r.Body != nil {
		msg.Body = wire.Compact(r.Body)
		msg.Attach(rest.Attachment(msg.Body))
	}
	if r.Ext != nil {
		msg.Ext = wire.Compact(r.Ext)
	}
	if r.Level != "" {
		msg.Level = r.Level
	}
}

// RecallAs recalls a message from a device of its sender, within two minutes.
func (srv *Server) RecallAs(user, messageID string) error {
	return clientError(user, "recall", srv.world.RecallAs(user, messageID))
}

// DeliveredAs sends the receipt that a message from another user has arrived on a device.
func (srv *Server) DeliveredAs(user, messageID string) error {
	return clientError(user, "send a delivery receipt", srv.world.Delivered(user, messageID))
}

// ReadAs sends the receipt that a user has read a message: one from another user, or one to a group
// that asks for receipts, with a text of the user's own or "".
func (srv *Server) ReadAs(user, messageID, text string) error {
	return clientError(user, "send a read receipt", srv.world.Read(user, messageID, text))
}

// ReadConversationAs sends the receipt that a user has read all of a conversation, with a user
// or a group. [Server.Conversations] has no unread messages in it then.
func (srv *Server) ReadConversationAs(user, with string) error {
	return clientError(user, "send a read receipt", srv.world.ReadConversation(user, with))
}

// JoinAs lets a user join a group, thread or room. A group must be public and take members
// without approval. Joining twice changes nothing.
func (srv *Server) JoinAs(user, id string) error {
	return clientError(user, "join", srv.world.JoinAs(user, id))
}

// LeaveAs lets a user leave a group, thread or room. The owner of a group or room cannot.
func (srv *Server) LeaveAs(user, id string) error {
	return clientError(user, "leave", srv.world.LeaveAs(user, id))
}

// ReactAs adds a reaction of a user to a message.
func (srv *Server) ReactAs(user, messageID, reaction string) error {
	return clientError(user, "react", srv.world.ReactAs(user, messageID, reaction))
}

// UnreactAs takes a reaction back.
func (srv *Server) UnreactAs(user, messageID, reaction string) error {
	return clientError(user, "take a reaction back", srv.world.TakeReactionBackAs(user, messageID, reaction))
}

// CreateThreadAs makes a thread on a message of a group, and returns its id.
func (srv *Server) CreateThreadAs(user, groupID, messageID, name string) (id string, err error) {
	if name == "" {
		return "", fmt.Errorf("imtest: %s cannot create a thread: it needs a name", user)
	}
	t, refused := srv.world.CreateThread(world.NewThread{Group: groupID, Message: messageID, Owner: user, Name: name, OnDevice: true})
	return t.ID, clientError(user, "create a thread", refused)
}

// ReportPush says what became of a push for a message, as its vendor would. It counts in the
// statistics of the day. Platform is one of those, "ANDROID" if it is empty.
func (srv *Server) ReportPush(r event.PushReported) error {
	switch {
	case !slices.Contains([]event.PushStatus{event.PushSuccess, event.PushFail, event.PushError}, r.Status):
		return fmt.Errorf("imtest: there is no push status %q", r.Status)
	case r.Platform != "" && !slices.Contains(world.PushPlatforms, r.Platform):
		return fmt.Errorf("imtest: there is no push platform %q", r.Platform)
	}
	if err := srv.world.ReportPush(r); err != nil {
		return fmt.Errorf("imtest: %w", err)
	}
	return nil
}

// Moderation is the verdict on a message.
type Moderation struct {
	Result   event.Verdict `json:"result"`   // one of the verdicts
	Provider string        `json:"provider"` // what the provider said: PASS, REVIEWED or REJECT
	Risk     string        `json:"risk"`     // a label
	Text     string        `json:"text"`     // with [event.VerdictExchange]: in place of the text
}

// Moderate gives the verdict of moderation on a message: one that is rejected or recalled is taken
// from all who have it, and the text of an exchanged one is replaced.
func (srv *Server) Moderate(messageID string, m Moderation) error {
	switch m.Result {
	case event.VerdictPass, event.VerdictReject, event.VerdictExchange, event.VerdictRecall:
	default:
		return fmt.Errorf("imtest: there is no verdict %q", m.Result)
	}
	if (m.Result == event.VerdictExchange) != (m.Text != "") {
		return fmt.Errorf("imtest: a text goes with %s, and only with it", event.VerdictExchange)
	}
	v := event.MessageModerated{Message: Message{ID: messageID}, Result: m.Result, Provider: m.Provider, Risk: m.Risk}
	err := srv.world.Moderate(v, func(msg *world.Content) {
		msg.Body = rest.TextBody(m.Text)
		msg.Attach("")
	})
	if err != nil {
		return fmt.Errorf("imtest: %w", err)
	}
	return nil
}
