package world

import (
	"slices"

	"github.com/imrest/im-go/imtest/event"
)

// Why a client cannot do something that a call of the API can.
const (
	NotLoggedIn     Kind = "the user is not logged in"
	UserMuted       Kind = "the user is muted"                    // Names: user, kind of chat
	MutedThere      Kind = "the user is muted there"              // Names: user, id
	AllMutedThere   Kind = "all members are muted there"          // Names: id
	BlockedByTarget Kind = "the receiver has blocked the sender"  // Names: receiver
	NotSender       Kind = "the message was sent by another user" // Names: id
	NeedsApproval   Kind = "an owner or admin must approve"       // Names: id
	NotPublic       Kind = "the group is not public"              // Names: id
	EmptyContent    Kind = "the message has no known type, or no body"
	EmptyReaction   Kind = "the reaction is empty"
)

// client returns a user who is logged in, as all must be who do something on a
// device. The caller holds mu for writing.
func (w *World) client(name string) (*User, *Error) {
	w.takeOutAbsent()
	u, err := w.user(name)
	switch {
	case err != nil:
		return nil, err
	case u.Banned:
		return nil, refuse(UserIsBanned, u.Name)
	case !u.Online:
		return nil, refuse(NotLoggedIn, u.Name)
	}
	return u, nil
}

// clientAndMessage returns a user who is logged in, and a message that is still kept. The caller
// holds mu for writing.
func (w *World) clientAndMessage(user, id string) (*User, *Message, *Error) {
	u, err := w.client(user)
	if err != nil {
		return nil, nil, err
	}
	m := w.kept(id)
	if m == nil {
		return nil, nil, refuse(NoMessage, id)
	}
	return u, m, nil
}

// clientAndCircle returns a user who is logged in, and a group, room or thread. The caller holds mu
// for writing.
func (w *World) clientAndCircle(user, id string) (*User, *circle, *Error) {
	u, err := w.client(user)
	if err != nil {
		return nil, nil, err
	}
	g := w.circleOf(id)
	if g == nil {
		return nil, nil, refuse(NoCircle, id)
	}
	return u, g, nil
}

// circleOf returns the group, room or thread of an id, nil if there is none: no two have
// the same. The caller holds mu.
func (w *World) circleOf(id string) *circle {
	for _, kind := range circleKinds {
		if g := w.circles.kind(kind).byID.Get(id); g != nil {
			return g
		}
	}
	return nil
}

// SendAs sends a message from a device of its sender, to whom all rules hold that calls
// of the API are free of: mutes, blocks, membership.
func (w *World) SendAs(msg Content, chat ChatKind, to string) (Message, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m, err := w.draft(msg, chat, to)
	if err != nil {
		return Message{}, err
	}
	w.posts.add(m)
	waiting := w.deliver(m)
	w.emit(event.MessageSent{Message: m.Shown(), Waiting: waiting, By: m.From})
	return *m, nil
}

// Draft returns the message that SendAs would send, with the id that it gets if nothing else is
// sent before.
func (w *World) Draft(msg Content, chat ChatKind, to string) (Message, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m, err := w.draft(msg, chat, to)
	if err != nil {
		return Message{}, err
	}
	m.ID = w.posts.next()
	return *m, nil
}

// draft makes the message of a client that can be sent. The caller holds mu for writing.
func (w *World) draft(msg Content, chat ChatKind, to string) (*Message, *Error) {
	u, err := w.client(msg.From)
	if err != nil {
		return nil, err
	}
	if chat == ToUsers {
		to = Fold(to)
	}
	switch err := w.maySend(u, chat, to); {
	case err != nil:
		return nil, err
	case !slices.Contains(kinds, msg.Kind) || msg.Body == "":
		return nil, refuse(EmptyContent)
	case len(msg.Body)+len(msg.Ext) > MaxMessage:
		return nil, refuse(MessageTooLarge)
	}
	return &Message{To: to, Chat: chat, Content: w.take(msg)}, nil
}

