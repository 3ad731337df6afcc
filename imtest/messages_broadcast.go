package imtest

const firstBroadcastID = 1312745518963229184

var broadcastRoutes = []legacy{
	{
		id: "messages.broadcast_rooms", method: post, path: "/messages/chatrooms/broadcast", shape: full,
		body: jsonBody, do: broadcast(toRooms, (*state).activeRooms, false),
	},
	{
		id: "messages.broadcast_online_users", method: post, path: "/messages/users/broadcast", shape: full,
		body: jsonBody, do: broadcast(toUsers, (*state).onlineUsers, true),
	},
	{
		id: "messages.broadcast_all_users", method: post, path: "/messages/broadcast", shape: full,
		body: jsonBody, do: (*state).broadcastAll,
	},
}

func (s *state) onlineUsers() []string {
	var list []string
	for u := range s.users.all {
		if u.online {
			list = append(list, u.name)
		}
	}
	return list
}

func (s *state) allUsers() []string {
	return convert(s.users.list(), func(u *user) string { return u.name })
}

// broadcast sends one message to all targets that it finds. One to those who
// are online is kept for nobody.
func broadcast(chat chatKind, targets func(*state) []string, online bool) func(*state, *call) (*response, *apiError) {
	return func(s *state, c *call) (*response, *apiError) {
		o, err := c.object()
		if err != nil {
			return nil, errInvalidBody()
		}
		msg, err := readBroadcast(o)
		if err != nil {
			return nil, err
		}
		msg.onlineOnly = msg.onlineOnly || online
		return data(map[string]int64{"id": s.broadcast(msg, chat, targets)}), nil
	}
}

// broadcastAll names its targets in the body, though there is but one word.
func (s *state) broadcastAll(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, errInvalidBody()
	}
	switch kind := o.text("target_type"); {
	case kind == "" && o.bad == "":
		return nil, errIllegalArgument("target_type must be provided")
	case kind != "users":
		return nil, errIllegalArgument("target_type can only be 'users'")
	}
	return broadcast(toUsers, (*state).allUsers, false)(s, c)
}

// readBroadcast reads a flat message.
func readBroadcast(o *object) (*content, *apiError) {
	body := o.inner("msg")
	switch {
	case o.has("from") && o.text("from") == "" && o.bad == "":
		return nil, errIllegalArgument("from can't be empty")
	case !extFits(o):
		return nil, errIllegalArgument("ext must be JSONObject")
	case body == nil:
		return nil, errInvalidBody()
	}
	kind, msg := flatType(body), readOptions(o)
	if o.bad != "" || body.bad != "" || kindName(kind) == "" {
		return nil, errInvalidBody()
	}
	msg.kind, msg.body = kindName(kind), string(encode(body.fields))
	if len(msg.body)+len(msg.ext) > maxMessage {
		return nil, errInvalidBody()
	}
	return msg, nil
}

// broadcast stores a message for each target. Its id is none of theirs.
func (s *state) broadcast(msg *content, chat chatKind, targets func(*state) []string) int64 {
	msg.time = s.now()
	s.dropAbsent()
	s.mu.Lock()
	defer s.mu.Unlock()
	id := firstBroadcastID + s.messages.broadcasts
	s.messages.broadcasts++
	msg.rare = &rare{broadcast: id}
	for _, target := range targets(s) {
		m := &message{to: target, chat: chat, content: msg}
		s.posts.add(m)
		s.deliver(m)
	}
	return id
}
