package messages_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/messages"
)

// do turns a method with one argument into a case's Do.
func do[T any](f func(context.Context, *messages.Service) (T, error)) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return f(ctx, c.Messages) }
}

// act is do for methods that return an error only.
func act(f func(context.Context, *messages.Service) error) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return nil, f(ctx, c.Messages) }
}

const (
	id1 = "1312740985563217920"
	id2 = "1312740985563217921"
	url = "https://a1.example.com/acme/demo/chatfiles/7b3e0c50"
)

var (
	hello = messages.Message{From: "alice", Body: messages.Text("hello")}
	photo = messages.Attachment{URL: url, Name: "oak.jpg", Secret: "s3cr3t", Size: 9000}
)

// bodies has a message of each type: its content, and that as it is sent.
var bodies = []struct {
	body messages.Body
	wire string
}{
	{messages.Text("<hello> & bye"), `{"msg":"<hello> & bye"}`},
	{messages.Image(photo, 480, 720), `{"url":"` + url + `","filename":"oak.jpg","secret":"s3cr3t","file_length":9000,"size":{"width":480,"height":720}}`},
	{messages.Image(messages.Attachment{URL: url}, 0, 0), `{"url":"` + url + `"}`},
	{messages.Voice(photo, 9100*time.Millisecond), `{"url":"` + url + `","filename":"oak.jpg","secret":"s3cr3t","file_length":9000,"length":10}`},
	{
		messages.Video(photo, messages.Attachment{URL: url + "t", Secret: "t0p"}, 12*time.Second),
		`{"url":"` + url + `","filename":"oak.jpg","secret":"s3cr3t","file_length":9000,"length":12,"thumb":"` + url + `t","thumb_secret":"t0p"}`,
	},
	{messages.Attach(photo), `{"url":"` + url + `","filename":"oak.jpg","secret":"s3cr3t","file_length":9000}`},
	{messages.Location(47.3769, -8.5417, "Quay 1"), `{"lat":"47.3769","lng":"-8.5417","addr":"Quay 1"}`},
	{messages.Command("refresh"), `{"action":"refresh"}`},
	{messages.CommandBody{Action: "refresh", Param: map[string]any{"n": 1}}, `{"action":"refresh","param":{"n":1}}`},
	{messages.Custom("gift", map[string]string{"name": "rose"}), `{"customEvent":"gift","customExts":{"name":"rose"}}`},
	{messages.Custom("", map[string]string{"name": "rose"}), `{"customExts":{"name":"rose"}}`},
}

// flat is a body as it is sent where it stands in msg.
func flat(t messages.Type, wire string) string {
	return `{"type":"` + string(t) + `",` + strings.TrimPrefix(wire, "{")
}

func TestEveryType(t *testing.T) {
	var cases []wiretest.Case
	for i, b := range bodies {
		name := fmt.Sprintf("%s %d", b.body.Type(), i)
		m := messages.Message{Body: b.body}
		cases = append(cases, wiretest.Case{
			ID: "messages.send_users", Name: name,
			Do: do(func(ctx context.Context, s *messages.Service) (batch.Results[string], error) {
				return s.SendToUsers(ctx, []string{"bob"}, m)
			}),
			Request:  "POST /messages/users",
			Body:     `{"to":["bob"],"type":"` + string(b.body.Type()) + `","body":` + b.wire + `}`,
			Response: `{"data":{"bob":"` + id1 + `"}}`,
			Want:     batch.Results[string]{{ID: "bob", Value: id1}},
		}, wiretest.Case{
			ID: "messages.import_user", Name: name,
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.ImportToUser(ctx, "bob", messages.Import{From: "alice", Body: b.body})
			}),
			Request:  "POST /messages/users/import",
			Body:     `{"from":"alice","target":"bob","type":"` + string(b.body.Type()) + `","body":` + b.wire + `}`,
			Response: `{"data":{"msg_id":"` + id1 + `"}}`,
			Want:     id1,
		}, wiretest.Case{
			ID: "messages.send_legacy", Name: name,
			Do: do(func(ctx context.Context, s *messages.Service) (batch.Results[string], error) {
				return s.SendLegacy(ctx, messages.TargetUsers, []string{"bob"}, m)
			}),
			Request:  "POST /messages?useMsgId=true",
			Body:     `{"target_type":"users","target":["bob"],"msg":` + flat(b.body.Type(), b.wire) + `}`,
			Response: `{"data":{"bob":"` + id1 + `"}}`,
			Want:     batch.Results[string]{{ID: "bob", Value: id1}},
		}, wiretest.Case{
			ID: "messages.broadcast_rooms", Name: name,
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.BroadcastToRooms(ctx, messages.Broadcast{Body: b.body})
			}),
			Request:  "POST /messages/chatrooms/broadcast",
			Body:     `{"msg":` + flat(b.body.Type(), b.wire) + `}`,
			Response: `{"data":{"id":` + id1 + `}}`,
			Want:     id1,
		})
	}
	wiretest.Run(t, cases)
}

