package favorites_test

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/favorites"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
)

// do turns a method into a case's Do.
func do[T any](f func(context.Context, *favorites.Service) (T, error)) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return f(ctx, c.Favorites) }
}

func at(millis int64) time.Time { return time.UnixMilli(millis) }

const teaJSON = `{"id":"tea","type":3,"data":"{\"cup\":2}","ext":"shelf","createdAt":1719000000123,"updatedAt":1719000060123}`

var tea = favorites.Favorite{ID: "tea", Type: 3, Data: `{"cup":2}`, Ext: "shelf", Created: at(1719000000123), Updated: at(1719000060123)}

func add(n favorites.NewFavorite) func(context.Context, *im.Client) (any, error) {
	return do(func(ctx context.Context, s *favorites.Service) (*favorites.Favorite, error) {
		return s.Add(ctx, "alice", n)
	})
}

func TestAdd(t *testing.T) {
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "favorites.add", Do: add(favorites.NewFavorite{ID: "tea", Type: 3, Data: `{"cup":2}`, Ext: "shelf"}),
			Request:  "POST /users/alice/collections",
			Body:     `{"id":"tea","type":3,"data":"{\"cup\":2}","ext":"shelf"}`,
			Response: `{"collection":` + teaJSON + `}`,
			Want:     &tea,
		},
		{
			ID: "favorites.add", Name: "type 0 is sent, no id and no ext are not", Do: add(favorites.NewFavorite{Data: "x"}),
			Request:  "POST /users/alice/collections",
			Body:     `{"type":0,"data":"x"}`,
			Response: `{"collection":{"id":"8f6c","type":"0","data":"x","ext":null,"createdAt":"1719000000123"}}`,
			Want:     &favorites.Favorite{ID: "8f6c", Data: "x", Created: at(1719000000123)},
		},
		{
			ID: "favorites.add", Name: "a response about another entry", Do: add(favorites.NewFavorite{ID: "milk", Data: "x"}),
			Request:  "POST /users/alice/collections",
			Body:     `{"id":"milk","type":0,"data":"x"}`,
			Response: `{"collection":` + teaJSON + `}`,
			Err:      im.ErrOutcomeUnknown,
		},
		{
			ID: "favorites.add", Name: "a response about nothing", Do: add(favorites.NewFavorite{Data: "x"}),
			Request:  "POST /users/alice/collections",
			Body:     `{"type":0,"data":"x"}`,
			Response: `{}`,
			Err:      im.ErrBadResponse,
		},
		{
			ID: "favorites.add", Name: "as long as may be",
			Do:       add(favorites.NewFavorite{Data: strings.Repeat("ü", favorites.MaxData), Ext: strings.Repeat("ü", favorites.MaxExt)}),
			Request:  "POST /users/alice/collections",
			Body:     `{"type":0,"data":"` + strings.Repeat("ü", 20480) + `","ext":"` + strings.Repeat("ü", 1024) + `"}`,
			Response: `{"collection":` + teaJSON + `}`,
		},
		{ID: "favorites.add", Name: "too long", Do: add(favorites.NewFavorite{Data: strings.Repeat("ü", 20481)}), Err: im.ErrTooLarge},
		{ID: "favorites.add", Name: "long ext", Do: add(favorites.NewFavorite{Data: "x", Ext: strings.Repeat("x", 1025)}), Err: im.ErrTooLarge},
		{ID: "favorites.add", Name: "no data", Do: add(favorites.NewFavorite{}), Err: im.ErrInvalidArgument},
		{ID: "favorites.add", Name: "a time", Do: add(favorites.NewFavorite{Data: "x", Created: at(1)}), Err: im.ErrInvalidArgument},
	})
}

func addBatch(list ...favorites.NewFavorite) func(context.Context, *im.Client) (any, error) {
	return do(func(ctx context.Context, s *favorites.Service) (batch.Results[favorites.Favorite], error) {
		return s.AddBatch(ctx, "alice", list)
	})
}

