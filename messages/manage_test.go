package messages_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/page"
)

// A refusal under status 200, or a response that says nothing, is an error of the
// same type as all others.
func TestUnconfirmedIsAnError(t *testing.T) {
	ctx := t.Context()
	for id, call := range map[string]func(*messages.Service) error{
		"messages.modify": func(s *messages.Service) error {
			return s.Update(ctx, id1, messages.MessageUpdate{Body: messages.Text("x")})
		},
		"messages.delete_conversation": func(s *messages.Service) error {
			return s.DeleteConversation(ctx, "alice", "bob", messages.ChatTypeUser, messages.DeleteConversationOptions{})
		},
		"messages.clear_roaming_all": func(s *messages.Service) error { return s.ClearRoaming(ctx, "alice") },
		"messages.recall": func(s *messages.Service) error {
			return s.Recall(ctx, id1, messages.Recall{To: "bob", ChatType: messages.ChatTypeUser})
		},
		"messages.send_group_targeted": func(s *messages.Service) error {
			_, err := s.SendToGroupMembers(ctx, "7", []string{"bob"}, messages.Message{Body: messages.Text("x")})
			return err
		},
		"callbacks.storage_retry": func(s *messages.Service) error {
			return s.ResendCallbacks(ctx, "202404020810", messages.ResendOptions{})
		},
	} {
		const no = "not_found msg"
		for response, kind := range map[string]error{
			`{}`: im.ErrOutcomeUnknown,
			`{"data":"` + no + `","requestStatusCode":"` + no + `"}`:                                                                            nil,
			`{"data":{"result":"` + no + `","recalled":"` + no + `","msg_id":"` + id1 + `","7":"` + no + `"},"requestStatusCode":"` + no + `"}`: nil,
		} {
			client, sent := wiretest.Client(t, wiretest.JSON(200, response))
			err := call(client.Messages)
			var failure *im.Error
			if !assert.ErrorAs(t, err, &failure, "%s: %s", id, response) {
				continue
			}
			assert.Equal(t, id, failure.Endpoint)
			assert.Equal(t, 200, failure.Status)
			if kind != nil {
				assert.ErrorIs(t, err, kind, id)
			}
			assert.Len(t, *sent, 1)
		}
	}
}

func TestModify(t *testing.T) {
	edit := func(e messages.MessageUpdate) func(context.Context, *im.Client) (any, error) {
		return act(func(ctx context.Context, s *messages.Service) error { return s.Update(ctx, id1, e) })
	}
	request := "PUT /messages/rewrite/" + id1
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "messages.modify", Do: edit(messages.MessageUpdate{By: "alice", Body: messages.Text("The kettle is off.")}),
			Request: request, Body: `{"user":"alice","new_msg":{"type":"txt","msg":"The kettle is off."}}`,
			Response: `{"action":"put","data":"success","duration":49}`,
		},
		{
			ID: "messages.modify", Name: "custom, ext added",
			Do:      edit(messages.MessageUpdate{Body: messages.Custom("gift", map[string]string{"n": "2"}), Ext: map[string]any{"k": "v"}}),
			Request: request, Body: `{"new_msg":{"type":"custom","customEvent":"gift","customExts":{"n":"2"}},"new_ext":{"k":"v"}}`,
			Response: `{"data":true}`, // a table says so
		},
		{
			ID: "messages.modify", Name: "ext of a picture replaced by nothing",
			Do:      edit(messages.MessageUpdate{Type: messages.TypeImage, ReplaceExt: true}),
			Request: request, Body: `{"new_msg":{"type":"img"},"new_ext":{},"is_combine_ext":false}`,
			Response: `{"data":"success"}`,
		},
		{
			ID: "messages.modify", Name: "refused under status 200", Do: edit(messages.MessageUpdate{Body: messages.Text("x")}),
			Request: request, Body: `{"new_msg":{"type":"txt","msg":"x"}}`,
			Response: `{"data":"message not found"}`, Err: im.ErrNotFound,
		},
		{
			ID: "messages.modify", Name: "no word", Do: edit(messages.MessageUpdate{Body: messages.Text("x")}),
			Request: request, Body: `{"new_msg":{"type":"txt","msg":"x"}}`,
			Response: `{}`, Err: im.ErrOutcomeUnknown,
		},
	})
	for want, e := range map[string]messages.MessageUpdate{
		"MessageUpdate: must set Body or Ext; with neither the call would change nothing": {Type: messages.TypeText},
		"Body: must not be nil: a text message needs its text, changed or not":            {Type: messages.TypeText, Ext: map[string]any{"k": "v"}},
		"Type: must not be empty":      {Ext: map[string]any{"k": "v"}},
		"Body.Text: must not be empty": {Body: messages.Text("")},
		"Body: is of type img; only text and custom bodies can be edited, of other types only Ext": {Body: messages.Image(photo, 0, 0)},
		"Body: and Ext have 5121 bytes together, at most 5120 are allowed": {
			Body: messages.Text(strings.Repeat("x", 5121-len(`{"type":"txt","msg":""}{"k":"v"}`))), Ext: map[string]any{"k": "v"},
		},
	} {
		refused(t, "messages.modify: "+want, func(s *messages.Service) error { return s.Update(t.Context(), id1, e) })
	}
	refused(t, `messages.modify: messageID: is "12a", must consist of digits`, func(s *messages.Service) error {
		return s.Update(t.Context(), "12a", messages.MessageUpdate{Body: messages.Text("x")})
	})
}

