package chatrooms_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/chatrooms"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
)

// single is a Do for the methods on one user.
func single(method func(*chatrooms.Service, context.Context, string, string) error, username string) func(context.Context, *im.Client) (any, error) {
	return only(func(ctx context.Context, s *chatrooms.Service) error { return method(s, ctx, room, username) })
}

// several is a Do for the methods on several users; it returns their outcomes in short.
func several(method func(*chatrooms.Service, context.Context, string, []string) (batch.Result, error), usernames ...string) func(context.Context, *im.Client) (any, error) {
	return do(func(ctx context.Context, s *chatrooms.Service) (string, error) {
		return short(method(s, ctx, room, usernames))
	})
}

// list is a Do for the lists of user ids by a method without options.
func list(method func(*chatrooms.Service, context.Context, string) ([]string, error)) func(context.Context, *im.Client) (any, error) {
	return do(func(ctx context.Context, s *chatrooms.Service) ([]string, error) { return method(s, ctx, room) })
}

type service = chatrooms.Service

// refusals are the cases that every method on several users must reject.
func refusals(id string, method func(*chatrooms.Service, context.Context, string, []string) (batch.Result, error)) []wiretest.Case {
	return []wiretest.Case{
		{ID: id, Name: "nobody", Do: several(method), Err: im.ErrInvalidArgument},
		{ID: id, Name: "61 users", Do: several(method, names(61)...), Err: im.ErrInvalidArgument},
		{ID: id, Name: "an empty name", Do: several(method, "bob", ""), Err: im.ErrInvalidArgument},
	}
}

