package world

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/event"
)

var hikers, lobby = CircleID{Kind: GroupKind, ID: "hikers"}, CircleID{Kind: RoomKind, ID: "lobby"}

// circlesOf is a world with a group and a room: alice owns both, bob and carol are in
// them, dave is not.
func circlesOf(t *testing.T) (w *World, clock *testClock, begin int64) {
	t.Helper()
	clock = new(testClock)
	w = newWorld(clock)
	for _, name := range []string{"alice", "bob", "carol", "dave"} {
		w.AddUser(NewUser{Name: name})
	}
	for _, id := range []CircleID{hikers, lobby} {
		_, err := w.CreateCircle(NewCircle{CircleID: id, Owner: "Alice", Members: []string{"bob", "Carol"}})
		require.Nil(t, err)
	}
	return w, clock, w.events.last
}

func membersOf(t *testing.T, w *World, id CircleID) []string {
	t.Helper()
	r, err := w.CircleRecord(id)
	require.Nil(t, err)
	return Convert(r.Members, func(m Member) string { return m.User })
}

func TestCreateCircles(t *testing.T) {
	w, clock, begin := circlesOf(t)
	g, err := w.CreateCircle(NewCircle{
		CircleID: CircleID{Kind: GroupKind, ID: "open"}, Owner: "bob", Large: true,
		Settings: SettingsChange{Public: new(true), AllowInvites: new(true)},
	})
	require.Nil(t, err)
	want := Circle{
		CircleID: CircleID{Kind: GroupKind, ID: "open"}, Settings: Settings{Public: true, Asked: true, MaxUsers: 1000},
		Owner: "bob", Created: clock.Now(), Updated: clock.Now(),
	}
	assert.Equal(t, want, g, "a public group begins without invitations")
	assert.Equal(t, []event.Data{event.CircleCreated{Circle: want, Members: []string{"bob"}}}, happened(w, begin))
	for _, c := range []struct {
		n    NewCircle
		kind Kind
	}{
		{NewCircle{CircleID: CircleID{Kind: RoomKind, ID: "hikers"}, Owner: "bob"}, CircleTaken},
		{NewCircle{CircleID: CircleID{Kind: GroupKind}, Owner: "nobody"}, NoUser},
		{NewCircle{CircleID: CircleID{Kind: GroupKind}, Owner: "bob", Members: []string{"nobody"}}, NoUser},
		{NewCircle{CircleID: CircleID{Kind: RoomKind}, Owner: "bob", Members: []string{"alice"}, Settings: SettingsChange{MaxUsers: new(1)}}, CircleFull},
	} {
		_, err := w.CreateCircle(c.n)
		assert.True(t, err.Of(c.kind), "%v: %v", c.kind, err)
	}
	assert.Len(t, happened(w, begin), 1, "what is refused does not happen")
}

func TestSettingsChangeAllOrNone(t *testing.T) {
	w, clock, begin := circlesOf(t)
	clock.Advance(time.Hour)
	assert.True(t, w.UpdateCircle(hikers, SettingsChange{Name: new("n"), MaxUsers: new(2)}).Of(BelowMembers))
	require.Nil(t, w.UpdateCircle(hikers, SettingsChange{Name: new("n"), MaxUsers: new(3)}))
	require.Nil(t, w.UpdateCircle(hikers, SettingsChange{Name: new("n")}))
	g, err := w.Circle(hikers)
	require.Nil(t, err)
	assert.Equal(t, []any{"n", 3, 3, clock.Now()}, []any{g.Name, g.MaxUsers, g.Members, g.Updated})
	assert.Equal(t, []event.Data{event.CircleUpdated{Circle: g.Circle}}, happened(w, begin), "the same again is not a change")
}

