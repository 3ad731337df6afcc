package world

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/event"
)

// textFrom is a text message from a user.
func textFrom(from, msg string) Content {
	return Content{From: from, Kind: "txt", Body: `{"msg":"` + msg + `"}`}
}

// idsIn are the ids of messages as they are written.
func idsIn(list []Message) []string {
	return Convert(list, func(m Message) string { return m.IDText() })
}

// foundGroup adds a group with its members to a world.
func foundGroup(w *World, id, owner string, members ...string) *circle {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := &circle{Circle: Circle{CircleID: CircleID{Kind: GroupKind, ID: id}, Owner: owner}}
	w.found(g, members)
	return g
}

func logInAll(w *World, names ...string) {
	for _, name := range names {
		w.AddUser(NewUser{Name: name})
		w.LogIn(name)
	}
}

func TestSend(t *testing.T) {
	w := newWorld(new(testClock))
	logInAll(w, "bob")
	w.AddUser(NewUser{Name: "carol"})
	begin := w.events.last
	sent := w.Send(textFrom("Alice", "hi"), ToUsers, []string{"Bob", "carol", "BOB"})
	require.Len(t, sent, 2, "a target named twice gets one message")
	assert.Equal(t, "alice", sent[0].From)
	assert.Equal(t, []string{"bob", "carol"}, []string{sent[0].To, sent[1].To})
	assert.Equal(t, sent[0].ID+1, sent[1].ID)
	assert.Equal(t, idsIn(sent[1:]), idsIn(w.Inbox("CAROL")))
	n, err := w.Waiting("carol")
	require.Nil(t, err)
	assert.Equal(t, 1, n)
	assert.Equal(t, []event.Data{event.MessageSent{Message: sent[0].Shown()}, event.MessageSent{Message: sent[1].Shown(), Waiting: []string{"carol"}}}, happened(w, begin))

	msg := textFrom("alice", "now or never")
	msg.OnlineOnly = true
	w.Send(msg, ToUsers, []string{"bob", "carol"})
	assert.Len(t, w.Inbox("bob"), 2)
	assert.Len(t, w.Inbox("carol"), 1, "nobody keeps it for who is offline")
}

// Members get it, muted ones too; not the sender, nor those of a disabled group.
func TestSendToGroup(t *testing.T) {
	w := newWorld(new(testClock))
	logInAll(w, "alice", "bob")
	w.AddUser(NewUser{Name: "carol"})
	g := foundGroup(w, "7", "alice", "bob", "carol")
	require.Nil(t, w.MuteUser("bob", map[string]int64{"groupchat": -1}))
	begin := w.events.last
	sent := w.Send(textFrom("alice", "x"), ToGroups, []string{"7"})
	assert.Equal(t, []event.Data{event.MessageSent{Message: sent[0].Shown(), Waiting: []string{"carol"}}}, happened(w, begin))
	assert.Len(t, w.Inbox("bob"), 1)
	assert.Empty(t, w.Inbox("alice"))

	directed := w.SendDirected(textFrom("alice", "psst"), ToGroups, "7", []string{"Carol", "dave", "carol"})
	assert.Equal(t, []string{"carol", "dave"}, directed.Rare.Users)
	assert.Len(t, w.Inbox("bob"), 1)
	assert.Len(t, w.Inbox("carol"), 2)
	assert.Empty(t, w.Inbox("dave"), "who is not in the group gets nothing")

	g.Disabled = true
	w.Send(textFrom("alice", "x"), ToGroups, []string{"7"})
	assert.Len(t, w.Inbox("bob"), 1)
	assert.Len(t, w.GroupMessages("7"), 3)
}

func TestBroadcast(t *testing.T) {
	w := newWorld(new(testClock))
	logInAll(w, "bob")
	w.AddUser(NewUser{Name: "carol"})
	begin := w.events.last
	first := w.Broadcast(textFrom("admin", "x"), AllUsers)
	second := w.Broadcast(textFrom("admin", "y"), OnlineUsers)
	assert.Equal(t, first+1, second)
	assert.Len(t, w.Inbox("carol"), 1)
	list := happened(w, begin)
	require.Len(t, list, 2)
	all := list[0].(event.BroadcastSent)
	assert.Equal(t, []string{"bob", "carol"}, all.Targets)
	assert.Equal(t, []string{"carol"}, all.Waiting)
	assert.Equal(t, strconv.FormatInt(FirstMessageID, 10), all.Message.ID)
	assert.Equal(t, first, w.Inbox("carol")[0].Rare.Broadcast)
	assert.Equal(t, []string{"bob"}, list[1].(event.BroadcastSent).Targets)
	w.Broadcast(textFrom("admin", "z"), ActiveRooms)
	assert.Equal(t, []string(nil), happened(w, begin+2)[0].(event.BroadcastSent).Targets)
}

