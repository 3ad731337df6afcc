package world

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

const (
	maxReactions    = 20 // different ones on one message
	firstReactionID = 1226048123456789012
)

// Why a rule about reactions refuses.
const (
	ReactorOutside Kind = "the user is not in the group"
	ReactorUnfit   Kind = "the user takes no part in the conversation, or has not reacted"
	ReactedAlready Kind = "the user has this reaction already"
	ReactionsFull  Kind = "the message has as many reactions as it can have"
)

// reactionState holds the reactions to messages, which end with them.
type reactionState struct {
	To   map[int64]*Book[*reaction] // by message, then by the reaction
	Made int64
}

type reaction struct {
	ID               string
	Text             string
	Created, Updated time.Time
	Users            Book[string] // in the order of reacting
}

// Reaction is a reaction as rules hand it out.
type Reaction struct {
	ID               string
	Text             string
	Created, Updated time.Time
	Users            []string // in the order of reacting
}

func (r *reaction) copy() Reaction {
	return Reaction{r.ID, r.Text, r.Created, r.Updated, r.Users.List()}
}

// shown is the reaction as events have it.
func (r *reaction) shown() event.Reaction {
	return event.Reaction{ID: r.ID, Text: r.Text, Users: r.Users.List()}
}

// on returns the reactions to a message, to read.
func (rs *reactionState) on(m *Message) *Book[*reaction] {
	if m != nil && rs.To[m.ID] != nil {
		return rs.To[m.ID]
	}
	return new(Book[*reaction])
}

// of returns copies of the reactions to a message.
func (rs *reactionState) of(m *Message) []Reaction { return Convert(rs.on(m).List(), (*reaction).copy) }

// shown are the reactions to a message as events have them.
func (rs *reactionState) shown(m *Message) []event.Reaction {
	return Convert(rs.on(m).List(), (*reaction).shown)
}

// edit returns the reactions to a message, to write.
func (rs *reactionState) edit(m *Message) *Book[*reaction] {
	if rs.To == nil {
		rs.To = map[int64]*Book[*reaction]{}
	}
	if rs.To[m.ID] == nil {
		rs.To[m.ID] = new(Book[*reaction])
	}
	return rs.To[m.ID]
}

// add returns the reaction of a message with a text, new if there is none.
func (rs *reactionState) add(m *Message, text string, now time.Time) *reaction {
	on := rs.edit(m)
	r := on.Get(text)
	if r == nil {
		r = &reaction{ID: strconv.FormatInt(firstReactionID+rs.Made, 10), Text: text, Created: now}
		rs.Made++
		on.Put(text, r)
	}
	r.Updated = now
	return r
}

// mayReact returns why a user may not react to a message, or see reactions. The
// caller holds mu.
func (w *World) mayReact(user string, m *Message) *Error {
	switch {
	case m.Chat == ToGroups && !w.inGroup(m.To, user):
		return refuse(ReactorOutside, user)
	case m.Chat == ToRooms, !w.takesPart(user, m):
		return refuse(ReactorUnfit, user)
	}
	return nil
}

// React lets a user react to a message.
func (w *World) React(user, id, text string) (Reaction, Message, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.react(Fold(user), id, text)
}

// ReactAs is React on a device of the user.
func (w *World) ReactAs(user, id, text string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.client(user)
	switch {
	case err != nil:
		return err
	case text == "":
		return refuse(EmptyReaction)
	}
	_, _, err = w.react(u.Name, id, text)
	return err
}

// react is React. The caller holds mu.
func (w *World) react(user, id, text string) (Reaction, Message, *Error) {
	m := w.kept(id)
	if m == nil {
		return Reaction{}, Message{}, refuse(NoMessage, id)
	}
	if err := w.mayReact(user, m); err != nil {
		return Reaction{}, Message{}, err
	}
	on := w.reactions.on(m)
	switch {
	case on.Has(text) && on.Get(text).Users.Has(user):
		return Reaction{}, Message{}, refuse(ReactedAlready, user)
	case !on.Has(text) && on.Len() >= maxReactions:
		return Reaction{}, Message{}, refuse(ReactionsFull, id)
	}
	r := w.reactions.add(m, text, w.Now())
	r.Users.Put(user, user)
	w.emit(event.ReactionAdded{User: user, Text: text, Message: m.Shown(), Reactions: w.reactions.shown(m)})
	return r.copy(), *m, nil
}