func TestDisabledGroupsAreNotManaged(t *testing.T) {
	w, _, _ := circlesOf(t)
	thread := threadOf(t, w, "hikers", "bob")
	begin := w.events.last
	require.Nil(t, w.DisableGroup("hikers"))
	require.Nil(t, w.DisableGroup("hikers"))
	_, err := w.AddMembers(hikers, []string{"dave"})
	assert.True(t, err.Of(CircleDisabled))
	assert.True(t, w.MuteAll(hikers).Of(CircleDisabled))
	assert.True(t, w.RenameThread(thread.ID, "x").Of(CircleDisabled))
	assert.True(t, w.DeleteCircle(thread).Of(CircleDisabled))
	require.Nil(t, w.EnableGroup("hikers"))
	require.Nil(t, w.MuteAll(hikers))
	require.Nil(t, w.UnmuteAll(hikers))
	require.Nil(t, w.UnmuteAll(hikers))
	require.Nil(t, w.DisableGroup("hikers"))
	g, err := w.Circle(hikers)
	require.Nil(t, err)
	require.Nil(t, w.DeleteCircle(hikers), "except for deleting")
	assert.Equal(t, []event.Data{
		event.GroupDisabled{In: hikers}, event.GroupEnabled{In: hikers}, event.AllMuted{In: hikers}, event.AllUnmuted{In: hikers}, event.GroupDisabled{In: hikers},
		event.CircleDeleted{Circle: g.Circle, Members: []string{"alice", "bob", "carol"}},
	}, happened(w, begin))
	_, err = w.Circle(thread)
	assert.True(t, err.Of(NoCircle), "threads go with the group")
	assert.True(t, w.DeleteCircle(hikers).Of(NoCircle))
}

func TestRoles(t *testing.T) {
	w, _, _ := circlesOf(t)
	for i, id := range []CircleID{hikers, lobby} {
		begin := w.events.last
		require.Nil(t, w.AddAdmin(id, "Bob"))
		require.Nil(t, w.AddAdmin(id, "bob"))
		assert.True(t, w.AddAdmin(id, "dave").Of(NotMember))
		assert.True(t, w.AddAdmin(id, "alice").Of(OnOwner))
		assert.True(t, w.AddAdmin(id, "nobody").Of([]Kind{NotMember, NoUser}[i]))
		allowed, err := w.ListAllowedMembers(id)
		require.Nil(t, err)
		assert.Equal(t, []string{"alice", "bob"}, allowed, "with their role")

		require.Nil(t, w.TransferOwner(id, "bob"))
		assert.True(t, w.TransferOwner(id, "bob").Of(SameOwner))
		assert.True(t, w.TransferOwner(id, "dave").Of(NotMember))
		admins, err := w.ListAdmins(id)
		require.Nil(t, err)
		assert.Empty(t, admins, "an owner is not an admin")
		assert.Equal(t, []string{"alice", "bob", "carol"}, membersOf(t, w, id), "the old owner stays")
		allowed, err = w.ListAllowedMembers(id)
		require.Nil(t, err)
		assert.Equal(t, []string{"bob"}, allowed, "without the role")

		require.Nil(t, w.AddAdmin(id, "carol"))
		require.Nil(t, w.RemoveAdmin(id, "carol"))
		again := w.RemoveAdmin(id, "carol")
		assert.Equal(t, id.Kind == GroupKind, again.Of(NotAdmin), "a room takes it for done")
		assert.Equal(t, []event.Data{
			event.AdminAdded{In: id, User: "bob"}, event.OwnerChanged{In: id, Old: "alice", New: "bob"}, event.AdminAdded{In: id, User: "carol"}, event.AdminRemoved{In: id, User: "carol"},
		}, happened(w, begin))
	}
}

func TestAdminsAreLimited(t *testing.T) {
	w, _, _ := circlesOf(t)
	r := CircleRecord{Circle: Circle{CircleID: CircleID{Kind: GroupKind, ID: "many"}, Owner: "alice"}}
	for i := range maxAdmins {
		r.Admins = append(r.Admins, fmt.Sprint("a", i))
	}
	r.Members = []Member{{User: "bob"}}
	w.AddCircle(r, nil)
	err := w.AddAdmin(r.CircleID, "bob")
	assert.Equal(t, &Error{Kind: AdminsFull, Limit: maxAdmins}, err)
	require.Nil(t, w.AddAdmin(r.CircleID, "a7"))
	_, err = w.RemoveMembers(r.CircleID, []string{"a7"})
	require.Nil(t, err)
	require.Nil(t, w.AddAdmin(r.CircleID, "bob"), "who leaves is not an admin")
}

