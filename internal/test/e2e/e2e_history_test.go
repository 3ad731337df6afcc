package e2e

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/messages"
)

func TestHistoryEndToEnd(t *testing.T) {
	srv, client := start(t)
	hour := srv.Clock().Now()
	for _, text := range []string{"one", "two", "three"} {
		_, err := client.Messages.SendToUsers(t.Context(), []string{"bob"}, messages.Message{From: "alice", Body: messages.Text(text)})
		require.NoError(t, err)
	}
	srv.Clock().Advance(2 * time.Hour)

	var texts []string
	for record, err := range client.Messages.ReadHistory(t.Context(), hour, messages.HistoryOptions{}) {
		require.NoError(t, err)
		texts = append(texts, record.Body.(messages.TextBody).Text)
		if len(texts) == 2 {
			break // leaves nothing behind
		}
	}
	assert.Equal(t, []string{"one", "two"}, texts)

	path := filepath.Join(t.TempDir(), "hour.gz")
	n, err := client.Messages.SaveHistory(t.Context(), hour, path, messages.HistoryOptions{})
	require.NoError(t, err)
	saved, err := os.Open(path)
	require.NoError(t, err)
	defer saved.Close()
	info, err := saved.Stat()
	require.NoError(t, err)
	assert.Equal(t, info.Size(), n)
	count := 0
	for _, err := range messages.ReadHistory(saved) {
		require.NoError(t, err)
		count++
	}
	assert.Equal(t, 3, count)

	err = wiretest.Last(client.Messages.ReadHistory(t.Context(), hour.Add(-time.Hour), messages.HistoryOptions{}))
	require.ErrorIs(t, err, messages.ErrHistoryNotReady)
	require.NotErrorIs(t, err, im.ErrNotFound)
}