// TakeReactionBack takes a user's reaction to a message back.
func (w *World) TakeReactionBack(user, id, text string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.takeReactionBack(Fold(user), id, text)
}

// TakeReactionBackAs is TakeReactionBack on a device of the user.
func (w *World) TakeReactionBackAs(user, id, text string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.client(user)
	if err != nil {
		return err
	}
	return w.takeReactionBack(u.Name, id, text)
}

// takeReactionBack is TakeReactionBack. The caller holds mu.
func (w *World) takeReactionBack(user, id, text string) *Error {
	m := w.kept(id)
	r := w.reactions.on(m).Get(text)
	if r == nil || !r.Users.Has(user) {
		return refuse(ReactorUnfit, user)
	}
	if r.Users.Remove(user); r.Users.Len() == 0 {
		w.reactions.on(m).Remove(text)
	}
	w.emit(event.ReactionRemoved{User: user, Text: text, Message: m.Shown(), Reactions: w.reactions.shown(m)})
	return nil
}

// Reactions returns the reactions to a message, the oldest first.
func (w *World) Reactions(id string) []Reaction {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.reactions.of(w.Find(id))
}

// ReactionsIn returns what a user sees of the reactions to messages, which must all
// be of one kind of chat, and of one group if they were sent to one; none for
// messages that are not there.
func (w *World) ReactionsIn(user string, chat ChatKind, group string, ids []string) ([][]Reaction, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	user = Fold(user)
	if chat == ToGroups && !w.inGroup(group, user) {
		return nil, refuse(ReactorOutside, user)
	}
	list := make([][]Reaction, len(ids))
	for i, id := range ids {
		m := w.kept(id)
		if m != nil {
			if err := w.mayReact(user, m); err != nil {
				return nil, err
			}
			if m.Chat != chat || m.Chat == ToGroups && m.To != group {
				return nil, refuse(ReactorUnfit, user)
			}
		}
		list[i] = w.reactions.of(m)
	}
	return list, nil
}

// ListReactors returns a reaction to a message, also one that nobody made, with a
// page of its users, and the cursor of the next page, "" if this is the last.
func (w *World) ListReactors(user, id, text, cursor string, limit int) (r Reaction, page []string, next string, err *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	user = Fold(user)
	m := w.kept(id)
	if m == nil {
		return r, nil, "", refuse(ReactorUnfit, user)
	}
	if err := w.mayReact(user, m); err != nil {
		return r, nil, "", err
	}
	there := w.reactions.on(m).Get(text)
	if there == nil {
		there = &reaction{Text: text}
	}
	users, ok := there.Users.Page(cursor, limit, false, nil)
	if !ok {
		return r, nil, "", refuse(BadCursor)
	}
	return there.copy(), users.Values, users.CursorIfMore(), nil
}

// ReactionTo is a reaction and its message, as Dump copies it.
type ReactionTo struct {
	Message int64
	Reaction
}

// dumpReactions copies the reactions for Dump. The caller holds mu.
func (w *World) dumpReactions() []ReactionTo {
	var list []ReactionTo
	for _, id := range slices.Sorted(maps.Keys(w.reactions.To)) {
		for r := range w.reactions.To[id].All {
			list = append(list, ReactionTo{id, r.copy()})
		}
	}
	return list
}

// RestoreReaction takes in a reaction that Dump has copied.
func (w *World) RestoreReaction(v ReactionTo) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	list, err := w.messagesBy([]int64{v.Message})
	if err != nil {
		return err
	}
	r := &reaction{ID: v.ID, Text: v.Text, Created: v.Created, Updated: v.Updated}
	for _, user := range v.Users {
		r.Users.Put(user, user)
	}
	w.reactions.edit(list[0]).Put(v.Text, r)
	return nil
}
