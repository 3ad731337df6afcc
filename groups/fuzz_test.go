package groups

import (
	"encoding/json"
	"testing"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/test/corpus"
)

// FuzzResponses feeds the decoders that take several forms: they may reject, not
// panic, and what they take has to be usable.
func FuzzResponses(f *testing.F) {
	corpus.Add(f)
	for _, seed := range []string{
		`"group id doesn't exist"`, `{"id":"231","affiliations":[{"owner":"alice"}]}`, `{"groupId":7,"mute":"true"}`, `null`, `[]`, `1`,
		`{"id":"1","affiliations":[{"guest":7,"joined_time":"1"},{"member":""}]}`,
		`{"username":"bob","reason":"no"}`, `{"bob":"no"}`, `{"user":"bob","metadata":{"a":"b"}}`, `{"a":"b","c":"d"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, response []byte) {
		var found api.Found[api.WireGroup]
		if json.Unmarshal(response, &found) == nil && found.Value != nil {
			_ = group(found.Value)
		}
		var failed wireRefusal
		if json.Unmarshal(response, &failed) == nil {
			again := wireRefusal{}
			if err := json.Unmarshal(response, &again); err != nil || again != failed {
				t.Errorf("%s is once %v and once %v", response, failed, again)
			}
		}
		_ = api.Taken(response, "x")
	})
}
