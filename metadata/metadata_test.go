package metadata_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/metadata"
)

// do turns a method into a case's Do.
func do[T any](f func(context.Context, *metadata.Service) (T, error)) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return f(ctx, c.Metadata) }
}

func set(a metadata.Attributes) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return nil, c.Metadata.Set(ctx, "alice", a) }
}

func TestSet(t *testing.T) {
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "metadata.set", Do: set(metadata.Attributes{metadata.KeyNickname: "Alice", metadata.KeyAvatarURL: "https://img.example.com/a.png"}),
			Request:  "PUT /metadata/user/alice",
			Header:   form,
			Body:     "avatarurl=https%3A%2F%2Fimg.example.com%2Fa.png&nickname=Alice",
			Response: `{"timestamp":1697602000000,"data":{"nickname":"Alice","avatarurl":"https://img.example.com/a.png"},"duration":9}`,
		},
		{
			ID: "metadata.set", Name: "keys and values that need escaping",
			Do:       set(metadata.Attributes{"a&b=c": "100% of a+b & ü\n", "empty": ""}),
			Request:  "PUT /metadata/user/alice",
			Header:   form,
			Body:     "a%26b%3Dc=100%25+of+a%2Bb+%26+%C3%BC%0A&empty=",
			Response: `{"data":{"a&b=c":"100% of a+b & ü\n","empty":""}}`,
		},
		{
			ID: "metadata.set", Name: "values that are no text", Do: set(metadata.Attributes{metadata.KeyGender: "1"}),
			Request:  "PUT /metadata/user/alice",
			Body:     "gender=1",
			Response: `{"data":{"gender":1,"vip":true,"none":null,"ext":{"level": 3},"tags":["a"]}}`,
		},
		{
			ID: "metadata.set", Name: "exactly 2 KB", Do: set(metadata.Attributes{"k": strings.Repeat("x", 2047)}),
			Request:  "PUT /metadata/user/alice",
			Body:     "k=" + strings.Repeat("x", 2047),
			Response: `{"data":{}}`,
		},
		{
			ID: "metadata.set", Name: "response without data", Do: set(metadata.Attributes{"k": "v"}),
			Request:  "PUT /metadata/user/alice",
			Body:     "k=v",
			Response: `{"timestamp":1697602000000}`,
			Err:      im.ErrBadResponse,
		},
		{
			ID: "metadata.set", Name: "not done", Do: set(metadata.Attributes{"k": "v"}),
			Request:  "PUT /metadata/user/alice",
			Body:     "k=v",
			Response: `{"data":false}`,
			Err:      im.ErrBadResponse,
		},
		{
			ID: "metadata.set", Name: "empty user",
			Do: func(ctx context.Context, c *im.Client) (any, error) {
				return nil, c.Metadata.Set(ctx, "", metadata.Attributes{"k": "v"})
			},
			Err: im.ErrInvalidArgument,
		},
	})
}

func TestSetRefuses(t *testing.T) {
	for problem, a := range map[string]metadata.Attributes{
		"attributes: must have at least one entry":                             nil,
		"attributes: must not have an empty key":                               {"": "v"},
		"attributes: have 2049 bytes together, at most 2048 are allowed":       {"kk": strings.Repeat("x", 2047)},
		`attributes["nickname"]: has 65 characters, at most 64 are allowed`:    {"nickname": strings.Repeat("ü", 65)},
		`attributes["avatarurl"]: has 257 characters, at most 256 are allowed`: {"avatarurl": strings.Repeat("x", 257)},
		`attributes["phone"]: has 33 characters, at most 32 are allowed`:       {"phone": strings.Repeat("1", 33)},
		`attributes["mail"]: has 65 characters, at most 64 are allowed`:        {"mail": strings.Repeat("x", 65)},
		`attributes["sign"]: has 257 characters, at most 256 are allowed`:      {"sign": strings.Repeat("x", 257)},
		`attributes["birth"]: has 65 characters, at most 64 are allowed`:       {"birth": strings.Repeat("x", 65)},
		"attributes: have 2050 bytes together, at most 2048 are allowed":       {"ext": strings.Repeat("ü", 1000), "k": strings.Repeat("x", 46)},
		`attributes["mail"]: has 2048 characters, at most 64 are allowed`:      {"mail": strings.Repeat("x", 2048), "z": ""},
		`attributes["birth"]: has 70 characters, at most 64 are allowed`:       {"birth": strings.Repeat("x", 70), "sign": strings.Repeat("x", 300)},
	} {
		client, sent := wiretest.Client(t)
		err := client.Metadata.Set(t.Context(), "alice", a)
		require.ErrorIs(t, err, im.ErrInvalidArgument)
		assert.EqualError(t, err, "im: metadata.set: "+problem)
		assert.Empty(t, *sent)
	}
}

