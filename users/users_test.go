package users_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/users"
)

const (
	aliceJSON = `{"uuid":"9b2f7f10","type":"user","created":1697600000123,"modified":1697600500456,"username":"alice","activated":true}`
	bobJSON   = `{"uuid":"9b2fcd30","type":"user","created":1697600000125,"modified":1697600000125,"username":"bob","activated":true}`

	bannedBobJSON = `{"uuid":"9b2fcd30","type":"user","created":1697600000125,"modified":1697601100005,"username":"bob","activated":false}`
)

var (
	alice = users.User{UUID: "9b2f7f10", Username: "alice", Activated: true, Created: time.UnixMilli(1697600000123), Updated: time.UnixMilli(1697600500456)}
	bob   = users.User{UUID: "9b2fcd30", Username: "bob", Activated: true, Created: time.UnixMilli(1697600000125), Updated: time.UnixMilli(1697600000125)}
)

// doErr turns a method that returns an error alone into a case's Do.
func doErr(f func(context.Context, *users.Service) error) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return nil, f(ctx, c.Users) }
}

// do turns a method with a result into a case's Do.
func do[T any](f func(context.Context, *users.Service) (T, error)) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return f(ctx, c.Users) }
}

func TestAccounts(t *testing.T) {
	deleteAlice := doErr(func(ctx context.Context, s *users.Service) error { return s.Delete(ctx, "alice") })
	ban := doErr(func(ctx context.Context, s *users.Service) error { return s.Deactivate(ctx, "Bob") })
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "users.register",
			Do: do(func(ctx context.Context, s *users.Service) (*users.User, error) {
				return s.Register(ctx, users.NewUser{Username: "alice", Password: "S3cret.pass", Nickname: "Alice A."})
			}),
			Request:  "POST /users",
			Body:     `{"username":"alice","password":"S3cret.pass","nickname":"Alice A."}`,
			Response: `{"action":"post","entities":[` + aliceJSON + `],"timestamp":1697600000130,"duration":7}`,
			Want:     &alice,
		},
		{
			ID: "users.register", Name: "without password",
			Do: do(func(ctx context.Context, s *users.Service) (*users.User, error) {
				return s.Register(ctx, users.NewUser{Username: "alice"})
			}),
			Request: "POST /users", Body: `{"username":"alice"}`,
			Response: `{"entities":` + aliceJSON + `}`, // an object where an array is meant
			Want:     &alice,
		},
		{
			ID: "users.register", Name: "response without the user",
			Do: do(func(ctx context.Context, s *users.Service) (*users.User, error) {
				return s.Register(ctx, users.NewUser{Username: "alice"})
			}),
			Request: "POST /users", Body: `{"username":"alice"}`,
			Response: `{"entities":[]}`,
			Err:      im.ErrBadResponse,
		},
		{
			ID:      "users.get",
			Do:      do(func(ctx context.Context, s *users.Service) (*users.User, error) { return s.Get(ctx, "alice") }),
			Request: "GET /users/alice",
			Response: `{"action":"get","path":"/users","entities":[{"uuid":"9b2f7f10","type":"user","created":1697600000123,"modified":1697600500456,
				"username":"alice","activated":true,"nickname":"Alice A.","notification_display_style":1,"notification_no_disturbing":true,
				"notification_no_disturbing_start":"22","notification_no_disturbing_end":7,"notification_ignore_228111222333441":true,
				"notification_ignore_99":false,"notifier_name":"acme-apns","device_token":"c0ffee00"}],"count":1}`,
			Want: &users.User{
				UUID: "9b2f7f10", Username: "alice", Activated: true,
				Created: time.UnixMilli(1697600000123), Updated: time.UnixMilli(1697600500456),
				Nickname: "Alice A.", DisplayStyle: 1, NoDisturbing: true, NoDisturbFrom: 22, NoDisturbTo: 7,
				IgnoredGroups: []string{"228111222333441"}, NotifierName: "acme-apns", DeviceToken: "c0ffee00",
			},
		},
		{
			ID: "users.get", Name: "a name that needs escaping",
			Do:       do(func(ctx context.Context, s *users.Service) (*users.User, error) { return s.Get(ctx, "a/b?c#d%e,f g") }),
			Request:  "GET /users/a%2Fb%3Fc%23d%25e%2Cf%20g",
			Response: `{"entities":[` + aliceJSON + `]}`,
		},
		{
			ID: "users.get", Name: "empty name",
			Do:  do(func(ctx context.Context, s *users.Service) (*users.User, error) { return s.Get(ctx, "") }),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "users.list",
			Do: do(func(ctx context.Context, s *users.Service) (*page.Page[users.User], error) {
				return s.List(ctx, page.Options{Limit: 2, Cursor: "LTg0+/=="})
			}),
			Request:  "GET /users?cursor=LTg0%2B%2F%3D%3D&limit=2",
			Response: `{"params":{"limit":["2"]},"entities":[` + aliceJSON + `,` + bobJSON + `],"cursor":"Mjc","count":2}`,
			Want:     &page.Page[users.User]{Items: []users.User{alice, bob}, Next: "Mjc"},
		},
		{
			ID: "users.list", Name: "no cursor on the first page",
			Do: do(func(ctx context.Context, s *users.Service) (*page.Page[users.User], error) {
				return s.List(ctx, page.Options{})
			}),
			Request:  "GET /users?limit=100",
			Response: `{"entities":[],"count":0}`,
			Want:     &page.Page[users.User]{Items: []users.User{}},
		},
		{
			ID: "users.list", Name: "limit above 100",
			Do: do(func(ctx context.Context, s *users.Service) (*page.Page[users.User], error) {
				return s.List(ctx, page.Options{Limit: 101})
			}),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "users.delete", Do: deleteAlice,
			Request:  "DELETE /users/alice",
			Response: `{"action":"delete","entities":[` + aliceJSON + `]}`,
		},
		{
			ID: "users.delete", Name: "by UUID",
			Do:       doErr(func(ctx context.Context, s *users.Service) error { return s.Delete(ctx, "9b2f7f10") }),
			Request:  "DELETE /users/9b2f7f10",
			Response: `{"entities":[` + aliceJSON + `]}`,
		},
		{
			ID: "users.delete", Name: "another user", Do: deleteAlice,
			Request:  "DELETE /users/alice",
			Response: `{"entities":[` + bobJSON + `]}`,
			Err:      im.ErrOutcomeUnknown,
		},
		{
			ID: "users.delete", Name: "response without the user", Do: deleteAlice,
			Request:  "DELETE /users/alice",
			Response: `{"entities":[]}`,
			Err:      im.ErrOutcomeUnknown,
		},
		{
			ID: "users.delete_batch",
			Do: do(func(ctx context.Context, s *users.Service) (*page.Page[users.User], error) {
				return s.DeleteOldest(ctx, page.Options{Limit: 2})
			}),
			Request:  "DELETE /users?limit=2",
			Response: `{"entities":[` + aliceJSON + `,` + bobJSON + `],"cursor":"Mjc"}`,
			Want:     &page.Page[users.User]{Items: []users.User{alice, bob}, Next: "Mjc"},
		},
		{
			ID: "users.delete_batch", Name: "without saying how many",
			Do: do(func(ctx context.Context, s *users.Service) (*page.Page[users.User], error) {
				return s.DeleteOldest(ctx, page.Options{})
			}),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "users.set_password",
			Do: doErr(func(ctx context.Context, s *users.Service) error {
				return s.SetPassword(ctx, "alice", "N3w.pass<&>")
			}),
			Request:  "PUT /users/alice/password",
			Body:     `{"newpassword":"N3w.pass<&>"}`,
			Response: `{"action":"set user password","timestamp":1697601000004,"duration":8}`,
		},
		{
			ID: "users.deactivate", Do: ban,
			Request:  "POST /users/Bob/deactivate",
			Response: `{"action":"Deactivate user","entities":[` + bannedBobJSON + `]}`,
		},
		{
			ID: "users.deactivate", Name: "not banned", Do: ban,
			Request:  "POST /users/Bob/deactivate",
			Response: `{"entities":[` + bobJSON + `]}`,
			Err:      im.ErrForbidden,
		},
		{
			ID: "users.deactivate", Name: "another user", Do: ban,
			Request:  "POST /users/Bob/deactivate",
			Response: `{"entities":[{"username":"alice","activated":false}]}`,
			Err:      im.ErrBadResponse,
		},
		{
			ID: "users.deactivate", Name: "response without the user", Do: ban,
			Request:  "POST /users/Bob/deactivate",
			Response: `{"action":"Deactivate user"}`,
			Err:      im.ErrBadResponse,
		},
		{
			ID:       "users.activate",
			Do:       doErr(func(ctx context.Context, s *users.Service) error { return s.Activate(ctx, "bob") }),
			Request:  "POST /users/bob/activate",
			Response: `{"action":"activate user","timestamp":1697601200006,"duration":9}`,
		},
	})
}

