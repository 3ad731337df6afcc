package imtest_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPushLabels(t *testing.T) {
	c := newClient(t)
	got := c.send("POST", "/push/label", `{"name":"beta-testers","description":"users of the beta"}`)
	got.like(t, "push.create_label")
	c.send("POST", "/push/label", `{"name":"vip"}`)
	got = c.send("GET", "/push/label/beta-testers", "")
	got.like(t, "push.get_label")
	assert.EqualValues(t, "0", got.path("data", "count"))
	got = c.send("GET", "/push/label", "")
	got.like(t, "push.list_labels")
	assert.Equal(t, "vip", got.path("data", 0, "name"), "the newest first")
	got = c.send("GET", "/push/label?limit=1", "")
	got = c.send("GET", "/push/label?limit=1&cursor="+url.QueryEscape(got.body["cursor"].(string)), "")
	assert.Equal(t, "beta-testers", got.path("data", 0, "name"))
	assert.NotContains(t, got.body, "cursor")

	c.send("POST", "/push/label", `{"name":"VIP"}`).like(t, "push.create_label")
	c.send("POST", "/push/label", `{"name":"vip"}`).fails(t, 400, "IllegalArgumentException", "")
	for body, field := range map[string]string{
		`{}`: "name", `{"name":"a b"}`: "name", `{"name":"` + strings.Repeat("x", 65) + `"}`: "name", `{"name":1}`: "name",
		`{"name":"n","description":"` + strings.Repeat("x", 256) + `"}`: "description",
	} {
		c.send("POST", "/push/label", body).fails(t, 400, "IllegalArgumentException", "parameters is invalid : "+field)
	}
	c.send("GET", "/push/label?limit=x", "").fails(t, 400, "illegal_argument", "")
	c.send("GET", "/push/label?cursor=x", "").fails(t, 400, "IllegalArgumentException", "")

	got = c.send("DELETE", "/push/label/vip", "")
	got.like(t, "push.delete_label")
	assert.Equal(t, "success", got.body["data"])
	for _, call := range []string{
		"GET /push/label/vip", "DELETE /push/label/vip", "GET /push/label/vip/user", "GET /push/label/vip/user/alice",
		`POST /push/label/vip/user {"usernames":["alice"]}`, `DELETE /push/label/vip/user {"usernames":["alice"]}`,
	} {
		method, rest, _ := strings.Cut(call, " ")
		path, body, _ := strings.Cut(rest, " ")
		c.send(method, path, body).fails(t, 400, "ResourceNotFoundException", "push label not exists of vip")
	}

	for i := range 98 {
		require.Equal(t, 200, c.send("POST", "/push/label", fmt.Sprintf(`{"name":"l%d"}`, i)).status)
	}
	c.send("POST", "/push/label", `{"name":"one-more"}`).fails(t, 400, "IllegalArgumentException", "")
}

func TestPushLabelUsers(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob")
	c.send("POST", "/push/label", `{"name":"vip"}`)
	got := c.send("POST", "/push/label/vip/user", `{"usernames":["Alice","bob"]}`)
	got.like(t, "push.add_label_users")
	assert.Equal(t, map[string]any{"success": []any{"alice", "bob"}, "fail": map[string]any{}}, got.body["data"])
	got = c.send("POST", "/push/label/vip/user", `{"usernames":["alice","x"]}`)
	assert.Equal(t, map[string]any{"success": []any{"alice"}, "fail": map[string]any{"x": "appUser not exists"}}, got.body["data"])
	assert.EqualValues(t, "2", c.send("GET", "/push/label/vip", "").path("data", "count"))
	assert.Equal(t, []string{"vip"}, c.srv.PushUser("bob").Labels)

	c.send("GET", "/push/label/vip/user/ALICE", "").like(t, "push.get_label_user")
	c.send("GET", "/push/label/vip/user/x", "").like(t, "push.get_label_user/user not under the label")
	got = c.send("GET", "/push/label/vip/user?limit=1", "")
	got.like(t, "push.list_label_users")
	got = c.send("GET", "/push/label/vip/user?limit=1&cursor="+url.QueryEscape(got.body["cursor"].(string)), "")
	assert.Equal(t, "bob", got.path("data", 0, "username"))
	assert.NotContains(t, got.body, "cursor")

	got = c.send("DELETE", "/push/label/vip/user", `{"usernames":["bob","x"]}`)
	assert.Equal(t, map[string]any{"success": []any{"bob"}, "fail": map[string]any{"x": "appUser not exists"}}, got.body["data"])
	c.send("DELETE", "/push/label/vip/user", `{"usernames":["alice","bob"]}`).like(t, "push.remove_label_users")
	assert.EqualValues(t, "0", c.send("GET", "/push/label/vip", "").path("data", "count"))
	for _, method := range []string{"POST", "DELETE"} {
		for _, users := range []string{`[]`, many(101), `"alice"`} {
			c.send(method, "/push/label/vip/user", `{"usernames":`+users+`}`).fails(t, 400, "IllegalArgumentException", "parameters is invalid : usernames")
		}
	}
}