func TestRead(t *testing.T) {
	get := func(name string) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *metadata.Service) (metadata.Attributes, error) { return s.Get(ctx, name) })
	}
	several := func(usernames, keys []string) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *metadata.Service) (batch.Results[metadata.Attributes], error) {
			return s.GetBatch(ctx, usernames, keys)
		})
	}
	capacity := do(func(ctx context.Context, s *metadata.Service) (int64, error) { return s.GetCapacity(ctx) })
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "metadata.get", Do: get("alice"),
			Request:  "GET /metadata/user/alice",
			Response: `{"timestamp":1697602100000,"data":{"ext":"vip","nickname":"Alice"},"duration":5}`,
			Want:     metadata.Attributes{metadata.KeyExt: "vip", metadata.KeyNickname: "Alice"},
		},
		{
			ID: "metadata.get", Name: "odd keys and values", Do: get("alice"),
			Request:  "GET /metadata/user/alice",
			Response: `{"data":{"a&b=c":"100% of a+b & ü\n","empty":""}}`,
			Want:     metadata.Attributes{"a&b=c": "100% of a+b & ü\n", "empty": ""},
		},
		{
			ID: "metadata.get", Name: "values that are no text", Do: get("alice"),
			Request:  "GET /metadata/user/alice",
			Response: `{"data":{"gender":1,"vip":true,"none":null,"ext":{"level": 3},"tags":["a"]}}`,
			Want:     metadata.Attributes{metadata.KeyGender: "1", "vip": "true", "none": "", "ext": `{"level": 3}`, "tags": `["a"]`},
		},
		{
			ID: "metadata.get", Name: "response without data", Do: get("alice"),
			Request:  "GET /metadata/user/alice",
			Response: `{"timestamp":1697602000000}`,
			Err:      im.ErrBadResponse,
		},
		{
			ID: "metadata.get", Name: "no such user", Do: get("nobody"),
			Request:  "GET /metadata/user/nobody",
			Response: `{"data":{}}`,
			Want:     metadata.Attributes{},
		},
		{ID: "metadata.get", Name: "a user whose path is that of another call", Do: get("capacity"), Err: im.ErrInvalidArgument},
		{
			ID: "metadata.get", Name: "a user named get", Do: get("get"), // only a POST would be another call
			Request:  "GET /metadata/user/get",
			Response: `{"data":{"nickname":"G"}}`,
			Want:     metadata.Attributes{metadata.KeyNickname: "G"},
		},
		{
			ID: "metadata.batch_get", Do: several([]string{"bob", "Alice", "nobody", "missing"}, []string{"nickname", "mail"}),
			Request: "POST /metadata/user/get",
			Body:    `{"targets":["bob","Alice","nobody","missing"],"properties":["nickname","mail"]}`,
			Response: `{"timestamp":1697602200000,"data":{"alice":{"nickname":"Alice","mail":"a@example.com"},"BOB":{"nickname":"Bob"},"missing":null,
				"nobody":{}},"duration":3}`,
			Want: batch.Results[metadata.Attributes]{
				{ID: "bob", Value: metadata.Attributes{"nickname": "Bob"}},
				{ID: "Alice", Value: metadata.Attributes{"nickname": "Alice", "mail": "a@example.com"}},
				{ID: "nobody", Value: metadata.Attributes{}},
				{ID: "missing"},
			},
		},
		{
			ID: "metadata.batch_get", Name: "nobody known", Do: several([]string{"nobody"}, []string{"nickname"}),
			Request:  "POST /metadata/user/get",
			Body:     `{"targets":["nobody"],"properties":["nickname"]}`,
			Response: `{"data":{}}`,
			Want:     batch.Results[metadata.Attributes]{{ID: "nobody"}},
		},
		{ID: "metadata.batch_get", Name: "101 users", Do: several(names(101), []string{"nickname"}), Err: im.ErrInvalidArgument},
		{ID: "metadata.batch_get", Name: "no users", Do: several(nil, []string{"nickname"}), Err: im.ErrInvalidArgument},
		{ID: "metadata.batch_get", Name: "no keys", Do: several([]string{"bob"}, nil), Err: im.ErrInvalidArgument},
		{ID: "metadata.batch_get", Name: "an empty key", Do: several([]string{"bob"}, []string{""}), Err: im.ErrInvalidArgument},
		{
			ID: "metadata.capacity", Do: capacity,
			Request:  "GET /metadata/user/capacity",
			Response: `{"timestamp":1697602300000,"data":10737418240,"duration":55}`,
			Want:     int64(10737418240), // more than 32 bits
		},
		{
			ID: "metadata.capacity", Name: "as a string", Do: capacity,
			Request:  "GET /metadata/user/capacity",
			Response: `{"data":"1673"}`,
			Want:     int64(1673),
		},
		{
			ID: "metadata.capacity", Name: "response without data", Do: capacity,
			Request:  "GET /metadata/user/capacity",
			Response: `{"duration":55}`,
			Want:     int64(0), // nothing is stored
		},
		{
			ID: "metadata.capacity", Name: "null", Do: capacity,
			Request:  "GET /metadata/user/capacity",
			Response: `{"data":null}`,
			Want:     int64(0),
		},
		{
			ID: "metadata.capacity", Name: "another shape", Do: capacity,
			Request:  "GET /metadata/user/capacity",
			Response: `{"data":{"a":1}}`,
			Err:      im.ErrBadResponse,
		},
	})
}

