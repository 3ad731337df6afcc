package world

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/event"
)

func worldOf(names ...string) *World {
	w := newWorld(new(testClock))
	for _, name := range names {
		w.AddUser(NewUser{Name: name})
	}
	return w
}

func TestContactsGoBothWays(t *testing.T) {
	w := worldOf("alice", "bob")
	begin := w.events.last
	_, err := w.AddContact("Alice", "Bob")
	require.Nil(t, err)
	_, err = w.AddContact("bob", "alice")
	require.Nil(t, err)
	assert.Equal(t, []Friend{{Name: "alice"}}, w.Contacts("bob"))
	require.Nil(t, w.SetRemark("alice", "bob", "the builder"))
	require.Nil(t, w.SetRemark("alice", "bob", "the builder"))
	assert.Equal(t, []Friend{{"bob", "the builder"}}, w.Contacts("alice"))
	assert.Equal(t, []Friend{{Name: "alice"}}, w.Contacts("bob"), "a remark is the owner's")
	_, err = w.RemoveContact("bob", "alice")
	require.Nil(t, err)
	_, err = w.RemoveContact("bob", "alice")
	require.Nil(t, err)
	assert.Empty(t, w.Contacts("alice"))
	assert.Equal(t, []event.Data{
		event.ContactAdded{User: "alice", Friend: "bob"}, event.ContactRemarkSet{User: "alice", Friend: "bob", Remark: "the builder"}, event.ContactRemoved{User: "bob", Friend: "alice"},
	}, happened(w, begin))

	assert.True(t, w.SetRemark("alice", "bob", "x").Of(NotFriends))
	_, err = w.AddContact("alice", "ALICE")
	assert.True(t, err.Of(OwnFriend))
	_, err = w.AddContact("alice", "nobody")
	assert.True(t, err.Of(NoUser))
}

func TestContactsAreLimited(t *testing.T) {
	w := worldOf("alice", "bob", "carol")
	var many []string
	for i := range maxFriends - 1 {
		many = append(many, fmt.Sprint("friend-", i))
	}
	w.AddContacts("alice", many...)
	out, err := w.ImportContacts("alice", []string{"bob", "Alice", "nobody", "carol", "bob"})
	require.Nil(t, err)
	assert.Equal(t, Imported{Made: []string{"bob", "bob"}, Unknown: []string{"nobody"}, Full: []string{"carol"}, Failed: []string{"alice"}}, out)
	_, err = w.AddContact("alice", "bob")
	assert.Nil(t, err, "they are friends already")
	_, err = w.AddContact("carol", "alice")
	assert.True(t, err.Of(FriendsFull))
	_, err = w.ImportContacts("alice", []string{"bob"})
	assert.True(t, err.Of(FriendsFull))
}

func TestBlockAllOrNone(t *testing.T) {
	w := worldOf("alice", "bob", "carol")
	_, err := w.Block("alice", []string{"bob", "nobody"})
	assert.True(t, err.Of(NoUser))
	assert.Empty(t, w.Blocked("alice"))
	begin := w.events.last
	names, err := w.Block("alice", []string{"Bob", "bob"})
	require.Nil(t, err)
	assert.Equal(t, []string{"bob", "bob"}, names)
	_, err = w.Unblock("alice", "carol")
	require.Nil(t, err)
	_, err = w.Unblock("alice", "bob")
	require.Nil(t, err)
	assert.Equal(t, []event.Data{event.UserBlocked{User: "alice", Blocked: "bob"}, event.UserUnblocked{User: "alice", Blocked: "bob"}}, happened(w, begin))

	for i := range maxBlocked - 1 {
		w.AddBlocked("alice", fmt.Sprint("pest-", i))
	}
	_, err = w.Block("alice", []string{"bob", "carol"})
	assert.True(t, err.Of(BlocklistFull))
	_, err = w.Block("alice", []string{"bob"})
	assert.Nil(t, err)
}
