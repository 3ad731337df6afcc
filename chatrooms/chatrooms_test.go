package chatrooms_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/chatrooms"
	"github.com/imrest/im-go/internal/test/corpus"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
)

const room = "248135790246800"

// do turns a method into a case's Do.
func do[T any](f func(context.Context, *chatrooms.Service) (T, error)) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return f(ctx, c.Chatrooms) }
}

// only is do for a method that returns nothing but an error.
func only(f func(context.Context, *chatrooms.Service) error) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return nil, f(ctx, c.Chatrooms) }
}

// response is a whole response around data.
func response(data string) string {
	return `{"action":"any","application":"5f0c","applicationName":"demo","organization":"acme","properties":{},
		"uri":"https://a1.example.com/acme/demo/chatrooms","entities":[],"data":` + data + `,"timestamp":1701000000100,"duration":3}`
}

// short prints the result of a batch in short. The error of some failed items must be that
// of the result.
func short(result batch.Result, err error) (string, error) {
	if result == nil || fmt.Sprint(err) != fmt.Sprint(result.Err()) {
		return "", err
	}
	return outcomes(result), nil
}

// outcomes prints a result in short: "bob: ok, carol: not found".
func outcomes(r batch.Result) string {
	list := make([]string, len(r))
	for i, o := range r {
		list[i] = o.ID + ": " + outcome(o.Err)
	}
	return strings.Join(list, ", ")
}

// names makes n user ids.
func names(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("user%d", i)
	}
	return list
}

