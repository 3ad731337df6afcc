package groups_test

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
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
)

func TestMemberLists(t *testing.T) {
	byPage := func(o groups.MemberListOptions) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *groups.Service) (*page.Page[groups.Member], error) {
			return s.ListMembers(ctx, "231", o)
		})
	}
	byCursor := func(o groups.MemberCursorOptions) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *groups.Service) (*page.Page[string], error) {
			return s.ListMembersByCursor(ctx, "231", o)
		})
	}
	isMember := do(func(ctx context.Context, s *groups.Service) (bool, error) { return s.IsMember(ctx, "231", "bob") })
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "groups.list_members", Do: byPage(groups.MemberListOptions{Numbered: page.Numbered{Size: 3}}),
			Request:  "GET /chatgroups/231/users?pagenum=1&pagesize=3",
			Response: data(`[{"member":"bob"},{"owner":"alice"},{"admin":"carol"}]`),
			Want: &page.Page[groups.Member]{Next: "2", Items: []groups.Member{
				{Username: "bob", Role: groups.RoleMember}, {Username: "alice", Role: groups.RoleOwner}, {Username: "carol", Role: groups.RoleAdmin},
			}},
		},
		{
			ID: "groups.list_members", Name: "with times", Do: byPage(groups.MemberListOptions{Numbered: page.Numbered{Page: 2}, JoinTime: true, Order: page.OrderNewestFirst}),
			Request:  "GET /chatgroups/231/users?joined_time=true&pagenum=2&pagesize=100&sort=desc",
			Response: data(`[{"member":"bob","joined_time":"1740990000456"},{"owner":"alice","joined_time":1740990000455}]`),
			Want: &page.Page[groups.Member]{Items: []groups.Member{
				{Username: "bob", Role: groups.RoleMember, Joined: time.UnixMilli(1740990000456)},
				{Username: "alice", Role: groups.RoleOwner, Joined: time.UnixMilli(1740990000455)},
			}},
		},
		{
			ID: "groups.list_members", Name: "a role of tomorrow", Do: byPage(groups.MemberListOptions{JoinTime: true}),
			Request:  "GET /chatgroups/231/users?joined_time=true&pagenum=1&pagesize=100",
			Response: data(`[{"guest":"bob","joined_time":1740990000456},{"guest":7}]`),
			Want: &page.Page[groups.Member]{Items: []groups.Member{
				{Username: "bob", Role: "guest", Joined: time.UnixMilli(1740990000456)}, {Username: "7", Role: "guest"},
			}},
		},
		{
			ID: "groups.list_members", Name: "a member without a name", Do: byPage(groups.MemberListOptions{}),
			Request: "GET /chatgroups/231/users?pagenum=1&pagesize=100", Response: data(`[{"member":"bob"},{"joined_time":1740990000456}]`),
			Err: im.ErrBadResponse,
		},
		{ID: "groups.list_members", Name: "order", Do: byPage(groups.MemberListOptions{Order: "up"}), Err: im.ErrInvalidArgument},
		{ID: "groups.list_members", Name: "size above 1000", Do: byPage(groups.MemberListOptions{Numbered: page.Numbered{Size: 1001}}), Err: im.ErrInvalidArgument},
		{
			ID: "groups.list_members_cursor", Do: byCursor(groups.MemberCursorOptions{Options: page.Options{Limit: 2, Cursor: "a="}, Order: page.OrderOldestFirst}),
			Request:  "GET /chatgroups/231/users?cursor=a%3D&limit=2&sort=asc&version=v3",
			Response: `{"data":["bob","carol"],"cursor":"ZGVt"}`,
			Want:     &page.Page[string]{Items: []string{"bob", "carol"}, Next: "ZGVt"},
		},
		{
			ID: "groups.list_members_cursor", Name: "a server that knows pages only", Do: byCursor(groups.MemberCursorOptions{}),
			Request: "GET /chatgroups/231/users?limit=100&version=v3", Response: data(`[{"member":"bob"}]`),
			Err: im.ErrBadResponse,
		},
		{
			ID: "groups.list_members_cursor", Name: "cursor as a number", Do: byCursor(groups.MemberCursorOptions{}), // as in chat rooms
			Request: "GET /chatgroups/231/users?limit=100&version=v3", Response: `{"data":["bob"],"cursor":9007199254740993}`,
			Want: &page.Page[string]{Items: []string{"bob"}, Next: "9007199254740993"},
		},
		{ID: "groups.list_members_cursor", Name: "order", Do: byCursor(groups.MemberCursorOptions{Order: "up"}), Err: im.ErrInvalidArgument},
		{ID: "groups.list_members_cursor", Name: "negative limit", Do: byCursor(groups.MemberCursorOptions{Options: page.Options{Limit: -1}}), Err: im.ErrInvalidArgument},
		{
			ID: "groups.is_member", Do: isMember,
			Request: "GET /chatgroups/231/user/bob/is_joined", Response: `{"action":"get","data":true,"duration":0,"timestamp":1741000000123}`, Want: true,
		},
		{ID: "groups.is_member", Name: "no", Do: isMember, Request: "GET /chatgroups/231/user/bob/is_joined", Response: `{"data":false}`, Want: false},
		{
			ID: "groups.is_member", Name: "no payload is not a no", Do: isMember,
			Request: "GET /chatgroups/231/user/bob/is_joined", Response: `{"timestamp":1}`, Err: im.ErrBadResponse,
		},
	})
}

