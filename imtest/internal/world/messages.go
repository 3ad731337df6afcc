package world

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	maxMessage       = 5 << 10  // body and ext of one message
	maxLegacyMessage = 40 << 10 // the same for POST /messages
	maxRoamIgnore    = 20
)

var messagesRoutes = []Legacy{
	{wire.Route{
		ID: "messages.send_users", Method: post, Path: "/messages/users", Shape: wire.Full,
		Body: wire.JSONBody,
	}, sendTo(ToUsers)},
	{wire.Route{
		ID: "messages.send_groups", Method: post, Path: "/messages/chatgroups", Shape: wire.Full,
		Body: wire.JSONBody,
	}, sendTo(ToGroups)},
	{wire.Route{
		ID: "messages.send_rooms", Method: post, Path: "/messages/chatrooms", Shape: wire.Full,
		Body: wire.JSONBody,
	}, sendTo(ToRooms)},
	{wire.Route{
		ID: "messages.send_legacy", Method: post, Path: "/messages", Shape: wire.Full,
		Body: wire.JSONBody,
	}, (*World).sendLegacy},
}

// ChatKind is what a message is sent to.
type ChatKind uint8

const (
	ToUsers ChatKind = iota
	ToGroups
	ToRooms
)

type ChatRule struct {
	targets string // in paths and in target_type
	Chat    string // chat_type of a message
	most    int    // targets of one call
}

var ChatKinds = [...]ChatRule{
	ToUsers:  {"users", "chat", 600},
	ToGroups: {"chatgroups", "groupchat", 3},
	ToRooms:  {"chatrooms", "chatroom", 10},
}

// Content is what was sent: once, however many targets it has.
type Content struct {
	From, Kind  string // kind: txt, img, ...
	Body, Ext   string // compact JSON; ext is "" if there is none
	Level       string // priority in rooms
	Time        time.Time
	RoamIgnore  []string
	OnlineOnly  bool // not stored for those who are offline
	SyncDevice  bool // the sender gets it too
	NeedReceipt bool

	Rare *Rare // nil for most messages
}

// Message is one content to one target.
type Message struct {
	ID   int64
	To   string
	Chat ChatKind

	Recalled bool
	Edits    uint8 // how often it was edited

	*Content
}

// postLog keeps all messages; their ids rise by one.
type postLog []*Message

const FirstMessageID = 1312740985563217920

func (l *postLog) Add(m *Message) {
	m.ID = FirstMessageID + int64(len(*l))
	*l = append(*l, m)
}

// Inbox is what a user was sent; the first delivered messages have arrived.
type Inbox struct {
	Messages  []*Message
	Delivered int
}

func (b *Inbox) has(m *Message) bool { return b != nil && slices.Contains(b.Messages, m) }

// Waiting is the number of messages that have not arrived.
func (b *Inbox) Waiting() int {
	if b == nil {
		return 0
	}
	return len(b.Messages) - b.Delivered
}

func (b *Inbox) isWaiting(id string) bool {
	n, err := strconv.ParseInt(id, 10, 64)
	return b != nil && err == nil &&
		slices.ContainsFunc(b.Messages[b.Delivered:], func(m *Message) bool { return m.ID == n })
}

// sendTo handles the three endpoints that send.
func sendTo(chat ChatKind) func(*World, *wire.Call) (*wire.Response, *wire.Error) {
	return func(w *World, c *wire.Call) (*wire.Response, *wire.Error) {
		o, err := c.Object()
		if err != nil {
			return nil, wire.ErrInvalidBody()
		}
		to, err := readTargets(o, chat)
		if err != nil {
			return nil, err
		}
		msg, err := readContent(o)
		if err != nil {
			return nil, err
		}
		return wire.Data(w.send(msg, chat, to)), nil
	}
}

// readTargets reads "to" and, since it comes before it, checks "from".
func readTargets(o *wire.Object, chat ChatKind) ([]string, *wire.Error) {
	to, most := o.Texts("to"), ChatKinds[chat].most
	switch {
	case o.Has("from") && o.Text("from") == "" && o.Bad == "":
		return nil, wire.ErrSend("param from can't be empty", 14001)
	case o.Bad != "":
		return nil, wire.ErrInvalidBody()
	case len(to) == 0:
		return nil, wire.ErrSend("param to can't be empty", 14002)
	case len(to) > most:
		return nil, wire.ErrSend(fmt.Sprintf("params to's size can't exceed limit %d", most), 0)
	}
	return to, nil
}

// readContent reads the message of a send call.
func readContent(o *wire.Object) (*Content, *wire.Error) {
	kind, body := o.Text("type"), o.Inner("body")
	switch {
	case o.Bad != "":
		return nil, wire.ErrInvalidBody()
	case kind == "":
		return nil, wire.ErrSend("param type can't be empty", 0)
	case body == nil || len(body.Fields) == 0:
		return nil, wire.ErrSend("param body can't be empty", 14005)
	case !extFits(o):
		return nil, wire.ErrSend("param ext must be JSONObject", 0)
	}
	msg := readOptions(o)
	if o.Bad != "" || len(msg.RoamIgnore) > maxRoamIgnore || KindName(kind) == "" {
		return nil, wire.ErrInvalidBody()
	}
	msg.Kind, msg.Body = KindName(kind), Compact(o.Raw("body"))
	if len(msg.Body)+len(msg.Ext) > maxMessage {
		return nil, wire.ErrSend("message is too large", 14007)
	}
	return msg, nil
}