// The keys of an object have no order; a list should have one.
func TestIgnoredGroupsAreSorted(t *testing.T) {
	client, _ := wiretest.Client(t, wiretest.JSON(200, `{"entities":[{"username":"alice","notification_ignore_9":true,
		"notification_ignore_7":true,"notification_ignore_8":true,"notification_ignore_3":true,"notification_ignore_5":true}]}`))
	for range 20 {
		u, err := client.Users.Get(t.Context(), "alice")
		require.NoError(t, err)
		require.Equal(t, []string{"3", "5", "7", "8", "9"}, u.IgnoredGroups)
	}
}

func TestDevices(t *testing.T) {
	disconnect := doErr(func(ctx context.Context, s *users.Service) error { return s.Disconnect(ctx, "alice") })
	disconnectDevice := doErr(func(ctx context.Context, s *users.Service) error {
		return s.DisconnectDevice(ctx, "alice", "android_600100200300")
	})
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "users.disconnect", Do: disconnect,
			Request:  "GET /users/alice/disconnect",
			Response: `{"entities":[],"data":{"result":true},"count":0}`,
		},
		{
			ID: "users.disconnect", Name: "not done", Do: disconnect,
			Request:  "GET /users/alice/disconnect",
			Response: `{"data":{"result":"false"}}`,
			Err:      im.ErrForbidden,
		},
		{
			ID: "users.disconnect", Name: "no word of it", Do: disconnect,
			Request:  "GET /users/alice/disconnect",
			Response: `{"data":{}}`,
			Err:      im.ErrBadResponse,
		},
		{
			ID: "users.disconnect_device", Do: disconnectDevice,
			Request:  "DELETE /users/alice/disconnect/android_600100200300",
			Response: `{"entities":[],"data":{"result":true}}`,
		},
		{
			ID: "users.disconnect_device", Name: "result at the top, not done", Do: disconnectDevice,
			Request:  "DELETE /users/alice/disconnect/android_600100200300",
			Response: `{"result":false}`,
			Err:      im.ErrForbidden,
		},
		{
			ID: "users.resources",
			Do: do(func(ctx context.Context, s *users.Service) ([]users.Device, error) {
				return s.ListDevices(ctx, "alice")
			}),
			Request:  "GET /users/alice/resources",
			Response: `{"data":[{"res":"android_600100200300","device_uuid":"7d3c0b1e","device_name":"Pixel-9"}]}`,
			Want:     []users.Device{{Resource: "android_600100200300", UUID: "7d3c0b1e", Name: "Pixel-9"}},
		},
	})
}