func TestMembership(t *testing.T) {
	add := func(name string, o groups.MemberOptions) func(context.Context, *im.Client) (any, error) {
		return done(func(ctx context.Context, s *groups.Service) error { return s.AddMember(ctx, "231", name, o) })
	}
	remove := func(name string) func(context.Context, *im.Client) (any, error) {
		return done(func(ctx context.Context, s *groups.Service) error {
			return s.RemoveMember(ctx, "231", name, groups.MemberOptions{})
		})
	}
	addAll := func(o groups.MemberOptions, list ...string) func(context.Context, *im.Client) (any, error) {
		return each(func(ctx context.Context, s *groups.Service) (batch.Result, error) {
			return s.AddMembers(ctx, "231", list, o)
		})
	}
	removeAll := func(o groups.MemberOptions, list ...string) func(context.Context, *im.Client) (any, error) {
		return each(func(ctx context.Context, s *groups.Service) (batch.Result, error) {
			return s.RemoveMembers(ctx, "231", list, o)
		})
	}
	loud := groups.MemberOptions{}
	silent := groups.MemberOptions{Silent: true}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "groups.add_member", Do: add("d/ave", loud),
			Request: "POST /chatgroups/231/users/d%2Fave", Response: data(`{"result":true,"groupid":"231","action":"add_member","user":"d/ave"}`),
		},
		{
			ID: "groups.add_member", Name: "silently", Do: add("dave", silent),
			Request: "POST /chatgroups/231/users/dave?need_notify=false", Response: data(`{"result":"true","user":"dave"}`),
		},
		{
			ID: "groups.add_member", Name: "not added", Do: add("dave", loud),
			Request: "POST /chatgroups/231/users/dave", Response: data(`{"result":false,"reason":"user dave doesn't exist."}`),
			Err: im.ErrNotFound,
		},
		{ID: "groups.add_member", Name: "nobody", Do: add("", loud), Err: im.ErrInvalidArgument},
		{
			ID: "groups.add_members", Do: addAll(loud, "Dave", "erin", "bob"),
			Request: "POST /chatgroups/231/users", Body: `{"usernames":["Dave","erin","bob"]}`,
			Response: data(`{"newmembers":["erin","dave"],"groupid":"231","action":"add_member"}`),
			Want:     map[string]string{"0 Dave": "done", "1 erin": "done", "2 bob": notReported},
		},
		{
			ID: "groups.add_members", Name: "silently, nobody named", Do: addAll(silent, "dave"),
			Request: "POST /chatgroups/231/users?need_notify=false", Body: `{"usernames":["dave"]}`,
			Response: data(`{"groupid":"231"}`),
			Want:     map[string]string{"0 dave": notReported},
		},
		{ID: "groups.add_members", Name: "61 users", Do: addAll(loud, names(61)...), Err: im.ErrInvalidArgument},
		{ID: "groups.add_members", Name: "no user", Do: addAll(loud), Err: im.ErrInvalidArgument},
		{
			ID: "groups.remove_member", Do: remove("dave"),
			Request: "DELETE /chatgroups/231/users/dave", Response: data(`{"result":true,"action":"remove_member","user":"dave","groupid":"231"}`),
		},
		{
			ID: "groups.remove_member", Name: "not removed, in an array", Do: remove("dave"),
			Request: "DELETE /chatgroups/231/users/dave", Response: data(`[{"result":false,"user":"dave","reason":"user dave doesn't exist."}]`),
			Err: im.ErrNotFound,
		},
		{ID: "groups.remove_member", Name: "a comma would name two users", Do: remove("dave,erin"), Err: im.ErrInvalidArgument},
		{ID: "groups.remove_member", Name: "dots would name the group", Do: remove(".."), Err: im.ErrInvalidArgument},
		{
			ID: "groups.remove_members", Do: removeAll(loud, "Dave", "er?in", "frank"),
			Request: "DELETE /chatgroups/231/users/Dave%2Cer%3Fin%2Cfrank",
			Response: data(`[{"result":true,"action":"remove_member","user":"er?in","groupid":"231"},
				{"result":false,"action":"remove_member","reason":"user dave doesn't exist.","user":"dave","groupid":"231"}]`),
			Want: map[string]string{"0 Dave": "user dave doesn't exist.", "1 er?in": "done", "2 frank": notReported},
		},
		{
			ID: "groups.remove_members", Name: "one user gives an object", Do: removeAll(silent, "dave"),
			Request:  "DELETE /chatgroups/231/users/dave?need_notify=false",
			Response: data(`{"result":true,"action":"remove_member","user":"dave","groupid":"231"}`),
			Want:     map[string]string{"0 dave": "done"},
		},
		{ID: "groups.remove_members", Name: "61 users", Do: removeAll(loud, names(61)...), Err: im.ErrInvalidArgument},
		{ID: "groups.remove_members", Name: "no user would be another call", Do: removeAll(loud), Err: im.ErrInvalidArgument},
		{ID: "groups.remove_members", Name: "a comma in a name", Do: removeAll(loud, "a", "b,c"), Err: im.ErrInvalidArgument},
	})
}

