package messages

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

func isMessageID(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// oneID is a response about the one thing that was made: its id, under the key of the
// endpoint. A response without it does not decode. Ids above 2^53 come as numbers too.
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
