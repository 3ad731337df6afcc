package groups_test

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
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/internal/test/wiretest"
)

// do turns a method with a response into a case's Do, done one without.
func do[T any](f func(context.Context, *groups.Service) (T, error)) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return f(ctx, c.Groups) }
}

func done(f func(context.Context, *groups.Service) error) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return nil, f(ctx, c.Groups) }
}

// each turns a batch into a case's Do that returns what became of the items. The error of
// some failed items must be that of the results.
func each(f func(context.Context, *groups.Service) (batch.Result, error)) func(context.Context, *im.Client) (any, error) {
	return do(func(ctx context.Context, s *groups.Service) (map[string]string, error) {
		result, err := f(ctx, s)
		if result == nil || fmt.Sprint(err) != fmt.Sprint(result.Err()) {
			return nil, err
		}
		return outcomes(result), nil
	})
}

func outcomes(result batch.Result) map[string]string {
	all := make(map[string]string, len(result))
	for i, o := range result {
		text := "done"
		if o.Err != nil {
			text = o.Err.Error()
		}
		all[fmt.Sprintf("%d %s", i, o.ID)] = text
	}
	return all
}

const notReported = "the response does not name this item"

// data is a response with this payload.
func data(payload string) string {
	return `{"action":"post","application":"5c0e1d20","uri":"https://a1.example.com/acme/demo/chatgroups","entities":[],"data":` +
		payload + `,"timestamp":1741000000123,"duration":4,"organization":"acme","applicationName":"demo"}`
}

func names(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("user%d", i)
	}
	return list
}

func TestCreate(t *testing.T) {
	create := func(g groups.NewGroup) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *groups.Service) (string, error) { return s.Create(ctx, g) })
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "groups.create",
			Do: create(groups.NewGroup{
				Owner: "alice", Name: "Night run & <tea>", Description: "Thursdays", Avatar: "https://cdn.example.com/1.png",
				Custom: `{"city":"Bern"}`, Public: true, MaxMembers: 300, Members: []string{"bob", "carol"},
				AllowInvites: true, ApproveJoins: true, ConfirmInvites: new(false),
			}),
			Request: "POST /chatgroups",
			Body: `{"owner":"alice","groupname":"Night run & <tea>","description":"Thursdays","avatar":"https://cdn.example.com/1.png",
				"custom":"{\"city\":\"Bern\"}","public":true,"maxusers":300,"members":["bob","carol"],"allowinvites":true,
				"membersonly":true,"invite_need_confirm":false}`,
			Response: data(`{"groupid":"231000000000001"}`),
			Want:     "231000000000001",
		},
		{
			ID: "groups.create", Name: "only what is needed, public always sent",
			Do:      create(groups.NewGroup{Owner: "alice"}),
			Request: "POST /chatgroups", Body: `{"owner":"alice","public":false}`,
			Response: data(`{"groupId":231000000000001}`), // another spelling, and a number
			Want:     "231000000000001",
		},
		{
			ID: "groups.create", Name: "what only the Java SDK knows",
			Do:      create(groups.NewGroup{Owner: "alice", ID: "77", Scale: groups.ScaleLarge, ReviewName: new(false)}),
			Request: "POST /chatgroups", Body: `{"owner":"alice","public":false,"groupid":"77","scale":"large","need_verify":false}`,
			Response: data(`{"groupid":"77"}`),
			Want:     "77",
		},
		{
			ID: "groups.create", Name: "response without an id",
			Do:      create(groups.NewGroup{Owner: "alice"}),
			Request: "POST /chatgroups", Body: `{"owner":"alice","public":false}`,
			Response: data(`{}`),
			Err:      im.ErrOutcomeUnknown,
		},
	})
}