func TestAdmins(t *testing.T) {
	add := func(name string) func(context.Context, *im.Client) (any, error) {
		return done(func(ctx context.Context, s *groups.Service) error { return s.AddAdmin(ctx, "231", name) })
	}
	remove := func(name string) func(context.Context, *im.Client) (any, error) {
		return done(func(ctx context.Context, s *groups.Service) error { return s.RemoveAdmin(ctx, "231", name) })
	}
	transfer := func(name string) func(context.Context, *im.Client) (any, error) {
		return done(func(ctx context.Context, s *groups.Service) error { return s.TransferOwner(ctx, "231", name) })
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID:      "groups.list_admins",
			Do:      do(func(ctx context.Context, s *groups.Service) ([]string, error) { return s.ListAdmins(ctx, "231") }),
			Request: "GET /chatgroups/231/admin", Response: data(`["bob","carol"]`), Want: []string{"bob", "carol"},
		},
		{
			ID: "groups.add_admin", Do: add("bob"),
			Request: "POST /chatgroups/231/admin", Body: `{"newadmin":"bob"}`, Response: data(`{"result":"success","newadmin":"bob"}`),
		},
		{
			ID: "groups.add_admin", Name: "a bool", Do: add("bob"),
			Request: "POST /chatgroups/231/admin", Body: `{"newadmin":"bob"}`, Response: data(`{"result":true,"newadmin":"bob"}`),
		},
		{ID: "groups.add_admin", Name: "nobody", Do: add(""), Err: im.ErrInvalidArgument},
		{
			ID: "groups.remove_admin", Do: remove("bob"),
			Request: "DELETE /chatgroups/231/admin/bob", Response: data(`{"result":"success","oldadmin":"bob"}`),
		},
		{
			ID: "groups.remove_admin", Name: "failure", Do: remove("bob"),
			Request: "DELETE /chatgroups/231/admin/bob", Response: data(`{"result":"failure","oldadmin":"bob"}`), Err: im.ErrForbidden,
		},
		{ID: "groups.remove_admin", Name: "dots would delete the group", Do: remove(".."), Err: im.ErrInvalidArgument},
		{
			ID: "groups.transfer", Do: transfer("Bob"),
			Request: "PUT /chatgroups/231", Body: `{"newowner":"Bob"}`, Response: data(`{"newowner":true}`),
		},
		{
			ID: "groups.transfer", Name: "the name for true", Do: transfer("Bob"),
			Request: "PUT /chatgroups/231", Body: `{"newowner":"Bob"}`, Response: data(`{"newowner":"bob"}`),
		},
		{
			ID: "groups.transfer", Name: "another name", Do: transfer("Bob"),
			Request: "PUT /chatgroups/231", Body: `{"newowner":"Bob"}`, Response: data(`{"newowner":"alice"}`), Err: im.ErrForbidden,
		},
		{
			ID: "groups.transfer", Name: "no word of it", Do: transfer("bob"),
			Request: "PUT /chatgroups/231", Body: `{"newowner":"bob"}`, Response: data(`{}`), Err: im.ErrOutcomeUnknown,
		},
		{ID: "groups.transfer", Name: "nobody", Do: transfer(""), Err: im.ErrInvalidArgument},
	})
}