func TestJoinAndLeave(t *testing.T) {
	w, _, begin := circlesOf(t)
	_, err := w.AddMembers(hikers, []string{"dave", "nobody"})
	assert.True(t, err.Of(NoUser))
	fresh, err := w.AddMembers(hikers, []string{"bob", "Dave", "dave"})
	require.Nil(t, err)
	assert.Equal(t, []string{"dave"}, fresh)
	_, err = w.AddMembers(hikers, []string{"dave"})
	assert.True(t, err.Of(AlreadyMember))
	_, err = w.AddMembers(lobby, []string{"bob"})
	assert.Nil(t, err, "a room takes members for added")

	_, err = w.RemoveMembers(hikers, []string{"bob", "alice"})
	assert.True(t, err.Of(OnOwner))
	list, err := w.RemoveMembers(hikers, []string{"Bob", "nobody", "bob"})
	require.Nil(t, err)
	assert.Equal(t, []Outcome{{"bob", nil}, {"nobody", refuse(NoUser, "nobody")}, {"bob", refuse(NotMember, "bob", "hikers")}}, list)
	_, err = w.RemoveMembers(hikers, []string{"Bob"})
	assert.Equal(t, refuse(NotMembers, "bob"), err, "nobody is removed")
	_, err = w.RemoveMembers(lobby, []string{"nobody"})
	assert.True(t, err.Of(NoUser))
	assert.Equal(t, []event.Data{
		event.MembersJoined{In: hikers, Users: []string{"dave"}, Count: 4}, event.MembersLeft{In: hikers, Users: []string{"bob"}, Count: 3, Why: event.LeftRemoved},
	}, happened(w, begin))

	require.Nil(t, w.UpdateCircle(hikers, SettingsChange{MaxUsers: new(3)}))
	_, err = w.AddMembers(hikers, []string{"bob"})
	assert.True(t, err.Of(CircleFull))
	assert.True(t, w.IsMember(hikers, "Dave"))
	assert.False(t, w.IsMember(hikers, "bob"))
	assert.False(t, w.IsMember(CircleID{Kind: GroupKind, ID: "7"}, "dave"))
}

func TestBlockLists(t *testing.T) {
	w, _, _ := circlesOf(t)
	for i, id := range []CircleID{hikers, lobby} {
		begin := w.events.last
		_, err := w.BlockMembers(id, []string{"bob", "ALICE"})
		assert.True(t, err.Of(OnOwner))
		list, err := w.BlockMembers(id, []string{"Bob", "dave"})
		require.Nil(t, err)
		assert.Equal(t, []Outcome{{"bob", nil}, {"dave", refuse(NotMember, "dave", id.ID)}}, list)
		assert.Equal(t, []string{"alice", "carol"}, membersOf(t, w, id))
		_, err = w.AddMembers(id, []string{"bob"})
		if i == 0 {
			require.Nil(t, err, "a group takes back whom it blocks")
			_, err = w.UnblockUsers(id, []string{"bob"})
			assert.True(t, err.Of(NotMembers))
			continue
		}
		assert.True(t, err.Of(BlockedThere))
		_, err = w.UnblockUsers(id, []string{"BOB"})
		require.Nil(t, err)
		assert.Equal(t, []event.Data{event.MembersBlocked{In: id, Users: []string{"bob"}, Count: 2}, event.MembersUnblocked{In: id, Users: []string{"bob"}}}, happened(w, begin))
	}
}

func TestAllowLists(t *testing.T) {
	w, _, begin := circlesOf(t)
	list, err := w.AllowMembers(hikers, []string{"bob", "dave", "alice"})
	require.Nil(t, err)
	assert.True(t, list[1].Err.Of(NotMember))
	_, err = w.AllowMembers(hikers, []string{"Bob"})
	require.Nil(t, err)
	_, err = w.DisallowMembers(hikers, []string{"Bob", "carol"})
	require.Nil(t, err)
	_, err = w.DisallowMembers(hikers, []string{"bob"})
	assert.True(t, err.Of(NotMembers))
	assert.Equal(t, []event.Data{event.MembersAllowed{In: hikers, Users: []string{"bob"}}, event.MembersDisallowed{In: hikers, Users: []string{"bob"}}}, happened(w, begin))
}

