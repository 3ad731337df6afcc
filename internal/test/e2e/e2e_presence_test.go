package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/presence"
)

// Alice watches others, who change their presence.
func TestPresence(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("alice", "bob", "carol")
		srv.LogIn("bob", imtest.Device{ID: "android_1", UUID: "u", Name: "Pixel"})

		watched, err := client.Presence.Subscribe(ctx, "alice", []string{"Bob", "carol"}, 24*time.Hour)
		require.NoError(t, err)
		require.Len(t, watched, 2)
		assert.True(t, watched[0].Value.Online())
		assert.Equal(t, map[string]presence.Status{"android_1": presence.StatusOnline}, watched[0].Value.Devices)
		assert.False(t, watched[1].Value.Online())
		assert.WithinDuration(t, srv.Clock().Now().Add(24*time.Hour), watched[1].Value.Expires, time.Minute)
		assert.Equal(t, []string{"bob", "carol"}, subscribed(srv, "alice"))

		require.NoError(t, client.Presence.Set(ctx, "bob", "android_1", presence.Setting{Status: "100", Ext: "at the kettle"}))
		assert.Equal(t, imtest.Presence{Status: map[string]string{"android_1": "100"}, Ext: "at the kettle"}, srv.Presence("bob"))
		got, err := client.Presence.Get(ctx, "alice", []string{"carol", "bob"})
		require.NoError(t, err)
		assert.Equal(t, map[string]presence.Status{"android_1": "100"}, got[1].Value.Devices)
		assert.Equal(t, "at the kettle", got[1].Value.Ext)
		assert.True(t, got[1].Value.Online())

		subs, err := client.Presence.ListSubscriptions(ctx, "alice", page.Numbered{Page: 2, Size: 1})
		require.NoError(t, err)
		assert.Equal(t, 2, subs.Total)
		require.Len(t, subs.Items, 1)
		assert.WithinDuration(t, srv.Clock().Now().Add(24*time.Hour), subs.Items[0].Expires, time.Minute)
		assert.Len(t, wiretest.All(t, client.Presence.AllSubscriptions(ctx, "alice", page.Numbered{Size: 1})), 2)

		ended, err := client.Presence.Unsubscribe(ctx, "alice", []string{"bob"})
		require.NoError(t, err)
		assert.Equal(t, batch.Result{{ID: "bob"}}, ended)
		assert.Equal(t, []string{"carol"}, subscribed(srv, "alice"))

		group := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}})
		n, err := client.Presence.CountOnlineMembers(ctx, group.ID)
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		srv.Clock().Advance(25 * time.Hour)
		assert.Empty(t, subscribed(srv, "alice"), "subscriptions end by themselves")
	})
}

func subscribed(srv *imtest.Server, user string) []string {
	var to []string
	for _, s := range srv.Subscriptions(user) {
		to = append(to, s.To)
	}
	return sorted(to)
}

func TestPresenceErrors(t *testing.T) {
	srv, client := start(t)
	ctx := t.Context()
	srv.AddUsers("alice", "bob")

	_, err := client.Presence.Subscribe(ctx, "alice", []string{"bob", "alice"}, time.Hour)
	require.ErrorIs(t, err, im.ErrInvalidArgument, "nobody watches themselves")
	refused(t, client.Presence.Set(ctx, "nobody", "android_1", presence.Setting{Status: presence.StatusOnline}), im.ErrNotFound)
	_, err = client.Presence.Get(ctx, "nobody", []string{"alice", "bob"})
	reported(t, err, batch.ErrNotReported, "alice", "bob")

	_, err = client.Presence.Subscribe(ctx, "alice", []string{"bob"}, presence.MaxExpiry+time.Second)
	unsent(t, err)
	_, err = client.Presence.Subscribe(ctx, "alice", names(101), time.Hour)
	unsent(t, err)
	_, err = client.Presence.Get(ctx, "alice", nil)
	unsent(t, err)
	_, err = client.Presence.Unsubscribe(ctx, "alice", names(101))
	unsent(t, err)
	unsent(t, client.Presence.Set(ctx, "alice", "android_1", presence.Setting{Status: "busy"}))
	unsent(t, client.Presence.Set(ctx, "alice", "", presence.Setting{Status: presence.StatusOnline}))
}
