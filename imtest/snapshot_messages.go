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

	"github.com/imrest/im-go/imtest/internal/world"
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
func saveMessages(s *world.World) iter.Seq[savedMessage] {
	posts := make([]world.Message, len(s.Posts))
	for i, m := range s.Posts {
		posts[i] = *m
	}
	return func(yield func(savedMessage) bool) {
		var before *world.Content
		for i := range posts {
			m := &posts[i]
			v := savedMessage{To: m.To, Chat: world.ChatKinds[m.Chat].Chat, Recalled: m.Recalled, Edits: m.Edits}
			if m.Content != before {
				v.Content = recordContent(m.Content)
			}
			before = m.Content
			if !yield(v) {
				return
			}
		}
	}
}

func recordContent(msg *world.Content) *savedContent {
	v := &savedContent{
		From: msg.From, Type: msg.Kind, Body: json.RawMessage(msg.Body), Ext: json.RawMessage(msg.Ext), Level: msg.Level,
		Time: msg.Time, RoamIgnore: msg.RoamIgnore,
		OnlineOnly: msg.OnlineOnly, SyncDevice: msg.SyncDevice, NeedReceipt: msg.NeedReceipt,
	}
	if msg.Rare != nil {
		v.Users, v.Imported, v.Broadcast = msg.Rare.Users, msg.Rare.Imported, msg.Rare.Broadcast
	}
	return v
}

func (v *savedContent) content() (*world.Content, error) {
	if world.KindName(v.Type) == "" {
		return nil, errUnknown("type of message", v.Type)
	}
	body := world.Compact(v.Body)
	if !strings.HasPrefix(body, "{") {
		return nil, errors.New("the body is no object")
	}
	msg := &world.Content{
		From: v.From, Kind: world.KindName(v.Type), Body: body, Ext: world.Compact(v.Ext), Level: v.Level,
		Time: v.Time, RoamIgnore: v.RoamIgnore,
		OnlineOnly: v.OnlineOnly, SyncDevice: v.SyncDevice, NeedReceipt: v.NeedReceipt,
	}
	if v.Users != nil || v.Imported || v.Broadcast != 0 {
		msg.Rare = &world.Rare{Users: v.Users, Imported: v.Imported, Broadcast: v.Broadcast}
	}
	return msg, nil
}

func loadMessage(s *world.World, v *savedMessage) error {
	chat := slices.IndexFunc(world.ChatKinds[:], func(rule world.ChatRule) bool { return rule.Chat == v.Chat })
	if chat < 0 {
		return errUnknown("kind of chat", v.Chat)
	}
	m := &world.Message{To: sameText(s, v.To), Chat: world.ChatKind(chat), Recalled: v.Recalled, Edits: v.Edits} //nolint:gosec // one of three
	switch {
	case v.Content == nil && len(s.Posts) == 0:
		return errors.New("it has no content")
	case v.Content == nil:
		m.Content = s.Posts[len(s.Posts)-1].Content
	default:
		msg, err := v.Content.content()
		if err != nil {
			return err
		}
		msg.From = sameText(s, msg.From)
		m.Content = msg
	}
	s.Posts.Add(m)
	return nil
}

// sameText is the name as the user's account has it, so that all messages share
// one text.
func sameText(s *world.World, name string) string {
	if u := s.LegacyUser(name); u != nil {
		return u.Name
	}
	return name
}

// numbers are those of messages in the list of all.
func numbers(list []*world.Message) []int64 {
	return world.Convert(list, func(m *world.Message) int64 { return m.ID - world.FirstMessageID })
}

func messagesOf(s *world.World, numbers []int64) ([]*world.Message, error) {
	list := make([]*world.Message, len(numbers))
	for i, n := range numbers {
		if n < 0 || n >= int64(len(s.Posts)) {
			return nil, fmt.Errorf("there is no message %d", n)
		}
		list[i] = s.Posts[n]
	}
	return list, nil
}

type savedInbox struct {
	User      string  `json:"user"`
	Delivered int     `json:"delivered"`
	Messages  []int64 `json:"messages"`
}

func saveInboxes(s *world.World) iter.Seq[savedInbox] {
	return each(sortedKeys(s.Inboxes), func(name string) savedInbox {
		box := s.Inboxes[name]
		return savedInbox{name, box.Delivered, numbers(box.Messages)}
	})
}

func loadInbox(s *world.World, v *savedInbox) error {
	list, err := messagesOf(s, v.Messages)
	if err != nil {
		return err
	}
	if v.Delivered < 0 || v.Delivered > len(list) {
		return fmt.Errorf("%d of %d messages cannot have arrived", v.Delivered, len(list))
	}
	s.Inboxes[sameText(s, v.User)] = &world.Inbox{Messages: list, Delivered: v.Delivered}
	return nil
}

type savedTimeline struct {
	ID       string  `json:"id"`
	Messages []int64 `json:"messages"`
}

