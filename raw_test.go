package im_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
)

type rawResponse struct {
	Data map[string]int `json:"data"`
}

func TestRawOnTheWire(t *testing.T) {
	server := &script{responses: []response{{status: 200, body: `{"data":{"gold":3}}`}}}
	got, err := im.Raw[rawResponse](t.Context(), server.client(t), im.RawCall{
		Method: "PUT", Path: "/users/{username}/badges/{badge}", Params: []string{"a/b", "gold"},
		Query: map[string][]string{"n": {"3"}}, Header: map[string][]string{"x-trace": {"1"}}, Body: map[string]int{"n": 3},
	})
	require.NoError(t, err)
	assert.Equal(t, 3, got.Data["gold"])
	sent := server.requests[0]
	assert.Equal(t, "https://a1.example.com/acme/demo/users/a%2Fb/badges/gold?n=3", sent.URL.String())
	assert.Equal(t, "PUT", sent.Method)
	assert.Equal(t, "1", sent.Header.Get("X-Trace"))
	assert.Equal(t, "Bearer app-token", sent.Header.Get("Authorization"))
	assert.JSONEq(t, `{"n":3}`, sent.body)
}

// Repeats, errors and refused arguments are those of every call.
func TestRawIsLikeEveryCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, idempotent := range []bool{true, false} {
			server := &script{responses: []response{{status: 503}, {status: 200, body: `{}`}}}
			_, err := im.Raw[rawResponse](t.Context(), server.client(t), im.RawCall{Method: "POST", Path: "/x", Idempotent: idempotent})
			if idempotent {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, im.ErrOutcomeUnknown)
			}
		}
	})
	for want, r := range map[string]im.RawCall{
		"Method: must not be empty":            {Path: "/x"},
		"Path: is \"x\", must begin with /":    {Method: "GET", Path: "x"},
		"Path: is \"/x?a=1\", must be plain":   {Method: "GET", Path: "/x?a=1"},
		"Path: is \"/a/../b\", must be plain":  {Method: "GET", Path: "/a/../b"},
		"Path: is \"/{a\", has unequal braces": {Method: "GET", Path: "/{a"},
		"a: must not be empty":                 {Method: "GET", Path: "/{a}", Params: []string{""}},
		"no value for {a}":                     {Method: "GET", Path: "/{a}"},
		"Quotas: 0 per 1s must be above 0":     {Method: "GET", Path: "/a", Quotas: []im.Quota{{Per: time.Second}}},
	} {
		server := &script{responses: []response{success}}
		_, err := im.Raw[rawResponse](t.Context(), server.client(t), r)
		require.ErrorIs(t, err, im.ErrInvalidArgument, want)
		assert.Contains(t, err.Error(), want)
		assert.Empty(t, server.requests)
	}
}

// Raw calls wait for their quota: their own, or that of the endpoint that the path
// belongs to.
func TestRawKeepsQuotas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &script{responses: []response{{status: 200, body: aliceResponse}}}
		client := server.client(t, im.WithQuota("users.get", im.Quota{N: 1, Per: time.Minute}))
		require.NoError(t, get(t.Context(), client))
		begun := time.Now()
		_, err := im.Raw[rawResponse](t.Context(), client, im.RawCall{Method: "GET", Path: "/users/{username}", Params: []string{"bob"}})
		require.NoError(t, err)
		assert.GreaterOrEqual(t, time.Since(begun), 59*time.Second)

		own := im.RawCall{Method: "POST", Path: "/new", Quotas: []im.Quota{{N: 2, Per: time.Minute}}}
		begun = time.Now()
		for range 3 {
			_, err := im.Raw[rawResponse](t.Context(), client, own)
			require.NoError(t, err)
		}
		assert.GreaterOrEqual(t, time.Since(begun), 59*time.Second)
	})
}