func TestMembers(t *testing.T) {
	byCursor := func(o chatrooms.MemberCursorOptions) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *service) (*page.Page[string], error) {
			return s.ListMembersByCursor(ctx, room, o)
		})
	}
	byPage := func(o page.Numbered) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *service) (*page.Page[chatrooms.Member], error) {
			return s.ListMembers(ctx, room, o)
		})
	}
	const path = "/chatrooms/" + room + "/users"
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "chatrooms.list_members", Do: byPage(page.Numbered{Page: 2, Size: 3}),
			Request:  "GET " + path + "?pagenum=2&pagesize=3",
			Response: response(`[{"member":"bob"},{"owner":"alice"},{"admin":"carol"}]`),
			Want: &page.Page[chatrooms.Member]{Next: "3", Items: []chatrooms.Member{
				{Username: "bob", Role: chatrooms.RoleMember}, {Username: "alice", Role: chatrooms.RoleOwner},
				{Username: "carol", Role: chatrooms.RoleAdmin},
			}},
		},
		{
			ID: "chatrooms.list_members", Name: "one object, default page", Do: byPage(page.Numbered{}),
			Request: "GET " + path + "?pagenum=1&pagesize=1000", Response: response(`{"owner":"alice"}`),
			Want: &page.Page[chatrooms.Member]{Items: []chatrooms.Member{{Username: "alice", Role: chatrooms.RoleOwner}}},
		},
		{
			ID: "chatrooms.list_members", Name: "the other form of the list", Do: byPage(page.Numbered{}),
			Request: "GET " + path + "?pagenum=1&pagesize=1000", Response: response(`["alice"]`), Err: im.ErrBadResponse,
		},
		{ID: "chatrooms.list_members", Name: "page too large", Do: byPage(page.Numbered{Size: 1001}), Err: im.ErrInvalidArgument},
		{
			ID: "chatrooms.list_members_cursor", Do: byCursor(chatrooms.MemberCursorOptions{Options: page.Options{Limit: 2, Cursor: "MTc="}, Order: page.OrderOldestFirst}),
			Request:  "GET " + path + "?cursor=MTc%3D&limit=2&sort=asc&version=v3",
			Response: `{"data":["bob","carol"],"cursor":"MTg","count":2}`,
			Want:     &page.Page[string]{Items: []string{"bob", "carol"}, Next: "MTg"},
		},
		{
			ID: "chatrooms.list_members_cursor", Name: "cursor as a number", Do: byCursor(chatrooms.MemberCursorOptions{}),
			Request:  "GET " + path + "?limit=100&version=v3",
			Response: `{"data":["bob"],"cursor":9007199254740993}`,
			Want:     &page.Page[string]{Items: []string{"bob"}, Next: "9007199254740993"},
		},
		{
			ID: "chatrooms.list_members_cursor", Name: "user ids as numbers", Do: byCursor(chatrooms.MemberCursorOptions{}),
			Request: "GET " + path + "?limit=100&version=v3", Response: `{"data":["bob",9007199254740993]}`,
			Want: &page.Page[string]{Items: []string{"bob", "9007199254740993"}},
		},
		{ID: "chatrooms.list_members_cursor", Name: "order", Do: byCursor(chatrooms.MemberCursorOptions{Order: "up"}), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.list_members_cursor", Name: "negative limit", Do: byCursor(chatrooms.MemberCursorOptions{Options: page.Options{Limit: -1}}), Err: im.ErrInvalidArgument},
		{
			ID: "chatrooms.add_member", Do: single((*service).AddMember, "carol"),
			Request:  "POST " + path + "/carol",
			Response: response(`{"result":true,"action":"add_member","id":"248135790246800","user":"carol"}`),
		},
		{
			ID: "chatrooms.add_member", Name: "not done", Do: single((*service).AddMember, "carol"),
			Request: "POST " + path + "/carol", Response: response(`{"result":false,"user":"carol"}`), Err: im.ErrForbidden,
		},
		{
			ID: "chatrooms.add_member", Name: "nothing said", Do: single((*service).AddMember, "carol"),
			Request: "POST " + path + "/carol", Response: response(`{}`), Err: im.ErrBadResponse,
		},
		{ID: "chatrooms.add_member", Name: "no name", Do: single((*service).AddMember, ""), Err: im.ErrInvalidArgument},
		{
			ID: "chatrooms.add_members", Do: several((*service).AddMembers, "Carol", "dave", "erin"),
			Request: "POST " + path, Body: `{"usernames":["Carol","dave","erin"]}`,
			Response: response(`{"newmembers":["carol","erin"],"action":"add_member","id":"248135790246800"}`),
			Want:     "Carol: ok, dave: outcome unknown, erin: ok",
		},
		{
			ID: "chatrooms.add_members", Name: "user ids as numbers", Do: several((*service).AddMembers, "17", "dave"),
			Request: "POST " + path, Body: `{"usernames":["17","dave"]}`, Response: response(`{"newmembers":[17,"dave"]}`), Want: "17: ok, dave: ok",
		},
		{
			ID: "chatrooms.remove_member", Do: single((*service).RemoveMember, "carol"),
			Request:  "DELETE " + path + "/carol",
			Response: response(`{"result":true,"action":"remove_member","user":"carol","id":"248135790246800"}`),
		},
		{
			ID: "chatrooms.remove_member", Name: "an array", Do: single((*service).RemoveMember, "carol"),
			Request: "DELETE " + path + "/carol", Response: response(`[{"result":true,"user":"carol"}]`),
		},
		{
			ID: "chatrooms.remove_member", Name: "refused in a response of success", Do: single((*service).RemoveMember, "carol"),
			Request:  "DELETE " + path + "/carol",
			Response: response(`[{"result":false,"user":"carol","reason":"user: carol doesn't exist in group: 248135790246800"}]`),
			Err:      im.ErrNotFound,
		},
		{ID: "chatrooms.remove_member", Name: "no name would remove nobody knows whom", Do: single((*service).RemoveMember, ""), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.remove_member", Name: "dots would delete the room", Do: single((*service).RemoveMember, ".."), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.remove_member", Name: "a comma would remove two", Do: single((*service).RemoveMember, "carol,dave"), Err: im.ErrInvalidArgument},
		{
			ID: "chatrooms.remove_members", Do: several((*service).RemoveMembers, "Carol", "dave", "erin"),
			Request: "DELETE " + path + "/Carol%2Cdave%2Cerin",
			Response: response(`[{"result":true,"action":"remove_member","user":"dave","id":"248135790246800"},
				{"result":false,"action":"remove_member","reason":"user: carol doesn't exist in group: 248135790246800","user":"carol","id":"248135790246800"}]`),
			Want: "Carol: not found, dave: ok, erin: outcome unknown",
		},
		{
			ID: "chatrooms.remove_members", Name: "one user, one object", Do: several((*service).RemoveMembers, "carol"),
			Request: "DELETE " + path + "/carol", Response: response(`{"result":"true","user":"carol"}`), Want: "carol: ok",
		},
		{
			ID: "chatrooms.remove_members", Name: "an entry that says nothing", Do: several((*service).RemoveMembers, "carol", "dave"),
			Request: "DELETE " + path + "/carol%2Cdave", Response: response(`[{"user":"carol"},{"result":false,"user":"dave"}]`),
			Want: "carol: outcome unknown, dave: refused without a reason",
		},
	})
	wiretest.Run(t, refusals("chatrooms.add_members", (*service).AddMembers))
	wiretest.Run(t, refusals("chatrooms.remove_members", (*service).RemoveMembers))
}

