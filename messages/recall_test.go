package messages_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/messages"
)

var toBob = messages.RecallItem{MessageID: id1, Recall: messages.Recall{To: "bob", ChatType: messages.ChatTypeUser, From: "alice"}}

const toBobJSON = `{"msg_id":"` + id1 + `","to":"bob","chat_type":"chat","from":"alice","force":false}`

func TestRecall(t *testing.T) {
	recall := act(func(ctx context.Context, s *messages.Service) error { return s.Recall(ctx, id1, toBob.Recall) })
	response := func(name, body string, err error) wiretest.Case {
		return wiretest.Case{
			ID: "messages.recall", Name: name, Do: recall,
			Request: "POST /messages/msg_recall", Body: toBobJSON, Response: body, Err: err,
		}
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "messages.recall", Do: recall,
			Request: "POST /messages/msg_recall", Body: toBobJSON,
			Response: `{"action":"post","data":{"recalled":"yes","chattype":"chat","from":"alice","to":"bob","msg_id":"` + id1 + `"},"duration":8}`,
		},
		{
			ID: "messages.recall", Name: "all fields",
			Do: act(func(ctx context.Context, s *messages.Service) error {
				return s.Recall(ctx, id1, messages.Recall{
					To: "7", ChatType: messages.ChatTypeRoom, Force: true, SyncDevice: new(false), Info: "spam",
				})
			}),
			Request:  "POST /messages/msg_recall",
			Body:     `{"msg_id":"` + id1 + `","to":"7","chat_type":"chatroom","force":true,"sync_device":false,"recallMessageExtensionInfo":"spam"}`,
			Response: `{"data":{"recalled":"yes","chattype":"group_chat","msg_id":` + id1 + `}}`,
		},
		response("data as an array", `{"data":[{"recalled":"yes","msg_id":"`+id1+`"}]}`, nil),
		response("old failure: recalled before", `{"msgs":[{"msg_id":"`+id1+`","recalled":"not_found msg"}]}`, im.ErrNotFound),
		response("old failure: no receiver", `{"msgs":[{"msg_id":"`+id1+`","recalled":"can’t find msg to"}]}`, im.ErrNotFound),
		response("old failure: no receiver, other words", `{"msgs":[{"msg_id":"`+id1+`","recalled":"can't find message to"}]}`, im.ErrNotFound),
		response("old failure: too late", `{"msgs":[{"msg_id":"`+id1+`","recalled":"exceed recall time limit"}]}`, im.ErrForbidden),
		response("old failure: too late, other words", `{"msgs":{"msg_id":"`+id1+`","recalled":"exceed call time limit"}}`, im.ErrForbidden),
		response("old failure: fault of the server", `{"data":{"msgs":[{"msg_id":"`+id1+`","recalled":"internal error"}]}}`, im.ErrInternal),
		response("not named", `{"data":{"recalled":"yes","msg_id":"1"}}`, im.ErrOutcomeUnknown),
	})

	client, _ := wiretest.Client(t, wiretest.JSON(200, `{"msgs":[{"msg_id":"`+id1+`","recalled":"exceed recall time limit"}]}`))
	err := client.Messages.Recall(t.Context(), id1, toBob.Recall)
	require.EqualError(t, err, "im: messages.recall: 200 forbidden: exceed recall time limit")
	require.NotErrorIs(t, err, im.ErrPlanLimit)

	for want, r := range map[string]messages.RecallItem{
		"messageID: must not be empty": {Recall: messages.Recall{To: "bob", ChatType: messages.ChatTypeUser}},
		"To: must not be empty":        {MessageID: id1, Recall: messages.Recall{ChatType: messages.ChatTypeUser}},
		"ChatType: must not be empty":  {MessageID: id1, Recall: messages.Recall{To: "bob"}},
	} {
		refused(t, "messages.recall: "+want, func(s *messages.Service) error { return s.Recall(t.Context(), r.MessageID, r.Recall) })
	}
}