func TestSend(t *testing.T) {
	toUsers := func(m messages.Message) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *messages.Service) (batch.Results[string], error) {
			return s.SendToUsers(ctx, []string{"bob", "Carol"}, m)
		})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "messages.send_users", Do: toUsers(messages.Message{
				From: "alice", Body: messages.Text("hello"), Ext: map[string]any{"order": "A-17"}, NoPush: true,
				OnlineOnly: true, RoamIgnore: []string{"dave"}, SyncDevice: true, Env: "beta1",
			}),
			Request: "POST /messages/users",
			Body: `{"from":"alice","to":["bob","Carol"],"type":"txt","body":{"msg":"hello"},"ext":{"order":"A-17","em_ignore_notification":true},
				"routetype":"ROUTE_ONLINE","roam_ignore_users":["dave"],"sync_device":true,"env":"beta1"}`,
			Response: `{"path":"/messages/users","action":"post","data":{"carol":"` + id2 + `","bob":"` + id1 + `"},"duration":3}`,
			Want:     batch.Results[string]{{ID: "bob", Value: id1}, {ID: "Carol", Value: id2}},
		},
		{
			ID: "messages.send_users", Name: "ids as numbers", Do: toUsers(hello),
			Request: "POST /messages/users", Body: `{"from":"alice","to":["bob","Carol"],"type":"txt","body":{"msg":"hello"}}`,
			Response: `{"data":{"bob":` + id1 + `,"carol":` + id2 + `}}`,
			Want:     batch.Results[string]{{ID: "bob", Value: id1}, {ID: "Carol", Value: id2}},
		},
		{
			ID: "messages.send_groups",
			Do: do(func(ctx context.Context, s *messages.Service) (batch.Results[string], error) {
				return s.SendToGroups(ctx, []string{"219874650132482"}, messages.Message{From: "alice", Body: messages.Text("hello"), NeedAck: true})
			}),
			Request:  "POST /messages/chatgroups",
			Body:     `{"from":"alice","to":["219874650132482"],"type":"txt","body":{"msg":"hello"},"need_group_ack":true}`,
			Response: `{"data":{"219874650132482":"` + id1 + `"}}`,
			Want:     batch.Results[string]{{ID: "219874650132482", Value: id1}},
		},
		{
			ID: "messages.send_rooms",
			Do: do(func(ctx context.Context, s *messages.Service) (batch.Results[string], error) {
				return s.SendToRooms(ctx, []string{"7", "8"}, messages.Message{Body: messages.Text("hello"), Priority: messages.PriorityHigh})
			}),
			Request:  "POST /messages/chatrooms",
			Body:     `{"to":["7","8"],"type":"txt","body":{"msg":"hello"},"chatroom_msg_level":"high"}`,
			Response: `{"data":{"8":"` + id2 + `","7":"` + id1 + `"}}`,
			Want:     batch.Results[string]{{ID: "7", Value: id1}, {ID: "8", Value: id2}},
		},
		{
			ID: "messages.send_legacy",
			Do: do(func(ctx context.Context, s *messages.Service) (batch.Results[string], error) {
				return s.SendLegacy(ctx, messages.TargetRooms, []string{"7"}, messages.Message{
					From: "alice", Body: messages.Text("hello"), Ext: map[string]any{"k": "v"}, OnlineOnly: true, SyncDevice: true, Priority: messages.PriorityLow,
				})
			}),
			Request: "POST /messages?useMsgId=true",
			Body: `{"target_type":"chatrooms","target":["7"],"msg":{"type":"txt","msg":"hello"},"from":"alice","ext":{"k":"v"},
				"routetype":"ROUTE_ONLINE","sync_device":true,"chatroom_msg_level":"low"}`,
			Response: `{"data":{"7":"` + id1 + `"}}`,
			Want:     batch.Results[string]{{ID: "7", Value: id1}},
		},
		{
			ID: "messages.send_legacy", Name: "a server that returns no ids",
			Do: do(func(ctx context.Context, s *messages.Service) (batch.Results[string], error) {
				return s.SendLegacy(ctx, messages.TargetUsers, []string{"bob"}, hello)
			}),
			Request:  "POST /messages?useMsgId=true",
			Body:     `{"target_type":"users","target":["bob"],"msg":{"type":"txt","msg":"hello"},"from":"alice"}`,
			Response: `{"data":{"bob":"success"}}`,
			Want:     batch.Results[string]{{ID: "bob"}},
		},
		{
			ID: "messages.send_group_targeted",
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.SendToGroupMembers(ctx, "219874650132482", []string{"bob", "carol"}, messages.Message{From: "alice", Body: messages.Text("hello"), NeedAck: true})
			}),
			Request:  "POST /messages/chatgroups/users",
			Body:     `{"from":"alice","to":["219874650132482"],"users":["bob","carol"],"type":"txt","body":{"msg":"hello"},"need_group_ack":true}`,
			Response: `{"path":"/messages/chatgroups","data":{"219874650132482":"` + id1 + `"}}`,
			Want:     id1,
		},
		{
			ID: "messages.send_room_targeted",
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.SendToRoomMembers(ctx, "7", []string{"bob"}, messages.Message{Body: messages.Command("mute-mic"), Priority: messages.PriorityLow})
			}),
			Request:  "POST /messages/chatrooms/users",
			Body:     `{"to":["7"],"users":["bob"],"type":"cmd","body":{"action":"mute-mic"},"chatroom_msg_level":"low"}`,
			Response: `{"data":{"7":` + id1 + `}}`,
			Want:     id1,
		},
		{
			ID: "messages.send_room_targeted", Name: "not named in the response",
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.SendToRoomMembers(ctx, "7", []string{"bob"}, hello)
			}),
			Request:  "POST /messages/chatrooms/users",
			Body:     `{"from":"alice","to":["7"],"users":["bob"],"type":"txt","body":{"msg":"hello"}}`,
			Response: `{"data":{}}`,
			Err:      im.ErrOutcomeUnknown,
		},
	})
}