func TestAllMembers(t *testing.T) {
	client, sent := wiretest.Client(t, wiretest.JSON(200, `{"data":["bob"],"cursor":17}`), wiretest.JSON(200, `{"data":["carol"]}`))
	all := wiretest.All(t, client.Chatrooms.AllMembersByCursor(t.Context(), room, chatrooms.MemberCursorOptions{Options: page.Options{Limit: 1}}))
	assert.Equal(t, []string{"bob", "carol"}, all)
	assert.Equal(t, []string{
		"/chatrooms/" + room + "/users?limit=1&version=v3", "/chatrooms/" + room + "/users?cursor=17&limit=1&version=v3",
	}, paths(*sent))

	client, _ = wiretest.Client(t, wiretest.JSON(200, `{"data":[{"owner":"alice"},{"member":"bob"}]}`), wiretest.JSON(200, `{"data":[{"member":"carol"}]}`))
	members := wiretest.All(t, client.Chatrooms.AllMembers(t.Context(), room, page.Numbered{Size: 2}))
	assert.Len(t, members, 3)
}

// A server that cuts pages of 1000 to 100 must not end the list.
func TestAllMembersByPageCut(t *testing.T) {
	cut := `{"data":[{"member":"` + strings.Join(names(100), `"},{"member":"`) + `"}]}`
	client, sent := wiretest.Client(t, wiretest.JSON(200, cut), wiretest.JSON(200, `{"data":[{"member":"last"}]}`))
	members := wiretest.All(t, client.Chatrooms.AllMembers(t.Context(), room, page.Numbered{}))
	assert.Len(t, members, 101)
	assert.Len(t, *sent, 2)
}