// maySend returns why a user cannot send to a target. The caller holds mu.
func (w *World) maySend(u *User, chat ChatKind, to string) *Error {
	if w.mutes.Get(muteKey(u.Name, chat.String())).left(w.Now()) != 0 {
		return refuse(UserMuted, u.Name, chat.String())
	}
	if chat != ToUsers {
		return w.maySpeak(w.circleIn(chat, to), u.Name, to)
	}
	switch {
	case !w.users.Has(to):
		return refuse(NoUser, to)
	case w.contacts.get(to).blocked.Has(u.Name):
		return refuse(BlockedByTarget, to)
	}
	return nil
}

// circleIn returns the circle that messages of a kind of chat with an id go to, nil if there
// is none. The caller holds mu.
func (w *World) circleIn(chat ChatKind, id string) *circle {
	if chat == ToRooms {
		return w.circles.rooms.byID.Get(id)
	}
	return w.groupOf(id)
}

// maySpeak returns why a user cannot send to a group, room or thread, where the mutes of
// the group hold as well. Owner, admins and whoever else is on the allow list
// speak when all are muted. The caller holds mu.
func (w *World) maySpeak(g *circle, user, id string) *Error {
	now := w.Now()
	switch {
	case g == nil:
		return refuse(NoCircle, id)
	case w.frozen(g):
		return refuse(CircleDisabled, id)
	case !g.members.Has(user):
		return g.notMember(user)
	case g.isMuted(user, now), g.hasMutedTag(g.members.Get(user), now):
		return refuse(MutedThere, user, id)
	case g.MutedAll && !g.allowed.Has(user):
		return refuse(AllMutedThere, id)
	case g.Kind == ThreadKind:
		return w.maySpeak(w.circles.groups.byID.Get(g.Group), user, g.Group)
	}
	return nil
}

// RecallAs recalls a message from a device of its sender.
func (w *World) RecallAs(user, id string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, m, err := w.clientAndMessage(user, id)
	switch {
	case err != nil:
		return err
	case m.From != u.Name:
		return refuse(NotSender, id)
	}
	r := Recall{ID: id, From: u.Name, To: m.To, Chat: m.Chat}
	if err := w.mayRecall(r); err != nil {
		return err
	}
	w.recall(r)
	return nil
}

// JoinAs lets a user join a group, room or thread from a device. A group must be public and
// take members without approval; a thread takes members of its group.
func (w *World) JoinAs(user, id string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, g, err := w.clientAndCircle(user, id)
	if err != nil {
		return err
	}
	if err := w.mayJoin(g, u.Name, id); err != nil || g.members.Has(u.Name) {
		return err
	}
	w.join(g, u.Name)
	w.emit(event.MembersJoined{In: g.CircleID, Users: []string{u.Name}, Count: g.members.Len(), By: u.Name})
	return nil
}

// mayJoin returns why a user cannot join. The caller holds mu.
func (w *World) mayJoin(g *circle, user, id string) *Error {
	switch {
	case w.frozen(g):
		return refuse(CircleDisabled, id)
	case g.members.Has(user):
		return nil
	case g.blocked.Has(user):
		return refuse(BlockedThere, user, id)
	case g.Kind == ThreadKind && !w.inGroup(g.Group, user):
		return refuse(OutsideGroup, user)
	case g.Kind == ThreadKind:
		return w.canJoinThreads(user)
	case g.Kind == GroupKind && !g.Public:
		return refuse(NotPublic, id)
	case g.Kind == GroupKind && g.MembersOnly:
		return refuse(NeedsApproval, id)
	case g.members.Len() >= g.MaxUsers:
		return refuse(CircleFull, id)
	}
	return nil
}

// LeaveAs lets a user leave a group, room or thread from a device. The owner of a group or
// room cannot.
func (w *World) LeaveAs(user, id string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, g, err := w.clientAndCircle(user, id)
	switch {
	case err != nil:
		return err
	case !g.members.Has(u.Name):
		return g.notMember(u.Name)
	case g.Owner == u.Name && g.Kind != ThreadKind:
		return refuse(OnOwner, u.Name)
	}
	w.leave(g, u.Name)
	w.emit(event.MembersLeft{In: g.CircleID, Users: []string{u.Name}, Count: g.members.Len(), Why: event.LeftSelf})
	return nil
}