func TestPartialFailure(t *testing.T) {
	client, _ := wiretest.Client(t, wiretest.JSON(200, `{"data":{"bob":"`+id1+`","dave":"user not found","erin":null,"frank":"success"}}`))
	got, err := client.Messages.SendToUsers(t.Context(), []string{"Bob", "carol", "dave", "erin", "frank"}, hello)
	require.Len(t, got, 5)
	assert.Equal(t, batch.Item[string]{ID: "Bob", Value: id1}, got[0])
	require.ErrorIs(t, got[1].Err, batch.ErrNotReported)
	require.ErrorIs(t, got[1].Err, im.ErrOutcomeUnknown, "carol may have got it")
	require.ErrorIs(t, got[2].Err, im.ErrNotFound)
	assert.Empty(t, got[2].Value)
	require.Error(t, got[3].Err)
	require.NoError(t, got[4].Err)

	require.ErrorIs(t, err, im.ErrPartial)
	require.EqualError(t, err, "im: 3 of 5 items failed: carol (the response does not name this item), dave (user not found), erin (refused without a reason)")
	require.NoError(t, got[:1].Err())
}

func TestSendRefuses(t *testing.T) {
	ctx := t.Context()
	many := func(n int) []string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprint("r", i)
		}
		return list
	}
	with := func(change func(*messages.Message)) messages.Message {
		m := hello
		change(&m)
		return m
	}
	bob, text := []string{"bob"}, messages.Text("x")
	toBob := func(m messages.Message) func(*messages.Service) error {
		return func(s *messages.Service) error { _, err := s.SendToUsers(ctx, bob, m); return err }
	}
	body := func(b messages.Body) func(*messages.Service) error { return toBob(messages.Message{Body: b}) }
	legacy := func(target messages.Target, m messages.Message) func(*messages.Service) error {
		return func(s *messages.Service) error { _, err := s.SendLegacy(ctx, target, bob, m); return err }
	}
	for want, call := range map[string]func(*messages.Service) error{
		"send_users: usernames: must name at least one user": func(s *messages.Service) error { _, err := s.SendToUsers(ctx, nil, hello); return err },
		"send_users: usernames[1]: must not be empty":        func(s *messages.Service) error { _, err := s.SendToUsers(ctx, []string{"a", ""}, hello); return err },
		"send_users: usernames: has 601 entries, at most 600 are allowed": func(s *messages.Service) error {
			_, err := s.SendToUsers(ctx, many(601), hello)
			return err
		},
		"send_groups: groupIDs: has 4 entries, at most 3 are allowed": func(s *messages.Service) error { _, err := s.SendToGroups(ctx, many(4), hello); return err },
		"send_rooms: roomIDs: has 11 entries, at most 10 are allowed": func(s *messages.Service) error { _, err := s.SendToRooms(ctx, many(11), hello); return err },
		"send_users: NeedAck: is for groups only":                     toBob(with(func(m *messages.Message) { m.NeedAck = true })),
		"send_users: Priority: is for chat rooms only":                toBob(with(func(m *messages.Message) { m.Priority = messages.PriorityLow })),
		"send_groups: Priority: is for chat rooms only": func(s *messages.Service) error {
			_, err := s.SendToGroups(ctx, bob, messages.Message{Body: text, Priority: messages.PriorityLow})
			return err
		},
		"send_rooms: NeedAck: is for groups only": func(s *messages.Service) error {
			_, err := s.SendToRooms(ctx, bob, messages.Message{Body: text, NeedAck: true})
			return err
		},
		`send_users: Env: is "production", must match ^[A-Za-z0-9]{1,8}$`: toBob(with(func(m *messages.Message) { m.Env = "production" })),
		"send_users: RoamIgnore: has 21 entries, at most 20 are allowed":  toBob(with(func(m *messages.Message) { m.RoamIgnore = many(21) })),

		"send_users: Body: must not be nil":                                          toBob(messages.Message{}),
		"send_users: Body.Text: must not be empty":                                   body(messages.Text("")),
		"send_users: Body.File.URL: must not be empty":                               body(messages.Image(messages.Attachment{}, 0, 0)),
		"send_users: Body.Length: is -1s, must not be negative":                      body(messages.Voice(photo, -time.Second)),
		"send_users: Body.Latitude: is 90.5, must be from -90 to 90":                 body(messages.Location(90.5, 0, "a")),
		"send_users: Body.Longitude: is NaN, must be from -180 to 180":               body(messages.Location(0, math.NaN(), "a")),
		"send_users: Body.Address: must not be empty":                                body(messages.Location(0, 0, "")),
		"send_users: Body.Action: must not be empty":                                 body(messages.Command("")),
		"send_users: Body.Event: has 33 characters, at most 32 are allowed":          body(messages.Custom(strings.Repeat("e", 33), nil)),
		`send_users: Body.Event: is "a b", must match ^[a-zA-Z0-9\-_/.]{1,32}$`:      body(messages.Custom("a b", nil)),
		"send_users: Body.Exts: has 17 entries, at most 16 are allowed":              body(messages.Custom("e", exts(17))),
		"send_users: Body.JSON: must be a JSON object to be sent":                    body(messages.RawBody{Kind: "txt", JSON: []byte(`[1]`)}),
		"send_users: Body.JSON: must have a field: the server rejects an empty body": body(messages.RawBody{Kind: "txt", JSON: []byte(`{"type":"txt"}`)}),
		"send_users: Body.Kind: must not be empty":                                   body(messages.RawBody{JSON: []byte(`{"msg":"x"}`)}),

		"send_users: Body: and Ext have 5121 bytes together, at most 5120 are allowed": body(messages.Text(strings.Repeat("x", 5121-len(`{"msg":""}`)))),
		"send_users: Body: and Ext have 5122 bytes together, at most 5120 are allowed": toBob(messages.Message{
			Body: messages.Text(strings.Repeat("x", 5000-len(`{"msg":""}`))), Ext: map[string]any{"k": strings.Repeat("y", 122-len(`{"k":""}`))},
		}),
		"send_legacy: Body: and Ext have 40992 bytes together, at most 40960 are allowed": legacy(messages.TargetUsers, messages.Message{
			Body: messages.Text(strings.Repeat("x", 40960+32-len(`{"type":"txt","msg":""}`))),
		}),
		"send_legacy: target: must say what the ids name":        legacy("", hello),
		"send_legacy: RoamIgnore: is not supported by this call": legacy(messages.TargetUsers, with(func(m *messages.Message) { m.RoamIgnore = bob })),
		"send_legacy: NeedAck: is not supported by this call":    legacy(messages.TargetGroups, with(func(m *messages.Message) { m.NeedAck = true })),
		"send_legacy: Env: is not supported by this call":        legacy(messages.TargetUsers, with(func(m *messages.Message) { m.Env = "a" })),
		"send_legacy: Priority: is for chat rooms only":          legacy(messages.TargetUsers, with(func(m *messages.Message) { m.Priority = messages.PriorityLow })),
		"send_legacy: to: has 601 entries, at most 600 are allowed": func(s *messages.Service) error {
			_, err := s.SendLegacy(ctx, messages.TargetUsers, many(601), hello)
			return err
		},

		"send_group_targeted: groupID: must not be empty": func(s *messages.Service) error { _, err := s.SendToGroupMembers(ctx, "", bob, hello); return err },
		"send_group_targeted: usernames: must name at least one user": func(s *messages.Service) error {
			_, err := s.SendToGroupMembers(ctx, "1", nil, hello)
			return err
		},
		"send_group_targeted: usernames: has 21 entries, at most 20 are allowed": func(s *messages.Service) error {
			_, err := s.SendToGroupMembers(ctx, "1", many(21), hello)
			return err
		},
		"send_room_targeted: roomID: must not be empty": func(s *messages.Service) error { _, err := s.SendToRoomMembers(ctx, "", bob, hello); return err },
		"send_room_targeted: usernames: has 21 entries, at most 20 are allowed": func(s *messages.Service) error {
			_, err := s.SendToRoomMembers(ctx, "1", many(21), hello)
			return err
		},
	} {
		refused(t, "messages."+want, call)
	}
}

