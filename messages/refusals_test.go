package messages_test

import (
	"strings"
	"testing"

	"github.com/imrest/im-go/messages"
)

// Users are checked wherever a call names them, and words wherever the documents name all that
// there are; without words the server has defaults.
func TestUsersAndWordsRefused(t *testing.T) {
	ctx := t.Context()
	long := strings.Repeat("u", 65)
	const has65 = ": has 65 bytes, at most 64 are allowed"
	bob, text := []string{"bob"}, messages.Text("x")
	send := func(m messages.Message) func(*messages.Service) error {
		return func(s *messages.Service) error { _, err := s.SendToGroups(ctx, bob, m); return err }
	}
	pushed := func(p messages.Push) func(*messages.Service) error {
		return send(messages.Message{Body: text, Push: &p})
	}
	legacy := func(target messages.Target, to string) func(*messages.Service) error {
		return func(s *messages.Service) error { _, err := s.SendLegacy(ctx, target, []string{to}, hello); return err }
	}
	recall := func(r messages.Recall) func(*messages.Service) error {
		return func(s *messages.Service) error { return s.Recall(ctx, id1, r) }
	}
	for want, call := range map[string]func(*messages.Service) error{
		"send_groups: From" + has65:                     send(messages.Message{Body: text, From: long}),
		"send_groups: RoamIgnore[1]" + has65:            send(messages.Message{Body: text, RoamIgnore: []string{"a", long}}),
		"send_groups: RoamIgnore[0]: must not be empty": send(messages.Message{Body: text, RoamIgnore: []string{""}}),
		"send_groups: Push.Mentions[0]" + has65:         pushed(messages.Push{Mentions: []string{long}}),
		"send_groups: Push.Template.Directed.Users[0]" + has65: pushed(messages.Push{Template: &messages.PushTemplate{
			Directed: &messages.PushTemplateUsers{Users: []string{long}},
		}}),
		"send_legacy: to[0]" + has65: legacy(messages.TargetUsers, long),
		"recall: To" + has65:         recall(messages.Recall{To: long, ChatType: messages.ChatTypeUser}),
		"delete_conversation: peer" + has65: func(s *messages.Service) error {
			return s.DeleteConversation(ctx, "alice", long, messages.ChatTypeUser, messages.DeleteConversationOptions{})
		},

		`send_legacy: target: is "user", must be one of users, chatgroups, chatrooms`: legacy("user", "bob"),
		`recall: ChatType: is "group", must be one of chat, groupchat, chatroom`:      recall(messages.Recall{To: "7", ChatType: "group"}),
		`send_rooms: Priority: is "urgent", must be one of high, normal, low`: func(s *messages.Service) error {
			_, err := s.SendToRooms(ctx, bob, messages.Message{Body: text, Priority: "urgent"})
			return err
		},
		`broadcast_rooms: Priority: is "urgent", must be one of high, normal, low`: func(s *messages.Service) error {
			_, err := s.BroadcastToRooms(ctx, messages.Broadcast{Body: text, Priority: "urgent"})
			return err
		},
		`stream_user: Format: is "html", must be one of text, markdown`: func(s *messages.Service) error {
			_, err := s.SendChunkToUser(ctx, "bob", messages.Chunk{From: "alice", Format: "html"})
			return err
		},
		`set_attachment_lifetime: lifetime: is "week", must be one of default, refresh, forever`: func(s *messages.Service) error {
			_, err := s.SetFileLifetimes(ctx, "alice", []string{"f"}, "week")
			return err
		},
	} {
		refused(t, "messages."+want, call)
	}
}
