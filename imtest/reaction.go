package imtest

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
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
var reactionRoutes = []legacy{
	{
		id: "reaction.create", method: post, path: "/reaction/user/{userId}",
		body: jsonBody, do: (*state).reactionCreate,
	},
	{
		id: "reaction.get", method: get, path: "/reaction/user/{userId}",
		do: (*state).reactionGet,
	},
	{
		id: "reaction.delete", method: del, path: "/reaction/user/{userId}",
		do: (*state).reactionDelete,
	},
	{
		id: "reaction.detail", method: get, path: "/reaction/user/{userId}/detail",
		do: (*state).reactionDetail,
	},
}

// reactionState holds the reactions to messages, which end with them.
type reactionState struct {
	to   map[int64]*book[*reaction] // by message, then by the reaction
	made int64
}

type reaction struct {
	id               string
	text             string
	created, updated time.Time
	users            book[string] // in the order of reacting
}

// on returns the reactions to a message, to read.
func (rs *reactionState) on(m *message) *book[*reaction] {
	if m != nil && rs.to[m.id] != nil {
		return rs.to[m.id]
	}
	return new(book[*reaction])
}

// add returns the reaction of a message with a text, new if there is none.
func (rs *reactionState) add(m *message, text string, now time.Time) *reaction {
	if rs.to == nil {
		rs.to = map[int64]*book[*reaction]{}
	}
	if rs.to[m.id] == nil {
		rs.to[m.id] = new(book[*reaction])
	}
	r := rs.to[m.id].get(text)
	if r == nil {
		r = &reaction{id: strconv.FormatInt(firstReactionID+rs.made, 10), text: text, created: now}
		rs.made++
		rs.to[m.id].put(text, r)
	}
	r.updated = now
	return r
}

// remove takes a user's reaction back.
func (rs *reactionState) remove(m *message, text, user string) {
	r := rs.to[m.id].get(text)
	if r.users.remove(user); r.users.len() == 0 {
		rs.to[m.id].remove(text)
	}
}

// withStatus is the envelope of reactions and of roaming messages.
func withStatus(c *call, payload any) *response {
	body := map[string]any{"requestStatusCode": "ok", "timestamp": c.app.now().UnixMilli()}
	if payload != nil {
		body["data"] = payload
	}
	return plain(body)
}

// mayReact returns why a user may not react to a message, or see reactions.
func (s *state) mayReact(user string, m *message) *apiError {
	switch {
	case m.chat == toGroups && !s.inGroup(m.to, user):
		return errReactorOutside()
	case m.chat == toRooms, !s.takesPart(user, m):
		return errReactor()
	}
	return nil
}

