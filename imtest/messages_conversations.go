package imtest

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
)

const maxConversations = 100

var conversationsRoutes = []legacy{
	{
		id: "messages.delete_conversation", method: del, path: "/users/{username}/user_channel",
		shape: inAction | inApp | inURI | inEntities, body: jsonBody, who: ownUser, do: (*state).conversationDelete,
	},
	{
		id: "messages.list_conversations", method: get,
		path: "/user/{username}/user_channels", twin: "/users/{username}/user_channels",
		shape: full, who: ownUser, do: (*state).conversationsList,
	},
}

// listed is a conversation in a user's list.
type listed struct {
	conversation
	unread int
	last   *message
}

// conversations returns a user's list, the newest first. Messages sent by REST
// are on it, as they are where the app has that switched on; imported and
// directed ones never are, nor those online only that a user missed, nor are
// rooms. The caller holds mu.
func (s *state) conversations(user string) []*listed {
	byID := map[conversation]*listed{}
	for _, m := range s.posts {
		if m.chat == toRooms || m.imported() || m.directed() {
			continue
		}
		conv, ok := s.conversationOf(user, m)
		if !ok || m.id <= s.messages.roaming.closed[user][conv] || m.onlineOnly && m.from != user && !s.inboxes[user].has(m) {
			continue
		}
		if byID[conv] == nil {
			byID[conv] = &listed{conversation: conv}
		}
		byID[conv].last = m
		if m.from != user {
			byID[conv].unread++
		}
	}
	list := slices.SortedFunc(maps.Values(byID), func(a, b *listed) int { return cmp.Compare(b.last.id, a.last.id) })
	return list[:min(len(list), maxConversations)]
}

func (s *state) conversationDelete(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, errInvalidBody()
	}
	channel, kind, roam := o.text("channel"), o.text("type"), o.boolean("delete_roam")
	switch {
	case o.bad != "":
		return nil, errInvalidBody()
	case channel == "":
		return nil, errIllegalArgument("field channel cannot be null or empty")
	case kind == "":
		return nil, errIllegalArgument("field type cannot be null or empty")
	case kind != "chat" && kind != "groupchat":
		return nil, errInvalidBody()
	case !o.has("delete_roam"):
		return nil, errIllegalArgument("field delete_roam cannot be null")
	}
	conv := conversation{one: kind == "chat", id: channel}
	if conv.one {
		conv.id = fold(channel)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	user := named(c, "username")
	s.messages.roaming.close(user, conv, firstMessageID+int64(len(s.posts))-1)
	if roam {
		s.clearConversation(user, conv, s.now())
	}
	env := c.wrap(data(map[string]string{"result": "ok"}))
	env.Path = "/users/user_channel" // without the user, unlike the URI
	return plain(env), nil
}

// channelInfo is a conversation on the wire. No page documents it: this is what
// client SDKs were seen to read.
type channelInfo struct {
	ID     string      `json:"channel_id"`
	Unread int         `json:"unread_num"`
	Meta   channelMeta `json:"meta"`
}

type channelMeta struct {
	ID      string `json:"id"`
	Payload string `json:"payload"` // JSON in a string
	Time    int64  `json:"timestamp"`
}

func (s *state) conversationsList(c *call) (*response, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	infos := convert(s.conversations(named(c, "username")), func(conv *listed) channelInfo {
		payload := conv.last.payload()
		payload.Type = chatKinds[conv.last.chat].chat
		return channelInfo{
			ID: s.channelID(conv.conversation), Unread: conv.unread,
			Meta: channelMeta{strconv.FormatInt(conv.last.id, 10), string(encode(payload)), conv.last.time.UnixMilli()},
		}
	})
	return data(map[string]any{"channel_infos": infos}), nil
}

// channelID is the qualified name of a conversation.
func (s *state) channelID(conv conversation) string {
	if conv.one {
		return s.appKey() + "_" + conv.id + "@easemob.com"
	}
	return s.appKey() + "_" + conv.id + "@conference.easemob.com"
}
