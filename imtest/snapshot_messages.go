package imtest

import (
	"encoding/json"
	"errors"
	"iter"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/rest"
	"github.com/imrest/im-go/imtest/internal/wire"
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

// saveMessages gives a content once for those messages in a row that share it.
func saveMessages(d *world.Dump) iter.Seq[savedMessage] {
	return func(yield func(savedMessage) bool) {
		var before *world.Content
		for i := range d.Messages {
			m := &d.Messages[i]
			v := savedMessage{To: m.To, Chat: m.Chat.String(), Recalled: m.Recalled, Edits: m.Edits}
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
	body, ext := wire.Compact(v.Body), wire.Compact(v.Ext)
	switch {
	case !strings.HasPrefix(body, "{"):
		return nil, errors.New("the body is not an object")
	case ext != "" && !strings.HasPrefix(ext, "{"):
		return nil, errors.New("the ext is not an object")
	}
	msg := &world.Content{
		From: v.From, Kind: world.KindName(v.Type), Body: body, Ext: ext, Level: v.Level,
		Time: v.Time, RoamIgnore: v.RoamIgnore,
		OnlineOnly: v.OnlineOnly, SyncDevice: v.SyncDevice, NeedReceipt: v.NeedReceipt,
	}
	if v.Users != nil || v.Imported || v.Broadcast != 0 {
		msg.Rare = &world.Rare{Users: v.Users, Imported: v.Imported, Broadcast: v.Broadcast}
	}
	msg.Attach(rest.Attachment(body))
	return msg, nil
}

func loadMessage(s *world.World, v *savedMessage) error {
	chat, known := world.ChatKindOf(v.Chat)
	if !known {
		return errUnknown("kind of chat", v.Chat)
	}
	m := world.Message{To: v.To, Chat: chat, Recalled: v.Recalled, Edits: v.Edits}
	if v.Content != nil {
		var err error
		if m.Content, err = v.Content.content(); err != nil {
			return err
		}
	}
	return s.RestoreMessage(m)
}

// numberOf is the number of a message in the list of all, and idOf goes back.
func numberOf(id int64) int64 { return id - world.FirstMessageID }

func idOf(number int64) int64 { return number + world.FirstMessageID }

func numbersOf(ids []int64) []int64 { return world.Convert(ids, numberOf) }

func idsOf(numbers []int64) []int64 { return world.Convert(numbers, idOf) }

type savedInbox struct {
	User      string  `json:"user"`
	Delivered int     `json:"delivered"`
	Messages  []int64 `json:"messages"`
}

func saveInboxes(d *world.Dump) iter.Seq[savedInbox] {
	return records(d.Inboxes, func(v world.InboxOf) savedInbox {
		return savedInbox{v.User, v.Delivered, numbersOf(v.Messages)}
	})
}

func loadInbox(s *world.World, v *savedInbox) error {
	return s.RestoreInbox(world.InboxOf{User: v.User, Delivered: v.Delivered, Messages: idsOf(v.Messages)})
}

type savedTimeline struct {
	ID       string  `json:"id"`
	Messages []int64 `json:"messages"`
}

func saveTimelines(of func(*world.Dump) []world.Timeline) func(*world.Dump) iter.Seq[savedTimeline] {
	return func(d *world.Dump) iter.Seq[savedTimeline] {
		return records(of(d), func(v world.Timeline) savedTimeline { return savedTimeline{v.ID, numbersOf(v.Messages)} })
	}
}

func loadTimeline(chat world.ChatKind) func(*world.World, *savedTimeline) error {
	return func(s *world.World, v *savedTimeline) error {
		return s.RestoreTimeline(chat, world.Timeline{ID: v.ID, Messages: idsOf(v.Messages)})
	}
}

type savedStream struct {
	Message  int64     `json:"message"`
	Text     string    `json:"text"`
	Seq      int64     `json:"seq"`
	Last     time.Time `json:"last"`
	Finished bool      `json:"finished,omitempty"`
}

func saveStreams(d *world.Dump) iter.Seq[savedStream] {
	return records(d.Streams, func(st world.Stream) savedStream {
		return savedStream{numberOf(st.Message.ID), st.Text, st.Seq, st.Last, st.Finished}
	})
}

func loadStream(s *world.World, v *savedStream) error {
	return s.RestoreStream(world.Stream{
		Message: world.Message{ID: idOf(v.Message)}, Text: v.Text, Seq: v.Seq, Last: v.Last, Finished: v.Finished,
	})
}

// savedRoaming is what a user has deleted, closed and read.
type savedRoaming struct {
	User    string      `json:"user"`
	Deleted []int64     `json:"deleted,omitempty"`
	Closed  []savedMark `json:"closed,omitempty"`
	Read    []savedMark `json:"read,omitempty"`
	Gone    int64       `json:"gone,omitempty"` // of a deleted user: the number of messages that they have no part in
}

type savedMark struct {
	One    bool   `json:"one,omitempty"` // with one user
	ID     string `json:"id"`
	Newest int64  `json:"newest"`
}

func saveRoaming(d *world.Dump) iter.Seq[savedRoaming] {
	return records(d.Roaming, func(v world.RoamingDeletions) savedRoaming {
		return savedRoaming{v.User, numbersOf(v.Deleted), savedMarks(v.Closed), savedMarks(v.Read), v.Gone}
	})
}

func savedMarks(list []world.ConversationMark) []savedMark {
	return world.Convert(list, func(c world.ConversationMark) savedMark { return savedMark{c.One, c.ID, numberOf(c.Newest)} })
}

func marksOf(list []savedMark) []world.ConversationMark {
	return world.Convert(list, func(c savedMark) world.ConversationMark {
		return world.ConversationMark{Conversation: world.Conversation{One: c.One, ID: c.ID}, Newest: idOf(c.Newest)}
	})
}

func loadRoaming(s *world.World, v *savedRoaming) error {
	return s.RestoreRoaming(world.RoamingDeletions{
		User: v.User, Deleted: idsOf(v.Deleted), Closed: marksOf(v.Closed), Read: marksOf(v.Read), Gone: v.Gone,
	})
}

type savedReaction struct {
	Message int64     `json:"message"`
	ID      string    `json:"id"`
	Text    string    `json:"text"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
	Users   []string  `json:"users"`
}

func saveReactions(d *world.Dump) iter.Seq[savedReaction] {
	return records(d.Reactions, func(r world.ReactionTo) savedReaction {
		return savedReaction{numberOf(r.Message), r.ID, r.Text, r.Created, r.Updated, r.Users}
	})
}

func loadReaction(s *world.World, v *savedReaction) error {
	r := world.Reaction{ID: v.ID, Text: v.Text, Created: v.Created, Updated: v.Updated, Users: v.Users}
	return s.RestoreReaction(world.ReactionTo{Message: idOf(v.Message), Reaction: r})
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

// recordFile and file are also used for the files that groups share.
func recordFile(f *world.File) savedFile { return savedFile(*f) }

func (v *savedFile) file() *world.File { return (*world.File)(v) }

func saveFiles(d *world.Dump) iter.Seq[savedFile] {
	return records(d.Files, func(f world.File) savedFile { return recordFile(&f) })
}

func loadFile(s *world.World, v *savedFile) error { return s.RestoreFile(*v.file()) }
