package metadata

import (
	"encoding/json"
	"testing"

	"github.com/imrest/im-go/internal/test/corpus"
)

func FuzzValue(f *testing.F) {
	corpus.Add(f)
	for _, seed := range []string{`"a"`, `12`, `9007199254740993`, `true`, `null`, `{"a":1}`, `[]`, `"\ud800"`, ` {} `} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if !json.Valid(b) {
			return
		}
		var v value
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatalf("%q is a value: %v", b, err)
		}
		var text string
		if json.Unmarshal(b, &text) == nil && string(v) != text {
			t.Fatalf("%q became %q", b, v)
		}
	})
}
