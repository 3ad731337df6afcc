package imtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

const (
	maxMessage       = 5 << 10  // body and ext of one message
	maxLegacyMessage = 40 << 10 // the same for POST /messages
	maxRoamIgnore    = 20
)

var messagesRoutes = []legacy{
	{
		id: "messages.send_users", method: post, path: "/messages/users", shape: full,
		body: jsonBody, do: sendTo(toUsers),
	},
	{
		id: "messages.send_groups", method: post, path: "/messages/chatgroups", shape: full,
		body: jsonBody, do: sendTo(toGroups),
	},
	{
		id: "messages.send_rooms", method: post, path: "/messages/chatrooms", shape: full,
		body: jsonBody, do: sendTo(toRooms),
	},
	{
		id: "messages.send_legacy", method: post, path: "/messages", shape: full,
		body: jsonBody, do: (*state).sendLegacy,
	},
}

// chatKind is what a message is sent to.
type chatKind uint8

const (
	toUsers chatKind = iota
	toGroups
	toRooms
)

type chatRule struct {
	targets string // in paths and in target_type
	chat    string // chat_type of a message
	most    int    // targets of one call
}

var chatKinds = [...]chatRule{
	toUsers:  {"users", "chat", 600},
	toGroups: {"chatgroups", "groupchat", 3},
	toRooms:  {"chatrooms", "chatroom", 10},
}

// content is what was sent: once, however many targets it has.
type content struct {
	from, kind  string // kind: txt, img, ...
	body, ext   string // compact JSON; ext is "" if there is none
	level       string // priority in rooms
	time        time.Time
	roamIgnore  []string
	onlineOnly  bool // not stored for those who are offline
	syncDevice  bool // the sender gets it too
	needReceipt bool

	rare *rare // nil for most messages
}

// message is one content to one target.
type message struct {
	id   int64
	to   string
	chat chatKind

	recalled bool
	edits    uint8 // how often it was edited

	*content
}

// postLog keeps all messages; their ids rise by one.
type postLog []*message

const firstMessageID = 1312740985563217920

func (l *postLog) add(m *message) {
	m.id = firstMessageID + int64(len(*l))
	*l = append(*l, m)
}

// inbox is what a user was sent; the first delivered messages have arrived.
type inbox struct {
	messages  []*message
	delivered int
}

func (b *inbox) has(m *message) bool { return b != nil && slices.Contains(b.messages, m) }

// waiting is the number of messages that have not arrived.
func (b *inbox) waiting() int {
	if b == nil {
		return 0
	}
	return len(b.messages) - b.delivered
}

func (b *inbox) isWaiting(id string) bool {
	n, err := strconv.ParseInt(id, 10, 64)
	return b != nil && err == nil &&
		slices.ContainsFunc(b.messages[b.delivered:], func(m *message) bool { return m.id == n })
}

// sendTo handles the three endpoints that send.
func sendTo(chat chatKind) func(*state, *call) (*response, *apiError) {
	return func(s *state, c *call) (*response, *apiError) {
		o, err := c.object()
		if err != nil {
			return nil, errInvalidBody()
		}
		to, err := readTargets(o, chat)
		if err != nil {
			return nil, err
		}
		msg, err := readContent(o)
		if err != nil {
			return nil, err
		}
		return data(s.send(msg, chat, to)), nil
	}
}

// readTargets reads "to" and, since it comes before it, checks "from".
func readTargets(o *object, chat chatKind) ([]string, *apiError) {
	to, most := o.texts("to"), chatKinds[chat].most
	switch {
	case o.has("from") && o.text("from") == "" && o.bad == "":
		return nil, errSend("param from can't be empty", 14001)
	case o.bad != "":
		return nil, errInvalidBody()
	case len(to) == 0:
		return nil, errSend("param to can't be empty", 14002)
	case len(to) > most:
		return nil, errSend(fmt.Sprintf("params to's size can't exceed limit %d", most), 0)
	}
	return to, nil
}

// readContent reads the message of a send call.
func readContent(o *object) (*content, *apiError) {
	kind, body := o.text("type"), o.inner("body")
	switch {
	case o.bad != "":
		return nil, errInvalidBody()
	case kind == "":
		return nil, errSend("param type can't be empty", 0)
	case body == nil || len(body.fields) == 0:
		return nil, errSend("param body can't be empty", 14005)
	case !extFits(o):
		return nil, errSend("param ext must be JSONObject", 0)
	}
	msg := readOptions(o)
	if o.bad != "" || len(msg.roamIgnore) > maxRoamIgnore || kindName(kind) == "" {
		return nil, errInvalidBody()
	}
	msg.kind, msg.body = kindName(kind), compact(o.raw("body"))
	if len(msg.body)+len(msg.ext) > maxMessage {
		return nil, errSend("message is too large", 14007)
	}
	return msg, nil
}