func TestStatus(t *testing.T) {
	count := do(func(ctx context.Context, s *users.Service) (int, error) { return s.CountOfflineMessages(ctx, "alice") })
	wiretest.Run(t, []wiretest.Case{
		{
			ID:       "users.status",
			Do:       do(func(ctx context.Context, s *users.Service) (users.Status, error) { return s.GetStatus(ctx, "Alice") }),
			Request:  "GET /users/Alice/status",
			Response: `{"data":{"alice":"online"}}`, // the key is in lower case
			Want:     users.StatusOnline,
		},
		{
			ID: "users.status_batch",
			Do: do(func(ctx context.Context, s *users.Service) (batch.Results[users.Status], error) {
				return s.GetStatusBatch(ctx, []string{"bob", "Alice", "carol"})
			}),
			Request:  "POST /users/batch/status",
			Body:     `{"usernames":["bob","Alice","carol"]}`,
			Response: `{"action":"get batch user status","data":[{"alice":"online"},{"bob":"offline"}]}`,
			Want: batch.Results[users.Status]{
				{ID: "bob", Value: users.StatusOffline}, {ID: "Alice", Value: users.StatusOnline}, {ID: "carol", Err: api.NotRead},
			},
			Err: batch.ErrNotReported,
		},
		{
			ID: "users.status_batch", Name: "101 users",
			Do: do(func(ctx context.Context, s *users.Service) (batch.Results[users.Status], error) {
				return s.GetStatusBatch(ctx, names(101))
			}),
			Err: im.ErrInvalidArgument,
		},
		{
			ID:       "users.offline_msg_count",
			Do:       count,
			Request:  "GET /users/alice/offline_msg_count",
			Response: `{"data":{"alice":3},"count":0}`,
			Want:     3,
		},
		{
			ID: "users.offline_msg_count", Name: "as a string",
			Do:       count,
			Request:  "GET /users/alice/offline_msg_count",
			Response: `{"data":{"alice":"3"}}`,
			Want:     3,
		},
		{
			ID: "users.offline_msg_status",
			Do: do(func(ctx context.Context, s *users.Service) (users.Delivery, error) {
				return s.GetDelivery(ctx, "alice", "1210010020030040050")
			}),
			Request:  "GET /users/alice/offline_msg_status/1210010020030040050",
			Response: `{"data":{"1210010020030040050":"delivered"}}`,
			Want:     users.DeliveryDone,
		},
	})
}

