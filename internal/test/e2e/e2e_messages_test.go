package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

// bodies are one of each type that can be sent, with what the server must keep.
func bodies(srv *imtest.Server) map[string]struct {
	body messages.Body
	json string
} {
	url := srv.FileURL("11111111-2222-3333-4444-555555555555")
	f := messages.Attachment{URL: url, Name: "茶 pot.bin", Secret: "s3cret", Size: 1234}
	return map[string]struct {
		body messages.Body
		json string
	}{
		"txt":    {messages.Text("The kettle <is> on & 壶 🫖"), `{"msg":"The kettle <is> on & 壶 🫖"}`},
		"img":    {messages.Image(f, 480, 360), `{"url":"` + url + `","filename":"茶 pot.bin","secret":"s3cret","size":{"width":480,"height":360}}`},
		"audio":  {messages.Voice(f, 2500*time.Millisecond), `{"url":"` + url + `","filename":"茶 pot.bin","secret":"s3cret","length":3}`},
		"video":  {messages.Video(f, messages.Attachment{URL: url, Secret: "thumb"}, 10*time.Second), `{"url":"` + url + `","filename":"茶 pot.bin","secret":"s3cret","file_length":1234,"length":10,"thumb":"` + url + `","thumb_secret":"thumb"}`},
		"file":   {messages.Attach(f), `{"url":"` + url + `","filename":"茶 pot.bin","secret":"s3cret"}`},
		"loc":    {messages.Location(39.9, -116.25, "Peking"), `{"lat":"39.9","lng":"-116.25","addr":"Peking"}`},
		"cmd":    {messages.Command("refresh"), `{"action":"refresh"}`},
		"custom": {messages.Custom("order", map[string]string{"id": "A-17"}), `{"customEvent":"order","customExts":{"id":"A-17"}}`},
	}
}

// Every type of message arrives as it was sent.
func TestMessageTypes(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		for kind, c := range bodies(srv) {
			receipts, err := client.Messages.SendToUsers(t.Context(), []string{"bob"}, messages.Message{
				From: "alice", Body: c.body, Ext: map[string]any{"order": "A-17", "deep": map[string]any{"n": 1}},
			})
			require.NoError(t, err, kind)
			m, ok := srv.MessageByID(receipts[0].Value)
			require.True(t, ok)
			assert.Equal(t, []string{"alice", "bob", "chat", kind}, []string{m.From, m.To, m.ChatType, m.Type})
			var want, got map[string]any
			require.NoError(t, json.Unmarshal([]byte(c.json), &want))
			require.NoError(t, json.Unmarshal(m.Body, &got))
			for field, value := range want {
				if field != "size" || kind == "img" {
					assert.EqualValues(t, value, got[field], "%s: %s of %s", kind, field, m.Body)
				}
			}
			assert.JSONEq(t, `{"order":"A-17","deep":{"n":1}}`, string(m.Ext))
		}
	})
}

