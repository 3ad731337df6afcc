package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/chatrooms"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/imtest/event"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/push"
)

// callbackStory is a server that calls back, and what its receiver has heard.
type callbackStory struct {
	*testing.T

	srv    *imtest.Server
	client *im.Client
	ctx    context.Context

	mu    sync.Mutex
	heard []callbacks.Event
	seen  map[callbacks.Kind]bool
	sent  map[string]messages.Record // of messages, by id
}

// startCallbackStory starts a server with a rule for everything in the old format of groups, and one for the new format.
func startCallbackStory(t *testing.T) *callbackStory {
	s := &callbackStory{T: t, ctx: t.Context(), seen: map[callbacks.Kind]bool{}, sent: map[string]messages.Record{}}
	handler, err := callbacks.New(callbacks.Config{Secrets: []string{"for all", "for groups", "before"}, Unsigned: callbacks.UnsignedReject})
	require.NoError(t, err)
	callbacks.On(handler, func(_ context.Context, e callbacks.Event) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.heard = append(s.heard, e)
		return nil
	})
	handler.Decide(func(_ context.Context, e *callbacks.Outgoing) callbacks.Verdict {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.heard = append(s.heard, e)
		return callbacks.Deliver()
	})
	receiver := httptest.NewServer(handler)
	t.Cleanup(receiver.Close)
	s.srv = imtest.NewServer(t, imtest.WithClock(imtest.NewClock(time.Date(2026, 3, 1, 9, 10, 0, 0, time.UTC))), imtest.WithCallbacks(
		imtest.Rule{Name: "all", URL: receiver.URL, Secret: "for all"},
		imtest.Rule{Name: "groups", URL: receiver.URL, Secret: "for groups", Kinds: []string{"group_op"}},
		imtest.Rule{Name: "before", URL: receiver.URL, Secret: "before", Kinds: []string{"pre_send"}, Timeout: 10 * time.Second},
		imtest.Rule{Name: "flat", URL: receiver.URL, Secret: "before", Kinds: []string{"pre_send.message_flat"}, Timeout: 10 * time.Second},
	))
	s.client = connect(t, s.srv, s.srv.Config())
	return s
}

// hear does something, and compares the events that it causes, in any order between the rules. Of
// each it checks what all have, and compares the rest.
func (s *callbackStory) hear(what string, do func(), want ...callbacks.Event) {
	s.Helper()
	s.same(want, s.caused(what, do), what)
}

// caused does something, and returns the essence of the events that it causes.
func (s *callbackStory) caused(what string, do func()) []callbacks.Event {
	s.Helper()
	var got []callbacks.Event
	for _, e := range s.heardOf(what, do) {
		got = append(got, s.essence(e))
	}
	return got
}

