package world

import (
	"slices"
	"strconv"
)

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

// withdraw takes a message out of an inbox.
func (b *Inbox) withdraw(m *Message) {
	if b == nil {
		return
	}
	i := slices.Index(b.Messages, m)
	if i < 0 {
		return
	}
	b.Messages = slices.Delete(b.Messages, i, i+1)
	if i < b.Delivered {
		b.Delivered--
	}
}

// inbox returns a user's inbox to write. The caller holds mu.
func (w *World) inbox(name string) *Inbox {
	box := w.inboxes[name]
	if box == nil {
		box = new(Inbox)
		w.inboxes[name] = box
	}
	return box
}

// timelines are the messages by group, or by room.
func (w *World) timelines(chat ChatKind) map[string][]*Message {
	if chat == ToGroups {
		return w.groups
	}
	return w.rooms
}

// line adds a message to those of its group or room. The caller holds mu.
func (w *World) line(m *Message) {
	if m.Chat != ToUsers {
		lines := w.timelines(m.Chat)
		lines[m.To] = append(lines[m.To], m)
	}
}

// deliver puts a message where its target will find it, and returns for whom it
// waits. The caller holds mu.
func (w *World) deliver(m *Message) (waiting []string) {
	w.line(m)
	w.eachReceiver(m, func(name string) {
		if w.deliverTo(name, m) {
			waiting = append(waiting, name)
		}
	})
	if m.SyncDevice && m.From != m.To {
		w.deliverTo(m.From, m)
	}
	return waiting
}

// deliverTo puts a message into a user's inbox, where it has arrived if the user
// is online; if not, it waits. The caller holds mu.
func (w *World) deliverTo(name string, m *Message) (waits bool) {
	u := w.users.Get(name)
	online := u != nil && u.Online
	if m.OnlineOnly && !online {
		return false
	}
	box := w.inbox(name)
	box.Messages = append(box.Messages, m)
	if online {
		box.Delivered = len(box.Messages)
	}
	return !online
}

// putDelivered puts a message before those that a user is waiting for. The
// caller holds mu.
func (w *World) putDelivered(name string, m *Message) {
	box := w.inbox(name)
	box.Messages = slices.Insert(box.Messages, box.Delivered, m)
	box.Delivered++
}

// eachReceiver calls give for those whom a message is for: a user, also one who is
// not registered; the members of a group or thread; the members of a room who are
// online, since rooms keep nothing for others. The sender is none of them, except
// of a message to themselves. Members who are muted get it as others do, blocked
// users are not members, and a disabled group is silent. The caller holds mu.
func (w *World) eachReceiver(m *Message, give func(name string)) {
	switch m.Chat {
	case ToUsers:
		give(m.To)
	case ToGroups:
		g := w.groupOf(m.To)
		if g == nil || w.frozen(g) {
			return
		}
		for member := range g.members.All {
			if member.User != m.From {
				give(member.User)
			}
		}
	case ToRooms:
		g := w.circles.rooms.byID.Get(m.To)
		if g == nil {
			return
		}
		for member := range g.members.All {
			if u := w.users.Get(member.User); u != nil && u.Online && u.Name != m.From {
				give(u.Name)
			}
		}
	}
}

// Inbox returns what a user was sent, the oldest first, whether or not they are
// registered.
func (w *World) Inbox(name string) []Message {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if box := w.inboxes[Fold(name)]; box != nil {
		return messageCopies(box.Messages)
	}
	return nil
}

// GroupMessages returns what was sent to a group, the oldest first.
func (w *World) GroupMessages(id string) []Message { return w.timeline(ToGroups, id) }

// RoomMessages returns what was sent to a chat room, the oldest first.
func (w *World) RoomMessages(id string) []Message { return w.timeline(ToRooms, id) }

func (w *World) timeline(chat ChatKind, id string) []Message {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return messageCopies(w.timelines(chat)[id])
}