func TestRooms(t *testing.T) {
	create := func(r chatrooms.NewRoom) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *chatrooms.Service) (string, error) { return s.Create(ctx, r) })
	}
	update := func(c chatrooms.RoomUpdate) func(context.Context, *im.Client) (any, error) {
		return only(func(ctx context.Context, s *chatrooms.Service) error { return s.Update(ctx, room, c) })
	}
	announce := func(text string) func(context.Context, *im.Client) (any, error) {
		return only(func(ctx context.Context, s *chatrooms.Service) error { return s.SetAnnouncement(ctx, room, text) })
	}
	lobby := chatrooms.NewRoom{Name: "lobby", Description: "open talk", Owner: "alice"}
	with := func(change func(*chatrooms.NewRoom)) chatrooms.NewRoom {
		r := lobby
		change(&r)
		return r
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "chatrooms.create",
			Do: create(chatrooms.NewRoom{
				Name: "lobby", Description: "open talk", Owner: "alice", Members: []string{"bob"}, MaxMembers: 250,
				Custom: "floor=2", ID: "lobby2", ReviewName: new(false),
			}),
			Request: "POST /chatrooms",
			Body: `{"name":"lobby","description":"open talk","owner":"alice","members":["bob"],"maxusers":250,
				"custom":"floor=2","roomid":"lobby2","need_verify":false}`,
			Response: response(`{"id":"lobby2"}`),
			Want:     "lobby2",
		},
		{
			ID: "chatrooms.create", Name: "only what is needed, id as a number", Do: create(lobby),
			Request: "POST /chatrooms", Body: `{"name":"lobby","description":"open talk","owner":"alice"}`,
			Response: `{"data":{"id":9007199254740993}}`, Want: "9007199254740993",
		},
		{
			ID: "chatrooms.create", Name: "response without id", Do: create(lobby),
			Request: "POST /chatrooms", Body: `{"name":"lobby","description":"open talk","owner":"alice"}`,
			Response: `{"data":{}}`, Err: im.ErrBadResponse,
		},
		{
			ID: "chatrooms.create", Name: "at the limits",
			Do: create(chatrooms.NewRoom{
				Name: strings.Repeat("é", 128), Description: strings.Repeat("é", 512), Owner: "alice",
				Members: []string{"bob"}, MaxMembers: 1, Custom: strings.Repeat("c", 8192),
			}),
			Request: "POST /chatrooms",
			Body: `{"name":"` + strings.Repeat("é", 128) + `","description":"` + strings.Repeat("é", 512) + `","owner":"alice",
				"members":["bob"],"maxusers":1,"custom":"` + strings.Repeat("c", 8192) + `"}`,
			Response: response(`{"id":"1"}`),
		},
		{ID: "chatrooms.create", Name: "no name", Do: create(with(func(r *chatrooms.NewRoom) { r.Name = "" })), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.create", Name: "no owner", Do: create(with(func(r *chatrooms.NewRoom) { r.Owner = "" })), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.create", Name: "name too long", Do: create(with(func(r *chatrooms.NewRoom) { r.Name = strings.Repeat("x", 129) })), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.create", Name: "description too long", Do: create(with(func(r *chatrooms.NewRoom) { r.Description = strings.Repeat("x", 513) })), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.create", Name: "custom too long", Do: create(with(func(r *chatrooms.NewRoom) { r.Custom = strings.Repeat("x", 8193) })), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.create", Name: "owner among the members", Do: create(with(func(r *chatrooms.NewRoom) { r.Members = []string{"bob", "Alice"} })), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.create", Name: "an empty member", Do: create(with(func(r *chatrooms.NewRoom) { r.Members = []string{""} })), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.create", Name: "more members than may be", Do: create(with(func(r *chatrooms.NewRoom) { r.Members, r.MaxMembers = names(3), 2 })), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.create", Name: "negative size", Do: create(with(func(r *chatrooms.NewRoom) { r.MaxMembers = -1 })), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.create", Name: "id with capitals", Do: create(with(func(r *chatrooms.NewRoom) { r.ID = "Lobby" })), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.create", Name: "id too long", Do: create(with(func(r *chatrooms.NewRoom) { r.ID = strings.Repeat("a", 65) })), Err: im.ErrInvalidArgument},
		{
			ID:       "chatrooms.update",
			Do:       update(chatrooms.RoomUpdate{Name: new("lounge"), Description: new(""), MaxMembers: 400, Custom: new("x"), ReviewName: new(true)}),
			Request:  "PUT /chatrooms/" + room,
			Body:     `{"name":"lounge","description":"","maxusers":400,"custom":"x","need_verify":true}`,
			Response: response(`{"groupname":true,"description":true,"maxusers":"true","custom":true}`),
		},
		{
			ID: "chatrooms.update", Name: "one field", Do: update(chatrooms.RoomUpdate{Name: new("lounge")}),
			Request: "PUT /chatrooms/" + room, Body: `{"name":"lounge"}`, Response: response(`{"groupname":true}`),
		},
		{
			ID: "chatrooms.update", Name: "a field that was left", Do: update(chatrooms.RoomUpdate{Name: new("lounge"), MaxMembers: 400}),
			Request: "PUT /chatrooms/" + room, Body: `{"name":"lounge","maxusers":400}`,
			Response: response(`{"groupname":true,"maxusers":false}`), Err: im.ErrPartial,
		},
		{
			ID: "chatrooms.update", Name: "not named is not done", Do: update(chatrooms.RoomUpdate{Name: new("lounge"), MaxMembers: 400}),
			Request: "PUT /chatrooms/" + room, Body: `{"name":"lounge","maxusers":400}`,
			Response: response(`{"groupname":true,"maxusers":null}`), Err: batch.ErrNotReported,
		},
		{
			ID: "chatrooms.update", Name: "values in the place of flags", Do: update(chatrooms.RoomUpdate{Name: new("lounge"), MaxMembers: 400}),
			Request: "PUT /chatrooms/" + room, Body: `{"name":"lounge","maxusers":400}`,
			Response: response(`{"name":"lounge","maxusers":400}`),
		},
		{ID: "chatrooms.update", Name: "nothing", Do: update(chatrooms.RoomUpdate{}), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.update", Name: "name too long", Do: update(chatrooms.RoomUpdate{Name: new(strings.Repeat("x", 129))}), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.update", Name: "description too long", Do: update(chatrooms.RoomUpdate{Description: new(strings.Repeat("x", 513))}), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.update", Name: "custom too long", Do: update(chatrooms.RoomUpdate{Custom: new(strings.Repeat("x", 8193))}), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.update", Name: "negative size", Do: update(chatrooms.RoomUpdate{MaxMembers: -1}), Err: im.ErrInvalidArgument},
		{
			ID:       "chatrooms.delete",
			Do:       only(func(ctx context.Context, s *chatrooms.Service) error { return s.Delete(ctx, room) }),
			Request:  "DELETE /chatrooms/" + room,
			Response: response(`{"success":true,"id":"248135790246800"}`),
		},
		{
			ID: "chatrooms.delete", Name: "not done",
			Do:       only(func(ctx context.Context, s *chatrooms.Service) error { return s.Delete(ctx, room) }),
			Request:  "DELETE /chatrooms/" + room,
			Response: response(`{"success":false,"id":"248135790246800"}`),
			Err:      im.ErrForbidden,
		},
		{
			ID: "chatrooms.delete", Name: "empty id",
			Do:  only(func(ctx context.Context, s *chatrooms.Service) error { return s.Delete(ctx, "") }),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "chatrooms.get_announcement",
			Do: do(func(ctx context.Context, s *chatrooms.Service) (string, error) {
				return s.GetAnnouncement(ctx, room)
			}),
			Request:  "GET /chatrooms/" + room + "/announcement",
			Response: response(`{"announcement":"Quiet after ten."}`),
			Want:     "Quiet after ten.",
		},
		{
			ID: "chatrooms.get_announcement", Name: "none",
			Do: do(func(ctx context.Context, s *chatrooms.Service) (string, error) {
				return s.GetAnnouncement(ctx, room)
			}),
			Request: "GET /chatrooms/" + room + "/announcement", Response: response(`{"announcement":null}`), Want: "",
		},
		{
			ID: "chatrooms.set_announcement", Do: announce("Quiet after ten."),
			Request: "POST /chatrooms/" + room + "/announcement", Body: `{"announcement":"Quiet after ten."}`,
			Response: response(`{"id":"248135790246800","result":true}`),
		},
		{
			ID: "chatrooms.set_announcement", Name: "512 characters", Do: announce(strings.Repeat("é", 512)),
			Request: "POST /chatrooms/" + room + "/announcement", Body: `{"announcement":"` + strings.Repeat("é", 512) + `"}`,
			Response: response(`{"id":"248135790246800","result":true}`),
		},
		{ID: "chatrooms.set_announcement", Name: "513 characters", Do: announce(strings.Repeat("é", 513)), Err: im.ErrInvalidArgument},
	})
}