func TestBlockList(t *testing.T) {
	list := func(o page.Options) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *groups.Service) (*page.Page[string], error) {
			return s.ListBlocked(ctx, "231", o)
		})
	}
	unblock := func(name string) func(context.Context, *im.Client) (any, error) {
		return done(func(ctx context.Context, s *groups.Service) error { return s.UnblockMember(ctx, "231", name) })
	}
	blockAll := func(list ...string) func(context.Context, *im.Client) (any, error) {
		return each(func(ctx context.Context, s *groups.Service) (batch.Result, error) {
			return s.BlockMembers(ctx, "231", list)
		})
	}
	unblockAll := func(list ...string) func(context.Context, *im.Client) (any, error) {
		return each(func(ctx context.Context, s *groups.Service) (batch.Result, error) {
			return s.UnblockMembers(ctx, "231", list)
		})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "groups.list_blocked", Do: list(page.Options{}),
			Request: "GET /chatgroups/231/blocks/users?pageSize=50", Response: data(`["mallory","trent"]`), Want: &page.Page[string]{Items: []string{"mallory", "trent"}},
		},
		{
			ID: "groups.list_blocked", Name: "by page", Do: list(page.Options{Limit: 2, Cursor: "a="}),
			Request: "GET /chatgroups/231/blocks/users?cursor=a%3D&pageSize=2", Response: `{"data":["mallory"],"cursor":"b="}`,
			Want: &page.Page[string]{Items: []string{"mallory"}, Next: "b="},
		},
		{
			ID: "groups.list_blocked", Name: "at once",
			Do: do(func(ctx context.Context, s *groups.Service) ([]string, error) {
				return s.ListBlockedUsernames(ctx, "231")
			}),
			Request: "GET /chatgroups/231/blocks/users", Response: data(`["mallory",7]`), Want: []string{"mallory", "7"},
		},
		{ID: "groups.list_blocked", Name: "limit above 50", Do: list(page.Options{Limit: 51}), Err: im.ErrInvalidArgument},
		{
			ID:       "groups.block_member",
			Do:       done(func(ctx context.Context, s *groups.Service) error { return s.BlockMember(ctx, "231", "mallory") }),
			Request:  "POST /chatgroups/231/blocks/users/mallory",
			Response: data(`{"result":true,"action":"add_blocks","user":"mallory","groupid":"231"}`),
		},
		{
			ID: "groups.block_members", Do: blockAll("Mallory", "trent"),
			Request: "POST /chatgroups/231/blocks/users", Body: `{"usernames":["Mallory","trent"]}`,
			Response: data(`[{"result":false,"action":"add_blocks","reason":"user: mallory doesn't exist in group: 231","user":"mallory","groupid":"231"},
				{"result":true,"action":"add_blocks","user":"trent","groupid":"231"}]`),
			Want: map[string]string{"0 Mallory": "user: mallory doesn't exist in group: 231", "1 trent": "done"},
		},
		{ID: "groups.block_members", Name: "61 users", Do: blockAll(names(61)...), Err: im.ErrInvalidArgument},
		{ID: "groups.block_members", Name: "no user", Do: blockAll(), Err: im.ErrInvalidArgument},
		{
			ID: "groups.unblock_member", Do: unblock("mallory"),
			Request:  "DELETE /chatgroups/231/blocks/users/mallory",
			Response: data(`{"result":true,"action":"remove_blocks","user":"mallory","groupid":"231"}`),
		},
		{ID: "groups.unblock_member", Name: "a comma would name two users", Do: unblock("a,b"), Err: im.ErrInvalidArgument},
		{
			ID: "groups.unblock_members", Do: unblockAll("mallory", "trent"),
			Request:  "DELETE /chatgroups/231/blocks/users/mallory%2Ctrent",
			Response: data(`[{"result":true,"action":"remove_blocks","user":"mallory"},{"result":true,"action":"remove_blocks","user":"trent"}]`),
			Want:     map[string]string{"0 mallory": "done", "1 trent": "done"},
		},
		{
			ID: "groups.unblock_members", Name: "one user gives an object", Do: unblockAll("mallory"),
			Request: "DELETE /chatgroups/231/blocks/users/mallory", Response: data(`{"result":true,"user":"mallory"}`),
			Want: map[string]string{"0 mallory": "done"},
		},
		{ID: "groups.unblock_members", Name: "61 users", Do: unblockAll(names(61)...), Err: im.ErrInvalidArgument},
	})
}

