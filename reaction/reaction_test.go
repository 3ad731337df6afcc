package reaction_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/reaction"
)

// do turns a method into a case's Do.
func do[T any](f func(context.Context, *reaction.Service) (T, error)) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return f(ctx, c.Reaction) }
}

func add(messageID, text string) func(context.Context, *im.Client) (any, error) {
	return do(func(ctx context.Context, s *reaction.Service) (*reaction.Reaction, error) {
		return s.Add(ctx, "alice", messageID, text)
	})
}

func remove(messageID, text string) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) {
		return nil, c.Reaction.Remove(ctx, "alice", messageID, text)
	}
}

func TestAdd(t *testing.T) {
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "reaction.create", Do: add("1210010020030040050", "👍"),
			Request: "POST /reaction/user/alice",
			Body:    `{"msgId":"1210010020030040050","message":"👍"}`,
			Response: `{"requestStatusCode":"ok","timestamp":1697600000123,"data":{"id":"1210010020030040099","msgId":"1210010020030040050",
				"msgType":"chat","groupId":null,"reaction":"👍","createdAt":"2023-10-18T03:33:20.123456Z","updatedAt":"2023-10-18T03:33:20.123461Z"}}`,
			Want: &reaction.Reaction{
				ID: "1210010020030040099", MessageID: "1210010020030040050", ChatType: reaction.ChatTypeUser, Text: "👍",
				Created: time.Date(2023, 10, 18, 3, 33, 20, 123456000, time.UTC).Local(),
				Updated: time.Date(2023, 10, 18, 3, 33, 20, 123461000, time.UTC).Local(),
			},
		},
		{
			ID: "reaction.create", Name: "names of the tables, a group", Do: add("1210010020030040050", "heart"),
			Request: "POST /reaction/user/alice",
			Body:    `{"msgId":"1210010020030040050","message":"heart"}`,
			Response: `{"requestStatusCode":"OK","data":{"id":1210010020030040099,"msgId":1210010020030040050,
				"msgType":"groupchat","groupId":"66021836783617","reaction":"heart","createAt":"2023-10-18T03:33:20.123456","updateAt":"2023-10-18T11:33:21+08:00"}}`,
			Want: &reaction.Reaction{
				ID: "1210010020030040099", MessageID: "1210010020030040050", ChatType: reaction.ChatTypeGroup, GroupID: "66021836783617", Text: "heart",
				Created: time.Date(2023, 10, 18, 3, 33, 20, 123456000, time.UTC).Local(),
				Updated: time.Date(2023, 10, 18, 3, 33, 21, 0, time.UTC).Local(),
			},
		},
		{
			ID: "reaction.create", Name: "not ok under 200", Do: add("1", "x"),
			Request: "POST /reaction/user/alice", Body: `{"msgId":"1","message":"x"}`,
			Response: `{"requestStatusCode":"Bad Request","data":{}}`,
			Err:      im.ErrForbidden,
		},
		{
			ID: "reaction.create", Name: "response without data", Do: add("1", "x"),
			Request: "POST /reaction/user/alice", Body: `{"msgId":"1","message":"x"}`,
			Response: `{"requestStatusCode":"ok"}`,
			Err:      im.ErrOutcomeUnknown,
		},
		{
			ID: "reaction.create", Name: "128 characters", Do: add("1", strings.Repeat("好", 128)),
			Request: "POST /reaction/user/alice", Body: `{"msgId":"1","message":"` + strings.Repeat("好", 128) + `"}`,
			Response: `{"requestStatusCode":"ok","data":{"id":"1"}}`,
			Want:     &reaction.Reaction{ID: "1"},
		},
		{ID: "reaction.create", Name: "129 characters", Do: add("1", strings.Repeat("好", 129)), Err: im.ErrInvalidArgument},
		{ID: "reaction.create", Name: "no reaction", Do: add("1", ""), Err: im.ErrInvalidArgument},
		{ID: "reaction.create", Name: "no message", Do: add("", "x"), Err: im.ErrInvalidArgument},
		{
			ID: "reaction.create", Name: "no user",
			Do: do(func(ctx context.Context, s *reaction.Service) (*reaction.Reaction, error) {
				return s.Add(ctx, "", "1", "x")
			}),
			Err: im.ErrInvalidArgument,
		},
	})
}

