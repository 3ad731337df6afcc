package world

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/event"
)

// clientWorld has alice, bob and carol, who are logged in, in a group and a room of alice's, and eve, who
// is in neither.
func clientWorld(t *testing.T, clock Clock) *World {
	w := newWorld(clock)
	for _, name := range []string{"alice", "bob", "carol", "eve"} {
		w.AddUser(NewUser{Name: name})
		require.Nil(t, w.LogIn(name, Device{ID: "phone"}))
	}
	for _, id := range []CircleID{{Kind: GroupKind, ID: "hikers"}, {Kind: RoomKind, ID: "lobby"}} {
		w.AddCircle(CircleRecord{Circle: Circle{CircleID: id, Owner: "alice", Settings: Settings{Public: true}}, Members: []Member{{User: "bob"}, {User: "carol"}}}, nil)
	}
	return w
}

// Every rule that holds for a sender, with what lifts it.
func TestSendAsObeysRules(t *testing.T) {
	hikers, lobby := CircleID{Kind: GroupKind, ID: "hikers"}, CircleID{Kind: RoomKind, ID: "lobby"}
	for name, tt := range map[string]struct {
		chat ChatKind
		to   string
		do   func(w *World)
		want Kind
	}{
		"free to a user":        {ToUsers, "Alice", func(*World) {}, ""},
		"free to a group":       {ToGroups, "hikers", func(*World) {}, ""},
		"free to a room":        {ToRooms, "lobby", func(*World) {}, ""},
		"logged out":            {ToUsers, "alice", func(w *World) { _ = w.LogOut("bob", event.LogoutKicked) }, NotLoggedIn},
		"banned":                {ToUsers, "alice", func(w *World) { _, _ = w.Ban("bob") }, UserIsBanned},
		"deleted":               {ToUsers, "alice", func(w *World) { _, _ = w.DeleteUser("bob") }, NoUser},
		"to nobody":             {ToUsers, "nobody", func(*World) {}, NoUser},
		"blocked":               {ToUsers, "alice", func(w *World) { w.AddBlocked("alice", "bob") }, BlockedByTarget},
		"blocks the other":      {ToUsers, "alice", func(w *World) { w.AddBlocked("bob", "alice") }, ""},
		"muted in chats":        {ToUsers, "alice", func(w *World) { _ = w.MuteUser("bob", map[string]int64{"chat": -1}) }, UserMuted},
		"muted in other chats":  {ToUsers, "alice", func(w *World) { _ = w.MuteUser("bob", map[string]int64{"groupchat": 60}) }, ""},
		"muted in groups":       {ToGroups, "hikers", func(w *World) { _ = w.MuteUser("bob", map[string]int64{"groupchat": 60}) }, UserMuted},
		"muted in rooms":        {ToRooms, "lobby", func(w *World) { _ = w.MuteUser("bob", map[string]int64{"chatroom": 60}) }, UserMuted},
		"no group":              {ToGroups, "lobby", func(*World) {}, NoCircle},
		"disabled":              {ToGroups, "hikers", func(w *World) { _ = w.DisableGroup("hikers") }, CircleDisabled},
		"removed":               {ToGroups, "hikers", func(w *World) { _, _ = w.RemoveMembers(hikers, []string{"bob"}) }, NotMember},
		"muted in a group":      {ToGroups, "hikers", func(w *World) { _, _, _ = w.MuteMembers(hikers, []string{"bob"}, time.Minute) }, MutedThere},
		"muted in a room":       {ToRooms, "lobby", func(w *World) { _, _, _ = w.MuteMembers(lobby, []string{"bob"}, Forever) }, MutedThere},
		"all muted":             {ToGroups, "hikers", func(w *World) { _ = w.MuteAll(hikers) }, AllMutedThere},
		"all muted but allowed": {ToRooms, "lobby", func(w *World) { _ = w.MuteAll(lobby); _, _ = w.AllowMembers(lobby, []string{"bob"}) }, ""},
		"muted by a tag": {ToRooms, "lobby", func(w *World) {
			_ = w.SetMemberTags("lobby", "bob", []string{"loud"})
			_ = w.MuteTag("lobby", "loud", time.Minute)
		}, MutedThere},
	} {
		t.Run(name, func(t *testing.T) {
			w := clientWorld(t, new(testClock))
			tt.do(w)
			begin := w.events.last
			m, err := w.SendAs(textFrom("Bob", "hi"), tt.chat, tt.to)
			if tt.want != "" {
				assert.True(t, err.Of(tt.want), "%v", err)
				assert.Empty(t, happened(w, begin))
				return
			}
			require.Nil(t, err)
			assert.Equal(t, []event.Data{event.MessageSent{Message: m.Shown(), By: "bob"}}, happened(w, begin))
			assert.Len(t, w.Inbox("alice"), 1)
		})
	}
}

