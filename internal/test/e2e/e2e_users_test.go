package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/users"
)

// Accounts from registration to deletion.
func TestUsers(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		made, err := client.Users.Register(ctx, users.NewUser{Username: "Alice", Password: "S3cret.pass", Nickname: "Alice A."})
		require.NoError(t, err)
		account, ok := srv.User("alice")
		require.True(t, ok)
		assert.Equal(t, "alice", made.Username)
		assert.Equal(t, account.UUID, made.UUID)
		assert.True(t, made.Activated)
		assert.Equal(t, account.Created.UnixMilli(), made.Created.UnixMilli())
		assert.Equal(t, "S3cret.pass", account.Password)
		assert.Equal(t, "Alice A.", account.Nickname)

		registered, err := client.Users.RegisterBatch(ctx, []users.NewUser{{Username: "bob", Password: "p"}, {Username: "alice", Password: "S3cret.pass"}, {Username: "carol", Password: "p"}})
		reported(t, err, im.ErrAlreadyExists, "alice")
		assert.Equal(t, "bob", registered[0].Value.Username)
		assert.Zero(t, registered[1].Value)
		assert.Len(t, srv.Users(), 3)

		got, err := client.Users.Get(ctx, "ALICE")
		require.NoError(t, err)
		assert.Equal(t, made.UUID, got.UUID)
		assert.Equal(t, "Alice A.", got.Nickname)

		listed, err := client.Users.List(ctx, page.Options{Limit: 2})
		require.NoError(t, err)
		assert.Equal(t, []string{"alice", "bob"}, usernames(listed.Items))
		listed, err = client.Users.List(ctx, page.Options{Limit: 2, Cursor: listed.Next})
		require.NoError(t, err)
		assert.Equal(t, []string{"carol"}, usernames(listed.Items))
		assert.Empty(t, listed.Next)
		assert.Equal(t, []string{"alice", "bob", "carol"}, usernames(wiretest.All(t, client.Users.All(ctx, page.Options{Limit: 1}))))

		require.NoError(t, client.Users.SetPassword(ctx, "alice", "0ther.pass"))
		account, _ = srv.User("alice")
		assert.Equal(t, "0ther.pass", account.Password)

		require.NoError(t, client.Users.Deactivate(ctx, "bob"))
		account, _ = srv.User("bob")
		assert.False(t, account.Activated)
		got, err = client.Users.Get(ctx, "bob")
		require.NoError(t, err)
		assert.False(t, got.Activated)
		require.NoError(t, client.Users.Activate(ctx, "bob"))
		account, _ = srv.User("bob")
		assert.True(t, account.Activated)

		require.NoError(t, client.Users.Delete(ctx, "carol"))
		_, ok = srv.User("carol")
		assert.False(t, ok)
		oldest, err := client.Users.DeleteOldest(ctx, page.Options{Limit: 1})
		require.NoError(t, err)
		assert.Equal(t, []string{"alice"}, usernames(oldest.Items))
		assert.Len(t, srv.Users(), 1)
	})
}

func usernames(list []users.User) []string {
	var names []string
	for _, u := range list {
		names = append(names, u.Username)
	}
	return names
}

// Who is online, on which devices, and what waits for those who are not.
func TestUsersOnline(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("alice", "bob")
		phone, web := imtest.Device{ID: "android_600100200300", UUID: "u-1", Name: "Pixel"}, imtest.Device{ID: "web_2", UUID: "u-2", Name: "Firefox"}
		require.True(t, srv.LogIn("alice", phone, web))

		status, err := client.Users.GetStatus(ctx, "Alice")
		require.NoError(t, err)
		assert.Equal(t, users.StatusOnline, status)
		list, err := client.Users.GetStatusBatch(ctx, []string{"bob", "nobody", "Alice"})
		require.NoError(t, err)
		assert.Equal(t, batch.Results[users.Status]{{ID: "bob", Value: users.StatusOffline}, {ID: "nobody", Value: users.StatusOffline}, {ID: "Alice", Value: users.StatusOnline}}, list)

		devices, err := client.Users.ListDevices(ctx, "alice")
		require.NoError(t, err)
		assert.Equal(t, []users.Device{{Resource: "android_600100200300", UUID: "u-1", Name: "Pixel"}, {Resource: "web_2", UUID: "u-2", Name: "Firefox"}}, devices)
		devices, err = client.Users.ListDevices(ctx, "bob")
		require.NoError(t, err)
		assert.Empty(t, devices)

		require.NoError(t, client.Users.DisconnectDevice(ctx, "alice", "web_2"))
		require.ErrorIs(t, client.Users.DisconnectDevice(ctx, "alice", "web_2"), im.ErrForbidden, "it is logged out")
		account, _ := srv.User("alice")
		assert.Equal(t, []imtest.Device{phone}, account.Devices)
		require.NoError(t, client.Users.Disconnect(ctx, "alice"))
		account, _ = srv.User("alice")
		assert.False(t, account.Online)

		receipts, err := client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{From: "alice", Body: messages.Text("hi")})
		require.NoError(t, err)
		n, err := client.Users.CountOfflineMessages(ctx, "Bob")
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		delivery, err := client.Users.GetDelivery(ctx, "bob", receipts[0].Value)
		require.NoError(t, err)
		assert.Equal(t, users.DeliveryPending, delivery)
		srv.LogIn("bob")
		delivery, err = client.Users.GetDelivery(ctx, "bob", receipts[0].Value)
		require.NoError(t, err)
		assert.Equal(t, users.DeliveryDone, delivery)
		n, err = client.Users.CountOfflineMessages(ctx, "bob")
		require.NoError(t, err)
		assert.Zero(t, n)
	})
}

