package users_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/users"
)

// The forms of responses that only some servers send.
func TestFormsOfResponses(t *testing.T) {
	getAlice := func(ctx context.Context, c *im.Client) (any, error) { return c.Users.Get(ctx, "alice") }
	list := func(ctx context.Context, c *im.Client) (any, error) { return c.Users.List(ctx, page.Options{}) }
	mute := func(name string) func(context.Context, *im.Client) (any, error) {
		return func(ctx context.Context, c *im.Client) (any, error) { return c.Users.GetMute(ctx, name) }
	}
	mutes := func(ctx context.Context, c *im.Client) (any, error) {
		return c.Users.ListMutes(ctx, page.Numbered{})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "users.get", Name: "several devices", Do: getAlice, Request: "GET /users/alice",
			Response: `{"entities":[{"username":"alice","notification_ignored_users":["mallory","trent"],"pushInfo":[
				{"device_Id":"d1","device_token":"t1","notifier_name":"acme-apns"},{"device_Id":2,"device_token":"t2","notifier_name":"acme-fcm"}]}]}`,
			Want: &users.User{
				Username: "alice", IgnoredUsers: []string{"mallory", "trent"}, NotifierName: "acme-apns", DeviceToken: "t1",
				PushDevices: []users.PushDevice{{ID: "d1", NotifierName: "acme-apns", DeviceToken: "t1"}, {ID: "2", NotifierName: "acme-fcm", DeviceToken: "t2"}},
			},
		},
		{
			ID: "users.get", Name: "one in place of a list", Do: getAlice, Request: "GET /users/alice",
			Response: `{"entities":[{"username":"alice","notification_ignored_users":"mallory","pushInfo":{"device_Id":"d1","device_token":"t1"}}]}`,
			Want: &users.User{
				Username: "alice", IgnoredUsers: []string{"mallory"}, DeviceToken: "t1", PushDevices: []users.PushDevice{{ID: "d1", DeviceToken: "t1"}},
			},
		},
		{
			ID: "users.list", Name: "cursor as a number", Do: list, Request: "GET /users?limit=100",
			Response: `{"entities":[{"username":"alice"}],"cursor":1312740985563217921}`,
			Want:     &page.Page[users.User]{Items: []users.User{{Username: "alice"}}, Next: "1312740985563217921"},
		},
		{
			ID: "mutes.get", Name: "an app with underscores", Do: mute("x_y"), Request: "GET /mutes/x_y",
			Response: `{"uri":"https://a1.example.com/acme/my_app/mutes","data":{"userid":"acme#my_app_x_y","chat":9}}`,
			Want:     &users.Muted{Username: "x_y", Chat: 9 * time.Second},
		},
		{
			ID: "mutes.get", Name: "for longer than there is", Do: mute("alice"), Request: "GET /mutes/alice",
			Response: `{"data":{"userid":"alice","chat":9223372036854775807,"groupchat":9223372037,"chatroom":"9223372036"}}`,
			Want:     &users.Muted{Username: "alice", Chat: im.Forever, Group: im.Forever, Room: 9223372036 * time.Second},
		},
		{
			ID: "mutes.list", Name: "with the app key", Do: mutes, Request: "GET /mutes?pageNum=1&pageSize=50",
			Response: `{"uri":"https://a1.example.com/acme/my_app/mutes","data":{"data":[{"userid":"acme#my_app_bob_b","chat":1,"groupchat":-1},{"username":"acme#my_app_carol"},{"username":"dave"}]}}`,
			Want: &page.Page[users.Muted]{Items: []users.Muted{
				{Username: "bob_b", Chat: time.Second, Group: im.Forever}, {Username: "carol"}, {Username: "dave"},
			}},
		},
	})
}

// A reason that quotes a password is withheld, and a long one is clipped.
func TestReasonsOfRegistrations(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	client, _ := wiretest.Client(t, wiretest.JSON(200, `{"entities":[],"data":[
		{"username":"alice","registerUserFailReason":"password S3cret.pass is weak"},{"username":"bob","registerUserFailReason":"`+long+`"}]}`))
	done, err := client.Users.RegisterBatch(t.Context(), []users.NewUser{{Username: "alice", Password: "S3cret.pass"}, {Username: "bob", Password: "q"}})
	require.ErrorIs(t, err, batch.ErrPartial)
	require.EqualError(t, done[0].Err, "***")
	assert.Less(t, len(done[1].Err.Error()), 1100)
	assert.Less(t, len(err.Error()), 3000)
}
