package messages_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/messages"
)

func TestBroadcasts(t *testing.T) {
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "messages.broadcast_rooms",
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.BroadcastToRooms(ctx, messages.Broadcast{
					From: "alice", Body: messages.Text("noon"), Ext: map[string]any{"kind": "notice"}, Priority: messages.PriorityLow, SyncDevice: true,
				})
			}),
			Request:  "POST /messages/chatrooms/broadcast",
			Body:     `{"from":"alice","msg":{"type":"txt","msg":"noon"},"ext":{"kind":"notice"},"chatroom_msg_level":"low","sync_device":true}`,
			Response: `{"data":{"id":1312745518963229185},"duration":1}`,
			Want:     "1312745518963229185", // a float would have made it …184
		},
		{
			ID: "messages.broadcast_rooms", Name: "id as a string",
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.BroadcastToRooms(ctx, messages.Broadcast{Body: messages.Text("noon")})
			}),
			Request: "POST /messages/chatrooms/broadcast", Body: `{"msg":{"type":"txt","msg":"noon"}}`,
			Response: `{"data":{"id":"1312745518963229185"}}`,
			Want:     "1312745518963229185",
		},
		{
			ID: "messages.broadcast_rooms", Name: "response without an id",
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.BroadcastToRooms(ctx, messages.Broadcast{Body: messages.Text("noon")})
			}),
			Request: "POST /messages/chatrooms/broadcast", Body: `{"msg":{"type":"txt","msg":"noon"}}`,
			Response: `{"data":{}}`,
			Err:      im.ErrOutcomeUnknown,
		},
		{
			ID: "messages.broadcast_online_users",
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.BroadcastToOnlineUsers(ctx, messages.Broadcast{From: "alice", Body: messages.Command("refresh"), Ext: map[string]any{"rev": "9"}})
			}),
			Request:  "POST /messages/users/broadcast",
			Body:     `{"from":"alice","msg":{"type":"cmd","action":"refresh"},"ext":{"rev":"9"}}`,
			Response: `{"data":{"id":1312745631420518401}}`,
			Want:     "1312745631420518401",
		},
		{
			ID: "messages.broadcast_all_users",
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.BroadcastToAllUsers(ctx, messages.Broadcast{From: "alice", Body: messages.Text("welcome")})
			}),
			Request:  "POST /messages/broadcast",
			Body:     `{"target_type":"users","from":"alice","msg":{"type":"txt","msg":"welcome"}}`,
			Response: `{"data":{"id":1312746003187466241},"duration":0}`,
			Want:     "1312746003187466241",
		},
	})
	text := messages.Text("x")
	for want, call := range map[string]func(*messages.Service) error{
		"broadcast_rooms: Body: must not be nil": func(s *messages.Service) error {
			_, err := s.BroadcastToRooms(t.Context(), messages.Broadcast{})
			return err
		},
		"broadcast_rooms: Body: and Ext have 5121 bytes together, at most 5120 are allowed": func(s *messages.Service) error {
			_, err := s.BroadcastToRooms(t.Context(), messages.Broadcast{Body: messages.Text(strings.Repeat("x", 5121-len(`{"type":"txt","msg":""}`)))})
			return err
		},
		"broadcast_online_users: Priority: is for chat rooms only": func(s *messages.Service) error {
			_, err := s.BroadcastToOnlineUsers(t.Context(), messages.Broadcast{Body: text, Priority: messages.PriorityHigh})
			return err
		},
		"broadcast_all_users: SyncDevice: is for chat rooms only": func(s *messages.Service) error {
			_, err := s.BroadcastToAllUsers(t.Context(), messages.Broadcast{Body: text, SyncDevice: true})
			return err
		},
	} {
		refused(t, "messages."+want, call)
	}
}