// A mute that has ended does not hold.
func TestClientMutesEnd(t *testing.T) {
	clock := new(testClock)
	w := clientWorld(t, clock)
	hikers := CircleID{Kind: GroupKind, ID: "hikers"}
	_, _, err := w.MuteMembers(hikers, []string{"bob"}, time.Minute)
	require.Nil(t, err)
	require.Nil(t, w.MuteUser("bob", map[string]int64{"groupchat": 60}))
	clock.Advance(time.Minute)
	_, err = w.SendAs(textFrom("bob", "hi"), ToGroups, "hikers")
	assert.Nil(t, err)
}

// In a thread the mutes of its group hold.
func TestSendAsToThread(t *testing.T) {
	w := clientWorld(t, new(testClock))
	m, err := w.SendAs(textFrom("bob", "hi"), ToGroups, "hikers")
	require.Nil(t, err)
	_, err = w.CreateThread(NewThread{Group: "hikers", Message: m.IDText(), Owner: "eve", Name: "t", OnDevice: true})
	assert.True(t, err.Of(OutsideGroup))
	th, err := w.CreateThread(NewThread{Group: "hikers", Message: m.IDText(), Owner: "Bob", Name: "t", OnDevice: true})
	require.Nil(t, err)
	assert.Equal(t, event.CircleCreated{Circle: th, Members: []string{"bob"}, By: "bob"}, happened(w, w.events.last-1)[0])
	_, err = w.SendAs(textFrom("carol", "hi"), ToGroups, th.ID)
	assert.True(t, err.Of(NotMember))
	require.Nil(t, w.JoinAs("carol", th.ID))
	assert.True(t, w.JoinAs("eve", th.ID).Of(OutsideGroup))
	_, err = w.SendAs(textFrom("carol", "hi"), ToGroups, th.ID)
	require.Nil(t, err)
	_, _, err = w.MuteMembers(CircleID{Kind: GroupKind, ID: "hikers"}, []string{"carol"}, Forever)
	require.Nil(t, err)
	_, err = w.SendAs(textFrom("carol", "hi"), ToGroups, th.ID)
	assert.True(t, err.Of(MutedThere))
}

func TestSendAsLooksAtTheContent(t *testing.T) {
	w := clientWorld(t, new(testClock))
	for _, kind := range kinds {
		_, err := w.SendAs(Content{From: "bob", Kind: kind, Body: "{}"}, ToUsers, "alice")
		assert.Nil(t, err)
	}
	_, err := w.SendAs(Content{From: "bob", Kind: "fax", Body: "{}"}, ToUsers, "alice")
	assert.True(t, err.Of(EmptyContent))
	_, err = w.SendAs(textFrom("bob", string(make([]byte, MaxMessage))), ToUsers, "alice")
	assert.True(t, err.Of(MessageTooLarge))
}

