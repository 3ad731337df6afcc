package thread_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/thread"
)

// do turns a method with a response into a case's Do, done one without.
func do[T any](f func(context.Context, *thread.Service) (T, error)) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return f(ctx, c.Thread) }
}

func done(f func(context.Context, *thread.Service) error) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return nil, f(ctx, c.Thread) }
}

// response is one with this payload.
func response(payload string) string {
	return `{"action":"post","applicationName":"demo","duration":4,` + payload +
		`,"organization":"acme","timestamp":1742044800123,"uri":"https://a1.example.com/acme/demo/thread"}`
}

func names(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("user%d", i)
	}
	return list
}

func TestThreads(t *testing.T) {
	create := func(n thread.NewThread) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *thread.Service) (string, error) { return s.Create(ctx, n) })
	}
	rename := func(name string) func(context.Context, *im.Client) (any, error) {
		return done(func(ctx context.Context, s *thread.Service) error { return s.SetName(ctx, "244", name) })
	}
	remove := func(id string) func(context.Context, *im.Client) (any, error) {
		return done(func(ctx context.Context, s *thread.Service) error { return s.Delete(ctx, id) })
	}
	shoes := thread.NewThread{GroupID: "231000000000001", MessageID: "1226047512345678901", Owner: "alice", Name: "Which shoes?"}
	const shoesBody = `{"group_id":"231000000000001","msg_id":"1226047512345678901","owner":"alice","name":"Which shoes?"}`
	with := func(change func(*thread.NewThread)) thread.NewThread {
		n := shoes
		change(&n)
		return n
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "thread.create", Do: create(shoes),
			Request: "POST /thread", Body: shoesBody, // ids are strings: numbers would lose digits
			Response: response(`"data":{"thread_id":"244000000000001"}`), Want: "244000000000001",
		},
		{
			ID: "thread.create", Name: "the id as a number", Do: create(shoes),
			Request: "POST /thread", Body: shoesBody, Response: response(`"data":{"thread_id":9007199254740993}`), Want: "9007199254740993",
		},
		{
			ID: "thread.create", Name: "response without an id", Do: create(shoes),
			Request: "POST /thread", Body: shoesBody, Response: response(`"data":{}`), Err: im.ErrOutcomeUnknown,
		},
		{
			ID: "thread.create", Name: "64 characters", Do: create(with(func(n *thread.NewThread) { n.Name = strings.Repeat("é", 64) })),
			Request: "POST /thread", Body: strings.Replace(shoesBody, "Which shoes?", strings.Repeat("é", 64), 1),
			Response: response(`"data":{"thread_id":"1"}`),
		},
		{ID: "thread.create", Name: "65 characters", Do: create(with(func(n *thread.NewThread) { n.Name = strings.Repeat("é", 65) })), Err: im.ErrInvalidArgument},
		{ID: "thread.create", Name: "no name", Do: create(with(func(n *thread.NewThread) { n.Name = "" })), Err: im.ErrInvalidArgument},
		{ID: "thread.create", Name: "no group", Do: create(with(func(n *thread.NewThread) { n.GroupID = "" })), Err: im.ErrInvalidArgument},
		{ID: "thread.create", Name: "no message", Do: create(with(func(n *thread.NewThread) { n.MessageID = "" })), Err: im.ErrInvalidArgument},
		{ID: "thread.create", Name: "no owner", Do: create(with(func(n *thread.NewThread) { n.Owner = "" })), Err: im.ErrInvalidArgument},
		{
			ID: "thread.modify", Do: rename("Boots"),
			Request: "PUT /thread/244", Body: `{"name":"Boots"}`, Response: response(`"data":{"name":"Boots"}`),
		},
		{
			ID: "thread.modify", Name: "no word of it", Do: rename("Boots"),
			Request: "PUT /thread/244", Body: `{"name":"Boots"}`, Response: response(`"data":{}`), Err: im.ErrBadResponse,
		},
		{ID: "thread.modify", Name: "65 characters", Do: rename(strings.Repeat("a", 65)), Err: im.ErrInvalidArgument},
		{ID: "thread.modify", Name: "no name", Do: rename(""), Err: im.ErrInvalidArgument},
		{ID: "thread.delete", Do: remove("244"), Request: "DELETE /thread/244", Response: response(`"data":{"status":"ok"}`)},
		{
			ID: "thread.delete", Name: "not done", Do: remove("244"),
			Request: "DELETE /thread/244", Response: response(`"data":{"status":"failed"}`), Err: im.ErrForbidden,
		},
		{
			ID: "thread.delete", Name: "no word of it", Do: remove("244"),
			Request: "DELETE /thread/244", Response: response(`"data":{}`), Err: im.ErrBadResponse,
		},
		{ID: "thread.delete", Name: "empty id", Do: remove(""), Err: im.ErrInvalidArgument},
	})
}

