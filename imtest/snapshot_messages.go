package imtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
)

// Messages, files and what hangs on them, in the data of Save. Lists name
// messages by their number, from 0 on.

// savedMessage is a message. One without content has that of the message before:
// it was sent to several targets.
type savedMessage struct {
	To       string        `json:"to"`
	Chat     string        `json:"chat"`
	Recalled bool          `json:"recalled,omitempty"`
	Edits    uint8         `json:"edits,omitempty"`
	Content  *savedContent `json:"content,omitempty"`
}

type savedContent struct {
	From        string          `json:"from"`
	Type        string          `json:"type"`
	Body        json.RawMessage `json:"body"`
	Ext         json.RawMessage `json:"ext,omitempty"`
	Level       string          `json:"level,omitempty"`
	Time        time.Time       `json:"time"`
	RoamIgnore  []string        `json:"roam_ignore,omitzero"`
	OnlineOnly  bool            `json:"online_only,omitempty"`
	SyncDevice  bool            `json:"sync_device,omitempty"`
	NeedReceipt bool            `json:"need_receipt,omitempty"`
	Users       []string        `json:"users,omitzero"`
	Imported    bool            `json:"imported,omitempty"`
	Broadcast   int64           `json:"broadcast,omitempty"`
}

// saveMessages copies the messages only: there are many, and their contents do
// not change.
func (s *state) saveMessages() iter.Seq[savedMessage] {
	posts := make([]message, len(s.posts))
	for i, m := range s.posts {
		posts[i] = *m
	}
	return func(yield func(savedMessage) bool) {
		var before *content
		for i := range posts {
			m := &posts[i]
			v := savedMessage{To: m.to, Chat: chatKinds[m.chat].chat, Recalled: m.recalled, Edits: m.edits}
			if m.content != before {
				v.Content = m.saved()
			}
			before = m.content
			if !yield(v) {
				return
			}
		}
	}
}

func (msg *content) saved() *savedContent {
	v := &savedContent{
		From: msg.from, Type: msg.kind, Body: json.RawMessage(msg.body), Ext: json.RawMessage(msg.ext), Level: msg.level,
		Time: msg.time, RoamIgnore: msg.roamIgnore,
		OnlineOnly: msg.onlineOnly, SyncDevice: msg.syncDevice, NeedReceipt: msg.needReceipt,
	}
	if msg.rare != nil {
		v.Users, v.Imported, v.Broadcast = msg.rare.users, msg.rare.imported, msg.rare.broadcast
	}
	return v
}

func (v *savedContent) content() (*content, error) {
	if kindName(v.Type) == "" {
		return nil, errUnknown("type of message", v.Type)
	}
	body := compact(v.Body)
	if !strings.HasPrefix(body, "{") {
		return nil, errors.New("the body is no object")
	}
	msg := &content{
		from: v.From, kind: kindName(v.Type), body: body, ext: compact(v.Ext), level: v.Level,
		time: v.Time, roamIgnore: v.RoamIgnore,
		onlineOnly: v.OnlineOnly, syncDevice: v.SyncDevice, needReceipt: v.NeedReceipt,
	}
	if v.Users != nil || v.Imported || v.Broadcast != 0 {
		msg.rare = &rare{v.Users, v.Imported, v.Broadcast}
	}
	return msg, nil
}

func (s *state) loadMessage(v *savedMessage) error {
	chat := slices.IndexFunc(chatKinds[:], func(rule chatRule) bool { return rule.chat == v.Chat })
	if chat < 0 {
		return errUnknown("kind of chat", v.Chat)
	}
	m := &message{to: s.sameText(v.To), chat: chatKind(chat), recalled: v.Recalled, edits: v.Edits} //nolint:gosec // one of three
	switch {
	case v.Content == nil && len(s.posts) == 0:
		return errors.New("it has no content")
	case v.Content == nil:
		m.content = s.posts[len(s.posts)-1].content
	default:
		msg, err := v.Content.content()
		if err != nil {
			return err
		}
		msg.from = s.sameText(msg.from)
		m.content = msg
	}
	s.posts.add(m)
	return nil
}

