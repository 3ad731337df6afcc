package imtest_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/imrest/im-go/imtest"
)

func TestAddGroup(t *testing.T) {
	c := newClient(t)
	until := time.Now().Add(time.Hour).Truncate(time.Millisecond)
	want := imtest.Group{
		ID: "42", Name: "n", Description: "d", Avatar: "a", Custom: "c", Announcement: "x",
		Owner: "alice", Members: []string{"Bob", "carol"}, Admins: []string{"dave", "alice"}, Blocked: []string{"eve"},
		Allowed: []string{"carol"}, Muted: map[string]time.Time{"Bob": until}, MutedAll: true, Disabled: true,
		Public: true, MembersOnly: true, AllowInvites: true, InviteNeedConfirm: true, MaxUsers: 7,
		Attributes: map[string]map[string]string{"bob": {"k": "v"}, "nobody": {"k": "v"}},
	}
	g := c.srv.AddGroup(want)
	assert.NotZero(t, g.Created)
	want.Members = []string{"alice", "bob", "carol", "dave"}
	want.Admins, want.Allowed = []string{"dave"}, []string{"alice", "dave", "carol"}
	want.Muted = map[string]time.Time{"bob": until}
	want.Created, want.Files = g.Created, []imtest.File{}
	want.Attributes = map[string]map[string]string{"bob": {"k": "v"}}
	assert.Equal(t, want, g)
	assert.Equal(t, g, c.srv.AddGroup(imtest.Group{ID: "42", Owner: "bob"}), "a group that exists stays")
	assert.Len(t, c.srv.Groups(), 1)
	for _, name := range []string{"alice", "bob", "carol", "dave", "eve"} {
		_, there := c.srv.User(name)
		assert.True(t, there, name)
	}
	_, there := c.srv.Group("7")
	assert.False(t, there)
	assert.Equal(t, 200, c.srv.AddGroup(imtest.Group{Owner: "alice"}).MaxUsers)
}

func TestAddRoom(t *testing.T) {
	c := newClient(t)
	want := imtest.Room{
		ID: "lobby", Name: "n", Description: "d", Custom: "c", Announcement: "x", Owner: "alice",
		Members: []string{"bob"}, Admins: []string{"carol"}, Blocked: []string{}, Allowed: []string{"bob"},
		Muted: map[string]time.Time{}, MutedAll: true, MaxUsers: 7,
		Attributes: map[string]string{"k": "v"}, Tags: map[string][]string{"bob": {"guest"}},
	}
	r := c.srv.AddRoom(want)
	want.Created, want.Members = r.Created, []string{"alice", "bob", "carol"}
	want.Allowed = []string{"alice", "carol", "bob"}
	assert.Equal(t, want, r)
	assert.Equal(t, r, c.srv.AddRoom(imtest.Room{ID: "lobby", Owner: "bob"}))
	assert.Equal(t, []imtest.Room{r}, c.srv.Rooms())
	_, there := c.srv.Room("7")
	assert.False(t, there)
	assert.Equal(t, 1000, c.srv.AddRoom(imtest.Room{Owner: "alice"}).MaxUsers)
	_, there = c.srv.Thread("7")
	assert.False(t, there)
}

func TestGroupsUnderLoad(t *testing.T) {
	c := newClient(t)
	id := hikers(c)
	lobby := c.srv.AddRoom(imtest.Room{Owner: "alice"}).ID
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				c.send("POST", "/chatgroups/"+id+"/users/dave", "")
				c.send("GET", "/chatgroups/"+id+","+id, "")
				c.send("PUT", "/metadata/chatgroup/"+id+"/user/bob", `{"metaData":{"k":"v"}}`)
				c.send("GET", "/metadata/chatgroup/"+id+"/user/bob", "")
				c.say(id)
				c.send("DELETE", "/chatgroups/"+id+"/users/dave", "")
				c.send("POST", "/chatrooms/"+lobby+"/users/dave", "")
				c.srv.LogIn("dave")
				c.srv.LogOut("dave")
				c.srv.Clock().Advance(time.Minute)
				c.srv.Room(lobby)
				c.srv.Groups()
			}
		})
	}
	all.Wait()
	assert.Len(t, c.srv.Messages("bob"), 160)
}

// An id that a test has chosen, or a client, may be one that the server is about
// to make up.
func TestMadeUpIDsAreFree(t *testing.T) {
	next := imtest.NewServer(t).AddGroup(imtest.Group{Owner: "alice"}).ID
	c := newClient(t)
	c.srv.AddGroup(imtest.Group{ID: next, Owner: "alice"})
	assert.NotEqual(t, next, c.srv.AddRoom(imtest.Room{Owner: "alice"}).ID)

	c = newClient(t)
	c.srv.AddGroup(imtest.Group{ID: next, Owner: "alice"})
	assert.Equal(t, 200, c.send("POST", "/chatgroups", `{"public":true,"owner":"alice"}`).status)

	c = newClient(t)
	c.srv.AddGroup(imtest.Group{ID: next, Owner: "alice"})
	assert.NotEqual(t, next, c.thread(next, "n", "alice"))
}

// An id is that of one group, room or thread.
func TestAnIDOfAnotherKind(t *testing.T) {
	srv := imtest.NewServer(t)
	srv.AddRoom(imtest.Room{ID: "lobby", Owner: "alice"})
	assert.Panics(t, func() { srv.AddGroup(imtest.Group{ID: "lobby", Owner: "alice"}) })
	assert.Empty(t, srv.Groups())
	srv.AddUsers("bob") // the lock is free
}
