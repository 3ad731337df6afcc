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

// RecallRequest names a message to be recalled.
type RecallRequest struct {
	MessageID string
	To        string   // the user, group or room that it was sent to
	ChatType  ChatType // of that receiver
	From      string   // who recalls it; empty: the admin of the app

	// Force also recalls a message that has expired or that the server no longer
	// has. Its sender's devices take part only where From is the sender.
	Force      bool
	SyncDevice *bool  // one-to-one chats: tell the sender's devices; nil: yes
	Info       string // free text for the clients; newer servers only
}

func (r *RecallRequest) check(field string) error {
	return api.First(api.Required(field+"MessageID", r.MessageID), api.Required(field+"To", r.To),
		api.Required(field+"ChatType", string(r.ChatType)), api.UTF8(field+"From", r.From), api.UTF8(field+"Info", r.Info))
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

type wireRecalls struct {
	Messages []wireRecall `json:"msgs"`
	Info     string       `json:"recallMessageExtensionInfo,omitzero"`
}

// recalls prepares a batch. The documents give the whole batch one Info.
func recalls(requests []RecallRequest) (wireRecalls, error) {
	if len(requests) == 0 {
		return wireRecalls{}, api.Invalid("requests", "must have at least one entry")
	}
	w := wireRecalls{Messages: make([]wireRecall, len(requests)), Info: requests[0].Info}
	for i, r := range requests {
		if err := r.check(fmt.Sprintf("requests[%d].", i)); err != nil {
			return w, err
		}
		if r.Info != w.Info {
			return w, api.Invalid(fmt.Sprintf("requests[%d].Info", i), "differs from requests[0].Info: the call carries one for all")
		}
		r.Info = ""
		w.Messages[i] = wireRecall(r)
	}
	return w, nil
}

// recalled is the response of all three calls, by message id: "yes", or why not. It
// sits in data as an object, as an array or as {"msgs": [...]}; older servers
// response a failure as {"msgs": [...]} without data.
type recalled map[string]string

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
	*r = make(recalled)
	for _, one := range append(wire.Data, wire.results) {
		for _, each := range append(one.Messages, one.result) {
			if each.MessageID != "" {
				(*r)[string(each.MessageID)] = string(each.Recalled)
			}
		}
	}
	return nil
}

func (r recalled) outcome(messageID string) (api.Done, bool) {
	word, named := r[messageID]
	return api.Done{OK: strings.EqualFold(word, "yes"), Reason: word}, named
}

// outcomes says what became of each message.
func (r recalled) outcomes(requests []RecallRequest) batch.Result {
	ids := make([]string, len(requests))
	for i := range requests {
		ids[i] = requests[i].MessageID
	}
	result := api.Outcomes(ids, r.outcome)
	for i := range result {
		result[i].Err = recallReason(result[i].Err)
	}
	return result
}

// recallReason gives a refusal the kind that newer servers give it by their
// status.
func recallReason(err error) error {
	var reason *batch.Reason
	if !errors.As(err, &reason) || errors.Is(err, api.NotReported) {
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

// Recall takes a message back from all who have received it, within 2 minutes of
// its sending unless the app has another limit (up to 7 days) or Force is set. A
// file that it refers to is deleted too. With Force a message id that never
// existed is no error. Quota: 100 calls a second together with RecallBatchLegacy.
// Repeated after a lost response; without Force the repeat may report
// [im.ErrNotFound] since the first one worked. Errors: [im.ErrNotFound] for a
// message that is gone or recalled, [im.ErrForbidden] when it is too late,
// [im.ErrNotEnabled] where recalls are not switched on. Older servers refuse under
// status 200 or without a code; what they say then is the text of the error.
//
//im:endpoint messages.recall
func (s *Service) Recall(ctx context.Context, r RecallRequest) error {
	out := &api.Checked[recalled]{Check: func(response *recalled) error { return response.outcomes([]RecallRequest{r})[0].Err }}
	return s.api.Call(ctx, &api.Call{Endpoint: &recall, Invalid: r.check(""), Body: wireRecall(r), Out: out})
}

var recallBatch = api.Endpoint{
	ID: "messages.recall_batch", Method: http.MethodPost, Path: "/messages/batch_recall", Pool: "messages_recall_batch",
	Idempotent: true, MaxItems: 30, ItemsIn: "requests",
}

// RecallBatch recalls up to 30 messages, which may belong to different chats, and
// reports on each. Info must be the same in all. Quota: 100 calls a second,
// whatever the number of messages. Repeated after a lost response. Errors as of
// [Service.Recall]; how the server responds where only some can be recalled is not
// documented. Not in the English documents of Agora.
//
//im:endpoint messages.recall_batch
func (s *Service) RecallBatch(ctx context.Context, requests []RecallRequest) (batch.Result, error) {
	return s.recallAll(ctx, &recallBatch, requests, nil)
}

var recallBatchLegacy = api.Endpoint{
	ID: "messages.recall_batch_legacy", Method: http.MethodPost, Path: "/messages/recall", Pool: recallPool, Idempotent: true,
}

// RecallBatchLegacy recalls messages through the older call, which clusters without
// RecallBatch know, and reports on each, with the server's reason: errors.Is finds
// [im.ErrNotFound] and [im.ErrForbidden] as for [Service.Recall]. No document gives
// a largest batch. Info is refused: the call does not know it. Quota: 100 calls a
// second together with Recall. Repeated after a lost response.
//
// Deprecated: use [Service.RecallBatch], unless the cluster does not know it.
//
//im:endpoint messages.recall_batch_legacy
func (s *Service) RecallBatchLegacy(ctx context.Context, requests []RecallRequest) (batch.Result, error) {
	var invalid error
	if len(requests) > 0 && requests[0].Info != "" {
		invalid = api.Invalid("requests[0].Info", "is not known to this call")
	}
	return s.recallAll(ctx, &recallBatchLegacy, requests, invalid)
}

func (s *Service) recallAll(ctx context.Context, e *api.Endpoint, requests []RecallRequest, invalid error) (batch.Result, error) {
	body, err := recalls(requests)
	var out recalled
	err = s.api.Call(ctx, &api.Call{
		Endpoint: e, Invalid: api.First(err, invalid), Body: body, Items: len(requests), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	return out.outcomes(requests), nil
}