// heardOf does something, and returns the events that it causes as they arrive.
func (s *callbackStory) heardOf(what string, do func()) []callbacks.Event {
	s.Helper()
	s.mu.Lock()
	s.heard = nil
	s.mu.Unlock()
	do()
	require.NoError(s, s.srv.WaitCallbacks(s.ctx))
	for _, d := range s.srv.Deliveries() {
		require.Equal(s, imtest.DeliveryAccepted, d.State, "%s: %s %v", what, d.Kind, d.Attempts)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.heard {
		s.seen[e.Kind()] = true
	}
	return s.heard
}

// same compares events in any order, as the JSON that they have.
func (s *callbackStory) same(want, got []callbacks.Event, what string) {
	s.Helper()
	texts := func(events []callbacks.Event) []string {
		var list []string
		for _, e := range events {
			text, err := json.Marshal(e)
			require.NoError(s, err)
			list = append(list, fmt.Sprintf("%T %s", e, text))
		}
		return list
	}
	assert.ElementsMatch(s, texts(want), texts(got), what)
}

// essence is a copy of an event without what all have, which it checks, and without ids that nobody knows.
func (s *callbackStory) essence(e callbacks.Event) callbacks.Event {
	head := e.Head()
	assert.True(s, head.Signed, "%s is signed", head.Type)
	assert.False(s, head.Suspicious)
	assert.True(s, s.srv.Clock().Now().Equal(head.Time), "%s: %v", head.Type, head.Time)
	assert.NotEmpty(s, head.CallID)
	assert.NotEmpty(s, head.Key)
	if strings.HasPrefix(string(head.Type), "pre_send") {
		assert.Empty(s, head.AppKey)
	} else {
		assert.Equal(s, "acme#demo", head.AppKey, head.Type)
	}
	plain := callbacks.Info{Type: head.Type, From: head.From, To: head.To, Device: head.Device, Offline: head.Offline}
	e = shallowCopy(e)
	switch e := e.(type) {
	case *callbacks.Recalled, *callbacks.Receipt, *callbacks.UserStatus, *callbacks.Reacted:
	case *callbacks.Message:
		plain.MessageID, plain.ContentType = head.MessageID, head.ContentType
		s.sent[e.Record.ID] = e.Record
		e.Record.Raw = nil
	case *callbacks.Outgoing:
		e.Record = messages.Record{Body: e.Record.Body, ChatType: e.Record.ChatType}
	case *callbacks.Edited:
		e.Record.Raw = nil
	case *callbacks.ContactEvent:
		if e.RosterVersion != "" {
			assert.Len(s, e.RosterVersion, 40)
			e.RosterVersion = "v"
		}
	case *callbacks.GroupEvent:
		plain = callbacks.Info{Type: head.Type}
	case *callbacks.ThreadUpdated:
		e.LastMessage.Raw = nil
	case *callbacks.Moderated, *callbacks.Pushed:
		plain.MessageID = head.MessageID
	default:
		s.Errorf("%T %s is not expected: %s", e, head.Type, head.Raw)
	}
	*e.Head() = plain
	return e
}

func shallowCopy(e callbacks.Event) callbacks.Event {
	c := reflect.New(reflect.TypeOf(e).Elem())
	c.Elem().Set(reflect.ValueOf(e).Elem())
	return c.Interface().(callbacks.Event)
}

// infoOf is the Info of an event, as essence leaves it.
func infoOf(kind callbacks.Kind, from, to string) callbacks.Info {
	return callbacks.Info{Type: kind, From: from, To: to}
}

// Every kind of callback that the emulator can cause arrives verified, as a typed event with the
// values of the server. docs/emulator.md says which these are.
func TestEveryKindOfCallback(t *testing.T) {
	s := startCallbackStory(t)
	s.logins()
	s.messages()
	s.changes()
	s.receipts()
	s.contacts()
	s.groups()
	s.groupMembers()
	s.rooms()
	s.reactions()
	s.threads()
	s.pushes()
	s.moderation()
	s.compareWithHistory()
	s.compareWithDocs()
}

func (s *callbackStory) logins() {
	status := func(kind callbacks.Kind, device, reason string) *callbacks.UserStatus {
		os, _, _ := strings.Cut(device, "_")
		info := infoOf(kind, "alice", "")
		info.Device = device
		return &callbacks.UserStatus{Info: info, Online: reason == "login", Reason: reason, OS: os, Address: "127.0.0.1", Version: "1.0.0"}
	}
	s.srv.AddUsers("alice", "bob", "carol", "dave")
	s.hear("log in", func() { s.srv.LogIn("alice", imtest.Device{ID: "android_1"}) }, status(callbacks.KindUserLogin, "android_1", "login"))
	s.hear("replace", func() { s.srv.LogIn("alice", imtest.Device{ID: "ios_2"}) },
		status(callbacks.KindUserReplaced, "android_1", "replaced"), status(callbacks.KindUserLogin, "ios_2", "login"))
	s.hear("log out", func() { s.srv.LogOut("alice") }, status(callbacks.KindUserLogout, "ios_2", "logout"))
	s.srv.LogIn("alice", imtest.Device{ID: "android_1"})
	s.srv.LogIn("bob", imtest.Device{ID: "android_1"})
	require.NoError(s, s.srv.WaitCallbacks(s.ctx))
}

// message is what arrives of one.
func (s *callbackStory) message(kind callbacks.Kind, content string, m imtest.Message, body messages.Body) *callbacks.Message {
	e := &callbacks.Message{
		Info:   callbacks.Info{Type: kind, From: m.From, To: m.To, MessageID: m.ID, ContentType: content},
		Record: messages.Record{ID: m.ID, Time: m.Time.Local(), ChatType: messages.ChatType(m.ChatType), From: m.From, To: m.To, Body: body},
	}
	if m.ChatType != "chat" {
		e.GroupID = m.To
	}
	return e
}

func (s *callbackStory) outgoing(kind callbacks.Kind, to string, body messages.Body) *callbacks.Outgoing {
	return &callbacks.Outgoing{Info: infoOf(kind, "alice", to), Record: messages.Record{ChatType: messages.ChatTypeUser, Body: body}}
}

func (s *callbackStory) messages() {
	url := s.srv.URL() + "/acme/demo/chatfiles/5f3c1b90-1111-4222-a333-444455556666"
	file := messages.Attachment{Name: "x.bin", URL: url, Secret: "s", Size: 7}
	for kind, tt := range map[callbacks.Kind]struct {
		kind, content, body string
	}{
		callbacks.KindMessageText:     {"txt", "chat:user:text", `{"msg":"see you <at> noon"}`},
		callbacks.KindMessageCommand:  {"cmd", "chat:user:command", `{"action":"refresh"}`},
		callbacks.KindMessageImage:    {"img", "chat:user:image", `{"filename":"x.bin","url":"` + url + `","secret":"s","file_length":7,"size":{"width":640,"height":480}}`},
		callbacks.KindMessageAudio:    {"audio", "chat:user:voice", `{"filename":"x.bin","url":"` + url + `","secret":"s","file_length":7,"length":4}`},
		callbacks.KindMessageVideo:    {"video", "chat:user:video", `{"filename":"x.bin","url":"` + url + `","secret":"s","file_length":7,"length":4,"thumb":"` + url + `","thumb_secret":"t"}`},
		callbacks.KindMessageLocation: {"loc", "chat:user:location", `{"lat":47.3769,"lng":8.5417,"addr":"Zurich"}`},
		callbacks.KindMessageFile:     {"file", "chat:user:file", `{"filename":"x.bin","url":"` + url + `","secret":"s","file_length":7}`},
		callbacks.KindMessageCustom:   {"custom", "chat:user:custom", `{"customEvent":"gift","customExts":{"color":"red","size":"2"}}`},
		callbacks.KindMessageCombine:  {"txt", "chat:user:txt", `{"subType":"sub_combine","msg":"update","title":"Chat","summary":"a: b","filename":"x.bin","url":"` + url + `","secret":"s","file_length":7,"combineLevel":1}`},
	} {
		var sent imtest.Message
		heard := s.heardOf(tt.body, func() {
			var err error
			sent, err = s.srv.SendAs("alice", imtest.ClientMessage{To: "bob", Type: tt.kind, Body: json.RawMessage(tt.body)})
			require.NoError(s, err)
		})
		require.Len(s, heard, 3, "two questions and the message")
		for i, kind := range []callbacks.Kind{callbacks.KindPreSendMessage, callbacks.KindPreSendMessageFlat, kind} {
			e := heard[i]
			require.Equal(s, kind, e.Kind())
			assert.Equal(s, sent.ID, e.Head().MessageID)
			s.essence(e)
		}
		arrived := heard[2].(*callbacks.Message)
		s.same([]callbacks.Event{s.message(kind, tt.content, sent, arrived.Record.Body)}, []callbacks.Event{s.essence(arrived)}, tt.body)
		assert.Equal(s, arrived.Record.Body, heard[0].(*callbacks.Outgoing).Record.Body)
		assert.Equal(s, arrived.Record.Body, heard[1].(*callbacks.Outgoing).Record.Body)
		if attached, ok := arrived.Record.Attachment(); ok {
			assert.Equal(s, []any{file.Name, file.URL, file.Secret, file.Size}, []any{attached.Name, attached.URL, attached.Secret, attached.Size})
		}
	}

	s.srv.AddGroup(imtest.Group{ID: "club", Name: "Club", Owner: "alice", Members: []string{"bob", "carol"}})
	s.srv.AddRoom(imtest.Room{ID: "lobby", Name: "Lobby", Owner: "alice", Members: []string{"bob"}})
	require.NoError(s, s.srv.WaitCallbacks(s.ctx))
	text := messages.Message{From: "alice", Body: messages.Text("hi"), Ext: map[string]any{"k": "v"}}
	var ids [2]string
	heard := s.caused("send to a group and a room", func() {
		sent, err := s.client.Messages.SendToGroups(s.ctx, []string{"club"}, text)
		require.NoError(s, err)
		ids[0] = sent[0].Value
		sent, err = s.client.Messages.SendToRooms(s.ctx, []string{"lobby"}, text)
		require.NoError(s, err)
		ids[1] = sent[0].Value
	})
	group, _ := s.srv.MessageByID(ids[0])
	room, _ := s.srv.MessageByID(ids[1])
	online := s.message(callbacks.KindMessageText, "chat:group:text", group, messages.Text("hi"))
	offline := s.message(callbacks.KindMessageOffline, "chat:group:text", group, messages.Text("hi"))
	offline.Offline, offline.To = true, "carol"
	inRoom := s.message(callbacks.KindMessageText, "chat:room:text", room, messages.Text("hi"))
	for _, e := range []*callbacks.Message{online, offline, inRoom} {
		e.Record.Ext = map[string]any{"k": "v"}
	}
	s.same([]callbacks.Event{online, offline, inRoom}, heard, "send to a group and a room")
}

func (s *callbackStory) send(text string) imtest.Message {
	sent, err := s.client.Messages.SendToUsers(s.ctx, []string{"bob"}, messages.Message{From: "alice", Body: messages.Text(text)})
	require.NoError(s, err)
	require.NoError(s, s.srv.WaitCallbacks(s.ctx))
	m, _ := s.srv.MessageByID(sent[0].Value)
	return m
}

func (s *callbackStory) changes() {
	m := s.send("before")
	s.srv.Clock().Advance(time.Minute)
	edited := func(text, by string, count int) *callbacks.Edited {
		return &callbacks.Edited{
			Info: infoOf(callbacks.KindMessageEdit, "alice", "bob"), Count: count, EditedAt: s.srv.Clock().Now().Local(), Operator: by, Scope: "chat:user", EditType: "edit",
			Record: messages.Record{ID: m.ID, Time: m.Time.Local(), ChatType: messages.ChatTypeUser, From: "alice", To: "bob", Body: messages.Text(text)},
		}
	}
	s.hear("edit by REST", func() {
		require.NoError(s, s.client.Messages.Update(s.ctx, m.ID, messages.MessageUpdate{Body: messages.Text("after")}))
	}, edited("after", "easemob_rest_app_admin", 1))
	question := s.outgoing(callbacks.KindPreSendMessageEdit, "bob", messages.Text("again"))
	question.EditedID = m.ID
	s.hear("edit by a client", func() {
		require.NoError(s, s.srv.EditAs("alice", m.ID, imtest.ClientMessage{Text: "again"}))
	}, question, edited("again", "alice", 2))
	s.hear("recall by REST", func() {
		require.NoError(s, s.client.Messages.Recall(s.ctx, m.ID, messages.Recall{To: "bob", ChatType: messages.ChatTypeUser, From: "alice"}))
	}, &callbacks.Recalled{Info: infoOf(callbacks.KindMessageRecall, "alice", "bob"), RecalledID: m.ID})
	m = s.send("again")
	s.hear("recall by a client", func() { require.NoError(s, s.srv.RecallAs("alice", m.ID)) },
		&callbacks.Recalled{Info: infoOf(callbacks.KindMessageRecall, "alice", "bob"), RecalledID: m.ID})
}

func (s *callbackStory) receipts() {
	m := s.send("to be read")
	receipt := func(kind callbacks.Kind) *callbacks.Receipt {
		return &callbacks.Receipt{Info: infoOf(kind, "bob", "alice"), AckedID: m.ID}
	}
	s.hear("delivered", func() { require.NoError(s, s.srv.DeliveredAs("bob", m.ID)) }, receipt(callbacks.KindMessageDeliveryAck))
	read := receipt(callbacks.KindMessageReadAck)
	read.Channel = "alice"
	s.hear("read", func() { require.NoError(s, s.srv.ReadAs("bob", m.ID, "")) }, read)
	whole := receipt(callbacks.KindMessageConversationAck)
	whole.Ext = nil
	s.hear("conversation read", func() { require.NoError(s, s.srv.ReadConversationAs("bob", "alice")) }, whole)

	group, err := s.srv.SendAs("alice", imtest.ClientMessage{Group: "club", Text: "read this", NeedAck: true})
	require.NoError(s, err)
	require.NoError(s, s.srv.WaitCallbacks(s.ctx))
	s.hear("read in a group", func() { require.NoError(s, s.srv.ReadAs("bob", group.ID, "")) }, &callbacks.Receipt{
		Info: infoOf(callbacks.KindMessageGroupReadAck, "bob", "club"), AckedID: group.ID, Channel: "club", Reader: "bob", GroupAcks: true,
	})
}

func (s *callbackStory) contacts() {
	contact := func(kind callbacks.Kind, from, to, version, code string) *callbacks.ContactEvent {
		return &callbacks.ContactEvent{Info: infoOf(kind, from, to), RosterVersion: version, ErrorCode: code}
	}
	s.hear("add", func() { require.NoError(s, s.client.Contacts.Add(s.ctx, "alice", "bob")) },
		contact(callbacks.KindRosterAdd, "alice", "bob", "", ""), contact(callbacks.KindRosterAccept, "bob", "bob", "v", ""), contact(callbacks.KindRosterRemoteAccept, "bob", "alice", "v", ""))
	s.hear("remove", func() { require.NoError(s, s.client.Contacts.Remove(s.ctx, "alice", "bob")) }, contact(callbacks.KindRosterRemove, "alice", "bob", "v", ""))
	s.hear("block", func() {
		_, err := s.client.Contacts.Block(s.ctx, "alice", []string{"carol"})
		require.NoError(s, err)
	}, contact(callbacks.KindRosterBan, "alice", "carol", "", "ok"))
	s.hear("unblock", func() { require.NoError(s, s.client.Contacts.Unblock(s.ctx, "alice", "carol")) }, contact(callbacks.KindRosterAllow, "alice", "carol", "", "ok"))
}

// muc is what happens to a group, in the old format; op in the new one. By admin where nobody did it.
func muc(kind callbacks.Kind, operation callbacks.GroupOperation, id, by string, users ...string) *callbacks.GroupEvent {
	return &callbacks.GroupEvent{Info: callbacks.Info{Type: kind}, Operation: operation, GroupID: id, Operator: by, ByAdmin: by == "", Users: users, ErrorCode: "ok", Room: strings.HasPrefix(id, "lobby")}
}

func op(kind callbacks.Kind, operation callbacks.GroupOperation, id, by string, users ...string) *callbacks.GroupEvent {
	e := muc(kind, operation, id, by, users...)
	e.ErrorCode = ""
	return e
}

func with(e *callbacks.GroupEvent, change func(*callbacks.GroupEvent)) *callbacks.GroupEvent {
	change(e)
	return e
}

func counting(n int) func(*callbacks.GroupEvent) {
	return func(e *callbacks.GroupEvent) { e.MemberCount = &n }
}

func (s *callbackStory) settings(g imtest.Group) *callbacks.GroupSettings {
	return &callbacks.GroupSettings{
		Name: &g.Name, Description: &g.Description, Avatar: &g.Avatar, Custom: &g.Custom, Owner: g.Owner, MaxMembers: &g.MaxUsers, Public: &g.Public,
		AllowInvites: &g.AllowInvites, ConfirmInvites: &g.InviteNeedConfirm, MutedAll: &g.MutedAll, Disabled: &g.Disabled, MuteLength: new(time.Duration(0)),
		Created: g.Created.Local(), Updated: s.srv.Clock().Now().Local(),
	}
}

func (s *callbackStory) groups() {
	ctx, c := s.ctx, s.client.Groups
	var id string
	heard := s.caused("create", func() {
		var err error
		id, err = c.Create(ctx, groups.NewGroup{Owner: "alice", Name: "Hiking", Description: "up & down", Members: []string{"bob"}, Public: true})
		require.NoError(s, err)
	})
	s.same([]callbacks.Event{
		muc(callbacks.KindMUCCreate, callbacks.GroupOperationCreated, id, ""),
		muc(callbacks.KindMUCDirectJoined, callbacks.GroupOperationMemberAdded, id, "", "bob"), muc(callbacks.KindMUCPresence, callbacks.GroupOperationMemberJoined, id, "bob", "bob"),
		with(op(callbacks.KindGroupOpCreate, callbacks.GroupOperationCreated, id, "", "bob"), func(e *callbacks.GroupEvent) {
			e.Roles, e.Settings = map[string]string{"alice": "owner"}, s.settings(groupOf(s.T, s.srv, id))
		}),
		with(op(callbacks.KindGroupOpJoinDirect, callbacks.GroupOperationMemberAdded, id, "", "bob"), counting(2)),
	}, heard, "create")

	s.srv.Clock().Advance(time.Second)
	heard = s.caused("update", func() { require.NoError(s, c.Update(ctx, id, groups.GroupUpdate{Name: new("Climbing")})) })
	s.same([]callbacks.Event{
		muc(callbacks.KindMUCUpdate, callbacks.GroupOperationUpdated, id, ""),
		with(op(callbacks.KindGroupOpUpdateInfo, callbacks.GroupOperationUpdated, id, ""), func(e *callbacks.GroupEvent) { e.Settings = s.settings(groupOf(s.T, s.srv, id)) }),
	}, heard, "update")
	s.hear("announce", func() { require.NoError(s, c.SetAnnouncement(ctx, id, "at noon")) },
		with(muc(callbacks.KindMUCUpdateAnnouncement, callbacks.GroupOperationAnnouncementSet, id, ""), func(e *callbacks.GroupEvent) { e.Announcement = "at noon" }),
		with(op(callbacks.KindGroupOpUpdateAnnouncement, callbacks.GroupOperationAnnouncementSet, id, ""), func(e *callbacks.GroupEvent) { e.Announcement = "at noon" }))
	s.hear("announce nothing", func() { require.NoError(s, c.SetAnnouncement(ctx, id, "")) },
		muc(callbacks.KindMUCDeleteAnnouncement, callbacks.GroupOperationAnnouncementDeleted, id, ""), op(callbacks.KindGroupOpUpdateAnnouncement, callbacks.GroupOperationAnnouncementDeleted, id, ""))
	s.hear("mute all", func() { require.NoError(s, c.MuteAll(ctx, id)) },
		muc(callbacks.KindMUCBanGroup, callbacks.GroupOperationMuted, id, ""), op(callbacks.KindGroupOpUpdateMute, callbacks.GroupOperationMuted, id, ""))
	s.hear("unmute all", func() { require.NoError(s, c.UnmuteAll(ctx, id)) },
		muc(callbacks.KindMUCRemoveBanGroup, callbacks.GroupOperationUnmuted, id, ""), op(callbacks.KindGroupOpUpdateMute, callbacks.GroupOperationUnmuted, id, ""))
	s.hear("disable", func() { require.NoError(s, c.Disable(ctx, id)) }, op(callbacks.KindGroupOpUpdateDisable, callbacks.GroupOperationDisabled, id, ""))
	s.hear("enable", func() { require.NoError(s, c.Enable(ctx, id)) }, op(callbacks.KindGroupOpUpdateDisable, callbacks.GroupOperationEnabled, id, ""))

	heard = s.caused("upload a file", func() {
		_, err := c.UploadFile(ctx, id, file.Bytes("plan.csv", []byte("a,b")), groups.UploadOptions{})
		require.NoError(s, err)
	})
	f := groupOf(s.T, s.srv, id).Files[0]
	shared := callbacks.GroupFile{ID: f.UUID, Name: "plan.csv", ByAdmin: true, Size: 3, Created: f.Time.Local()}
	s.same([]callbacks.Event{
		with(muc(callbacks.KindMUCUploadFile, callbacks.GroupOperationFileAdded, id, ""), func(e *callbacks.GroupEvent) { e.Files = []callbacks.GroupFile{shared} }),
		with(op(callbacks.KindGroupOpShareFileAdd, callbacks.GroupOperationFileAdded, id, ""), func(e *callbacks.GroupEvent) { e.Files = []callbacks.GroupFile{{ID: f.UUID}} }),
	}, heard, "upload a file")
	s.hear("delete a file", func() { require.NoError(s, c.DeleteFile(ctx, id, f.UUID)) },
		with(muc(callbacks.KindMUCDeleteFile, callbacks.GroupOperationFileRemoved, id, ""), func(e *callbacks.GroupEvent) { e.Files = []callbacks.GroupFile{{ID: f.UUID}} }),
		with(op(callbacks.KindGroupOpShareFileRemove, callbacks.GroupOperationFileRemoved, id, ""), func(e *callbacks.GroupEvent) { e.Files = []callbacks.GroupFile{{ID: f.UUID}} }))
	s.hear("transfer", func() { require.NoError(s, c.TransferOwner(ctx, id, "bob")) },
		with(muc(callbacks.KindMUCAssingOwner, callbacks.GroupOperationOwnerChanged, id, "", "bob"), func(e *callbacks.GroupEvent) { e.Owner = "bob" }),
		with(op(callbacks.KindGroupOpUpdateOwner, callbacks.GroupOperationOwnerChanged, id, "", "bob"), func(e *callbacks.GroupEvent) { e.Owner, e.OldOwner = "bob", "alice" }))
	s.hear("delete", func() { require.NoError(s, c.Delete(ctx, id)) },
		muc(callbacks.KindMUCDestroy, callbacks.GroupOperationDeleted, id, ""),
		op(callbacks.KindGroupOpDelete, callbacks.GroupOperationDeleted, id, ""), op(callbacks.KindGroupOpLeaveDelete, callbacks.GroupOperationMemberLeftDeleted, id, "", "alice", "bob"))
}

func (s *callbackStory) groupMembers() {
	ctx, c := s.ctx, s.client.Groups
	s.hear("add", func() { require.NoError(s, c.AddMember(ctx, "club", "dave", groups.MemberOptions{})) },
		muc(callbacks.KindMUCDirectJoined, callbacks.GroupOperationMemberAdded, "club", "", "dave"), muc(callbacks.KindMUCPresence, callbacks.GroupOperationMemberJoined, "club", "dave", "dave"),
		with(op(callbacks.KindGroupOpJoinDirect, callbacks.GroupOperationMemberAdded, "club", "", "dave"), counting(4)))
	for _, tt := range []struct {
		do     func() error
		muc    callbacks.Kind
		op     callbacks.Kind
		means  callbacks.GroupOperation
		change func(*callbacks.GroupEvent)
	}{
		{func() error { return c.AddAdmin(ctx, "club", "dave") }, callbacks.KindMUCAddAdmin, callbacks.KindGroupOpAdminAdd, callbacks.GroupOperationAdminAdded, nil},
		{func() error { return c.RemoveAdmin(ctx, "club", "dave") }, callbacks.KindMUCRemoveAdmin, callbacks.KindGroupOpAdminRemove, callbacks.GroupOperationAdminRemoved, nil},
		{func() error { return c.AllowMember(ctx, "club", "dave") }, callbacks.KindMUCAddUserWhiteList, callbacks.KindGroupOpWhiteAdd, callbacks.GroupOperationMemberAllowed, nil},
		{func() error { _, err := c.DisallowMembers(ctx, "club", []string{"dave"}); return err }, callbacks.KindMUCRemoveUserWhiteList, callbacks.KindGroupOpWhiteRemove, callbacks.GroupOperationMemberDisallowed, nil},
		{func() error { _, err := c.MuteMembers(ctx, "club", []string{"dave"}, time.Minute); return err }, callbacks.KindMUCAddMute, callbacks.KindGroupOpMuteAdd, callbacks.GroupOperationMemberMuted, func(e *callbacks.GroupEvent) {
			e.Until = s.srv.Clock().Now().Add(time.Minute).Local()
		}},
		{func() error { _, err := c.UnmuteMembers(ctx, "club", []string{"dave"}); return err }, callbacks.KindMUCRemoveMute, callbacks.KindGroupOpMuteRemove, callbacks.GroupOperationMemberUnmuted, nil},
	} {
		newer := op(tt.op, tt.means, "club", "", "dave")
		if tt.change != nil {
			tt.change(newer)
		}
		s.hear(string(tt.means), func() { require.NoError(s, tt.do()) }, muc(tt.muc, tt.means, "club", "", "dave"), newer)
	}
	forever := time.UnixMilli(4638873600000)
	s.hear("mute for good", func() {
		_, err := c.MuteMembers(ctx, "club", []string{"dave"}, im.Forever)
		require.NoError(s, err)
	}, muc(callbacks.KindMUCAddMute, callbacks.GroupOperationMemberMuted, "club", "", "dave"), with(op(callbacks.KindGroupOpMuteAdd, callbacks.GroupOperationMemberMuted, "club", "", "dave"), func(e *callbacks.GroupEvent) {
		e.Until = forever
	}))
	s.hear("attributes", func() {
		require.NoError(s, c.SetMemberAttributes(ctx, "club", "dave", groups.Attributes{"nick": "davy"}))
	}, with(muc(callbacks.KindMUCGroupMemberMetadataUpdate, callbacks.GroupOperationMemberAttributesChanged, "club", "dave", "dave"), func(e *callbacks.GroupEvent) {
		e.Attributes = &callbacks.AttributesChange{Changed: []string{"nick"}, Values: map[string]string{"nick": "davy"}, Event: "event_none", Notify: true}
	}))
	s.hear("block", func() { require.NoError(s, c.BlockMember(ctx, "club", "dave")) },
		muc(callbacks.KindMUCBan, callbacks.GroupOperationMemberBlocked, "club", "", "dave"), muc(callbacks.KindMUCAbsence, callbacks.GroupOperationMemberGone, "club", "dave", "dave"),
		with(op(callbacks.KindGroupOpBlockAdd, callbacks.GroupOperationMemberBlocked, "club", "", "dave"), func(e *callbacks.GroupEvent) { e.Until = forever }),
		with(op(callbacks.KindGroupOpLeaveBlock, callbacks.GroupOperationMemberLeftBlocked, "club", "", "dave"), counting(3)))
	s.hear("unblock", func() { require.NoError(s, c.UnblockMember(ctx, "club", "dave")) },
		muc(callbacks.KindMUCAllow, callbacks.GroupOperationMemberUnblocked, "club", "", "dave"), op(callbacks.KindGroupOpBlockRemove, callbacks.GroupOperationMemberUnblocked, "club", "", "dave"))
	s.srv.AddGroup(imtest.Group{ID: "open", Name: "Open", Owner: "alice", Public: true})
	require.NoError(s, s.srv.WaitCallbacks(ctx))
	s.hear("join", func() { require.NoError(s, s.srv.JoinAs("bob", "open")) },
		muc(callbacks.KindMUCPresence, callbacks.GroupOperationMemberJoined, "open", "bob", "bob"), with(op(callbacks.KindGroupOpJoinDirect, callbacks.GroupOperationMemberAdded, "open", "bob", "bob"), counting(2)))
	s.hear("leave", func() { require.NoError(s, s.srv.LeaveAs("bob", "open")) },
		muc(callbacks.KindMUCLeave, callbacks.GroupOperationMemberLeft, "open", "bob", "bob"), muc(callbacks.KindMUCAbsence, callbacks.GroupOperationMemberGone, "open", "bob", "bob"),
		with(op(callbacks.KindGroupOpLeaveQuit, callbacks.GroupOperationMemberLeft, "open", "bob", "bob"), counting(1)))
}

func (s *callbackStory) rooms() {
	ctx, c := s.ctx, s.client.Chatrooms
	s.hear("remove", func() { require.NoError(s, c.RemoveMember(ctx, "lobby", "bob")) },
		muc(callbacks.KindMUCKick, callbacks.GroupOperationMemberRemoved, "lobby", "", "bob"), muc(callbacks.KindMUCAbsence, callbacks.GroupOperationMemberGone, "lobby", "bob", "bob"),
		with(op(callbacks.KindGroupOpLeaveKick, callbacks.GroupOperationMemberRemoved, "lobby", "", "bob"), counting(1)))
	s.hear("enter", func() { require.NoError(s, s.srv.JoinAs("bob", "lobby")) },
		muc(callbacks.KindMUCPresence, callbacks.GroupOperationMemberJoined, "lobby", "bob", "bob"), with(op(callbacks.KindGroupOpJoinDirect, callbacks.GroupOperationMemberAdded, "lobby", "bob", "bob"), counting(2)))
	s.hear("set", func() {
		_, err := c.SetAttributes(ctx, "lobby", "bob", chatrooms.Attributes{"topic": "go"}, chatrooms.AttributeOptions{})
		require.NoError(s, err)
	}, with(muc(callbacks.KindMUCSetMetadata, callbacks.GroupOperationAttributesSet, "lobby", "bob"), func(e *callbacks.GroupEvent) {
		e.Attributes = &callbacks.AttributesChange{Changed: []string{"topic"}, Values: map[string]string{"topic": "go"}, GroupName: "Lobby", Event: "event_none", Notify: true}
	}))
	s.hear("delete attributes", func() {
		_, err := c.ForceDeleteAttributes(ctx, "lobby", "bob", []string{"topic"})
		require.NoError(s, err)
	}, with(muc(callbacks.KindMUCDeleteMetadata, callbacks.GroupOperationAttributesDeleted, "lobby", "bob"), func(e *callbacks.GroupEvent) {
		e.Attributes = &callbacks.AttributesChange{Changed: []string{"topic"}, GroupName: "Lobby", Event: "event_none", Notify: true, Forced: true}
	}))
	super := func(e *callbacks.GroupEvent) { e.Room = true }
	s.hear("super admin", func() { require.NoError(s, c.AddSuperAdmin(ctx, "dave")) }, with(op(callbacks.KindGroupOpRoomSuperAdminAdd, callbacks.GroupOperationSuperAdminAdded, "", "", "dave"), super))
	s.hear("no super admin", func() { require.NoError(s, c.RemoveSuperAdmin(ctx, "dave")) }, with(op(callbacks.KindGroupOpRoomSuperAdminRemove, callbacks.GroupOperationSuperAdminRemoved, "", "", "dave"), super))
	s.hear("leave", func() { require.NoError(s, s.srv.LeaveAs("bob", "lobby")) },
		muc(callbacks.KindMUCLeave, callbacks.GroupOperationMemberLeft, "lobby", "bob", "bob"), muc(callbacks.KindMUCAbsence, callbacks.GroupOperationMemberGone, "lobby", "bob", "bob"),
		with(op(callbacks.KindGroupOpLeaveQuit, callbacks.GroupOperationMemberLeft, "lobby", "bob", "bob"), func(e *callbacks.GroupEvent) { counting(1)(e); e.Cause = "user_quit" }))
}

func (s *callbackStory) reactions() {
	m := s.send("to react to")
	reacted := func(reactions ...callbacks.Reaction) *callbacks.Reacted {
		return &callbacks.Reacted{
			Info: infoOf(callbacks.KindNotifyReaction, "bob", "alice"), ChatType: messages.ChatTypeUser, Operations: len(reactions),
			Messages: []callbacks.ReactedMessage{{MessageID: m.ID, From: "alice", To: "bob", ChatType: messages.ChatTypeUser, Time: s.srv.Clock().Now().Local(), Reactions: reactions}},
		}
	}
	change := func(kind string) []callbacks.ReactionChange {
		return []callbacks.ReactionChange{{Type: kind, Operator: "bob"}}
	}
	s.hear("by REST", func() {
		_, err := s.client.Reaction.Add(s.ctx, "bob", m.ID, "heart")
		require.NoError(s, err)
	}, reacted(callbacks.Reaction{Reaction: "heart", Users: []string{"bob"}, Count: 1, Changes: change("create")}))
	s.hear("by a client", func() { require.NoError(s, s.srv.ReactAs("bob", m.ID, "+1")) }, reacted(
		callbacks.Reaction{Reaction: "heart", Users: []string{"bob"}, Count: 1}, callbacks.Reaction{Reaction: "+1", Users: []string{"bob"}, Count: 1, Changes: change("create")}))
	s.hear("taken back", func() { require.NoError(s, s.srv.UnreactAs("bob", m.ID, "heart")) }, reacted(
		callbacks.Reaction{Reaction: "+1", Users: []string{"bob"}, Count: 1}, callbacks.Reaction{Reaction: "heart", Users: []string{}, Changes: change("delete")}))
}

func (s *callbackStory) threads() {
	m, err := s.srv.SendAs("alice", imtest.ClientMessage{Group: "club", Text: "release notes"})
	require.NoError(s, err)
	id, err := s.srv.CreateThreadAs("alice", "club", m.ID, "Release notes")
	require.NoError(s, err)
	heard := s.caused("send in a thread", func() {
		_, err := s.srv.SendAs("alice", imtest.ClientMessage{Group: id, Text: "in the thread"})
		require.NoError(s, err)
	})
	last := s.srv.GroupMessages(id)[0]
	i := slices.IndexFunc(heard, func(e callbacks.Event) bool { _, ok := e.(*callbacks.ThreadUpdated); return ok })
	require.GreaterOrEqual(s, i, 0)
	s.same([]callbacks.Event{&callbacks.ThreadUpdated{
		Info: infoOf(callbacks.KindNotifyThread, "admin", "club"), ThreadID: id, Name: "Release notes", Operation: "update_msg", Operator: "alice", ParentID: m.ID, GroupID: "club",
		MessageCount: 1, Updated: s.srv.Clock().Now().Local(), LastSender: "alice",
		LastMessage: messages.Record{ID: last.ID, Time: last.Time.Local(), ChatType: messages.ChatTypeGroup, From: "alice", To: id, Body: messages.Text("in the thread")},
	}}, heard[i:i+1], "send in a thread")
}

func (s *callbackStory) pushes() {
	pushed := func(kind callbacks.Kind, id, user, status string, change func(*callbacks.Pushed)) *callbacks.Pushed {
		e := &callbacks.Pushed{Info: callbacks.Info{Type: kind, MessageID: id}, Status: status, Target: user, ChatType: messages.ChatTypeUser}
		change(e)
		return e
	}
	for status, kind := range map[event.PushStatus]callbacks.Kind{event.PushSuccess: callbacks.KindPushSuccess, event.PushFail: callbacks.KindPushFail, event.PushError: callbacks.KindPushError} {
		m := s.send("to be pushed")
		s.hear("report", func() {
			require.NoError(s, s.srv.ReportPush(event.PushReported{User: "bob", Message: m.ID, Status: status, Platform: "APNS", Device: "d", Notifier: "n", Detail: "why"}))
		}, pushed(kind, m.ID, "bob", string(status), func(e *callbacks.Pushed) {
			e.Channel, e.DeviceID, e.Notifier = "APNS", "d", "n"
			switch status {
			case event.PushSuccess:
				e.Vendor = json.RawMessage("{}")
			case event.PushFail:
				e.Detail = "why"
			case event.PushError:
				e.Error = "why"
			}
		}))
	}
	s.srv.AddPushBinding("alice", imtest.PushBinding{Device: "phone", Notifier: "acme-apns", Token: "t"})
	heard := s.caused("push", func() {
		_, _ = s.client.Push.SendToUsers(s.ctx, []string{"alice", "carol"}, push.Message{Title: "Hi", Content: "there"})
	})
	require.Len(s, heard, 2)
	ids := []string{heard[0].Head().MessageID, heard[1].Head().MessageID}
	assert.NotEqual(s, ids[0], ids[1])
	s.same([]callbacks.Event{
		pushed(callbacks.KindPushSuccess, ids[0], "alice", "success", func(e *callbacks.Pushed) {
			e.Channel, e.DeviceID, e.Notifier, e.Vendor = "APNS", "phone", "acme-apns", json.RawMessage("{}")
		}),
		pushed(callbacks.KindPushFail, ids[1], "carol", "fail", func(e *callbacks.Pushed) { e.Detail = "no push binding" }),
	}, heard, "push")
}

func (s *callbackStory) moderation() {
	m := s.send("some text")
	verdict := &callbacks.Moderated{
		Info: callbacks.Info{Type: callbacks.KindModeration, From: "alice", To: "bob", MessageID: m.ID}, Result: "PASS", Provider: "REVIEWED", MessageType: messages.TypeText,
		ChatType: messages.ChatTypeUser, Risk: "none", Text: "some text", Source: json.RawMessage("{}"),
	}
	s.hear("pass", func() {
		require.NoError(s, s.srv.Moderate(m.ID, imtest.Moderation{Result: event.VerdictPass, Provider: "REVIEWED", Risk: "none"}))
	}, verdict)
	rejected := *verdict
	rejected.Result, rejected.Provider, rejected.Risk = "REJECT", "REJECT", ""
	s.hear("reject", func() { require.NoError(s, s.srv.Moderate(m.ID, imtest.Moderation{Result: event.VerdictReject})) },
		&rejected, &callbacks.Recalled{Info: infoOf(callbacks.KindMessageRecall, "alice", "bob"), RecalledID: m.ID})
}

// compareWithHistory compares each message that has arrived with its record in the history.
func (s *callbackStory) compareWithHistory() {
	s.srv.Clock().Advance(2 * time.Hour)
	compared := 0
	for record, err := range s.client.Messages.ReadHistory(s.ctx, time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), messages.HistoryOptions{}) {
		require.NoError(s, err)
		got, ok := s.sent[record.ID]
		if !ok {
			continue // it was sent meanwhile
		}
		compared++
		record.Direction, record.Raw, got.Raw = "", nil, nil
		assert.Equal(s, record, got)
	}
	assert.GreaterOrEqual(s, compared, 12)
}

// compareWithDocs compares the kinds that have arrived with the list in the docs.
func (s *callbackStory) compareWithDocs() {
	text, err := os.ReadFile("../../../docs/emulator.md")
	require.NoError(s, err)
	var listed, seen []string
	for _, row := range regexp.MustCompile(`(?m)^\| (`+"`"+`.*) \| (.*) \|$`).FindAllStringSubmatch(string(text), -1) {
		for _, kind := range regexp.MustCompile("`((?:pre_send|message|roster|user|muc|group_op|notify|push)\\.[a-zA-Z_.]+|moderation|keyword_alert)`").FindAllStringSubmatch(row[1], -1) {
			if !strings.HasPrefix(row[2], "–") {
				listed = append(listed, kind[1])
			}
		}
	}
	for kind := range s.seen {
		seen = append(seen, string(kind))
	}
	assert.ElementsMatch(s, listed, seen)
}