func TestAdmins(t *testing.T) {
	superAdmins := func(o page.Numbered) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *service) (*page.Page[string], error) { return s.ListSuperAdmins(ctx, o) })
	}
	super := func(method func(*service, context.Context, string) error, username string) func(context.Context, *im.Client) (any, error) {
		return only(func(ctx context.Context, s *service) error { return method(s, ctx, username) })
	}
	const path = "/chatrooms/" + room + "/admin"
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "chatrooms.list_admins", Do: list((*service).ListAdmins),
			Request: "GET " + path, Response: response(`["bob","carol"]`), Want: []string{"bob", "carol"},
		},
		{
			ID: "chatrooms.list_admins", Name: "user ids as numbers", Do: list((*service).ListAdmins),
			Request: "GET " + path, Response: response(`["bob",17]`), Want: []string{"bob", "17"},
		},
		{
			ID: "chatrooms.add_admin", Do: single((*service).AddAdmin, "bob"),
			Request: "POST " + path, Body: `{"newadmin":"bob"}`, Response: response(`{"result":"success","newadmin":"bob"}`),
		},
		{
			ID: "chatrooms.add_admin", Name: "true", Do: single((*service).AddAdmin, "bob"),
			Request: "POST " + path, Body: `{"newadmin":"bob"}`, Response: response(`{"result":true}`),
		},
		{
			ID: "chatrooms.add_admin", Name: "false", Do: single((*service).AddAdmin, "bob"),
			Request: "POST " + path, Body: `{"newadmin":"bob"}`, Response: response(`{"result":"false"}`), Err: im.ErrForbidden,
		},
		{ID: "chatrooms.add_admin", Name: "no name", Do: single((*service).AddAdmin, ""), Err: im.ErrInvalidArgument},
		{
			ID: "chatrooms.remove_admin", Do: single((*service).RemoveAdmin, "bob"),
			Request: "DELETE " + path + "/bob", Response: response(`{"result":"success","oldadmin":"bob"}`),
		},
		{ID: "chatrooms.remove_admin", Name: "no name", Do: single((*service).RemoveAdmin, ""), Err: im.ErrInvalidArgument},
		{
			ID: "chatrooms.transfer_owner", Do: single((*service).TransferOwner, "bob"),
			Request: "PUT /chatrooms/" + room, Body: `{"newowner":"bob"}`, Response: response(`{"newowner":true}`),
		},
		{
			ID: "chatrooms.transfer_owner", Name: "not done", Do: single((*service).TransferOwner, "bob"),
			Request: "PUT /chatrooms/" + room, Body: `{"newowner":"bob"}`, Response: response(`{"newowner":false}`), Err: im.ErrForbidden,
		},
		{ID: "chatrooms.transfer_owner", Name: "no name", Do: single((*service).TransferOwner, ""), Err: im.ErrInvalidArgument},
		{
			ID: "chatrooms.list_super_admins", Do: superAdmins(page.Numbered{Page: 2, Size: 2}),
			Request:  "GET /chatrooms/super_admin?pagenum=2&pagesize=2",
			Response: `{"data":["alice","bob"],"count":2,"params":{"pagesize":["2"],"pagenum":["2"]}}`,
			Want:     &page.Page[string]{Items: []string{"alice", "bob"}, Next: "3"},
		},
		{
			ID: "chatrooms.list_super_admins", Name: "none", Do: superAdmins(page.Numbered{}),
			Request: "GET /chatrooms/super_admin?pagenum=1&pagesize=1000", Response: response(`[]`), Want: &page.Page[string]{Items: []string{}},
		},
		{ID: "chatrooms.list_super_admins", Name: "page too large", Do: superAdmins(page.Numbered{Size: 1001}), Err: im.ErrInvalidArgument},
		{
			ID: "chatrooms.add_super_admin", Do: super((*service).AddSuperAdmin, "alice"),
			Request: "POST /chatrooms/super_admin", Body: `{"superadmin":"alice"}`, Response: response(`{"result":"success","resource":""}`),
		},
		{ID: "chatrooms.add_super_admin", Name: "no name", Do: super((*service).AddSuperAdmin, ""), Err: im.ErrInvalidArgument},
		{
			ID: "chatrooms.revoke_super_admin", Do: super((*service).RemoveSuperAdmin, "alice"),
			Request: "DELETE /chatrooms/super_admin/alice", Response: response(`{"newSuperAdmin":"alice","resource":""}`),
		},
		{ID: "chatrooms.revoke_super_admin", Name: "no name would delete a room", Do: super((*service).RemoveSuperAdmin, ""), Err: im.ErrInvalidArgument},
	})

	client, sent := wiretest.Client(t, wiretest.JSON(200, `{"data":["alice"]}`), wiretest.JSON(200, `{"data":[]}`))
	assert.Equal(t, []string{"alice"}, wiretest.All(t, client.Chatrooms.AllSuperAdmins(t.Context(), page.Numbered{Size: 1})))
	assert.Len(t, *sent, 2)
}