func TestImport(t *testing.T) {
	sent := time.UnixMilli(1672531200123)
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "messages.import_user",
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.ImportToUser(ctx, "bob", messages.Import{
					From: "alice", Body: messages.Text("long ago"), Ext: map[string]any{"src": "old"}, SentAt: sent, Read: true,
				})
			}),
			Request: "POST /messages/users/import",
			Body: `{"from":"alice","target":"bob","type":"txt","body":{"msg":"long ago"},"ext":{"src":"old"},
				"is_ack_read":true,"msg_timestamp":1672531200123}`,
			Response: `{"entities":[],"data":{"msg_id":"` + id1 + `"}}`,
			Want:     id1,
		},
		{
			ID: "messages.import_group",
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.ImportToGroup(ctx, "219874650132482", messages.Import{
					From: "alice", Body: messages.Image(messages.Attachment{URL: "https://cdn.example.com/oak.jpg"}, 10, 20), Download: true,
				})
			}),
			Request: "POST /messages/chatgroups/import",
			Body: `{"from":"alice","target":"219874650132482","type":"img","body":{"url":"https://cdn.example.com/oak.jpg",
				"size":{"width":10,"height":20}},"need_download":true}`,
			Response: `{"path":"/messages/users/import","data":{"msg_id":` + id1 + `}}`,
			Want:     id1,
		},
		{
			ID: "messages.import_group", Name: "response without an id",
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.ImportToGroup(ctx, "7", messages.Import{From: "alice", Body: messages.Text("x")})
			}),
			Request:  "POST /messages/chatgroups/import",
			Body:     `{"from":"alice","target":"7","type":"txt","body":{"msg":"x"}}`,
			Response: `{"data":{"msg_id":null}}`,
			Err:      im.ErrOutcomeUnknown,
		},
	})
	text := messages.Text("x")
	for want, m := range map[string]messages.Import{
		"From: must not be empty":      {Body: text},
		"Body: must not be nil":        {From: "alice"},
		"Body.Text: must not be empty": {From: "alice", Body: messages.Text("")},
		"Body: and Ext have 5121 bytes together, at most 5120 are allowed": {
			From: "alice", Body: messages.Text(strings.Repeat("x", 5121-len(`{"msg":""}{"k":"v"}`))), Ext: map[string]any{"k": "v"},
		},
		"SentAt: is 1970-01-01T00:00:01Z, must be later than 1970-01-01T00:00:01Z": {From: "alice", Body: text, SentAt: time.UnixMilli(1000)},
	} {
		refused(t, "messages.import_user: "+want, func(s *messages.Service) error {
			_, err := s.ImportToUser(t.Context(), "bob", m)
			return err
		})
	}
	refused(t, "messages.import_user: username: must not be empty", func(s *messages.Service) error {
		_, err := s.ImportToUser(t.Context(), "", messages.Import{From: "alice", Body: text})
		return err
	})
	refused(t, "messages.import_group: groupID: must not be empty", func(s *messages.Service) error {
		_, err := s.ImportToGroup(t.Context(), "", messages.Import{From: "alice", Body: text})
		return err
	})
}