// Messages to users, groups and rooms, to some members, by the old call and to
// everybody.
func TestSending(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("alice", "bob", "carol")
		srv.LogIn("carol")
		g := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}}).ID
		other := srv.AddGroup(imtest.Group{Owner: "alice"}).ID
		r := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol"}}).ID

		receipts, err := client.Messages.SendToUsers(ctx, []string{"Carol", "bob", "not registered"}, messages.Message{
			From: "alice", Body: messages.Text("hi"), RoamIgnore: []string{"bob"}, SyncDevice: true, NoPush: true,
		})
		require.NoError(t, err)
		assert.Equal(t, []string{"Carol", "bob", "not registered"}, []string{receipts[0].ID, receipts[1].ID, receipts[2].ID})
		assert.Equal(t, receipts[0].Value, srv.Messages("carol")[0].ID)
		assert.Equal(t, []string{"bob"}, srv.Messages("bob")[0].RoamIgnore)
		receipts, err = client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{Body: messages.Text("now or never"), OnlineOnly: true})
		require.NoError(t, err)
		m, _ := srv.MessageByID(receipts[0].Value)
		assert.True(t, m.OnlineOnly)
		assert.Equal(t, "admin", m.From, "without a sender it is the admin")

		receipts, err = client.Messages.SendToGroups(ctx, []string{g, other}, messages.Message{From: "alice", Body: messages.Text("all"), NeedAck: true})
		require.NoError(t, err)
		assert.Equal(t, []string{g, other}, []string{receipts[0].ID, receipts[1].ID})
		assert.Equal(t, receipts[1].Value, srv.GroupMessages(other)[0].ID)
		assert.True(t, srv.GroupMessages(g)[0].NeedAck)
		receipts, err = client.Messages.SendToRooms(ctx, []string{r}, messages.Message{From: "alice", Body: messages.Text("room"), Priority: messages.PriorityHigh})
		require.NoError(t, err)
		assert.Equal(t, receipts[0].Value, srv.RoomMessages(r)[0].ID)
		assert.Equal(t, "high", srv.RoomMessages(r)[0].Level)

		id, err := client.Messages.SendToGroupMembers(ctx, g, []string{"Bob"}, messages.Message{From: "alice", Body: messages.Text("psst")})
		require.NoError(t, err)
		m, _ = srv.MessageByID(id)
		assert.Equal(t, []any{g, "groupchat", "psst"}, []any{m.To, m.ChatType, m.Text()})
		assert.Equal(t, []string{"bob"}, m.Users)
		id, err = client.Messages.SendToRoomMembers(ctx, r, []string{"bob", "carol"}, messages.Message{From: "alice", Body: messages.Text("psst")})
		require.NoError(t, err)
		m, _ = srv.MessageByID(id)
		assert.Equal(t, []string{"bob", "carol"}, m.Users)

		for target, to := range map[messages.Target]string{messages.TargetUsers: "bob", messages.TargetGroups: g, messages.TargetRooms: r} {
			_, err = client.Messages.SendLegacy(ctx, target, []string{to}, messages.Message{From: "alice", Body: messages.Text("old " + string(target))})
			require.NoError(t, err)
			list := srv.AllMessages()
			assert.Equal(t, []string{to, "old " + string(target)}, []string{list[len(list)-1].To, list[len(list)-1].Text()})
		}
	})
}

// One message to all rooms, all online users, all users.
func TestBroadcasts(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("alice", "bob")
		srv.LogIn("bob")
		r := srv.AddRoom(imtest.Room{Owner: "alice"}).ID
		_, err := client.Messages.SendToRooms(ctx, []string{r}, messages.Message{From: "alice", Body: messages.Text("so that it is active")})
		require.NoError(t, err)

		id, err := client.Messages.BroadcastToRooms(ctx, messages.Broadcast{From: "alice", Body: messages.Text("rooms"), Ext: map[string]any{"k": "v"}, Priority: messages.PriorityLow})
		require.NoError(t, err)
		assert.NotEmpty(t, id)
		last := srv.RoomMessages(r)[1]
		assert.Equal(t, []any{"rooms", "low", "alice"}, []any{last.Text(), last.Level, last.From})
		assert.JSONEq(t, `{"k":"v"}`, string(last.Ext))
		assert.NotZero(t, last.Broadcast)

		_, err = client.Messages.BroadcastToOnlineUsers(ctx, messages.Broadcast{Body: messages.Text("online")})
		require.NoError(t, err)
		assert.Empty(t, srv.Messages("alice"))
		assert.Equal(t, "online", srv.Messages("bob")[0].Text())
		_, err = client.Messages.BroadcastToAllUsers(ctx, messages.Broadcast{Body: messages.Command("refresh")})
		require.NoError(t, err)
		assert.Equal(t, "cmd", srv.Messages("alice")[0].Type)
	})
}

