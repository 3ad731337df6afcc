package world

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const maxConversations = 100

var conversationsRoutes = []Legacy{
	{wire.Route{
		ID: "messages.delete_conversation", Method: del, Path: "/users/{username}/user_channel",
		Shape: wire.InAction | wire.InApp | wire.InURI | wire.InEntities, Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*World).conversationDelete},
	{wire.Route{
		ID: "messages.list_conversations", Method: get,
		Path: "/user/{username}/user_channels", Twin: "/users/{username}/user_channels",
		Shape: wire.Full, Who: wire.OwnUser,
	}, (*World).conversationsList},
}

// Listed is a conversation in a user's list.
type Listed struct {
	Conversation
	Unread int
	Last   *Message
}

// Conversations returns a user's list, the newest first. Messages sent by REST
// are on it, as they are where the app has that switched on; imported and
// directed ones never are, nor those online only that a user missed, nor are
// rooms. The caller holds mu.
func (w *World) Conversations(user string) []*Listed {
	byID := map[Conversation]*Listed{}
	for _, m := range w.Posts {
		if m.Chat == ToRooms || m.imported() || m.directed() {
			continue
		}
		conv, ok := w.conversationOf(user, m)
		if !ok || m.ID <= w.Messages.Roaming.Closed[user][conv] || m.OnlineOnly && m.From != user && !w.Inboxes[user].has(m) {
			continue
		}
		if byID[conv] == nil {
			byID[conv] = &Listed{Conversation: conv}
		}
		byID[conv].Last = m
		if m.From != user {
			byID[conv].Unread++
		}
	}
	list := slices.SortedFunc(maps.Values(byID), func(a, b *Listed) int { return cmp.Compare(b.Last.ID, a.Last.ID) })
	return list[:min(len(list), maxConversations)]
}

func (w *World) conversationDelete(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, wire.ErrInvalidBody()
	}
	channel, kind, roam := o.Text("channel"), o.Text("type"), o.Boolean("delete_roam")
	switch {
	case o.Bad != "":
		return nil, wire.ErrInvalidBody()
	case channel == "":
		return nil, wire.ErrIllegalArgument("field channel cannot be null or empty")
	case kind == "":
		return nil, wire.ErrIllegalArgument("field type cannot be null or empty")
	case kind != "chat" && kind != "groupchat":
		return nil, wire.ErrInvalidBody()
	case !o.Has("delete_roam"):
		return nil, wire.ErrIllegalArgument("field delete_roam cannot be null")
	}
	conv := Conversation{One: kind == "chat", ID: channel}
	if conv.One {
		conv.ID = Fold(channel)
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	user := named(c, "username")
	w.Messages.Roaming.Close(user, conv, FirstMessageID+int64(len(w.Posts))-1)
	if roam {
		w.clearConversation(user, conv, w.Now())
	}
	env := c.Wrap(wire.Data(map[string]string{"result": "ok"}))
	env.Path = "/users/user_channel" // without the user, unlike the URI
	return wire.Plain(env), nil
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

func (w *World) conversationsList(c *wire.Call) (*wire.Response, *wire.Error) {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	infos := Convert(w.Conversations(named(c, "username")), func(conv *Listed) channelInfo {
		payload := conv.Last.payload()
		payload.Type = ChatKinds[conv.Last.Chat].Chat
		return channelInfo{
			ID: w.channelID(conv.Conversation), Unread: conv.Unread,
			Meta: channelMeta{strconv.FormatInt(conv.Last.ID, 10), string(wire.Encode(payload)), conv.Last.Time.UnixMilli()},
		}
	})
	return wire.Data(map[string]any{"channel_infos": infos}), nil
}

// channelID is the qualified name of a conversation.
func (w *World) channelID(conv Conversation) string {
	if conv.One {
		return w.AppKey() + "_" + conv.ID + "@easemob.com"
	}
	return w.AppKey() + "_" + conv.ID + "@conference.easemob.com"
}