func (s *state) reactionCreate(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	id, text := o.text("msgId", "msg_Id"), o.text("message")
	switch {
	case o.bad != "" || id == "" || text == "":
		return nil, errReaction(http.StatusBadRequest, "Bad Request", "msgId and message can not be null!")
	case utf8.RuneCountInString(text) > maxReaction: // so the service was seen to respond
		return nil, errReaction(http.StatusServiceUnavailable, "", "this message is creating reaction, please try again.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, user := s.kept(id), named(c, "userId")
	if m == nil {
		return nil, errReaction(http.StatusForbidden, "", "the message does not exist")
	}
	if err := s.mayReact(user, m); err != nil {
		return nil, err
	}
	on := s.reactions.on(m)
	switch {
	case on.has(text) && on.get(text).users.has(user):
		return nil, errReaction(http.StatusBadRequest, "Bad Request", "the user is already operation this message")
	case !on.has(text) && on.len() >= maxReactions:
		return nil, errReaction(http.StatusBadRequest, "count limit exception", "The quantity has exceeded the limit!")
	}
	r := s.reactions.add(m, text, s.now())
	r.users.put(user, user)
	return withStatus(c, r.shown(m)), nil
}

// shown is the response to a new reaction; groupId is null for a chat.
func (r *reaction) shown(m *message) map[string]any {
	const format = "2006-01-02T15:04:05.000000Z"
	shown := map[string]any{
		"id": r.id, "msgId": strconv.FormatInt(m.id, 10), "msgType": chatKinds[m.chat].chat, "groupId": nil,
		"reaction":  r.text,
		"createdAt": r.created.UTC().Format(format), "updatedAt": r.updated.UTC().Format(format),
	}
	if m.chat == toGroups {
		shown["groupId"] = m.to
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
	return reactionItem{r.id, r.text, r.users.len(), r.users.has(user), r.users.list()}
}

type reactionsOf struct {
	MsgID string         `json:"msgId"`
	List  []reactionItem `json:"reactionList"`
}

// reactionGet has an entry per message that it is asked for, empty for one that
// does not exist.
func (s *state) reactionGet(c *call) (*response, *apiError) {
	ids := strings.Split(strings.Join(c.query["msgIdList"], ","), ",")
	kind, group := c.query.Get("msgType"), c.query.Get("groupId")
	switch {
	case ids[0] == "" || kind != "chat" && kind != "groupchat":
		return nil, errReaction(http.StatusBadRequest, "Bad Request", "msgIdList and msgType can not be null!")
	case len(ids) > maxReactionBatch:
		return nil, errReaction(http.StatusBadRequest, "Bad Request", "msgIdList exceeds the maximum number limit")
	case kind == "groupchat" && group == "":
		return nil, errReaction(http.StatusBadRequest, "Bad Request", "groupId can not be null!")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	user := named(c, "userId")
	if kind == "groupchat" && !s.inGroup(group, user) {
		return nil, errReactorOutside()
	}
	list := make([]reactionsOf, len(ids))
	for i, id := range ids {
		m := s.kept(id)
		if m != nil {
			if err := s.mayReact(user, m); err != nil {
				return nil, err
			}
			if chatKinds[m.chat].chat != kind || m.chat == toGroups && m.to != group {
				return nil, errReactor()
			}
		}
		list[i] = reactionsOf{id, convert(s.reactions.on(m).list(), func(r *reaction) reactionItem {
			item := r.item(user)
			item.UserList = item.UserList[:min(shownReactors, len(item.UserList))]
			return item
		})}
	}
	return withStatus(c, list), nil
}

// reactionDelete says the same to one who never reacted and to a stranger.
func (s *state) reactionDelete(c *call) (*response, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, user, text := s.kept(c.query.Get("msgId")), named(c, "userId"), c.query.Get("message")
	r := s.reactions.on(m).get(text)
	if r == nil || !r.users.has(user) {
		return nil, errReactor()
	}
	s.reactions.remove(m, text, user)
	return withStatus(c, nil), nil
}

// reactionPage is the payload of a detail call. The cursor is "" on the last
// page: the service was seen to send it so, or not at all.
type reactionPage struct {
	reactionItem
	Cursor string `json:"cursor"`
}

// reactionDetail responses for a reaction that nobody made with a count of 0.
func (s *state) reactionDetail(c *call) (*response, *apiError) {
	limit, err := c.number("limit", maxReactionPage, math.MaxInt32)
	switch {
	case err != nil:
		return nil, err
	case limit > maxReactionPage:
		return nil, errReaction(http.StatusBadRequest, "Bad Request", "Limit exceeds the maximum quantity limit")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	m, user := s.kept(c.query.Get("msgId")), named(c, "userId")
	if m == nil {
		return nil, errReactor()
	}
	if err := s.mayReact(user, m); err != nil {
		return nil, err
	}
	r := s.reactions.on(m).get(c.query.Get("message"))
	if r == nil {
		r = &reaction{text: c.query.Get("message")}
	}
	page, ok := r.users.leaf(c.query.Get("cursor"), limit, false, nil)
	if !ok {
		return nil, errInvalidRequest()
	}
	out := reactionPage{r.item(user), page.cursorIfMore()}
	out.UserList = append([]string{}, page.values...)
	return withStatus(c, out), nil
}