const shoesJSON = `{"name":"Which shoes?","owner":"alice","id":"244","msgId":"1226047512345678901","groupId":"231","created":1742041200456}`

var shoes = thread.Thread{
	ID: "244", Name: "Which shoes?", Owner: "alice", MessageID: "1226047512345678901", GroupID: "231", Created: time.UnixMilli(1742041200456),
}

func TestLists(t *testing.T) {
	list := func(o thread.ListOptions) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *thread.Service) (*page.Page[string], error) { return s.List(ctx, o) })
	}
	joined := func(o thread.ListOptions) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *thread.Service) (*page.Page[thread.Thread], error) {
			return s.ListJoined(ctx, "alice", o)
		})
	}
	inGroup := func(o thread.ListOptions) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *thread.Service) (*page.Page[thread.Thread], error) {
			return s.ListJoinedInGroup(ctx, "231", "alice", o)
		})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "thread.list_app", Do: list(thread.ListOptions{Options: page.Options{Limit: 2, Cursor: "a+="}, Order: page.OrderOldestFirst}),
			Request:  "GET /thread?cursor=a%2B%3D&limit=2&sort=asc",
			Response: response(`"entities":[{"id":"244"},{"id":245}],"properties":{"cursor":"MDEy"}`),
			Want:     &page.Page[string]{Items: []string{"244", "245"}, Next: "MDEy"},
		},
		{
			ID: "thread.list_app", Name: "a short page need not be the last", Do: list(thread.ListOptions{}),
			Request: "GET /thread?limit=50", Response: response(`"entities":[{"id":"244"}],"properties":{"cursor":"MDEy"}`),
			Want: &page.Page[string]{Items: []string{"244"}, Next: "MDEy"},
		},
		{
			ID: "thread.list_app", Name: "an empty page has a cursor, too", Do: list(thread.ListOptions{}),
			Request: "GET /thread?limit=50", Response: response(`"entities":[],"properties":{"cursor":"MDEy"}`),
			Want: &page.Page[string]{Items: []string{}},
		},
		{
			ID: "thread.list_app", Name: "the last page names itself", Do: list(thread.ListOptions{Options: page.Options{Cursor: "MDEy"}}),
			Request: "GET /thread?cursor=MDEy&limit=50", Response: response(`"entities":[{"id":"244"}],"properties":{"cursor":"MDEy"}`),
			Want: &page.Page[string]{Items: []string{"244"}},
		},
		{ID: "thread.list_app", Name: "order", Do: list(thread.ListOptions{Order: "up"}), Err: im.ErrInvalidArgument},
		{ID: "thread.list_app", Name: "limit above 50", Do: list(thread.ListOptions{Options: page.Options{Limit: 51}}), Err: im.ErrInvalidArgument},
		{
			ID: "thread.list_user", Do: joined(thread.ListOptions{Options: page.Options{Limit: 1}, Order: page.OrderNewestFirst}),
			Request:  "GET /threads/user/alice?limit=1&sort=desc",
			Response: response(`"entities":[` + shoesJSON + `],"properties":{"cursor":"MDEy"}`),
			Want:     &page.Page[thread.Thread]{Items: []thread.Thread{shoes}, Next: "MDEy"},
		},
		{
			ID: "thread.list_user", Name: "numbers and texts changed over", Do: joined(thread.ListOptions{}),
			Request:  "GET /threads/user/alice?limit=50",
			Response: response(`"entities":{"name":"Which shoes?","owner":"alice","id":244,"msgId":1226047512345678901,"groupId":231,"created":"1742041200456"}`),
			Want:     &page.Page[thread.Thread]{Items: []thread.Thread{shoes}},
		},
		{ID: "thread.list_user", Name: "limit above 50", Do: joined(thread.ListOptions{Options: page.Options{Limit: 51}}), Err: im.ErrInvalidArgument},
		{
			ID: "thread.list_user_group", Do: inGroup(thread.ListOptions{}),
			Request:  "GET /threads/chatgroups/231/user/alice?limit=50",
			Response: response(`"entities":[` + shoesJSON + `],"properties":{"cursor":12}`),
			Want:     &page.Page[thread.Thread]{Items: []thread.Thread{shoes}, Next: "12"},
		},
		{ID: "thread.list_user_group", Name: "negative limit", Do: inGroup(thread.ListOptions{Options: page.Options{Limit: -1}}), Err: im.ErrInvalidArgument},
	})
}