func TestRecallAs(t *testing.T) {
	clock := new(testClock)
	w := clientWorld(t, clock)
	send := func() string {
		m, err := w.SendAs(textFrom("bob", "hi"), ToGroups, "hikers")
		require.Nil(t, err)
		return m.IDText()
	}
	id, late := send(), send()
	assert.True(t, w.RecallAs("alice", id).Of(NotSender))
	require.Nil(t, w.RecallAs("Bob", id))
	assert.Equal(t, "bob", happened(w, w.events.last-1)[0].(event.MessageRecalled).By)
	assert.True(t, w.RecallAs("bob", id).Of(NoMessage))
	clock.Advance(recallWindow + 1)
	assert.True(t, w.RecallAs("bob", late).Of(RecallTooLate))
	require.Nil(t, w.LogOut("bob", event.LogoutSelf))
	assert.True(t, w.RecallAs("bob", late).Of(NotLoggedIn))
}

func TestEditAs(t *testing.T) {
	w := clientWorld(t, new(testClock))
	m, err := w.SendAs(textFrom("bob", "hi"), ToUsers, "alice")
	require.Nil(t, err)
	id, to := m.IDText(), func(text string) func(*Content) { return func(c *Content) { c.Body = text } }
	assert.True(t, w.EditAs("alice", id, "txt", to("x")).Of(NotSender))
	assert.True(t, w.EditAs("bob", id, "img", to("x")).Of(OtherType))
	assert.True(t, w.EditAs("bob", "7", "txt", to("x")).Of(MessageForeign))
	require.Nil(t, w.EditAs("Bob", id, "txt", to(`{"msg":"ho"}`)))
	edited := happened(w, w.events.last-1)[0].(event.MessageEdited)
	assert.Equal(t, []any{"bob", `{"msg":"ho"}`, 1}, []any{edited.By, string(edited.Message.Body), edited.Message.Edits})
	require.Nil(t, w.LogOut("bob", event.LogoutSelf))
	assert.True(t, w.EditAs("bob", id, "txt", to("x")).Of(NotLoggedIn))
}

// A draft is what would be sent, and changes nothing.
func TestDraft(t *testing.T) {
	w := clientWorld(t, new(testClock))
	draft, err := w.Draft(textFrom("Bob", "hi"), ToUsers, "Alice")
	require.Nil(t, err)
	assert.Empty(t, w.Inbox("alice"))
	sent, err := w.SendAs(textFrom("Bob", "hi"), ToUsers, "Alice")
	require.Nil(t, err)
	assert.Equal(t, sent.Shown(), draft.Shown())
	_, err = w.Draft(textFrom("bob", "hi"), ToUsers, "nobody")
	assert.True(t, err.Of(NoUser))
}

func TestJoinAndLeaveAs(t *testing.T) {
	w := clientWorld(t, new(testClock))
	hikers, lobby := CircleID{Kind: GroupKind, ID: "hikers"}, CircleID{Kind: RoomKind, ID: "lobby"}
	begin := w.events.last
	require.Nil(t, w.JoinAs("Eve", "hikers"))
	require.Nil(t, w.JoinAs("eve", "hikers"), "twice changes nothing")
	require.Nil(t, w.LeaveAs("eve", "hikers"))
	require.Nil(t, w.JoinAs("eve", "lobby"))
	assert.Equal(t, []event.Data{
		event.MembersJoined{In: hikers, Users: []string{"eve"}, Count: 4, By: "eve"},
		event.MembersLeft{In: hikers, Users: []string{"eve"}, Count: 3, Why: event.LeftSelf},
		event.MembersJoined{In: lobby, Users: []string{"eve"}, Count: 4, By: "eve"},
	}, happened(w, begin))
	assert.True(t, w.LeaveAs("eve", "hikers").Of(NotMember))
	assert.True(t, w.LeaveAs("alice", "lobby").Of(OnOwner))
	assert.True(t, w.LeaveAs("eve", "none").Of(NoCircle))
	assert.True(t, w.JoinAs("eve", "none").Of(NoCircle))

	_, err := w.BlockMembers(lobby, []string{"eve"})
	require.Nil(t, err)
	assert.True(t, w.JoinAs("eve", "lobby").Of(BlockedThere))
	for want, set := range map[Kind]SettingsChange{
		NeedsApproval: {MembersOnly: new(true)}, NotPublic: {Public: new(false)}, CircleFull: {MaxUsers: new(3)},
	} {
		w := clientWorld(t, new(testClock))
		require.Nil(t, w.UpdateCircle(hikers, set))
		assert.True(t, w.JoinAs("eve", "hikers").Of(want), string(want))
		assert.Nil(t, w.JoinAs("bob", "hikers"), "a member is in already")
	}
	require.Nil(t, w.DisableGroup("hikers"))
	assert.True(t, w.JoinAs("eve", "hikers").Of(CircleDisabled))
}

