package groups_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/jarcoal/httpmock"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
)

func TestLists(t *testing.T) {
	list := func(o page.Options) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *groups.Service) (*page.Page[groups.Summary], error) {
			return s.List(ctx, o)
		})
	}
	joined := func(o page.Numbered) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *groups.Service) (*page.Page[groups.Joined], error) {
			return s.ListJoined(ctx, "alice", o)
		})
	}
	detailed := func(o page.Numbered) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *groups.Service) (*page.Page[groups.Group], error) {
			return s.ListJoinedDetailed(ctx, "alice", o)
		})
	}
	at := time.UnixMilli(1740995000789)
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "groups.list", Do: list(page.Options{Limit: 2, Cursor: "ZGVt+/=="}),
			Request: "GET /chatgroups?cursor=ZGVt%2B%2F%3D%3D&limit=2",
			Response: `{"action":"get","params":{"limit":["2"]},"uri":"https://a1.example.com/acme/demo/chatgroups","entities":[],
				"data":[{"owner":"acme#demo_alice","groupid":"232","affiliations":3,"type":"group","lastModified":"1740995000789","groupname":"Owls"},
				{"owner":"bob","groupid":231,"affiliations":"5","last_modified":1740995000789,"created":1740990000456,"disabled":true,"groupname":"Hikers"}],
				"cursor":"Mjc","count":2}`,
			Want: &page.Page[groups.Summary]{Next: "Mjc", Items: []groups.Summary{
				{ID: "232", Name: "Owls", Owner: "alice", MemberCount: 3, Updated: at},
				{ID: "231", Name: "Hikers", Owner: "bob", MemberCount: 5, Updated: at, Created: time.UnixMilli(1740990000456), Disabled: true},
			}},
		},
		{
			ID: "groups.list", Name: "first page, underscores in app and user", Do: list(page.Options{}),
			Request:  "GET /chatgroups?limit=100",
			Response: `{"uri":"https://a1.example.com/ac_me/de_mo/chatgroups","data":[{"owner":"ac_me#de_mo_al_ice","groupid":"1"}]}`,
			Want:     &page.Page[groups.Summary]{Items: []groups.Summary{{ID: "1", Owner: "al_ice"}}},
		},
		{
			ID: "groups.list", Name: "app unknown from the uri", Do: list(page.Options{}),
			Request:  "GET /chatgroups?limit=100",
			Response: `{"uri":"https://a1.example.com/app-id/5c0e/chatgroups","data":[{"owner":"acme#demo_al_ice","groupid":"1"}]}`,
			Want:     &page.Page[groups.Summary]{Items: []groups.Summary{{ID: "1", Owner: "al_ice"}}},
		},
		{ID: "groups.list", Name: "limit above 1000", Do: list(page.Options{Limit: 1001}), Err: im.ErrInvalidArgument},
		{ID: "groups.list", Name: "negative limit", Do: list(page.Options{Limit: -1}), Err: im.ErrInvalidArgument},
		{
			ID: "groups.list_joined", Do: joined(page.Numbered{}),
			Request:  "GET /users/alice/joined_chatgroups?pagenum=1&pagesize=20",
			Response: data(`[{"groupid":"231","groupname":"Hikers"},{"groupid":232,"groupname":"Owls"}]`),
			Want:     &page.Page[groups.Joined]{Items: []groups.Joined{{ID: "231", Name: "Hikers"}, {ID: "232", Name: "Owls"}}},
		},
		{
			ID: "groups.list_joined", Name: "page and size", Do: joined(page.Numbered{Page: 3, Size: 100}),
			Request: "GET /users/alice/joined_chatgroups?pagenum=3&pagesize=100", Response: data(`[]`), Want: &page.Page[groups.Joined]{Items: []groups.Joined{}},
		},
		{
			ID: "groups.list_joined", Name: "a page that may have been cut has a next one", Do: joined(page.Numbered{Page: 3, Size: 100}),
			Request: "GET /users/alice/joined_chatgroups?pagenum=3&pagesize=100", Response: data(entries(20, `{"groupid":"1"}`)),
			Want: &page.Page[groups.Joined]{Items: slices.Repeat([]groups.Joined{{ID: "1"}}, 20), Next: "4"},
		},
		{
			ID: "groups.list_joined", Name: "a short page is the last", Do: joined(page.Numbered{Size: 100}),
			Request: "GET /users/alice/joined_chatgroups?pagenum=1&pagesize=100", Response: data(entries(19, `{"groupid":"1"}`)),
			Want: &page.Page[groups.Joined]{Items: slices.Repeat([]groups.Joined{{ID: "1"}}, 19)},
		},
		{ID: "groups.list_joined", Name: "size above 100", Do: joined(page.Numbered{Size: 101}), Err: im.ErrInvalidArgument},
		{ID: "groups.list_joined", Name: "negative page", Do: joined(page.Numbered{Page: -1}), Err: im.ErrInvalidArgument},
		{
			ID: "groups.list_joined_detailed", Do: detailed(page.Numbered{}),
			Request: "GET /chatgroups/user/alice?pagenum=0&pagesize=20", // counts from 0
			Response: `{"action":"get","entities":[{"name":"Hikers","avatar":"u","owner":"bob","id":"231","groupId":"231","description":"d",
				"disabled":true,"public":true,"allowinvites":true,"membersonly":true,"maxusers":300,"created":1740990000456},
				{"groupId":"232","name":"Owls"}],"timestamp":1741000000123,"total":27}`,
			Want: &page.Page[groups.Group]{Total: 27, Next: "2", Items: []groups.Group{
				{ID: "231", Name: "Hikers", Avatar: "u", Owner: "bob", Description: "d", Disabled: true, Public: true, AllowInvites: true,
					ApproveJoins: true, MaxMembers: 300, Created: time.UnixMilli(1740990000456)},
				{ID: "232", Name: "Owls"},
			}},
		},
		{
			ID: "groups.list_joined_detailed", Name: "the second page", Do: detailed(page.Numbered{Page: 2, Size: 5}),
			Request: "GET /chatgroups/user/alice?pagenum=1&pagesize=5", Response: `{"entities":[],"total":"3"}`,
			Want: &page.Page[groups.Group]{Total: 3, Items: []groups.Group{}},
		},
		{ID: "groups.list_joined_detailed", Name: "size above 20", Do: detailed(page.Numbered{Size: 21}), Err: im.ErrInvalidArgument},
	})
}