// sameText is the name as the user's account has it, so that all messages share
// one text.
func (s *state) sameText(name string) string {
	if u := s.users.get(name); u != nil {
		return u.name
	}
	return name
}

// numbers are those of messages in the list of all.
func numbers(list []*message) []int64 {
	return convert(list, func(m *message) int64 { return m.id - firstMessageID })
}

func (s *state) messagesOf(numbers []int64) ([]*message, error) {
	list := make([]*message, len(numbers))
	for i, n := range numbers {
		if n < 0 || n >= int64(len(s.posts)) {
			return nil, fmt.Errorf("there is no message %d", n)
		}
		list[i] = s.posts[n]
	}
	return list, nil
}

type savedInbox struct {
	User      string  `json:"user"`
	Delivered int     `json:"delivered"`
	Messages  []int64 `json:"messages"`
}

func (s *state) saveInboxes() iter.Seq[savedInbox] {
	return each(sortedKeys(s.inboxes), func(name string) savedInbox {
		box := s.inboxes[name]
		return savedInbox{name, box.delivered, numbers(box.messages)}
	})
}

func (s *state) loadInbox(v *savedInbox) error {
	list, err := s.messagesOf(v.Messages)
	if err != nil {
		return err
	}
	if v.Delivered < 0 || v.Delivered > len(list) {
		return fmt.Errorf("%d of %d messages cannot have arrived", v.Delivered, len(list))
	}
	s.inboxes[s.sameText(v.User)] = &inbox{list, v.Delivered}
	return nil
}

type savedTimeline struct {
	ID       string  `json:"id"`
	Messages []int64 `json:"messages"`
}

// timelines are the messages by group, or by room.
func (s *state) timelines(chat chatKind) map[string][]*message {
	if chat == toGroups {
		return s.groups
	}
	return s.rooms
}

func saveTimeline(chat chatKind) func(*state) iter.Seq[savedTimeline] {
	return func(s *state) iter.Seq[savedTimeline] {
		lists := s.timelines(chat)
		return each(sortedKeys(lists), func(id string) savedTimeline { return savedTimeline{id, numbers(lists[id])} })
	}
}

func loadTimeline(chat chatKind) func(*state, *savedTimeline) error {
	return func(s *state, v *savedTimeline) error {
		list, err := s.messagesOf(v.Messages)
		s.timelines(chat)[v.ID] = list
		return err
	}
}

type savedStream struct {
	Message  int64     `json:"message"`
	Text     string    `json:"text"`
	Seq      int64     `json:"seq"`
	Last     time.Time `json:"last"`
	Finished bool      `json:"finished,omitempty"`
}

func (s *state) saveStreams() iter.Seq[savedStream] {
	ids := slices.Values(slices.Sorted(maps.Keys(s.messages.streams)))
	return each(ids, func(id int64) savedStream {
		st := s.messages.streams[id]
		return savedStream{id - firstMessageID, st.text.String(), st.seq, st.last, st.finished}
	})
}

func (s *state) loadStream(v *savedStream) error {
	list, err := s.messagesOf([]int64{v.Message})
	if err != nil {
		return err
	}
	st := &stream{message: list[0], seq: v.Seq, last: v.Last, finished: v.Finished}
	st.text.WriteString(v.Text)
	if s.messages.streams == nil {
		s.messages.streams = map[int64]*stream{}
	}
	s.messages.streams[st.id] = st
	return nil
}

// savedRoaming is what a user has deleted for himself alone.
type savedRoaming struct {
	User    string        `json:"user"`
	Deleted []int64       `json:"deleted,omitempty"`
	Closed  []savedClosed `json:"closed,omitempty"`
	Gone    int64         `json:"gone,omitempty"` // of a deleted user: the number of messages that he has no part in
}