func TestAddBatch(t *testing.T) {
	milk := favorites.NewFavorite{ID: "milk", Data: "m", Created: at(1718000000000)}
	many := make([]favorites.NewFavorite, favorites.MaxBatch+1)
	for i := range many {
		many[i] = favorites.NewFavorite{ID: strconv.Itoa(i), Data: "x"}
	}
	const request = `{"username":"alice","collections":[{"id":"tea","type":3,"data":"t","ext":"shelf","createdAt":1719000000123},` +
		`{"id":"milk","type":0,"data":"m","ext":"","createdAt":1718000000000}]}`
	both := addBatch(favorites.NewFavorite{ID: "tea", Type: 3, Data: "t", Ext: "shelf", Created: at(1719000000123)}, milk)
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "favorites.add_batch", Do: both,
			Request:  "POST /collections",
			Body:     request,
			Response: `{"collections":[{"id":"milk","data":"m","type":0,"ext":"","createdAt":1718000000000,"updatedAt":1719000060123},` + teaJSON + `]}`,
			Want: batch.Results[favorites.Favorite]{
				{ID: "tea", Value: tea},
				{ID: "milk", Value: favorites.Favorite{ID: "milk", Data: "m", Created: at(1718000000000), Updated: at(1719000060123)}},
			},
		},
		{
			ID: "favorites.add_batch", Name: "one is not named", Do: both,
			Request:  "POST /collections",
			Body:     request,
			Response: `{"collections":[` + teaJSON + `,{"id":"Milk"}]}`,
			Err:      batch.ErrNotReported,
		},
		{
			ID: "favorites.add_batch", Name: "nothing is named", Do: both,
			Request:  "POST /collections",
			Body:     request,
			Response: `{}`,
			Err:      im.ErrBadResponse,
		},
		{ID: "favorites.add_batch", Name: "none", Do: addBatch(), Err: im.ErrInvalidArgument},
		{ID: "favorites.add_batch", Name: "21", Do: addBatch(many...), Err: im.ErrInvalidArgument},
		{ID: "favorites.add_batch", Name: "no id", Do: addBatch(milk, favorites.NewFavorite{Data: "x"}), Err: im.ErrInvalidArgument},
		{
			ID: "favorites.add_batch", Name: "no user",
			Do: do(func(ctx context.Context, s *favorites.Service) (batch.Results[favorites.Favorite], error) {
				return s.AddBatch(ctx, "", []favorites.NewFavorite{milk})
			}),
			Err: im.ErrInvalidArgument,
		},
	})
}

// The errors name the field of the entry.
func TestBatchErrorsNameTheEntry(t *testing.T) {
	client, _ := wiretest.Client(t, wiretest.JSON(200, `{}`))
	for field, n := range map[string]favorites.NewFavorite{
		"favorites[1].ID: must not be empty":                                 {Data: "x"},
		"favorites[1].Data: must not be empty":                               {ID: "x"},
		"favorites[1].Ext: has 1025 characters, at most 1024 are allowed":    {ID: "x", Data: "x", Ext: strings.Repeat("x", 1025)},
		"favorites[1].Data: has 20481 characters, at most 20480 are allowed": {ID: "x", Data: strings.Repeat("x", 20481)},
	} {
		_, err := client.Favorites.AddBatch(t.Context(), "alice", []favorites.NewFavorite{{ID: "a", Data: "a"}, n})
		require.ErrorContains(t, err, field)
	}
}

// An entry without a time is made now.
func TestAddBatchSetsTheTime(t *testing.T) {
	client, sent := wiretest.Client(t, wiretest.JSON(200, `{"collections":[{"id":"a"}]}`))
	before := time.Now().UnixMilli()
	list := []favorites.NewFavorite{{ID: "a", Data: "a"}}
	_, err := client.Favorites.AddBatch(t.Context(), "alice", list)
	require.NoError(t, err)
	assert.Zero(t, list[0].Created, "the caller's own stays as it was")
	var millis int64
	_, err = fmt.Sscanf((*sent)[0].Body[strings.Index((*sent)[0].Body, "createdAt"):], `createdAt":%d`, &millis)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, millis, before)
	assert.LessOrEqual(t, millis, time.Now().UnixMilli())
}

