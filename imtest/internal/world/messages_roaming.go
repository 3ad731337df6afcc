package world

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

const maxConversations = 100 // of the list of a user

// Conversation is one of a user's: with a user, or in a group or room.
type Conversation struct {
	One bool // with one user
	ID  string
}

// peer is the conversation as events have it.
func (c Conversation) peer() event.Peer { return event.Peer{ID: c.ID, Circle: !c.One} }

// With is the conversation with a user.
func With(user string) Conversation { return Conversation{true, Fold(user)} }

// roamingState holds what users have deleted for themselves alone.
type roamingState struct {
	Deleted map[string]map[int64]bool // by user: messages
	Closed  conversationMarks         // off the list until they go on
	Read    conversationMarks         // read until then
	Gone    map[string]int64          // by deleted user: the number of messages of then
}

// delete takes a message out of a user's roaming messages, and reports whether it
// was among them.
func (r *roamingState) delete(user string, id int64) bool {
	if r.Deleted == nil {
		r.Deleted = map[string]map[int64]bool{}
	}
	if r.Deleted[user] == nil {
		r.Deleted[user] = map[int64]bool{}
	}
	had := !r.Deleted[user][id]
	r.Deleted[user][id] = true
	return had
}

// conversationMarks are, by user and conversation, the id of the newest message of then.
type conversationMarks map[string]map[Conversation]int64

// set marks a conversation of a user, and reports whether that is news.
func (c *conversationMarks) set(user string, conv Conversation, newest int64) bool {
	if *c == nil {
		*c = conversationMarks{}
	}
	if (*c)[user] == nil {
		(*c)[user] = map[Conversation]int64{}
	}
	before, marked := (*c)[user][conv]
	(*c)[user][conv] = newest
	return !marked || before != newest
}

// of returns the marks of a user, sorted.
func (c *conversationMarks) of(user string) []ConversationMark {
	var list []ConversationMark
	for conv, newest := range (*c)[user] {
		list = append(list, ConversationMark{conv, newest})
	}
	slices.SortFunc(list, compareMarks)
	return list
}

// forget lets a deleted user have none of the messages until now, also if
// another one takes their name.
func (r *roamingState) forget(user string, messages int64) {
	delete(r.Deleted, user)
	delete(r.Closed, user)
	delete(r.Read, user)
	if messages == 0 {
		return
	}
	if r.Gone == nil {
		r.Gone = map[string]int64{}
	}
	r.Gone[user] = messages
}

// conversationOf returns which of a user's conversations a message belongs to,
// if to any. The caller holds mu.
func (w *World) conversationOf(user string, m *Message) (Conversation, bool) {
	switch {
	case m.Recalled || m.ID-FirstMessageID < w.messages.Roaming.Gone[user] || !w.takesPart(user, m):
		return Conversation{}, false
	case m.Chat != ToUsers:
		return Conversation{ID: m.To}, true
	case m.From == user:
		return Conversation{true, m.To}, true
	}
	return Conversation{true, m.From}, true
}

// roaming yields a user's roaming messages, the oldest first: those for whom a
// message was online only, or who were left out of it, do not have it; and
// nobody has one to some of a group or room. The caller holds mu.
func (w *World) roaming(user string) iter.Seq2[Conversation, *Message] {
	return func(yield func(Conversation, *Message) bool) {
		for _, m := range w.posts {
			if m.OnlineOnly || m.directed() || slices.Contains(m.RoamIgnore, user) || w.messages.Roaming.Deleted[user][m.ID] {
				continue
			}
			if conv, ok := w.conversationOf(user, m); ok && !yield(conv, m) {
				return
			}
		}
	}
}

// Roaming returns what a user can pull of a conversation, the oldest first. No call
// of the API does.
func (w *World) Roaming(user string, conv Conversation) []Message {
	w.mu.RLock()
	defer w.mu.RUnlock()
	var list []Message
	for in, m := range w.roaming(Fold(user)) {
		if in == conv {
			list = append(list, *m)
		}
	}
	return list
}

// DeleteRoaming deletes those messages of a user's conversation that are there.
func (w *World) DeleteRoaming(user string, conv Conversation, ids []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []*Message
	for _, id := range ids {
		m := w.Find(id)
		if m == nil {
			continue
		}
		if in, ok := w.conversationOf(Fold(user), m); ok && in == conv {
			list = append(list, m)
		}
	}
	w.deleteRoaming(Fold(user), conv, list)
}

// deleteRoaming deletes messages of a user's conversation. The caller holds mu.
func (w *World) deleteRoaming(user string, conv Conversation, list []*Message) {
	var ids []string
	for _, m := range list {
		if w.messages.Roaming.delete(user, m.ID) {
			ids = append(ids, m.IDText())
		}
	}
	if ids != nil {
		w.emit(event.RoamingDeleted{User: user, With: conv.peer(), Messages: ids})
	}
}

