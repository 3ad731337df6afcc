package world

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/event"
)

// say sends a message to a group or thread and returns its id.
func say(w *World, to string) string {
	return w.Send(Content{From: "alice", Kind: "txt"}, ToGroups, []string{to})[0].IDText()
}

// threadOf hangs a thread on a new message of a group.
func threadOf(t *testing.T, w *World, group, owner string) CircleID {
	t.Helper()
	th, err := w.CreateThread(NewThread{Group: group, Message: say(w, group), Owner: owner, Name: "t"})
	require.Nil(t, err)
	return th.CircleID
}

func TestMemberAttributes(t *testing.T) {
	w, _, begin := circlesOf(t)
	many := map[string]string{}
	for i := range 9 {
		many[fmt.Sprint("k", i)] = strings.Repeat("x", 512)
	}
	_, err := w.SetMemberAttributes("hikers", []MemberAttributes{{"bob", map[string]string{"a": "1"}}, {"carol", many}})
	assert.True(t, err.Of(AttributesFull))
	_, err = w.SetMemberAttributes("hikers", []MemberAttributes{{"bob", map[string]string{"a": "1"}}, {"Dave", nil}})
	assert.Equal(t, refuse(NotMembers, "dave"), err)
	after, err := w.SetMemberAttributes("hikers", []MemberAttributes{
		{"Bob", map[string]string{"a": "1", "b": "2"}}, {"bob", map[string]string{"b": ""}},
	})
	require.Nil(t, err)
	assert.Equal(t, []MemberAttributes{{"bob", map[string]string{"a": "1"}}}, after)
	_, err = w.SetMemberAttributes("hikers", after)
	require.Nil(t, err)
	list, err := w.GetMemberAttributes("hikers", []string{"Bob", "dave", "carol"}, []string{"a"})
	require.Nil(t, err)
	assert.Equal(t, []MemberAttributes{{"bob", map[string]string{"a": "1"}}, {"carol", map[string]string{}}}, list)
	assert.Equal(t, []event.Data{event.MemberAttributesSet{In: hikers, User: "bob", Values: map[string]string{"a": "1", "b": ""}}}, happened(w, begin), "all or none")
}

func TestSharedFilesAreForMembers(t *testing.T) {
	w, clock, begin := circlesOf(t)
	_, err := w.ShareFile("hikers", "dave", File{Name: "f"})
	assert.Equal(t, refuse(NotMembers, "dave"), err)
	open, err := w.ShareFile("hikers", "", File{Name: "open"})
	require.Nil(t, err)
	assert.Equal(t, "alice", open.Owner, "what the app uploads is the owner's")
	secret, err := w.ShareFile("hikers", "Bob", File{Name: "secret", Data: []byte("xyz"), Restricted: true})
	require.Nil(t, err)
	for user, kind := range map[string]Kind{"": "", "carol": "", "dave": NotMembers} {
		_, err = w.SharedFile("hikers", user, open.UUID)
		assert.Nil(t, err)
		_, err = w.SharedFile("hikers", user, secret.UUID)
		assert.Equal(t, kind != "", err.Of(NotMembers), user)
		list, err := w.ListSharedFiles("hikers", user, 0, 1)
		assert.Equal(t, kind != "", err.Of(NotMembers), user)
		if kind == "" {
			assert.Equal(t, []SharedFile{secret}, list, "the newest first")
		}
	}
	require.Nil(t, w.DeleteSharedFile("hikers", secret.UUID))
	assert.True(t, w.DeleteSharedFile("hikers", secret.UUID).Of(NoSharedFile))
	_, err = w.SharedFile("hikers", "", secret.UUID)
	assert.True(t, err.Of(NoSharedFile))
	assert.Equal(t, []event.Data{
		event.FileShared{In: hikers, ID: open.UUID, Name: "open", Owner: "alice", Created: clock.Now()},
		event.FileShared{In: hikers, By: "bob", ID: secret.UUID, Name: "secret", Owner: "bob", Size: 3, Created: clock.Now()},
		event.SharedFileDeleted{In: hikers, ID: secret.UUID},
	}, happened(w, begin))
}

