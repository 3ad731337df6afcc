package world

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/event"
)

func TestPresence(t *testing.T) {
	w := worldOf("alice")
	require.Nil(t, w.LogIn("alice", Device{ID: "phone"}))
	begin := w.events.last
	require.Nil(t, w.SetPresence("Alice", "pad", "2", "busy"))
	require.Nil(t, w.SetPresence("alice", "pad", "2", "busy"))
	assert.Equal(t, map[string]string{"phone": "1", "pad": "2"}, w.PresenceOf("alice").Status)
	assert.True(t, w.SetPresence("nobody", "pad", "1", "").Of(NoUser))
	w.PutPresence("nobody", "pad", "1", "")
	assert.Equal(t, []event.Data{event.PresenceSet{User: "alice", Device: "pad", Status: "2", Ext: "busy"}, event.PresenceSet{User: "nobody", Device: "pad", Status: "1", Ext: ""}}, happened(w, begin))

	seen := w.SeePresence("alice", []string{"Nobody", "nobody"})
	require.Len(t, seen, 1)
	assert.Equal(t, "nobody", seen[0].User)
	assert.Empty(t, w.SeePresence("nobody", []string{"alice"}))

	require.Nil(t, w.LogOut("alice", event.LogoutSelf))
	assert.Equal(t, map[string]string{"pad": "2"}, w.PresenceOf("alice").Status, "a device that never logged in does not log out")
	_, err := w.DeleteUser("alice")
	require.Nil(t, err)
	assert.Empty(t, w.PresenceOf("alice").Status)
}

func TestSubscriptionsEnd(t *testing.T) {
	clock := new(testClock)
	w := newWorld(clock)
	w.AddUser(NewUser{Name: "alice"})
	begin := w.events.last
	list, ends, err := w.Subscribe("Alice", []string{"bob", "Bob"}, 60)
	require.Nil(t, err)
	assert.Len(t, list, 1)
	clock.Advance(59 * time.Second)
	assert.Equal(t, []Subscription{{"bob", ends}}, w.Subscriptions("alice"))
	clock.Advance(time.Second)
	assert.Empty(t, w.Subscriptions("alice"))
	w.Unsubscribe("alice", []string{"bob"})

	_, later, err := w.Subscribe("alice", []string{"carol"}, 1<<62)
	require.Nil(t, err)
	assert.Equal(t, clock.Now().Add(maxSubscriptionAge), later)
	w.Unsubscribe("ALICE", []string{"Carol", "carol"})
	assert.Empty(t, w.Subscriptions("alice"))
	assert.Equal(t, []event.Data{
		event.PresenceSubscribed{User: "alice", To: "bob", Ends: ends}, event.PresenceSubscribed{User: "alice", To: "carol", Ends: later}, event.PresenceUnsubscribed{User: "alice", To: "carol"},
	}, happened(w, begin), "what ends by itself is not an event")

	_, _, err = w.Subscribe("alice", []string{"bob", "ALICE"}, 60)
	assert.True(t, err.Of(OwnPresence))
	_, _, err = w.Subscribe("nobody", []string{"bob"}, 60)
	assert.True(t, err.Of(NoUser))
}

func TestSubscriptionsAreLimited(t *testing.T) {
	w := worldOf("alice")
	var many []string
	for i := range maxSubscriptions {
		many = append(many, fmt.Sprint("user-", i))
	}
	_, _, err := w.Subscribe("alice", many, 60)
	require.Nil(t, err)
	_, _, err = w.Subscribe("alice", []string{"bob"}, 60)
	assert.True(t, err.Of(SubscriptionsFull))
	_, _, err = w.Subscribe("alice", many[:2], 120)
	assert.Nil(t, err, "they are subscribed to already")

	for _, name := range many {
		w.AddUser(NewUser{Name: name})
		_, _, err = w.Subscribe(name, []string{"star"}, 60)
		require.Nil(t, err)
	}
	_, _, err = w.Subscribe("alice", []string{many[0], "star"}, 60)
	assert.True(t, err.Of(SubscriptionsFull), "too many watch them")
}
