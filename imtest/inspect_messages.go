package imtest

import (
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// Conversation is an entry of a user's conversation list.
type Conversation struct {
	ChatType string  // "chat" or "groupchat"
	ID       string  // the other user, or the group
	Unread   int     // messages that the user has not read
	Last     Message // the newest message
}

// Conversations returns the conversation list of a user, the newest first.
func (srv *Server) Conversations(user string) []Conversation {
	s := srv.world
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	return world.Convert(s.Conversations(world.Fold(user)), func(conv *world.Listed) Conversation {
		return Conversation{world.ChatKinds[conv.Last.Chat].Chat, conv.ID, conv.Unread, shownMessage(conv.Last)}
	})
}

// Roaming returns the messages that a user can pull of the conversation with
// another, oldest first.
func (srv *Server) Roaming(user, peer string) []Message {
	return srv.roaming(user, world.Conversation{One: true, ID: world.Fold(peer)})
}

// GroupRoaming is Roaming for a group or a chat room.
func (srv *Server) GroupRoaming(user, id string) []Message {
	return srv.roaming(user, world.Conversation{ID: id})
}

func (srv *Server) roaming(user string, conv world.Conversation) []Message {
	s := srv.world
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	var list []Message
	for in, m := range s.Roaming(world.Fold(user)) {
		if in == conv {
			list = append(list, shownMessage(m))
		}
	}
	return list
}

// MessageByID returns a message, and whether there is one. Recalled messages
// are found as well.
func (srv *Server) MessageByID(id string) (Message, bool) {
	s := srv.world
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	m := s.Find(id)
	if m == nil {
		return Message{}, false
	}
	return shownMessage(m), true
}

// Stream is a text message that arrives in chunks.
type Stream struct {
	Message
	LastSeq  int64 // number of the chunk that came last
	Finished bool  // the last chunk has come
}

// Streams returns the streaming messages in the order of their first chunks.
func (srv *Server) Streams() []Stream {
	s := srv.world
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	var list []Stream
	for _, m := range s.Posts {
		if st := s.Messages.Streams[m.ID]; st != nil {
			list = append(list, Stream{shownMessage(m), st.Seq, st.Finished})
		}
	}
	return list
}

// SetHistoryZone sets the time zone of the hours of history files. It is UTC, and
// Beijing's with [WithEasemobQuotas], as on clusters in China.
func (srv *Server) SetHistoryZone(zone *time.Location) {
	s := srv.world
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.Messages.Zone = zone
}

// SetHistoryDelay sets how long after the end of an hour its history file is there:
// until then the call for it is refused as on a busy app, whose files may take a
// day. The default is 0.
func (srv *Server) SetHistoryDelay(d time.Duration) {
	s := srv.world
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.Messages.Delay = d
}

// Reaction is a reaction to a message.
type Reaction struct {
	ID    string   // digits
	Text  string   // the reaction itself: "👍"
	Users []string // in the order of reacting
}

// Reactions returns the reactions to a message, oldest first.
func (srv *Server) Reactions(messageID string) []Reaction {
	s := srv.world
	s.Mu.RLock()
	defer s.Mu.RUnlock()
	var list []Reaction
	for r := range s.Reactions.On(s.Find(messageID)).All {
		list = append(list, Reaction{r.ID, r.Text, r.Users.List()})
	}
	return list
}
