package world

import (
	"fmt"
	"strconv"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// maxDirected is the largest number of users that a message to some of a group
// or room is for.
const maxDirected = 20

var targetedRoutes = []Legacy{
	{wire.Route{
		ID: "messages.send_group_targeted", Method: post, Path: "/messages/chatgroups/users", Shape: wire.InAction | wire.InApp,
		Body: wire.JSONBody,
	}, sendTargeted(ToGroups)},
	{wire.Route{
		ID: "messages.send_room_targeted", Method: post, Path: "/messages/chatrooms/users", Shape: wire.InAction | wire.InApp,
		Body: wire.JSONBody,
	}, sendTargeted(ToRooms)},
}

// sendTargeted sends to some of one group or room. The response leaves /users out
// of its path.
func sendTargeted(chat ChatKind) func(*World, *wire.Call) (*wire.Response, *wire.Error) {
	return func(w *World, c *wire.Call) (*wire.Response, *wire.Error) {
		o, err := c.Object()
		if err != nil {
			return nil, wire.ErrInvalidBody()
		}
		to, err := readTargets(o, chat)
		switch {
		case err != nil:
			return nil, err
		case len(to) > 1: // one is the limit, but the server's text names another
			return nil, wire.ErrSend(fmt.Sprintf("params to's size can't exceed limit %d", ChatKinds[chat].most), 0)
		}
		users := o.Texts("users")
		switch {
		case o.Bad != "" || len(users) > maxDirected:
			return nil, wire.ErrInvalidBody()
		case len(users) == 0:
			return nil, wire.ErrSend("param users can't be empty", 0)
		}
		msg, err := readContent(o)
		if err != nil {
			return nil, err
		}
		msg.Rare = &Rare{Users: foldAll(users)}
		ans := wire.Data(map[string]string{to[0]: w.sendDirected(msg, chat, to[0])})
		return c.At(ans, "/messages/"+ChatKinds[chat].targets), nil
	}
}

// sendDirected sends a message to the users it is for, as far as they are in
// the group or room, and to the sender.
func (w *World) sendDirected(msg *Content, chat ChatKind, to string) string {
	msg.Time = w.Now()
	w.Mu.Lock()
	defer w.Mu.Unlock()
	m := &Message{To: to, Chat: chat, Content: msg}
	w.Posts.Add(m)
	for _, user := range foldAll(append([]string{m.From}, m.Rare.Users...)) {
		if user == m.From || w.inCircle(m, user) {
			w.deliverTo(user, m)
		}
	}
	list := w.Groups
	if chat == ToRooms {
		list = w.Rooms
	}
	list[to] = append(list[to], m)
	return strconv.FormatInt(m.ID, 10)
}
