package imtest

import (
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/event"
	"github.com/imrest/im-go/imtest/internal/world"
)

// Conversation is an entry of a user's conversation list.
type Conversation struct {
	ChatType string  `json:"chat_type"` // "chat" or "groupchat"
	ID       string  `json:"id"`        // the other user, or the group
	Unread   int     `json:"unread"`    // messages that the user has not read
	Last     Message `json:"last"`      // the newest message
}

// Conversations returns the conversation list of a user, the newest first.
func (srv *Server) Conversations(user string) []Conversation {
	return world.Convert(srv.world.Conversations(user), func(conv world.Listed) Conversation {
		return Conversation{conv.Last.Chat.String(), conv.ID, conv.Unread, conv.Last.Shown()}
	})
}

// Roaming returns the messages that a user can pull of the conversation with
// another, oldest first.
func (srv *Server) Roaming(user, peer string) []Message {
	return shownMessages(srv.world.Roaming(user, world.With(peer)))
}

// GroupRoaming is Roaming for a group or a chat room.
func (srv *Server) GroupRoaming(user, id string) []Message {
	return shownMessages(srv.world.Roaming(user, world.Conversation{ID: id}))
}

// MessageByID returns a message, and whether there is one. Recalled messages
// are found as well.
func (srv *Server) MessageByID(id string) (Message, bool) {
	m, ok := srv.world.Message(id)
	if !ok {
		return Message{}, false
	}
	return m.Shown(), true
}

// Stream is a text message that arrives in chunks.
type Stream struct {
	Message
	LastSeq  int64 `json:"last_seq"` // number of the chunk that came last
	Finished bool  `json:"finished"` // the last chunk has come
}

// Streams returns the streaming messages in the order of their first chunks.
func (srv *Server) Streams() []Stream {
	return slices.Collect(records(srv.world.Streams(), func(st world.Stream) Stream {
		return Stream{st.Message.Shown(), st.Seq, st.Finished}
	}))
}

// SetHistoryZone sets the time zone of the hours of history files. It is UTC, and
// Beijing's with [WithEasemobQuotas], as on clusters in China.
func (srv *Server) SetHistoryZone(zone *time.Location) { srv.world.SetHistoryZone(zone) }

// SetHistoryDelay sets how long after the end of an hour its history file is there:
// until then the call for it is refused as on a busy app, whose files may take a
// day. The default is 0.
func (srv *Server) SetHistoryDelay(d time.Duration) { srv.world.SetHistoryDelay(d) }

// Reaction is a reaction to a message.
type Reaction = event.Reaction

// Reactions returns the reactions to a message, oldest first.
func (srv *Server) Reactions(messageID string) []Reaction {
	return slices.Collect(records(srv.world.Reactions(messageID), func(r world.Reaction) Reaction {
		return Reaction{ID: r.ID, Text: r.Text, Users: r.Users}
	}))
}