func TestAddTwice(t *testing.T) {
	client, _ := wiretest.Client(t, wiretest.JSON(400, `{"error":"Bad Request","error_desc":"the user is already operation this message",
		"error_description":"the user is already operation this message","timestamp":1697600000123}`))
	_, err := client.Reaction.Add(t.Context(), "alice", "1", "x")
	require.ErrorIs(t, err, im.ErrAlreadyExists)
	assert.NotErrorIs(t, err, im.ErrOutcomeUnknown)
}

// The server refuses one of two reactions that are put on a message at once. Nothing
// was done, so that it is sent again.
func TestAddCollides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		responses := []httpmock.Responder{
			wiretest.JSON(503, `{"error_desc":"this message is creating reaction, please try again."}`),
			wiretest.JSON(200, `{"requestStatusCode":"ok","data":{"id":"7"}}`),
		}
		sent := 0
		mock := httpmock.NewMockTransport()
		mock.RegisterNoResponder(func(r *http.Request) (*http.Response, error) {
			sent++
			return responses[min(sent, len(responses))-1](r)
		})
		client, err := im.New(im.Config{Host: "a1.example.com", Org: "acme", App: "demo", Platform: im.Agora, Token: im.StaticToken("t")},
			im.WithHTTPClient(&http.Client{Transport: mock}), im.WithoutQuotas())
		require.NoError(t, err)
		defer client.Close()

		got, err := client.Reaction.Add(t.Context(), "alice", "1", "x")
		require.NoError(t, err)
		assert.Equal(t, "7", got.ID)
		assert.Equal(t, 2, sent)

		sent = 0
		_, err = client.Reaction.Add(im.WithoutRetry(t.Context()), "alice", "1", "x")
		require.ErrorIs(t, err, im.ErrConflict)
		assert.NotErrorIs(t, err, im.ErrOutcomeUnknown)
	})
}

func TestRemove(t *testing.T) {
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "reaction.delete", Do: remove("1210010020030040050", "👍 & co"),
			Request:  "DELETE /reaction/user/alice?message=%F0%9F%91%8D+%26+co&msgId=1210010020030040050",
			Response: `{"requestStatusCode":"ok","timestamp":1697600000123}`,
		},
		{
			ID: "reaction.delete", Name: "not ok under 200", Do: remove("1", "x"),
			Request:  "DELETE /reaction/user/alice?message=x&msgId=1",
			Response: `{"requestStatusCode":"the user operation is illegal!"}`,
			Err:      im.ErrForbidden,
		},
		{ID: "reaction.delete", Name: "129 characters", Do: remove("1", strings.Repeat("x", 129)), Err: im.ErrInvalidArgument},
		{ID: "reaction.delete", Name: "no reaction", Do: remove("1", ""), Err: im.ErrInvalidArgument},
		{ID: "reaction.delete", Name: "no message", Do: remove("", "x"), Err: im.ErrInvalidArgument},
	})
}

func TestGet(t *testing.T) {
	get := func(messageIDs []string, o reaction.GetOptions) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *reaction.Service) (batch.Results[[]reaction.Summary], error) {
			return s.Get(ctx, "alice", messageIDs, o)
		})
	}
	users := reaction.GetOptions{}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "reaction.get", Do: get([]string{"12", "11", "13"}, users),
			Request: "GET /reaction/user/alice?msgIdList=12%2C11%2C13&msgType=chat",
			Response: `{"requestStatusCode":"ok","timestamp":1697600000123,"data":[{"msgId":"11","reactionList":[{"reactionId":"21","reaction":"👍",
				"count":4,"state":true,"userList":["alice","bob","carol"]},{"reactionId":"22","reaction":"x","count":"1","state":"false","userList":["bob"]}]},
				{"msgId":"12","reactionList":[]}]}`,
			Want: batch.Results[[]reaction.Summary]{
				{ID: "12", Value: []reaction.Summary{}},
				{ID: "11", Value: []reaction.Summary{
					{ID: "21", Text: "👍", Count: 4, Mine: true, Usernames: []string{"alice", "bob", "carol"}},
					{ID: "22", Text: "x", Count: 1, Usernames: []string{"bob"}},
				}},
				{ID: "13"}, // left out: no reactions
			},
		},
		{
			ID: "reaction.get", Name: "of a group, as a single object", Do: get([]string{"11"}, reaction.GetOptions{GroupID: "66021836783617"}),
			Request:  "GET /reaction/user/alice?groupId=66021836783617&msgIdList=11&msgType=groupchat",
			Response: `{"requestStatusCode":"ok","data":{"msgId":11,"reactionList":{"reactionId":21,"reaction":"x","userCount":2,"userList":null}}}`,
			Want: batch.Results[[]reaction.Summary]{
				{ID: "11", Value: []reaction.Summary{{ID: "21", Text: "x", Count: 2, Usernames: []string{}}}},
			},
		},
		{
			ID: "reaction.get", Name: "ids are not folded", Do: get([]string{"aB"}, users),
			Request:  "GET /reaction/user/alice?msgIdList=aB&msgType=chat",
			Response: `{"requestStatusCode":"ok","data":[{"msgId":"ab","reactionList":[{"reactionId":"21","reaction":"x","count":1}]}]}`,
			Want:     batch.Results[[]reaction.Summary]{{ID: "aB"}},
		},
		{ID: "reaction.get", Name: "21 messages", Do: get(ids(21), users), Err: im.ErrInvalidArgument},
		{ID: "reaction.get", Name: "no messages", Do: get(nil, users), Err: im.ErrInvalidArgument},
		{ID: "reaction.get", Name: "an empty id", Do: get([]string{"1", ""}, users), Err: im.ErrInvalidArgument},
		{ID: "reaction.get", Name: "two ids in one", Do: get([]string{"1,2"}, users), Err: im.ErrInvalidArgument},
	})
}