func TestMutes(t *testing.T) {
	muted := do(func(ctx context.Context, s *users.Service) (*users.Muted, error) { return s.GetMute(ctx, "Bob_1") })
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "mutes.set",
			Do: doErr(func(ctx context.Context, s *users.Service) error {
				return s.Mute(ctx, "alice", users.Mute{Chat: new(time.Hour), Group: new(im.Forever), Room: new(time.Duration)})
			}),
			Request:  "POST /mutes",
			Body:     `{"username":"alice","chat":3600,"groupchat":-1,"chatroom":0}`,
			Response: `{"data":{"result":"ok"}}`,
		},
		{
			ID: "mutes.set", Name: "one kind leaves the others as they are",
			Do: doErr(func(ctx context.Context, s *users.Service) error {
				return s.Mute(ctx, "alice", users.Mute{Group: new(time.Minute)})
			}),
			Request:  "POST /mutes",
			Body:     `{"username":"alice","groupchat":60}`,
			Response: `{"data":{"result":"ok"}}`,
		},
		{
			ID: "mutes.set", Name: "the result at the top, as one table has it",
			Do: doErr(func(ctx context.Context, s *users.Service) error {
				return s.Mute(ctx, "alice", users.Mute{Group: new(time.Minute)})
			}),
			Request: "POST /mutes", Body: `{"username":"alice","groupchat":60}`,
			Response: `{"result":"ok"}`,
		},
		{
			ID: "mutes.set", Name: "refused under status 200",
			Do: doErr(func(ctx context.Context, s *users.Service) error {
				return s.Mute(ctx, "alice", users.Mute{Group: new(time.Minute)})
			}),
			Request: "POST /mutes", Body: `{"username":"alice","groupchat":60}`,
			Response: `{"data":{"result":"user not found"}}`, Err: im.ErrNotFound,
		},
		{
			ID: "mutes.set", Name: "no word of the mute",
			Do: doErr(func(ctx context.Context, s *users.Service) error {
				return s.Mute(ctx, "alice", users.Mute{Group: new(time.Minute)})
			}),
			Request: "POST /mutes", Body: `{"username":"alice","groupchat":60}`,
			Response: `{"data":{}}`, Err: im.ErrBadResponse,
		},
		{
			ID: "mutes.set", Name: "nothing to set",
			Do: doErr(func(ctx context.Context, s *users.Service) error {
				return s.Mute(ctx, "alice", users.Mute{})
			}),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "mutes.set", Name: "a negative time",
			Do: doErr(func(ctx context.Context, s *users.Service) error {
				return s.Mute(ctx, "alice", users.Mute{Chat: new(-time.Second)})
			}),
			Err: im.ErrInvalidArgument,
		},
		{
			ID: "mutes.get", Do: muted,
			Request:  "GET /mutes/Bob_1",
			Response: `{"data":{"userid":"acme#demo_bob_1","chat":3590,"groupchat":-1,"unixtime":1697602010}}`,
			Want:     &users.Muted{Username: "bob_1", Chat: 3590 * time.Second, Group: im.Forever, At: time.Unix(1697602010, 0)},
		},
		{
			ID: "mutes.get", Name: "bare name, numbers as strings", Do: muted,
			Request:  "GET /mutes/Bob_1",
			Response: `{"data":{"userid":"bob_1","chat":"0","groupchat":"-1","chatroom":"5","unixtime":"1697602010"}}`,
			Want:     &users.Muted{Username: "bob_1", Group: im.Forever, Room: 5 * time.Second, At: time.Unix(1697602010, 0)},
		},
		{
			ID: "mutes.list",
			Do: do(func(ctx context.Context, s *users.Service) (*page.Page[users.Muted], error) {
				return s.ListMutes(ctx, page.Numbered{})
			}),
			Request:  "GET /mutes?pageNum=1&pageSize=50",
			Response: `{"data":{"data":[{"username":"bob","chatroom":0},{"userid":"alice","groupchat":-1,"chat":7}],"unixtime":1697602020}}`,
			Want: &page.Page[users.Muted]{Items: []users.Muted{
				{Username: "bob", At: time.Unix(1697602020, 0)},
				{Username: "alice", Chat: 7 * time.Second, Group: im.Forever, At: time.Unix(1697602020, 0)},
			}},
		},
	})
}