// pages returns these payloads one after another, and then fails the test.
func pages(t *testing.T, responses ...string) (*im.Client, *[]wiretest.Request) {
	t.Helper()
	responders := make([]httpmock.Responder, 0, len(responses)+1)
	for _, a := range responses {
		responders = append(responders, wiretest.JSON(200, a))
	}
	return wiretest.Client(t, append(responders, func(r *http.Request) (*http.Response, error) {
		t.Errorf("one page too many: %s", r.URL)
		return nil, http.ErrAbortHandler
	})...)
}

func paths(sent []wiretest.Request) []string {
	var list []string
	for _, r := range sent {
		list = append(list, r.Path)
	}
	return list
}

// entries makes n entries of a list.
func entries(n int, entry string) string {
	return `[` + strings.TrimSuffix(strings.Repeat(entry+",", n), ",") + `]`
}

func TestAll(t *testing.T) {
	client, sent := pages(t, `{"data":[{"groupid":"1"}],"cursor":"c1"}`, `{"data":[],"cursor":"c2"}`, `{"data":[{"groupid":"2"}]}`)
	assert.Len(t, wiretest.All(t, client.Groups.All(t.Context(), page.Options{})), 2, "an empty page is not the end")
	assert.Equal(t, []string{"/chatgroups?limit=100", "/chatgroups?cursor=c1&limit=100", "/chatgroups?cursor=c2&limit=100"}, paths(*sent))

	client, _ = pages(t, `{"data":[{"groupid":"1"}],"cursor":"c1"}`)
	for range client.Groups.All(t.Context(), page.Options{}) {
		break // no second page
	}
}

