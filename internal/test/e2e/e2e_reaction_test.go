package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/reaction"
)

// toGroup sends one text to a group and returns the id of the message.
func toGroup(t *testing.T, client *im.Client, from, groupID, text string) string {
	t.Helper()
	receipts, err := client.Messages.SendToGroups(t.Context(), []string{groupID}, messages.Message{From: from, Body: messages.Text(text)})
	require.NoError(t, err)
	return receipts[0].Value
}

// toUser sends one text to a user and returns the id of the message.
func toUser(t *testing.T, client *im.Client, from, to, text string) string {
	t.Helper()
	receipts, err := client.Messages.SendToUsers(t.Context(), []string{to}, messages.Message{From: from, Body: messages.Text(text)})
	require.NoError(t, err)
	return receipts[0].Value
}

// Reactions in a group and in a chat.
func TestReaction(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		group := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol", "dave", "erin"}})
		posted := toGroup(t, client, "alice", group.ID, "tea?")

		r, err := client.Reaction.Add(ctx, "Bob", posted, "👍")
		require.NoError(t, err)
		assert.Equal(t, posted, r.MessageID)
		assert.Equal(t, "👍", r.Text)
		assert.Equal(t, reaction.ChatTypeGroup, r.ChatType)
		assert.Equal(t, group.ID, r.GroupID)
		assert.Equal(t, srv.Reactions(posted)[0].ID, r.ID)
		assert.WithinDuration(t, srv.Clock().Now(), r.Created, 2_000_000_000)
		for _, user := range []string{"alice", "carol", "dave", "erin"} {
			_, err = client.Reaction.Add(ctx, user, posted, "👍")
			require.NoError(t, err)
		}
		_, err = client.Reaction.Add(ctx, "alice", posted, "own_id:kettle & co")
		require.NoError(t, err)

		list, err := client.Reaction.Get(ctx, "alice", []string{posted}, reaction.GetOptions{GroupID: group.ID})
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Len(t, list[0].Value, 2)
		first := list[0].Value[0]
		assert.Equal(t, []any{"👍", 5, true}, []any{first.Text, first.Count, first.Mine})
		assert.Equal(t, []string{"bob", "alice", "carol"}, first.Usernames)

		got, err := client.Reaction.ListUsers(ctx, "alice", posted, "👍", page.Options{Limit: 2})
		require.NoError(t, err)
		assert.Equal(t, 5, got.Total)
		assert.Equal(t, []string{"bob", "alice"}, got.Items)
		assert.Equal(t, []string{"bob", "alice", "carol", "dave", "erin"}, wiretest.All(t, client.Reaction.AllUsers(ctx, "alice", posted, "👍", page.Options{Limit: 2})))

		require.NoError(t, client.Reaction.Remove(ctx, "alice", posted, "own_id:kettle & co"))
		assert.Len(t, srv.Reactions(posted), 1)

		said := toUser(t, client, "alice", "bob", "hi")
		r, err = client.Reaction.Add(ctx, "bob", said, "🫖")
		require.NoError(t, err)
		assert.Equal(t, reaction.ChatTypeUser, r.ChatType)
		assert.Empty(t, r.GroupID)
		list, err = client.Reaction.Get(ctx, "alice", []string{said}, reaction.GetOptions{})
		require.NoError(t, err)
		assert.Equal(t, []any{"🫖", 1, false}, []any{list[0].Value[0].Text, list[0].Value[0].Count, list[0].Value[0].Mine})
	})
}

func TestReactionErrors(t *testing.T) {
	srv, client := start(t)
	ctx := t.Context()
	srv.AddUsers("mallory")
	group := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob"}})
	posted := toGroup(t, client, "alice", group.ID, "tea?")
	_, err := client.Reaction.Add(ctx, "bob", posted, "👍")
	require.NoError(t, err)

	_, err = client.Reaction.Add(ctx, "bob", posted, "👍")
	refused(t, err, im.ErrAlreadyExists)
	_, err = client.Reaction.Add(ctx, "mallory", posted, "👍")
	refused(t, err, im.ErrForbidden)
	_, err = client.Reaction.Add(ctx, "bob", "1234567890123456789", "👍")
	refused(t, err, im.ErrForbidden)
	refused(t, client.Reaction.Remove(ctx, "bob", posted, "never put"), im.ErrForbidden)
	_, err = client.Reaction.Get(ctx, "mallory", []string{posted}, reaction.GetOptions{GroupID: group.ID})
	refused(t, err, im.ErrForbidden)
	_, err = client.Reaction.ListUsers(ctx, "mallory", posted, "👍", page.Options{})
	refused(t, err, im.ErrForbidden)
	for _, r := range names(19) {
		_, err = client.Reaction.Add(ctx, "alice", posted, r)
		require.NoError(t, err)
	}
	_, err = client.Reaction.Add(ctx, "alice", posted, "the 21st")
	refused(t, err, im.ErrPlanLimit)

	_, err = client.Reaction.Get(ctx, "alice", names(21), reaction.GetOptions{})
	unsent(t, err)
	_, err = client.Reaction.Add(ctx, "alice", posted, "")
	unsent(t, err)
	_, err = client.Reaction.ListUsers(ctx, "alice", posted, "👍", page.Options{Limit: 51})
	unsent(t, err)
}
