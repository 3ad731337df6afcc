package world

import "github.com/imrest/im-go/imtest/internal/wire"

const firstBroadcastID = 1312745518963229184

var broadcastRoutes = []Legacy{
	{wire.Route{
		ID: "messages.broadcast_rooms", Method: post, Path: "/messages/chatrooms/broadcast", Shape: wire.Full,
		Body: wire.JSONBody,
	}, broadcast(ToRooms, (*World).activeRooms, false)},
	{wire.Route{
		ID: "messages.broadcast_online_users", Method: post, Path: "/messages/users/broadcast", Shape: wire.Full,
		Body: wire.JSONBody,
	}, broadcast(ToUsers, (*World).onlineUsers, true)},
	{wire.Route{
		ID: "messages.broadcast_all_users", Method: post, Path: "/messages/broadcast", Shape: wire.Full,
		Body: wire.JSONBody,
	}, (*World).broadcastAll},
}

func (w *World) onlineUsers() []string {
	var list []string
	for u := range w.users.All {
		if u.Online {
			list = append(list, u.Name)
		}
	}
	return list
}

func (w *World) allUsers() []string {
	return Convert(w.users.List(), func(u *User) string { return u.Name })
}

// broadcast sends one message to all targets that it finds. One to those who
// are online is kept for nobody.
func broadcast(chat ChatKind, targets func(*World) []string, online bool) func(*World, *wire.Call) (*wire.Response, *wire.Error) {
	return func(w *World, c *wire.Call) (*wire.Response, *wire.Error) {
		o, err := c.Object()
		if err != nil {
			return nil, wire.ErrInvalidBody()
		}
		msg, err := readBroadcast(o)
		if err != nil {
			return nil, err
		}
		msg.OnlineOnly = msg.OnlineOnly || online
		return wire.Data(map[string]int64{"id": w.broadcast(msg, chat, targets)}), nil
	}
}

// broadcastAll names its targets in the body, though there is but one word.
func (w *World) broadcastAll(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, wire.ErrInvalidBody()
	}
	switch kind := o.Text("target_type"); {
	case kind == "" && o.Bad == "":
		return nil, wire.ErrIllegalArgument("target_type must be provided")
	case kind != "users":
		return nil, wire.ErrIllegalArgument("target_type can only be 'users'")
	}
	return broadcast(ToUsers, (*World).allUsers, false)(w, c)
}

// readBroadcast reads a flat message.
func readBroadcast(o *wire.Object) (*Content, *wire.Error) {
	body := o.Inner("msg")
	switch {
	case o.Has("from") && o.Text("from") == "" && o.Bad == "":
		return nil, wire.ErrIllegalArgument("from can't be empty")
	case !extFits(o):
		return nil, wire.ErrIllegalArgument("ext must be JSONObject")
	case body == nil:
		return nil, wire.ErrInvalidBody()
	}
	kind, msg := flatType(body), readOptions(o)
	if o.Bad != "" || body.Bad != "" || KindName(kind) == "" {
		return nil, wire.ErrInvalidBody()
	}
	msg.Kind, msg.Body = KindName(kind), string(wire.Encode(body.Fields))
	if len(msg.Body)+len(msg.Ext) > maxMessage {
		return nil, wire.ErrInvalidBody()
	}
	return msg, nil
}

// broadcast stores a message for each target. Its id is none of theirs.
func (w *World) broadcast(msg *Content, chat ChatKind, targets func(*World) []string) int64 {
	msg.Time = w.Now()
	w.DropAbsent()
	w.Mu.Lock()
	defer w.Mu.Unlock()
	id := firstBroadcastID + w.Messages.Broadcasts
	w.Messages.Broadcasts++
	msg.Rare = &Rare{Broadcast: id}
	for _, target := range targets(w) {
		m := &Message{To: target, Chat: chat, Content: msg}
		w.Posts.Add(m)
		w.deliver(m)
	}
	return id
}