func TestRoomAttributesHaveOwners(t *testing.T) {
	w, _, begin := circlesOf(t)
	outcomes := func(list []AttributeOutcome, err *Error) map[string]Kind {
		t.Helper()
		require.Nil(t, err)
		kinds := map[string]Kind{}
		for _, o := range list {
			if kinds[o.Name] = ""; o.Err != nil {
				kinds[o.Name] = o.Err.Kind
			}
		}
		return kinds
	}
	set := func(user string, forced bool, values map[string]string) ([]AttributeOutcome, *Error) {
		return w.SetRoomAttributes("lobby", user, values, false, forced)
	}
	assert.Equal(t, map[string]Kind{"a": "", "b c": AttributeNameIllegal}, outcomes(set("Alice", false, map[string]string{"a": "1", "b c": "1"})))
	_, err := set("bob", false, map[string]string{"a": "2"})
	assert.True(t, err.Of(AttributeForeign), "nothing is left")
	_, err = set("dave", false, map[string]string{"x": "2"})
	assert.True(t, err.Of(NotInRoom))
	assert.Equal(t, map[string]Kind{"a": ""}, outcomes(set("alice", false, map[string]string{"a": "1"})))
	assert.Equal(t, map[string]Kind{"a": AttributeForeign, "b": ""}, outcomes(set("bob", false, map[string]string{"a": "2", "b": "2"})))
	assert.Equal(t, map[string]Kind{"a": ""}, outcomes(set("bob", true, map[string]string{"a": "2"})))
	assert.Equal(t, map[string]Kind{"a": AttributeForeign, "gone": ""}, outcomes(w.DeleteRoomAttributes("lobby", "alice", []string{"a", "gone"}, false)))
	assert.Equal(t, map[string]Kind{"a": ""}, outcomes(w.DeleteRoomAttributes("lobby", "admin", []string{"a"}, true)))
	assert.Equal(t, []event.Data{
		event.RoomAttributesSet{In: lobby, User: "alice", Values: map[string]string{"a": "1"}, Failed: []string{"b c"}},
		event.RoomAttributesSet{In: lobby, User: "bob", Values: map[string]string{"b": "2"}, Failed: []string{"a"}},
		event.RoomAttributesSet{In: lobby, User: "bob", Values: map[string]string{"a": "2"}, Forced: true},
		event.RoomAttributesDeleted{In: lobby, User: "admin", Forced: true, Deleted: []string{"a"}},
	}, happened(w, begin))

	_, err = w.SetRoomAttributes("lobby", "bob", map[string]string{"stays": "1"}, true, false)
	require.Nil(t, err)
	_, err = w.RemoveMembers(lobby, []string{"bob"})
	require.Nil(t, err)
	list, err := w.RoomAttributes("lobby", nil)
	require.Nil(t, err)
	assert.Equal(t, []RoomAttribute{{"stays", "1", "bob", true}}, list, "the others go with the member")

	for i := range maxRoomAttributes - 1 {
		_, err = set("alice", false, map[string]string{fmt.Sprint("k", i): "v"})
		require.Nil(t, err)
	}
	assert.Equal(t, map[string]Kind{"more": RoomAttributesFull}, outcomes(set("alice", false, map[string]string{"more": "v"})))
}

func TestTagsMuteTheirMembers(t *testing.T) {
	w, clock, begin := circlesOf(t)
	require.Nil(t, w.SetMemberTags("lobby", "Bob", []string{"guest", "row-1"}))
	require.Nil(t, w.SetMemberTags("lobby", "bob", []string{"guest", "row-1", "guest"}))
	assert.True(t, w.SetMemberTags("lobby", "dave", nil).Of(NotMembers))
	assert.True(t, w.MuteTag("lobby", "vip", time.Hour).Of(NoTag))
	require.Nil(t, w.MuteTag("lobby", "guest", time.Hour))
	require.Nil(t, w.MuteTag("lobby", "row-1", Forever))
	until := clock.Now().Add(time.Hour)
	tags, err := w.MemberTags("lobby", "bob")
	require.Nil(t, err)
	assert.Equal(t, []TagMute{{"guest", until}, {"row-1", forever}}, tags)
	muted, err := w.ListMutedMembers(lobby)
	require.Nil(t, err)
	assert.Equal(t, []CircleMute{{"bob", forever}}, muted, "the later of two")
	require.Nil(t, w.MuteTag("lobby", "row-1", 0))
	require.Nil(t, w.MuteTag("lobby", "row-1", 0))
	muted, _ = w.ListMutedMembers(lobby)
	assert.Equal(t, []CircleMute{{"bob", until}}, muted)
	clock.Advance(time.Hour)
	muted, _ = w.ListMutedMembers(lobby)
	assert.Empty(t, muted)
	assert.Equal(t, []event.Data{
		event.MemberTagsSet{In: lobby, User: "bob", Tags: []string{"guest", "row-1"}}, event.TagMuted{In: lobby, Tag: "guest", Until: until}, event.TagMuted{In: lobby, Tag: "row-1", Until: forever},
		event.TagUnmuted{In: lobby, Tag: "row-1"},
	}, happened(w, begin))
}