func TestRecallBatch(t *testing.T) {
	toRoom := messages.RecallItem{MessageID: id2, Recall: messages.Recall{To: "7", ChatType: messages.ChatTypeRoom, Force: true}}
	const toRoomJSON = `{"msg_id":"` + id2 + `","to":"7","chat_type":"chatroom","force":true}`
	third := messages.RecallItem{MessageID: "3", Recall: messages.Recall{To: "9", ChatType: messages.ChatTypeGroup}}
	const thirdJSON = `{"msg_id":"3","to":"9","chat_type":"groupchat","force":false}`
	partly := func(call func(*messages.Service, context.Context, []messages.RecallItem) (batch.Result, error)) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *messages.Service) (any, error) {
			got, err := call(s, ctx, []messages.RecallItem{toBob, toRoom, third})
			require.Len(t, got, 3)
			assert.Equal(t, batch.Item[batch.None]{ID: id1}, got[0])
			require.ErrorIs(t, got[1].Err, im.ErrForbidden)
			require.EqualError(t, got[1].Err, "exceed recall time limit")
			require.ErrorIs(t, got[2].Err, batch.ErrNotReported)
			require.ErrorIs(t, err, im.ErrPartial)
			return nil, nil
		})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "messages.recall_batch",
			Do: do(func(ctx context.Context, s *messages.Service) (batch.Result, error) {
				one, two := toBob, toRoom
				one.Info, two.Info = "spam", "spam"
				return s.RecallBatch(ctx, []messages.RecallItem{one, two})
			}),
			Request:  "POST /messages/batch_recall",
			Body:     `{"msgs":[` + toBobJSON + `,` + toRoomJSON + `],"recallMessageExtensionInfo":"spam"}`,
			Response: `{"data":[{"recalled":"yes","chattype":"chatroom","msg_id":"` + id2 + `"},{"recalled":"yes","chattype":"chat","msg_id":"` + id1 + `"}]}`,
			Want:     batch.Result{{ID: id1}, {ID: id2}},
		},
		{
			ID: "messages.recall_batch", Name: "in part", Do: partly((*messages.Service).RecallBatch),
			Request: "POST /messages/batch_recall", Body: `{"msgs":[` + toBobJSON + `,` + toRoomJSON + `,` + thirdJSON + `]}`,
			Response: `{"data":[{"recalled":"exceed recall time limit","msg_id":"` + id2 + `"},{"recalled":"yes","msg_id":"` + id1 + `"}]}`,
		},
		{
			ID: "messages.recall_batch_legacy",
			Do: do(func(ctx context.Context, s *messages.Service) (batch.Result, error) {
				return s.RecallBatchLegacy(ctx, []messages.RecallItem{toBob})
			}),
			Request: "POST /messages/recall", Body: `{"msgs":[` + toBobJSON + `]}`,
			Response: `{"data":{"msgs":[{"msg_id":"` + id1 + `","recalled":"yes"}]}}`,
			Want:     batch.Result{{ID: id1}},
		},
		{
			ID: "messages.recall_batch_legacy", Name: "data is the result",
			Do: do(func(ctx context.Context, s *messages.Service) (batch.Result, error) {
				return s.RecallBatchLegacy(ctx, []messages.RecallItem{toBob})
			}),
			Request: "POST /messages/recall", Body: `{"msgs":[` + toBobJSON + `]}`,
			Response: `{"data":{"msg_id":"` + id1 + `","recalled":"yes"}}`,
			Want:     batch.Result{{ID: id1}},
		},
		{
			ID: "messages.recall_batch_legacy", Name: "in part", Do: partly((*messages.Service).RecallBatchLegacy),
			Request: "POST /messages/recall", Body: `{"msgs":[` + toBobJSON + `,` + toRoomJSON + `,` + thirdJSON + `]}`,
			Response: `{"data":{"msgs":[{"msg_id":"` + id1 + `","recalled":"yes"},{"msg_id":"` + id2 + `","recalled":"exceed recall time limit"}]}}`,
		},
	})

	informed := toBob
	informed.Info = "spam"
	for want, requests := range map[string][]messages.RecallItem{
		"items: must have at least one entry":                                     nil,
		"items: has 31 entries, at most 30 are allowed":                           repeat(toBob, 31),
		"items[1].MessageID: must not be empty":                                   {toBob, {}},
		"items[1].Info: differs from items[0].Info: the call carries one for all": {toBob, informed},
	} {
		refused(t, "messages.recall_batch: "+want, func(s *messages.Service) error {
			_, err := s.RecallBatch(t.Context(), requests)
			return err
		})
	}
	refused(t, "messages.recall_batch_legacy: items[0].Info: is not supported by this call", func(s *messages.Service) error {
		_, err := s.RecallBatchLegacy(t.Context(), []messages.RecallItem{informed})
		return err
	})
}

func repeat[T any](v T, n int) []T {
	list := make([]T, n)
	for i := range list {
		list[i] = v
	}
	return list
}
