package messages

import (
	"encoding/json"

	"github.com/imrest/im-go/internal/api"
)

// ReadPayload decodes the payload of a message as it stands in the history files and in
// callbacks. The result has what the payload says: body, ext, sender, receiver and, where it
// is there, the type of chat. Its body is never nil: what cannot be read is a [RawBody].
func ReadPayload(payload json.RawMessage) Record {
	var r Record
	if err := readPayload(payload, &r); err != nil {
		r.Body = RawBody{JSON: payload}
	}
	return r
}

// ReadRecord decodes one record of a history file, as Raw of a [Record] has it. Errors: those
// of the JSON, and for a record without an id.
func ReadRecord(raw json.RawMessage) (Record, error) { return readRecord(raw) }

// ReadBody decodes one body of such a payload. What it cannot read is a [RawBody].
func ReadBody(raw json.RawMessage) Body { return readBody(raw) }

// WriteBody encodes a body in the form that the API takes, with its type in it. Errors:
// im.ErrInvalidArgument for a body that could not be sent.
func WriteBody(b Body) (json.RawMessage, error) {
	if err := checkBody(b); err != nil {
		return nil, err
	}
	text, err := json.Marshal(flat(b))
	if err != nil {
		return nil, api.Invalid("Body", "cannot be encoded: %v", err)
	}
	return text, nil
}

// ReadExt decodes free data of such a payload, with its numbers as json.Number. Anything but
// an object with entries is nil.
func ReadExt(raw json.RawMessage) map[string]any { return freeData(raw) }