func TestMutesOfMembersEnd(t *testing.T) {
	w, clock, begin := circlesOf(t)
	muted := func() (names []string) {
		list, err := w.ListMutedMembers(hikers)
		require.Nil(t, err)
		for _, m := range list {
			names = append(names, m.User)
		}
		return names
	}
	list, until, err := w.MuteMembers(hikers, []string{"Bob", "dave", "bob"}, time.Minute)
	require.Nil(t, err)
	assert.Equal(t, clock.Now().Add(time.Minute), until)
	assert.True(t, list[1].Err.Of(NotMember))
	for _, length := range []time.Duration{math.MaxInt64, Forever} {
		_, end, err := w.MuteMembers(hikers, []string{"carol"}, length)
		require.Nil(t, err)
		assert.Equal(t, forever, end)
	}
	_, _, err = w.MuteMembers(hikers, []string{"alice"}, time.Minute)
	assert.True(t, err.Of(OnOwner))
	assert.Equal(t, []string{"bob", "carol"}, muted())
	clock.Advance(time.Minute)
	assert.Equal(t, []string{"carol"}, muted())
	_, _, err = w.MuteMembers(hikers, []string{"bob", "carol"}, 0)
	require.Nil(t, err)
	assert.Empty(t, muted())
	_, hour, err := w.MuteMembers(hikers, []string{"carol"}, time.Hour)
	require.Nil(t, err)
	_, err = w.RemoveMembers(hikers, []string{"carol"})
	require.Nil(t, err)
	assert.Equal(t, []string{"carol"}, muted(), "leaving does not end a mute")
	_, last, err := w.MuteMembers(hikers, []string{"bob"}, time.Second)
	require.Nil(t, err)
	clock.Advance(time.Second)
	users, err := w.UnmuteMembers(hikers, []string{"Carol", "bob"})
	require.Nil(t, err)
	assert.Equal(t, []string{"carol", "bob"}, users)
	assert.Equal(t, []event.Data{
		event.MembersMuted{In: hikers, Users: []string{"bob"}, Until: until}, event.MembersMuted{In: hikers, Users: []string{"carol"}, Until: forever}, event.MembersMuted{In: hikers, Users: []string{"carol"}, Until: forever},
		event.MembersUnmuted{In: hikers, Users: []string{"carol"}}, event.MembersMuted{In: hikers, Users: []string{"carol"}, Until: hour},
		event.MembersLeft{In: hikers, Users: []string{"carol"}, Count: 2, Why: event.LeftRemoved},
		event.MembersMuted{In: hikers, Users: []string{"bob"}, Until: last}, event.MembersUnmuted{In: hikers, Users: []string{"carol"}},
	}, happened(w, begin), "each user once, and none whose mute had ended")
}

func TestDeletedUsersLeaveCircles(t *testing.T) {
	w, _, _ := circlesOf(t)
	_, _, err := w.MuteMembers(lobby, []string{"bob"}, Forever)
	require.Nil(t, err)
	_, err = w.BlockMembers(lobby, []string{"bob"})
	require.Nil(t, err)
	require.Nil(t, w.AddSuperAdmin("bob"))
	begin := w.events.last
	_, err = w.DeleteUser("bob")
	require.Nil(t, err)
	assert.Equal(t, []event.Data{event.MembersLeft{In: hikers, Users: []string{"bob"}, Count: 2, Why: event.LeftDeleted}, event.UserDeleted{User: "bob"}}, happened(w, begin))
	assert.Empty(t, w.SuperAdmins())
	blocked, err := w.ListBlockedUsers(lobby)
	require.Nil(t, err)
	assert.Empty(t, blocked, "whoever has the name next begins anew")
	muted, err := w.ListMutedMembers(lobby)
	require.Nil(t, err)
	assert.Empty(t, muted)
	_, err = w.DeleteUser("alice")
	require.Nil(t, err)
	assert.Zero(t, w.Count().Groups+w.Count().Rooms, "what is theirs goes with them")
}

// What a rule hands out is the caller's: the world does not see changes of it.
func TestCirclesAreCopies(t *testing.T) {
	w, _, _ := circlesOf(t)
	values := map[string]string{"nick": "Bo"}
	_, err := w.SetMemberAttributes("hikers", []MemberAttributes{{"bob", values}})
	require.Nil(t, err)
	require.Nil(t, w.SetMemberTags("lobby", "bob", []string{"guest"}))
	values["nick"] = "stolen"
	for _, id := range []CircleID{hikers, lobby} {
		r, err := w.CircleRecord(id)
		require.Nil(t, err)
		r.Members[1].User = "stolen"
		for name := range r.Members[1].Attributes {
			r.Members[1].Attributes[name] = "stolen"
		}
		for i := range r.Members[1].Tags {
			r.Members[1].Tags[i] = "stolen"
		}
	}
	list, err := w.GetMemberAttributes("hikers", []string{"bob"}, nil)
	require.Nil(t, err)
	assert.Equal(t, []MemberAttributes{{"bob", map[string]string{"nick": "Bo"}}}, list)
	tags, err := w.MemberTags("lobby", "bob")
	require.Nil(t, err)
	assert.Equal(t, []TagMute{{Tag: "guest"}}, tags)
}