// An import has arrived already: it goes before what waits.
func TestImport(t *testing.T) {
	w := newWorld(new(testClock))
	w.Send(textFrom("alice", "new"), ToUsers, []string{"bob"})
	past := textFrom("alice", "old")
	past.Time = time.Unix(1, 0)
	m := w.Import(past, ToUsers, "Bob")
	assert.Equal(t, m.IDText(), w.Inbox("bob")[0].IDText())
	assert.Equal(t, past.Time, m.Time)
	assert.False(t, w.IsWaiting("bob", m.IDText()))
	assert.Equal(t, event.MessageImported{Message: m.Shown()}, happened(w, 1)[0])
}

func TestRecall(t *testing.T) {
	clock := new(testClock)
	w := newWorld(clock)
	f := w.KeepFile(File{Name: "a"})
	msg := textFrom("alice", "x")
	msg.Attach(f.UUID)
	sent := idsIn(w.Send(msg, ToUsers, []string{"bob", "carol"}))
	_, _, err := w.React("bob", sent[0], "+1")
	require.Nil(t, err)
	order := Recall{ID: sent[0], From: "Alice", To: "Bob"}
	elsewhere := Recall{ID: sent[1], To: "bob", Force: true}
	begin := w.events.last
	assert.True(t, w.RecallAll(order, elsewhere).Of(MessageElsewhere))
	assert.Empty(t, happened(w, begin), "all or none")

	require.Nil(t, w.RecallAll(order))
	assert.Empty(t, w.Inbox("bob"))
	assert.Empty(t, w.ListFiles())
	assert.Empty(t, w.Reactions(sent[0]))
	assert.True(t, w.RecallAll(order).Of(NoMessage))
	order.Force = true
	assert.Nil(t, w.RecallAll(order), "by force also what is gone")
	events := happened(w, begin)
	require.Len(t, events, 1)
	recalled := events[0].(event.MessageRecalled)
	assert.True(t, recalled.Message.Recalled)
	assert.Equal(t, "alice", recalled.By)

	clock.Advance(recallWindow + 1)
	late := Recall{ID: sent[1], To: "carol"}
	assert.True(t, w.RecallEach([]Recall{late})[0].Of(RecallTooLate))
	late.Force = true
	assert.Nil(t, w.RecallAll(late))
}

func TestEdits(t *testing.T) {
	clock := new(testClock)
	w := newWorld(clock)
	id := w.Send(textFrom("alice", "x"), ToUsers, []string{"bob"})[0].IDText()
	to := func(body string) func(*Content) { return func(c *Content) { c.Body = body } }
	assert.True(t, w.EditMessage("x", "Alice", "txt", nil).Of(MessageIDIllegal))
	assert.True(t, w.EditMessage("7", "Alice", "txt", nil).Of(MessageForeign))
	assert.True(t, w.EditMessage(id, "Alice", "custom", nil).Of(OtherType))
	assert.True(t, w.EditMessage(id, "Alice", "txt", to(strings.Repeat("x", MaxMessage+1))).Of(MessageTooLarge))
	begin := w.events.last
	for range maxEdits {
		require.Nil(t, w.EditMessage(id, "Alice", "txt", to("{}")))
	}
	assert.True(t, w.EditMessage(id, "Alice", "txt", to("{}")).Of(EditedTooOften))
	m, _ := w.Message(id)
	assert.Equal(t, "{}", m.Body)
	list := happened(w, begin)
	assert.Len(t, list, maxEdits)
	assert.Equal(t, event.MessageEdited{Message: m.Shown(), By: "alice"}, list[maxEdits-1])

	other := w.Send(textFrom("alice", "x"), ToUsers, []string{"bob"})[0].IDText()
	clock.Advance(messageLifetime + 1)
	assert.True(t, w.EditMessage(other, "Alice", "txt", to("{}")).Of(NoMessage), "a message is kept for a week")
}

