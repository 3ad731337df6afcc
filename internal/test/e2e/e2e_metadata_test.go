package e2e

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/metadata"
)

// Attributes are written key by key and deleted as a whole.
func TestMetadata(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("alice", "bob")
		odd := "a=b&c=d +%\n\"quoted\" 茶壶 🫖"
		require.NoError(t, client.Metadata.Set(ctx, "Alice", metadata.Attributes{metadata.KeyNickname: "Alice", metadata.KeyExt: odd}))
		assert.Equal(t, map[string]string{metadata.KeyNickname: "Alice", metadata.KeyExt: odd}, srv.UserAttributes("alice"))
		require.NoError(t, client.Metadata.Set(ctx, "alice", metadata.Attributes{metadata.KeyAvatarURL: "https://example.com/a?x=1&y=2", "own key": "7"}))
		want := map[string]string{metadata.KeyNickname: "Alice", metadata.KeyExt: odd, metadata.KeyAvatarURL: "https://example.com/a?x=1&y=2", "own key": "7"}
		assert.Equal(t, want, srv.UserAttributes("alice"), "keys that are not named stay")

		got, err := client.Metadata.Get(ctx, "alice")
		require.NoError(t, err)
		assert.Equal(t, metadata.Attributes(want), got)
		got, err = client.Metadata.Get(ctx, "nobody")
		require.NoError(t, err)
		assert.Empty(t, got)

		list, err := client.Metadata.GetBatch(ctx, []string{"bob", "Alice", "nobody"}, []string{metadata.KeyNickname, metadata.KeyMail})
		require.NoError(t, err)
		require.Len(t, list, 3)
		assert.Equal(t, "bob", list[0].ID)
		assert.Empty(t, list[0].Value)
		assert.Equal(t, batch.Item[metadata.Attributes]{ID: "Alice", Value: metadata.Attributes{metadata.KeyNickname: "Alice"}}, list[1])
		assert.Empty(t, list[2].Value)

		before, err := client.Metadata.GetCapacity(ctx)
		require.NoError(t, err)
		assert.Positive(t, before)
		require.NoError(t, client.Metadata.Delete(ctx, "alice"))
		assert.Empty(t, srv.UserAttributes("alice"))
		require.NoError(t, client.Metadata.Delete(ctx, "alice"), "succeeds where there are none")
		after, err := client.Metadata.GetCapacity(ctx)
		require.NoError(t, err)
		assert.Zero(t, after)
	})
}

func TestMetadataErrors(t *testing.T) {
	srv, client := start(t)
	ctx := t.Context()
	srv.AddUsers("alice", "capacity")
	srv.SetUserAttributes("alice", map[string]string{metadata.KeyExt: strings.Repeat("x", 1500)})

	err := client.Metadata.Set(ctx, "alice", metadata.Attributes{"more": strings.Repeat("y", 1500)})
	refused(t, err, im.ErrTooLarge)
	assert.NotContains(t, srv.UserAttributes("alice"), "more")

	tooLarge(t, client.Metadata.Set(ctx, "alice", metadata.Attributes{"more": strings.Repeat("y", 2100)}))
	unsent(t, client.Metadata.Set(ctx, "alice", metadata.Attributes{metadata.KeyNickname: strings.Repeat("y", 65)}))
	unsent(t, client.Metadata.Set(ctx, "alice", nil))
	_, err = client.Metadata.Get(ctx, "capacity")
	unsent(t, err)
	_, err = client.Metadata.GetBatch(ctx, names(101), []string{metadata.KeyMail})
	unsent(t, err)
	unsent(t, client.Metadata.Delete(ctx, "."))
}
