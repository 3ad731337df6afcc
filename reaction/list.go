package reaction

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// Query names the messages whose reactions are wanted: all of one-to-one chats, or
// all of one group.
type Query struct {
	MessageIDs []string // up to 20
	GroupID    string   // empty: messages of one-to-one chats
}

func (q Query) check() error {
	for i, id := range q.MessageIDs {
		if strings.Contains(id, ",") {
			return api.Invalid(fmt.Sprintf("MessageIDs[%d]", i), "is %s, must have no comma, which separates the values of this call", api.Quoted(id))
		}
	}
	return api.First(api.Identifiers("MessageIDs", q.MessageIDs), api.UTF8("GroupID", q.GroupID))
}

func (q Query) query() url.Values {
	v := url.Values{"msgIdList": {strings.Join(q.MessageIDs, ",")}, "msgType": {string(Chat)}}
	if q.GroupID != "" {
		v.Set("msgType", string(Group))
		v.Set("groupId", q.GroupID)
	}
	return v
}

// Summary is one reaction on a message, with who put it there.
type Summary struct {
	ID    string
	Text  string // the reaction itself: "👍"
	Count int    // users that put it there
	Mine  bool   // the user who asks is one of them
	// Usernames are the first three users from [Service.Get], the users of the page
	// from [Service.ListUsers].
	Usernames []string
}

// wireSummary has the count under the names of Easemob and of Agora.
type wireSummary struct {
	ID        api.Text           `json:"reactionId"`
	Text      api.Text           `json:"reaction"`
	Count     api.Int            `json:"count"`
	UserCount api.Int            `json:"userCount"`
	State     api.Bool           `json:"state"`
	Users     api.Many[api.Text] `json:"userList"`
	Cursor    api.Text           `json:"cursor"` // of the list of users
}

func (w *wireSummary) summary() Summary {
	return Summary{
		ID: string(w.ID), Text: string(w.Text), Count: max(w.Count, w.UserCount).Int(), Mine: bool(w.State),
		Usernames: api.Texts(w.Users),
	}
}

// MessageReactions are the reactions on one message.
type MessageReactions struct {
	MessageID string
	Reactions []Summary // nil: the answer does not name the message
}

var get = api.Endpoint{
	ID: "reaction.get", Method: http.MethodGet, Path: "/reaction/user/{username}",
	Idempotent: true, MaxItems: 20, ItemsIn: "MessageIDs",
}

// Get returns the reactions on up to 20 messages, in the order asked. An empty
// list is no proof that there are none: the service was seen to leave out
// reactions in groups. Quota: 100 calls a second, whatever the number of messages.
// Repeated after a lost answer. [im.ErrForbidden] when the user takes no part in
// one of the conversations.
//
//im:endpoint reaction.get
func (s *Service) Get(ctx context.Context, username string, q Query) ([]MessageReactions, error) {
	var out answer[api.Many[wireMessage]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &get, Params: []string{username}, Invalid: q.check(), Items: len(q.MessageIDs),
		Query: q.query(), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	answered := make(map[string][]Summary, len(out.data))
	for _, message := range out.data {
		answered[string(message.ID)] = api.Convert(message.Reactions, (*wireSummary).summary)
	}
	list := make([]MessageReactions, len(q.MessageIDs))
	for i, id := range q.MessageIDs {
		list[i] = MessageReactions{MessageID: id, Reactions: answered[id]}
	}
	return list, nil
}

type wireMessage struct {
	ID        api.Text              `json:"msgId"`
	Reactions api.Many[wireSummary] `json:"reactionList"`
}

// UserListOptions choose a page of the users of a reaction.
type UserListOptions struct {
	Limit  int    // users on a page, 1 to 50; 0: 50
	Cursor string // of the page before; empty: from the start
}

const maxPage = 50

func (o UserListOptions) withDefaults() UserListOptions {
	if o.Limit == 0 {
		o.Limit = maxPage
	}
	return o
}

func (o UserListOptions) query(messageID, reaction string) url.Values {
	q := url.Values{"msgId": {messageID}, "message": {reaction}, "limit": {strconv.Itoa(o.Limit)}}
	if o.Cursor != "" {
		q.Set("cursor", o.Cursor)
	}
	return q
}

// UserPage is a part of the users of a reaction.
type UserPage struct {
	Summary        // Usernames are those of this page, oldest reaction first
	Cursor  string // of the next page; empty: this is the last
}

var listUsers = api.Endpoint{
	ID: "reaction.detail", Method: http.MethodGet, Path: "/reaction/user/{username}/detail", Idempotent: true,
}

// ListUsers returns a page of the users who put a reaction on a message, with the
// number of all of them; [Service.AllUsers] goes over all. Quota: 100 calls a
// second. Repeated after a lost answer. [im.ErrForbidden] when the user takes no
// part in the conversation.
//
//im:endpoint reaction.detail
func (s *Service) ListUsers(ctx context.Context, username, messageID, reaction string, o UserListOptions) (*UserPage, error) {
	o = o.withDefaults()
	var out answer[wireSummary]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listUsers, Params: []string{username}, Query: o.query(messageID, reaction), Out: &out,
		Invalid: api.First(check(messageID, reaction), api.Range("Limit", o.Limit, 1, maxPage)),
	})
	if err != nil {
		return nil, err
	}
	page := &UserPage{Summary: out.data.summary(), Cursor: string(out.data.Cursor)}
	if len(page.Usernames) < o.Limit {
		page.Cursor = "" // the server sends one on the last page, too
	}
	return page, nil
}

// AllUsers goes over the users who put a reaction on a message from o.Cursor on,
// fetching pages as they are needed. It ends after the first error.
func (s *Service) AllUsers(ctx context.Context, username, messageID, reaction string, o UserListOptions) iter.Seq2[string, error] {
	return api.OldPages(o.Cursor, func(cursor string) ([]string, string, error) {
		o := o
		o.Cursor = cursor
		p, err := s.ListUsers(ctx, username, messageID, reaction, o)
		if err != nil {
			return nil, "", err
		}
		return p.Usernames, p.Cursor, nil
	})
}