// A known endpoint by its id: method, path and batch maximum are its own, and so is what its errors mean.
func TestRawOfAKnownEndpoint(t *testing.T) {
	server := &script{responses: []response{{status: 200, body: `{"data":{}}`}}}
	_, err := im.Raw[rawResponse](t.Context(), server.client(t), im.RawCall{
		Endpoint: "groups.remove_members", Params: []string{"1"}, List: []string{"a b", "c"},
	})
	require.NoError(t, err)
	assert.Equal(t, "https://a1.example.com/acme/demo/chatgroups/1/users/a%20b%2Cc", server.requests[0].URL.String())
	assert.Equal(t, "DELETE", server.requests[0].Method)

	server = &script{responses: []response{{status: 404, body: `{"error":"service_resource_not_found","error_description":"Service resource not found"}`}}}
	_, err = im.Raw[rawResponse](t.Context(), server.client(t), im.RawCall{Endpoint: "users.get", Params: []string{"alice"}})
	require.ErrorIs(t, err, im.ErrNotFound)
	failure, _ := errors.AsType[*im.Error](err)
	assert.Equal(t, "users.get", failure.Endpoint)

	server = &script{}
	for want, r := range map[string]im.RawCall{
		"Endpoint: is \"users.gte\"":        {Endpoint: "users.gte"},
		"Endpoint: excludes Method":         {Endpoint: "users.get", Method: "GET", Params: []string{"a"}},
		"usernames: has 601":                {Endpoint: "messages.send_users", Items: 601},
		"usernames: has 61":                 {Endpoint: "groups.remove_members", Params: []string{"1"}, List: slices.Repeat([]string{"a"}, 61)},
		"Token: must be the token alone":    {Endpoint: "users.get", Params: []string{"a"}, Token: "Bearer t"},
		"Form: excludes Body":               {Endpoint: "metadata.set", Params: []string{"a"}, Body: 1, Form: map[string][]string{"a": {"b"}}},
		"Params: no value for {username}":   {Endpoint: "users.get"},
		"Params: has 2 values":              {Endpoint: "users.get", Params: []string{"a"}, List: []string{"b"}},
		"usernames: must have at least one": {Endpoint: "groups.remove_members", Params: []string{"1"}, List: []string{}},
	} {
		_, err := im.Raw[rawResponse](t.Context(), server.client(t), r)
		require.ErrorIs(t, err, im.ErrInvalidArgument, want)
		assert.Contains(t, err.Error(), want)
	}
	assert.Empty(t, server.requests)
}

// A form, the token of a user, and secrets that no error shows.
func TestRawFormTokenAndSecrets(t *testing.T) {
	server := &script{responses: []response{{status: 400, body: `{"error":"illegal_argument","error_description":"hunter2 is bad"}`}}}
	_, err := im.Raw[rawResponse](t.Context(), server.client(t), im.RawCall{
		Endpoint: "metadata.set", Params: []string{"alice"}, Form: map[string][]string{"nick name": {"A&B"}},
		Token: "user-token", Secrets: []string{"hunter2"},
	})
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "hunter2")
	sent := server.requests[0]
	assert.Equal(t, "nick+name=A%26B", sent.body)
	assert.Equal(t, "application/x-www-form-urlencoded", sent.Header.Get("Content-Type"))
	assert.Equal(t, "Bearer user-token", sent.Header.Get("Authorization"))
}

// An Authorization of the caller's own goes in place of the app token, which is neither fetched nor judged by the response.
func TestRawWithItsOwnAuthorization(t *testing.T) {
	server := &script{responses: []response{{status: 401, body: `{"error":"unauthorized","error_description":"hush-hush is bad"}`}}}
	fetches := 0
	c := config
	c.Token = im.TokenFunc(func(context.Context) (im.Token, error) { fetches++; return im.Token{Value: "t"}, nil })
	_, err := im.Raw[rawResponse](t.Context(), server.clientFor(t, c), im.RawCall{
		Method: "GET", Path: "/x", Header: http.Header{"authorization": {"Bearer hush-hush"}},
	})
	require.ErrorIs(t, err, im.ErrUnauthorized)
	assert.NotContains(t, err.Error(), "hush")
	assert.Len(t, server.requests, 1)
	assert.Equal(t, []string{"Bearer hush-hush"}, server.requests[0].Header.Values("Authorization"))
	assert.Zero(t, fetches)
}
