package messages

import (
	"context"
	"net/http"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// MaxMembersBatch is the most members of one [Service.SendToGroupMembers] or
// [Service.SendToRoomMembers].
const MaxMembersBatch = 20

// sendTargeted sends to some members of one group or room.
func (s *Service) sendTargeted(ctx context.Context, e *api.Endpoint, to string, usernames []string, m *Message, invalid error) (string, error) {
	body := m.wire([]string{to})
	body.Users = usernames
	type response = api.Data[map[string]api.Text]
	var id string
	out := &api.Checked[response]{Check: func(a *response) error {
		one, _ := sent([]string{to}, a.Data)
		id = one[0].Value
		return one[0].Err
	}}
	err := s.api.Call(ctx, &api.Call{
		Endpoint: e,
		Invalid: api.First(invalid, api.Usernames("usernames", usernames),
			api.MaxItems("usernames", len(usernames), MaxMembersBatch), m.check()),
		Body: body, Items: 1, Secrets: secretsOf(m.Body), Out: out,
	})
	return id, err
}

var sendGroupTargeted = api.Endpoint{
	ID: "messages.send_group_targeted", Method: http.MethodPost, Path: "/messages/chatgroups/users", Pool: "messages_groups_targeted",
	Quotas:   api.Quotas{{N: 100, Per: time.Second, Items: true}},
	MaxItems: MaxMembersBatch, ItemsIn: "usernames",
}

// SendToGroupMembers sends one message to a group that only the named members, up to
// [MaxMembersBatch], receive, and returns its id. The sender gets a copy. The message does
// not show in the conversation list, does not count as unread, and is roaming only where
// that was switched on. Quota: 100 messages a second; the number of members does not count.
// Errors: im.ErrTooLarge. Not in the English documents of Agora.
//
//im:endpoint messages.send_group_targeted
func (s *Service) SendToGroupMembers(ctx context.Context, groupID string, usernames []string, m Message) (string, error) {
	return s.sendTargeted(ctx, &sendGroupTargeted, groupID, usernames, &m,
		api.First(api.Required("groupID", groupID), m.notForGroups()))
}

var sendRoomTargeted = api.Endpoint{
	ID: "messages.send_room_targeted", Method: http.MethodPost, Path: "/messages/chatrooms/users", Pool: "messages_rooms_targeted",
	Quotas:   api.Quotas{{N: 100, Per: time.Second, Items: true}},
	MaxItems: MaxMembersBatch, ItemsIn: "usernames",
}

// SendToRoomMembers sends one message to a chat room that only the named members, up to
// [MaxMembersBatch], receive, and returns its id. Otherwise as
// [Service.SendToGroupMembers], with a quota of its own.
//
//im:endpoint messages.send_room_targeted
func (s *Service) SendToRoomMembers(ctx context.Context, roomID string, usernames []string, m Message) (string, error) {
	return s.sendTargeted(ctx, &sendRoomTargeted, roomID, usernames, &m,
		api.First(api.Required("roomID", roomID), m.notForRooms()))
}