func TestListUsers(t *testing.T) {
	list := func(o page.Options) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *reaction.Service) (*page.Page[string], error) {
			return s.ListUsers(ctx, "alice", "11", "+1", o)
		})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "reaction.detail", Do: list(page.Options{Limit: 2, Cursor: "c0"}),
			Request: "GET /reaction/user/alice/detail?cursor=c0&limit=2&message=%2B1&msgId=11",
			Response: `{"requestStatusCode":"ok","data":{"reactionId":"21","reaction":"+1","count":5,"state":true,
				"userList":["alice","bob"],"cursor":"c1"}}`,
			Want: &page.Page[string]{Items: []string{"alice", "bob"}, Next: "c1", Total: 5},
		},
		{
			ID: "reaction.detail", Name: "userCount, a cursor on the last page", Do: list(page.Options{}),
			Request:  "GET /reaction/user/alice/detail?limit=50&message=%2B1&msgId=11",
			Response: `{"requestStatusCode":"ok","data":{"reactionId":"21","reaction":"+1","userCount":1,"state":false,"userList":["bob"],"cursor":"c1"}}`,
			Want:     &page.Page[string]{Items: []string{"bob"}, Total: 1},
		},
		{ID: "reaction.detail", Name: "limit above 50", Do: list(page.Options{Limit: 51}), Err: im.ErrInvalidArgument},
		{
			ID: "reaction.detail", Name: "no reaction",
			Do: do(func(ctx context.Context, s *reaction.Service) (*page.Page[string], error) {
				return s.ListUsers(ctx, "alice", "11", "", page.Options{})
			}),
			Err: im.ErrInvalidArgument,
		},
	})
}

func TestAllUsers(t *testing.T) {
	client, sent := wiretest.Client(t,
		wiretest.JSON(200, `{"data":{"userList":["a","b"],"cursor":"c1"}}`),
		wiretest.JSON(200, `{"data":{"userList":["c","d"],"cursor":"c2"}}`),
		wiretest.JSON(200, `{"data":{"userList":[],"cursor":"c3"}}`)) // here an empty page is the end
	var got []string
	for name, err := range client.Reaction.AllUsers(t.Context(), "alice", "11", "x", page.Options{Limit: 2}) {
		require.NoError(t, err)
		got = append(got, name)
	}
	assert.Equal(t, []string{"a", "b", "c", "d"}, got)
	require.Len(t, *sent, 3)
	assert.Equal(t, "/reaction/user/alice/detail?cursor=c2&limit=2&message=x&msgId=11", (*sent)[2].Path)
}

func TestAllUsersStopsAtAnError(t *testing.T) {
	client, sent := wiretest.Client(t, wiretest.JSON(400, `{"error":"Bad Request","error_description":"the user operation is illegal!"}`))
	calls := 0
	for _, err := range client.Reaction.AllUsers(t.Context(), "alice", "11", "x", page.Options{}) {
		require.ErrorIs(t, err, im.ErrForbidden)
		calls++
	}
	assert.Equal(t, 1, calls)
	assert.Len(t, *sent, 1)
}

func ids(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = strconv.Itoa(1000 + i)
	}
	return list
}
