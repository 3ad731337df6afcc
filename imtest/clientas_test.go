package imtest_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/imtest/event"
)

// newest is what happened last.
func newest(srv *imtest.Server) event.Data {
	var last event.Data
	for e := range srv.Events() {
		last = e.Data
	}
	return last
}

// A client that a call disconnects is gone until it logs in again.
func TestClientIsKicked(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob")
	require.True(t, c.srv.LogIn("alice", imtest.Device{ID: "android_1"}, imtest.Device{ID: "ios_2"}))
	assert.Equal(t, map[string]string{"android_1": "1", "ios_2": "1"}, c.srv.Presence("alice").Status)
	assert.True(t, c.srv.LogOutDevice("alice", "ios_2"))
	assert.False(t, c.srv.LogOutDevice("alice", "ios_2"))
	assert.Equal(t, event.DeviceLoggedOut{User: "alice", Device: "ios_2", Why: event.LogoutSelf}, newest(c.srv))
	hello := imtest.ClientMessage{To: "bob", Text: "Hello!"}
	_, err := c.srv.SendAs("alice", hello)
	require.NoError(t, err, "one device is left")

	var whys []event.Logout
	c.send("GET", "/users/alice/disconnect", "")
	for e := range c.srv.Events() {
		if out, ok := e.Data.(event.DeviceLoggedOut); ok {
			whys = append(whys, out.Why)
		}
	}
	assert.Equal(t, []event.Logout{event.LogoutSelf, event.LogoutKicked}, whys)
	_, err = c.srv.SendAs("alice", hello)
	require.EqualError(t, err, "imtest: alice cannot send: the user is not logged in: alice")
	c.send("POST", "/users/alice/deactivate", "")
	assert.False(t, c.srv.LogIn("alice"))
}

func TestClientMessagesAreChecked(t *testing.T) {
	srv := imtest.NewServer(t)
	srv.AddUsers("alice", "bob")
	srv.LogIn("alice")
	body := json.RawMessage(`{"k":1}`)
	for want, m := range map[string]imtest.ClientMessage{
		`one of "to", "group" and "room" is needed`:    {Text: "x"},
		`"text" is needed, or "type" and "body"`:       {To: "bob", Text: "x", Body: body},
		`"type" and "body" go together`:                {To: "bob", Body: body},
		`"body" must be an object that is not empty`:   {To: "bob", Type: "custom", Body: json.RawMessage(`{}`)},
		`"ext" must be an object`:                      {To: "bob", Text: "x", Ext: json.RawMessage(`[]`)},
		`there is no level "loud"`:                     {To: "bob", Text: "x", Level: "loud"},
		`there is no type "fax"`:                       {To: "bob", Type: "fax", Body: body},
		`there is no such group, room or thread: none`: {Group: "none", Text: "x"},
	} {
		_, err := srv.SendAs("alice", m)
		assert.EqualError(t, err, "imtest: alice cannot send: "+want)
	}
	m, err := srv.SendAs("alice", imtest.ClientMessage{
		To: "bob", Type: "img", Body: json.RawMessage(`{"url": "http://x/chatfiles/7"}`), Ext: body, OnlineOnly: true,
	})
	require.NoError(t, err)
	assert.JSONEq(t, `{"url":"http://x/chatfiles/7"}`, string(m.Body))
	assert.True(t, m.OnlineOnly)
	assert.Empty(t, srv.Messages("bob"), "bob is offline")

	m, err = srv.SendAs("alice", imtest.ClientMessage{To: "bob", Text: "x", Body: json.RawMessage("null"), Ext: json.RawMessage(" null\n")})
	require.NoError(t, err)
	assert.Nil(t, m.Ext, "null is none")
	assert.EqualError(t, srv.ReactAs("alice", m.ID, ""), "imtest: alice cannot react: the reaction is empty")
	_, err = srv.CreateThreadAs("alice", "hiking", m.ID, "")
	require.ErrorContains(t, err, "it needs a name")

	for _, r := range []event.PushReported{{User: "bob"}, {User: "nobody", Status: event.PushFail}, {User: "bob", Status: event.PushFail, Platform: "fax"}} {
		assert.Error(t, srv.ReportPush(r))
	}
	for _, v := range []imtest.Moderation{{}, {Result: event.VerdictPass, Text: "x"}, {Result: event.VerdictExchange}} {
		assert.Error(t, srv.Moderate(m.ID, v))
	}
	assert.Error(t, srv.Moderate("7", imtest.Moderation{Result: event.VerdictPass}))
}