func TestReactAs(t *testing.T) {
	w := clientWorld(t, new(testClock))
	m, err := w.SendAs(textFrom("bob", "hi"), ToGroups, "hikers")
	require.Nil(t, err)
	require.Nil(t, w.ReactAs("Carol", m.IDText(), "+1"))
	assert.True(t, w.ReactAs("eve", m.IDText(), "+1").Of(ReactorOutside))
	require.Nil(t, w.TakeReactionBackAs("carol", m.IDText(), "+1"))
	require.Nil(t, w.LogOut("carol", event.LogoutSelf))
	assert.True(t, w.ReactAs("carol", m.IDText(), "+1").Of(NotLoggedIn))
	assert.True(t, w.TakeReactionBackAs("carol", m.IDText(), "+1").Of(NotLoggedIn))
}

func TestReceipts(t *testing.T) {
	w := clientWorld(t, new(testClock))
	one, err := w.SendAs(textFrom("bob", "hi"), ToUsers, "alice")
	require.Nil(t, err)
	asked := textFrom("bob", "hi")
	asked.NeedReceipt = true
	group, err := w.SendAs(asked, ToGroups, "hikers")
	require.Nil(t, err)
	plain, err := w.SendAs(textFrom("bob", "hi"), ToGroups, "hikers")
	require.Nil(t, err)
	begin := w.events.last
	require.Nil(t, w.Delivered("Alice", one.IDText()))
	require.Nil(t, w.Read("alice", one.IDText(), ""))
	require.Nil(t, w.Read("carol", group.IDText(), "fine"))
	assert.Equal(t, []event.Data{
		event.MessageDelivered{Message: one.Shown(), By: "alice"}, event.MessageRead{Message: one.Shown(), By: "alice"},
		event.MessageRead{Message: group.Shown(), By: "carol", Text: "fine"},
	}, happened(w, begin))
	assert.True(t, w.Delivered("alice", group.IDText()).Of(NoReceipt))
	assert.True(t, w.Read("carol", plain.IDText(), "").Of(NoReceipt))
	assert.True(t, w.Read("carol", one.IDText(), "").Of(NotReceived))
	assert.True(t, w.Read("bob", one.IDText(), "").Of(NotReceived), "it is his own")
	assert.True(t, w.Read("alice", "7", "").Of(NoMessage))
	require.Nil(t, w.LogOut("alice", event.LogoutSelf))
	assert.True(t, w.Delivered("alice", one.IDText()).Of(NotLoggedIn))
}

// A conversation that was read has nothing unread until it goes on, also in a saved server.
func TestReadConversation(t *testing.T) {
	w := clientWorld(t, new(testClock))
	send := func() {
		_, err := w.SendAs(textFrom("bob", "hi"), ToUsers, "alice")
		require.Nil(t, err)
		_, err = w.SendAs(textFrom("bob", "hi"), ToGroups, "hikers")
		require.Nil(t, err)
	}
	unread := func(w *World) map[string]int {
		counts := map[string]int{}
		for _, l := range w.Conversations("alice") {
			counts[l.ID] = l.Unread
		}
		return counts
	}
	send()
	one, group := strconv.FormatInt(FirstMessageID, 10), strconv.FormatInt(FirstMessageID+1, 10)
	assert.Equal(t, map[string]int{"bob": 1, "hikers": 1}, unread(w))
	begin := w.events.last
	require.Nil(t, w.ReadConversation("Alice", "Bob"))
	assert.Equal(t, map[string]int{"bob": 0, "hikers": 1}, unread(w))
	require.Nil(t, w.ReadConversation("alice", "hikers"))
	assert.True(t, w.ReadConversation("alice", "nobody").Of(NoUser))
	assert.Equal(t, []event.Data{
		event.ConversationRead{User: "alice", With: event.Peer{ID: "bob"}, Message: one},
		event.ConversationRead{User: "alice", With: event.Peer{ID: "hikers", Circle: true}, Message: group},
	}, happened(w, begin))
	send()
	assert.Equal(t, map[string]int{"bob": 1, "hikers": 1}, unread(w))
	_, err := w.DeleteUser("alice")
	require.Nil(t, err)
	assert.Empty(t, w.messages.Roaming.Read)
}

