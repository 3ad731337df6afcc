package presence_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/presence"
)

// do turns a method into a case's Do.
func do[T any](f func(context.Context, *presence.Service) (T, error)) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return f(ctx, c.Presence) }
}

func set(resource string, p presence.Setting) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) {
		return nil, c.Presence.Set(ctx, "alice", resource, p)
	}
}

func TestSet(t *testing.T) {
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "presence.set", Do: set("android_600100", presence.Setting{Status: "100", Ext: "in a call"}),
			Request:  "POST /users/alice/presence/android_600100/100",
			Body:     `{"ext":"in a call"}`,
			Response: `{"result":"ok"}`,
		},
		{
			ID: "presence.set", Name: "an empty ext is sent", Do: set("ios", presence.Setting{Status: presence.StatusOffline}),
			Request:  "POST /users/alice/presence/ios/0",
			Body:     `{"ext":""}`,
			Response: `{"result":"ok"}`,
		},
		{
			ID: "presence.set", Name: "refused under 200", Do: set("ios", presence.Setting{Status: presence.StatusOnline}),
			Request:  "POST /users/alice/presence/ios/1",
			Body:     `{"ext":""}`,
			Response: `{"result":"resource not exist"}`,
			Err:      im.ErrNotFound,
		},
		{
			ID: "presence.set", Name: "the reason under 200 has its kind", Do: set("ios", presence.Setting{Status: presence.StatusOnline}),
			Request:  "POST /users/alice/presence/ios/1",
			Body:     `{"ext":""}`,
			Response: `{"result":"resource not exist"}`,
			Err:      im.ErrNotFound,
		},
		{
			ID: "presence.set", Name: "a response that says nothing", Do: set("ios", presence.Setting{Status: presence.StatusOnline}),
			Request:  "POST /users/alice/presence/ios/1",
			Body:     `{"ext":""}`,
			Response: `{}`,
			Err:      im.ErrBadResponse,
		},
		{
			ID: "presence.set", Name: "1024 bytes", Do: set("ios", presence.Setting{Status: "1", Ext: strings.Repeat("ü", 512)}),
			Request:  "POST /users/alice/presence/ios/1",
			Body:     `{"ext":"` + strings.Repeat("ü", 512) + `"}`,
			Response: `{"result":"ok"}`,
		},
		{
			ID: "presence.set", Name: "1025 bytes", Do: set("ios", presence.Setting{Status: "1", Ext: strings.Repeat("x", 1025)}),
			Err: im.ErrInvalidArgument,
		},
		{ID: "presence.set", Name: "no status", Do: set("ios", presence.Setting{}), Err: im.ErrInvalidArgument},
		{ID: "presence.set", Name: "a status that is no number", Do: set("ios", presence.Setting{Status: "busy"}), Err: im.ErrInvalidArgument},
		{
			// Without the device the path would be that of Subscribe.
			ID: "presence.set", Name: "no device", Do: set("", presence.Setting{Status: "1"}),
			Err: im.ErrInvalidArgument,
		},
	})
}

func TestReasonInResult(t *testing.T) {
	for reason, kind := range map[string]error{
		"you can't sub yourself":    im.ErrInvalidArgument,
		"the app not open presence": im.ErrNotEnabled,
		"resource not exist":        im.ErrNotFound,
		"ext is too big":            im.ErrTooLarge,
		"too many queries":          im.ErrRateLimited,
	} {
		client, _ := wiretest.Client(t, wiretest.JSON(400, `{"result":"`+reason+`"}`))
		_, err := client.Presence.Unsubscribe(t.Context(), "alice", []string{"bob"})
		var failure *im.Error
		require.ErrorAs(t, err, &failure)
		require.ErrorIs(t, err, kind, reason)
		assert.Equal(t, reason, failure.Description)
	}
}

const (
	bobJSON   = `{"uid":"bob","last_time":"1697600000","expiry":"1697700000","ext":"in a call","status":{"android":"1","ios_77":"100"}}`
	carolJSON = `{"uid":"carol","last_time":1697600001,"expiry":1697700001,"ext":null,"status":[]}`
)

