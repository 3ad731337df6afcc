package messages

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// Recall says where a message is to be recalled, and how.
type Recall struct {
	To       string   `json:"to"`             // the user, group or room that it was sent to
	ChatType ChatType `json:"chat_type"`      // of that receiver
	From     string   `json:"from,omitempty"` // who recalls it; empty: the admin of the app

	// Force also recalls a message that has expired or that the server no longer
	// has. Its sender's devices take part only where From is the sender.
	Force      bool   `json:"force,omitempty"`
	SyncDevice *bool  `json:"sync_device,omitempty"` // one-to-one chats: inform the sender's devices; nil: yes
	Info       string `json:"info,omitempty"`        // free text for the clients; newer servers only
}

// RecallItem is one message of a batch.
type RecallItem struct {
	MessageID string `json:"message_id"` // required
	Recall
}

func (r *RecallItem) check(field string) error {
	return api.First(
		api.Required(field+"MessageID", r.MessageID), r.ChatType.checkPeer(field+"To", r.To),
		api.Required(field+"ChatType", string(r.ChatType)), api.OneOf(field+"ChatType", r.ChatType, ChatTypeUser, ChatTypeGroup, ChatTypeRoom),
		api.OptionalUsername(field+"From", r.From), api.UTF8(field+"Info", r.Info),
	)
}

// wireRecall always says whether to force: some servers insist on it.
type wireRecall struct {
	MessageID  string   `json:"msg_id"`
	To         string   `json:"to"`
	ChatType   ChatType `json:"chat_type"`
	From       string   `json:"from,omitzero"`
	Force      bool     `json:"force"`
	SyncDevice *bool    `json:"sync_device,omitempty"`
	Info       string   `json:"recallMessageExtensionInfo,omitzero"`
}

func (r *RecallItem) wire() wireRecall {
	return wireRecall{r.MessageID, r.To, r.ChatType, r.From, r.Force, r.SyncDevice, r.Info}
}

type wireRecalls struct {
	Messages []wireRecall `json:"msgs"`
	Info     string       `json:"recallMessageExtensionInfo,omitzero"`
}

// recalls prepares a batch. The documents give the whole batch one Info.
func recalls(items []RecallItem) (wireRecalls, error) {
	if len(items) == 0 {
		return wireRecalls{}, api.Invalid("items", "must have at least one entry")
	}
	w := wireRecalls{Messages: make([]wireRecall, len(items)), Info: items[0].Info}
	for i, r := range items {
		if err := r.check(fmt.Sprintf("items[%d].", i)); err != nil {
			return w, err
		}
		if r.Info != w.Info {
			return w, api.Invalid(fmt.Sprintf("items[%d].Info", i), "differs from items[0].Info: the call carries one for all")
		}
		r.Info = ""
		w.Messages[i] = r.wire()
	}
	return w, nil
}

// recalled is the response of all three calls: what became of each message. "yes", or why
// not, sits in data as an object, as an array or as {"msgs": [...]}; older servers report a
// failure as {"msgs": [...]} without data.
type recalled struct{ api.Reported[batch.None] }

// UnmarshalJSON implements json.Unmarshaler.
func (r *recalled) UnmarshalJSON(b []byte) error {
	type result struct {
		MessageID api.Text `json:"msg_id"`
		Recalled  api.Text `json:"recalled"`
	}
	type results struct {
		result
		Messages api.Many[result] `json:"msgs"`
	}
	var wire struct {
		results
		Data api.Many[results] `json:"data"`
	}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	for _, one := range append(wire.Data, wire.results) {
		for _, each := range append(one.Messages, one.result) {
			switch {
			case each.MessageID == "":
			case strings.EqualFold(string(each.Recalled), "yes"):
				r.Done(string(each.MessageID), batch.None{})
			default:
				r.Failed(string(each.MessageID), recallReason(string(each.Recalled)))
			}
		}
	}
	return nil
}

