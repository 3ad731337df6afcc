package imtest

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

const maxRoamingBatch = 50

// Roaming messages are what a user can pull of his conversations. No call reads
// them; Server.Roaming does.
var roamingRoutes = []legacy{
	{
		id: "messages.delete_roaming_chat", method: del, path: "/rest/message/roaming/chat/user/{userId}",
		do: deleteRoaming("userId"),
	},
	{
		id: "messages.delete_roaming_group", method: del, path: "/rest/message/roaming/group/user/{userId}",
		do: deleteRoaming("groupId"),
	},
	{
		id: "messages.clear_roaming_all", method: post, path: "/rest/message/roaming/user/{userId}/delete/all",
		do: (*state).clearRoaming,
	},
	{
		id: "messages.clear_roaming_chat_until", method: del, also: post,
		path: "/rest/message/roaming/chat/user/{userId}/time", do: clearRoamingUntil("userId"),
	},
	{
		id: "messages.clear_roaming_group_until", method: del, also: post,
		path: "/rest/message/roaming/group/user/{userId}/time", do: clearRoamingUntil("groupId"),
	},
}

// conversation is one of a user's: with a user, or in a group or room.
type conversation struct {
	one bool // with one user
	id  string
}

// roamingState holds what users have deleted for themselves alone.
type roamingState struct {
	deleted map[string]map[int64]bool         // by user: messages
	closed  map[string]map[conversation]int64 // by user: the newest message of then
	gone    map[string]int64                  // by deleted user: the number of messages of then
}

// delete takes a message out of a user's roaming messages.
func (r *roamingState) delete(user string, m *message) {
	if r.deleted == nil {
		r.deleted = map[string]map[int64]bool{}
	}
	if r.deleted[user] == nil {
		r.deleted[user] = map[int64]bool{}
	}
	r.deleted[user][m.id] = true
}

// close takes a conversation out of a user's list, until it goes on.
func (r *roamingState) close(user string, conv conversation, newest int64) {
	if r.closed == nil {
		r.closed = map[string]map[conversation]int64{}
	}
	if r.closed[user] == nil {
		r.closed[user] = map[conversation]int64{}
	}
	r.closed[user][conv] = newest
}

// forget lets a deleted user have none of the messages until now, also if
// another one takes his name.
func (r *roamingState) forget(user string, messages int64) {
	delete(r.deleted, user)
	delete(r.closed, user)
	if messages == 0 {
		return
	}
	if r.gone == nil {
		r.gone = map[string]int64{}
	}
	r.gone[user] = messages
}

// conversationOf returns which of a user's conversations a message belongs to,
// if to any. The caller holds mu.
func (s *state) conversationOf(user string, m *message) (conversation, bool) {
	switch {
	case m.recalled || m.id-firstMessageID < s.messages.roaming.gone[user] || !s.takesPart(user, m):
		return conversation{}, false
	case m.chat != toUsers:
		return conversation{id: m.to}, true
	case m.from == user:
		return conversation{true, m.to}, true
	}
	return conversation{true, m.from}, true
}

// roaming yields a user's roaming messages, the oldest first: those for whom a
// message was online only, or who were left out of it, do not have it; and
// nobody has one to some of a group or room. The caller holds mu.
func (s *state) roaming(user string) func(yield func(conversation, *message) bool) {
	return func(yield func(conversation, *message) bool) {
		for _, m := range s.posts {
			if m.onlineOnly || m.directed() || slices.Contains(m.roamIgnore, user) || s.messages.roaming.deleted[user][m.id] {
				continue
			}
			if conv, ok := s.conversationOf(user, m); ok && !yield(conv, m) {
				return
			}
		}
	}
}

// roamingQuery reads which conversation a call is about. The query has the peer
// under the name that the path has for the user.
func roamingQuery(c *call, name string, more string) (conversation, *apiError) {
	id := c.query.Get(name)
	if id == "" || c.query.Get(more) == "" {
		return conversation{}, errRoaming("Bad Request", "Bad Request")
	}
	if name == "userId" {
		return conversation{true, fold(id)}, nil
	}
	return conversation{id: id}, nil
}

func deleteRoaming(name string) func(*state, *call) (*response, *apiError) {
	return func(s *state, c *call) (*response, *apiError) {
		conv, err := roamingQuery(c, name, "msgIdList")
		if err != nil {
			return nil, err
		}
		ids := strings.Split(c.query.Get("msgIdList"), ",")
		if len(ids) > maxRoamingBatch {
			return nil, errRoaming("param exception", "delete msg list limit can not greater than 50")
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		user := named(c, "userId")
		for _, id := range ids {
			m := s.find(strings.TrimSpace(id))
			if m == nil {
				continue
			}
			if in, ok := s.conversationOf(user, m); ok && in == conv {
				s.messages.roaming.delete(user, m)
			}
		}
		return withStatus(c, nil), nil
	}
}

func clearRoamingUntil(name string) func(*state, *call) (*response, *apiError) {
	return func(s *state, c *call) (*response, *apiError) {
		conv, err := roamingQuery(c, name, "delTime")
		if err != nil {
			return nil, err
		}
		until, wrong := strconv.ParseInt(c.query.Get("delTime"), 10, 64)
		if wrong != nil {
			return nil, errRoaming("Bad Request", "Bad Request")
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.clearConversation(named(c, "userId"), conv, time.UnixMilli(until))
		return withStatus(c, nil), nil
	}
}

// clearConversation deletes a user's roaming messages of a conversation up to a
// time. The caller holds mu.
func (s *state) clearConversation(user string, conv conversation, until time.Time) {
	for in, m := range s.roaming(user) {
		if in == conv && !m.time.Truncate(time.Millisecond).After(until) {
			s.messages.roaming.delete(user, m)
		}
	}
}

// clearRoaming deletes everything of a user, and empties his conversation list.
func (s *state) clearRoaming(c *call) (*response, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user := named(c, "userId")
	for _, m := range s.posts {
		if conv, ok := s.conversationOf(user, m); ok {
			s.messages.roaming.close(user, conv, m.id)
			s.messages.roaming.delete(user, m)
		}
	}
	return withStatus(c, nil), nil
}
