package messages

import (
	"encoding/json"
	"testing"

	"github.com/imrest/im-go/internal/test/corpus"
)

// FuzzResponses decodes the responses that come in several forms. One that decodes
// must hold what the decoder promises.
func FuzzResponses(f *testing.F) {
	corpus.Add(f)
	for _, response := range []string{
		`{"data":{"recalled":"yes","msg_id":"1"}}`,
		`{"data":[{"recalled":"yes","msg_id":1},{"msgs":{"msg_id":"2"}}],"msgs":[{"msg_id":"3","recalled":"not_found msg"}]}`,
		`{"data":{"id":1312745518963229185,"msg_id":"2","msgId":null}}`,
		`{"organization":"o","applicationName":"a","data":{"channel_infos":[{"channel_id":"o#a_b@x","meta":{"id":1,"payload":"{\"bodies\":{\"type\":\"txt\"}}"}}]}}`,
		`{"data":{"channel_infos":{"channel_id":"o#a_1@conference.x","unread_num":"2","marks":1}}}`,
		`{"data":[{"url":"https://example.com"}]}`,
		`{"entity":{"uuid":"u"}}`,
		`null`,
	} {
		f.Add([]byte(response))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var id oneID
		if json.Unmarshal(b, &id) == nil && id == "" {
			t.Error("a response without an id decoded")
		}
		var address historyAddress
		if json.Unmarshal(b, &address) == nil && address == "" {
			t.Error("a response without an address decoded")
		}
		var file exported
		if json.Unmarshal(b, &file) == nil && file.uuid == "" {
			t.Error("a response without a file decoded")
		}
		var words recalled
		if json.Unmarshal(b, &words) == nil {
			if got, err := words.Results([]string{"1"}); len(got) != 1 || (err == nil) != (got[0].Err == nil) {
				t.Errorf("%+v, %v", got, err)
			}
		}
		var list wireConversations
		if json.Unmarshal(b, &list) == nil {
			if len(list.Raw) == 0 {
				t.Error("a payload got lost")
			}
			for _, c := range list.Items {
				if len(c.Raw) == 0 || c.Last != nil && (c.Last.Body == nil || c.Last.ID == "") {
					t.Errorf("%+v", c)
				}
			}
		}
	})
}
