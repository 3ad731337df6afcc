package e2e

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/users"
)

func TestUsersEndToEnd(t *testing.T) {
	srv, client := start(t)
	ctx := t.Context()
	made, err := client.Users.Register(ctx, users.NewUser{Username: "Alice", Password: "S3cret.pass"})
	require.NoError(t, err)
	assert.Equal(t, "alice", made.Username)
	_, err = client.Users.Register(ctx, users.NewUser{Username: "alice", Password: "x"})
	require.ErrorIs(t, err, im.ErrAlreadyExists)

	registered, err := client.Users.RegisterBatch(ctx, []users.NewUser{{Username: "bob", Password: "p"}, {Username: "alice", Password: "p"}})
	require.ErrorIs(t, err, im.ErrPartial)
	require.ErrorIs(t, err, im.ErrAlreadyExists)
	assert.Equal(t, "bob", registered[0].Value.Username)

	var all []string
	for u, err := range client.Users.All(ctx, page.Options{Limit: 1}) {
		require.NoError(t, err)
		all = append(all, u.Username)
	}
	assert.Equal(t, []string{"alice", "bob"}, all)

	err = client.Users.Deactivate(ctx, "bob")
	require.NoError(t, err)
	_, err = client.Users.Get(ctx, "nobody")
	require.ErrorIs(t, err, im.ErrNotFound)
	_, ok := srv.User("alice")
	assert.True(t, ok)
	t.Log(err)
}

func TestMessagesEndToEnd(t *testing.T) {
	srv, client := start(t)
	ctx := t.Context()
	receipts, err := client.Messages.SendToUsers(ctx, []string{"bob", "carol"}, messages.Message{From: "alice", Body: messages.Text("hi")})
	require.NoError(t, err)
	assert.Equal(t, "hi", srv.Messages("bob")[0].Text())
	assert.Equal(t, receipts[1].Value, srv.Messages("carol")[0].ID)

	content := bytes.Repeat([]byte("0123456789"), 5000)
	up, err := client.Messages.UploadFile(ctx, file.Bytes("a.bin", content), messages.UploadOptions{Restricted: true})
	require.NoError(t, err)
	var got bytes.Buffer
	n, err := client.Messages.DownloadFile(ctx, up.UUID, &got, messages.DownloadOptions{Secret: up.Secret})
	require.NoError(t, err)
	assert.EqualValues(t, len(content), n)
	assert.Equal(t, content, got.Bytes())
	_, err = client.Messages.DownloadFile(ctx, up.UUID, &got, messages.DownloadOptions{})
	require.Error(t, err)
	t.Log(err)
}
