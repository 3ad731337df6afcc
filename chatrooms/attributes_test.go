package chatrooms_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/chatrooms"
	"github.com/imrest/im-go/internal/test/wiretest"
)

// small is the response of the calls on attributes, whose envelope is smaller.
func small(data string) string {
	return `{"uri":"https://a1.example.com/acme/demo/metadata/chatroom","timestamp":1701000000100,"action":"put","data":` + data + `,"status":"ok"}`
}

func TestAttributes(t *testing.T) {
	type setter = func(*service, context.Context, string, string, chatrooms.Attributes, chatrooms.AttributeOptions) (batch.Result, error)
	type deleter = func(*service, context.Context, string, string, []string) (batch.Result, error)
	setWith := func(method setter, a chatrooms.Attributes, o chatrooms.AttributeOptions) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *service) (string, error) { return short(method(s, ctx, room, "bob", a, o)) })
	}
	set := func(method setter, a chatrooms.Attributes) func(context.Context, *im.Client) (any, error) {
		return setWith(method, a, chatrooms.AttributeOptions{})
	}
	remove := func(method deleter, keys ...string) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *service) (string, error) { return short(method(s, ctx, room, "bob", keys)) })
	}
	get := func(keys ...string) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *service) (chatrooms.Attributes, error) {
			return s.GetAttributes(ctx, room, keys)
		})
	}
	const path = "/metadata/chatroom/" + room
	two := chatrooms.Attributes{"topic": "jazz", "seat.1": "bob"}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "chatrooms.set_attributes", Do: set((*service).SetAttributes, two),
			Request: "PUT " + path + "/user/bob", Body: `{"metaData":{"topic":"jazz","seat.1":"bob"}}`,
			Response: small(`{"successKeys":["topic","seat.1"],"errorKeys":{}}`),
			Want:     "seat.1: ok, topic: ok",
		},
		{
			ID: "chatrooms.set_attributes", Name: "kept, with an extension, one of another user's",
			Do: setWith((*service).SetAttributes, chatrooms.Attributes{"a": "1", "b": "", "c": "3"},
				chatrooms.AttributeOptions{Keep: true, NotificationExt: "x"}),
			Request:  "PUT " + path + "/user/bob",
			Body:     `{"metaData":{"a":"1","b":"","c":"3"},"autoDelete":"NO_DELETE","notificationExt":"x"}`,
			Response: small(`{"successKeys":["a"],"errorKeys":{"b":"others are not allowed to be set"}}`),
			Want:     "a: ok, b: forbidden, c: outcome unknown",
		},
		{
			ID: "chatrooms.set_attributes", Name: "errors absent, one key in place of a list",
			Do:      set((*service).SetAttributes, chatrooms.Attributes{"A": "1", "a": "2"}),
			Request: "PUT " + path + "/user/bob", Body: `{"metaData":{"A":"1","a":"2"}}`,
			Response: small(`{"successKeys":"a"}`), Want: "A: outcome unknown, a: ok", // keys are case sensitive
		},
		{
			ID: "chatrooms.set_attributes", Name: "at the limits",
			Do:       set((*service).SetAttributes, chatrooms.Attributes{strings.Repeat("k", 128): strings.Repeat("é", 4096)}),
			Request:  "PUT " + path + "/user/bob",
			Body:     `{"metaData":{"` + strings.Repeat("k", 128) + `":"` + strings.Repeat("é", 4096) + `"}}`,
			Response: small(`{"successKeys":["` + strings.Repeat("k", 128) + `"]}`),
		},
		{ID: "chatrooms.set_attributes", Name: "none", Do: set((*service).SetAttributes, chatrooms.Attributes{}), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.set_attributes", Name: "11 of them", Do: set((*service).SetAttributes, values(11)), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.set_attributes", Name: "key too long", Do: set((*service).SetAttributes, value(strings.Repeat("k", 129), "")), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.set_attributes", Name: "empty key", Do: set((*service).SetAttributes, value("", "")), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.set_attributes", Name: "key with a space", Do: set((*service).SetAttributes, value("a b", "")), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.set_attributes", Name: "value too long", Do: set((*service).SetAttributes, value("k", strings.Repeat("v", 4097))), Err: im.ErrInvalidArgument},
		{
			ID: "chatrooms.force_set_attributes", Do: set((*service).ForceSetAttributes, two),
			Request: "PUT " + path + "/user/bob/forced", Body: `{"metaData":{"topic":"jazz","seat.1":"bob"}}`,
			Response: small(`{"successKeys":["topic"],"errorKeys":{"seat.1":"properties key is exceeding maximum limit 128"}}`),
			Want:     "seat.1: too large, topic: ok",
		},
		{ID: "chatrooms.force_set_attributes", Name: "11 of them", Do: set((*service).ForceSetAttributes, values(11)), Err: im.ErrInvalidArgument},
		{
			ID: "chatrooms.get_attributes", Do: get("topic", "seat.1"),
			Request: "POST " + path, Body: `{"keys":["topic","seat.1"]}`,
			Response: small(`{"topic":"jazz"}`), Want: chatrooms.Attributes{"topic": "jazz"},
		},
		{
			ID: "chatrooms.get_attributes", Name: "all, a number for a text", Do: get(),
			Request: "POST " + path, Body: `{"keys":[]}`,
			Response: small(`{"topic":"jazz","seats":4}`), Want: chatrooms.Attributes{"topic": "jazz", "seats": "4"},
		},
		{
			ID: "chatrooms.delete_attributes", Do: remove((*service).DeleteAttributes, "topic", "seat.1", "gone"),
			Request: "DELETE " + path + "/user/bob", Body: `{"keys":["topic","seat.1","gone"]}`,
			Response: small(`{"successKeys":["seat.1"],"errorKeys":{"topic":"others are not allowed to be deleted"}}`),
			Want:     "topic: forbidden, seat.1: ok, gone: outcome unknown",
		},
		{ID: "chatrooms.delete_attributes", Name: "none", Do: remove((*service).DeleteAttributes), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.delete_attributes", Name: "11 of them", Do: remove((*service).DeleteAttributes, names(11)...), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.delete_attributes", Name: "empty key", Do: remove((*service).DeleteAttributes, "a", ""), Err: im.ErrInvalidArgument},
		{
			ID: "chatrooms.force_delete_attributes", Do: remove((*service).ForceDeleteAttributes, "topic"),
			Request: "DELETE " + path + "/user/bob/forced", Body: `{"keys":["topic"]}`,
			Response: small(`{"successKeys":["topic"],"errorKeys":{}}`), Want: "topic: ok",
		},
		{ID: "chatrooms.force_delete_attributes", Name: "none", Do: remove((*service).ForceDeleteAttributes), Err: im.ErrInvalidArgument},
	})
}