func TestGet(t *testing.T) {
	get := do(func(ctx context.Context, s *chatrooms.Service) (*chatrooms.Room, error) { return s.Get(ctx, room) })
	const lobby = `{"id":"248135790246800","name":"lobby","description":"open talk","membersonly":false,"allowinvites":true,
		"invite_need_confirm":true,"maxusers":250,"owner":"alice","created":1701000000000,"custom":"floor=2","mute":true,
		"affiliations_count":3,"affiliations":[{"member":"bob"},{"owner":"alice"},{"admin":"carol"}],"public":true,"scale":"large"}`
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "chatrooms.get", Do: get,
			Request:  "GET /chatrooms/" + room,
			Response: response(`[` + lobby + `]`),
			Want: &chatrooms.Room{
				ID: room, Name: "lobby", Description: "open talk", Owner: "alice", Custom: "floor=2", MaxMembers: 250, MemberCount: 3,
				Members: []chatrooms.Member{
					{Username: "bob", Role: chatrooms.RoleMember}, {Username: "alice", Role: chatrooms.RoleOwner},
					{Username: "carol", Role: chatrooms.RoleAdmin},
				},
				MutedAll: true, Created: time.UnixMilli(1701000000000), AllowInvites: true, ConfirmInvites: true, Public: true,
			},
		},
		{
			ID: "chatrooms.get", Name: "an object, numbers and truth as strings, owner only among the members", Do: get,
			Request: "GET /chatrooms/" + room,
			Response: `{"data":{"id":248135790246800,"maxusers":"250","created":"1701000000000","disabled":"true","membersonly":"true",
				"affiliations_count":"1","affiliations":[{"owner":"alice"}]}}`,
			Want: &chatrooms.Room{
				ID: room, Owner: "alice", MaxMembers: 250, MemberCount: 1, Disabled: true, ApproveJoins: true,
				Members: []chatrooms.Member{{Username: "alice", Role: chatrooms.RoleOwner}}, Created: time.UnixMilli(1701000000000),
			},
		},
		{
			ID: "chatrooms.get", Name: "response without the room", Do: get,
			Request: "GET /chatrooms/" + room, Response: response(`["chatroom id doesn't exist"]`), Err: im.ErrNotFound,
		},
		{ID: "chatrooms.get", Name: "none", Do: get, Request: "GET /chatrooms/" + room, Response: response(`[]`), Err: im.ErrNotFound},
		{ID: "chatrooms.get", Name: "another room", Do: get, Request: "GET /chatrooms/" + room, Response: response(`[{"id":"2"}]`), Err: im.ErrNotFound},
		{ID: "chatrooms.get", Name: "no payload", Do: get, Request: "GET /chatrooms/" + room, Response: `{"timestamp":1}`, Err: im.ErrBadResponse},
		{
			ID: "chatrooms.get", Name: "no payload for several",
			Do: do(func(ctx context.Context, s *chatrooms.Service) (batch.Results[chatrooms.Room], error) {
				return s.GetBatch(ctx, []string{"1", "2"})
			}),
			Request: "GET /chatrooms/1%2C2", Response: `{"timestamp":1}`, Err: im.ErrBadResponse,
		},
		{
			ID: "chatrooms.get", Name: "a room without an id", Do: get,
			Request: "GET /chatrooms/" + room, Response: response(`[{"name":"lobby"}]`), Err: im.ErrNotFound,
		},
		{
			ID: "chatrooms.get", Name: "more than the role of a member", Do: get,
			Request:  "GET /chatrooms/" + room,
			Response: response(`[{"id":"` + room + `","affiliations":[{"joined_time":"1701000000000","member":"bob"},{"owner":7,"mute":{}}]}]`),
			Want: &chatrooms.Room{ID: room, Owner: "7", Members: []chatrooms.Member{
				{Username: "bob", Role: chatrooms.RoleMember}, {Username: "7", Role: chatrooms.RoleOwner},
			}},
		},
		{
			ID: "chatrooms.get", Name: "a role of tomorrow", Do: get,
			Request: "GET /chatrooms/" + room, Response: response(`[{"id":"` + room + `","affiliations":[{"guest":"bob"}]}]`),
			Want: &chatrooms.Room{ID: room, Members: []chatrooms.Member{{Username: "bob", Role: "guest"}}},
		},
		{
			ID: "chatrooms.get", Name: "a member without a role", Do: get,
			Request: "GET /chatrooms/" + room, Response: response(`[{"id":"1","affiliations":[{}]}]`), Err: im.ErrBadResponse,
		},
		{
			ID: "chatrooms.get", Name: "two ids in one",
			Do:  do(func(ctx context.Context, s *chatrooms.Service) (*chatrooms.Room, error) { return s.Get(ctx, "1,2") }),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "chatrooms.get", Name: "several",
			Do: do(func(ctx context.Context, s *chatrooms.Service) (any, error) {
				got, err := s.GetBatch(ctx, []string{"3", "2", room})
				if got == nil {
					return nil, err
				}
				require.Len(t, got, 3)
				assert.Equal(t, "3", got[0].ID)
				require.ErrorIs(t, got[0].Err, im.ErrNotFound)
				assert.Zero(t, got[0].Value)
				assert.Equal(t, "stage", got[1].Value.Name)
				assert.Equal(t, "lobby", got[2].Value.Name)
				require.ErrorIs(t, err, im.ErrPartial)
				require.EqualError(t, err, "im: 1 of 3 items failed: 3 (no such room)")
				return nil, got[1:].Err()
			}),
			Request:  "GET /chatrooms/3%2C2%2C" + room,
			Response: response(`[` + lobby + `,"chatroom id doesn't exist",{"id":"2","name":"stage"}]`),
		},
		{
			ID: "chatrooms.get", Name: "101 rooms",
			Do: do(func(ctx context.Context, s *chatrooms.Service) (batch.Results[chatrooms.Room], error) {
				return s.GetBatch(ctx, names(101))
			}),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "chatrooms.get", Name: "no rooms",
			Do: do(func(ctx context.Context, s *chatrooms.Service) (batch.Results[chatrooms.Room], error) {
				return s.GetBatch(ctx, nil)
			}),
			Err: im.ErrInvalidArgument,
		},
	})
}

