package imtest_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// form sends a form.
func (c *client) form(method, path, body string) got {
	c.t.Helper()
	req, err := http.NewRequest(method, c.srv.URL()+c.prefix+path, strings.NewReader(body))
	require.NoError(c.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.do(req)
}

func TestUserAttributes(t *testing.T) {
	c := newClient(t)
	got := c.form("PUT", "/metadata/user/Alice", "avatarurl=https%3A%2F%2Fimg.example.com%2Fa.png&ext=vip%26gold&nickname=Alice")
	got.like(t, "metadata.set")
	assert.Equal(t, map[string]any{"ext": "vip&gold", "nickname": "Alice", "avatarurl": "https://img.example.com/a.png"}, got.body["data"])
	got = c.form("PUT", "/metadata/user/alice", "gender=1&ext=vip")
	assert.Equal(t, map[string]any{"gender": "1", "ext": "vip"}, got.body["data"], "what was sent, not what is there")
	c.form("PUT", "/metadata/user/bob?nickname=Bob", "")

	got = c.send("GET", "/metadata/user/alice", "")
	assert.Equal(t, map[string]any{"ext": "vip", "nickname": "Alice", "gender": "1", "avatarurl": "https://img.example.com/a.png"}, got.body["data"])
	assert.Len(t, got.body, 3)
	got = c.send("GET", "/metadata/user/nobody", "")
	assert.Equal(t, map[string]any{}, got.body["data"])

	got = c.send("POST", "/metadata/user/get", `{"targets":["alice","bob","nobody"],"properties":["avatarurl","nickname"]}`)
	assert.Equal(t, map[string]any{
		"alice":  map[string]any{"nickname": "Alice", "avatarurl": "https://img.example.com/a.png"},
		"bob":    map[string]any{"nickname": "Bob"},
		"nobody": map[string]any{},
	}, got.body["data"])
	assert.Len(t, got.body, 3)

	got = c.send("GET", "/metadata/user/capacity", "")
	got.like(t, "metadata.capacity")
	const size = len("extvip") + len("nicknameAlice") + len("gender1") + len("avatarurlhttps://img.example.com/a.png") + len("nicknameBob")
	assert.EqualValues(t, strconv.Itoa(size), got.body["data"])

	got = c.send("DELETE", "/metadata/user/alice", "")
	got.like(t, "metadata.delete")
	assert.Equal(t, true, c.send("DELETE", "/metadata/user/nobody", "").body["data"])
	assert.Nil(t, c.srv.UserAttributes("alice"))
	assert.EqualValues(t, "11", c.send("GET", "/metadata/user/capacity", "").body["data"])
}

func TestUserAttributesRefused(t *testing.T) {
	c := newClient(t)
	for _, kind := range []string{"", "application/json", "text/plain", "application/x-www-form-urlencoded"} {
		for _, body := range []string{`{"nickname":"x"}`, " {}", "nickname=x"} {
			if kind == "application/x-www-form-urlencoded" && body == "nickname=x" {
				continue
			}
			req, err := http.NewRequest("PUT", c.srv.URL()+c.prefix+"/metadata/user/alice", strings.NewReader(body))
			require.NoError(t, err)
			req.Header.Set("Content-Type", kind)
			c.do(req).fails(t, 415, "UNSUPPORTED_MEDIA_TYPE", "")
		}
	}
	c.form("PUT", "/metadata/user/alice", "k=%zz").fails(t, 400, "BAD_REQUEST", "")
	assert.Equal(t, 200, c.form("PUT", "/metadata/user/alice", "k="+strings.Repeat("x", 2047)).status)
	c.form("PUT", "/metadata/user/alice", "l=").
		fails(t, 403, "FORBIDDEN", "size of metadata for this single user exceeds the user defined limit, 2048Bytes")
	c.send("POST", "/metadata/user/get", `{"targets":`+many(101)+`,"properties":["k"]}`).
		fails(t, 400, "BAD_REQUEST", "exceed allowed batch size 100")
	c.send("POST", "/metadata/user/get", `{"targets":["alice"]}`).fails(t, 400, "BAD_REQUEST", "")

	// A user may write and read what is his, and no more.
	own := c.with(c.userToken("alice"))
	assert.Equal(t, 200, own.form("PUT", "/metadata/user/Alice", "k=v").status)
	own.form("PUT", "/metadata/user/bob", "k=v").fails(t, 401, "metadata_error", "auth error")
	own.send("GET", "/metadata/user/bob", "").fails(t, 401, "metadata_error", "auth error")
	own.send("DELETE", "/metadata/user/bob", "").fails(t, 401, "metadata_error", "auth error")
	own.send("GET", "/metadata/user/capacity", "").fails(t, 401, "unauthorized", "unauthorized")
	c.anonymous().send("GET", "/metadata/user/bob", "").fails(t, 401, "unauthorized", "Unable to authenticate (OAuth)")
}

func TestUsersNamedLikePaths(t *testing.T) {
	c := newClient(t)
	for _, user := range []string{"get", "capacity"} {
		assert.Equal(t, 200, c.form("PUT", "/metadata/user/"+user, "k=v").status)
		assert.Equal(t, map[string]string{"k": "v"}, c.srv.UserAttributes(user))
		assert.Equal(t, 200, c.send("DELETE", "/metadata/user/"+user, "").status)
	}
}
