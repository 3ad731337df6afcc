package world

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// InboxOf is the inbox of a user, as Dump copies it.
type InboxOf struct {
	User      string
	Delivered int
	Messages  []int64
}

// Timeline is what was sent to a group or room and not recalled, as Dump copies
// it.
type Timeline struct {
	ID       string
	Messages []int64
}

// MessagesState is what there is once for all messages, as Dump copies it.
type MessagesState struct {
	Broadcasts   int64 // number of those sent
	Reactions    int64 // number of those ever made
	HistoryDelay time.Duration
	HistoryZone  *time.Location // nil: that of the platform
}

func idsOf(list []*Message) []int64 {
	return Convert(list, func(m *Message) int64 { return m.ID })
}

// dumpMessages copies messages and what is known of them for Dump. The caller
// holds mu.
func (w *World) dumpMessages(d *Dump) {
	s := &w.messages
	d.MessagesState = MessagesState{s.Broadcasts, w.reactions.Made, s.Delay, s.Zone}
	d.Messages = messageCopies(w.posts)
	d.Inboxes = Convert(slices.Sorted(maps.Keys(w.inboxes)), func(name string) InboxOf {
		box := w.inboxes[name]
		return InboxOf{name, box.Delivered, idsOf(box.Messages)}
	})
	d.GroupMessages, d.RoomMessages = dumpTimelines(w.groups), dumpTimelines(w.rooms)
	d.Streams = w.dumpStreams()
	d.Roaming = w.dumpRoaming()
	d.Reactions = w.dumpReactions()
	d.Files = w.dumpFiles()
}

func dumpTimelines(lines map[string][]*Message) []Timeline {
	return Convert(slices.Sorted(maps.Keys(lines)), func(id string) Timeline { return Timeline{id, idsOf(lines[id])} })
}

func (w *World) dumpStreams() []Stream {
	return Convert(slices.Sorted(maps.Keys(w.messages.Streams)), func(id int64) Stream { return w.messages.Streams[id].copy() })
}

// RestoreMessagesState takes in what Dump has copied.
func (w *World) RestoreMessagesState(v MessagesState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reactions.Made = v.Reactions
	w.messages.Broadcasts, w.messages.Delay, w.messages.Zone = v.Broadcasts, v.HistoryDelay, v.HistoryZone
}

// RestoreMessage takes in a message that Dump has copied, in the place of its
// number. One without content has that of the message before.
func (w *World) RestoreMessage(m Message) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case m.Content == nil && len(w.posts) == 0:
		return errors.New("it has no content")
	case m.Content == nil:
		m.Content = w.posts[len(w.posts)-1].Content
	default:
		content := *m.Content
		content.From = w.sharedName(content.From)
		m.Content = &content
	}
	m.To = w.sharedName(m.To)
	w.posts.add(&m)
	return nil
}

// messagesBy returns messages by their ids. The caller holds mu.
func (w *World) messagesBy(ids []int64) ([]*Message, error) {
	list := make([]*Message, len(ids))
	for i, id := range ids {
		n := id - FirstMessageID
		if n < 0 || n >= int64(len(w.posts)) {
			return nil, fmt.Errorf("there is no message %d", n)
		}
		list[i] = w.posts[n]
	}
	return list, nil
}

// RestoreInbox takes in an inbox that Dump has copied.
func (w *World) RestoreInbox(v InboxOf) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	list, err := w.messagesBy(v.Messages)
	if err != nil {
		return err
	}
	if v.Delivered < 0 || v.Delivered > len(list) {
		return fmt.Errorf("%d of %d messages cannot have arrived", v.Delivered, len(list))
	}
	w.inboxes[w.sharedName(v.User)] = &Inbox{Messages: list, Delivered: v.Delivered}
	return nil
}

// RestoreTimeline takes in what was sent to a group, or to a room.
func (w *World) RestoreTimeline(chat ChatKind, v Timeline) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	list, err := w.messagesBy(v.Messages)
	if err != nil {
		return err
	}
	w.timelines(chat)[v.ID] = list
	return nil
}

// RestoreStream takes in a streaming message that Dump has copied; of its message,
// only the id counts.
func (w *World) RestoreStream(v Stream) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	list, err := w.messagesBy([]int64{v.Message.ID})
	if err != nil {
		return err
	}
	st := &stream{Message: list[0], Seq: v.Seq, Last: v.Last, Finished: v.Finished}
	st.Text.WriteString(v.Text)
	w.keepStream(st)
	return nil
}
