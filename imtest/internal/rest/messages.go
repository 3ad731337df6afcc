package rest

import (
	"fmt"
	"slices"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const (
	maxLegacyMessage = 40 << 10 // bytes of body and ext in POST /messages
	maxDirected      = 20       // users of a message to some of a group or room
)

var messagesRoutes = []route{
	{wire.Route{
		ID: "messages.send_users", Method: post, Path: "/messages/users", Shape: wire.Full,
		Body: wire.JSONBody,
	}, sendTo(world.ToUsers)},
	{wire.Route{
		ID: "messages.send_groups", Method: post, Path: "/messages/chatgroups", Shape: wire.Full,
		Body: wire.JSONBody,
	}, sendTo(world.ToGroups)},
	{wire.Route{
		ID: "messages.send_rooms", Method: post, Path: "/messages/chatrooms", Shape: wire.Full,
		Body: wire.JSONBody,
	}, sendTo(world.ToRooms)},
	{wire.Route{
		ID: "messages.send_legacy", Method: post, Path: "/messages", Shape: wire.Full,
		Body: wire.JSONBody,
	}, (*API).messagesSendLegacy},
	{wire.Route{
		ID: "messages.send_group_targeted", Method: post, Path: "/messages/chatgroups/users", Shape: wire.InAction | wire.InApp,
		Body: wire.JSONBody,
	}, sendTargeted(world.ToGroups)},
	{wire.Route{
		ID: "messages.send_room_targeted", Method: post, Path: "/messages/chatrooms/users", Shape: wire.InAction | wire.InApp,
		Body: wire.JSONBody,
	}, sendTargeted(world.ToRooms)},
}

// targets are the kinds of targets in paths and in target_type, and how many one
// call takes.
var targets = [...]struct {
	name string
	most int
}{
	world.ToUsers:  {"users", 600},
	world.ToGroups: {"chatgroups", 3},
	world.ToRooms:  {"chatrooms", 10},
}

// idsByTarget is the payload of a send call.
func idsByTarget(sent []world.Message) map[string]string {
	ids := make(map[string]string, len(sent))
	for _, m := range sent {
		ids[m.To] = m.IDText()
	}
	return ids
}

// sendTo handles the three endpoints that send.
func sendTo(chat world.ChatKind) func(*API, *wire.Call) (*wire.Response, *wire.Error) {
	return func(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
		o, err := c.Object()
		if err != nil {
			return nil, wire.ErrInvalidBody()
		}
		to, err := readTargets(o, chat)
		if err != nil {
			return nil, err
		}
		msg, err := readContent(o)
		if err != nil {
			return nil, err
		}
		return wire.Data(idsByTarget(a.world.Send(msg, chat, to))), nil
	}
}

// readTargets reads "to" and, since it comes before it, checks "from".
func readTargets(o *wire.Object, chat world.ChatKind) ([]string, *wire.Error) {
	to := o.Texts("to")
	switch {
	case o.Has("from") && o.Text("from") == "" && o.Bad == "":
		return nil, wire.ErrSend("param from can't be empty", 14001)
	case o.Bad != "":
		return nil, wire.ErrInvalidBody()
	case len(to) == 0:
		return nil, wire.ErrSend("param to can't be empty", 14002)
	case len(to) > targets[chat].most:
		return nil, errTooManyTargets(chat)
	}
	return to, nil
}

func errTooManyTargets(chat world.ChatKind) *wire.Error {
	return wire.ErrSend(fmt.Sprintf("params to's size can't exceed limit %d", targets[chat].most), 0)
}

// messagesSendLegacy is the older single endpoint: the target type is in the body,
// and the message is flat, its type beside its fields.
func (a *API) messagesSendLegacy(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	chat, to, err := readLegacyTargets(o)
	if err != nil {
		return nil, err
	}
	msg, err := readLegacyContent(o)
	if err != nil {
		return nil, err
	}
	ids := idsByTarget(a.world.Send(msg, chat, to))
	if c.Query.Get("useMsgId") != "true" {
		for target := range ids {
			ids[target] = "success"
		}
	}
	return wire.Data(ids), nil
}

func readLegacyTargets(o *wire.Object) (world.ChatKind, []string, *wire.Error) {
	kind, to := o.Text("target_type"), o.Texts("target")
	kinds := []world.ChatKind{world.ToUsers, world.ToGroups, world.ToRooms}
	i := slices.IndexFunc(kinds, func(chat world.ChatKind) bool { return targets[chat].name == kind })
	switch {
	case i < 0:
		return 0, nil, wire.ErrIllegalArgument("target_type can only be 'users' or 'chatgroups' or 'chatrooms'")
	case o.Has("from") && o.Text("from") == "":
		return 0, nil, wire.ErrIllegalArgument("from can't be empty")
	case o.Bad != "" || len(to) == 0 || len(to) > targets[world.ToUsers].most:
		return 0, nil, wire.ErrInvalidRequest()
	}
	return kinds[i], to, nil
}

func readLegacyContent(o *wire.Object) (world.Content, *wire.Error) {
	msg, fits := readFlat(o)
	switch {
	case !fits:
		return msg, wire.ErrInvalidRequest()
	case len(msg.Body)+len(msg.Ext) > maxLegacyMessage:
		return msg, wire.ErrIllegalArgument("message is too large")
	}
	return msg, nil
}

// sendTargeted sends to some of one group or room. The response leaves /users out
// of its path.
func sendTargeted(chat world.ChatKind) func(*API, *wire.Call) (*wire.Response, *wire.Error) {
	return func(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
		o, err := c.Object()
		if err != nil {
			return nil, wire.ErrInvalidBody()
		}
		to, err := readTargets(o, chat)
		switch {
		case err != nil:
			return nil, err
		case len(to) > 1: // one is the limit, but the server's text names another
			return nil, errTooManyTargets(chat)
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
		sent := a.world.SendDirected(msg, chat, to[0], users)
		return c.At(wire.Data(idsByTarget([]world.Message{sent})), "/messages/"+targets[chat].name), nil
	}
}
