package world

import (
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// Why there is no receipt or report.
const (
	NotReceived Kind = "the user has not received the message" // Names: user, id
	NoReceipt   Kind = "the message asks for no receipt"       // Names: id
	NoExchange  Kind = "only the text of a text message can be replaced"
)

// received returns a message that a user who is logged in has received. The caller holds mu for
// writing.
func (w *World) received(user, id string) (*User, *Message, *Error) {
	u, m, err := w.clientAndMessage(user, id)
	switch {
	case err != nil:
		return nil, nil, err
	case m.From == u.Name, !w.inboxes[u.Name].has(m), w.inboxes[u.Name].isWaiting(id):
		return nil, nil, refuse(NotReceived, u.Name, id)
	}
	return u, m, nil
}

// Delivered sends the receipt that a message has arrived on a device of a user: there is one in a
// chat of two only.
func (w *World) Delivered(user, id string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, m, err := w.received(user, id)
	switch {
	case err != nil:
		return err
	case m.Chat != ToUsers:
		return refuse(NoReceipt, id)
	}
	w.emit(event.MessageDelivered{Message: m.Shown(), By: u.Name})
	return nil
}

// Read sends the receipt that a user has read a message, with a text of theirs if it is one to a
// group, which must have asked for receipts.
func (w *World) Read(user, id, text string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, m, err := w.received(user, id)
	switch {
	case err != nil:
		return err
	case m.Chat == ToRooms, m.Chat == ToGroups && !m.NeedReceipt:
		return refuse(NoReceipt, id)
	}
	w.emit(event.MessageRead{Message: m.Shown(), By: u.Name, Text: text})
	return nil
}

// ReadConversation sends the receipt that a user has read all of a conversation, with a user or a
// group. Nothing of it is unread then.
func (w *World) ReadConversation(user, with string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.client(user)
	if err != nil {
		return err
	}
	conv, g := With(with), w.groupOf(with)
	switch {
	case g != nil && !g.members.Has(u.Name):
		return g.notMember(u.Name)
	case g != nil:
		conv = Conversation{ID: with}
	case !w.users.Has(conv.ID):
		return refuse(NoUser, conv.ID)
	}
	w.messages.Roaming.Read.set(u.Name, conv, w.posts.next()-1)
	w.emit(event.ConversationRead{User: u.Name, With: conv.peer(), Message: w.newestIn(u.Name, conv)})
	return nil
}

// newestIn is the id of the newest message of a user's conversation, "" if there is none. The caller
// holds mu.
func (w *World) newestIn(user string, conv Conversation) string {
	for _, m := range slices.Backward(w.posts) {
		if of, ok := w.conversationOf(user, m); ok && of == conv {
			return m.IDText()
		}
	}
	return ""
}

// ReportPush says what became of a push for a message, and counts it.
func (w *World) ReportPush(r event.PushReported) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.user(r.User)
	if err != nil {
		return err
	}
	if r.Message != "" && w.Find(r.Message) == nil {
		return refuse(NoMessage, r.Message)
	}
	r.User = u.Name
	key := dayPlatform{w.Now().UTC().Format(time.DateOnly), platformOf(r.Platform)}
	counts := w.push.counts[key]
	if r.Status == event.PushSuccess {
		counts.Success++
	} else {
		counts.Fail++
	}
	w.push.setCounts(key, counts)
	w.emit(r)
	return nil
}

// Moderate gives the verdict of moderation on a message: one that is rejected or recalled is taken
// from all who have it, and exchange gives one whose text is replaced another body.
func (w *World) Moderate(v event.MessageModerated, exchange func(*Content)) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := v.Message.ID
	m := w.kept(id)
	switch {
	case m == nil:
		return refuse(NoMessage, id)
	case v.Result == event.VerdictExchange && m.Kind != "txt":
		return refuse(NoExchange)
	}
	if v.Result == event.VerdictExchange {
		changed := *m.Content
		exchange(&changed)
		m.Content = &changed
	}
	v.Message = m.Shown()
	w.emit(v)
	if v.Result == event.VerdictReject || v.Result == event.VerdictRecall {
		w.recall(Recall{ID: id, To: m.To, Chat: m.Chat})
	}
	return nil
}