// Mutes of each kind of chat come, are seen, and go by themselves.
func TestMutes(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("alice", "bob")
		require.NoError(t, client.Users.Mute(ctx, "Alice", users.Mute{Chat: new(time.Hour), Room: new(im.Forever)}))
		require.NoError(t, client.Users.Mute(ctx, "alice", users.Mute{Group: new(2 * time.Minute)}))
		left := srv.Mutes("alice")
		assert.InDelta(t, time.Hour, left["chat"], float64(time.Second), "a kind that is not named stays as it is")
		assert.InDelta(t, 2*time.Minute, left["groupchat"], float64(time.Second))
		assert.Equal(t, im.Forever, left["chatroom"])

		muted, err := client.Users.GetMute(ctx, "alice")
		require.NoError(t, err)
		assert.Equal(t, "alice", muted.Username)
		assert.InDelta(t, time.Hour, muted.Chat, float64(time.Second))
		assert.Equal(t, im.Forever, muted.Room)
		assert.WithinDuration(t, srv.Clock().Now(), muted.At, time.Minute)
		muted, err = client.Users.GetMute(ctx, "bob")
		require.NoError(t, err)
		assert.Zero(t, muted.Chat+muted.Group+muted.Room)

		srv.Clock().Advance(3 * time.Minute)
		require.NoError(t, client.Users.Mute(ctx, "alice", users.Mute{Room: new(time.Duration(0))}))
		assert.NotContains(t, srv.Mutes("alice"), "groupchat")
		assert.NotContains(t, srv.Mutes("alice"), "chatroom")

		require.NoError(t, client.Users.Mute(ctx, "bob", users.Mute{Group: new(im.Forever)}))
		list, err := client.Users.ListMutes(ctx, page.Numbered{Size: 2})
		require.NoError(t, err)
		assert.Len(t, list.Items, 2)
		assert.Equal(t, "2", list.Next)
		chats, groups := map[string]time.Duration{}, map[string]time.Duration{}
		for _, m := range wiretest.All(t, client.Users.AllMutes(ctx, page.Numbered{Size: 1})) {
			chats[m.Username] = max(chats[m.Username], m.Chat)
			if m.Group != 0 {
				groups[m.Username] = m.Group
			}
		}
		assert.InDelta(t, 57*time.Minute, chats["alice"], float64(2*time.Second))
		assert.Equal(t, map[string]time.Duration{"bob": im.Forever}, groups)
	})
}

func TestUserErrors(t *testing.T) {
	srv, client := start(t)
	ctx := t.Context()
	srv.AddUsers("alice")

	_, err := client.Users.Register(ctx, users.NewUser{Username: "alice", Password: "p"})
	refused(t, err, im.ErrAlreadyExists)
	_, err = client.Users.Register(ctx, users.NewUser{Username: "no blanks", Password: "p"})
	require.ErrorIs(t, err, im.ErrInvalidArgument)
	_, err = client.Users.RegisterBatch(ctx, []users.NewUser{{Username: "bob", Password: "p"}, {Username: "b@d", Password: "p"}})
	require.ErrorIs(t, err, im.ErrInvalidArgument)
	_, ok := srv.User("bob")
	assert.False(t, ok, "one bad name fails the whole batch")

	_, err = client.Users.Get(ctx, "nobody")
	refused(t, err, im.ErrNotFound)
	refused(t, client.Users.Delete(ctx, "nobody"), im.ErrNotFound)
	refused(t, client.Users.SetPassword(ctx, "nobody", "p"), im.ErrNotFound)
	refused(t, client.Users.Deactivate(ctx, "nobody"), im.ErrNotFound)
	refused(t, client.Users.Activate(ctx, "nobody"), im.ErrNotFound)
	_, err = client.Users.GetStatus(ctx, "nobody")
	refused(t, err, im.ErrNotFound)
	refused(t, client.Users.DisconnectDevice(ctx, "nobody", "web_1"), im.ErrNotFound)
	refused(t, client.Users.Mute(ctx, "nobody", users.Mute{Chat: new(time.Hour)}), im.ErrNotFound)
	_, err = client.Users.GetMute(ctx, "nobody")
	refused(t, err, im.ErrNotFound)

	unsent(t, client.Users.Delete(ctx, ""))
	_, err = client.Users.GetStatusBatch(ctx, names(101))
	unsent(t, err)
	_, err = client.Users.RegisterBatch(ctx, make([]users.NewUser, 61))
	unsent(t, err)
	_, err = client.Users.DeleteOldest(ctx, page.Options{})
	unsent(t, err)
	_, err = client.Users.List(ctx, page.Options{Limit: 101})
	unsent(t, err)
	unsent(t, client.Users.SetPassword(ctx, "alice", strings.Repeat("p", 65)))
	assert.Len(t, srv.Users(), 1)
}