func TestAllowList(t *testing.T) {
	allowAll := func(list ...string) func(context.Context, *im.Client) (any, error) {
		return each(func(ctx context.Context, s *groups.Service) (batch.Result, error) {
			return s.AllowMembers(ctx, "231", list)
		})
	}
	disallow := func(list ...string) func(context.Context, *im.Client) (any, error) {
		return each(func(ctx context.Context, s *groups.Service) (batch.Result, error) {
			return s.DisallowMembers(ctx, "231", list)
		})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID:      "groups.list_allowed",
			Do:      do(func(ctx context.Context, s *groups.Service) ([]string, error) { return s.ListAllowed(ctx, "231") }),
			Request: "GET /chatgroups/231/white/users", Response: data(`["alice","bob"]`), Want: []string{"alice", "bob"},
		},
		{
			ID:       "groups.allow_member",
			Do:       done(func(ctx context.Context, s *groups.Service) error { return s.AllowMember(ctx, "231", "carol") }),
			Request:  "POST /chatgroups/231/white/users/carol",
			Response: data(`{"result":true,"action":"add_user_whitelist","user":"carol","groupid":"231"}`),
		},
		{
			ID: "groups.allow_members", Do: allowAll("bob", "carol"),
			Request: "POST /chatgroups/231/white/users", // never blocks/users, which two tables print
			Body:    `{"usernames":["bob","carol"]}`,
			Response: data(`[{"result":true,"action":"add_user_whitelist","user":"bob","groupid":"231"},
				{"result":"false","reason":"users [carol] are not members of this group!","user":"carol"}]`),
			Want: map[string]string{"0 bob": "done", "1 carol": "users [carol] are not members of this group!"},
		},
		{ID: "groups.allow_members", Name: "61 users", Do: allowAll(names(61)...), Err: im.ErrInvalidArgument},
		{
			ID: "groups.disallow_members", Do: disallow("bob", "carol"),
			Request:  "DELETE /chatgroups/231/white/users/bob%2Ccarol",
			Response: data(`[{"result":true,"user":"bob"},{"result":false,"user":"carol"}]`),
			Want:     map[string]string{"0 bob": "done", "1 carol": "refused without a reason"},
		},
		{
			ID: "groups.disallow_members", Name: "one user gives an object", Do: disallow("bob"),
			Request: "DELETE /chatgroups/231/white/users/bob", Response: data(`{"result":true,"user":"bob"}`), Want: map[string]string{"0 bob": "done"},
		},
		{ID: "groups.disallow_members", Name: "61 users", Do: disallow(names(61)...), Err: im.ErrInvalidArgument},
	})
}

func TestMutes(t *testing.T) {
	mute := func(d time.Duration, list ...string) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *groups.Service) (batch.Results[time.Time], error) {
			return s.MuteMembers(ctx, "231", list, d)
		})
	}
	unmute := func(list ...string) func(context.Context, *im.Client) (any, error) {
		return each(func(ctx context.Context, s *groups.Service) (batch.Result, error) {
			return s.UnmuteMembers(ctx, "231", list)
		})
	}
	muteAll := done(func(ctx context.Context, s *groups.Service) error { return s.MuteAll(ctx, "231") })
	unmuteAll := done(func(ctx context.Context, s *groups.Service) error { return s.UnmuteAll(ctx, "231") })
	until := time.UnixMilli(1741086400000)
	wiretest.Run(t, []wiretest.Case{
		{
			ID:       "groups.list_muted",
			Do:       do(func(ctx context.Context, s *groups.Service) ([]groups.Muted, error) { return s.ListMuted(ctx, "231") }),
			Request:  "GET /chatgroups/231/mute",
			Response: data(`[{"expire":1741086400000,"user":"dave"},{"expire":"4638873600000","user":"erin"},{"expire":-1,"user":"frank"}]`),
			Want: []groups.Muted{
				{Username: "dave", Until: until},
				{Username: "erin", Until: time.UnixMilli(4638873600000), Forever: true},
				{Username: "frank", Until: time.UnixMilli(4638873600000), Forever: true},
			},
		},
		{
			ID: "groups.mute_members", Do: mute(24*time.Hour, "Dave"),
			Request: "POST /chatgroups/231/mute", Body: `{"mute_duration":86400000,"usernames":["Dave"]}`, // milliseconds
			Response: data(`[{"result":true,"expire":1741086400000,"user":"dave"}]`),
			Want:     batch.Results[time.Time]{{ID: "Dave", Value: until}},
		},
		{
			ID: "groups.mute_members", Name: "forever", Do: mute(im.Forever, "dave"),
			Request: "POST /chatgroups/231/mute", Body: `{"mute_duration":-1,"usernames":["dave"]}`,
			Response: data(`{"result":true,"expire":"4638873600000","user":"dave"}`),
			Want:     batch.Results[time.Time]{{ID: "dave", Value: time.UnixMilli(4638873600000)}},
		},
		{ID: "groups.mute_members", Name: "0 is not a mute", Do: mute(0, "dave"), Err: im.ErrInvalidArgument},
		{ID: "groups.mute_members", Name: "a negative time", Do: mute(-time.Second, "dave"), Err: im.ErrInvalidArgument},
		{ID: "groups.mute_members", Name: "less than the unit", Do: mute(time.Microsecond, "dave"), Err: im.ErrInvalidArgument},
		{ID: "groups.mute_members", Name: "61 users", Do: mute(time.Hour, names(61)...), Err: im.ErrInvalidArgument},
		{ID: "groups.mute_members", Name: "no user", Do: mute(time.Hour), Err: im.ErrInvalidArgument},
		{
			ID: "groups.unmute_members", Do: unmute("dave"),
			Request: "DELETE /chatgroups/231/mute/dave", Response: data(`[{"result":true,"user":"dave"}]`), Want: map[string]string{"0 dave": "done"},
		},
		{
			ID: "groups.unmute_members", Name: "several", Do: unmute("dave", "erin"),
			Request: "DELETE /chatgroups/231/mute/dave%2Cerin", Response: data(`[{"result":true,"user":"erin"}]`),
			Want: map[string]string{"0 dave": notReported, "1 erin": "done"},
		},
		{ID: "groups.unmute_members", Name: "61 users", Do: unmute(names(61)...), Err: im.ErrInvalidArgument},
		{ID: "groups.unmute_members", Name: "no user", Do: unmute(), Err: im.ErrInvalidArgument},
		{ID: "groups.mute_all", Do: muteAll, Request: "POST /chatgroups/231/ban", Response: data(`{"mute":true}`)},
		{ID: "groups.mute_all", Name: "not muted", Do: muteAll, Request: "POST /chatgroups/231/ban", Response: data(`{"mute":false}`), Err: im.ErrForbidden},
		{ID: "groups.unmute_all", Do: unmuteAll, Request: "DELETE /chatgroups/231/ban", Response: data(`{"mute":false}`)},
		{ID: "groups.unmute_all", Name: "still muted", Do: unmuteAll, Request: "DELETE /chatgroups/231/ban", Response: data(`{"mute":true}`), Err: im.ErrForbidden},
	})

	client, _ := wiretest.Client(t, wiretest.JSON(200, data(`[{"result":false,"user":"erin","expire":5},{"result":true,"user":"dave","expire":1741086400000}]`)))
	results, err := client.Groups.MuteMembers(t.Context(), "231", []string{"dave", "erin", "frank"}, time.Hour)
	require.ErrorIs(t, err, im.ErrPartial)
	assert.Equal(t, until, results[0].Value)
	require.NoError(t, results[0].Err)
	assert.Zero(t, results[1].Value, "the user is not muted")
	require.ErrorIs(t, results[2].Err, im.ErrOutcomeUnknown)
	assert.EqualError(t, err, "im: 2 of 3 items failed: erin (refused without a reason), frank ("+notReported+")")
}

