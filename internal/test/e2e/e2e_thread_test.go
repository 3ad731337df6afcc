package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/thread"
)

// A thread from the message that it hangs on to its end.
func TestThread(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		group := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol", "dave"}})
		other := srv.AddGroup(imtest.Group{Owner: "alice"})
		first, second, elsewhere := toGroup(t, client, "bob", group.ID, "tea?"), toGroup(t, client, "bob", group.ID, "cake?"), toGroup(t, client, "alice", other.ID, "hm")

		id, err := client.Thread.Create(ctx, thread.NewThread{GroupID: group.ID, MessageID: first, Owner: "Alice", Name: "Which tea?"})
		require.NoError(t, err)
		made, ok := srv.Thread(id)
		require.True(t, ok)
		assert.Equal(t, []string{"Which tea?", "alice", group.ID, first}, []string{made.Name, made.Owner, made.GroupID, made.MessageID})
		srv.Clock().Advance(time.Second)
		cake, err := client.Thread.Create(ctx, thread.NewThread{GroupID: group.ID, MessageID: second, Owner: "alice", Name: "Cake"})
		require.NoError(t, err)
		srv.Clock().Advance(time.Second)
		hm, err := client.Thread.Create(ctx, thread.NewThread{GroupID: other.ID, MessageID: elsewhere, Owner: "alice", Name: "Hm"})
		require.NoError(t, err)

		added, err := client.Thread.AddMembers(ctx, id, []string{"Bob", "carol"})
		require.NoError(t, err)
		assert.Equal(t, []string{"Bob", "carol"}, added.Done().IDs())
		made, _ = srv.Thread(id)
		assert.Equal(t, []string{"alice", "bob", "carol"}, made.Members)
		members, err := client.Thread.ListMembers(ctx, id, page.Options{Limit: 2})
		require.NoError(t, err)
		assert.Len(t, members.Items, 2)
		assert.Equal(t, []string{"alice", "bob", "carol"}, sorted(wiretest.All(t, client.Thread.AllMembers(ctx, id, page.Options{Limit: 1}))))
		result, err := client.Thread.RemoveMembers(ctx, id, []string{"carol", "dave"})
		assert.Equal(t, []string{"carol"}, result.Done().IDs())
		require.ErrorIs(t, err, im.ErrPartial)
		made, _ = srv.Thread(id)
		assert.Equal(t, []string{"alice", "bob"}, made.Members)

		toGroup(t, client, "bob", id, "Assam")
		assert.Equal(t, "Assam", srv.GroupMessages(id)[0].Text(), "messages go to a thread as to a group")
		require.NoError(t, client.Thread.SetName(ctx, id, "Which tea, and when?"))
		made, _ = srv.Thread(id)
		assert.Equal(t, "Which tea, and when?", made.Name)

		ids, err := client.Thread.List(ctx, thread.ListOptions{Options: page.Options{Limit: 2}})
		require.NoError(t, err)
		assert.Equal(t, []string{hm, cake}, ids.Items)
		assert.Equal(t, []string{id, cake, hm}, wiretest.All(t, client.Thread.All(ctx, thread.ListOptions{Options: page.Options{Limit: 1}, Order: page.OrderOldestFirst})))
		joined, err := client.Thread.ListJoined(ctx, "bob", thread.ListOptions{})
		require.NoError(t, err)
		require.Len(t, joined.Items, 1)
		got := joined.Items[0]
		assert.Equal(t, thread.Thread{ID: id, Name: made.Name, Owner: "alice", GroupID: group.ID, MessageID: first, Created: got.Created}, got)
		assert.Equal(t, made.Created.UnixMilli(), got.Created.UnixMilli())
		assert.Len(t, wiretest.All(t, client.Thread.AllJoined(ctx, "alice", thread.ListOptions{Options: page.Options{Limit: 1}})), 3)
		joined, err = client.Thread.ListJoinedInGroup(ctx, other.ID, "alice", thread.ListOptions{})
		require.NoError(t, err)
		assert.Equal(t, hm, joined.Items[0].ID)
		assert.Len(t, wiretest.All(t, client.Thread.AllJoinedInGroup(ctx, group.ID, "alice", thread.ListOptions{Options: page.Options{Limit: 1}})), 2)

		require.NoError(t, client.Thread.Delete(ctx, id))
		_, ok = srv.Thread(id)
		assert.False(t, ok)
		require.NoError(t, client.Groups.Delete(ctx, group.ID))
		assert.Len(t, srv.Threads(), 1, "a group takes its threads with it")
	})
}

func TestThreadErrors(t *testing.T) {
	srv, client := start(t)
	ctx := t.Context()
	srv.AddUsers("mallory")
	group := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob"}})
	other := srv.AddGroup(imtest.Group{Owner: "alice"})
	posted := toGroup(t, client, "alice", group.ID, "tea?")
	wanted := thread.NewThread{GroupID: group.ID, MessageID: posted, Owner: "alice", Name: "tea"}
	id, err := client.Thread.Create(ctx, wanted)
	require.NoError(t, err)

	create := func(change func(*thread.NewThread)) error {
		n := wanted
		change(&n)
		_, err := client.Thread.Create(ctx, n)
		return err
	}
	refused(t, create(func(*thread.NewThread) {}), im.ErrAlreadyExists)
	fresh := toGroup(t, client, "alice", group.ID, "cake?")
	refused(t, create(func(n *thread.NewThread) { n.MessageID, n.Owner = fresh, "mallory" }), im.ErrNotFound)
	refused(t, create(func(n *thread.NewThread) { n.MessageID = "1234567890123456789" }), im.ErrNotFound)
	refused(t, create(func(n *thread.NewThread) { n.GroupID = "1" }), im.ErrNotFound)
	refused(t, create(func(n *thread.NewThread) { n.GroupID, n.MessageID = other.ID, fresh }), im.ErrInvalidArgument)
	refused(t, create(func(n *thread.NewThread) { n.MessageID = toUser(t, client, "alice", "bob", "hi") }), im.ErrInvalidArgument)
	unsent(t, create(func(n *thread.NewThread) { n.Name = strings.Repeat("n", 65) }))
	unsent(t, create(func(n *thread.NewThread) { n.Owner = "" }))

	_, err = client.Thread.AddMembers(ctx, id, []string{"mallory"})
	refused(t, err, im.ErrNotFound)
	refused(t, client.Thread.SetName(ctx, "1", "x"), im.ErrNotFound)
	refused(t, client.Thread.Delete(ctx, "1"), im.ErrNotFound)
	_, err = client.Thread.ListMembers(ctx, "1", page.Options{})
	refused(t, err, im.ErrNotFound)
	_, err = client.Thread.RemoveMembers(ctx, "1", []string{"bob"})
	refused(t, err, im.ErrNotFound)
	_, err = client.Thread.ListJoinedInGroup(ctx, "1", "alice", thread.ListOptions{})
	refused(t, err, im.ErrNotFound)
	_, err = client.Thread.AddMembers(ctx, id, names(11))
	unsent(t, err)
	_, err = client.Thread.List(ctx, thread.ListOptions{Options: page.Options{Limit: 51}})
	unsent(t, err)
}