func TestCreateRefuses(t *testing.T) {
	long := func(n int) string { return strings.Repeat("ü", n) }
	for problem, g := range map[string]groups.NewGroup{
		"Owner: must not be empty":                                         {},
		"Owner: has 65 bytes, at most 64 are allowed":                      {Owner: strings.Repeat("a", 65)},
		"Name: has 129 characters, at most 128 are allowed":                {Owner: "a", Name: long(129)},
		"Description: has 513 characters, at most 512 are allowed":         {Owner: "a", Description: long(513)},
		"Avatar: has 1025 characters, at most 1024 are allowed":            {Owner: "a", Avatar: long(1025)},
		"Custom: has 8194 bytes, at most 8192 are allowed":                 {Owner: "a", Custom: long(4097)},
		"MaxMembers: is -1, must be from 0 to 2147483647":                  {Owner: "a", MaxMembers: -1},
		"Members: has 3 entries, at most 2 are allowed":                    {Owner: "a", MaxMembers: 2, Members: names(3)},
		"Members[1]: must not be empty":                                    {Owner: "a", Members: []string{"b", ""}},
		`Members: must not name the owner "Alice", who is a member anyway`: {Owner: "Alice", Members: []string{"alice"}},
		"Members[0]: has 65 bytes, at most 64 are allowed":                 {Owner: "a", Members: []string{strings.Repeat("b", 65)}},
	} {
		client, sent := wiretest.Client(t)
		_, err := client.Groups.Create(t.Context(), g)
		require.ErrorIs(t, err, im.ErrInvalidArgument)
		assert.EqualError(t, err, "im: groups.create: "+problem)
		assert.Empty(t, *sent)
	}
	client, sent := wiretest.Client(t, wiretest.JSON(200, data(`{"groupid":"1"}`)))
	_, err := client.Groups.Create(t.Context(), groups.NewGroup{
		Owner: "a", Name: long(128), Description: long(512), Avatar: long(1024), Custom: long(4096), Members: names(200),
	})
	require.NoError(t, err, "at the limits")
	assert.Len(t, *sent, 1)
}

func TestLife(t *testing.T) {
	remove := done(func(ctx context.Context, s *groups.Service) error { return s.Delete(ctx, "231") })
	disable := done(func(ctx context.Context, s *groups.Service) error { return s.Disable(ctx, "231") })
	enable := done(func(ctx context.Context, s *groups.Service) error { return s.Enable(ctx, "231") })
	set := func(text string) func(context.Context, *im.Client) (any, error) {
		return done(func(ctx context.Context, s *groups.Service) error { return s.SetAnnouncement(ctx, "231", text) })
	}
	read := do(func(ctx context.Context, s *groups.Service) (string, error) { return s.GetAnnouncement(ctx, "231") })
	wiretest.Run(t, []wiretest.Case{
		{ID: "groups.delete", Do: remove, Request: "DELETE /chatgroups/231", Response: data(`{"success":true,"groupid":"231"}`)},
		{
			ID: "groups.delete", Name: "no success", Do: remove,
			Request: "DELETE /chatgroups/231", Response: data(`{"success":"false","groupid":"231","reason":"group not found"}`),
			Err: im.ErrNotFound,
		},
		{
			ID: "groups.delete", Name: "empty id would be another call",
			Do:  done(func(ctx context.Context, s *groups.Service) error { return s.Delete(ctx, "") }),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "groups.delete", Name: "an id that needs escaping",
			Do:      done(func(ctx context.Context, s *groups.Service) error { return s.Delete(ctx, "2/3?1") }),
			Request: "DELETE /chatgroups/2%2F3%3F1", Response: data(`{"success":true}`),
		},
		{ID: "groups.disable", Do: disable, Request: "POST /chatgroups/231/disable", Response: data(`{"disabled":true}`)},
		{
			ID: "groups.disable", Name: "still enabled", Do: disable,
			Request: "POST /chatgroups/231/disable", Response: data(`{"disabled":false}`), Err: im.ErrForbidden,
		},
		{ID: "groups.enable", Do: enable, Request: "POST /chatgroups/231/enable", Response: data(`{"disabled":false}`)},
		{
			ID: "groups.enable", Name: "still disabled", Do: enable,
			Request: "POST /chatgroups/231/enable", Response: data(`{"disabled":true}`), Err: im.ErrForbidden,
		},
		{
			ID: "groups.enable", Name: "no word of it", Do: enable,
			Request: "POST /chatgroups/231/enable", Response: data(`{}`), Err: im.ErrBadResponse,
		},
		{
			ID: "groups.get_announcement", Do: read,
			Request: "GET /chatgroups/231/announcement", Response: data(`{"announcement":"Bring lamps"}`), Want: "Bring lamps",
		},
		{ID: "groups.get_announcement", Name: "none: null", Do: read, Request: "GET /chatgroups/231/announcement", Response: data(`{"announcement":null}`), Want: ""},
		{ID: "groups.get_announcement", Name: "none: missing", Do: read, Request: "GET /chatgroups/231/announcement", Response: data(`{}`), Want: ""},
		{
			ID: "groups.set_announcement", Do: set("Bring lamps"),
			Request: "POST /chatgroups/231/announcement", Body: `{"announcement":"Bring lamps"}`, Response: data(`{"id":"231","result":true}`),
		},
		{
			ID: "groups.set_announcement", Name: "empty is sent, too", Do: set(""),
			Request: "POST /chatgroups/231/announcement", Body: `{"announcement":""}`, Response: data(`{"id":"231","result":"true"}`),
		},
		{
			ID: "groups.set_announcement", Name: "not taken", Do: set("x"),
			Request: "POST /chatgroups/231/announcement", Body: `{"announcement":"x"}`, Response: data(`{"id":"231","result":false}`),
			Err: im.ErrForbidden,
		},
		{ID: "groups.set_announcement", Name: "513 characters", Do: set(strings.Repeat("é", 513)), Err: im.ErrInvalidArgument},
	})
}