func TestMembers(t *testing.T) {
	list := func(o page.Options) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *thread.Service) (*page.Page[string], error) {
			return s.ListMembers(ctx, "244", o)
		})
	}
	add := func(list ...string) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *thread.Service) (batch.Result, error) {
			return s.AddMembers(ctx, "244", list)
		})
	}
	remove := func(list ...string) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *thread.Service) (batch.Result, error) {
			return s.RemoveMembers(ctx, "244", list)
		})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "thread.list_members", Do: list(page.Options{Limit: 2, Cursor: "a="}),
			Request:  "GET /thread/244/users?cursor=a%3D&limit=2",
			Response: response(`"data":{"affiliations":["alice","bob"]},"properties":{"cursor":"MDEy"}`),
			Want:     &page.Page[string]{Items: []string{"alice", "bob"}, Next: "MDEy"},
		},
		{
			ID: "thread.list_members", Name: "a short page need not be the last", Do: list(page.Options{}),
			Request: "GET /thread/244/users?limit=50", Response: response(`"data":{"affiliations":["alice"]},"properties":{"cursor":"MDEy"}`),
			Want: &page.Page[string]{Items: []string{"alice"}, Next: "MDEy"},
		},
		{ID: "thread.list_members", Name: "limit above 50", Do: list(page.Options{Limit: 51}), Err: im.ErrInvalidArgument},
		{
			ID: "thread.add_members", Do: add("bob", "carol"),
			Request: "POST /thread/244/users", Body: `{"usernames":["bob","carol"]}`, Response: response(`"data":{"status":"ok"}`),
			Want: batch.Result{{ID: "bob"}, {ID: "carol"}},
		},
		{
			ID: "thread.add_members", Name: "not done", Do: add("bob"),
			Request: "POST /thread/244/users", Body: `{"usernames":["bob"]}`, Response: response(`"data":{"status":"no","reason":"user not in group."}`),
			Want: batch.Result(nil), Err: im.ErrNotFound,
		},
		{ID: "thread.add_members", Name: "11 users", Do: add(names(11)...), Err: im.ErrInvalidArgument},
		{ID: "thread.add_members", Name: "no user", Do: add(), Err: im.ErrInvalidArgument},
		{
			ID: "thread.remove_members", Do: remove("Bob"),
			Request: "DELETE /thread/244/users", Body: `{"usernames":["Bob"]}`, // /threads in the overviews is wrong
			Response: response(`"entities":[{"result":true,"user":"bob"}]`),
			Want:     batch.Result{{ID: "Bob"}},
		},
		{ID: "thread.remove_members", Name: "11 users", Do: remove(names(11)...), Err: im.ErrInvalidArgument},
		{ID: "thread.remove_members", Name: "no user", Do: remove(), Err: im.ErrInvalidArgument},
	})

	client, _ := wiretest.Client(t, wiretest.JSON(200, response(`"entities":[{"result":false,"user":"dave"},{"result":true,"user":"bob"}]`)))
	result, err := client.Thread.RemoveMembers(t.Context(), "244", []string{"bob", "dave", "erin"})
	assert.Equal(t, []string{"bob"}, result.Done().IDs())
	assert.EqualError(t, err, "im: 2 of 3 items failed: dave (refused without a reason), erin (the response does not name this item)")
}

