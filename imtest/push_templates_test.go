package imtest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/imrest/im-go/imtest"
)

func TestPushTemplates(t *testing.T) {
	c := newClient(t)
	got := c.send("POST", "/notification/template", `{"name":"order1","title_pattern":"Hello {0}","content_pattern":"Order {0}: {1}"}`)
	got.like(t, "push.create_template")
	got = c.send("GET", "/notification/template/order1", "")
	got.like(t, "push.get_template")
	assert.Equal(t, "Order {0}: {1}", got.path("data", "content_pattern"))
	c.srv.Clock().Advance(time.Second)
	got = c.send("PUT", "/notification/template/order1", `{"title_pattern":"Hi {0}"}`)
	got.like(t, "push.get_template")
	assert.Equal(t, []any{"Hi {0}", "Order {0}: {1}"}, []any{got.path("data", "title_pattern"), got.path("data", "content_pattern")})
	assert.NotEqual(t, got.path("data", "createAt"), got.path("data", "updateAt"))

	for body, field := range map[string]string{
		`{"title_pattern":"x","content_pattern":"y"}`:                                          "name",
		`{"name":"a-b","title_pattern":"x","content_pattern":"y"}`:                             "name",
		`{"name":"order1","title_pattern":"x","content_pattern":"y"}`:                          "name",
		`{"name":"` + strings.Repeat("x", 65) + `","title_pattern":"x","content_pattern":"y"}`: "name",
		`{"name":"n","content_pattern":"y"}`:                                                   "title_pattern",
		`{"name":"n","title_pattern":"x"}`:                                                     "content_pattern",
		`{"name":"n","title_pattern":1}`:                                                       "title_pattern",
	} {
		c.send("POST", "/notification/template", body).fails(t, 400, "IllegalArgumentException", "parameters is invalid : "+field)
	}
	c.send("PUT", "/notification/template/order1", `{"title_pattern":1}`).fails(t, 400, "IllegalArgumentException", "")

	got = c.send("DELETE", "/notification/template/order1", "")
	got.like(t, "push.delete_template")
	for _, method := range []string{"GET", "DELETE"} {
		c.send(method, "/notification/template/order1", "").fails(t, 400, "EntityNotFoundException", "order1 template is not exist")
	}
	c.send("PUT", "/notification/template/order1", `{}`).fails(t, 400, "EntityNotFoundException", "order1 template is not exist")
}

func TestPushUserTemplate(t *testing.T) {
	c := newClient(t)
	own := c.with(c.userToken("alice"))
	got := own.send("PUT", "/users/alice/notification/template", `{"templateName":"order1"}`)
	got.like(t, "push.set_user_template")
	got = c.send("GET", "/users/alice/notification/template", "")
	got.like(t, "push.set_user_template")
	assert.Equal(t, "order1", got.path("data", "templateName"))
	assert.Equal(t, "order1", c.srv.PushUser("alice").Template)
	c.send("PUT", "/users/alice/notification/template", `{}`).fails(t, 400, "IllegalArgumentException", "parameters is invalid : templateName")
	noPushUser(t, c, `PUT /users/x/notification/template {"templateName":"order1"}`, "GET /users/x/notification/template")
}

func TestPushBindings(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	got := c.send("PUT", "/users/alice/push/binding", `{"device_id":"d1","notifier_name":"demo-fcm","device_token":"t1"}`)
	got.like(t, "push.bind_device")
	c.send("PUT", "/users/alice/push/binding", `{"device_id":"d2","notifier_name":"demo-apns","device_token":"t2"}`)
	got = c.send("PUT", "/users/alice/push/binding", `{"device_id":"d1","notifier_name":"demo-fcm","device_token":"t3"}`)
	assert.Len(t, got.body["entities"], 1, "those of this device")
	got = c.send("GET", "/users/alice/push/binding", "")
	got.like(t, "push.get_bindings")
	assert.Len(t, got.body["entities"], 2)
	assert.Equal(t, []imtest.PushBinding{{"d1", "demo-fcm", "t3"}, {"d2", "demo-apns", "t2"}}, c.srv.PushUser("alice").Bindings)
	assert.Equal(t, "demo-apns", c.send("GET", "/users/alice", "").path("entities", 0, "notifier_name"))

	c.send("PUT", "/users/alice/push/binding", `{"device_id":"d1","notifier_name":"demo-hms","device_token":"t4"}`)
	got = c.send("PUT", "/users/alice/push/binding", `{"device_id":"d1","notifier_name":"demo-fcm","device_token":""}`)
	assert.Equal(t, "demo-hms", got.path("entities", 0, "notifier_name"))
	assert.Len(t, got.body["entities"], 1)
	got = c.send("PUT", "/users/alice/push/binding", `{"device_id":"d1","notifier_name":"","device_token":""}`)
	got.like(t, "push.bind_device/unbound")
	c.send("PUT", "/users/alice/push/binding", `{"device_id":"d2","notifier_name":"","device_token":""}`)
	assert.Empty(t, c.srv.PushUser("alice").Bindings)
	assert.Nil(t, c.send("GET", "/users/alice", "").path("entities", 0, "device_token"))

	for body, field := range map[string]string{
		`{"notifier_name":"n","device_token":"t"}`:                "device_id",
		`{"device_id":"","notifier_name":"n","device_token":"t"}`: "device_id",
		`{"device_id":"d","device_token":"t"}`:                    "notifier_name",
		`{"device_id":"d","notifier_name":"n"}`:                   "device_token",
		`{"device_id":"d","notifier_name":"n","device_token":1}`:  "device_token",
	} {
		c.send("PUT", "/users/alice/push/binding", body).fails(t, 400, "IllegalArgumentException", "parameters is invalid : "+field)
	}
	noPushUser(t, c, `PUT /users/x/push/binding {"device_id":"d","notifier_name":"n","device_token":"t"}`, "GET /users/x/push/binding")
}