func TestSuperAdmins(t *testing.T) {
	w, _, begin := circlesOf(t)
	assert.True(t, w.AddSuperAdmin("nobody").Of(NoUser))
	for _, name := range []string{"Bob", "bob"} {
		require.Nil(t, w.AddSuperAdmin(name))
	}
	assert.Equal(t, []string{"bob"}, w.SuperAdmins())
	for _, name := range []string{"Bob", "bob"} {
		require.Nil(t, w.RemoveSuperAdmin(name))
	}
	assert.Equal(t, []event.Data{event.SuperAdminAdded{User: "bob"}, event.SuperAdminRemoved{User: "bob"}}, happened(w, begin))
}

func TestAbsentMembersLeaveRooms(t *testing.T) {
	w, clock, _ := circlesOf(t)
	_, err := w.AddMembers(lobby, []string{"dave"})
	require.Nil(t, err)
	_, err = w.AllowMembers(lobby, []string{"carol"})
	require.Nil(t, err)
	for _, name := range []string{"alice", "bob", "carol"} {
		require.Nil(t, w.LogIn(name))
		require.Nil(t, w.LogOut(name, event.LogoutSelf))
	}
	begin := w.events.last
	clock.Advance(absence)
	assert.Len(t, membersOf(t, w, lobby), 4)
	clock.Advance(time.Nanosecond)
	assert.Equal(t, []string{"alice", "carol", "dave"}, membersOf(t, w, lobby), "dave never was online; owners, and who is allowed, stay")
	assert.Len(t, membersOf(t, w, hikers), 3, "a group keeps them")
	assert.Equal(t, []event.Data{event.MembersLeft{In: lobby, Users: []string{"bob"}, Count: 3, Why: event.LeftOffline}}, happened(w, begin))
}

func TestWhereThreadsHang(t *testing.T) {
	w, _, _ := circlesOf(t)
	other, err := w.CreateCircle(NewCircle{CircleID: CircleID{Kind: GroupKind}, Owner: "alice"})
	require.Nil(t, err)
	thread := threadOf(t, w, "hikers", "Bob")
	th, err := w.Circle(thread)
	require.Nil(t, err)
	assert.Equal(t, []any{"bob", "hikers", 1}, []any{th.Owner, th.Group, th.Members})
	single := w.Send(Content{From: "alice", Kind: "txt"}, ToUsers, []string{"bob"})[0].IDText()
	for _, c := range []struct {
		group, message, owner string
		kind                  Kind
	}{
		{"7", say(w, "hikers"), "alice", NoCircle},
		{"hikers", say(w, "hikers"), "dave", OutsideGroup},
		{"hikers", "7", "alice", NoMessageForThread},
		{"hikers", single, "alice", NotGroupMessage},
		{"hikers", say(w, thread.ID), "alice", ThreadNested},
		{"hikers", say(w, other.ID), "alice", MessageOfAnother},
		{"hikers", "0" + th.Message, "alice", ThreadThere},
	} {
		_, err := w.CreateThread(NewThread{Group: c.group, Message: c.message, Owner: c.owner, Name: "t"})
		assert.True(t, err.Of(c.kind), "%v: %v", c.kind, err)
	}
	require.Nil(t, w.DeleteCircle(thread))
	_, err = w.CreateThread(NewThread{Group: "hikers", Message: th.Message, Owner: "alice", Name: "again"})
	assert.Nil(t, err, "its message is free again")
}