// pages returns these payloads one after another, and then fails the test.
func pages(t *testing.T, payloads ...string) (*im.Client, *[]wiretest.Request) {
	t.Helper()
	responders := make([]httpmock.Responder, 0, len(payloads)+1)
	for _, p := range payloads {
		responders = append(responders, wiretest.JSON(200, response(p)))
	}
	return wiretest.Client(t, append(responders, func(r *http.Request) (*http.Response, error) {
		t.Errorf("one page too many: %s", r.URL)
		return nil, http.ErrAbortHandler
	})...)
}

func TestAll(t *testing.T) {
	const cursor = `,"properties":{"cursor":"MDEy"}`
	client, sent := pages(t, `"entities":[{"id":"1"}]`+cursor, `"entities":[{"id":"2"},{"id":"3"}],"properties":{"cursor":"MDM0"}`, `"entities":[]`)
	assert.Equal(t, []string{"1", "2", "3"}, wiretest.All(t, client.Thread.All(t.Context(), thread.ListOptions{Options: page.Options{Limit: 2}})))
	assert.Equal(t, "/thread?cursor=MDEy&limit=2", (*sent)[1].Path)

	client, _ = pages(t, `"entities":[`+shoesJSON+`]`+cursor, `"entities":[]`+cursor)
	assert.Len(t, wiretest.All(t, client.Thread.AllJoined(t.Context(), "alice", thread.ListOptions{Options: page.Options{Limit: 1}})), 1, "a full last page")

	client, sent = pages(t, `"entities":[`+shoesJSON+`]`+cursor, `"entities":[]`)
	assert.Len(t, wiretest.All(t, client.Thread.AllJoinedInGroup(t.Context(), "231", "alice", thread.ListOptions{Options: page.Options{Limit: 1}, Order: page.OrderOldestFirst})), 1)
	assert.Equal(t, "/threads/chatgroups/231/user/alice?cursor=MDEy&limit=1&sort=asc", (*sent)[1].Path)

	client, sent = pages(t, `"data":{"affiliations":["alice"]}`+cursor, `"data":{"affiliations":[]}`+cursor)
	assert.Equal(t, []string{"alice"}, wiretest.All(t, client.Thread.AllMembers(t.Context(), "244", page.Options{Limit: 1})))
	assert.Equal(t, "/thread/244/users?cursor=MDEy&limit=1", (*sent)[1].Path)
}

func TestAllEndsWithItsError(t *testing.T) {
	client, sent := wiretest.Client(t, wiretest.JSON(404, `{"error":"group_error","error_description":"thread not found."}`))
	s, ctx := client.Thread, t.Context()
	assert.ErrorIs(t, wiretest.Last(s.All(ctx, thread.ListOptions{})), im.ErrNotFound)
	assert.ErrorIs(t, wiretest.Last(s.AllJoined(ctx, "alice", thread.ListOptions{})), im.ErrNotFound)
	assert.ErrorIs(t, wiretest.Last(s.AllMembers(ctx, "244", page.Options{})), im.ErrNotFound)
	assert.Len(t, *sent, 3, "one each")
}
