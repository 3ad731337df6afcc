package rest

import (
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const maxRoamingBatch = 50

// What users have of their conversations. No call reads the roaming messages,
// which are what a user can pull.
var roamingRoutes = []route{
	{wire.Route{
		ID: "messages.delete_conversation", Method: del, Path: "/users/{username}/user_channel",
		Shape: wire.InAction | wire.InApp | wire.InURI | wire.InEntities, Body: wire.JSONBody, Who: wire.OwnUser,
	}, (*API).conversationsDelete},
	{wire.Route{
		ID: "messages.list_conversations", Method: get,
		Path: "/user/{username}/user_channels", Twin: "/users/{username}/user_channels",
		Shape: wire.Full, Who: wire.OwnUser,
	}, (*API).conversationsList},
	{wire.Route{
		ID: "messages.delete_roaming_chat", Method: del, Path: "/rest/message/roaming/chat/user/{userId}",
	}, deleteRoaming("userId")},
	{wire.Route{
		ID: "messages.delete_roaming_group", Method: del, Path: "/rest/message/roaming/group/user/{userId}",
	}, deleteRoaming("groupId")},
	{wire.Route{
		ID: "messages.clear_roaming_all", Method: post, Path: "/rest/message/roaming/user/{userId}/delete/all",
	}, (*API).roamingClearAll},
	{wire.Route{
		ID: "messages.clear_roaming_chat_until", Method: del, Also: post,
		Path: "/rest/message/roaming/chat/user/{userId}/time",
	}, clearRoamingUntil("userId")},
	{wire.Route{
		ID: "messages.clear_roaming_group_until", Method: del, Also: post,
		Path: "/rest/message/roaming/group/user/{userId}/time",
	}, clearRoamingUntil("groupId")},
}

func (a *API) conversationsDelete(c *wire.Call) (*wire.Response, *wire.Error) {
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
	conv := world.Conversation{ID: channel}
	if kind == "chat" {
		conv = world.With(channel)
	}
	a.world.CloseConversation(c.Value("username"), conv, roam)
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

func (a *API) conversationsList(c *wire.Call) (*wire.Response, *wire.Error) {
	infos := world.Convert(a.world.Conversations(c.Value("username")), func(conv world.Listed) channelInfo {
		last := payloadOf(conv.Last)
		last.Type = conv.Last.Chat.String()
		return channelInfo{
			ID: a.channelID(conv.Conversation), Unread: conv.Unread,
			Meta: channelMeta{conv.Last.IDText(), string(wire.Encode(last)), conv.Last.Time.UnixMilli()},
		}
	})
	return wire.Data(map[string]any{"channel_infos": infos}), nil
}

// channelID is the qualified name of a conversation.
func (a *API) channelID(conv world.Conversation) string {
	if conv.One {
		return a.world.AppKey() + "_" + conv.ID + "@easemob.com"
	}
	return a.world.AppKey() + "_" + conv.ID + "@conference.easemob.com"
}

// withStatus is the envelope of reactions and of roaming messages.
func withStatus(c *wire.Call, payload any) *wire.Response {
	body := map[string]any{"requestStatusCode": "ok", "timestamp": c.App.Now().UnixMilli()}
	if payload != nil {
		body["data"] = payload
	}
	return wire.Plain(body)
}

// roamingQuery reads which conversation a call is about. The query has the peer
// under the name that the path has for the user.
func roamingQuery(c *wire.Call, name string, more string) (world.Conversation, *wire.Error) {
	id := c.Query.Get(name)
	if id == "" || c.Query.Get(more) == "" {
		return world.Conversation{}, wire.ErrRoaming("Bad Request", "Bad Request")
	}
	if name == "userId" {
		return world.With(id), nil
	}
	return world.Conversation{ID: id}, nil
}

func deleteRoaming(name string) func(*API, *wire.Call) (*wire.Response, *wire.Error) {
	return func(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
		conv, err := roamingQuery(c, name, "msgIdList")
		if err != nil {
			return nil, err
		}
		ids := strings.Split(c.Query.Get("msgIdList"), ",")
		if len(ids) > maxRoamingBatch {
			return nil, wire.ErrRoaming("param exception", "delete msg list limit can not greater than 50")
		}
		a.world.DeleteRoaming(c.Value("userId"), conv, world.Convert(ids, strings.TrimSpace))
		return withStatus(c, nil), nil
	}
}

func clearRoamingUntil(name string) func(*API, *wire.Call) (*wire.Response, *wire.Error) {
	return func(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
		conv, err := roamingQuery(c, name, "delTime")
		if err != nil {
			return nil, err
		}
		until, wrong := strconv.ParseInt(c.Query.Get("delTime"), 10, 64)
		if wrong != nil {
			return nil, wire.ErrRoaming("Bad Request", "Bad Request")
		}
		a.world.ClearRoaming(c.Value("userId"), conv, time.UnixMilli(until))
		return withStatus(c, nil), nil
	}
}

func (a *API) roamingClearAll(c *wire.Call) (*wire.Response, *wire.Error) {
	a.world.ClearAllRoaming(c.Value("userId"))
	return withStatus(c, nil), nil
}
