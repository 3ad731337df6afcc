package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

// Callbacks that were not delivered are sent again.
func TestStoredCallbacks(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		list, err := client.Messages.ListStoredCallbacks(ctx)
		require.NoError(t, err)
		assert.Empty(t, list)
		date := srv.AddStoredCallbacks(imtest.StoredCallbacks{Start: srv.Clock().Now().Add(-time.Hour), Size: 15, Resent: 2})
		list, err = client.Messages.ListStoredCallbacks(ctx)
		require.NoError(t, err)
		assert.Equal(t, []messages.CallbackSet{{Date: date, Size: 15, Resends: 2}}, list)
		require.NoError(t, client.Messages.ResendCallbacks(ctx, date, messages.ResendOptions{Resends: 2, URL: "https://hooks.example.com/im"}))
		kept := srv.StoredCallbacks()[0]
		assert.Equal(t, []any{3, "https://hooks.example.com/im"}, []any{kept.Resent, kept.Target})
		require.NoError(t, client.Messages.ResendCallbacks(ctx, date, messages.ResendOptions{Resends: 3}))
		assert.Empty(t, srv.StoredCallbacks()[0].Target)

		require.Error(t, client.Messages.ResendCallbacks(ctx, "202001010000", messages.ResendOptions{}), "a no under status 200")
		unsent(t, client.Messages.ResendCallbacks(ctx, "yesterday", messages.ResendOptions{}))
	})
}
