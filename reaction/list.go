package reaction

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// GetOptions say where the messages of [Service.Get] were sent.
type GetOptions struct {
	GroupID string `json:"group_id,omitzero"` // the group of all messages; empty: they are of one-to-one chats
}

func (o GetOptions) query(messageIDs []string) url.Values {
	v := url.Values{"msgIdList": {strings.Join(messageIDs, ",")}, "msgType": {string(ChatTypeUser)}}
	if o.GroupID != "" {
		v.Set("msgType", string(ChatTypeGroup))
		v.Set("groupId", o.GroupID)
	}
	return v
}

func checkMessages(ids []string) error {
	for i, id := range ids {
		if strings.Contains(id, ",") {
			return api.Invalid(fmt.Sprintf("messageIDs[%d]", i), "is %s, must not contain a comma, which separates the values of this call", api.Quoted(id))
		}
	}
	return api.Identifiers("messageIDs", ids)
}

// Summary is one reaction on a message, with who put it there.
type Summary struct {
	ID        string   `json:"id"`                 // digits, as Reaction.ID
	Text      string   `json:"text"`               // the reaction itself: "👍"
	Count     int      `json:"count"`              // users who put it there
	Mine      bool     `json:"mine"`               // the user who asks is one of them
	Usernames []string `json:"usernames,omitzero"` // the first three of them; [Service.AllUsers] goes over all
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

// MaxMessagesBatch is the most messages of one [Service.Get].
const MaxMessagesBatch = 20

var get = api.Endpoint{
	ID: "reaction.get", Method: http.MethodGet, Path: "/reaction/user/{username}",
	Idempotent: true, MaxItems: MaxMessagesBatch, ItemsIn: "messageIDs",
}

// Get returns the reactions on up to [MaxMessagesBatch] messages, all of one-to-one chats or
// all of one group. A message that the response leaves out has none, which is not an error:
// whether the server names messages that never had one is not documented. Nor is an empty
// list proof that there are none: the service was seen to leave out reactions in groups.
//
//im:endpoint reaction.get
func (s *Service) Get(ctx context.Context, username string, messageIDs []string, o GetOptions) (batch.Results[[]Summary], error) {
	var out response[api.Many[wireMessage]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &get, Params: []string{username}, Items: len(messageIDs), Query: o.query(messageIDs), Out: &out,
		Invalid: api.First(checkMessages(messageIDs), api.UTF8("GroupID", o.GroupID)),
	})
	if err != nil {
		return nil, err
	}
	said := api.Reported[[]Summary]{Exact: true}
	for _, id := range messageIDs {
		said.Done(id, nil)
	}
	for _, message := range out.data {
		said.Done(string(message.ID), api.Convert(message.Reactions, (*wireSummary).summary))
	}
	return said.Results(messageIDs)
}

type wireMessage struct {
	ID        api.Text              `json:"msgId"`
	Reactions api.Many[wireSummary] `json:"reactionList"`
}

// MaxUsersPage is the most users on a page of [Service.ListUsers], which is also what it asks
// for without a limit.
const MaxUsersPage = 50

var listUsers = api.Endpoint{
	ID: "reaction.detail", Method: http.MethodGet, Path: "/reaction/user/{username}/detail", Idempotent: true,
}

// ListUsers returns a page of the users who put a reaction on a message, oldest reaction
// first, with at most [MaxUsersPage] users and the Total of all pages. [Service.Get] returns
// the id of the reaction, and whether the user who asks is one of them.
//
//im:endpoint reaction.detail
func (s *Service) ListUsers(ctx context.Context, username, messageID, reaction string, o page.Options) (*page.Page[string], error) {
	query := url.Values{"msgId": {messageID}, "message": {reaction}}
	var out response[wireSummary]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listUsers, Params: []string{username}, Query: query, Out: &out,
		Invalid: api.First(check(messageID, reaction), api.Cursor(query, o, MaxUsersPage)),
	})
	if err != nil {
		return nil, err
	}
	summary := out.data.summary()
	p := &page.Page[string]{Items: summary.Usernames, Next: string(out.data.Cursor), Total: summary.Count}
	if len(p.Items) < cmp.Or(o.Limit, MaxUsersPage) {
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