// recallReason gives a refusal the kind that newer servers give it by their status.
func recallReason(word string) error {
	err := api.Refused(word)
	reason, ok := errors.AsType[*batch.Reason](err)
	if !ok {
		return err
	}
	kind := reason.Kind
	switch text := strings.ToLower(reason.Text); {
	case strings.Contains(text, "time limit"):
		kind = api.ErrForbidden
	case strings.Contains(text, "not_found"), strings.Contains(text, "find m"): // "can't find msg to"
		kind = api.ErrNotFound
	case strings.Contains(text, "internal error"):
		kind = api.ErrInternal
	}
	return &batch.Reason{Text: reason.Text, Kind: kind}
}

const recallPool = "messages_recall"

var recall = api.Endpoint{
	ID: "messages.recall", Method: http.MethodPost, Path: "/messages/msg_recall", Pool: recallPool, Idempotent: true,
}

// Recall takes a message back from all who have received it, within 2 minutes of sending
// unless the app has another limit (up to 7 days) or Force is set. A file that it
// refers to is deleted too. With Force a message id that never existed is not an error.
// Its quota is shared with [Service.RecallBatchLegacy]. A retry without Force may return
// im.ErrNotFound because the first attempt succeeded. Errors: im.ErrNotFound for a message
// that is gone or recalled, im.ErrForbidden if it is too late, im.ErrNotEnabled if recalls
// are not switched on. Older servers reject under status 200 or without a code; their words
// are then the text of the error.
//
//im:endpoint messages.recall
func (s *Service) Recall(ctx context.Context, messageID string, r Recall) error {
	item := RecallItem{messageID, r}
	out := &api.Checked[recalled]{Check: func(said *recalled) error {
		result, _ := said.Results([]string{messageID})
		return result[0].Err
	}}
	invalid := api.First(api.Required("messageID", messageID), item.check(""))
	return s.api.Call(ctx, &api.Call{Endpoint: &recall, Invalid: invalid, Body: item.wire(), Out: out})
}

// MaxRecallBatch is the most messages of one call of [Service.RecallBatch].
const MaxRecallBatch = 30

var recallBatch = api.Endpoint{
	ID: "messages.recall_batch", Method: http.MethodPost, Path: "/messages/batch_recall", Pool: "messages_recall_batch",
	Idempotent: true, MaxItems: MaxRecallBatch, ItemsIn: "items",
}

// RecallBatch recalls up to [MaxRecallBatch] messages, which may belong to different chats.
// Info must be the same in all. The number of messages does not count for the quota. Errors: as
// for [Service.Recall]; how the server responds where only some can be recalled is not
// documented. Not in the English documents of Agora.
//
//im:endpoint messages.recall_batch
func (s *Service) RecallBatch(ctx context.Context, items []RecallItem) (batch.Result, error) {
	return s.recallAll(ctx, &recallBatch, items, nil)
}

var recallBatchLegacy = api.Endpoint{
	ID: "messages.recall_batch_legacy", Method: http.MethodPost, Path: "/messages/recall", Pool: recallPool, Idempotent: true,
}

// RecallBatchLegacy recalls messages through the older call, for clusters without
// [Service.RecallBatch]. No document gives a maximum. Info is rejected: the call does not
// have it. Its quota is shared with [Service.Recall]. Errors: as for [Service.Recall].
//
// Deprecated: use [Service.RecallBatch], unless the cluster does not have it.
//
//im:endpoint messages.recall_batch_legacy
func (s *Service) RecallBatchLegacy(ctx context.Context, items []RecallItem) (batch.Result, error) {
	var invalid error
	if len(items) > 0 && items[0].Info != "" {
		invalid = api.Invalid("items[0].Info", "is not supported by this call")
	}
	return s.recallAll(ctx, &recallBatchLegacy, items, invalid)
}

func (s *Service) recallAll(ctx context.Context, e *api.Endpoint, items []RecallItem, invalid error) (batch.Result, error) {
	body, err := recalls(items)
	var out recalled
	err = s.api.Call(ctx, &api.Call{
		Endpoint: e, Invalid: api.First(err, invalid), Body: body, Items: len(items), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(items))
	for i := range items {
		ids[i] = items[i].MessageID
	}
	return out.Results(ids)
}