func TestConversations(t *testing.T) {
	list := do(func(ctx context.Context, s *messages.Service) (*messages.Conversations, error) {
		return s.ListConversations(ctx, "Alice")
	})
	const (
		payload = `{"bodies":[{"msg":"hi","type":"txt"}],"from":"bob","to":"alice","type":"chat","ext":{"n":9007199254740993}}`
		entry   = `{"channel_id":"acme#my_app_bob_1@example.com","unread_num":"2","is_top":true,"marks":[1,"2"],
			"meta":{"id":"` + id1 + `","payload":"{\"bodies\":[{\"msg\":\"hi\",\"type\":\"txt\"}],\"from\":\"bob\",\"to\":\"alice\",\"type\":\"chat\",\"ext\":{\"n\":9007199254740993}}","timestamp":1718006400123}}`
		data = `{"channel_infos":[` + entry + `]}`
	)
	last := messages.Record{
		ID: id1, Time: time.UnixMilli(1718006400123), ChatType: messages.ChatTypeUser, From: "bob", To: "alice",
		Body: messages.Text("hi"), Ext: map[string]any{"n": json.Number("9007199254740993")}, Raw: json.RawMessage(payload),
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "messages.list_conversations", Do: list,
			Request:  "GET /user/Alice/user_channels",
			Response: `{"organization":"acme","applicationName":"my_app","data":` + data + `}`,
			Want: &messages.Conversations{
				Page: page.Page[messages.Conversation]{Items: []messages.Conversation{{
					Peer: "bob_1", ChatType: messages.ChatTypeUser, Unread: 2, Pinned: true, Marks: []string{"1", "2"}, Last: &last, Raw: json.RawMessage(entry),
				}}},
				Raw: json.RawMessage(data),
			},
		},
		{
			ID: "messages.list_conversations", Name: "app not named, group, odd last message", Do: list,
			Request:  "GET /user/Alice/user_channels",
			Response: `{"data":{"channel_infos":{"channel_id":"acme#demo_77@conference.example.com","meta":{"id":"1","payload":"gone"}}}}`,
			Want: &messages.Conversations{
				Page: page.Page[messages.Conversation]{Items: []messages.Conversation{{
					Peer: "77", ChatType: messages.ChatTypeGroup,
					Raw: json.RawMessage(`{"channel_id":"acme#demo_77@conference.example.com","meta":{"id":"1","payload":"gone"}}`),
				}}},
				Raw: json.RawMessage(`{"channel_infos":{"channel_id":"acme#demo_77@conference.example.com","meta":{"id":"1","payload":"gone"}}}`),
			},
		},
		{
			ID: "messages.list_conversations", Name: "there is more", Do: list,
			Request:  "GET /user/Alice/user_channels",
			Response: `{"data":{"channel_infos":[],"cursor":"Mjc="}}`,
			Want: &messages.Conversations{
				Page: page.Page[messages.Conversation]{Items: []messages.Conversation{}, Next: "Mjc="}, Raw: json.RawMessage(`{"channel_infos":[],"cursor":"Mjc="}`),
			},
		},
		{
			ID: "messages.list_conversations", Name: "another shape", Do: list,
			Request:  "GET /user/Alice/user_channels",
			Response: `{"data":["acme#demo_bob@example.com"]}`,
			Want:     &messages.Conversations{Page: page.Page[messages.Conversation]{Items: []messages.Conversation{}}, Raw: json.RawMessage(`["acme#demo_bob@example.com"]`)},
		},
		{
			ID: "messages.list_conversations", Name: "no payload", Do: list,
			Request: "GET /user/Alice/user_channels", Response: `{"data":null}`, Err: im.ErrBadResponse,
		},
		{
			ID: "messages.delete_conversation",
			Do: act(func(ctx context.Context, s *messages.Service) error {
				return s.DeleteConversation(ctx, "alice", "bob", messages.ChatTypeUser, messages.DeleteConversationOptions{Roaming: true})
			}),
			Request:  "DELETE /users/alice/user_channel",
			Body:     `{"channel":"bob","type":"chat","delete_roam":true}`,
			Response: `{"path":"/users/user_channel","entities":[],"data":{"result":"ok"}}`,
		},
		{
			ID: "messages.delete_conversation", Name: "false is sent, true is ok",
			Do: act(func(ctx context.Context, s *messages.Service) error {
				return s.DeleteConversation(ctx, "alice", "7", messages.ChatTypeGroup, messages.DeleteConversationOptions{})
			}),
			Request:  "DELETE /users/alice/user_channel",
			Body:     `{"channel":"7","type":"groupchat","delete_roam":false}`,
			Response: `{"data":{"result":true}}`,
		},
		{
			ID: "messages.delete_conversation", Name: "not done",
			Do: act(func(ctx context.Context, s *messages.Service) error {
				err := s.DeleteConversation(ctx, "alice", "7", messages.ChatTypeGroup, messages.DeleteConversationOptions{})
				require.EqualError(t, err, "im: messages.delete_conversation: 200 not found: user not found")
				return err
			}),
			Request:  "DELETE /users/alice/user_channel",
			Body:     `{"channel":"7","type":"groupchat","delete_roam":false}`,
			Response: `{"data":{"result":"user not found"}}`,
			Err:      im.ErrNotFound,
		},
	})
	for want, c := range map[string]messages.Conversation{
		"peer: must not be empty":                                {ChatType: messages.ChatTypeUser},
		`chatType: is "", must be "chat" or "groupchat"`:         {Peer: "bob"},
		`chatType: is "chatroom", must be "chat" or "groupchat"`: {Peer: "7", ChatType: messages.ChatTypeRoom},
	} {
		refused(t, "messages.delete_conversation: "+want, func(s *messages.Service) error {
			return s.DeleteConversation(t.Context(), "alice", c.Peer, c.ChatType, messages.DeleteConversationOptions{})
		})
	}
}

