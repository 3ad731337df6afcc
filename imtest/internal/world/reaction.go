package world

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	maxReactions     = 20  // different ones on one message
	maxReaction      = 128 // characters
	maxReactionBatch = 20  // messages of one query
	maxReactionPage  = 50
	shownReactors    = 3 // users of a reaction in a query

	firstReactionID = 1226048123456789012
)

// Responses of reactions have an envelope of their own.
var reactionRoutes = []Legacy{
	{wire.Route{
		ID: "reaction.create", Method: post, Path: "/reaction/user/{userId}",
		Body: wire.JSONBody,
	}, (*World).reactionCreate},
	{wire.Route{
		ID: "reaction.get", Method: get, Path: "/reaction/user/{userId}",
	}, (*World).reactionGet},
	{wire.Route{
		ID: "reaction.delete", Method: del, Path: "/reaction/user/{userId}",
	}, (*World).reactionDelete},
	{wire.Route{
		ID: "reaction.detail", Method: get, Path: "/reaction/user/{userId}/detail",
	}, (*World).reactionDetail},
}

// reactionState holds the reactions to messages, which end with them.
type reactionState struct {
	To   map[int64]*Book[*reaction] // by message, then by the reaction
	Made int64
}

type reaction struct {
	ID               string
	Text             string
	Created, Updated time.Time
	Users            Book[string] // in the order of reacting
}

// On returns the reactions to a message, to read.
func (rs *reactionState) On(m *Message) *Book[*reaction] {
	if m != nil && rs.To[m.ID] != nil {
		return rs.To[m.ID]
	}
	return new(Book[*reaction])
}

// Add returns the reaction of a message with a text, new if there is none.
func (rs *reactionState) Add(m *Message, text string, now time.Time) *reaction {
	if rs.To == nil {
		rs.To = map[int64]*Book[*reaction]{}
	}
	if rs.To[m.ID] == nil {
		rs.To[m.ID] = new(Book[*reaction])
	}
	r := rs.To[m.ID].Get(text)
	if r == nil {
		r = &reaction{ID: strconv.FormatInt(firstReactionID+rs.Made, 10), Text: text, Created: now}
		rs.Made++
		rs.To[m.ID].Put(text, r)
	}
	r.Updated = now
	return r
}

// remove takes a user's reaction back.
func (rs *reactionState) remove(m *Message, text, user string) {
	r := rs.To[m.ID].Get(text)
	if r.Users.Remove(user); r.Users.Len() == 0 {
		rs.To[m.ID].Remove(text)
	}
}

// withStatus is the envelope of reactions and of roaming messages.
func withStatus(c *wire.Call, payload any) *wire.Response {
	body := map[string]any{"requestStatusCode": "ok", "timestamp": c.App.Now().UnixMilli()}
	if payload != nil {
		body["data"] = payload
	}
	return wire.Plain(body)
}

// mayReact returns why a user may not react to a message, or see reactions.
func (w *World) mayReact(user string, m *Message) *wire.Error {
	switch {
	case m.Chat == ToGroups && !w.inGroup(m.To, user):
		return wire.ErrReactorOutside()
	case m.Chat == ToRooms, !w.takesPart(user, m):
		return wire.ErrReactor()
	}
	return nil
}