func TestStreams(t *testing.T) {
	clock := new(testClock)
	w := newWorld(clock)
	part := func(text string, seq int64) Chunk {
		return Chunk{Text: text, Seq: seq, Body: func(text string) string { return "<" + text + ">" }}
	}
	m, err := w.BeginStream(Content{From: "Bot"}, ToUsers, "Bob", part("a", 1))
	require.Nil(t, err)
	id := m.IDText()
	goOn := func(ch Chunk) *Error { return w.GoOn(id, "bot", ToUsers, "BOB", ch) }
	assert.True(t, goOn(part("b", 1)).Of(StreamBehind))
	assert.True(t, w.GoOn(id, "eve", ToUsers, "bob", part("b", 2)).Of(StreamNotFrom))
	assert.True(t, w.GoOn(id, "bot", ToUsers, "eve", part("b", 2)).Of(StreamNotTo))
	assert.True(t, w.GoOn(id, "bot", ToGroups, "bob", part("b", 2)).Of(NoStream))
	assert.True(t, goOn(part(strings.Repeat("b", maxStream), 2)).Of(StreamTooLong))
	require.Nil(t, goOn(part("b", 2)))
	assert.Equal(t, "<ab>", w.Inbox("bob")[0].Body)
	assert.Equal(t, event.MessageGrown{ID: m.IDText(), ChatType: "chat", From: "bot", To: "bob", Text: "b", Seq: 2, Finished: false}, happened(w, 1)[0])
	clock.Advance(maxStreamPause + 1)
	assert.True(t, goOn(part("c", 3)).Of(StreamPaused))

	m, err = w.BeginStream(Content{From: "bot"}, ToUsers, "bob", part("a", 1))
	require.Nil(t, err)
	id = m.IDText()
	last := part("z", 2)
	last.Finish = true
	require.Nil(t, goOn(last))
	assert.True(t, goOn(part("c", 3)).Of(StreamFinished))
}

func TestRoaming(t *testing.T) {
	clock := new(testClock)
	w := newWorld(clock)
	ids := idsIn([]Message{
		w.Send(textFrom("alice", "1"), ToUsers, []string{"bob"})[0],
		w.Send(textFrom("bob", "2"), ToUsers, []string{"alice"})[0],
		w.Send(textFrom("alice", "3"), ToUsers, []string{"carol"})[0],
	})
	begin := w.events.last
	w.DeleteRoaming("Alice", With("Bob"), []string{ids[0], ids[2], "7"})
	w.DeleteRoaming("alice", With("bob"), ids[:1])
	assert.Equal(t, ids[1:2], idsIn(w.Roaming("alice", With("bob"))))
	assert.Equal(t, ids[:2], idsIn(w.Roaming("bob", With("alice"))), "it is for oneself alone")

	assert.Len(t, w.Conversations("alice"), 2)
	w.CloseConversation("alice", With("bob"), false)
	assert.Len(t, w.Conversations("alice"), 1)
	assert.Len(t, w.Roaming("alice", With("bob")), 1)
	w.Send(textFrom("bob", "4"), ToUsers, []string{"alice"})
	assert.Equal(t, 1, w.Conversations("alice")[0].Unread, "it goes on")
	w.ClearAllRoaming("alice")
	w.ClearAllRoaming("alice")
	assert.Empty(t, w.Conversations("alice"))
	events := happened(w, begin)
	require.Len(t, events, 4)
	assert.Equal(t, event.RoamingDeleted{User: "alice", With: event.Peer{ID: "bob"}, Messages: []string{strconv.FormatInt(FirstMessageID, 10)}}, events[0])
	assert.Equal(t, event.ConversationClosed{User: "alice", With: event.Peer{ID: "bob"}}, events[1])
	assert.Equal(t, event.RoamingCleared{User: "alice"}, events[3])
}

func TestHistory(t *testing.T) {
	clock := new(testClock)
	w := newWorld(clock)
	w.Send(textFrom("alice", "1"), ToUsers, []string{"bob"})
	assert.True(t, w.CheckHistory("today").Of(HourIllegal))
	assert.True(t, w.CheckHistory("2026011512").Of(HourMissing), "the hour is not over")
	clock.Advance(time.Hour)
	assert.Nil(t, w.CheckHistory("2026011512"))
	assert.True(t, w.CheckHistory("2026011511").Of(HourEmpty))
	w.SetHistoryDelay(time.Hour)
	assert.True(t, w.CheckHistory("2026011512").Of(HourMissing))
	clock.Advance(historyAge)
	assert.True(t, w.CheckHistory("2026011512").Of(HourMissing), "too old")
	w.SetHistoryZone(beijing)
	list, end, err := w.History("2026011520")
	require.Nil(t, err)
	assert.Len(t, list, 1)
	assert.True(t, end.Equal(new(testClock).Now().Add(time.Hour)))
}