func TestDelete(t *testing.T) {
	remove := func(ctx context.Context, c *im.Client) (any, error) { return nil, c.Metadata.Delete(ctx, "alice") }
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "metadata.delete", Do: remove,
			Request:  "DELETE /metadata/user/alice",
			Response: `{"timestamp":1697602400000,"duration":10,"data":true}`,
		},
		{
			ID: "metadata.delete", Name: "true as a string", Do: remove,
			Request:  "DELETE /metadata/user/alice",
			Response: `{"data":"true"}`,
		},
		{
			ID: "metadata.delete", Name: "not done", Do: remove,
			Request:  "DELETE /metadata/user/alice",
			Response: `{"data":false}`,
			Err:      im.ErrForbidden,
		},
		{
			ID: "metadata.delete", Name: "response without data", Do: remove,
			Request:  "DELETE /metadata/user/alice",
			Response: `{}`,
		},
		{
			ID: "metadata.delete", Name: "null", Do: remove,
			Request:  "DELETE /metadata/user/alice",
			Response: `{"data":null}`,
		},
		{
			ID: "metadata.delete", Name: "an empty object", Do: remove,
			Request:  "DELETE /metadata/user/alice",
			Response: `{"data":{}}`,
		},
		{
			ID: "metadata.delete", Name: "empty user",
			Do:  func(ctx context.Context, c *im.Client) (any, error) { return nil, c.Metadata.Delete(ctx, "") },
			Err: im.ErrInvalidArgument,
		},
	})
}

func TestKindsOfSet(t *testing.T) {
	for text, kind := range map[string]error{
		"acme#demo user metadata service not allow":                                        im.ErrNotEnabled,
		"size of metadata for this single user exceeds the user defined limit, 2048Bytes":  im.ErrTooLarge,
		"total size of user metadata for this app exceeds the user defined limit, 10Bytes": im.ErrPlanLimit,
	} {
		client, _ := wiretest.Client(t, wiretest.JSON(403, `{"error":"FORBIDDEN","error_description":"`+text+`"}`))
		err := client.Metadata.Set(t.Context(), "alice", metadata.Attributes{"k": "v"})
		require.ErrorIs(t, err, kind, text)
	}
}

func names(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("user%d", i)
	}
	return list
}