// ClearRoaming deletes a user's roaming messages of a conversation up to a time.
func (w *World) ClearRoaming(user string, conv Conversation, until time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clearRoaming(Fold(user), conv, until)
}

// clearRoaming is ClearRoaming. The caller holds mu.
func (w *World) clearRoaming(user string, conv Conversation, until time.Time) {
	var list []*Message
	for in, m := range w.roaming(user) {
		if in == conv && !m.Time.Truncate(time.Millisecond).After(until) {
			list = append(list, m)
		}
	}
	w.deleteRoaming(user, conv, list)
}

// ClearAllRoaming deletes everything of a user, and empties their list of
// conversations.
func (w *World) ClearAllRoaming(user string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	user = Fold(user)
	changed := false
	for _, m := range w.posts {
		if conv, ok := w.conversationOf(user, m); ok {
			w.messages.Roaming.Closed.set(user, conv, m.ID)
			changed = w.messages.Roaming.delete(user, m.ID) || changed
		}
	}
	if changed {
		w.emit(event.RoamingCleared{User: user})
	}
}

// CloseConversation takes a conversation out of a user's list until it goes on, and
// deletes its roaming messages, if they shall go as well.
func (w *World) CloseConversation(user string, conv Conversation, roaming bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	user = Fold(user)
	if w.messages.Roaming.Closed.set(user, conv, w.posts.next()-1) {
		w.emit(event.ConversationClosed{User: user, With: conv.peer()})
	}
	if roaming {
		w.clearRoaming(user, conv, w.Now())
	}
}

// Listed is a conversation in a user's list.
type Listed struct {
	Conversation
	Unread int
	Last   Message
}

// Conversations returns a user's list, the newest first. Messages sent by REST
// are on it, as they are where the app has that switched on; imported and
// directed ones never are, nor those online only that a user missed, nor are
// rooms.
func (w *World) Conversations(user string) []Listed {
	w.mu.RLock()
	defer w.mu.RUnlock()
	user = Fold(user)
	byID := map[Conversation]*Listed{}
	for _, m := range w.posts {
		if m.Chat == ToRooms || m.imported() || m.directed() {
			continue
		}
		conv, ok := w.conversationOf(user, m)
		if !ok || m.ID <= w.messages.Roaming.Closed[user][conv] || m.OnlineOnly && m.From != user && !w.inboxes[user].has(m) {
			continue
		}
		if byID[conv] == nil {
			byID[conv] = &Listed{Conversation: conv}
		}
		byID[conv].Last = *m
		if m.From != user && m.ID > w.messages.Roaming.Read[user][conv] {
			byID[conv].Unread++
		}
	}
	list := slices.SortedFunc(maps.Values(byID), func(a, b *Listed) int { return cmp.Compare(b.Last.ID, a.Last.ID) })
	return Convert(list[:min(len(list), maxConversations)], func(l *Listed) Listed { return *l })
}

// RoamingDeletions are what a user has deleted, closed and read, as Dump copies it.
type RoamingDeletions struct {
	User    string
	Deleted []int64 // messages
	Closed  []ConversationMark
	Read    []ConversationMark
	Gone    int64 // of a deleted user: the number of messages that they have no part in
}

// ConversationMark is a conversation, and the newest message of when it was closed or read.
type ConversationMark struct {
	Conversation
	Newest int64
}

func compareMarks(a, b ConversationMark) int {
	switch {
	case a.One == b.One:
		return strings.Compare(a.ID, b.ID)
	case b.One:
		return -1
	}
	return 1
}

// dumpRoaming copies what users have deleted for Dump. The caller holds mu.
func (w *World) dumpRoaming() []RoamingDeletions {
	r := &w.messages.Roaming
	users := slices.Concat(slices.Collect(maps.Keys(r.Deleted)), slices.Collect(maps.Keys(r.Closed)), slices.Collect(maps.Keys(r.Read)), slices.Collect(maps.Keys(r.Gone)))
	slices.Sort(users)
	return Convert(slices.Compact(users), func(user string) RoamingDeletions {
		return RoamingDeletions{
			User: user, Gone: r.Gone[user], Deleted: slices.Sorted(maps.Keys(r.Deleted[user])), Closed: r.Closed.of(user), Read: r.Read.of(user),
		}
	})
}

// RestoreRoaming takes in what Dump has copied.
func (w *World) RestoreRoaming(v RoamingDeletions) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, err := w.messagesBy(v.Deleted); err != nil {
		return err
	}
	r := &w.messages.Roaming
	if v.Gone != 0 {
		r.forget(v.User, v.Gone)
	}
	for _, id := range v.Deleted {
		r.delete(v.User, id)
	}
	for _, c := range v.Closed {
		r.Closed.set(v.User, c.Conversation, c.Newest)
	}
	for _, c := range v.Read {
		r.Read.set(v.User, c.Conversation, c.Newest)
	}
	return nil
}
