// Package callbackstest makes signed callbacks for the tests of a receiver.
package callbackstest

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/internal/api"
)

// Body is the body of a callback, by the names of the API.
type Body map[string]any

// With returns a copy of the body with one more field, or another value for it; nil takes the
// field out.
func (b Body) With(field string, value any) Body {
	changed := make(Body, len(b)+1) // b may be nil
	maps.Copy(changed, b)
	if changed[field] = value; value == nil {
		delete(changed, field)
	}
	return changed
}

// Sign returns a copy of the body with its signature. It panics without a timestamp.
func (b Body) Sign(secret string) Body {
	if b["timestamp"] == nil {
		panic("callbackstest: the body has no timestamp")
	}
	return b.With("security", callbacks.Sign(b.text("callId"), secret, b.text("timestamp")))
}

// text is a field as it stands in the JSON of the body, whatever the type of its value.
func (b Body) text(field string) string {
	var fields map[string]api.Text
	if json.Unmarshal(Body{field: b[field]}.JSON(), &fields) != nil {
		return "" // neither a text nor a number
	}
	return string(fields[field])
}

// JSON encodes the body. It panics for what cannot be encoded.
func (b Body) JSON() []byte {
	text, err := json.Marshal(b)
	if err != nil {
		panic("callbackstest: " + err.Error())
	}
	return text
}

// Request makes a POST of the signed body to "/".
func Request(secret string, b Body) *http.Request {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "/", bytes.NewReader(b.Sign(secret).JSON()))
	if err != nil {
		panic("callbackstest: " + err.Error())
	}
	r.Header.Set("Content-Type", "application/json")
	return r
}

//go:embed examples.jsonl
var text []byte

var examples = sync.OnceValue(func() map[callbacks.Kind]json.RawMessage {
	all := make(map[callbacks.Kind]json.RawMessage)
	for line := range bytes.Lines(text) {
		var example struct {
			Kind callbacks.Kind  `json:"kind"`
			Body json.RawMessage `json:"body"`
		}
		if err := json.Unmarshal(line, &example); err != nil {
			panic("callbackstest: " + err.Error())
		}
		all[example.Kind] = example.Body
	}
	return all
})

// Kinds lists the kinds that have an example: all that are documented.
func Kinds() []callbacks.Kind { return slices.Sorted(maps.Keys(examples())) }

// Example returns an unsigned callback of a kind, with invented values. Its numbers are
// json.Number. It panics for a kind without an example.
func Example(kind callbacks.Kind) Body {
	example, ok := examples()[kind]
	if !ok {
		panic("callbackstest: there is no example of " + string(kind))
	}
	var b Body
	dec := json.NewDecoder(bytes.NewReader(example))
	dec.UseNumber()
	if err := dec.Decode(&b); err != nil {
		panic("callbackstest: " + err.Error())
	}
	return b
}