// Whatever is done, in whatever order: owners, lists, threads and what a user is in
// agree with the members of each circle.
func TestRulesKeepCirclesTogether(t *testing.T) {
	names := []string{"ann", "ben", "cat", "dan", "eve", "fay"}
	clock := new(testClock)
	w := newWorld(clock)
	random := rand.New(rand.NewPCG(1, 2))
	user := func() string { return append(names, "Ann", "nobody")[random.IntN(8)] }
	id := func() CircleID {
		kind := circleKinds[random.IntN(3)]
		list, _, _ := w.ListCircles(kind, "", 100)
		if len(list) == 0 {
			return CircleID{Kind: kind, ID: "7"}
		}
		return list[random.IntN(len(list))].CircleID
	}
	rules := []func(){
		func() {
			kind := circleKinds[random.IntN(2)]
			_, _ = w.CreateCircle(NewCircle{CircleID: CircleID{Kind: kind}, Owner: user(), Members: []string{user(), user()}})
		},
		func() {
			g := id()
			w.Send(Content{From: user(), Kind: "txt"}, ToGroups, []string{g.ID})
			_, _ = w.CreateThread(NewThread{Group: g.ID, Message: strconv.FormatInt(FirstMessageID+int64(len(w.posts))-1, 10), Owner: user(), Name: "t"})
		},
		func() { _, _ = w.AddMembers(id(), []string{user(), user()}) },
		func() { _ = w.AddThreadMembers(id().ID, []string{user()}) },
		func() { _, _ = w.RemoveMembers(id(), []string{user(), user()}) },
		func() { _, _ = w.RemoveThreadMembers(id().ID, []string{user(), user()}) },
		func() { _, _ = w.BlockMembers(id(), []string{user(), user()}) },
		func() { _, _ = w.UnblockUsers(id(), []string{user()}) },
		func() { _, _ = w.AllowMembers(id(), []string{user(), user()}) },
		func() { _, _ = w.DisallowMembers(id(), []string{user()}) },
		func() { _ = w.AddAdmin(id(), user()) },
		func() { _ = w.RemoveAdmin(id(), user()) },
		func() { _ = w.TransferOwner(id(), user()) },
		func() { _ = w.LogIn(user()) },
		func() { _ = w.LogOut(user(), event.LogoutSelf) },
		func() { clock.Advance(time.Minute) },
		func() {
			if random.IntN(8) == 0 {
				_ = w.DeleteCircle(id())
			}
		},
		func() {
			if random.IntN(8) == 0 {
				_, _ = w.DeleteUser(user())
			}
			for _, name := range names {
				w.AddUser(NewUser{Name: name})
			}
		},
	}
	most := map[CircleKind]int{}
	for i := range 5000 {
		rules[random.IntN(len(rules))]()
		if i%10 == 0 {
			holdTogether(t, w)
		}
		now := w.Count()
		for kind, n := range map[CircleKind]int{GroupKind: now.Groups, RoomKind: now.Rooms, ThreadKind: now.Threads} {
			most[kind] = max(most[kind], n)
		}
	}
	for _, kind := range circleKinds {
		assert.Greater(t, most[kind], 2, "%ss came to be", kind)
	}
}

func holdTogether(t *testing.T, w *World) {
	t.Helper()
	for _, kind := range circleKinds {
		book, joined := w.circles.kind(kind), 0
		for g := range book.byID.All {
			at := fmt.Sprint(kind, " ", g.ID)
			require.Equal(t, kind, g.Kind, at)
			for _, list := range []*Book[string]{&g.admins, &g.allowed} {
				for user := range list.All {
					require.True(t, g.members.Has(user), "%s: %s", at, user)
				}
			}
			for user := range g.blocked.All {
				require.False(t, g.members.Has(user), "%s: %s", at, user)
			}
			require.False(t, g.admins.Has(g.Owner), at)
			for _, user := range g.names() {
				joined++
				require.True(t, w.users.Has(user), "%s: %s", at, user)
				require.Same(t, g, book.of(user).Get(g.ID), at)
			}
			if kind != ThreadKind {
				require.True(t, g.members.Has(g.Owner), at)
				continue
			}
			group := w.circles.groups.byID.Get(g.Group)
			require.NotNil(t, group, at)
			require.Same(t, g, group.threads.Get(g.ID), at)
			require.Same(t, g, w.circles.byMessage[g.Message], at)
			require.Empty(t, slices.DeleteFunc(g.names(), group.members.Has), at)
		}
		for user, b := range book.joined {
			require.NotZero(t, b.Len(), user)
			joined -= b.Len()
		}
		require.Zero(t, joined, kind)
	}
	require.Len(t, w.circles.byMessage, w.circles.threads.byID.Len())
}