// A text comes into being piece by piece.
func TestStreams(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("bob", "assistant")
		response := client.Messages.StreamToUser("bob", messages.StreamOptions{From: "assistant", Format: messages.StreamFormatMarkdown, Ext: map[string]any{"k": "v"}})
		for _, text := range []string{"The **kettle** ", "is ", "on"} {
			require.NoError(t, response.Send(ctx, text))
		}
		require.NoError(t, response.Finish(ctx, ".", new(7)))
		got := srv.Streams()
		require.Len(t, got, 1)
		assert.Equal(t, []any{"The **kettle** is on.", response.MessageID(), true, int64(3), "bob"}, []any{got[0].Text(), got[0].ID, got[0].Finished, got[0].LastSeq, got[0].To})
		assert.JSONEq(t, `{"k":"v"}`, string(got[0].Ext))

		g := srv.AddGroup(imtest.Group{Owner: "assistant"}).ID
		response = client.Messages.StreamToGroup(g, messages.StreamOptions{From: "assistant"})
		require.NoError(t, response.Send(ctx, "tea"))
		require.NoError(t, response.Finish(ctx, "", nil))
		assert.Equal(t, "tea", srv.GroupMessages(g)[0].Text())

		id, err := client.Messages.SendChunkToUser(ctx, "bob", messages.Chunk{From: "assistant", Text: "a"})
		require.NoError(t, err)
		again, err := client.Messages.SendChunkToUser(ctx, "bob", messages.Chunk{From: "assistant", MessageID: id, Seq: 1, Text: "b", Finish: true})
		require.NoError(t, err)
		assert.Equal(t, id, again)
		id, err = client.Messages.SendChunkToGroup(ctx, g, messages.Chunk{From: "assistant", Text: "c"})
		require.NoError(t, err)
		assert.NotEmpty(t, id)

		for want, c := range map[int]messages.Chunk{
			14031: {From: "assistant", MessageID: "1234567890123456789", Seq: 1, Text: "x"},
			14035: {From: "assistant", MessageID: again, Seq: 2, Text: "after the end"},
		} {
			_, err = client.Messages.SendChunkToUser(ctx, "bob", c)
			var e *im.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, want, e.ErrorCode, "%v", err)
		}
		srv.Clock().Advance(31 * time.Second)
		_, err = client.Messages.SendChunkToGroup(ctx, g, messages.Chunk{From: "assistant", MessageID: id, Seq: 1, Text: "too late"})
		var e *im.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, 14033, e.ErrorCode)
	})
}

// Messages are taken back, and changed.
func TestRecallAndModify(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("alice", "bob")
		g := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob"}}).ID
		recalled := func(id string) bool {
			m, _ := srv.MessageByID(id)
			return m.Recalled
		}
		one := toUser(t, client, "alice", "bob", "one")
		require.NoError(t, client.Messages.Recall(ctx, one, messages.Recall{To: "Bob", ChatType: messages.ChatTypeUser, From: "alice", Info: "typo"}))
		assert.True(t, recalled(one))
		assert.Empty(t, srv.Messages("bob"))

		two, three := toUser(t, client, "alice", "bob", "two"), toGroup(t, client, "alice", g, "three")
		result, err := client.Messages.RecallBatch(ctx, []messages.RecallItem{
			{MessageID: two, Recall: messages.Recall{To: "bob", ChatType: messages.ChatTypeUser}}, {MessageID: three, Recall: messages.Recall{To: g, ChatType: messages.ChatTypeGroup, From: "alice"}},
		})
		require.NoError(t, err)
		assert.Equal(t, []string{two, three}, result.Done().IDs())
		assert.True(t, recalled(two) && recalled(three))

		four := toUser(t, client, "alice", "bob", "four")
		result, err = client.Messages.RecallBatchLegacy(ctx, []messages.RecallItem{
			{MessageID: two, Recall: messages.Recall{To: "bob", ChatType: messages.ChatTypeUser}}, {MessageID: four, Recall: messages.Recall{To: "bob", ChatType: messages.ChatTypeUser}},
		})
		reported(t, err, im.ErrNotFound, two)
		assert.Equal(t, []string{four}, result.Done().IDs())

		text := toUser(t, client, "alice", "bob", "tha kettle")
		require.NoError(t, client.Messages.Update(ctx, text, messages.MessageUpdate{By: "alice", Body: messages.Text("the kettle"), Ext: map[string]any{"a": 1, "b": 1}}))
		require.NoError(t, client.Messages.Update(ctx, text, messages.MessageUpdate{Body: messages.Text("the kettle"), Ext: map[string]any{"b": 2}}))
		m, _ := srv.MessageByID(text)
		assert.Equal(t, []any{"the kettle", 2}, []any{m.Text(), m.Edits})
		assert.JSONEq(t, `{"a":1,"b":2}`, string(m.Ext))
		require.NoError(t, client.Messages.Update(ctx, text, messages.MessageUpdate{Body: messages.Text("the kettle"), Ext: map[string]any{"c": 3}, ReplaceExt: true}))
		m, _ = srv.MessageByID(text)
		assert.JSONEq(t, `{"c":3}`, string(m.Ext))

		receipts, err := client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{Body: messages.Custom("gift", map[string]string{"n": "1"}), Ext: map[string]any{"a": 1}})
		require.NoError(t, err)
		gift := receipts[0].Value
		require.NoError(t, client.Messages.Update(ctx, gift, messages.MessageUpdate{Type: messages.TypeCustom, Ext: map[string]any{"b": 2}}))
		m, _ = srv.MessageByID(gift)
		assert.JSONEq(t, `{"customEvent":"gift","customExts":{"n":"1"}}`, string(m.Body), "the body stays")
		assert.JSONEq(t, `{"a":1,"b":2}`, string(m.Ext))
		require.NoError(t, client.Messages.Update(ctx, gift, messages.MessageUpdate{Body: messages.Custom("gift", map[string]string{"n": "2"})}))
		m, _ = srv.MessageByID(gift)
		assert.JSONEq(t, `{"customEvent":"gift","customExts":{"n":"2"}}`, string(m.Body))
		assert.JSONEq(t, `{"a":1,"b":2}`, string(m.Ext), "the ext stays")
	})
}