func TestAttributes(t *testing.T) {
	set := func(a groups.Attributes) func(context.Context, *im.Client) (any, error) {
		return done(func(ctx context.Context, s *groups.Service) error { return s.SetMemberAttributes(ctx, "231", "bob", a) })
	}
	get := do(func(ctx context.Context, s *groups.Service) (groups.Attributes, error) {
		return s.GetMemberAttributes(ctx, "231", "bob")
	})
	getBatch := func(keys []string, list ...string) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *groups.Service) (batch.Results[groups.Attributes], error) {
			return s.GetMemberAttributesBatch(ctx, "231", list, keys)
		})
	}
	setBatch := func(list ...groups.MemberAttributes) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *groups.Service) (batch.Results[groups.Attributes], error) {
			return s.SetMemberAttributesBatch(ctx, "231", list)
		})
	}
	bob := groups.MemberAttributes{Username: "Bob", Attributes: groups.Attributes{"nick": "Bo"}}
	carol := groups.MemberAttributes{Username: "carol", Attributes: groups.Attributes{"tag": ""}}
	const batchBody = `[{"username":"Bob","metadata":{"nick":"Bo"}},{"username":"carol","metadata":{"tag":""}}]`
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "groups.set_member_attributes", Do: set(groups.Attributes{"nick": "Bo", "tag": ""}),
			Request: "PUT /metadata/chatgroup/231/user/bob", Body: `{"metaData":{"nick":"Bo","tag":""}}`,
			Response: `{"timestamp":1741000000123,"data":{"nick":"Bo"},"duration":6}`,
		},
		{
			ID: "groups.set_member_attributes", Name: "all attributes in the response", Do: set(groups.Attributes{"level": "7", "tag": ""}),
			Request: "PUT /metadata/chatgroup/231/user/bob", Body: `{"metaData":{"level":"7","tag":""}}`,
			Response: `{"data":{"nick":"Bo","level":7}}`,
		},
		{
			ID: "groups.set_member_attributes", Name: "not named is not done", Do: set(groups.Attributes{"nick": "Bo"}),
			Request: "PUT /metadata/chatgroup/231/user/bob", Body: `{"metaData":{"nick":"Bo"}}`, Response: `{"data":{}}`, Err: batch.ErrNotReported,
		},
		{
			ID: "groups.set_member_attributes", Name: "another value", Do: set(groups.Attributes{"nick": "Bo"}),
			Request: "PUT /metadata/chatgroup/231/user/bob", Body: `{"metaData":{"nick":"Bo"}}`, Response: `{"data":{"nick":"B"}}`, Err: im.ErrPartial,
		},
		{
			ID: "groups.set_member_attributes", Name: "no payload", Do: set(groups.Attributes{"nick": "Bo"}),
			Request: "PUT /metadata/chatgroup/231/user/bob", Body: `{"metaData":{"nick":"Bo"}}`, Response: `{"duration":6}`, Err: im.ErrBadResponse,
		},
		{
			ID: "groups.get_member_attributes", Do: get,
			Request: "GET /metadata/chatgroup/231/user/bob", Response: `{"timestamp":1741000000123,"data":{"nick":"Bo","level":7},"duration":6}`,
			Want: groups.Attributes{"nick": "Bo", "level": "7"},
		},
		{
			ID: "groups.get_member_attributes", Name: "none", Do: get,
			Request: "GET /metadata/chatgroup/231/user/bob", Response: `{"data":{}}`, Want: groups.Attributes{},
		},
		{
			ID: "groups.get_members_attributes", Do: getBatch([]string{"nick"}, "carol", "Bob", "dave"),
			Request: "POST /metadata/chatgroup/231/get", Body: `{"targets":["carol","Bob","dave"],"properties":["nick"]}`,
			Response: `{"data":{"bob":{"nick":"Bo"},"carol":{}},"duration":2}`,
			Want: batch.Results[groups.Attributes]{
				{ID: "carol", Value: groups.Attributes{}}, {ID: "Bob", Value: groups.Attributes{"nick": "Bo"}}, {ID: "dave", Err: api.NotRead},
			},
			Err: batch.ErrNotReported,
		},
		{
			ID: "groups.get_members_attributes", Name: "all keys", Do: getBatch(nil, "bob"),
			Request: "POST /metadata/chatgroup/231/get", Body: `{"targets":["bob"],"properties":[]}`, Response: `{"data":{}}`,
			Want: batch.Results[groups.Attributes]{{ID: "bob", Err: api.NotRead}}, Err: batch.ErrNotReported,
		},
		{ID: "groups.get_members_attributes", Name: "11 users", Do: getBatch(nil, names(11)...), Err: im.ErrInvalidArgument},
		{ID: "groups.get_members_attributes", Name: "no user", Do: getBatch(nil), Err: im.ErrInvalidArgument},
		{
			ID: "groups.set_members_attributes", Do: setBatch(bob, carol),
			Request: "PUT /metadata/chatgroup/231/users/batch", Body: batchBody,
			Response: `{"data":{"updateMetadataFailed":[],"updateMetadataSucceeded":[{"username":"carol","metadata":{}},
				{"username":"bob","metadata":{"nick":"Bo","city":"Bern"}}]},"duration":48}`,
			Want: batch.Results[groups.Attributes]{
				{ID: "Bob", Value: groups.Attributes{"nick": "Bo", "city": "Bern"}}, {ID: "carol", Value: groups.Attributes{}},
			},
		},
		{
			ID: "groups.set_members_attributes", Name: "keys with a colon", Do: setBatch(bob),
			Request: "PUT /metadata/chatgroup/231/users/batch", Body: `[{"username":"Bob","metadata":{"nick":"Bo"}}]`,
			Response: `{"data":{"updateMetadataFailed:":[],"updateMetadataSucceeded:":[{"username":"bob","metadata":{"nick":"Bo"}}]}}`,
			Want:     batch.Results[groups.Attributes]{{ID: "Bob", Value: groups.Attributes{"nick": "Bo"}}},
		},
		{ID: "groups.set_members_attributes", Name: "no member", Do: setBatch(), Err: im.ErrInvalidArgument},
		{ID: "groups.set_members_attributes", Name: "21 members", Do: setBatch(make21(bob)...), Err: im.ErrInvalidArgument},
		{
			ID: "groups.set_members_attributes", Name: "nothing to set", Do: setBatch(groups.MemberAttributes{Username: "bob"}),
			Err: im.ErrInvalidArgument,
		},
	})
	for _, failed := range []string{
		`{"username":"bob","reason":"user not in group"}`, `{"user":"bob","error":"user not in group","metadata":{"nick":"Bo"}}`,
		`{"bob":"user not in group"}`, `[{"username":"bob","errorMsg":"user not in group"}]`,
	} {
		for _, key := range []string{"updateMetadataFailed", "updateMetadataFailed:"} {
			client, _ := wiretest.Client(t, wiretest.JSON(200, `{"data":{"`+key+`":`+failed+`}}`))
			results, err := client.Groups.SetMemberAttributesBatch(t.Context(), "231", []groups.MemberAttributes{bob, carol})
			require.Len(t, results, 2)
			require.ErrorIs(t, results[0].Err, im.ErrNotFound, failed)
			require.ErrorIs(t, results[1].Err, batch.ErrNotReported)
			assert.EqualError(t, err, "im: 2 of 2 items failed: Bob (user not in group), carol ("+notReported+")")
		}
	}
	client, _ := wiretest.Client(t, wiretest.JSON(200, `{"data":{"updateMetadataFailed":["bob"]}}`))
	_, err := client.Groups.SetMemberAttributesBatch(t.Context(), "231", []groups.MemberAttributes{bob})
	assert.EqualError(t, err, "im: 1 of 1 items failed: Bob (refused without a reason)")
}