const hikersJSON = `{"id":"231","name":"Hikers","avatar":"https://cdn.example.com/1.png","description":"Sundays","membersonly":true,
	"allowinvites":false,"maxusers":300,"owner":"alice","created":1740990000456,"custom":"c","mute":true,"affiliations_count":3,
	"disabled":true,"affiliations":[{"member":"carol"},{"admin":"bob"},{"owner":"alice"}],"public":true}`

var hikers = groups.Group{
	ID: "231", Name: "Hikers", Avatar: "https://cdn.example.com/1.png", Description: "Sundays", ApproveJoins: true,
	MaxMembers: 300, Owner: "alice", Created: time.UnixMilli(1740990000456), Custom: "c", MutedAll: true, MemberCount: 3,
	Disabled: true, Public: true, Members: []groups.Member{
		{Username: "carol", Role: groups.RoleMember}, {Username: "bob", Role: groups.RoleAdmin}, {Username: "alice", Role: groups.RoleOwner},
	},
}

func TestGet(t *testing.T) {
	get := do(func(ctx context.Context, s *groups.Service) (*groups.Group, error) { return s.Get(ctx, "231") })
	getBatch := func(ids ...string) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *groups.Service) (batch.Results[groups.Group], error) {
			return s.GetBatch(ctx, ids)
		})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "groups.get", Do: get,
			Request: "GET /chatgroups/231", Response: data(`[` + hikersJSON + `]`), Want: &hikers,
		},
		{
			ID: "groups.get", Name: "an object for the array, no members, numbers as strings", Do: get,
			Request:  "GET /chatgroups/231",
			Response: data(`{"groupId":231,"name":"Hikers","maxusers":"300","affiliations_count":"3","created":"1740990000456","permission":"owner","mute":"false"}`),
			Want:     &groups.Group{ID: "231", Name: "Hikers", MaxMembers: 300, MemberCount: 3, Created: time.UnixMilli(1740990000456)},
		},
		{ID: "groups.get", Name: "none", Do: get, Request: "GET /chatgroups/231", Response: data(`[]`), Err: im.ErrNotFound},
		{ID: "groups.get", Name: "another group", Do: get, Request: "GET /chatgroups/231", Response: data(`[{"id":"232"}]`), Err: im.ErrNotFound},
		{ID: "groups.get", Name: "no payload", Do: get, Request: "GET /chatgroups/231", Response: `{"timestamp":1}`, Err: im.ErrBadResponse},
		{ID: "groups.get", Name: "another shape does not mean a missing group", Do: get, Request: "GET /chatgroups/231", Response: data(`[{"id":"231","affiliations":7}]`), Err: im.ErrBadResponse},
		{
			ID: "groups.get", Name: "by id, not by position, texts skipped",
			Do: do(func(ctx context.Context, s *groups.Service) (map[string]string, error) {
				found, err := s.GetBatch(ctx, []string{"231", "404", "232", "405"})
				if found == nil {
					return nil, err
				}
				require.Len(t, found, 4)
				assert.Equal(t, hikers, found[0].Value)
				assert.Equal(t, "232", found[2].Value.ID)
				assert.Zero(t, found[1].Value)
				require.ErrorIs(t, err, im.ErrPartial)
				require.ErrorIs(t, err, im.ErrNotFound)
				return map[string]string{found[1].ID: found[1].Err.Error(), found[3].ID: found[3].Err.Error()}, nil
			}),
			Request:  "GET /chatgroups/231%2C404%2C232%2C405",
			Response: data(`["group id doesn't exist",{"id":"232"},{"message":"group id doesn't exist"},` + hikersJSON + `]`),
			Want:     map[string]string{"404": "no such group", "405": "no such group"},
		},
		{ID: "groups.get", Name: "101 groups", Do: getBatch(names(101)...), Err: im.ErrInvalidArgument},
		{ID: "groups.get", Name: "no group", Do: getBatch(), Err: im.ErrInvalidArgument},
		{ID: "groups.get", Name: "an empty id among others", Do: getBatch("231", ""), Err: im.ErrInvalidArgument},
	})
	client, _ := wiretest.Client(t, wiretest.JSON(200, data(`[`+hikersJSON+`]`)))
	found, err := client.Groups.GetBatch(t.Context(), []string{"231"})
	require.NoError(t, err)
	assert.Equal(t, batch.Results[groups.Group]{{ID: "231", Value: hikers}}, found)
}

