package rest

import (
	"math"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const (
	maxReaction      = 128 // characters
	maxReactionBatch = 20  // messages of one query
	maxReactionPage  = 50
	shownReactors    = 3 // users of a reaction in a query
)

// Responses of reactions have an envelope of their own.
var reactionsRoutes = []route{
	{wire.Route{
		ID: "reaction.create", Method: post, Path: "/reaction/user/{userId}",
		Body: wire.JSONBody,
	}, (*API).reactionsCreate},
	{wire.Route{
		ID: "reaction.get", Method: get, Path: "/reaction/user/{userId}",
	}, (*API).reactionsGet},
	{wire.Route{
		ID: "reaction.delete", Method: del, Path: "/reaction/user/{userId}",
	}, (*API).reactionsDelete},
	{wire.Route{
		ID: "reaction.detail", Method: get, Path: "/reaction/user/{userId}/detail",
	}, (*API).reactionsDetail},
}

func errReaction(text string) *wire.Error {
	return wire.ErrReaction(http.StatusBadRequest, "Bad Request", text)
}

// reactionWords are how these calls say that there is no such message.
var reactionWords = words{world.NoMessage: func(*world.Error) *wire.Error {
	return wire.ErrReaction(http.StatusForbidden, "", "the message does not exist")
}}

func (a *API) reactionsCreate(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	id, text := o.Text("msgId", "msg_Id"), o.Text("message")
	switch {
	case o.Bad != "" || id == "" || text == "":
		return nil, errReaction("msgId and message can not be null!")
	case utf8.RuneCountInString(text) > maxReaction: // so the service was seen to respond
		return nil, wire.ErrReaction(http.StatusServiceUnavailable, "", "this message is creating reaction, please try again.")
	}
	r, m, refused := a.world.React(c.Value("userId"), id, text)
	if refused != nil {
		return nil, told(refused, reactionWords)
	}
	return withStatus(c, newReaction(r, m)), nil
}

// newReaction is the response to a new reaction; groupId is null for a chat.
func newReaction(r world.Reaction, m world.Message) map[string]any {
	const format = "2006-01-02T15:04:05.000000Z"
	shown := map[string]any{
		"id": r.ID, "msgId": m.IDText(), "msgType": m.Chat.String(), "groupId": nil,
		"reaction":  r.Text,
		"createdAt": r.Created.UTC().Format(format), "updatedAt": r.Updated.UTC().Format(format),
	}
	if m.Chat == world.ToGroups {
		shown["groupId"] = m.To
	}
	return shown
}

// reactionItem is a reaction in a query.
type reactionItem struct {
	ID       string   `json:"reactionId"`
	Reaction string   `json:"reaction"`
	Count    int      `json:"count"`
	State    bool     `json:"state"` // the user of the path is among them
	UserList []string `json:"userList"`
}

// reactionItemOf shows some of the users of a reaction to a user.
func reactionItemOf(r world.Reaction, user string, shown []string) reactionItem {
	return reactionItem{r.ID, r.Text, len(r.Users), slices.Contains(r.Users, world.Fold(user)), shown}
}

type reactionsOf struct {
	MsgID string         `json:"msgId"`
	List  []reactionItem `json:"reactionList"`
}

// reactionsGet has an entry per message that it is asked for, empty for one that
// does not exist.
func (a *API) reactionsGet(c *wire.Call) (*wire.Response, *wire.Error) {
	ids := strings.Split(strings.Join(c.Query["msgIdList"], ","), ",")
	kind, group := c.Query.Get("msgType"), c.Query.Get("groupId")
	chat, _ := world.ChatKindOf(kind)
	switch {
	case ids[0] == "" || kind != "chat" && kind != "groupchat":
		return nil, errReaction("msgIdList and msgType can not be null!")
	case len(ids) > maxReactionBatch:
		return nil, errReaction("msgIdList exceeds the maximum number limit")
	case kind == "groupchat" && group == "":
		return nil, errReaction("groupId can not be null!")
	}
	user := c.Value("userId")
	reactions, refused := a.world.ReactionsIn(user, chat, group, ids)
	if refused != nil {
		return nil, told(refused)
	}
	list := make([]reactionsOf, len(ids))
	for i, id := range ids {
		list[i] = reactionsOf{id, world.Convert(reactions[i], func(r world.Reaction) reactionItem {
			return reactionItemOf(r, user, r.Users[:min(shownReactors, len(r.Users))])
		})}
	}
	return withStatus(c, list), nil
}

// reactionsDelete says the same to one who never reacted and to a stranger.
func (a *API) reactionsDelete(c *wire.Call) (*wire.Response, *wire.Error) {
	if err := a.world.TakeReactionBack(c.Value("userId"), c.Query.Get("msgId"), c.Query.Get("message")); err != nil {
		return nil, told(err)
	}
	return withStatus(c, nil), nil
}

// reactionPage is the payload of a detail call. The cursor is "" on the last
// page: the service was seen to send it so, or not at all.
type reactionPage struct {
	reactionItem
	Cursor string `json:"cursor"`
}

// reactionsDetail responds for a reaction that nobody made with a count of 0.
func (a *API) reactionsDetail(c *wire.Call) (*wire.Response, *wire.Error) {
	limit, err := c.Number("limit", maxReactionPage, math.MaxInt32)
	switch {
	case err != nil:
		return nil, err
	case limit > maxReactionPage:
		return nil, errReaction("Limit exceeds the maximum quantity limit")
	}
	user, query := c.Value("userId"), c.Query
	r, page, next, refused := a.world.ListReactors(user, query.Get("msgId"), query.Get("message"), query.Get("cursor"), limit)
	if refused != nil {
		return nil, told(refused)
	}
	return withStatus(c, reactionPage{reactionItemOf(r, user, append([]string{}, page...)), next}), nil
}