func make21(m groups.MemberAttributes) []groups.MemberAttributes {
	list := make([]groups.MemberAttributes, 21)
	for i := range list {
		list[i] = m
	}
	return list
}

// Only the length of a key is checked: one page alone limits its characters.
func TestAttributeKeysOfAnyCharacters(t *testing.T) {
	for _, key := range []string{"nick name", "昵称", "a.b-c/d", "sixteen_letters_"} {
		client, sent := wiretest.Client(t, wiretest.JSON(200, `{"data":{"`+key+`":"x"}}`))
		require.NoError(t, client.Groups.SetMemberAttributes(t.Context(), "231", "bob", groups.Attributes{key: "x"}))
		assert.JSONEq(t, `{"metaData":{"`+key+`":"x"}}`, (*sent)[0].Body)
	}
}

func TestAttributesRefused(t *testing.T) {
	nine := groups.Attributes{}
	for _, key := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"} {
		nine[key] = strings.Repeat("x", 500)
	}
	for problem, a := range map[string]groups.Attributes{
		"attributes: must have at least one entry":                                        nil,
		`attributes: must not have an empty key`:                                          {"": "x"},
		`attributes: has the key "seventeen_letters" of 17 bytes, at most 16 are allowed`: {"seventeen_letters": "x"},
		`attributes: has the key "六个汉字太长" of 18 bytes, at most 16 are allowed`:            {"六个汉字太长": "x"},
		`attributes["k"]: has 513 bytes, at most 512 are allowed`:                         {"k": strings.Repeat("x", 513)},
		`attributes: has the key "a seventeen bytes" of 17 bytes, at most 16 are allowed`: { // the first of them, each time
			"a seventeen bytes": "", "b seventeen bytes": "", "c seventeen bytes": "", "d seventeen bytes": "", "z": strings.Repeat("x", 513),
		},
		"attributes: has 4500 bytes of values, at most 4096 are allowed": nine,
	} {
		client, sent := wiretest.Client(t)
		err := client.Groups.SetMemberAttributes(t.Context(), "231", "bob", a)
		require.ErrorIs(t, err, im.ErrInvalidArgument)
		assert.Equal(t, strings.Contains(problem, "bytes"), errors.Is(err, im.ErrTooLarge), problem)
		assert.EqualError(t, err, "im: groups.set_member_attributes: "+problem)
		_, err = client.Groups.SetMemberAttributesBatch(t.Context(), "231", []groups.MemberAttributes{{Username: "bob", Attributes: a}})
		require.ErrorIs(t, err, im.ErrInvalidArgument)
		assert.EqualError(t, err, "im: groups.set_members_attributes: members[0].Attributes"+strings.TrimPrefix(problem, "attributes"))
		assert.Empty(t, *sent)
	}
}

// The URL that removes members holds their names, and may have 4 KB: names that the API allows
// one by one may be too many together.
func TestRemoveMembersOfLongNames(t *testing.T) {
	remove := func(escaped int) error {
		list := names(60)
		for i := range list {
			list[i] = fmt.Sprintf("%064d", i)
		}
		list[0] = strings.Repeat(" ", escaped) + list[0][escaped:] // each is %20
		client, sent := wiretest.Client(t, wiretest.JSON(200, `{"data":[]}`))
		_, err := client.Groups.RemoveMembers(t.Context(), "2314", list, groups.MemberOptions{})
		for _, r := range *sent {
			assert.Len(t, "https://a1.example.com/acme/demo"+r.Path, 4096)
		}
		return err
	}
	require.ErrorIs(t, remove(12), batch.ErrPartial, "it was sent")
	err := remove(13)
	require.ErrorIs(t, err, im.ErrInvalidArgument)
	require.ErrorIs(t, err, im.ErrTooLarge)
	require.EqualError(t, err, "im: groups.remove_members: usernames: make a URL of 4098 bytes, at most 4096 are allowed")
}