func TestSetExt(t *testing.T) {
	set := func(id, ext string) func(context.Context, *im.Client) (any, error) {
		return func(ctx context.Context, c *im.Client) (any, error) {
			return nil, c.Favorites.SetExt(ctx, "alice", id, ext)
		}
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "favorites.set_ext", Do: set("tea", "shelf"),
			Request:  "PUT /users/alice/collections/tea",
			Body:     `{"ext":"shelf"}`,
			Response: `{"collection":` + teaJSON + `}`,
		},
		{
			ID: "favorites.set_ext", Name: "taken away, of an id of any form", Do: set("a/b c", ""),
			Request:  "PUT /users/alice/collections/a%2Fb%20c",
			Body:     `{"ext":""}`,
			Response: `{"collection":{"id":"a/b c"}}`,
		},
		{
			ID: "favorites.set_ext", Name: "of another", Do: set("milk", "x"),
			Request:  "PUT /users/alice/collections/milk",
			Body:     `{"ext":"x"}`,
			Response: `{"collection":` + teaJSON + `}`,
			Err:      im.ErrBadResponse,
		},
		{ID: "favorites.set_ext", Name: "too long", Do: set("tea", strings.Repeat("x", 1025)), Err: im.ErrTooLarge},
		{ID: "favorites.set_ext", Name: "no id", Do: set("", "x"), Err: im.ErrInvalidArgument},
	})
}

func TestRemoveBatch(t *testing.T) {
	remove := func(ids ...string) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *favorites.Service) (batch.Result, error) {
			return s.RemoveBatch(ctx, "alice", ids)
		})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "favorites.remove", Do: remove("tea", "milk"),
			Request:  "DELETE /users/alice/collections",
			Body:     `{"collection_ids":["tea","milk"]}`,
			Response: `{"result":true}`,
			Want:     batch.Result{{ID: "tea"}, {ID: "milk"}},
		},
		{
			ID: "favorites.remove", Name: "as text", Do: remove("tea"),
			Request:  "DELETE /users/alice/collections",
			Body:     `{"collection_ids":["tea"]}`,
			Response: `{"result":"true"}`,
			Want:     batch.Result{{ID: "tea"}},
		},
		{
			ID: "favorites.remove", Name: "denied under 200", Do: remove("tea"),
			Request:  "DELETE /users/alice/collections",
			Body:     `{"collection_ids":["tea"]}`,
			Response: `{"result":false}`,
			Err:      im.ErrForbidden,
		},
		{
			ID: "favorites.remove", Name: "nothing said", Do: remove("tea"),
			Request:  "DELETE /users/alice/collections",
			Body:     `{"collection_ids":["tea"]}`,
			Response: `{}`,
			Err:      batch.ErrNotReported,
		},
		{ID: "favorites.remove", Name: "none", Do: remove(), Err: im.ErrInvalidArgument},
		{ID: "favorites.remove", Name: "21", Do: remove(make([]string, 21)...), Err: im.ErrInvalidArgument},
		{ID: "favorites.remove", Name: "an empty id", Do: remove("tea", ""), Err: im.ErrInvalidArgument},
	})
}

