package imtest_test

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/imtest/event"
)

var eventStart = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// A test switches on what has happened.
func TestEvents(t *testing.T) {
	c := newClient(t, imtest.WithClock(imtest.NewClock(eventStart)))
	c.send("POST", "/users", `{"username":"Alice","password":"S3cret.pass"}`)
	c.srv.AddUsers("bob")
	c.srv.Clock().Advance(time.Hour)
	c.send("POST", "/users/alice/contacts/users/bob", "")
	var list []event.Event
	for e := range c.srv.Events() {
		list = append(list, e)
	}
	want := []event.Event{
		{Seq: 2, Time: eventStart, Data: event.UserRegistered{User: "alice"}},
		{Seq: 3, Time: eventStart, Data: event.UserRegistered{User: "bob"}},
		{Seq: 4, Time: eventStart.Add(time.Hour), Data: event.ContactAdded{User: "alice", Friend: "bob"}},
	}
	require.IsType(t, event.TokenIssued{}, list[0].Data)
	list = list[1:]
	assert.Equal(t, want, list)
	for e := range c.srv.EventsAfter(list[1].Seq) {
		assert.Equal(t, list[2], e)
	}
}

func TestFollowEvents(t *testing.T) {
	srv := imtest.NewServer(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	srv.AddUsers("alice")
	seen := make(chan string)
	go func() {
		defer close(seen)
		for e := range srv.FollowEvents(ctx, 0) {
			seen <- e.Data.(event.UserRegistered).User
		}
	}()
	assert.Equal(t, "alice", <-seen)
	srv.AddUsers("bob")
	assert.Equal(t, "bob", <-seen)
	stop()
	_, more := <-seen
	assert.False(t, more, "it ends with the context")
}

func TestMissedEvents(t *testing.T) {
	srv := imtest.NewServer(t)
	srv.AddUsers("alice")
	for i := range 10_001 {
		srv.LogIn("alice", imtest.Device{ID: strconv.Itoa(i)})
	}
	for e := range srv.Events() {
		assert.Equal(t, "missed", e.Data.Kind())
		assert.Equal(t, event.Missed{Count: e.Seq}, e.Data)
		assert.Positive(t, e.Seq)
		break
	}
}

// What a line says comes back whole; a kind of a later version keeps its fields.
func TestEventJSON(t *testing.T) {
	for text, want := range map[string]any{
		`{"seq":7,"time":"2026-03-01T09:00:00Z","kind":"user_muted","data":{"user":"bob","chat_type":"chat"}}`: event.UserMuted{User: "bob", ChatType: "chat"},
		`{"seq":7,"time":"2026-03-01T09:00:00Z","kind":"messages_arrived","data":{"user":"bob","count":2}}`:    event.MessagesArrived{User: "bob", Count: 2},
		`{"seq":7,"time":"2026-03-01T09:00:00Z","kind":"of_tomorrow","data":{"id":"9007199254740993"}}`:        event.Unknown{Name: "of_tomorrow", Fields: json.RawMessage(`{"id":"9007199254740993"}`)},
		`{"seq":7,"time":"2026-03-01T09:00:00Z","kind":"user_banned","data":{"user":["a list now"]}}`:          event.Unknown{Name: "user_banned", Fields: json.RawMessage(`{"user":["a list now"]}`)},
	} {
		var e event.Event
		require.NoError(t, json.Unmarshal([]byte(text), &e))
		assert.Equal(t, want, e.Data)
		again, err := json.Marshal(e)
		require.NoError(t, err)
		assert.Equal(t, text, string(again))
	}
	var e event.Event
	assert.Error(t, json.Unmarshal([]byte(`{"seq":"?"}`), &e))
}

// What the server does for itself leaves no token behind.
func TestSeededMessagesIssueNoTokens(t *testing.T) {
	srv := imtest.NewServer(t)
	_, err := srv.Seed(strings.NewReader(`{"users":["alice"],"messages":[{"from":"alice","to":"bob","text":"x"}]}`))
	require.NoError(t, err)
	var kinds []string
	for e := range srv.Events() {
		kinds = append(kinds, e.Data.Kind())
	}
	assert.Equal(t, []string{"user_registered", "message_sent"}, kinds)
}