// readOptions reads what all send calls have beside type and body.
func readOptions(o *object) *content {
	msg := &content{
		from:        "admin",
		ext:         compact(o.raw("ext")),
		level:       o.text("chatroom_msg_level"),
		roamIgnore:  o.texts("roam_ignore_users"),
		onlineOnly:  o.text("routetype") == "ROUTE_ONLINE",
		syncDevice:  o.boolean("sync_device"),
		needReceipt: o.boolean("need_group_ack"),
	}
	if o.has("from") {
		msg.from = fold(o.text("from"))
	}
	return msg
}

// extFits holds if ext is absent or an object; null is neither.
func extFits(o *object) bool { return o.isObject("ext") }

// compact strips the blanks of valid JSON.
func compact(text json.RawMessage) string {
	var buf bytes.Buffer
	buf.Grow(len(text))
	_ = json.Compact(&buf, text) // the text has been read before
	return buf.String()
}

// kinds are the types of messages. What their bodies hold is not looked into:
// the service gives a file without an address an id as well.
var kinds = []string{"txt", "img", "audio", "video", "file", "loc", "cmd", "custom"}

// kindName is the type as the table has it, so that all messages share it; "" if
// there is none of this name.
func kindName(kind string) string {
	if i := slices.Index(kinds, kind); i >= 0 {
		return kinds[i]
	}
	return ""
}

// send stores a message for each target and returns the ids by target. Neither
// sender nor targets need exist, and mutes do not hold: so the catalogue has it
// for messages sent by REST.
func (s *state) send(msg *content, chat chatKind, to []string) map[string]string {
	msg.time = s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.users.get(msg.from); u != nil {
		msg.from = u.name // one string for all messages of the user
	}
	ids := make(map[string]string, len(to))
	for _, target := range to {
		if chat == toUsers {
			target = fold(target)
		}
		if ids[target] != "" {
			continue
		}
		m := &message{to: target, chat: chat, content: msg}
		s.posts.add(m)
		s.deliver(m)
		ids[target] = strconv.FormatInt(m.id, 10)
	}
	return ids
}

// deliver puts a message where its target will find it. The caller holds mu.
func (s *state) deliver(m *message) {
	switch m.chat {
	case toUsers:
		s.deliverTo(m.to, m)
	case toGroups:
		s.groups[m.to] = append(s.groups[m.to], m)
		s.deliverToMembers(m)
	case toRooms:
		s.rooms[m.to] = append(s.rooms[m.to], m)
		s.deliverToPresent(m)
	}
	if m.syncDevice && m.from != m.to {
		s.deliverTo(m.from, m)
	}
}

// deliverTo puts a message into a user's inbox, where it has arrived if the
// user is online. The caller holds mu.
func (s *state) deliverTo(name string, m *message) {
	u := s.users.get(name)
	online := u != nil && u.online
	if m.onlineOnly && !online {
		return
	}
	box := s.inboxes[name]
	if box == nil {
		box = new(inbox)
		s.inboxes[name] = box
	}
	box.messages = append(box.messages, m)
	if online {
		box.delivered = len(box.messages)
	}
}

// sendLegacy is the older single endpoint: the target type is in the body, and
// the message is flat, its type beside its fields.
func (s *state) sendLegacy(c *call) (*response, *apiError) {
	o, err := c.object()
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
	ids := s.send(msg, chat, to)
	if c.query.Get("useMsgId") != "true" {
		for target := range ids {
			ids[target] = "success"
		}
	}
	return data(ids), nil
}

func readLegacyTargets(o *object) (chatKind, []string, *apiError) {
	kind, to := o.text("target_type"), o.texts("target")
	kinds := []chatKind{toUsers, toGroups, toRooms}
	i := slices.IndexFunc(kinds, func(chat chatKind) bool { return chatKinds[chat].targets == kind })
	switch {
	case i < 0:
		return 0, nil, errIllegalArgument("target_type can only be 'users' or 'chatgroups' or 'chatrooms'")
	case o.has("from") && o.text("from") == "":
		return 0, nil, errIllegalArgument("from can't be empty")
	case o.bad != "" || len(to) == 0 || len(to) > chatKinds[toUsers].most:
		return 0, nil, errInvalidRequest()
	}
	return kinds[i], to, nil
}

func readLegacyContent(o *object) (*content, *apiError) {
	body := o.inner("msg")
	if body == nil || !extFits(o) {
		return nil, errInvalidRequest()
	}
	kind, msg := flatType(body), readOptions(o)
	if o.bad != "" || body.bad != "" || kindName(kind) == "" {
		return nil, errInvalidRequest()
	}
	msg.kind, msg.body = kindName(kind), string(encode(body.fields))
	if len(msg.body)+len(msg.ext) > maxLegacyMessage {
		return nil, errIllegalArgument("message is too large")
	}
	return msg, nil
}

// flatType takes the type out of a message that has it beside its fields.
func flatType(o *object) string {
	kind := o.text("type")
	if kind == "text" { // one class of the Java SDK writes it so
		kind = "txt"
	}
	delete(o.fields, "type")
	return kind
}