// refused checks that a call is refused with this text and nothing sent.
func refused(t *testing.T, want string, call func(*messages.Service) error) {
	t.Helper()
	client, sent := wiretest.Client(t, wiretest.JSON(200, `{}`))
	err := call(client.Messages)
	assert.ErrorIs(t, err, im.ErrInvalidArgument)
	assert.EqualError(t, err, "im: "+want)
	assert.Empty(t, *sent)
}

func exts(n int) map[string]string {
	m := make(map[string]string, n)
	for i := range n {
		m[strconv.Itoa(i)] = "v"
	}
	return m
}

// The limit is for body and ext: a long list of receivers does not count, nor does
// an encoding that is not the one sent.
func TestLargestMessage(t *testing.T) {
	to := make([]string, 600)
	ids := make(map[string]string, 600)
	for i := range to {
		to[i] = fmt.Sprintf("a-name-of-some-length-%d", i)
		ids[to[i]] = id1
	}
	response, err := json.Marshal(map[string]any{"data": ids})
	require.NoError(t, err)
	client, sent := wiretest.Client(t, wiretest.JSON(200, string(response)))
	text := strings.Repeat("<", 5120-len(`{"msg":""}`))
	_, err = client.Messages.SendToUsers(t.Context(), to, messages.Message{Body: messages.Text(text)})
	require.NoError(t, err)
	assert.Contains(t, (*sent)[0].Body, text)
}