func TestThreadsOfUsers(t *testing.T) {
	w, _, _ := circlesOf(t)
	other, err := w.CreateCircle(NewCircle{CircleID: CircleID{Kind: GroupKind}, Owner: "bob"})
	require.Nil(t, err)
	first, second, third := threadOf(t, w, "hikers", "bob"), threadOf(t, w, other.ID, "bob"), threadOf(t, w, "hikers", "carol")
	ids := func(list []Circle, _ string, err *Error) (ids []CircleID) {
		t.Helper()
		require.Nil(t, err)
		for _, th := range list {
			ids = append(ids, th.CircleID)
		}
		return ids
	}
	assert.Equal(t, []CircleID{third, second, first}, ids(w.ListThreads(ThreadQuery{Limit: 9})))
	assert.Equal(t, []CircleID{first, second}, ids(w.ListThreadsOf("Bob", ThreadQuery{Limit: 9, OldestFirst: true})))
	assert.Equal(t, []CircleID{first}, ids(w.ListThreadsIn("hikers", "bob", ThreadQuery{Limit: 9})))
	assert.Empty(t, ids(w.ListThreadsOf("nobody", ThreadQuery{Limit: 9})))
	_, _, err = w.ListThreadsIn("7", "bob", ThreadQuery{Limit: 9})
	assert.True(t, err.Of(NoCircle))
	_, _, err = w.ListThreads(ThreadQuery{Limit: 9, Cursor: "x"})
	assert.True(t, err.Of(BadCursor))
}

func TestThreadMembers(t *testing.T) {
	w, _, _ := circlesOf(t)
	thread := threadOf(t, w, "hikers", "bob")
	begin := w.events.last
	assert.True(t, w.AddThreadMembers(thread.ID, []string{"carol", "dave"}).Of(OutsideGroup))
	require.Nil(t, w.AddThreadMembers(thread.ID, []string{"Carol", "bob", "carol"}))
	require.Nil(t, w.AddThreadMembers(thread.ID, []string{"carol"}))
	names, next, err := w.ListThreadMembers(thread.ID, ThreadQuery{Limit: 2})
	require.Nil(t, err)
	assert.Equal(t, []string{"bob", "carol"}, names)
	names, next, err = w.ListThreadMembers(thread.ID, ThreadQuery{Limit: 2, Cursor: next})
	require.Nil(t, err)
	assert.Empty(t, names)
	assert.Empty(t, next, "behind the last page")
	list, err := w.RemoveThreadMembers(thread.ID, []string{"Bob", "dave"})
	require.Nil(t, err)
	assert.Nil(t, list[0].Err)
	assert.True(t, list[1].Err.Of(NotMember))
	assert.Equal(t, []event.Data{event.MembersJoined{In: thread, Users: []string{"carol"}, Count: 2}, event.MembersLeft{In: thread, Users: []string{"bob"}, Count: 1, Why: event.LeftRemoved}}, happened(w, begin))
	_, err = w.RemoveMembers(hikers, []string{"carol"})
	require.Nil(t, err)
	assert.Empty(t, membersOf(t, w, thread), "who leaves the group leaves its threads")
}

// A world that took in what Dump has copied is the same, and nothing happened in it.
func TestCirclesComeBack(t *testing.T) {
	w, clock, _ := circlesOf(t)
	thread := threadOf(t, w, "hikers", "bob")
	_, err := w.BlockMembers(lobby, []string{"carol"})
	require.Nil(t, err)
	require.Nil(t, w.SetMemberTags("lobby", "bob", []string{"guest"}))
	require.Nil(t, w.MuteTag("lobby", "guest", time.Hour))
	require.Nil(t, w.AddSuperAdmin("bob"))
	require.Nil(t, w.LogIn("bob"))
	require.Nil(t, w.LogOut("bob", event.LogoutSelf))
	want := w.Dump()
	again := newWorld(clock)
	for _, r := range append(append(want.Groups, want.Rooms...), want.Threads...) {
		require.NoError(t, again.RestoreCircle(r))
	}
	for _, j := range want.Joined {
		require.NoError(t, again.RestoreJoined(j))
	}
	for _, u := range want.Users {
		require.NoError(t, again.RestoreUser(u))
	}
	again.RestoreSuperAdmin("bob")
	again.RestoreDeparture(want.Departures[0])
	require.NoError(t, again.RestoreApp(want.App))
	require.NoError(t, again.RestorePlaces(want.Places))
	got := again.Dump()
	got.Messages, got.Inboxes, got.GroupMessages = want.Messages, want.Inboxes, want.GroupMessages // have a test of their own
	assert.Equal(t, want, got)
	assert.Empty(t, happened(again, 0))
	holdTogether(t, again)
	require.Error(t, again.RestoreCircle(want.Groups[0]), "twice")
	require.Error(t, newWorld(clock).RestoreCircle(want.Threads[0]), "without its group")
	require.Error(t, again.RestoreJoined(Joined{User: "zoe", Threads: []string{thread.ID}}))
}
