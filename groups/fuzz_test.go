package groups

import (
	"encoding/json"
	"testing"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/corpus"
)

// FuzzAnswers feeds the decoders that take several forms: they may refuse, not
// panic, and what they take has to be usable.
func FuzzAnswers(f *testing.F) {
	corpus.Add(f)
	for _, seed := range []string{
		`"group id doesn't exist"`, `{"id":"231","affiliations":[{"owner":"alice"}]}`, `{"groupId":7,"mute":"true"}`, `null`, `[]`, `1`,
		`{"id":"1","affiliations":[{"guest":7,"joined_time":"1"},{"member":""}]}`,
		`{"username":"bob","reason":"no"}`, `{"bob":"no"}`, `{"user":"bob","metadata":{"a":"b"}}`, `{"a":"b","c":"d"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		var found wireLookup
		if json.Unmarshal(answer, &found) == nil && found.wireGroup != nil {
			_ = found.group()
		}
		var failed wireRefusal
		if json.Unmarshal(answer, &failed) == nil {
			again := wireRefusal{}
			if err := json.Unmarshal(answer, &again); err != nil || again != failed {
				t.Errorf("%s is once %v and once %v", answer, failed, again)
			}
		}
		_ = api.Taken(answer, "x")
	})
}