func TestRoaming(t *testing.T) {
	silent := messages.RoamingOptions{Silent: true}
	until := time.UnixMilli(1718006400123)
	const ok = `{"requestStatusCode":"ok","timestamp":1718006400123}`
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "messages.delete_roaming_chat",
			Do: do(func(ctx context.Context, s *messages.Service) (batch.Result, error) {
				return s.DeleteRoamingChat(ctx, "alice", "bob&co", []string{id1, id2}, silent)
			}),
			Request:  "DELETE /rest/message/roaming/chat/user/alice?isNotify=false&msgIdList=" + id1 + "%2C" + id2 + "&userId=bob%26co",
			Want:     batch.Result{{ID: id1}, {ID: id2}},
			Response: ok,
		},
		{
			ID: "messages.delete_roaming_group",
			Do: do(func(ctx context.Context, s *messages.Service) (batch.Result, error) {
				return s.DeleteRoamingGroup(ctx, "alice", "7", []string{id1}, messages.RoamingOptions{})
			}),
			Request:  "DELETE /rest/message/roaming/group/user/alice?groupId=7&msgIdList=" + id1,
			Want:     batch.Result{{ID: id1}},
			Response: ok,
		},
		{
			ID:       "messages.clear_roaming_all",
			Do:       act(func(ctx context.Context, s *messages.Service) error { return s.ClearRoaming(ctx, "alice") }),
			Request:  "POST /rest/message/roaming/user/alice/delete/all",
			Response: ok,
		},
		{
			ID: "messages.clear_roaming_chat_until",
			Do: act(func(ctx context.Context, s *messages.Service) error {
				return s.ClearRoamingChat(ctx, "alice", "bob", until, silent)
			}),
			Request:  "DELETE /rest/message/roaming/chat/user/alice/time?delTime=1718006400123&isNotify=false&userId=bob",
			Response: ok,
		},
		{
			ID: "messages.clear_roaming_group_until",
			Do: act(func(ctx context.Context, s *messages.Service) error {
				return s.ClearRoamingGroup(ctx, "alice", "7", until, messages.RoamingOptions{})
			}),
			Request:  "DELETE /rest/message/roaming/group/user/alice/time?delTime=1718006400123&groupId=7",
			Response: ok,
		},
		{
			ID: "messages.clear_roaming_all", Name: "no word of success",
			Do:       act(func(ctx context.Context, s *messages.Service) error { return s.ClearRoaming(ctx, "alice") }),
			Request:  "POST /rest/message/roaming/user/alice/delete/all",
			Response: `{"timestamp":1718006400123}`, Err: batch.ErrNotReported,
		},
	})
	ctx := t.Context()
	for want, call := range map[string]func(*messages.Service) error{
		"delete_roaming_chat: peer: must not be empty": func(s *messages.Service) error {
			_, err := s.DeleteRoamingChat(ctx, "alice", "", []string{id1}, silent)
			return err
		},
		"delete_roaming_chat: username: must not be empty": func(s *messages.Service) error {
			_, err := s.DeleteRoamingChat(ctx, "", "bob", []string{id1}, silent)
			return err
		},
		"delete_roaming_chat: messageIDs: must have at least one entry": func(s *messages.Service) error {
			_, err := s.DeleteRoamingChat(ctx, "alice", "bob", nil, silent)
			return err
		},
		"delete_roaming_chat: messageIDs: has 51 entries, at most 50 are allowed": func(s *messages.Service) error {
			_, err := s.DeleteRoamingChat(ctx, "alice", "bob", repeat(id1, 51), silent)
			return err
		},
		"delete_roaming_group: groupID: must not be empty": func(s *messages.Service) error {
			_, err := s.DeleteRoamingGroup(ctx, "alice", "", []string{id1}, silent)
			return err
		},
		`delete_roaming_group: messageIDs[1]: is "1,2", must consist of digits`: func(s *messages.Service) error {
			_, err := s.DeleteRoamingGroup(ctx, "alice", "7", []string{id1, "1,2"}, silent)
			return err
		},
		"delete_roaming_group: messageIDs: has 51 entries, at most 50 are allowed": func(s *messages.Service) error {
			_, err := s.DeleteRoamingGroup(ctx, "alice", "7", repeat(id1, 51), silent)
			return err
		},
		"clear_roaming_all: username: must not be empty": func(s *messages.Service) error { return s.ClearRoaming(ctx, "") },
		"clear_roaming_chat_until: until: must not be zero": func(s *messages.Service) error {
			return s.ClearRoamingChat(ctx, "alice", "bob", time.Time{}, silent)
		},
		"clear_roaming_chat_until: peer: must not be empty": func(s *messages.Service) error {
			return s.ClearRoamingChat(ctx, "alice", "", until, silent)
		},
		"clear_roaming_group_until: until: must not be zero": func(s *messages.Service) error {
			return s.ClearRoamingGroup(ctx, "alice", "7", time.Time{}, silent)
		},
		"clear_roaming_group_until: groupID: must not be empty": func(s *messages.Service) error {
			return s.ClearRoamingGroup(ctx, "alice", "", until, silent)
		},
	} {
		refused(t, "messages."+want, call)
	}
}

