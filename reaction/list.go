package reaction

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
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
	ID        string
	Text      string   // the reaction itself: "👍"
	Count     int      // users that put it there
	Mine      bool     // the user who asks is one of them
	Usernames []string // the first three of them; [Service.AllUsers] goes over all
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
	Reactions []Summary // nil: the response does not name the message
}

var get = api.Endpoint{
	ID: "reaction.get", Method: http.MethodGet, Path: "/reaction/user/{username}",
	Idempotent: true, MaxItems: 20, ItemsIn: "MessageIDs",
}

// Get returns the reactions on up to 20 messages, in the order asked. An empty
// list is no proof that there are none: the service was seen to leave out
// reactions in groups. Quota: 100 calls a second, whatever the number of messages.
// Repeated after a lost response. [im.ErrForbidden] when the user takes no part in
// one of the conversations.
//
//im:endpoint reaction.get
func (s *Service) Get(ctx context.Context, username string, q Query) ([]MessageReactions, error) {
	var out response[api.Many[wireMessage]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &get, Params: []string{username}, Invalid: q.check(), Items: len(q.MessageIDs),
		Query: q.query(), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	responded := make(map[string][]Summary, len(out.data))
	for _, message := range out.data {
		responded[string(message.ID)] = api.Convert(message.Reactions, (*wireSummary).summary)
	}
	list := make([]MessageReactions, len(q.MessageIDs))
	for i, id := range q.MessageIDs {
		list[i] = MessageReactions{MessageID: id, Reactions: responded[id]}
	}
	return list, nil
}

type wireMessage struct {
	ID        api.Text              `json:"msgId"`
	Reactions api.Many[wireSummary] `json:"reactionList"`
}

// MaxPage is the most users on a page of [Service.ListUsers], which is also what it asks
// for without a limit.
const MaxPage = 50

var listUsers = api.Endpoint{
	ID: "reaction.detail", Method: http.MethodGet, Path: "/reaction/user/{username}/detail", Idempotent: true,
}

// ListUsers returns a page of the users who put a reaction on a message, oldest reaction
// first, with the Total of all pages. A page has up to [MaxPage] users. The ID of the
// reaction, and whether the user who asks is one of them, is in [Service.Get]. Quota: 100 calls a second.
// Retried if the response is lost. [im.ErrForbidden] when the user takes no part in the
// conversation.
//
//im:endpoint reaction.detail
func (s *Service) ListUsers(ctx context.Context, username, messageID, reaction string, o page.Options) (*page.Page[string], error) {
	query := url.Values{"msgId": {messageID}, "message": {reaction}}
	var out response[wireSummary]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listUsers, Params: []string{username}, Query: query, Out: &out,
		Invalid: api.First(check(messageID, reaction), api.Cursor(query, o, MaxPage)),
	})
	if err != nil {
		return nil, err
	}
	summary := out.data.summary()
	p := &page.Page[string]{Items: summary.Usernames, Next: string(out.data.Cursor), Total: summary.Count}
	if len(p.Items) < cmp.Or(o.Limit, MaxPage) {
		p.Next = "" // the server sends one on the last page, too
	}
	return p, nil
}

// PageUsers goes over the pages of [Service.ListUsers].
func (s *Service) PageUsers(ctx context.Context, username, messageID, reaction string, o page.Options) iter.Seq2[*page.Page[string], error] {
	return api.Pages(o, func(o page.Options) (*page.Page[string], error) {
		return s.ListUsers(ctx, username, messageID, reaction, o)
	})
}

// AllUsers goes over the users of [Service.PageUsers].
func (s *Service) AllUsers(ctx context.Context, username, messageID, reaction string, o page.Options) iter.Seq2[string, error] {
	return api.All(s.PageUsers(ctx, username, messageID, reaction, o))
}
