package chatrooms_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/chatrooms"
	"github.com/imrest/im-go/internal/test/wiretest"
)

// A server that does not know own ids makes a room all the same: the caller gets its id, so
// that it can be used or deleted, and an error.
func TestAnotherIDThanAskedFor(t *testing.T) {
	client, sent := wiretest.Client(t, wiretest.JSON(200, `{"data":{"id":"2717"}}`))
	lobby := chatrooms.NewRoom{Name: "lobby", Description: "talk", Owner: "alice", ID: "lobby1"}
	id, err := client.Chatrooms.Create(t.Context(), lobby)
	require.ErrorIs(t, err, im.ErrNotEnabled)
	require.NotErrorIs(t, err, im.ErrOutcomeUnknown)
	require.ErrorContains(t, err, `it was made with the id "2717", not "lobby1": own ids are not enabled`)
	assert.Equal(t, "2717", id)
	assert.JSONEq(t, `{"name":"lobby","description":"talk","owner":"alice","roomid":"lobby1"}`, (*sent)[0].Body)

	client, _ = wiretest.Client(t, wiretest.JSON(200, `{"data":{"id":"lobby1"}}`))
	id, err = client.Chatrooms.Create(t.Context(), lobby)
	require.NoError(t, err)
	assert.Equal(t, "lobby1", id)
}