func TestExportModeration(t *testing.T) {
	from, to := time.UnixMilli(1717920000000), time.UnixMilli(1718006400000)
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "messages.export_moderation_records",
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.ExportModeration(ctx, messages.ModerationQuery{
					From: from, To: to, TargetType: "chat", MessageType: "txt", Result: "REJECT", ProviderResult: "PASS",
				})
			}),
			Request: "POST /moderation/record/message/export",
			Body: `{"dateFrom":1717920000000,"dateTo":1718006400000,"targetType":"chat","msgType":"txt",
				"moderationResult":"REJECT","providerResult":"PASS"}`,
			Response: `{"entity":{"uuid":"c0d7f1a0"}}`,
			Want:     "c0d7f1a0",
		},
		{
			ID: "messages.export_moderation_records", Name: "response without the file",
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.ExportModeration(ctx, messages.ModerationQuery{From: from, To: to})
			}),
			Request: "POST /moderation/record/message/export", Body: `{"dateFrom":1717920000000,"dateTo":1718006400000}`,
			Response: `{"entities":[]}`, Err: im.ErrBadResponse,
		},
	})
	for want, q := range map[string]messages.ModerationQuery{
		"From: must not be zero":      {To: to},
		"To: must not be zero":        {From: from},
		"To: must not be before From": {From: to, To: from},
	} {
		refused(t, "messages.export_moderation_records: "+want, func(s *messages.Service) error {
			_, err := s.ExportModeration(t.Context(), q)
			return err
		})
	}
}

