package world

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/event"
)

func TestRegister(t *testing.T) {
	w := newWorld(new(testClock))
	u, err := w.Register(NewUser{Name: "Alice", Password: new("pw"), Nickname: "A"})
	require.Nil(t, err)
	assert.Equal(t, "alice", u.Name)
	assert.Len(t, u.UUID, 36)
	for _, c := range []struct {
		user NewUser
		kind Kind
	}{
		{NewUser{Name: "ALICE"}, NameTaken},
		{NewUser{}, NameMissing},
		{NewUser{Name: strings.Repeat("a", 65)}, NameTooLong},
		{NewUser{Name: "a b"}, NameIllegal},
		{NewUser{Name: "bob", Password: new("")}, PasswordEmpty},
		{NewUser{Name: "bob", Nickname: strings.Repeat("名", 101)}, NicknameTooLong},
	} {
		_, err := w.Register(c.user)
		assert.True(t, err.Of(c.kind), "%v: %v", c.kind, err)
	}
	assert.Equal(t, []event.Data{event.UserRegistered{User: "alice"}}, happened(w, 0), "what is refused does not happen")
}

func TestRegisterAllOrNone(t *testing.T) {
	w := newWorld(new(testClock))
	w.AddUser(NewUser{Name: "taken"})
	_, _, err := w.RegisterAll([]NewUser{{Name: "bob"}, {Name: "carol", Password: new("1")}, {Name: "Carol", Password: new("2")}})
	require.True(t, err.Of(PasswordsDiffer))
	assert.Equal(t, []string{"Carol", "1", "2"}, err.Names)
	_, err = w.User("bob")
	assert.True(t, err.Of(NoUser))

	made, taken, err := w.RegisterAll([]NewUser{{Name: "bob"}, {Name: "Taken"}, {Name: "BOB"}})
	require.Nil(t, err)
	require.Len(t, made, 1)
	assert.Equal(t, "bob", made[0].Name)
	assert.Equal(t, []string{"Taken"}, taken)
}

// What a rule hands out is the caller's: the world does not see changes of it.
func TestUsersAreCopies(t *testing.T) {
	w := newWorld(new(testClock))
	w.AddUser(NewUser{Name: "alice"})
	require.Nil(t, w.LogIn("alice", Device{ID: "phone"}))
	u, _ := w.User("alice")
	u.Devices[0].ID = "stolen"
	assert.Equal(t, []Device{{ID: "phone"}}, w.Devices("alice"))
}

func TestLogInAndOut(t *testing.T) {
	clock := new(testClock)
	w := newWorld(clock)
	w.AddUser(NewUser{Name: "alice"})
	begin := w.events.last
	require.Nil(t, w.LogIn("Alice", Device{ID: "phone"}, Device{ID: "pad"}))
	require.Nil(t, w.LogIn("alice", Device{ID: "phone"}, Device{ID: "web"}))
	had, err := w.LogOutDevice("alice", "pad", event.LogoutKicked)
	require.Nil(t, err)
	assert.False(t, had)
	had, err = w.LogOutDevice("alice", "phone", event.LogoutKicked)
	require.Nil(t, err)
	assert.True(t, had)
	assert.Equal(t, []bool{true, false}, w.Online([]string{"Alice", "nobody"}))
	_, err = w.Ban("alice")
	require.Nil(t, err)
	require.Nil(t, w.LogOut("alice", event.LogoutSelf))
	assert.Equal(t, []event.Data{
		event.UserCameOnline{User: "alice"}, event.DeviceLoggedIn{User: "alice", Device: "phone"}, event.DeviceLoggedIn{User: "alice", Device: "pad"},
		event.DeviceLoggedOut{User: "alice", Device: "pad", Why: event.LogoutReplaced}, event.DeviceLoggedIn{User: "alice", Device: "web"},
		event.DeviceLoggedOut{User: "alice", Device: "phone", Why: event.LogoutKicked},
		event.UserBanned{User: "alice"}, event.DeviceLoggedOut{User: "alice", Device: "web", Why: event.LogoutKicked}, event.UserWentOffline{User: "alice"},
	}, happened(w, begin))
}