func TestRegisterBatch(t *testing.T) {
	three := []users.NewUser{{Username: "Alice", Password: "p1"}, {Username: "carol"}, {Username: "dave"}}
	wiretest.Run(t, []wiretest.Case{{
		ID: "users.register_batch",
		Do: do(func(ctx context.Context, s *users.Service) (any, error) {
			got, err := s.RegisterBatch(ctx, three)
			if got == nil {
				return nil, err
			}
			require.Len(t, got, 3)
			assert.Equal(t, batch.Item[users.User]{ID: "Alice", Value: alice}, got[0])
			require.ErrorIs(t, got[1].Err, im.ErrAlreadyExists)
			assert.Equal(t, "the carol already exists", got[1].Err.Error())
			require.ErrorIs(t, got[2].Err, im.ErrOutcomeUnknown, "dave is not named, so he is not counted as done")
			require.ErrorIs(t, got[2].Err, batch.ErrNotReported)

			require.ErrorIs(t, err, im.ErrPartial)
			require.ErrorIs(t, err, im.ErrAlreadyExists)
			assert.EqualError(t, err, "im: 2 of 3 items failed: carol (the carol already exists), dave (the response does not name this item)")
			return nil, nil
		}),
		Request:  "POST /users",
		Body:     `[{"username":"Alice","password":"p1"},{"username":"carol"},{"username":"dave"}]`,
		Response: `{"entities":[` + aliceJSON + `],"data":[{"username":"carol","registerUserFailReason":"the carol already exists"}]}`,
	}, {
		ID: "users.register_batch", Name: "all made",
		Do: do(func(ctx context.Context, s *users.Service) (any, error) {
			got, err := s.RegisterBatch(ctx, three[:1])
			require.NoError(t, got.Err())
			return nil, err
		}),
		Request: "POST /users", Body: `[{"username":"Alice","password":"p1"}]`,
		Response: `{"entities":[` + aliceJSON + `],"data":[]}`,
	}})
}

func TestRegisterBatchRefuses(t *testing.T) {
	for name, batch := range map[string][]users.NewUser{
		"users: has 61 entries, at most 60 are allowed":                newUsers(61),
		"users: must have at least one entry":                          nil,
		"users[1].Username: must not be empty":                         {{Username: "a"}, {}},
		"users[1].Username: is the same user as users[0]":              {{Username: "a", Password: "x"}, {Username: "A", Password: "y"}},
		"users[0].Password: has 65 characters, at most 64 are allowed": {{Username: "a", Password: string(make([]byte, 65))}},
	} {
		client, sent := wiretest.Client(t)
		_, err := client.Users.RegisterBatch(t.Context(), batch)
		require.ErrorIs(t, err, im.ErrInvalidArgument)
		assert.EqualError(t, err, "im: users.register_batch: "+name)
		assert.Empty(t, *sent)
	}
}

func TestPasswordsAreNotShown(t *testing.T) {
	client, _ := wiretest.Client(t, wiretest.JSON(400, `{"error":"duplicate_unique_property_exists",
		"error_description":"the same user bob has a different password, the passwords are [hunter2, tr0ub4dor]"}`))
	_, err := client.Users.Register(t.Context(), users.NewUser{Username: "bob", Password: "hunter2"})
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "hunter2")
	assert.NotContains(t, err.Error(), "tr0ub4dor")
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		assert.NotContains(t, sprintf(format, users.NewUser{Password: "hunter2"}), "hunter2")
		assert.NotContains(t, sprintf(format, []users.NewUser{{Password: "hunter2"}}), "hunter2")
	}
}

// Results print as their values do, in logs as well.
func TestResultsHidePushTokens(t *testing.T) {
	user := users.User{Username: "bob", DeviceToken: "c0ffee00", PushDevices: []users.PushDevice{{ID: "d1", DeviceToken: "c0ffee00"}}}
	registered := batch.Results[users.User]{{ID: "bob", Value: user}}
	var text strings.Builder
	for _, h := range []slog.Handler{slog.NewTextHandler(&text, nil), slog.NewJSONHandler(&text, nil)} {
		slog.New(h).Info("registered", "all", registered, "one", registered[0])
	}
	fmt.Fprintf(&text, "%v %+v %#v", registered, registered, registered)
	assert.Contains(t, text.String(), "bob")
	assert.NotContains(t, text.String(), "c0ffee00")
}

func sprintf(format string, v any) string { return fmt.Sprintf(format, v) }

func names(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("user%d", i)
	}
	return list
}

func newUsers(n int) []users.NewUser {
	list := make([]users.NewUser, n)
	for i, name := range names(n) {
		list[i].Username = name
	}
	return list
}