// The fields that were left have the names of RoomUpdate, as in package groups.
func TestUpdateNamesFields(t *testing.T) {
	client, _ := wiretest.Client(t, wiretest.JSON(200, response(`{"groupname":false,"maxusers":true}`)))
	err := client.Chatrooms.Update(t.Context(), room, chatrooms.RoomUpdate{Name: new("lounge"), Description: new("x"), MaxMembers: 9})
	assert.EqualError(t, err, "im: 2 of 3 items failed: Name (not changed), Description (the response does not name this item)")
}

// Whatever the server responds, Get returns a room with an id or an error.
func FuzzGet(f *testing.F) {
	corpus.Add(f)
	f.Add(`{"data":[{"id":"1","affiliations":[{"owner":"alice"}]}]}`)
	f.Add(`{"data":{"id":1,"maxusers":"2","affiliations":{"member":3}}}`)
	f.Add(`{"data":["chatroom id doesn't exist",null,{}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		client, _ := wiretest.Client(t, wiretest.JSON(200, body))
		got, err := client.Chatrooms.Get(t.Context(), room)
		if err == nil {
			require.NotEmpty(t, got.ID)
		}
	})
}

func TestLists(t *testing.T) {
	list := func(o page.Options) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *chatrooms.Service) (*page.Page[chatrooms.Summary], error) {
			return s.List(ctx, o)
		})
	}
	joined := func(o page.Numbered) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *chatrooms.Service) (*page.Page[chatrooms.Summary], error) {
			return s.ListJoined(ctx, "bob", o)
		})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "chatrooms.list", Do: list(page.Options{Limit: 2, Cursor: "Zm9v+/=="}),
			Request: "GET /chatrooms?cursor=Zm9v%2B%2F%3D%3D&limit=2",
			Response: `{"data":[{"id":"248135790246800","name":"lobby","owner":"alice","affiliations_count":3,"disabled":false},
				{"id":"248135790246801","name":"stage","owner":"bob","affiliations_count":1,"disabled":true}],"cursor":"YmFy","count":2,"params":{"limit":["2"]}}`,
			Want: &page.Page[chatrooms.Summary]{Items: []chatrooms.Summary{
				{ID: room, Name: "lobby", Owner: "alice", MemberCount: 3},
				{ID: "248135790246801", Name: "stage", Owner: "bob", MemberCount: 1, Disabled: true},
			}, Next: "YmFy"},
		},
		{
			ID: "chatrooms.list", Name: "one object, last page", Do: list(page.Options{}),
			Request:  "GET /chatrooms?limit=100",
			Response: `{"data":{"id":"248135790246800","name":"lobby","owner":"alice","affiliations_count":"3"}}`,
			Want:     &page.Page[chatrooms.Summary]{Items: []chatrooms.Summary{{ID: room, Name: "lobby", Owner: "alice", MemberCount: 3}}},
		},
		{ID: "chatrooms.list", Name: "101 rooms", Do: list(page.Options{Limit: 101}), Err: im.ErrInvalidArgument},
		{
			ID: "chatrooms.list_joined", Do: joined(page.Numbered{Page: 2, Size: 10}),
			Request:  "GET /users/bob/joined_chatrooms?pagenum=2&pagesize=10",
			Response: `{"data":[{"id":"248135790246800","name":"lobby","disabled":"false"},{"id":"248135790246801","name":"stage","disabled":"true"}],"count":2}`,
			Want:     &page.Page[chatrooms.Summary]{Items: []chatrooms.Summary{{ID: room, Name: "lobby"}, {ID: "248135790246801", Name: "stage", Disabled: true}}},
		},
		{
			ID: "chatrooms.list_joined", Name: "one object, default page", Do: joined(page.Numbered{}),
			Request:  "GET /users/bob/joined_chatrooms?pagenum=1&pagesize=1000",
			Response: response(`{"id":"248135790246800","name":"lobby"}`),
			Want:     &page.Page[chatrooms.Summary]{Items: []chatrooms.Summary{{ID: room, Name: "lobby"}}},
		},
		{ID: "chatrooms.list_joined", Name: "page too large", Do: joined(page.Numbered{Size: 1001}), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.list_joined", Name: "page below the first", Do: joined(page.Numbered{Page: -1}), Err: im.ErrInvalidArgument},
	})
}

func TestAll(t *testing.T) {
	client, sent := wiretest.Client(t,
		wiretest.JSON(200, `{"data":[{"id":"1"}],"cursor":"a"}`), wiretest.JSON(200, `{"data":[],"cursor":"b"}`), wiretest.JSON(200, `{"data":[{"id":"2"}]}`))
	all := wiretest.All(t, client.Chatrooms.All(t.Context(), page.Options{}))
	assert.Equal(t, []chatrooms.Summary{{ID: "1"}, {ID: "2"}}, all, "an empty page is not the end")
	assert.Equal(t, []string{"/chatrooms?limit=100", "/chatrooms?cursor=a&limit=100", "/chatrooms?cursor=b&limit=100"}, paths(*sent))

	client, sent = wiretest.Client(t, wiretest.JSON(200, `{"data":[{"id":"1"},{"id":"2"}]}`), wiretest.JSON(200, `{"data":[{"id":"3"}]}`))
	joined := wiretest.All(t, client.Chatrooms.AllJoined(t.Context(), "bob", page.Numbered{Page: 3, Size: 2}))
	assert.Equal(t, []chatrooms.Summary{{ID: "1"}, {ID: "2"}, {ID: "3"}}, joined)
	assert.Equal(t, []string{
		"/users/bob/joined_chatrooms?pagenum=3&pagesize=2", "/users/bob/joined_chatrooms?pagenum=4&pagesize=2",
	}, paths(*sent))

	client, _ = wiretest.Client(t, wiretest.JSON(404, `{"error":"service_resource_not_found"}`))
	require.ErrorIs(t, wiretest.Last(client.Chatrooms.AllJoined(t.Context(), "bob", page.Numbered{})), im.ErrNotFound)
}

func paths(sent []wiretest.Request) []string {
	list := make([]string, len(sent))
	for i, r := range sent {
		list[i] = r.Path
	}
	return list
}