func TestUpdate(t *testing.T) {
	update := func(c groups.GroupUpdate) func(context.Context, *im.Client) (any, error) {
		return done(func(ctx context.Context, s *groups.Service) error { return s.Update(ctx, "231", c) })
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "groups.update",
			Do: update(groups.GroupUpdate{
				Name: new("Hikers north"), Description: new(""), Avatar: new("u"), Custom: new("c"), Public: new(false),
				MaxMembers: 500, AllowInvites: new(false), ApproveJoins: new(true), ConfirmInvites: new(false), ReviewName: new(true),
			}),
			Request: "PUT /chatgroups/231",
			Body: `{"groupname":"Hikers north","description":"","avatar":"u","custom":"c","public":false,"maxusers":500,"allowinvites":false,
				"membersonly":true,"invite_need_confirm":false,"need_verify":true}`,
			Response: data(`{"groupname":true,"description":true,"avatar":true,"custom":true,"public":true,"maxusers":true,"allowinvites":true,
				"membersonly":true,"invite_need_confirm":true}`),
		},
		{
			ID: "groups.update", Name: "values in the place of flags",
			Do:      update(groups.GroupUpdate{Name: new("Owls"), Custom: new("c"), MaxMembers: 500, Description: new("")}),
			Request: "PUT /chatgroups/231", Body: `{"groupname":"Owls","custom":"c","maxusers":500,"description":""}`,
			Response: data(`{"groupname":"Owls","custom":"c","maxusers":500,"description":""}`),
		},
		{
			ID: "groups.update", Name: "a false is not a success",
			Do:      update(groups.GroupUpdate{Public: new(false)}),
			Request: "PUT /chatgroups/231", Body: `{"public":false}`, Response: data(`{"public":false}`),
			Err: im.ErrPartial,
		},
		{
			ID: "groups.update", Name: "a false is not an echo",
			Do:      update(groups.GroupUpdate{Name: new("false")}),
			Request: "PUT /chatgroups/231", Body: `{"groupname":"false"}`, Response: data(`{"groupname":false}`),
			Err: im.ErrPartial,
		},
		{
			ID: "groups.update", Name: "not named is not done",
			Do:      update(groups.GroupUpdate{Name: new("Owls"), MaxMembers: 9}),
			Request: "PUT /chatgroups/231", Body: `{"groupname":"Owls","maxusers":9}`, Response: data(`{"groupname":true,"maxusers":null}`),
			Err: batch.ErrNotReported,
		},
		{ID: "groups.update", Name: "nothing to change", Do: update(groups.GroupUpdate{}), Err: im.ErrInvalidArgument},
		{ID: "groups.update", Name: "129 characters", Do: update(groups.GroupUpdate{Name: new(strings.Repeat("a", 129))}), Err: im.ErrInvalidArgument},
		{ID: "groups.update", Name: "negative", Do: update(groups.GroupUpdate{MaxMembers: -1}), Err: im.ErrInvalidArgument},
	})
	client, _ := wiretest.Client(t, wiretest.JSON(200, data(`{"groupname":true,"maxusers":false}`)))
	err := client.Groups.Update(t.Context(), "231", groups.GroupUpdate{Name: new("Owls"), MaxMembers: 9, Public: new(true)})
	assert.EqualError(t, err, "im: 2 of 3 items failed: Public ("+notReported+"), MaxMembers (not changed)")
}
