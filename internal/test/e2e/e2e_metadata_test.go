package e2e

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/metadata"
)

// Attributes are written key by key and deleted as a whole.
func TestMetadata(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("alice", "bob")
		odd := "a=b&c=d +%\n\"quoted\" 茶壶 🫖"
		written, err := client.Metadata.Set(ctx, "Alice", metadata.Attributes{metadata.Nickname: "Alice", metadata.Ext: odd})
		require.NoError(t, err)
		assert.Equal(t, metadata.Attributes{metadata.Nickname: "Alice", metadata.Ext: odd}, written)
		_, err = client.Metadata.Set(ctx, "alice", metadata.Attributes{metadata.AvatarURL: "https://example.com/a?x=1&y=2", "own key": "7"})
		require.NoError(t, err)
		want := map[string]string{metadata.Nickname: "Alice", metadata.Ext: odd, metadata.AvatarURL: "https://example.com/a?x=1&y=2", "own key": "7"}
		assert.Equal(t, want, srv.UserAttributes("alice"), "keys that are not named stay")

		got, err := client.Metadata.Get(ctx, "alice")
		require.NoError(t, err)
		assert.Equal(t, metadata.Attributes(want), got)
		got, err = client.Metadata.Get(ctx, "nobody")
		require.NoError(t, err)
		assert.Empty(t, got)

		list, err := client.Metadata.GetBatch(ctx, []string{"bob", "Alice", "nobody"}, []string{metadata.Nickname, metadata.Mail})
		require.NoError(t, err)
		require.Len(t, list, 3)
		assert.Equal(t, "bob", list[0].Username)
		assert.Empty(t, list[0].Attributes)
		assert.Equal(t, metadata.UserAttributes{Username: "Alice", Attributes: metadata.Attributes{metadata.Nickname: "Alice"}}, list[1])
		assert.Empty(t, list[2].Attributes)

		before, err := client.Metadata.Capacity(ctx)
		require.NoError(t, err)
		assert.Positive(t, before)
		require.NoError(t, client.Metadata.Delete(ctx, "alice"))
		assert.Empty(t, srv.UserAttributes("alice"))
		require.NoError(t, client.Metadata.Delete(ctx, "alice"), "succeeds where there are none")
		after, err := client.Metadata.Capacity(ctx)
		require.NoError(t, err)
		assert.Zero(t, after)
	})
}

func TestMetadataErrors(t *testing.T) {
	srv, client := start(t)
	ctx := t.Context()
	srv.AddUsers("alice", "capacity")
	srv.SetUserAttributes("alice", map[string]string{metadata.Ext: strings.Repeat("x", 1500)})

	_, err := client.Metadata.Set(ctx, "alice", metadata.Attributes{"more": strings.Repeat("y", 1500)})
	refused(t, err, im.ErrTooLarge)
	assert.NotContains(t, srv.UserAttributes("alice"), "more")

	_, err = client.Metadata.Set(ctx, "alice", metadata.Attributes{"more": strings.Repeat("y", 2100)})
	tooLarge(t, err)
	_, err = client.Metadata.Set(ctx, "alice", metadata.Attributes{metadata.Nickname: strings.Repeat("y", 65)})
	unsent(t, err)
	_, err = client.Metadata.Set(ctx, "alice", nil)
	unsent(t, err)
	_, err = client.Metadata.Get(ctx, "capacity")
	unsent(t, err)
	_, err = client.Metadata.GetBatch(ctx, names(101), []string{metadata.Mail})
	unsent(t, err)
	unsent(t, client.Metadata.Delete(ctx, "."))
}