func TestBlockAndAllowLists(t *testing.T) {
	const blocks, white = "/chatrooms/" + room + "/blocks/users", "/chatrooms/" + room + "/white/users"
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "chatrooms.list_blocks", Do: list((*service).ListBlocked),
			Request: "GET " + blocks, Response: response(`["carol","dave"]`), Want: []string{"carol", "dave"},
		},
		{
			ID: "chatrooms.block_user", Do: single((*service).BlockMember, "carol"),
			Request:  "POST " + blocks + "/carol",
			Response: response(`{"result":true,"action":"add_blocks","user":"carol","chatroomid":"248135790246800"}`),
		},
		{ID: "chatrooms.block_user", Name: "two in one", Do: single((*service).BlockMember, "carol,dave"), Err: im.ErrInvalidArgument},
		{
			ID: "chatrooms.block_users", Do: several((*service).BlockMembers, "carol", "Dave"),
			Request: "POST " + blocks, Body: `{"usernames":["carol","Dave"]}`,
			Response: response(`[{"result":false,"action":"add_blocks","reason":"user: carol doesn't exist in chatroom: 248135790246800","user":"carol",
				"chatroomid":"248135790246800"},{"result":true,"action":"add_blocks","user":"dave","chatroomid":"248135790246800"}]`),
			Want: "carol: not found, Dave: ok",
		},
		{
			ID: "chatrooms.unblock_user", Do: single((*service).UnblockMember, "carol"),
			Request:  "DELETE " + blocks + "/carol",
			Response: response(`{"result":true,"action":"remove_blocks","user":"carol","chatroomid":"248135790246800"}`),
		},
		{ID: "chatrooms.unblock_user", Name: "two in one", Do: single((*service).UnblockMember, "carol,dave"), Err: im.ErrInvalidArgument},
		{
			ID: "chatrooms.unblock_users", Do: several((*service).UnblockMembers, "carol", "dave"),
			Request:  "DELETE " + blocks + "/carol%2Cdave",
			Response: response(`[{"result":true,"action":"remove_blocks","user":"carol"},{"result":true,"action":"remove_blocks","user":"dave"}]`),
			Want:     "carol: ok, dave: ok",
		},
		{
			ID: "chatrooms.unblock_users", Name: "one user, one object", Do: several((*service).UnblockMembers, "carol"),
			Request: "DELETE " + blocks + "/carol", Response: response(`{"result":true,"user":"carol"}`), Want: "carol: ok",
		},
		{
			ID: "chatrooms.list_allowed", Do: list((*service).ListAllowed),
			Request: "GET " + white, Response: response(`["bob"]`), Want: []string{"bob"},
		},
		{
			ID: "chatrooms.allow_user", Do: single((*service).AllowMember, "bob"),
			Request:  "POST " + white + "/bob",
			Response: response(`{"result":true,"action":"add_user_whitelist","user":"bob","chatroomid":"248135790246800"}`),
		},
		{ID: "chatrooms.allow_user", Name: "two in one", Do: single((*service).AllowMember, "bob,carol"), Err: im.ErrInvalidArgument},
		{
			ID: "chatrooms.allow_users", Do: several((*service).AllowMembers, "bob", "carol"),
			Request: "POST " + white, Body: `{"usernames":["bob","carol"]}`,
			Response: response(`[{"result":true,"action":"add_user_whitelist","user":"bob"},{"result":false,"user":"carol","reason":"not in the room"}]`),
			Want:     "bob: ok, carol: not found",
		},
		{
			ID: "chatrooms.disallow_users", Do: several((*service).DisallowMembers, "bob", "carol"),
			Request:  "DELETE " + white + "/bob%2Ccarol",
			Response: response(`[{"result":true,"action":"remove_user_whitelist","user":"bob"},{"result":true,"user":"carol"}]`),
			Want:     "bob: ok, carol: ok",
		},
		{
			ID: "chatrooms.disallow_users", Name: "one user, one object", Do: several((*service).DisallowMembers, "bob"),
			Request: "DELETE " + white + "/bob", Response: response(`{"result":true,"user":"bob"}`), Want: "bob: ok",
		},
	})
	wiretest.Run(t, refusals("chatrooms.block_users", (*service).BlockMembers))
	wiretest.Run(t, refusals("chatrooms.unblock_users", (*service).UnblockMembers))
	wiretest.Run(t, refusals("chatrooms.allow_users", (*service).AllowMembers))
	wiretest.Run(t, refusals("chatrooms.disallow_users", (*service).DisallowMembers))
}