func TestSecretsAreNotShown(t *testing.T) {
	quoting := wiretest.JSON(400, `{"error":"illegal_argument","error_description":"bad body s3cr3t and t0p"}`)
	video := messages.Video(photo, messages.Attachment{URL: url, Secret: "t0p"}, time.Second)
	for name, call := range map[string]func(*messages.Service) error{
		"send": func(s *messages.Service) error {
			_, err := s.SendToUsers(t.Context(), []string{"bob"}, messages.Message{Body: video})
			return err
		},
		"import": func(s *messages.Service) error {
			_, err := s.ImportToGroup(t.Context(), "1", messages.Import{From: "alice", Body: video})
			return err
		},
		"broadcast": func(s *messages.Service) error {
			_, err := s.BroadcastToAllUsers(t.Context(), messages.Broadcast{Body: video})
			return err
		},
	} {
		client, _ := wiretest.Client(t, quoting)
		err := call(client.Messages)
		require.Error(t, err, name)
		assert.NotContains(t, err.Error(), "s3cr3t", name)
		assert.NotContains(t, err.Error(), "t0p", name)
	}
	client, _ := wiretest.Client(t, quoting)
	_, err := client.Messages.DownloadFile(t.Context(), "7b3e0c50", io.Discard, messages.DownloadOptions{Secret: "s3cr3t"})
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "s3cr3t")

	for _, v := range []any{
		photo, &photo, video, messages.Message{Body: video}, messages.File{Secret: "s3cr3t"}, messages.DownloadOptions{Secret: "s3cr3t"},
		messages.Record{Body: video, Raw: []byte(`"s3cr3t"`)}, messages.RawBody{JSON: []byte("s3cr3t")},
		messages.CombineBody{File: photo}, messages.Conversation{Raw: []byte("s3cr3t")}, &messages.Conversations{Raw: []byte("s3cr3t")},
	} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
			assert.NotContains(t, fmt.Sprintf(format, v), "s3cr3t", "%T %s", v, format)
		}
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("files", "attachment", photo, "file", messages.File{Secret: "s3cr3t", Name: "oak.jpg"},
		"options", messages.DownloadOptions{Secret: "s3cr3t"}, "record", messages.Record{Body: video, Raw: []byte(`"s3cr3t"`)},
		"body", messages.RawBody{Kind: "poll", JSON: []byte(`"s3cr3t"`)},
		"one", messages.Conversation{Raw: []byte(`"s3cr3t"`)}, "all", &messages.Conversations{Raw: []byte(`"s3cr3t"`)})
	assert.NotContains(t, log.String(), "s3cr3t")
	assert.NotContains(t, log.String(), "t0p")
	assert.Contains(t, log.String(), "oak.jpg")
}