// What a Go test does as a client, a test in another language does over HTTP.
func TestClientsOverHTTP(t *testing.T) {
	c := newController(t)
	c.srv.AddUsers("alice", "bob")
	c.srv.AddGroup(imtest.Group{ID: "hiking", Name: "Hiking", Owner: "alice", Public: true})
	c.fine("POST", "users/Alice/log_in", `{"devices":[{"id":"android_1","name":"Pixel"}]}`)
	c.fine("POST", "users/bob/log_in", `{}`)
	u, _ := c.srv.User("alice")
	require.Len(t, u.Devices, 1)
	assert.Equal(t, "Pixel", u.Devices[0].Name)

	c.fine("POST", "users/bob/join", `{"id":"hiking"}`)
	send := func(body string) string {
		var sent struct {
			ID string `json:"id"`
		}
		require.NoError(t, json.Unmarshal([]byte(c.fine("POST", "users/bob/send", body)), &sent))
		return sent.ID
	}
	one, group := send(`{"to":"alice","text":"Hello!"}`), send(`{"group":"hiking","text":"All!","need_ack":true}`)
	for _, step := range []struct {
		user, action, body string
		want               event.Data
	}{
		{"alice", "delivered", `{"message":"` + one + `"}`, event.MessageDelivered{}},
		{"alice", "read", `{"message":"` + group + `","text":"fine"}`, event.MessageRead{}},
		{"alice", "read", `{"with":"bob"}`, event.ConversationRead{}},
		{"alice", "react", `{"message":"` + one + `","reaction":"+1"}`, event.ReactionAdded{}},
		{"alice", "react", `{"message":"` + one + `","reaction":"+1","remove":true}`, event.ReactionRemoved{}},
		{"alice", "create_thread", `{"group":"hiking","message":"` + group + `","name":"where"}`, event.CircleCreated{}},
		{"alice", "set_presence", `{"device":"android_1","status":100,"ext":"busy"}`, event.PresenceSet{}},
		{"bob", "recall", `{"message":"` + one + `"}`, event.MessageRecalled{}},
		{"bob", "leave", `{"id":"hiking"}`, event.MembersLeft{}},
		{"alice", "log_out", `{"device":"android_1"}`, event.UserWentOffline{}},
		{"bob", "log_out", `{}`, event.UserWentOffline{}},
	} {
		c.fine("POST", "users/"+step.user+"/"+step.action, step.body)
		assert.IsType(t, step.want, newest(c.srv), step.action)
	}
	c.fine("POST", "push_reports", `{"user":"bob","message":"`+group+`","status":"fail","platform":"APNS","detail":"bad token"}`)
	assert.Equal(t, event.PushReported{User: "bob", Message: group, Status: event.PushFail, Platform: "APNS", Detail: "bad token"}, newest(c.srv))
	c.fine("POST", "verdicts", `{"message":"`+group+`","result":"EXCHANGE","text":"***","provider":"REVIEWED"}`)
	assert.Equal(t, "***", newest(c.srv).(event.MessageModerated).Message.Text())

	_, text := c.ask("POST", "users/bob/fly", `{}`)
	assert.Contains(t, text, `a client cannot \"fly\", only bind_push, create_thread, `)
	for path, body := range map[string]string{
		"users/bob/send": `{"to":"alice","text":"x"}`, "users/bob/fly": `{}`, "users/nobody/log_in": `{}`, "users/bob/log_out": `{"device":"x"}`,
		"users/bob/log_in": `{"devices":[{}]}`, "users/bob/read": `{}`, "users/bob/join": `{"where":"hiking"}`, "verdicts": `{"message":"7","result":"PASS"}`,
		"push_reports": `{"user":"bob","status":"lost"}`,
	} {
		status, text := c.ask("POST", path, body)
		assert.Equal(t, 400, status, path)
		assert.Contains(t, text, `{"error":"`)
	}
}

// The attachment of a message that was edited is the one that its new body leads to.
func TestEditedAttachment(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice", "bob")
	c.srv.LogIn("alice")
	c.upload("old.txt", []byte("old"))
	c.upload("new.txt", []byte("new"))
	before := c.srv.Files()
	body := func(i int) json.RawMessage {
		return json.RawMessage(`{"customEvent":"card","url":"` + c.srv.FileURL(before[i].UUID) + `"}`)
	}
	sent, err := c.srv.SendAs("alice", imtest.ClientMessage{To: "bob", Type: "custom", Body: body(0)})
	require.NoError(t, err)
	require.NoError(t, c.srv.EditAs("alice", sent.ID, imtest.ClientMessage{Type: "custom", Body: body(1)}))
	require.NoError(t, c.srv.RecallAs("alice", sent.ID))
	assert.Equal(t, before[:1], c.srv.Files(), "the recall has deleted it")
}