func TestPresences(t *testing.T) {
	subscribe := func(usernames []string, expiry time.Duration) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *presence.Service) (batch.Results[presence.Presence], error) {
			return s.Subscribe(ctx, "alice", usernames, expiry)
		})
	}
	get := func(usernames []string) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *presence.Service) (batch.Results[presence.Presence], error) {
			return s.Get(ctx, "alice", usernames)
		})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "presence.subscribe", Do: subscribe([]string{"carol", "Bob"}, 100*time.Second+time.Millisecond),
			Request:  "POST /users/alice/presence/100",
			Body:     `{"usernames":["carol","Bob"]}`,
			Response: `{"result":[` + bobJSON + `,` + carolJSON + `]}`,
			Want: batch.Results[presence.Presence]{
				{ID: "carol", Value: presence.Presence{LastChange: time.Unix(1697600001, 0), Expires: time.Unix(1697700001, 0)}},
				{ID: "Bob", Value: presence.Presence{
					Ext: "in a call", Devices: map[string]presence.Status{"android": presence.StatusOnline, "ios_77": "100"},
					LastChange: time.Unix(1697600000, 0), Expires: time.Unix(1697700000, 0),
				}},
			},
		},
		{
			ID: "presence.subscribe", Name: "the longest time, a response without a name",
			Do: do(func(ctx context.Context, s *presence.Service) (any, error) {
				got, err := s.Subscribe(ctx, "alice", []string{"bob", "dave"}, presence.MaxExpiry)
				if got == nil {
					return nil, err
				}
				require.NoError(t, got[0].Err)
				require.ErrorIs(t, got[1].Err, batch.ErrNotReported)
				require.NotErrorIs(t, err, im.ErrOutcomeUnknown)
				assert.Equal(t, "dave", got[1].ID)
				require.ErrorIs(t, err, im.ErrPartial)
				return nil, nil
			}),
			Request:  "POST /users/alice/presence/2592000",
			Body:     `{"usernames":["bob","dave"]}`,
			Response: `{"result":[` + bobJSON + `,{"uid":"","last_time":"","status":{}}]}`,
		},
		{ID: "presence.subscribe", Name: "less than a second", Do: subscribe([]string{"bob"}, 999*time.Millisecond), Err: im.ErrInvalidArgument},
		{ID: "presence.subscribe", Name: "more than 30 days", Do: subscribe([]string{"bob"}, presence.MaxExpiry+1), Err: im.ErrInvalidArgument},
		{ID: "presence.subscribe", Name: "themselves", Do: subscribe([]string{"bob", "ALICE"}, time.Hour), Err: im.ErrInvalidArgument},
		{ID: "presence.subscribe", Name: "nobody", Do: subscribe(nil, time.Hour), Err: im.ErrInvalidArgument},
		{ID: "presence.subscribe", Name: "101 users", Do: subscribe(names(101), time.Hour), Err: im.ErrInvalidArgument},
		{
			ID: "presence.get", Do: get([]string{"bob"}),
			Request:  "POST /users/alice/presence",
			Body:     `{"usernames":["bob"]}`,
			Response: `{"result":[{"uid":"bob","last_time":"1697600000","ext":"","status":{"ios":0}}]}`,
			Want: batch.Results[presence.Presence]{
				{ID: "bob", Value: presence.Presence{
					Devices: map[string]presence.Status{"ios": presence.StatusOffline}, LastChange: time.Unix(1697600000, 0),
				}},
			},
		},
		{
			ID: "presence.get", Name: "nobody is named",
			Do: do(func(ctx context.Context, s *presence.Service) (any, error) {
				got, err := s.Get(ctx, "nobody", []string{"bob"})
				require.Len(t, got, 1)
				require.ErrorIs(t, got[0].Err, batch.ErrNotReported)
				return nil, err
			}),
			Err:      batch.ErrPartial,
			Request:  "POST /users/nobody/presence",
			Body:     `{"usernames":["bob"]}`,
			Response: `{"result":[]}`,
		},
		{
			ID: "presence.get", Name: "a status list that is not empty", Do: get([]string{"bob"}),
			Request:  "POST /users/alice/presence",
			Body:     `{"usernames":["bob"]}`,
			Response: `{"result":[{"uid":"bob","status":["1"]}]}`,
			Err:      im.ErrBadResponse,
		},
		{
			ID: "presence.get", Name: "no result", Do: get([]string{"bob"}),
			Request:  "POST /users/alice/presence",
			Body:     `{"usernames":["bob"]}`,
			Response: `{}`,
			Err:      im.ErrBadResponse,
		},
		{ID: "presence.get", Name: "101 users", Do: get(names(101)), Err: im.ErrInvalidArgument},
		{ID: "presence.get", Name: "nobody", Do: get(nil), Err: im.ErrInvalidArgument},
	})
}

func TestSubscriptions(t *testing.T) {
	unsubscribe := func(usernames []string) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *presence.Service) (batch.Result, error) {
			return s.Unsubscribe(ctx, "alice", usernames)
		})
	}
	list := func(o page.Numbered) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *presence.Service) (*page.Page[presence.Subscription], error) {
			return s.ListSubscriptions(ctx, "alice", o)
		})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "presence.unsubscribe", Do: unsubscribe([]string{"bob", "carol"}),
			Request:  "DELETE /users/alice/presence",
			Body:     `["bob","carol"]`,
			Response: `{"result":"ok"}`,
			Want:     batch.Result{{ID: "bob"}, {ID: "carol"}},
		},
		{
			ID: "presence.unsubscribe", Name: "refused under 200", Do: unsubscribe([]string{"bob"}),
			Request:  "DELETE /users/alice/presence",
			Body:     `["bob"]`,
			Response: `{"result":"usernames cannot be null"}`,
			Err:      im.ErrForbidden,
		},
		{ID: "presence.unsubscribe", Name: "nobody", Do: unsubscribe(nil), Err: im.ErrInvalidArgument},
		{ID: "presence.unsubscribe", Name: "101 users", Do: unsubscribe(names(101)), Err: im.ErrInvalidArgument},
		{
			ID: "presence.list_subscriptions", Do: list(page.Numbered{Page: 3, Size: 2}),
			Request:  "GET /users/alice/presence/sublist?pageNum=3&pageSize=2",
			Response: `{"result":{"totalnum":"6","sublist":[{"uid":"bob","expiry":"1697700000"},{"uid":"carol","expiry":1697700001}]}}`,
			Want: &page.Page[presence.Subscription]{Total: 6, Items: []presence.Subscription{
				{"bob", time.Unix(1697700000, 0)}, {"carol", time.Unix(1697700001, 0)},
			}},
		},
		{
			ID: "presence.list_subscriptions", Name: "both numbers are always sent", Do: list(page.Numbered{}),
			Request:  "GET /users/alice/presence/sublist?pageNum=1&pageSize=100",
			Response: `{"result":{"totalnum":0,"sublist":[]}}`,
			Want:     &page.Page[presence.Subscription]{Items: []presence.Subscription{}},
		},
		{
			ID: "presence.list_subscriptions", Name: "size above 100", Do: list(page.Numbered{Size: 101}),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "presence.list_subscriptions", Name: "negative page", Do: list(page.Numbered{Page: -1}),
			Err: im.ErrInvalidArgument,
		},
	})
}

