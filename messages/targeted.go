package messages

import (
	"context"
	"net/http"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// maxTargets is how many members a targeted message may name. They do not count
// for the quota: the group or room is the one receiver.
const maxTargets = 20

// sendTargeted sends to some members of one group or room.
func (s *Service) sendTargeted(ctx context.Context, e *api.Endpoint, to string, usernames []string, m *Message, invalid error) (string, error) {
	body := m.wire([]string{to})
	body.Users = usernames
	type response = api.Data[map[string]api.Text]
	var receipt Receipt
	out := &api.Checked[response]{Check: func(a *response) error {
		receipt = receipts([]string{to}, a.Data)[0]
		return receipt.Err
	}}
	err := s.api.Call(ctx, &api.Call{
		Endpoint: e,
		Invalid: api.First(invalid, api.Usernames("usernames", usernames),
			api.MaxItems("usernames", len(usernames), maxTargets), m.check()),
		Body: body, Items: 1, Secrets: secrets(m.Body), Out: out,
	})
	return receipt.MessageID, err
}

var sendGroupTargeted = api.Endpoint{
	ID: "messages.send_group_targeted", Method: http.MethodPost, Path: "/messages/chatgroups/users", Pool: "messages_groups_targeted",
	Quotas:   api.Quotas{{N: 100, Per: time.Second, Items: true}},
	MaxItems: maxTargets, ItemsIn: "usernames",
}

// SendToGroupMembers sends one message to a group that only the named members, 1
// to 20, receive, and returns its id. The sender gets a copy. The message does not
// show in the conversation list, counts as no unread one, and is roaming only
// where that was switched on. Quota: 100 messages a second; the number of members
// does not count. Not repeated after a lost response. Errors:
// [im.ErrInvalidArgument], [im.ErrTooLarge]. Not in the English documents of
// Agora.
//
//im:endpoint messages.send_group_targeted
func (s *Service) SendToGroupMembers(ctx context.Context, groupID string, usernames []string, m Message) (string, error) {
	return s.sendTargeted(ctx, &sendGroupTargeted, groupID, usernames, &m,
		api.First(api.Required("groupID", groupID), m.notForGroups()))
}

var sendRoomTargeted = api.Endpoint{
	ID: "messages.send_room_targeted", Method: http.MethodPost, Path: "/messages/chatrooms/users", Pool: "messages_rooms_targeted",
	Quotas:   api.Quotas{{N: 100, Per: time.Second, Items: true}},
	MaxItems: maxTargets, ItemsIn: "usernames",
}

// SendToRoomMembers sends one message to a chat room that only the named members,
// 1 to 20, receive, and returns its id. Otherwise as [Service.SendToGroupMembers],
// with a quota of its own.
//
//im:endpoint messages.send_room_targeted
func (s *Service) SendToRoomMembers(ctx context.Context, roomID string, usernames []string, m Message) (string, error) {
	return s.sendTargeted(ctx, &sendRoomTargeted, roomID, usernames, &m,
		api.First(api.Required("roomID", roomID), m.notForRooms()))
}
