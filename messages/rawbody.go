package messages

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// RawBody is a body that this package does not know. It is sent on as it came. A message of
// several bodies, which the documents allow but never show, has a RawBody of the whole
// payload without a Kind, which cannot be sent on. A RawBody prints without its JSON, which may
// hold the secrets of files.
type RawBody struct {
	Kind Type            `json:"kind,omitempty"` // the type as it came; may be empty
	JSON json.RawMessage `json:"json,omitempty"` // the whole body, as an object
}

// Type implements Body.
func (b RawBody) Type() Type { return b.Kind }

// Format hides the JSON.
func (b RawBody) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "{Kind:%s JSON:%d bytes}", b.Kind, len(b.JSON))
}

// LogValue hides the JSON.
func (b RawBody) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(b)) }

func (b RawBody) check() error {
	fields := b.fields()
	if fields == nil {
		return api.Invalid("Body.JSON", "must be a JSON object to be sent")
	}
	if delete(fields, "type"); len(fields) == 0 {
		return api.Invalid("Body.JSON", "must have a field: the server rejects an empty body")
	}
	return api.Required("Body.Kind", string(b.Kind))
}

// fields are nil where there is no object.
func (b RawBody) fields() map[string]json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal(b.JSON, &fields) != nil {
		return nil
	}
	return fields
}

// secrets lists those of files, whatever else the type has.
func (b RawBody) secrets() (list []string) {
	for key, value := range b.fields() {
		var secret api.Text
		if strings.HasSuffix(key, "secret") && json.Unmarshal(value, &secret) == nil {
			list = append(list, string(secret))
		}
	}
	return list
}

func (b RawBody) wire(t Type) any {
	fields := b.fields()
	if fields == nil {
		return nil // check says so
	}
	delete(fields, "type")
	if t != "" {
		fields["type"], _ = json.Marshal(t) //nolint:errchkjson // a string never fails
	}
	return fields
}