func TestCountOnlineMembers(t *testing.T) {
	count := do(func(ctx context.Context, s *presence.Service) (int, error) {
		return s.CountOnlineMembers(ctx, "66021836783617")
	})
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "presence.group_online_count", Do: count,
			Request:  "GET /presence/online/66021836783617/type/1",
			Response: `{"result":3}`,
			Want:     3,
		},
		{
			ID: "presence.group_online_count", Name: "as a string", Do: count,
			Request:  "GET /presence/online/66021836783617/type/1",
			Response: `{"result":"3"}`,
			Want:     3,
		},
		{
			ID: "presence.group_online_count", Name: "a reason in its place", Do: count,
			Request:  "GET /presence/online/66021836783617/type/1",
			Response: `{"result":"Id cannot be null."}`,
			Err:      im.ErrBadResponse,
		},
		{
			ID: "presence.group_online_count", Name: "empty group",
			Do:  do(func(ctx context.Context, s *presence.Service) (int, error) { return s.CountOnlineMembers(ctx, "") }),
			Err: im.ErrInvalidArgument,
		},
	})
}

func TestOnline(t *testing.T) {
	assert.False(t, presence.Presence{}.Online())
	assert.False(t, presence.Presence{Devices: map[string]presence.Status{"ios": "0"}}.Online())
	assert.True(t, presence.Presence{Devices: map[string]presence.Status{"ios": "0", "web": "7"}}.Online())
}

func TestAllSubscriptions(t *testing.T) {
	client, sent := wiretest.Client(t,
		wiretest.JSON(200, `{"result":{"totalnum":"5","sublist":[{"uid":"a"},{"uid":"b"}]}}`),
		wiretest.JSON(200, `{"result":{"totalnum":"5","sublist":[]}}`), // ran out meanwhile
		wiretest.JSON(200, `{"result":{"totalnum":"5","sublist":[{"uid":"e"}]}}`))
	var got []string
	for one, err := range client.Presence.AllSubscriptions(t.Context(), "alice", page.Numbered{Size: 2}) {
		require.NoError(t, err)
		got = append(got, one.Username)
	}
	assert.Equal(t, []string{"a", "b", "e"}, got)
	require.Len(t, *sent, 3)
	assert.Equal(t, "/users/alice/presence/sublist?pageNum=3&pageSize=2", (*sent)[2].Path)
}

// Without a total a full page is not taken for the last.
func TestAllSubscriptionsWithoutTotal(t *testing.T) {
	client, sent := wiretest.Client(t,
		wiretest.JSON(200, `{"result":{"sublist":[{"uid":"a"},{"uid":"b"}]}}`),
		wiretest.JSON(200, `{"result":{"totalnum":null,"sublist":[{"uid":"c"}]}}`))
	var got []string
	for one, err := range client.Presence.AllSubscriptions(t.Context(), "alice", page.Numbered{Size: 2}) {
		require.NoError(t, err)
		got = append(got, one.Username)
	}
	assert.Equal(t, []string{"a", "b", "c"}, got)
	assert.Len(t, *sent, 2)
}

func TestAllSubscriptionsStopsAtAnError(t *testing.T) {
	client, sent := wiretest.Client(t,
		wiretest.JSON(200, `{"result":{"totalnum":"5","sublist":[{"uid":"a"}]}}`),
		wiretest.JSON(400, `{"error":"service open exception","result":"the app not open presence"}`))
	var errs []error
	for _, err := range client.Presence.AllSubscriptions(t.Context(), "alice", page.Numbered{Size: 1}) {
		errs = append(errs, err)
	}
	require.Len(t, errs, 2)
	require.NoError(t, errs[0])
	require.ErrorIs(t, errors.Join(errs...), im.ErrNotEnabled)
	assert.Len(t, *sent, 2)
}

func names(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("user%d", i)
	}
	return list
}