func TestReactions(t *testing.T) {
	w := newWorld(new(testClock))
	foundGroup(w, "7", "alice", "bob")
	m := w.Send(textFrom("alice", "x"), ToGroups, []string{"7"})[0]
	id := m.IDText()
	begin := w.events.last
	r, _, err := w.React("Bob", id, "+1")
	require.Nil(t, err)
	assert.Equal(t, []string{"bob"}, r.Users)
	_, _, err = w.React("bob", id, "+1")
	assert.True(t, err.Of(ReactedAlready))
	_, _, err = w.React("eve", id, "+1")
	assert.True(t, err.Of(ReactorOutside))
	_, _, err = w.React("bob", "7", "+1")
	assert.True(t, err.Of(NoMessage))
	for i := range maxReactions - 1 {
		_, _, err = w.React("bob", id, strings.Repeat("x", i+1))
		require.Nil(t, err)
	}
	_, _, err = w.React("bob", id, "full")
	assert.True(t, err.Of(ReactionsFull))
	_, _, err = w.React("alice", id, "+1")
	require.Nil(t, err, "one that is there")
	_, page, next, err := w.ListReactors("alice", id, "+1", "", 1)
	require.Nil(t, err)
	assert.Equal(t, []string{"bob"}, page)
	assert.NotEmpty(t, next)
	_, _, _, err = w.ListReactors("alice", id, "+1", "x", 1)
	assert.True(t, err.Of(BadCursor))
	assert.True(t, w.TakeReactionBack("alice", id, "x").Of(ReactorUnfit))
	require.Nil(t, w.TakeReactionBack("bob", id, "x"))
	assert.Len(t, w.Reactions(id), maxReactions-1)
	events := happened(w, begin)
	assert.Equal(t, event.ReactionAdded{User: "bob", Text: "+1", Message: m.Shown(), Reactions: []event.Reaction{{ID: r.ID, Text: "+1", Users: []string{"bob"}}}}, events[0])
	assert.IsType(t, event.ReactionRemoved{}, events[len(events)-1])
}

func TestFiles(t *testing.T) {
	clock := new(testClock)
	w := newWorld(clock)
	f := w.KeepFile(File{Name: "a", Data: []byte("x"), Restricted: true})
	_, err := w.OpenFile(f.UUID, "", "wrong")
	assert.True(t, err.Of(FileLocked))
	_, err = w.OpenFile(f.UUID, "", f.Secret)
	assert.Nil(t, err)
	_, err = w.OpenFile("7")
	assert.True(t, err.Of(NoFile))
	assert.Equal(t, []bool{true, false}, w.SetLifetime("Alice", LifetimeDefault, []string{f.UUID, "7"}))
	clock.Advance(time.Hour)
	w.SetLifetime("Alice", LifetimeRefresh, []string{f.UUID})
	clock.Advance(fileLifetime + 1)
	_, err = w.OpenFile(f.UUID, f.Secret)
	assert.True(t, err.Of(FileExpired))
	_, err = w.StoredFile(f.UUID)
	assert.True(t, err.Of(NoFile))
	assert.Equal(t, []bool{false}, w.SetLifetime("alice", LifetimeForever, []string{f.UUID}))
	assert.Equal(t, []event.Data{
		event.FileUploaded{UUID: f.UUID, Name: "a", ContentType: "", Size: 1}, event.FileLifetimeSet{User: "alice", UUID: f.UUID, Expires: f.Expires.Add(time.Hour)},
	}, happened(w, 0), "a lifetime that stays the same is not an event")
}

// A world that was saved has the same messages, shared as they were.
func TestMessagesComeBack(t *testing.T) {
	w := newWorld(new(testClock))
	logInAll(w, "bob")
	foundGroup(w, "7", "alice", "bob")
	w.Send(textFrom("alice", "x"), ToUsers, []string{"bob", "carol"})
	id := w.Send(textFrom("alice", "x"), ToGroups, []string{"7"})[0].IDText()
	_, _, err := w.React("bob", id, "+1")
	require.Nil(t, err)
	w.CloseConversation("bob", With("alice"), true)
	saved := w.Dump()

	again := newWorld(new(testClock))
	for i, m := range saved.Messages {
		if i == 1 {
			m.Content = nil // that of the message before
		}
		require.NoError(t, again.RestoreMessage(m))
	}
	for _, box := range saved.Inboxes {
		require.NoError(t, again.RestoreInbox(box))
	}
	for _, line := range saved.GroupMessages {
		require.NoError(t, again.RestoreTimeline(ToGroups, line))
	}
	for _, r := range saved.Reactions {
		require.NoError(t, again.RestoreReaction(r))
	}
	for _, r := range saved.Roaming {
		require.NoError(t, again.RestoreRoaming(r))
	}
	back := again.Dump()
	assert.Equal(t, saved.Messages, back.Messages)
	assert.Equal(t, saved.Inboxes, back.Inboxes)
	assert.Equal(t, saved.GroupMessages, back.GroupMessages)
	assert.Equal(t, saved.Reactions, back.Reactions)
	assert.Equal(t, saved.Roaming, back.Roaming)
	assert.Empty(t, happened(again, 0), "what is restored does not happen")
	assert.Error(t, again.RestoreInbox(InboxOf{User: "x", Messages: []int64{7}}))
	assert.Error(t, newWorld(new(testClock)).RestoreMessage(Message{}))
}
