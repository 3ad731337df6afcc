package world

import (
	"slices"
	"strconv"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

const (
	// MaxMessage is the most bytes that body and ext of a message have together.
	MaxMessage = 5 << 10
	// FirstMessageID is the id of the first message; the others follow one by one.
	FirstMessageID = 1312740985563217920

	firstBroadcastID = 1312745518963229184

	// messageLifetime is how long a message is kept for recalls, edits and reactions.
	messageLifetime = 7 * 24 * time.Hour
)

// ChatKind is what a message is sent to.
type ChatKind uint8

// The kinds of chat.
const (
	ToUsers ChatKind = iota
	ToGroups
	ToRooms
)

// chatNames are those that the API uses most.
var chatNames = [...]string{ToUsers: "chat", ToGroups: "groupchat", ToRooms: "chatroom"}

func (k ChatKind) String() string { return chatNames[k] }

// ChatKindOf is the kind of a name, if there is one.
func ChatKindOf(name string) (ChatKind, bool) {
	i := slices.Index(chatNames[:], name)
	return ChatKind(max(i, 0)), i >= 0 //nolint:gosec // one of three
}

// Content is what was sent: once, however many targets it has. It never changes:
// an edited message gets another one.
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

// Rare is what few messages have.
type Rare struct {
	Users     []string // those in a group or room whom it is for, nil: all
	Imported  bool
	Broadcast int64  // id of the broadcast, 0: none
	File      string // id of the attachment that the body leads to, "": none
}

// rare returns the rare part to write, which no other content has.
func (c *Content) rare() *Rare {
	var own Rare
	if c.Rare != nil {
		own = *c.Rare
	}
	c.Rare = &own
	return c.Rare
}

// Attach notes the attachment that the body leads to, "" for none.
func (c *Content) Attach(file string) {
	if file != "" || c.Rare != nil {
		c.rare().File = file
	}
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

// Message is one content to one target.
type Message struct {
	ID   int64
	To   string
	Chat ChatKind

	Recalled bool
	Edits    uint8 // how often it was edited

	*Content
}

// IDText is the id as it is written.
func (m *Message) IDText() string { return strconv.FormatInt(m.ID, 10) }

// Shown is the message as events and tests have it.
func (m *Message) Shown() event.Message {
	shown := event.Message{
		ID: m.IDText(), From: m.From, To: m.To, ChatType: m.Chat.String(), Type: m.Kind, Body: []byte(m.Body),
		Time: m.Time, Level: m.Level, OnlineOnly: m.OnlineOnly, NeedAck: m.NeedReceipt,
		RoamIgnore: m.RoamIgnore, Recalled: m.Recalled, Edits: int(m.Edits),
	}
	if m.Rare != nil {
		shown.Users, shown.Imported, shown.Broadcast = m.Rare.Users, m.Rare.Imported, m.Rare.Broadcast
	}
	if m.Ext != "" {
		shown.Ext = []byte(m.Ext)
	}
	return shown
}

// imported holds for a message that was never sent.
func (m *Message) imported() bool { return m.Rare != nil && m.Rare.Imported }

// directed holds for a message to some of a group or room.
func (m *Message) directed() bool { return m.Rare != nil && m.Rare.Users != nil }

// postLog keeps all messages; their ids rise by one.
type postLog []*Message

func (l *postLog) add(m *Message) {
	m.ID = l.next()
	*l = append(*l, m)
}

// next is the id of the message to come.
func (l *postLog) next() int64 { return FirstMessageID + int64(len(*l)) }

// messagesState holds what is known of messages beside themselves.
type messagesState struct {
	Roaming    roamingState
	Streams    map[int64]*stream // by message
	Broadcasts int64             // number of those sent
	Zone       *time.Location    // of the hours of history files, nil: by platform
	Delay      time.Duration     // from the end of an hour until its file is there
}

// Find returns a message by its id, nil if there is none. The caller holds mu.
func (w *World) Find(id string) *Message {
	n, err := strconv.ParseInt(id, 10, 64)
	if i := n - FirstMessageID; err == nil && i >= 0 && i < int64(len(w.posts)) {
		return w.posts[i]
	}
	return nil
}

// kept returns a message that is there still: neither recalled nor too old. The
// caller holds mu.
func (w *World) kept(id string) *Message {
	m := w.Find(id)
	if m == nil || m.Recalled || w.outlived(m) {
		return nil
	}
	return m
}

// outlived holds for a message that is too old to be kept.
func (w *World) outlived(m *Message) bool {
	return !m.imported() && w.Now().After(m.Time.Add(messageLifetime))
}

// Message returns a message, also a recalled one, and whether there is one.
func (w *World) Message(id string) (Message, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if m := w.Find(id); m != nil {
		return *m, true
	}
	return Message{}, false
}

// MessageBox is where messages are: in the inbox of a user, also one who is not registered, in a
// group or room, or, with an empty ID, among all.
type MessageBox struct {
	Chat ChatKind
	ID   string
}

// messagesIn returns the messages of a box in their order. The caller holds mu.
func (w *World) messagesIn(box MessageBox) []*Message {
	switch {
	case box.ID == "":
		return w.posts
	case box.Chat != ToUsers:
		return w.timelines(box.Chat)[box.ID]
	}
	if inbox := w.inboxes[Fold(box.ID)]; inbox != nil {
		return inbox.Messages
	}
	return nil
}

// NewestMessages returns up to a number of messages of a box, the newest first, and how many
// there are in it. Only the oldest end of them count, or all with an end below 0.
func (w *World) NewestMessages(box MessageBox, end, limit int) (list []Message, count int) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	all := w.messagesIn(box)
	if end < 0 || end > len(all) {
		end = len(all)
	}
	list = messageCopies(all[max(0, end-limit):end])
	slices.Reverse(list)
	return list, len(all)
}

// AllMessages returns every message in the order in which they came.
func (w *World) AllMessages() []Message {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return messageCopies(w.posts)
}

// messageCopies are messages as rules hand them out: with the contents, which do
// not change.
func messageCopies(list []*Message) []Message {
	return Convert(list, func(m *Message) Message { return *m })
}

// What the domains around messages ask of groups and rooms. The caller holds mu.

// groupOf returns a group or thread, nil if there is none.
func (w *World) groupOf(id string) *circle {
	if g := w.circles.groups.byID.Get(id); g != nil {
		return g
	}
	return w.circles.threads.byID.Get(id)
}

// groupMembers returns the members of a group or thread, and whether there is
// such a one.
func (w *World) groupMembers(id string) ([]string, bool) {
	g := w.groupOf(id)
	if g == nil {
		return nil, false
	}
	return g.names(), true
}

// inGroup holds for a member of a group or thread that exists.
func (w *World) inGroup(id, user string) bool {
	g := w.groupOf(id)
	return g != nil && g.members.Has(user)
}

// activeRooms returns the rooms that have a member now and have had a message.
func (w *World) activeRooms() []string {
	var list []string
	for g := range w.circles.rooms.byID.All {
		if g.members.Len() > 0 && len(w.rooms[g.ID]) > 0 {
			list = append(list, g.ID)
		}
	}
	return list
}

// inCircle holds for a member of the group or room that a message is to, if they
// can get it: rooms keep nothing for those who are offline, and a disabled group
// is silent.
func (w *World) inCircle(m *Message, user string) bool {
	if m.Chat == ToGroups {
		return w.inGroup(m.To, user) && !w.frozen(w.groupOf(m.To))
	}
	g, u := w.circles.rooms.byID.Get(m.To), w.users.Get(user)
	return g != nil && g.members.Has(user) && u != nil && u.Online
}

// takesPart holds for those who sent or were sent a message; in a room all do.
func (w *World) takesPart(user string, m *Message) bool {
	switch {
	case m.Rare != nil && m.Rare.Users != nil:
		return user == m.From || slices.Contains(m.Rare.Users, user)
	case m.Chat == ToUsers:
		return user == m.From || user == m.To
	case m.Chat == ToGroups:
		return w.inGroup(m.To, user)
	}
	return true
}