// Conversation lists, and what a user finds on a new device.
func TestConversationsAndRoaming(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("alice", "bob")
		g := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob"}}).ID
		toUser(t, client, "alice", "bob", "first")
		last := toUser(t, client, "alice", "bob", "second")
		posted := toGroup(t, client, "alice", g, "tea?")

		list, err := client.Messages.ListConversations(ctx, "Bob")
		require.NoError(t, err)
		require.Len(t, list.Items, 2)
		byPeer := map[string]messages.Conversation{}
		for _, c := range list.Items {
			byPeer[c.Peer] = c
		}
		assert.Equal(t, []any{messages.ChatTypeUser, 2, last}, []any{byPeer["alice"].ChatType, byPeer["alice"].Unread, byPeer["alice"].Last.ID})
		assert.Equal(t, messages.Text("second"), byPeer["alice"].Last.Body)
		assert.Equal(t, []any{messages.ChatTypeGroup, posted}, []any{byPeer[g].ChatType, byPeer[g].Last.ID})
		require.NoError(t, client.Messages.DeleteConversation(ctx, "bob", "alice", messages.ChatTypeUser, messages.DeleteConversationOptions{}))
		require.Len(t, srv.Conversations("bob"), 1)
		assert.Equal(t, g, srv.Conversations("bob")[0].ID)
		assert.Len(t, srv.Conversations("alice"), 2, "the other side keeps its own")
		assert.Len(t, srv.Roaming("bob", "alice"), 2)
		require.NoError(t, client.Messages.DeleteConversation(ctx, "bob", g, messages.ChatTypeGroup, messages.DeleteConversationOptions{Roaming: true}))
		assert.Empty(t, srv.GroupRoaming("bob", g))

		result, err := client.Messages.DeleteRoamingChat(ctx, "bob", "alice", []string{last}, messages.RoamingOptions{Silent: true})
		require.NoError(t, err)
		assert.Equal(t, []string{last}, result.Done().IDs())
		assert.Equal(t, []string{"first"}, texts(srv.Roaming("bob", "alice")))
		assert.Len(t, srv.Roaming("alice", "bob"), 2, "the peer keeps them")
		_, err = client.Messages.DeleteRoamingGroup(ctx, "alice", g, []string{posted}, messages.RoamingOptions{})
		require.NoError(t, err)
		assert.Empty(t, srv.GroupRoaming("alice", g))

		now := srv.Clock().Now()
		srv.Clock().Advance(time.Minute)
		toUser(t, client, "alice", "bob", "later")
		toGroup(t, client, "alice", g, "later")
		require.NoError(t, client.Messages.ClearRoamingChat(ctx, "bob", "alice", now.Add(time.Second), messages.RoamingOptions{}))
		assert.Equal(t, []string{"later"}, texts(srv.Roaming("bob", "alice")))
		require.NoError(t, client.Messages.ClearRoamingGroup(ctx, "bob", g, now.Add(2*time.Minute), messages.RoamingOptions{Silent: true}))
		assert.Empty(t, srv.GroupRoaming("bob", g))
		assert.Equal(t, []string{"later"}, texts(srv.GroupRoaming("alice", g)))
		require.NoError(t, client.Messages.ClearRoaming(ctx, "bob"))
		assert.Empty(t, srv.Roaming("bob", "alice"))
		assert.Empty(t, srv.Conversations("bob"))
	})
}