// timelines are the messages by group, or by room.
func timelines(s *world.World, chat world.ChatKind) map[string][]*world.Message {
	if chat == world.ToGroups {
		return s.Groups
	}
	return s.Rooms
}

func saveTimeline(chat world.ChatKind) func(*world.World) iter.Seq[savedTimeline] {
	return func(s *world.World) iter.Seq[savedTimeline] {
		lists := timelines(s, chat)
		return each(sortedKeys(lists), func(id string) savedTimeline { return savedTimeline{id, numbers(lists[id])} })
	}
}

func loadTimeline(chat world.ChatKind) func(*world.World, *savedTimeline) error {
	return func(s *world.World, v *savedTimeline) error {
		list, err := messagesOf(s, v.Messages)
		timelines(s, chat)[v.ID] = list
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

func saveStreams(s *world.World) iter.Seq[savedStream] {
	ids := slices.Values(slices.Sorted(maps.Keys(s.Messages.Streams)))
	return each(ids, func(id int64) savedStream {
		st := s.Messages.Streams[id]
		return savedStream{id - world.FirstMessageID, st.Text.String(), st.Seq, st.Last, st.Finished}
	})
}

func loadStream(s *world.World, v *savedStream) error {
	list, err := messagesOf(s, []int64{v.Message})
	if err != nil {
		return err
	}
	st := &world.Stream{Message: list[0], Seq: v.Seq, Last: v.Last, Finished: v.Finished}
	st.Text.WriteString(v.Text)
	if s.Messages.Streams == nil {
		s.Messages.Streams = map[int64]*world.Stream{}
	}
	s.Messages.Streams[st.ID] = st
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

func saveRoaming(s *world.World) iter.Seq[savedRoaming] {
	r := &s.Messages.Roaming
	users := map[string]bool{}
	for user := range r.Deleted {
		users[user] = true
	}
	for user := range r.Closed {
		users[user] = true
	}
	for user := range r.Gone {
		users[user] = true
	}
	return each(sortedKeys(users), func(user string) savedRoaming {
		v := savedRoaming{User: user, Gone: r.Gone[user]}
		for _, id := range slices.Sorted(maps.Keys(r.Deleted[user])) {
			v.Deleted = append(v.Deleted, id-world.FirstMessageID)
		}
		for conv, newest := range r.Closed[user] {
			v.Closed = append(v.Closed, savedClosed{conv.One, conv.ID, newest - world.FirstMessageID})
		}
		slices.SortFunc(v.Closed, func(a, b savedClosed) int { return strings.Compare(a.key(), b.key()) })
		return v
	})
}

func (v *savedClosed) key() string { return fmt.Sprint(v.One, " ", v.ID) }

func loadRoaming(s *world.World, v *savedRoaming) error {
	r := &s.Messages.Roaming
	list, err := messagesOf(s, v.Deleted)
	if err != nil {
		return err
	}
	if v.Gone != 0 {
		r.Forget(v.User, v.Gone)
	}
	for _, m := range list {
		r.Delete(v.User, m)
	}
	for _, c := range v.Closed {
		r.Close(v.User, world.Conversation{One: c.One, ID: c.ID}, c.Newest+world.FirstMessageID)
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

func saveReactions(s *world.World) iter.Seq[savedReaction] {
	var records []savedReaction
	for _, id := range slices.Sorted(maps.Keys(s.Reactions.To)) {
		for r := range s.Reactions.To[id].All {
			records = append(records, savedReaction{id - world.FirstMessageID, r.ID, r.Text, r.Created, r.Updated, r.Users.List()})
		}
	}
	return slices.Values(records)
}

func loadReaction(s *world.World, v *savedReaction) error {
	list, err := messagesOf(s, []int64{v.Message})
	if err != nil {
		return err
	}
	made := s.Reactions.Made
	r := s.Reactions.Add(list[0], v.Text, v.Updated)
	s.Reactions.Made = made // the id is known, and none is used up
	r.ID, r.Created = v.ID, v.Created
	fill(&r.Users, v.Users)
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

func recordFile(f *world.File) savedFile {
	return savedFile{f.UUID, f.Name, f.ContentType, f.Data, f.Secret, f.Restricted, f.Created, f.Expires, f.ThumbWidth, f.ThumbHeight}
}

func (v *savedFile) file() *world.File {
	return &world.File{UUID: v.UUID, Name: v.Name, ContentType: v.ContentType, Data: v.Data, Secret: v.Secret, Restricted: v.Restricted, Created: v.Created, Expires: v.Expires, ThumbWidth: v.ThumbWidth, ThumbHeight: v.ThumbHeight}
}

func saveFiles(s *world.World) iter.Seq[savedFile] { return each(s.Files.All, recordFile) }

func loadFile(s *world.World, v *savedFile) error {
	if v.UUID == "" {
		return errors.New("a file needs an id")
	}
	s.Files.Put(v.UUID, v.file())
	return nil
}