// The key itself is named: a map has no positions.
func TestAttributesRefused(t *testing.T) {
	for problem, a := range map[string]chatrooms.Attributes{
		`attributes["b c"]: is "b c", must match ^[A-Za-z0-9_.-]+$`:                                   {"a": "", "b c": ""},
		`attributes[""]: must not be empty`:                                                           value("", ""),
		`attributes["` + strings.Repeat("k", 129) + `"]: has 129 characters, at most 128 are allowed`: value(strings.Repeat("k", 129), ""),
		`attributes["k"]: has 4097 characters, at most 4096 are allowed`:                              value("k", strings.Repeat("v", 4097)),
		`attributes: must have at least one entry`:                                                    {},
	} {
		client, sent := wiretest.Client(t)
		_, err := client.Chatrooms.SetAttributes(t.Context(), room, "bob", a, chatrooms.AttributeOptions{})
		require.ErrorIs(t, err, im.ErrInvalidArgument)
		assert.EqualError(t, err, "im: chatrooms.set_attributes: "+problem)
		assert.Empty(t, *sent)
	}
}

func value(k, v string) chatrooms.Attributes {
	return chatrooms.Attributes{k: v}
}

func values(n int) chatrooms.Attributes {
	a := chatrooms.Attributes{}
	for _, name := range names(n) {
		a[name] = ""
	}
	return a
}

