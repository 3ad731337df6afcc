package messages

import (
	"context"
	"net/http"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// The most receivers of one call.
const (
	MaxUsersBatch  = 600 // of [Service.SendToUsers]
	MaxGroupsBatch = 3   // of [Service.SendToGroups]
	MaxRoomsBatch  = 10  // of [Service.SendToRooms]
)

// send carries out a send call: one item per receiver, counted as one message each.
func (s *Service) send(ctx context.Context, e *api.Endpoint, to []string, m *Message, invalid error) (batch.Results[string], error) {
	return s.sendBody(ctx, &api.Call{
		Endpoint: e, Invalid: api.First(invalid, m.check()),
		Body: m.wire(to), Items: len(to), Secrets: secretsOf(m.Body),
	}, to)
}

func (s *Service) sendBody(ctx context.Context, c *api.Call, to []string) (batch.Results[string], error) {
	var out api.Data[map[string]api.Text]
	c.Out = &out
	if err := s.api.Call(ctx, c); err != nil {
		return nil, err
	}
	return sent(to, out.Data)
}

// sent finds the id of the message to each receiver. Anything else but the "success" of
// older servers is the reason why there is none.
func sent(to []string, ids map[string]api.Text) (batch.Results[string], error) {
	var said api.Reported[string]
	for receiver, id := range ids {
		switch {
		case isMessageID(string(id)):
			said.Done(receiver, string(id))
		case id == "success":
			said.Done(receiver, "")
		default:
			said.Refused(receiver, string(id))
		}
	}
	return said.Results(to)
}

var sendUsers = api.Endpoint{
	ID: "messages.send_users", Method: http.MethodPost, Path: "/messages/users", Pool: "messages_users",
	Quotas:   api.Quotas{{N: 6000, Per: time.Minute, Items: true}, {N: 100, Per: time.Second}},
	MaxItems: MaxUsersBatch, ItemsIn: "usernames",
}

// SendToUsers sends one message to each of up to [MaxUsersBatch] users, whether they exist
// or not, and returns the id of the message to each. Quota: 6,000 messages a minute, one per
// receiver, and 100 calls a second. Errors: im.ErrTooLarge.
//
//im:endpoint messages.send_users
func (s *Service) SendToUsers(ctx context.Context, usernames []string, m Message) (batch.Results[string], error) {
	return s.send(ctx, &sendUsers, usernames, &m, api.First(api.Usernames("usernames", usernames), m.notForUsers()))
}

var sendGroups = api.Endpoint{
	ID: "messages.send_groups", Method: http.MethodPost, Path: "/messages/chatgroups", Pool: "messages_groups",
	Quotas:   api.Quotas{{N: 20, Per: time.Second, Items: true}, {N: 20, Per: time.Second}},
	MaxItems: MaxGroupsBatch, ItemsIn: "groupIDs",
}

// SendToGroups sends one message to each of up to [MaxGroupsBatch] groups, whether they
// exist or not, and returns the id of the message to each. Quota: 20 messages a second, one
// per group, and 20 calls a second. Errors: im.ErrTooLarge.
//
//im:endpoint messages.send_groups
func (s *Service) SendToGroups(ctx context.Context, groupIDs []string, m Message) (batch.Results[string], error) {
	return s.send(ctx, &sendGroups, groupIDs, &m, api.First(api.Identifiers("groupIDs", groupIDs), m.notForGroups()))
}

var sendRooms = api.Endpoint{
	ID: "messages.send_rooms", Method: http.MethodPost, Path: "/messages/chatrooms", Pool: "messages_rooms",
	Quotas:   api.Quotas{{N: 100, Per: time.Second, Items: true}, {N: 100, Per: time.Second}},
	MaxItems: MaxRoomsBatch, ItemsIn: "roomIDs",
}

// SendToRooms sends one message to each of up to [MaxRoomsBatch] chat rooms, whether they
// exist or not, and returns the id of the message to each. A room under load drops messages
// silently, those of low Priority first. Quota: 100 messages a second, one per room, and
// 100 calls a second (20 by one document of Agora China). Errors: im.ErrTooLarge.
//
//im:endpoint messages.send_rooms
func (s *Service) SendToRooms(ctx context.Context, roomIDs []string, m Message) (batch.Results[string], error) {
	return s.send(ctx, &sendRooms, roomIDs, &m, api.First(api.Identifiers("roomIDs", roomIDs), m.notForRooms()))
}