func (w *World) reactionCreate(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	id, text := o.Text("msgId", "msg_Id"), o.Text("message")
	switch {
	case o.Bad != "" || id == "" || text == "":
		return nil, wire.ErrReaction(http.StatusBadRequest, "Bad Request", "msgId and message can not be null!")
	case utf8.RuneCountInString(text) > maxReaction: // so the service was seen to respond
		return nil, wire.ErrReaction(http.StatusServiceUnavailable, "", "this message is creating reaction, please try again.")
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	m, user := w.kept(id), named(c, "userId")
	if m == nil {
		return nil, wire.ErrReaction(http.StatusForbidden, "", "the message does not exist")
	}
	if err := w.mayReact(user, m); err != nil {
		return nil, err
	}
	on := w.Reactions.On(m)
	switch {
	case on.Has(text) && on.Get(text).Users.Has(user):
		return nil, wire.ErrReaction(http.StatusBadRequest, "Bad Request", "the user is already operation this message")
	case !on.Has(text) && on.Len() >= maxReactions:
		return nil, wire.ErrReaction(http.StatusBadRequest, "count limit exception", "The quantity has exceeded the limit!")
	}
	r := w.Reactions.Add(m, text, w.Now())
	r.Users.Put(user, user)
	return withStatus(c, r.shown(m)), nil
}

// shown is the response to a new reaction; groupId is null for a chat.
func (r *reaction) shown(m *Message) map[string]any {
	const format = "2006-01-02T15:04:05.000000Z"
	shown := map[string]any{
		"id": r.ID, "msgId": strconv.FormatInt(m.ID, 10), "msgType": ChatKinds[m.Chat].Chat, "groupId": nil,
		"reaction":  r.Text,
		"createdAt": r.Created.UTC().Format(format), "updatedAt": r.Updated.UTC().Format(format),
	}
	if m.Chat == ToGroups {
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

func (r *reaction) item(user string) reactionItem {
	return reactionItem{r.ID, r.Text, r.Users.Len(), r.Users.Has(user), r.Users.List()}
}

type reactionsOf struct {
	MsgID string         `json:"msgId"`
	List  []reactionItem `json:"reactionList"`
}

// reactionGet has an entry per message that it is asked for, empty for one that
// does not exist.
func (w *World) reactionGet(c *wire.Call) (*wire.Response, *wire.Error) {
	ids := strings.Split(strings.Join(c.Query["msgIdList"], ","), ",")
	kind, group := c.Query.Get("msgType"), c.Query.Get("groupId")
	switch {
	case ids[0] == "" || kind != "chat" && kind != "groupchat":
		return nil, wire.ErrReaction(http.StatusBadRequest, "Bad Request", "msgIdList and msgType can not be null!")
	case len(ids) > maxReactionBatch:
		return nil, wire.ErrReaction(http.StatusBadRequest, "Bad Request", "msgIdList exceeds the maximum number limit")
	case kind == "groupchat" && group == "":
		return nil, wire.ErrReaction(http.StatusBadRequest, "Bad Request", "groupId can not be null!")
	}
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	user := named(c, "userId")
	if kind == "groupchat" && !w.inGroup(group, user) {
		return nil, wire.ErrReactorOutside()
	}
	list := make([]reactionsOf, len(ids))
	for i, id := range ids {
		m := w.kept(id)
		if m != nil {
			if err := w.mayReact(user, m); err != nil {
				return nil, err
			}
			if ChatKinds[m.Chat].Chat != kind || m.Chat == ToGroups && m.To != group {
				return nil, wire.ErrReactor()
			}
		}
		list[i] = reactionsOf{id, Convert(w.Reactions.On(m).List(), func(r *reaction) reactionItem {
			item := r.item(user)
			item.UserList = item.UserList[:min(shownReactors, len(item.UserList))]
			return item
		})}
	}
	return withStatus(c, list), nil
}

// reactionDelete says the same to one who never reacted and to a stranger.
func (w *World) reactionDelete(c *wire.Call) (*wire.Response, *wire.Error) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	m, user, text := w.kept(c.Query.Get("msgId")), named(c, "userId"), c.Query.Get("message")
	r := w.Reactions.On(m).Get(text)
	if r == nil || !r.Users.Has(user) {
		return nil, wire.ErrReactor()
	}
	w.Reactions.remove(m, text, user)
	return withStatus(c, nil), nil
}

// reactionPage is the payload of a detail call. The cursor is "" on the last
// page: the service was seen to send it so, or not at all.
type reactionPage struct {
	reactionItem
	Cursor string `json:"cursor"`
}

// reactionDetail responses for a reaction that nobody made with a count of 0.
func (w *World) reactionDetail(c *wire.Call) (*wire.Response, *wire.Error) {
	limit, err := c.Number("limit", maxReactionPage, math.MaxInt32)
	switch {
	case err != nil:
		return nil, err
	case limit > maxReactionPage:
		return nil, wire.ErrReaction(http.StatusBadRequest, "Bad Request", "Limit exceeds the maximum quantity limit")
	}
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	m, user := w.kept(c.Query.Get("msgId")), named(c, "userId")
	if m == nil {
		return nil, wire.ErrReactor()
	}
	if err := w.mayReact(user, m); err != nil {
		return nil, err
	}
	r := w.Reactions.On(m).Get(c.Query.Get("message"))
	if r == nil {
		r = &reaction{Text: c.Query.Get("message")}
	}
	page, ok := r.Users.Leaf(c.Query.Get("cursor"), limit, false, nil)
	if !ok {
		return nil, wire.ErrInvalidRequest()
	}
	out := reactionPage{r.item(user), page.CursorIfMore()}
	out.UserList = append([]string{}, page.Values...)
	return withStatus(c, out), nil
}
