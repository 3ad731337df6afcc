package world

import "github.com/imrest/im-go/imtest/event"

// take makes the content of a message that is sent now. The caller holds mu.
func (w *World) take(msg Content) *Content {
	msg.From = w.sharedName(Fold(msg.From))
	msg.Time = w.Now()
	return &msg
}

// sharedName is a name as the user's account has it, so that all messages share
// one text. The caller holds mu.
func (w *World) sharedName(name string) string {
	if u := w.users.Get(name); u != nil {
		return u.Name
	}
	return name
}

// Send sends a message to each target once. Neither sender nor targets need
// exist, and mutes do not hold: so the catalogue has it for messages sent by REST.
func (w *World) Send(msg Content, chat ChatKind, to []string) []Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	content := w.take(msg)
	sent := make([]Message, 0, len(to))
	seen := make(map[string]bool, len(to))
	for _, target := range to {
		if chat == ToUsers {
			target = Fold(target)
		}
		if !seen[target] {
			seen[target] = true
			sent = append(sent, *w.post(&Message{To: target, Chat: chat, Content: content}))
		}
	}
	return sent
}

// post adds a message and delivers it. The caller holds mu.
func (w *World) post(m *Message) *Message {
	w.posts.add(m)
	w.emit(event.MessageSent{Waiting: w.deliver(m), Message: m.Shown()})
	return m
}

// SendDirected sends a message to users of a group or room, as far as they are in
// it, and to the sender.
func (w *World) SendDirected(msg Content, chat ChatKind, to string, users []string) Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	content := w.take(msg)
	content.rare().Users = foldAll(users)
	m := &Message{To: to, Chat: chat, Content: content}
	w.posts.add(m)
	w.line(m)
	var waiting []string
	for _, user := range foldAll(append([]string{m.From}, users...)) {
		switch {
		case user == m.From:
			w.deliverTo(user, m)
		case w.inCircle(m, user) && w.deliverTo(user, m):
			waiting = append(waiting, user)
		}
	}
	w.emit(event.MessageSent{Message: m.Shown(), Waiting: waiting})
	return *m
}

// An Audience is to whom a broadcast goes.
type Audience uint8

// The audiences.
const (
	AllUsers    Audience = iota
	OnlineUsers          // the message is kept for nobody
	ActiveRooms          // rooms with a member now that have had a message
)

// targets are those of an audience now. The caller holds mu.
func (w *World) targets(to Audience) (ChatKind, []string) {
	if to == ActiveRooms {
		w.takeOutAbsent()
		return ToRooms, w.activeRooms()
	}
	var list []string
	for u := range w.users.All {
		if to == AllUsers || u.Online {
			list = append(list, u.Name)
		}
	}
	return ToUsers, list
}

// Broadcast sends a message to all of an audience, and returns an id that is none
// of theirs.
func (w *World) Broadcast(msg Content, to Audience) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	chat, targets := w.targets(to)
	content := w.take(msg)
	content.OnlineOnly = msg.OnlineOnly || to == OnlineUsers
	sent := event.BroadcastSent{ID: firstBroadcastID + w.messages.Broadcasts, Targets: targets}
	w.messages.Broadcasts++
	content.rare().Broadcast = sent.ID
	sent.Message = (&Message{ID: w.posts.next(), Chat: chat, Content: content}).Shown()
	for _, target := range targets {
		m := &Message{To: target, Chat: chat, Content: content}
		w.posts.add(m)
		sent.Waiting = append(sent.Waiting, w.deliver(m)...)
	}
	w.emit(sent)
	return sent.ID
}

// Import writes a message of the past, of now if it has no time. Nobody gets
// it: it counts as delivered.
func (w *World) Import(msg Content, chat ChatKind, to string) Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	content := w.take(msg)
	content.rare().Imported = true
	if !msg.Time.IsZero() {
		content.Time = msg.Time
	}
	if chat == ToUsers {
		to = Fold(to)
	}
	m := &Message{To: to, Chat: chat, Content: content}
	w.posts.add(m)
	w.line(m)
	if chat == ToUsers {
		w.putDelivered(to, m)
	} else {
		w.importToMembers(m)
	}
	w.emit(event.MessageImported{Message: m.Shown()})
	return *m
}

// importToMembers gives a message to the members of a group, also of a disabled
// one. The caller holds mu.
func (w *World) importToMembers(m *Message) {
	members, _ := w.groupMembers(m.To)
	for _, name := range members {
		if name != m.From {
			w.putDelivered(name, m)
		}
	}
}