func TestCallbacks(t *testing.T) {
	list := do(func(ctx context.Context, s *messages.Service) ([]messages.CallbackSet, error) {
		return s.ListStoredCallbacks(ctx)
	})
	resend := act(func(ctx context.Context, s *messages.Service) error {
		return s.ResendCallbacks(ctx, "202404020810", messages.ResendOptions{Resends: 1, URL: "https://hooks.example.com/im"})
	})
	const resent = `{"date":"202404020810","retry":1,"targetUrl":"https://hooks.example.com/im"}`
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "callbacks.storage_info", Do: list,
			Request:  "GET /callbacks/storage/info",
			Response: `{"path":"/callbacks","action":"post","data":[{"date":"202404020800","size":15,"retry":0},{"date":202404020810,"size":"103","retry":"1"}]}`,
			Want:     []messages.CallbackSet{{Date: "202404020800", Size: 15}, {Date: "202404020810", Size: 103, Resends: 1}},
		},
		{
			ID: "callbacks.storage_info", Name: "one object", Do: list,
			Request:  "GET /callbacks/storage/info",
			Response: `{"data":{"date":"202404020800","size":15,"retry":0}}`,
			Want:     []messages.CallbackSet{{Date: "202404020800", Size: 15}},
		},
		{
			ID: "callbacks.storage_retry", Do: resend,
			Request: "POST /callbacks/storage/retry", Body: resent,
			Response: `{"data":"success","duration":225}`,
		},
		{
			ID: "callbacks.storage_retry", Name: "to the URL of the rule, for the first time",
			Do: act(func(ctx context.Context, s *messages.Service) error {
				return s.ResendCallbacks(ctx, "202404020810", messages.ResendOptions{})
			}),
			Request: "POST /callbacks/storage/retry", Body: `{"date":"202404020810","retry":0}`,
			Response: `{"data":true}`,
		},
		{
			ID: "callbacks.storage_retry", Name: "a failure under status 200",
			Do: act(func(ctx context.Context, s *messages.Service) error {
				err := s.ResendCallbacks(ctx, "202404020810", messages.ResendOptions{Resends: 1, URL: "https://hooks.example.com/im"})
				assert.EqualError(t, err, "im: callbacks.storage_retry: 200 forbidden: failure")
				return nil
			}),
			Request: "POST /callbacks/storage/retry", Body: resent,
			Response: `{"data":"failure"}`,
		},
		{
			ID: "callbacks.storage_retry", Name: "not bought", Do: resend,
			Request: "POST /callbacks/storage/retry", Body: resent,
			Status: 403, Response: `{"error":"forbidden_op"}`, Err: im.ErrForbidden,
		},
	})
	for want, call := range map[string]func(*messages.Service) error{
		`date: is "2024-04-02", must match ^[0-9]{12}$`: func(s *messages.Service) error {
			return s.ResendCallbacks(t.Context(), "2024-04-02", messages.ResendOptions{})
		},
		"Resends: is 11, must be from 0 to 10": func(s *messages.Service) error {
			return s.ResendCallbacks(t.Context(), "202404020810", messages.ResendOptions{Resends: 11})
		},
	} {
		refused(t, "callbacks.storage_retry: "+want, call)
	}
}