type savedClosed struct {
	One    bool   `json:"one,omitempty"` // with one user
	ID     string `json:"id"`
	Newest int64  `json:"newest"`
}

func (s *state) saveRoaming() iter.Seq[savedRoaming] {
	r := &s.messages.roaming
	users := map[string]bool{}
	for user := range r.deleted {
		users[user] = true
	}
	for user := range r.closed {
		users[user] = true
	}
	for user := range r.gone {
		users[user] = true
	}
	return each(sortedKeys(users), func(user string) savedRoaming {
		v := savedRoaming{User: user, Gone: r.gone[user]}
		for _, id := range slices.Sorted(maps.Keys(r.deleted[user])) {
			v.Deleted = append(v.Deleted, id-firstMessageID)
		}
		for conv, newest := range r.closed[user] {
			v.Closed = append(v.Closed, savedClosed{conv.one, conv.id, newest - firstMessageID})
		}
		slices.SortFunc(v.Closed, func(a, b savedClosed) int { return strings.Compare(a.key(), b.key()) })
		return v
	})
}

func (v *savedClosed) key() string { return fmt.Sprint(v.One, " ", v.ID) }

func (s *state) loadRoaming(v *savedRoaming) error {
	r := &s.messages.roaming
	list, err := s.messagesOf(v.Deleted)
	if err != nil {
		return err
	}
	if v.Gone != 0 {
		r.forget(v.User, v.Gone)
	}
	for _, m := range list {
		r.delete(v.User, m)
	}
	for _, c := range v.Closed {
		r.close(v.User, conversation{c.One, c.ID}, c.Newest+firstMessageID)
	}
	return nil
}

type savedReaction struct {
	Message int64     `json:"message"`
	ID      string    `json:"id"`
	Text    string    `json:"text"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
	Users   []string  `json:"users"`
}

func (s *state) saveReactions() iter.Seq[savedReaction] {
	var records []savedReaction
	for _, id := range slices.Sorted(maps.Keys(s.reactions.to)) {
		for r := range s.reactions.to[id].all {
			records = append(records, savedReaction{id - firstMessageID, r.id, r.text, r.created, r.updated, r.users.list()})
		}
	}
	return slices.Values(records)
}

func (s *state) loadReaction(v *savedReaction) error {
	list, err := s.messagesOf([]int64{v.Message})
	if err != nil {
		return err
	}
	made := s.reactions.made
	r := s.reactions.add(list[0], v.Text, v.Updated)
	s.reactions.made = made // the id is known, and none is used up
	r.id, r.created = v.ID, v.Created
	fill(&r.users, v.Users)
	return nil
}

type savedFile struct {
	UUID        string    `json:"uuid"`
	Name        string    `json:"name,omitempty"`
	ContentType string    `json:"content_type,omitempty"`
	Data        []byte    `json:"data"`
	Secret      string    `json:"secret,omitempty"`
	Restricted  bool      `json:"restricted,omitempty"`
	Created     time.Time `json:"created"`
	Expires     time.Time `json:"expires,omitzero"`
	ThumbWidth  int       `json:"thumb_width,omitempty"`
	ThumbHeight int       `json:"thumb_height,omitempty"`
}

func (f *file) saved() savedFile {
	return savedFile{f.uuid, f.name, f.contentType, f.data, f.secret, f.restricted, f.created, f.expires, f.thumbWidth, f.thumbHeight}
}

func (v *savedFile) file() *file {
	return &file{v.UUID, v.Name, v.ContentType, v.Data, v.Secret, v.Restricted, v.Created, v.Expires, v.ThumbWidth, v.ThumbHeight}
}

func (s *state) saveFiles() iter.Seq[savedFile] { return each(s.files.all, (*file).saved) }

func (s *state) loadFile(v *savedFile) error {
	if v.UUID == "" {
		return errors.New("a file needs an id")
	}
	s.files.put(v.UUID, v.file())
	return nil
}
