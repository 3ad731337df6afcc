package world

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const maxRoamingBatch = 50

// Roaming messages are what a user can pull of his conversations. No call reads
// them; Server.Roaming does.
var roamingRoutes = []Legacy{
	{wire.Route{
		ID: "messages.delete_roaming_chat", Method: del, Path: "/rest/message/roaming/chat/user/{userId}",
	}, deleteRoaming("userId")},
	{wire.Route{
		ID: "messages.delete_roaming_group", Method: del, Path: "/rest/message/roaming/group/user/{userId}",
	}, deleteRoaming("groupId")},
	{wire.Route{
		ID: "messages.clear_roaming_all", Method: post, Path: "/rest/message/roaming/user/{userId}/delete/all",
	}, (*World).clearRoaming},
	{wire.Route{
		ID: "messages.clear_roaming_chat_until", Method: del, Also: post,
		Path: "/rest/message/roaming/chat/user/{userId}/time",
	}, clearRoamingUntil("userId")},
	{wire.Route{
		ID: "messages.clear_roaming_group_until", Method: del, Also: post,
		Path: "/rest/message/roaming/group/user/{userId}/time",
	}, clearRoamingUntil("groupId")},
}

// Conversation is one of a user's: with a user, or in a group or room.
type Conversation struct {
	One bool // with one user
	ID  string
}

// roamingState holds what users have deleted for themselves alone.
type roamingState struct {
	Deleted map[string]map[int64]bool         // by user: messages
	Closed  map[string]map[Conversation]int64 // by user: the newest message of then
	Gone    map[string]int64                  // by deleted user: the number of messages of then
}

// Delete takes a message out of a user's roaming messages.
func (r *roamingState) Delete(user string, m *Message) {
	if r.Deleted == nil {
		r.Deleted = map[string]map[int64]bool{}
	}
	if r.Deleted[user] == nil {
		r.Deleted[user] = map[int64]bool{}
	}
	r.Deleted[user][m.ID] = true
}

// Close takes a conversation out of a user's list, until it goes on.
func (r *roamingState) Close(user string, conv Conversation, newest int64) {
	if r.Closed == nil {
		r.Closed = map[string]map[Conversation]int64{}
	}
	if r.Closed[user] == nil {
		r.Closed[user] = map[Conversation]int64{}
	}
	r.Closed[user][conv] = newest
}

// Forget lets a deleted user have none of the messages until now, also if
// another one takes his name.
func (r *roamingState) Forget(user string, messages int64) {
	delete(r.Deleted, user)
	delete(r.Closed, user)
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
	case m.Recalled || m.ID-FirstMessageID < w.Messages.Roaming.Gone[user] || !w.takesPart(user, m):
		return Conversation{}, false
	case m.Chat != ToUsers:
		return Conversation{ID: m.To}, true
	case m.From == user:
		return Conversation{true, m.To}, true
	}
	return Conversation{true, m.From}, true
}

// Roaming yields a user's roaming messages, the oldest first: those for whom a
// message was online only, or who were left out of it, do not have it; and
// nobody has one to some of a group or room. The caller holds mu.
func (w *World) Roaming(user string) func(yield func(Conversation, *Message) bool) {
	return func(yield func(Conversation, *Message) bool) {
		for _, m := range w.Posts {
			if m.OnlineOnly || m.directed() || slices.Contains(m.RoamIgnore, user) || w.Messages.Roaming.Deleted[user][m.ID] {
				continue
			}
			if conv, ok := w.conversationOf(user, m); ok && !yield(conv, m) {
				return
			}
		}
	}
}

// roamingQuery reads which conversation a call is about. The query has the peer
// under the name that the path has for the user.
func roamingQuery(c *wire.Call, name string, more string) (Conversation, *wire.Error) {
	id := c.Query.Get(name)
	if id == "" || c.Query.Get(more) == "" {
		return Conversation{}, wire.ErrRoaming("Bad Request", "Bad Request")
	}
	if name == "userId" {
		return Conversation{true, Fold(id)}, nil
	}
	return Conversation{ID: id}, nil
}

func deleteRoaming(name string) func(*World, *wire.Call) (*wire.Response, *wire.Error) {
	return func(w *World, c *wire.Call) (*wire.Response, *wire.Error) {
		conv, err := roamingQuery(c, name, "msgIdList")
		if err != nil {
			return nil, err
		}
		ids := strings.Split(c.Query.Get("msgIdList"), ",")
		if len(ids) > maxRoamingBatch {
			return nil, wire.ErrRoaming("param exception", "delete msg list limit can not greater than 50")
		}
		w.Mu.Lock()
		defer w.Mu.Unlock()
		user := named(c, "userId")
		for _, id := range ids {
			m := w.Find(strings.TrimSpace(id))
			if m == nil {
				continue
			}
			if in, ok := w.conversationOf(user, m); ok && in == conv {
				w.Messages.Roaming.Delete(user, m)
			}
		}
		return withStatus(c, nil), nil
	}
}

func clearRoamingUntil(name string) func(*World, *wire.Call) (*wire.Response, *wire.Error) {
	return func(w *World, c *wire.Call) (*wire.Response, *wire.Error) {
		conv, err := roamingQuery(c, name, "delTime")
		if err != nil {
			return nil, err
		}
		until, wrong := strconv.ParseInt(c.Query.Get("delTime"), 10, 64)
		if wrong != nil {
			return nil, wire.ErrRoaming("Bad Request", "Bad Request")
		}
		w.Mu.Lock()
		defer w.Mu.Unlock()
		w.clearConversation(named(c, "userId"), conv, time.UnixMilli(until))
		return withStatus(c, nil), nil
	}
}

// clearConversation deletes a user's roaming messages of a conversation up to a
// time. The caller holds mu.
func (w *World) clearConversation(user string, conv Conversation, until time.Time) {
	for in, m := range w.Roaming(user) {
		if in == conv && !m.Time.Truncate(time.Millisecond).After(until) {
			w.Messages.Roaming.Delete(user, m)
		}
	}
}

// clearRoaming deletes everything of a user, and empties his conversation list.
func (w *World) clearRoaming(c *wire.Call) (*wire.Response, *wire.Error) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	user := named(c, "userId")
	for _, m := range w.Posts {
		if conv, ok := w.conversationOf(user, m); ok {
			w.Messages.Roaming.Close(user, conv, m.ID)
			w.Messages.Roaming.Delete(user, m)
		}
	}
	return withStatus(c, nil), nil
}
