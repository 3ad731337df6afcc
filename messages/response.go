package messages

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// Receipt is what became of the message for one receiver.
type Receipt struct {
	To        string
	MessageID string // empty: not sent, or by SendLegacy to a server that tells no ids
	Err       error  // nil: sent
}

// MarshalJSON keeps the text and the kinds of Err.
func (r Receipt) MarshalJSON() ([]byte, error) {
	type plain Receipt
	r.Err = api.Stored(r.Err)
	return json.Marshal(plain(r)) //nolint:musttag // keys are the names of the fields
}

// UnmarshalJSON makes Err a [*batch.Reason].
func (r *Receipt) UnmarshalJSON(b []byte) error {
	type plain Receipt
	return api.Restore(b, (*plain)(r), &r.Err)
}

// Receipts has one entry per receiver, in the order of the call.
type Receipts []Receipt

// Err is nil when the message went to all receivers, else a [*batch.Error].
func (r Receipts) Err() error {
	var failed []batch.Outcome
	for _, one := range r {
		if one.Err != nil {
			failed = append(failed, batch.Outcome{ID: one.To, Err: one.Err})
		}
	}
	return batch.Failed(failed, len(r))
}

// receipts finds each receiver's message id; the server writes user ids in lower
// case. Anything but a number, or the "success" of older servers, is the reason
// why there is none.
func receipts(to []string, ids map[string]api.Text) Receipts {
	list := make(Receipts, len(to))
	for i, receiver := range to {
		id, ok := ids[receiver]
		if !ok {
			id, ok = ids[strings.ToLower(receiver)]
		}
		list[i].To = receiver
		switch {
		case !ok:
			list[i].Err = api.NotReported
		case isMessageID(string(id)):
			list[i].MessageID = string(id)
		case id == "success":
		default:
			list[i].Err = api.Refused(string(id))
		}
	}
	return list
}

func isMessageID(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// oneID is a response about the one thing that was made: its id, under the key of
// the endpoint. A response without it does not decode. Ids above 2^53 come as
// numbers too.
type oneID string

// UnmarshalJSON implements json.Unmarshaler.
func (o *oneID) UnmarshalJSON(b []byte) error {
	var wire api.Data[struct {
		Broadcast api.Text `json:"id"`
		Imported  api.Text `json:"msg_id"`
		Streamed  api.Text `json:"msgId"`
	}]
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	*o = oneID(cmp.Or(wire.Data.Broadcast, wire.Data.Imported, wire.Data.Streamed))
	if *o == "" {
		return api.ErrNoEntity
	}
	return nil
}

// confirm is nil where the response says that the call was carried out. Some say no
// under status 200.
func confirm(word api.Text) error {
	switch strings.ToLower(string(word)) {
	case "ok", "success", "true", "yes":
		return nil
	case "":
		return api.NotReported
	default:
		return api.Refused(string(word))
	}
}

// confirmation is a response whose data is such a word, or does not decode.
func confirmation() *api.Checked[api.Data[api.Text]] {
	return &api.Checked[api.Data[api.Text]]{Check: func(a *api.Data[api.Text]) error { return confirm(a.Data) }}
}