func TestDeletedUsersTakeTheirsAlong(t *testing.T) {
	w := newWorld(new(testClock))
	for _, name := range []string{"alice", "bob"} {
		w.AddUser(NewUser{Name: name})
	}
	u, _ := w.User("alice")
	w.AddContacts("alice", "bob")
	w.AddBlocked("bob", "alice")
	require.Nil(t, w.MuteUser("alice", map[string]int64{"chat": -1}))
	_, err := w.DeleteUser(strings.ToUpper(u.UUID))
	require.Nil(t, err)
	assert.Empty(t, w.Contacts("bob"))
	assert.Empty(t, w.Blocked("bob"))
	assert.Empty(t, w.ListMutes(0, 10))
	w.AddUser(NewUser{Name: "alice"})
	left, err := w.Mutes("alice")
	require.Nil(t, err)
	assert.Equal(t, MuteLeft{"alice", "chat", 0}, left[0], "whoever has the name next is not muted")
}

func TestMutesEnd(t *testing.T) {
	clock := new(testClock)
	w := newWorld(clock)
	w.AddUser(NewUser{Name: "alice"})
	begin := w.events.last
	require.Nil(t, w.MuteUser("Alice", map[string]int64{"chat": 60, "groupchat": -1, "chatroom": -2}))
	seconds := func() (list []int64) {
		left, err := w.Mutes("alice")
		require.Nil(t, err)
		for _, m := range left {
			list = append(list, m.Seconds)
		}
		return list
	}
	assert.Equal(t, []int64{60, -1, 0}, seconds())
	clock.Advance(59500 * time.Millisecond)
	assert.Equal(t, []int64{1, -1, 0}, seconds())
	clock.Advance(500 * time.Millisecond)
	assert.Equal(t, []int64{0, -1, 0}, seconds())
	require.Nil(t, w.MuteUser("alice", map[string]int64{"groupchat": 0}))
	assert.Equal(t, []int64{0, 0, 0}, seconds())
	assert.True(t, w.MuteUser("nobody", nil).Of(NoUser))
	assert.Equal(t, []event.Data{
		event.UserMuted{User: "alice", ChatType: "chat", Until: new(testClock).Now().Add(time.Minute)}, event.UserMuted{User: "alice", ChatType: "groupchat"},
		event.UserUnmuted{User: "alice", ChatType: "groupchat"},
	}, happened(w, begin))
}

// A device that is replaced takes its presence along, as one that logs out does.
func TestReplacedDevices(t *testing.T) {
	w := worldOf("alice")
	require.Nil(t, w.LogIn("alice", Device{ID: "phone"}, Device{ID: "phone"}))
	require.Nil(t, w.SetPresence("alice", "phone", "2", ""))
	begin := w.events.last
	require.Nil(t, w.LogIn("alice", Device{ID: "web"}, Device{ID: "web", Name: "again"}))
	assert.Equal(t, []Device{{ID: "web"}}, w.Devices("alice"))
	assert.Equal(t, map[string]string{"web": "1"}, w.PresenceOf("alice").Status)
	assert.Equal(t, []event.Data{
		event.DeviceLoggedOut{User: "alice", Device: "phone", Why: event.LogoutReplaced}, event.DeviceLoggedIn{User: "alice", Device: "web"},
	}, happened(w, begin))
}

// What was so before is no event.
func TestNothingHappensTwice(t *testing.T) {
	w := worldOf("alice")
	begin := w.events.last
	for range 2 {
		require.Nil(t, w.Unban("alice"))
		require.Nil(t, w.MuteUser("alice", map[string]int64{"chat": 0}))
	}
	assert.Empty(t, happened(w, begin))
	for range 2 {
		_, err := w.Ban("alice")
		require.Nil(t, err)
	}
	assert.Equal(t, []event.Data{event.UserBanned{User: "alice"}}, happened(w, begin))
}
