package imtest

import "time"

// Conversation is an entry of a user's conversation list.
type Conversation struct {
	ChatType string // "chat" or "groupchat"
	ID       string // the other user, or the group
	Unread   int
	Last     Message
}

// Conversations returns the conversation list of a user, the newest first.
func (srv *Server) Conversations(user string) []Conversation {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	return convert(s.conversations(fold(user)), func(conv *listed) Conversation {
		return Conversation{chatKinds[conv.last.chat].chat, conv.id, conv.unread, conv.last.shown()}
	})
}

// Roaming returns the messages that a user can pull of the conversation with
// another, oldest first.
func (srv *Server) Roaming(user, peer string) []Message {
	return srv.roaming(user, conversation{true, fold(peer)})
}

// GroupRoaming is Roaming for a group or a chat room.
func (srv *Server) GroupRoaming(user, id string) []Message {
	return srv.roaming(user, conversation{id: id})
}

func (srv *Server) roaming(user string, conv conversation) []Message {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []Message
	for in, m := range s.roaming(fold(user)) {
		if in == conv {
			list = append(list, m.shown())
		}
	}
	return list
}

// MessageByID returns a message, and whether there is one. Recalled messages
// are found as well.
func (srv *Server) MessageByID(id string) (Message, bool) {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	m := s.find(id)
	if m == nil {
		return Message{}, false
	}
	return m.shown(), true
}

// Stream is a text message that arrives in chunks.
type Stream struct {
	Message
	LastSeq  int64
	Finished bool
}

// Streams returns the streaming messages in the order of their first chunks.
func (srv *Server) Streams() []Stream {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []Stream
	for _, m := range s.posts {
		if st := s.messages.streams[m.id]; st != nil {
			list = append(list, Stream{m.shown(), st.seq, st.finished})
		}
	}
	return list
}

// SetHistoryZone sets the time zone of the hours of history files. It is UTC, and
// Beijing's with [WithEasemobQuotas], as on clusters in China.
func (srv *Server) SetHistoryZone(zone *time.Location) {
	s := srv.state
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages.zone = zone
}

// SetHistoryDelay sets how long after the end of an hour its history file is there:
// until then the call for it is refused as on a busy app, whose files may take a
// day. The default is 0.
func (srv *Server) SetHistoryDelay(d time.Duration) {
	s := srv.state
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages.delay = d
}

// Reaction is a reaction to a message.
type Reaction struct {
	ID    string
	Text  string
	Users []string // in the order of reacting
}

// Reactions returns the reactions to a message, oldest first.
func (srv *Server) Reactions(messageID string) []Reaction {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []Reaction
	for r := range s.reactions.on(s.find(messageID)).all {
		list = append(list, Reaction{r.id, r.text, r.users.list()})
	}
	return list
}