// readOptions reads what all send calls have beside type and body.
func readOptions(o *wire.Object) *Content {
	msg := &Content{
		From:        "admin",
		Ext:         Compact(o.Raw("ext")),
		Level:       o.Text("chatroom_msg_level"),
		RoamIgnore:  o.Texts("roam_ignore_users"),
		OnlineOnly:  o.Text("routetype") == "ROUTE_ONLINE",
		SyncDevice:  o.Boolean("sync_device"),
		NeedReceipt: o.Boolean("need_group_ack"),
	}
	if o.Has("from") {
		msg.From = Fold(o.Text("from"))
	}
	return msg
}

// extFits holds if ext is absent or an object; null is neither.
func extFits(o *wire.Object) bool { return o.IsObject("ext") }

// Compact strips the blanks of valid JSON.
func Compact(text json.RawMessage) string {
	var buf bytes.Buffer
	buf.Grow(len(text))
	_ = json.Compact(&buf, text) // the text has been read before
	return buf.String()
}

// kinds are the types of messages. What their bodies hold is not looked into:
// the service gives a file without an address an id as well.
var kinds = []string{"txt", "img", "audio", "video", "file", "loc", "cmd", "custom"}

// KindName is the type as the table has it, so that all messages share it; "" if
// there is none of this name.
func KindName(kind string) string {
	if i := slices.Index(kinds, kind); i >= 0 {
		return kinds[i]
	}
	return ""
}

// send stores a message for each target and returns the ids by target. Neither
// sender nor targets need exist, and mutes do not hold: so the catalogue has it
// for messages sent by REST.
func (w *World) send(msg *Content, chat ChatKind, to []string) map[string]string {
	msg.Time = w.Now()
	w.Mu.Lock()
	defer w.Mu.Unlock()
	if u := w.users.Get(msg.From); u != nil {
		msg.From = u.Name // one string for all messages of the user
	}
	ids := make(map[string]string, len(to))
	for _, target := range to {
		if chat == ToUsers {
			target = Fold(target)
		}
		if ids[target] != "" {
			continue
		}
		m := &Message{To: target, Chat: chat, Content: msg}
		w.Posts.Add(m)
		w.deliver(m)
		ids[target] = strconv.FormatInt(m.ID, 10)
	}
	return ids
}

// deliver puts a message where its target will find it. The caller holds mu.
func (w *World) deliver(m *Message) {
	switch m.Chat {
	case ToUsers:
		w.deliverTo(m.To, m)
	case ToGroups:
		w.Groups[m.To] = append(w.Groups[m.To], m)
		w.deliverToMembers(m)
	case ToRooms:
		w.Rooms[m.To] = append(w.Rooms[m.To], m)
		w.deliverToPresent(m)
	}
	if m.SyncDevice && m.From != m.To {
		w.deliverTo(m.From, m)
	}
}

// deliverTo puts a message into a user's inbox, where it has arrived if the
// user is online. The caller holds mu.
func (w *World) deliverTo(name string, m *Message) {
	u := w.users.Get(name)
	online := u != nil && u.Online
	if m.OnlineOnly && !online {
		return
	}
	box := w.Inboxes[name]
	if box == nil {
		box = new(Inbox)
		w.Inboxes[name] = box
	}
	box.Messages = append(box.Messages, m)
	if online {
		box.Delivered = len(box.Messages)
	}
}

// sendLegacy is the older single endpoint: the target type is in the body, and
// the message is flat, its type beside its fields.
func (w *World) sendLegacy(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	chat, to, err := readLegacyTargets(o)
	if err != nil {
		return nil, err
	}
	msg, err := readLegacyContent(o)
	if err != nil {
		return nil, err
	}
	ids := w.send(msg, chat, to)
	if c.Query.Get("useMsgId") != "true" {
		for target := range ids {
			ids[target] = "success"
		}
	}
	return wire.Data(ids), nil
}

func readLegacyTargets(o *wire.Object) (ChatKind, []string, *wire.Error) {
	kind, to := o.Text("target_type"), o.Texts("target")
	kinds := []ChatKind{ToUsers, ToGroups, ToRooms}
	i := slices.IndexFunc(kinds, func(chat ChatKind) bool { return ChatKinds[chat].targets == kind })
	switch {
	case i < 0:
		return 0, nil, wire.ErrIllegalArgument("target_type can only be 'users' or 'chatgroups' or 'chatrooms'")
	case o.Has("from") && o.Text("from") == "":
		return 0, nil, wire.ErrIllegalArgument("from can't be empty")
	case o.Bad != "" || len(to) == 0 || len(to) > ChatKinds[ToUsers].most:
		return 0, nil, wire.ErrInvalidRequest()
	}
	return kinds[i], to, nil
}

func readLegacyContent(o *wire.Object) (*Content, *wire.Error) {
	body := o.Inner("msg")
	if body == nil || !extFits(o) {
		return nil, wire.ErrInvalidRequest()
	}
	kind, msg := flatType(body), readOptions(o)
	if o.Bad != "" || body.Bad != "" || KindName(kind) == "" {
		return nil, wire.ErrInvalidRequest()
	}
	msg.Kind, msg.Body = KindName(kind), string(wire.Encode(body.Fields))
	if len(msg.Body)+len(msg.Ext) > maxLegacyMessage {
		return nil, wire.ErrIllegalArgument("message is too large")
	}
	return msg, nil
}

// flatType takes the type out of a message that has it beside its fields.
func flatType(o *wire.Object) string {
	kind := o.Text("type")
	if kind == "text" { // one class of the Java SDK writes it so
		kind = "txt"
	}
	delete(o.Fields, "type")
	return kind
}