func TestList(t *testing.T) {
	list := func(o favorites.ListOptions) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *favorites.Service) (*page.Page[favorites.Favorite], error) {
			return s.List(ctx, "alice", o)
		})
	}
	limit := func(n int, cursor string) page.Options { return page.Options{Limit: n, Cursor: cursor} }
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "favorites.list", Do: list(favorites.ListOptions{}),
			Request:  "GET /users/alice/collections?limit=200",
			Response: `{"collections":[` + teaJSON + `]}`,
			Want:     &page.Page[favorites.Favorite]{Items: []favorites.Favorite{tea}},
		},
		{
			ID: "favorites.list", Name: "by time, type and order",
			Do: list(favorites.ListOptions{
				Options: limit(1, ""), From: at(1718000000000), To: at(1719000000123), Type: new(0), Order: page.OrderOldestFirst,
			}),
			Request:  "GET /users/alice/collections?begin_time=1718000000000&direction=asc&end_time=1719000000123&limit=1&type=0",
			Response: `{"collections":[` + teaJSON + `]}`,
			Want:     &page.Page[favorites.Favorite]{Items: []favorites.Favorite{tea}, Next: "1719000000123:tea"},
		},
		{
			ID: "favorites.list", Name: "the entry of the cursor comes again",
			Do:       list(favorites.ListOptions{Options: limit(1, "1719000000123:tea"), Type: new(3)}),
			Request:  "GET /users/alice/collections?collection_id=tea&limit=2&type=3",
			Response: `{"collections":[` + teaJSON + `,{"id":"milk","type":3,"data":"m","createdAt":1718000000000}]}`,
			Want: &page.Page[favorites.Favorite]{
				Items: []favorites.Favorite{{ID: "milk", Type: 3, Data: "m", Created: at(1718000000000)}}, Next: "1718000000000:milk",
			},
		},
		{
			ID: "favorites.list", Name: "the times do not count for the server then",
			Do:       list(favorites.ListOptions{Options: limit(1, "1719000000123:tea"), From: at(1718000000001)}),
			Request:  "GET /users/alice/collections?begin_time=1718000000001&collection_id=tea&limit=2",
			Response: `{"collections":[` + teaJSON + `,{"id":"milk","data":"m","createdAt":1718000000000}]}`,
			Want:     &page.Page[favorites.Favorite]{Items: []favorites.Favorite{}},
		},
		{
			ID: "favorites.list", Name: "none", Do: list(favorites.ListOptions{}),
			Request:  "GET /users/alice/collections?limit=200",
			Response: `{"collections":[]}`,
			Want:     &page.Page[favorites.Favorite]{Items: []favorites.Favorite{}},
		},
		{
			ID: "favorites.list", Name: "nothing said", Do: list(favorites.ListOptions{}),
			Request:  "GET /users/alice/collections?limit=200",
			Response: `{"data":[]}`,
			Err:      im.ErrBadResponse,
		},
		{ID: "favorites.list", Name: "201", Do: list(favorites.ListOptions{Options: limit(201, "")}), Err: im.ErrInvalidArgument},
		{ID: "favorites.list", Name: "order", Do: list(favorites.ListOptions{Order: "up"}), Err: im.ErrInvalidArgument},
		{ID: "favorites.list", Name: "times", Do: list(favorites.ListOptions{From: at(2), To: at(1)}), Err: im.ErrInvalidArgument},
	})
}

// stored is a server that keeps entries, newest first, as the documents describe it.
type stored struct {
	entries []favorites.Favorite
	gone    map[string]bool // removed after the page that ended with them
}

func (s *stored) respond(path string) (status int, body string) {
	u, _ := url.Parse(path)
	q := u.Query()
	var n int
	_, _ = fmt.Sscan(q.Get("limit"), &n)
	last, end := q.Get("collection_id"), int64(1<<62)
	if last != "" {
		if s.gone[last] {
			return 400, `{"error_description":"user collection not found"}`
		}
		for _, f := range s.entries {
			if f.ID == last {
				end = f.Created.UnixMilli()
			}
		}
	} else if q.Has("end_time") {
		_, _ = fmt.Sscan(q.Get("end_time"), &end)
	}
	var list []string
	for _, f := range s.entries {
		if f.Created.UnixMilli() <= end && len(list) < n && !s.gone[f.ID] {
			list = append(list, fmt.Sprintf(`{"id":%q,"createdAt":%d}`, f.ID, f.Created.UnixMilli()))
		}
	}
	return 200, `{"collections":[` + strings.Join(list, ",") + `]}`
}

