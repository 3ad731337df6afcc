package yamljson

import (
	"encoding/json"
	"testing"

	"github.com/imrest/im-go/internal/test/corpus"
)

// YAML becomes valid JSON, whatever it is, or an error.
func FuzzObject(f *testing.F) {
	corpus.Add(f)
	for _, text := range []string{
		"users: [alice]", "users: &u [*u]", "? {a: 1}\n: b", "a: 1.50\nb: 0x1F\nc: .inf", "a: !!str 1\nb: !!int '2'\nc: !!float x", "--- 'a'\n...\n",
		"a: !!bool 1\nb: !!null 1", "<<: *x", "a: |\n  b\n  c\n", "&a a: *a",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		made, err := Object([]byte(text))
		if err == nil && string(made) != text && !json.Valid(made) {
			t.Fatalf("%q becomes %q", text, made)
		}
	})
}