func texts(list []imtest.Message) []string {
	var found []string
	for _, m := range list {
		found = append(found, m.Text())
	}
	return found
}

func TestMessageErrors(t *testing.T) {
	srv, client := start(t)
	ctx := t.Context()
	first := func(_ any, err error) error { return err }
	id := toUser(t, client, "alice", "bob", "hi")
	recall := messages.Recall{To: "bob", ChatType: messages.ChatTypeUser}

	refused(t, client.Messages.Recall(ctx, "1234567890123456789", messages.Recall{To: "bob", ChatType: messages.ChatTypeUser}), im.ErrNotFound)
	refused(t, client.Messages.Recall(ctx, id, messages.Recall{To: "carol", ChatType: messages.ChatTypeUser}), im.ErrNotFound)
	srv.Clock().Advance(3 * time.Minute)
	refused(t, client.Messages.Recall(ctx, id, recall), im.ErrForbidden)
	recall.Force = true
	require.NoError(t, client.Messages.Recall(ctx, id, recall))
	recall.Force = false
	refused(t, client.Messages.Recall(ctx, id, recall), im.ErrNotFound)

	refused(t, client.Messages.Update(ctx, "9000000000000000000", messages.MessageUpdate{Body: messages.Text("x")}), im.ErrNotFound)
	refused(t, client.Messages.Update(ctx, "17", messages.MessageUpdate{Body: messages.Text("x")}), im.ErrForbidden) // of another app: a 401 that is no matter of the token
	edited := toUser(t, client, "alice", "bob", "v0")
	for range 10 {
		require.NoError(t, client.Messages.Update(ctx, edited, messages.MessageUpdate{Body: messages.Text("v")}))
	}
	refused(t, client.Messages.Update(ctx, edited, messages.MessageUpdate{Body: messages.Text("v11")}), im.ErrForbidden)

	long := messages.Message{From: "alice", Body: messages.Text(strings.Repeat("x", 6000))}
	tooLarge(t, first(client.Messages.SendToUsers(ctx, []string{"bob"}, long)))
	unsent(t, first(client.Messages.SendToUsers(ctx, names(601), messages.Message{Body: messages.Text("x")})))
	unsent(t, first(client.Messages.SendToGroups(ctx, names(4), messages.Message{Body: messages.Text("x")})))
	unsent(t, first(client.Messages.SendToRooms(ctx, names(11), messages.Message{Body: messages.Text("x")})))
	unsent(t, first(client.Messages.SendToGroupMembers(ctx, "1", names(21), messages.Message{Body: messages.Text("x")})))
	unsent(t, first(client.Messages.SendToUsers(ctx, nil, messages.Message{Body: messages.Text("x")})))
	unsent(t, first(client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{})))
	unsent(t, first(client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{Body: messages.Text("x"), Priority: messages.PriorityHigh})))
	unsent(t, first(client.Messages.SendLegacy(ctx, messages.TargetUsers, []string{"bob"}, messages.Message{Body: messages.Text("x"), NeedAck: true})))
	unsent(t, first(client.Messages.RecallBatch(ctx, make([]messages.RecallItem, 31))))
	unsent(t, first(client.Messages.DeleteRoamingChat(ctx, "bob", "alice", names(51), messages.RoamingOptions{})))
	unsent(t, client.Messages.DeleteConversation(ctx, "bob", "r", messages.ChatTypeRoom, messages.DeleteConversationOptions{}))
	assert.Len(t, srv.AllMessages(), 2)
}