func TestMutes(t *testing.T) {
	const path = "/chatrooms/" + room + "/mute"
	forever := time.UnixMilli(4638873600000)
	mute := func(d time.Duration, usernames ...string) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *service) (batch.Results[time.Time], error) {
			return s.MuteMembers(ctx, room, usernames, d)
		})
	}
	whole := func(method func(*service, context.Context, string) error) func(context.Context, *im.Client) (any, error) {
		return only(func(ctx context.Context, s *service) error { return method(s, ctx, room) })
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "chatrooms.list_muted",
			Do: do(func(ctx context.Context, s *service) ([]chatrooms.Muted, error) {
				return s.ListMuted(ctx, room)
			}),
			Request:  "GET " + path,
			Response: response(`[{"expire":1701086400123,"user":"carol"},{"expire":"4638873600000","user":"dave"}]`),
			Want: []chatrooms.Muted{
				{Username: "carol", Until: time.UnixMilli(1701086400123)},
				{Username: "dave", Until: forever, Forever: true},
			},
		},
		{
			ID: "chatrooms.mute_members", Do: mute(24*time.Hour, "Carol", "dave"),
			Request: "POST " + path, Body: `{"usernames":["Carol","dave"],"mute_duration":86400000}`,
			Response: response(`[{"result":true,"expire":1701086400123,"user":"dave"},{"result":true,"expire":1701086400123,"user":"carol"}]`),
			Want: batch.Results[time.Time]{
				{ID: "Carol", Value: time.UnixMilli(1701086400123)}, {ID: "dave", Value: time.UnixMilli(1701086400123)},
			},
		},
		{
			ID: "chatrooms.mute_members", Name: "forever", Do: mute(im.Forever, "carol"),
			Request: "POST " + path, Body: `{"usernames":["carol"],"mute_duration":-1}`,
			Response: response(`[{"result":true,"expire":4638873600000,"user":"carol"}]`),
			Want:     batch.Results[time.Time]{{ID: "carol", Value: forever}},
		},
		{
			ID: "chatrooms.mute_members", Name: "the shortest time", Do: mute(time.Millisecond, "carol"),
			Request: "POST " + path, Body: `{"usernames":["carol"],"mute_duration":1}`,
			Response: response(`{"result":true,"expire":1,"user":"carol"}`),
			Want:     batch.Results[time.Time]{{ID: "carol", Value: time.UnixMilli(1)}},
		},
		{
			ID: "chatrooms.mute_members", Name: "some of them",
			Do: do(func(ctx context.Context, s *service) (any, error) {
				got, err := s.MuteMembers(ctx, room, []string{"carol", "dave", "erin"}, time.Hour)
				require.Len(t, got, 3)
				require.ErrorIs(t, got[0].Err, im.ErrNotFound)
				assert.True(t, got[0].Value.IsZero())
				require.NoError(t, got[1].Err)
				require.ErrorIs(t, got[2].Err, im.ErrOutcomeUnknown)
				require.NoError(t, got[1:2].Err())
				require.ErrorIs(t, err, im.ErrPartial)
				return nil, nil
			}),
			Request: "POST " + path, Body: `{"usernames":["carol","dave","erin"],"mute_duration":3600000}`,
			Response: response(`[{"result":false,"expire":1701086400123,"user":"carol","reason":"user: carol doesn't exist in group"},
				{"result":true,"expire":1701086400123,"user":"dave"}]`),
		},
		{ID: "chatrooms.mute_members", Name: "no time", Do: mute(0, "carol"), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.mute_members", Name: "less than a millisecond", Do: mute(time.Microsecond, "carol"), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.mute_members", Name: "negative time", Do: mute(-time.Second, "carol"), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.mute_members", Name: "nobody", Do: mute(time.Hour), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.mute_members", Name: "61 users", Do: mute(time.Hour, names(61)...), Err: im.ErrInvalidArgument},
		{
			ID: "chatrooms.unmute_members", Do: several((*service).UnmuteMembers, "carol"),
			Request: "DELETE " + path + "/carol", Response: response(`[{"result":true,"user":"carol"}]`), Want: "carol: ok",
		},
		{
			ID: "chatrooms.unmute_members", Name: "several", Do: several((*service).UnmuteMembers, "carol", "dave"),
			Request: "DELETE " + path + "/carol%2Cdave", Response: response(`[{"result":true,"user":"carol"}]`), Want: "carol: ok, dave: outcome unknown",
		},
		{
			ID: "chatrooms.mute_all", Do: whole((*service).MuteAll),
			Request: "POST /chatrooms/" + room + "/ban", Response: response(`{"mute":true}`),
		},
		{
			ID: "chatrooms.mute_all", Name: "not done", Do: whole((*service).MuteAll),
			Request: "POST /chatrooms/" + room + "/ban", Response: response(`{"mute":false}`), Err: im.ErrForbidden,
		},
		{
			ID: "chatrooms.unmute_all", Do: whole((*service).UnmuteAll),
			Request: "DELETE /chatrooms/" + room + "/ban", Response: response(`{"mute":false}`),
		},
		{
			ID: "chatrooms.unmute_all", Name: "not done", Do: whole((*service).UnmuteAll),
			Request: "DELETE /chatrooms/" + room + "/ban", Response: response(`{"mute":true}`), Err: im.ErrForbidden,
		},
	})
	wiretest.Run(t, refusals("chatrooms.unmute_members", (*service).UnmuteMembers))
}

// outcome names what became of one item.
func outcome(err error) string {
	if err == nil {
		return "ok"
	}
	for _, kind := range []error{im.ErrNotFound, im.ErrForbidden, im.ErrPlanLimit, im.ErrTooLarge, im.ErrOutcomeUnknown} {
		if errors.Is(err, kind) {
			return kind.Error()
		}
	}
	return err.Error()
}