// caller records the calls and returns nothing.
type caller []*api.Call

func (c *caller) Call(_ context.Context, call *api.Call) error {
	*c = append(*c, call)
	return call.Invalid
}

// What a call costs, and whom.
func TestCosts(t *testing.T) {
	ctx := t.Context()
	for name, c := range map[string]struct {
		do    func(*messages.Service)
		items int
		user  string
	}{
		"one message for each user": {func(s *messages.Service) { _, _ = s.SendToUsers(ctx, []string{"a", "b", "c"}, hello) }, 3, ""},
		"one message for each receiver of the older call": {
			func(s *messages.Service) {
				_, _ = s.SendLegacy(ctx, messages.TargetRooms, []string{"1", "2", "3"}, hello)
			}, 3, "",
		},
		"one for the group, whoever of it gets it": {
			func(s *messages.Service) { _, _ = s.SendToGroupMembers(ctx, "1", []string{"a", "b", "c"}, hello) }, 1, "",
		},
		"one for each chunk": {
			func(s *messages.Service) { _, _ = s.SendChunkToUser(ctx, "bob", messages.Chunk{From: "a", Text: "b"}) }, 1, "",
		},
		"the user's own quota, however the name is written": {
			func(s *messages.Service) { _, _ = s.ListConversations(ctx, "Alice") }, 0, "alice",
		},
		"the user's own quota": {
			func(s *messages.Service) {
				_ = s.DeleteConversation(ctx, "Alice", "b", messages.ChatTypeUser, messages.DeleteConversationOptions{})
			}, 0, "alice",
		},
	} {
		var calls caller
		c.do(messages.New(&calls))
		require.Len(t, calls, 1, name)
		require.NoError(t, calls[0].Invalid, name)
		assert.Equal(t, c.items, calls[0].Items, name)
		assert.Equal(t, c.user, calls[0].User, name)
	}
}
