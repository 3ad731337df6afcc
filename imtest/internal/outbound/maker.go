package outbound

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// The formats of what happens to groups and rooms.
const (
	FormatMUC     = "muc"
	FormatGroupOp = "group_op"
)

// adminName stands for the app where it does something with a group or room.
const adminName = "@ppAdmin"

const (
	hostName = "msync@node-1"
	sdk      = "1.0.0" // version of a client that is played
)

// firstEventID is the id of the first event that travels as a message. Those of messages are
// smaller.
const firstEventID = 1326000000000000000

// maker makes callbacks of events.
type maker struct {
	appKey string
	world  World
	made   atomic.Int64 // events with an id of their own
}

// of makes the callbacks of an event, those of groups and rooms in both formats. Most kinds of
// events have none.
func (m *maker) of(e event.Event) []Callback {
	switch what := e.Data.(type) {
	case event.MessageSent, event.BroadcastSent, event.MessageEdited, event.MessageRecalled:
		return m.ofMessage(e.Time, what)
	case event.ReactionAdded:
		return []Callback{m.reaction(e.Time, what.Message, what.Reactions, "create", what.Text, what.User)}
	case event.ReactionRemoved:
		return []Callback{m.reaction(e.Time, what.Message, what.Reactions, "delete", what.Text, what.User)}
	case event.DeviceLoggedIn:
		return []Callback{m.status(e.Time, what.User, what.Device, "login", "online")}
	case event.DeviceLoggedOut:
		return []Callback{m.status(e.Time, what.User, what.Device, logoutReason(what.Why), "offline")}
	case event.PushSent:
		return m.pushes(e.Time, what)
	case event.PushReported:
		return []Callback{m.reported(e.Time, what)}
	case event.MessageModerated:
		return []Callback{m.moderated(e.Time, what)}
	case event.MessageDelivered:
		return []Callback{m.delivered(e.Time, what)}
	case event.MessageRead:
		return []Callback{m.read(e.Time, what)}
	case event.ConversationRead:
		return m.conversationRead(e.Time, what)
	}
	if list := m.ofContact(e.Time, e.Data); list != nil {
		return list
	}
	return m.ofCircle(e.Time, e.Data)
}

// circleEvent is what happened to a group or room. There are callbacks of it in both formats.
type circleEvent struct {
	*maker

	at time.Time
	in event.CircleID
	by string // who did it, "" for the app
}

// ofCircle makes the callbacks of groups and rooms. Threads have none.
func (m *maker) ofCircle(at time.Time, what event.Data) []Callback {
	in, by := placeOf(what)
	if in.Kind == "" || in.Kind == event.CircleThread {
		return nil
	}
	e := circleEvent{m, at, in, by}
	return append(circleMUC{e}.of(what), circleOp{e}.of(what)...)
}

// newID is the id of an event that travels as a message.
func (m *maker) newID() string { return strconv.FormatInt(firstEventID+m.made.Add(1), 10) }

// byID is the call id of what travels as a message.
func (m *maker) byID(id string) string { return m.appKey + "_" + id }

// byUUID is the call id of the rest.
func (m *maker) byUUID() string {
	var u [16]byte
	_, _ = rand.Read(u[:]) // never fails
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	return fmt.Sprintf("%s_%x-%x-%x-%x-%x", m.appKey, u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// jid is the full name of a user; the app itself is "".
func (m *maker) jid(user string) string {
	if user == "" {
		user = adminName
	}
	return m.appKey + "_" + user + "@easemob.com"
}

// channel is the full name of a group, room or conversation.
func (m *maker) channel(id string) string { return m.appKey + "_" + id + "@conference.easemob.com" }

// head is what travels as a message has in its body, whatever it is.
type head struct {
	chatType, from, to, id, group string
}

func (m *maker) traveling(kind string, at time.Time, h head, payload object) Callback {
	fields := object{
		"eventType": "chat", "chat_type": h.chatType, "from": h.from, "to": h.to, "msg_id": h.id,
		"payload": payload, "appkey": m.appKey, "host": hostName,
	}
	if h.group != "" {
		fields["group_id"] = h.group
	}
	return Callback{Kind: kind, CallID: m.byID(h.id), Time: at, fields: fields}
}

func orEmpty(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("{}")
	}
	return raw
}