func TestChunks(t *testing.T) {
	last := messages.Chunk{From: "alice", MessageID: id1, Seq: 5, Text: "the end.", Finish: true, FinishReason: new(0)}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "messages.stream_user",
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.SendChunkToUser(ctx, "bob", messages.Chunk{
					From: "alice", Text: "Dear Bob, ", Format: messages.StreamFormatMarkdown, Ext: map[string]any{"k": "v"},
				})
			}),
			Request:  "POST /stream_message/user",
			Body:     `{"from":"alice","to":"bob","body":{"msg":"Dear Bob, ","seq":0,"type":"markdown"},"ext":{"k":"v"}}`,
			Response: `{"path":"/stream_message/users","data":{"msgId":"` + id1 + `"}}`,
			Want:     id1,
		},
		{
			ID: "messages.stream_user", Name: "no id for the first chunk",
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.SendChunkToUser(ctx, "bob", messages.Chunk{From: "alice", Text: "Dear Bob, "})
			}),
			Request:  "POST /stream_message/user",
			Body:     `{"from":"alice","to":"bob","body":{"msg":"Dear Bob, ","seq":0}}`,
			Response: `{"data":{}}`,
			Err:      im.ErrOutcomeUnknown,
		},
		{
			ID: "messages.stream_group",
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.SendChunkToGroup(ctx, "219874650132482", last)
			}),
			Request:  "POST /stream_message/chatgroup",
			Body:     `{"from":"alice","to":"219874650132482","body":{"msgId":"` + id1 + `","msg":"the end.","seq":5,"finish":true,"finishReason":0}}`,
			Response: `{"data":{"msgId":` + id1 + `}}`,
			Want:     id1,
		},
		{
			ID: "messages.stream_group", Name: "a later response has no id",
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.SendChunkToGroup(ctx, "219874650132482", messages.Chunk{From: "alice", MessageID: id1, Seq: 1})
			}),
			Request:  "POST /stream_message/chatgroup",
			Body:     `{"from":"alice","to":"219874650132482","body":{"msgId":"` + id1 + `","msg":"","seq":1}}`,
			Response: `{"duration":38}`,
			Want:     id1,
		},
		{
			ID: "messages.stream_user", Name: "finished before",
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				_, err := s.SendChunkToUser(ctx, "bob", last)
				var failure *im.Error
				require.ErrorAs(t, err, &failure)
				assert.Equal(t, 14035, failure.ErrorCode)
				return "", err
			}),
			Request:  "POST /stream_message/user",
			Body:     `{"from":"alice","to":"bob","body":{"msgId":"` + id1 + `","msg":"the end.","seq":5,"finish":true,"finishReason":0}}`,
			Status:   400,
			Response: `{"error":"message_send_error","error_description":"stream message has already finished","error_code":14035}`,
			Err:      im.ErrInvalidArgument,
		},
	})
	for want, c := range map[string]messages.Chunk{
		"From: must not be empty":          {Text: "x"},
		"Seq: is -1, must not be negative": {From: "alice", Seq: -1},
		"Seq: is 0, which is the number of the first chunk; the first chunk has no MessageID": {From: "alice", MessageID: id1},
		"MessageID: must not be empty":                         {From: "alice", Seq: 1, Text: "x"},
		"FinishReason: is for the last chunk only; set Finish": {From: "alice", FinishReason: new(1)},
		"Text: has 131073 bytes, at most 131072 are allowed":   {From: "alice", Text: strings.Repeat("x", 128<<10+1)},
	} {
		refused(t, "messages.stream_user: "+want, func(s *messages.Service) error {
			_, err := s.SendChunkToUser(t.Context(), "bob", c)
			return err
		})
	}
	refused(t, "messages.stream_user: username: must not be empty", func(s *messages.Service) error {
		_, err := s.SendChunkToUser(t.Context(), "", last)
		return err
	})
	refused(t, "messages.stream_group: groupID: must not be empty", func(s *messages.Service) error {
		_, err := s.SendChunkToGroup(t.Context(), "", last)
		return err
	})
}

func TestStream(t *testing.T) {
	client, sent := wiretest.Client(t,
		wiretest.JSON(200, `{"data":{"msgId":"`+id1+`"}}`),
		wiretest.JSON(429, `{"error":"reach_limit"}`), // refused: the same chunk may be retried
		wiretest.JSON(200, `{"data":{}}`),
	)
	ctx := t.Context()
	stream := client.Messages.StreamToGroup("7", messages.StreamOptions{From: "bot", Format: messages.StreamFormatMarkdown, Ext: map[string]any{"k": "v"}})
	assert.Empty(t, stream.MessageID())
	require.NoError(t, stream.Send(ctx, "one "))
	assert.Equal(t, id1, stream.MessageID())
	require.ErrorIs(t, stream.Send(ctx, "two "), im.ErrRateLimited)
	require.NoError(t, stream.Send(ctx, "two "))
	require.NoError(t, stream.Finish(ctx, "three", new(1)))
	err := stream.Send(ctx, "four")
	require.ErrorIs(t, err, im.ErrInvalidArgument)
	require.EqualError(t, err, "im: messages.stream_group: Text: comes after the message was finished")

	var got []string
	for _, r := range *sent {
		got = append(got, r.Body)
	}
	assert.Equal(t, []string{
		`{"from":"bot","to":"7","body":{"msg":"one ","seq":0,"type":"markdown"},"ext":{"k":"v"}}`,
		`{"from":"bot","to":"7","body":{"msgId":"` + id1 + `","msg":"two ","seq":1}}`,
		`{"from":"bot","to":"7","body":{"msgId":"` + id1 + `","msg":"two ","seq":1}}`,
		`{"from":"bot","to":"7","body":{"msgId":"` + id1 + `","msg":"three","seq":2,"finish":true,"finishReason":1}}`,
	}, got)
}

// What follows a chunk that may have arrived would double it or leave it out.
func TestStreamEndsWithALostChunk(t *testing.T) {
	client, sent := wiretest.Client(t,
		wiretest.JSON(200, `{"data":{"msgId":"`+id1+`"}}`), wiretest.JSON(502, `bad gateway`), wiretest.JSON(200, `{"data":{}}`))
	stream := client.Messages.StreamToUser("bob", messages.StreamOptions{From: "bot"})
	require.NoError(t, stream.Send(t.Context(), "one "))
	lost := stream.Send(t.Context(), "two ")
	require.ErrorIs(t, lost, im.ErrOutcomeUnknown)
	require.Equal(t, lost, stream.Send(t.Context(), "two "))
	require.Equal(t, lost, stream.Finish(t.Context(), "", nil))
	assert.Len(t, *sent, 2)
}

func TestStreamIsBounded(t *testing.T) {
	client, sent := wiretest.Client(t, wiretest.JSON(200, `{"data":{"msgId":"`+id1+`"}}`))
	stream := client.Messages.StreamToUser("bob", messages.StreamOptions{From: "bot"})
	require.NoError(t, stream.Send(t.Context(), strings.Repeat("x", 128<<10)))
	require.EqualError(t, stream.Send(t.Context(), "y"), "im: messages.stream_user: Text: makes the message 131073 bytes long, at most 131072 are allowed")
	require.NoError(t, stream.Finish(t.Context(), "", nil))
	assert.Len(t, *sent, 2)
}