func TestPushReports(t *testing.T) {
	w := clientWorld(t, new(testClock))
	m := w.Send(textFrom("bob", "hi"), ToUsers, []string{"alice"})[0]
	begin := w.events.last
	for _, status := range []event.PushStatus{event.PushSuccess, event.PushFail, event.PushError} {
		require.Nil(t, w.ReportPush(event.PushReported{User: "Alice", Message: m.IDText(), Status: status, Platform: "APNS"}))
	}
	assert.Equal(t, event.PushReported{User: "alice", Message: m.IDText(), Status: event.PushSuccess, Platform: "APNS"}, happened(w, begin)[0])
	day := w.Now().UTC().Format(time.DateOnly)
	assert.Equal(t, []DayCounts{{day, "APNS", PushCounts{Success: 1, Fail: 2}}}, w.CountPushes(day, day))
	assert.True(t, w.ReportPush(event.PushReported{User: "nobody"}).Of(NoUser))
	assert.True(t, w.ReportPush(event.PushReported{User: "alice", Message: strconv.FormatInt(FirstMessageID+9, 10)}).Of(NoMessage))
}

func TestVerdicts(t *testing.T) {
	w := clientWorld(t, new(testClock))
	send := func(kind string) string {
		m, err := w.SendAs(Content{From: "bob", Kind: kind, Body: "{}"}, ToUsers, "alice")
		require.Nil(t, err)
		return m.IDText()
	}
	judge := func(id string, v event.Verdict) *Error {
		return w.Moderate(event.MessageModerated{Message: event.Message{ID: id}, Result: v, Risk: "r"}, func(c *Content) { c.Body = `{"msg":"*"}` })
	}
	pass, reject, exchange, recall := send("txt"), send("txt"), send("txt"), send("audio")
	begin := w.events.last
	require.Nil(t, judge(pass, event.VerdictPass))
	require.Nil(t, judge(exchange, event.VerdictExchange))
	require.Nil(t, judge(reject, event.VerdictReject))
	assert.True(t, judge(recall, event.VerdictExchange).Of(NoExchange))
	require.Nil(t, judge(recall, event.VerdictRecall))
	assert.True(t, judge(recall, event.VerdictPass).Of(NoMessage))
	assert.Equal(t, []string{pass, exchange}, idsIn(w.Inbox("alice")))
	assert.JSONEq(t, `{"msg":"*"}`, w.Inbox("alice")[1].Body)
	var seen []string
	for _, data := range happened(w, begin) {
		seen = append(seen, data.Kind())
	}
	assert.Equal(t, []string{"message_moderated", "message_moderated", "message_moderated", "message_recalled", "message_moderated", "message_recalled"}, seen)
	assert.Equal(t, "r", happened(w, begin)[0].(event.MessageModerated).Risk)
}

func TestOnlyMembersReadAGroup(t *testing.T) {
	w := worldOf("alice", "bob")
	w.AddCircle(CircleRecord{Circle: Circle{CircleID: CircleID{Kind: GroupKind, ID: "hiking"}, Owner: "alice"}}, nil)
	require.Nil(t, w.LogIn("bob"))
	begin := w.events.last
	assert.True(t, w.ReadConversation("bob", "hiking").Of(NotMember))
	assert.Empty(t, happened(w, begin))
}
