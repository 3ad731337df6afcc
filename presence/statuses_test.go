package presence

import (
	"encoding/json"
	"testing"

	"github.com/imrest/im-go/internal/test/corpus"
)

func FuzzStatuses(f *testing.F) {
	corpus.Add(f)
	for _, seed := range []string{`{"ios":"1"}`, `{"ios":1,"ios":"2"}`, `[]`, `[ ]`, `["1"]`, `[{}]`, `null`, `{}`, `{"a":{}}`, `"x"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s := statuses{"left over": "1"}
		if json.Unmarshal(b, &s) != nil {
			return
		}
		if _, there := s["left over"]; there {
			t.Fatalf("%q left what was there before", b)
		}
		var list []json.RawMessage
		if json.Unmarshal(b, &list) == nil && len(list) > 0 {
			t.Fatalf("%q lost its entries", b)
		}
		var want map[string]json.RawMessage
		if json.Unmarshal(b, &want) == nil && len(want) != len(s) {
			t.Fatalf("%q has %d entries, not %d", b, len(want), len(s))
		}
	})
}