// The 401 that means "not in this room" must not cost a token, that of a bad token
// must: the same call shows both.
func TestNotInRoomIsNoTokenError(t *testing.T) {
	for body, want := range map[string]struct {
		err    error
		tokens int
	}{
		`{"error":"MetadataException","error_description":"user is not in chatroom"}`:   {im.ErrNotFound, 1},
		`{"error":"unauthorized","error_description":"Unable to authenticate (OAuth)"}`: {im.ErrUnauthorized, 2},
	} {
		tokens := 0
		source := im.TokenFunc(func(context.Context) (im.Token, error) {
			tokens++
			return im.Token{Value: fmt.Sprint("token", tokens), Expires: time.Now().Add(time.Hour)}, nil
		})
		mock := httpmock.NewMockTransport()
		mock.RegisterNoResponder(wiretest.JSON(401, body))
		client, err := im.New(im.Config{Host: "a1.example.com", Org: "acme", App: "demo", Platform: im.Agora, Token: source},
			im.WithHTTPClient(&http.Client{Transport: mock}), im.WithoutQuotas())
		require.NoError(t, err)
		t.Cleanup(client.Close)

		_, err = client.Chatrooms.DeleteAttributes(t.Context(), room, "bob", []string{"topic"})
		require.ErrorIs(t, err, want.err)
		assert.Equal(t, want.tokens, tokens)
		assert.Equal(t, want.tokens, mock.GetTotalCallCount())
	}
}

func TestTags(t *testing.T) {
	set := func(tags ...string) func(context.Context, *im.Client) (any, error) {
		return only(func(ctx context.Context, s *service) error { return s.SetTags(ctx, room, "bob", tags) })
	}
	mute := func(tag string, d time.Duration) func(context.Context, *im.Client) (any, error) {
		return only(func(ctx context.Context, s *service) error { return s.MuteTag(ctx, room, tag, d) })
	}
	unmute := func(tag string) func(context.Context, *im.Client) (any, error) {
		return only(func(ctx context.Context, s *service) error { return s.UnmuteTag(ctx, room, tag) })
	}
	const path = "/chatrooms/" + room + "/users/bob/tag"
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "chatrooms.set_user_tags", Do: set("guest", strings.Repeat("é", 32)),
			Request: "PUT " + path, Body: `{"tags":["guest","` + strings.Repeat("é", 32) + `"]}`, Response: response(`{"result":true}`),
		},
		{
			ID: "chatrooms.set_user_tags", Name: "none", Do: set(),
			Request: "PUT " + path, Body: `{"tags":[]}`, Response: response(`{"result":true}`),
		},
		{ID: "chatrooms.set_user_tags", Name: "11 tags", Do: set(names(11)...), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.set_user_tags", Name: "tag too long", Do: set(strings.Repeat("t", 33)), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.set_user_tags", Name: "empty tag", Do: set("a", ""), Err: im.ErrInvalidArgument},
		{
			ID: "chatrooms.get_user_tags",
			Do: do(func(ctx context.Context, s *service) ([]chatrooms.Tag, error) {
				return s.GetTags(ctx, room, "bob")
			}),
			Request:  "GET " + path,
			Response: response(`{"row-1":"-1","guest":"1701086400123","vip":"0","host":1701086400123}`),
			Want: []chatrooms.Tag{
				{Name: "guest", MutedUntil: time.UnixMilli(1701086400123)},
				{Name: "host", MutedUntil: time.UnixMilli(1701086400123)},
				{Name: "row-1", MutedUntil: time.UnixMilli(4638873600000), Forever: true},
				{Name: "vip"},
			},
		},
		{
			ID: "chatrooms.mute_tag", Do: mute("guest", time.Hour),
			Request: "PUT /chatrooms/" + room + "/tag/mute", Body: `{"tag":"guest","mute_duration":3600}`, Response: response(`{"result":true}`),
		},
		{
			ID: "chatrooms.mute_tag", Name: "forever", Do: mute("guest", im.Forever),
			Request: "PUT /chatrooms/" + room + "/tag/mute", Body: `{"tag":"guest","mute_duration":-1}`, Response: response(`{"result":true}`),
		},
		{
			ID: "chatrooms.mute_tag", Name: "0 ends it", Do: unmute("guest"),
			Request: "PUT /chatrooms/" + room + "/tag/mute", Body: `{"tag":"guest","mute_duration":0}`, Response: response(`{"result":true}`),
		},
		{ID: "chatrooms.mute_tag", Name: "no time", Do: mute("guest", 0), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.mute_tag", Name: "no tag to unmute", Do: unmute(""), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.mute_tag", Name: "less than a second would end it", Do: mute("guest", 999*time.Millisecond), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.mute_tag", Name: "no tag", Do: mute("", time.Hour), Err: im.ErrInvalidArgument},
		{ID: "chatrooms.mute_tag", Name: "tag too long", Do: mute(strings.Repeat("t", 33), time.Hour), Err: im.ErrInvalidArgument},
	})
}
