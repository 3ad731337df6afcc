package imtest

import (
	"fmt"
	"strconv"
)

// maxDirected is the largest number of users that a message to some of a group
// or room is for.
const maxDirected = 20

var targetedRoutes = []legacy{
	{
		id: "messages.send_group_targeted", method: post, path: "/messages/chatgroups/users", shape: inAction | inApp,
		body: jsonBody, do: sendTargeted(toGroups),
	},
	{
		id: "messages.send_room_targeted", method: post, path: "/messages/chatrooms/users", shape: inAction | inApp,
		body: jsonBody, do: sendTargeted(toRooms),
	},
}

// sendTargeted sends to some of one group or room. The response leaves /users out
// of its path.
func sendTargeted(chat chatKind) func(*state, *call) (*response, *apiError) {
	return func(s *state, c *call) (*response, *apiError) {
		o, err := c.object()
		if err != nil {
			return nil, errInvalidBody()
		}
		to, err := readTargets(o, chat)
		switch {
		case err != nil:
			return nil, err
		case len(to) > 1: // one is the limit, but the server's text names another
			return nil, errSend(fmt.Sprintf("params to's size can't exceed limit %d", chatKinds[chat].most), 0)
		}
		users := o.texts("users")
		switch {
		case o.bad != "" || len(users) > maxDirected:
			return nil, errInvalidBody()
		case len(users) == 0:
			return nil, errSend("param users can't be empty", 0)
		}
		msg, err := readContent(o)
		if err != nil {
			return nil, err
		}
		msg.rare = &rare{users: foldAll(users)}
		ans := data(map[string]string{to[0]: s.sendDirected(msg, chat, to[0])})
		return c.at(ans, "/messages/"+chatKinds[chat].targets), nil
	}
}

// sendDirected sends a message to the users it is for, as far as they are in
// the group or room, and to the sender.
func (s *state) sendDirected(msg *content, chat chatKind, to string) string {
	msg.time = s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &message{to: to, chat: chat, content: msg}
	s.posts.add(m)
	for _, user := range foldAll(append([]string{m.from}, m.rare.users...)) {
		if user == m.from || s.inCircle(m, user) {
			s.deliverTo(user, m)
		}
	}
	list := s.groups
	if chat == toRooms {
		list = s.rooms
	}
	list[to] = append(list[to], m)
	return strconv.FormatInt(m.id, 10)
}