// all lists what comes.
func (s *stored) all(t *testing.T, o favorites.ListOptions) (ids []string, calls int, err error) {
	t.Helper()
	client, sent := wiretest.ClientOf(t, func(r wiretest.Request) (int, string) { return s.respond(r.Path) })
	for f, e := range client.Favorites.All(t.Context(), "alice", o) {
		if e != nil {
			return ids, len(*sent), e
		}
		ids = append(ids, f.ID)
	}
	return ids, len(*sent), nil
}

func entries(millis ...int64) *stored {
	s := &stored{gone: map[string]bool{}}
	for i, m := range millis {
		s.entries = append(s.entries, favorites.Favorite{ID: strconv.Itoa(i), Created: at(m)})
	}
	return s
}

func TestAllShowsEachOnce(t *testing.T) {
	for _, limit := range []int{1, 2, 3, 4, 5, 200} {
		s := entries(90, 80, 70, 60, 50)
		got, _, err := s.all(t, favorites.ListOptions{Options: page.Options{Limit: limit}})
		require.NoError(t, err)
		assert.Equal(t, []string{"0", "1", "2", "3", "4"}, got, "%d a page", limit)
	}
	for _, limit := range []int{4, 5} { // some of the same millisecond
		s := entries(90, 80, 80, 80, 70, 60)
		got, _, err := s.all(t, favorites.ListOptions{Options: page.Options{Limit: limit}})
		require.NoError(t, err)
		assert.Equal(t, []string{"0", "1", "2", "3", "4", "5"}, got, "%d a page", limit)
	}
}

// More entries of one millisecond than a page holds hide what comes after them: that is an
// error, not the end.
func TestAllDoesNotStopSilently(t *testing.T) {
	s := entries(90, 90, 90, 90, 90, 80)
	_, _, err := s.all(t, favorites.ListOptions{Options: page.Options{Limit: 2}})
	require.ErrorIs(t, err, im.ErrBadResponse)
}

// The bound of time holds on later pages as well, and ends the list.
func TestAllKeepsToTheTimes(t *testing.T) {
	s := entries(90, 80, 70, 60, 50, 40, 30)
	got, calls, err := s.all(t, favorites.ListOptions{Options: page.Options{Limit: 2}, From: at(60)})
	require.NoError(t, err)
	assert.Equal(t, []string{"0", "1", "2", "3"}, got)
	assert.LessOrEqual(t, calls, 3)
}

// An entry that is removed after the page that ended with it does not end the list.
func TestAllGoesOnAfterARemoval(t *testing.T) {
	s := entries(90, 80, 80, 60, 50)
	s.gone["2"] = true
	client, sent := wiretest.ClientOf(t, func(r wiretest.Request) (int, string) { return s.respond(r.Path) })
	o := favorites.ListOptions{Options: page.Options{Limit: 2, Cursor: "80:2"}} // saved by an earlier run
	var got []string
	for f, err := range client.Favorites.All(t.Context(), "alice", o) {
		require.NoError(t, err)
		got = append(got, f.ID)
	}
	assert.Equal(t, []string{"1", "3", "4"}, got)
	assert.Equal(t, "/users/alice/collections?end_time=80&limit=200", (*sent)[1].Path)

	// Without its time nobody knows where to go on.
	o.Cursor = "2"
	_, err := client.Favorites.List(t.Context(), "alice", o)
	require.ErrorIs(t, err, im.ErrNotFound)
}

// Whoever removes what they see goes on, also past entries of the same moment that stay.
func TestAllWhileRemoving(t *testing.T) {
	s := entries(80, 80, 60)
	client, _ := wiretest.ClientOf(t, func(r wiretest.Request) (int, string) { return s.respond(r.Path) })
	var got []string
	for f, err := range client.Favorites.All(t.Context(), "alice", favorites.ListOptions{Options: page.Options{Limit: 1}}) {
		require.NoError(t, err)
		got = append(got, f.ID)
		s.gone["1"] = f.ID == "1"
	}
	assert.Equal(t, []string{"0", "1", "2"}, got)
}