func TestAllEndsWithItsError(t *testing.T) {
	client, sent := wiretest.Client(t, wiretest.JSON(404, `{"error":"resource_not_found","error_description":"grpID 1 does not exist!"}`))
	s, ctx := client.Groups, t.Context()
	assert.ErrorIs(t, wiretest.Last(s.All(ctx, page.Options{})), im.ErrNotFound)
	assert.ErrorIs(t, wiretest.Last(s.AllJoined(ctx, "alice", page.Numbered{})), im.ErrNotFound)
	assert.ErrorIs(t, wiretest.Last(s.AllJoinedDetailed(ctx, "alice", page.Numbered{})), im.ErrNotFound)
	assert.ErrorIs(t, wiretest.Last(s.AllFiles(ctx, "1", page.Numbered{})), im.ErrNotFound)
	assert.ErrorIs(t, wiretest.Last(s.AllMembersByCursor(ctx, "1", groups.MemberCursorOptions{})), im.ErrNotFound)
	assert.ErrorIs(t, wiretest.Last(s.AllMembers(ctx, "1", groups.MemberListOptions{})), im.ErrNotFound)
	assert.ErrorIs(t, wiretest.Last(s.AllBlocked(ctx, "1", page.Options{})), im.ErrNotFound)
	assert.Len(t, *sent, 7, "one each")
}

func TestAllJoined(t *testing.T) {
	const entry = `{"groupid":"1","groupname":"g"}`
	client, sent := pages(t, data(entries(20, entry)), data(entries(20, entry)), data(entries(19, entry)))
	got := wiretest.All(t, client.Groups.AllJoined(t.Context(), "alice", page.Numbered{Size: 100}))
	assert.Len(t, got, 59, "a server that cuts pages to 20 must not end the list")
	assert.Equal(t, "/users/alice/joined_chatgroups?pagenum=3&pagesize=100", (*sent)[2].Path)

	client, _ = pages(t, data(entries(5, entry)), data(entries(4, entry)))
	assert.Len(t, wiretest.All(t, client.Groups.AllJoined(t.Context(), "alice", page.Numbered{Size: 5})), 9)
}

func TestAllJoinedDetailed(t *testing.T) {
	listed := func(n int, total string) string {
		return `{"entities":` + entries(n, `{"groupId":"1"}`) + `,"total":` + total + `}`
	}
	client, sent := pages(t, listed(2, "5"), listed(2, "5"), listed(1, "5"))
	assert.Len(t, wiretest.All(t, client.Groups.AllJoinedDetailed(t.Context(), "alice", page.Numbered{Size: 2})), 5)
	assert.Equal(t, []string{
		"/chatgroups/user/alice?pagenum=0&pagesize=2", "/chatgroups/user/alice?pagenum=1&pagesize=2", "/chatgroups/user/alice?pagenum=2&pagesize=2",
	}, paths(*sent))

	client, _ = pages(t, listed(2, "null"), listed(1, "null"))
	assert.Len(t, wiretest.All(t, client.Groups.AllJoinedDetailed(t.Context(), "alice", page.Numbered{Size: 2})), 3, "no total")
}

func TestAllMembers(t *testing.T) {
	client, sent := pages(t, `{"data":["bob"],"cursor":"c1"}`, `{"data":["carol"]}`)
	assert.Equal(t, []string{"bob", "carol"}, wiretest.All(t, client.Groups.AllMembersByCursor(t.Context(), "231", groups.MemberCursorOptions{})))
	assert.Equal(t, "/chatgroups/231/users?cursor=c1&limit=100&version=v3", (*sent)[1].Path)

	client, sent = pages(t, data(entries(100, `{"member":"bob"}`)), data(entries(7, `{"member":"carol"}`)))
	got := wiretest.All(t, client.Groups.AllMembers(t.Context(), "231", groups.MemberListOptions{Numbered: page.Numbered{Size: 1000}, JoinTime: true}))
	assert.Len(t, got, 107, "a server that cuts pages to 100 must not end the list")
	assert.Equal(t, "/chatgroups/231/users?joined_time=true&pagenum=2&pagesize=1000", (*sent)[1].Path)
}

func TestAllBlocked(t *testing.T) {
	client, sent := pages(t, `{"data":["mallory"],"cursor":"c1"}`, `{"data":["trent"],"count":1}`)
	assert.Equal(t, []string{"mallory", "trent"}, wiretest.All(t, client.Groups.AllBlocked(t.Context(), "231", page.Options{})))
	assert.Equal(t, []string{"/chatgroups/231/blocks/users?pageSize=50", "/chatgroups/231/blocks/users?cursor=c1&pageSize=50"}, paths(*sent))
}
