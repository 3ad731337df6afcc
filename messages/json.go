package messages

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// What users store of messages comes back from JSON whole: a body is an object with
// one key, which names its type, and numbers in free data stay as they are.

// bodyJSON stands in for a Body while the struct around it is encoded or decoded.
type bodyJSON struct{ at *Body }

// IsZero leaves out a body that is not there.
func (b bodyJSON) IsZero() bool { return *b.at == nil }

const (
	keyCombine = "combine"
	keyRaw     = "raw"
)

// MarshalJSON implements json.Marshaler.
func (b bodyJSON) MarshalJSON() ([]byte, error) {
	switch body := (*b.at).(type) {
	case RawBody:
		return json.Marshal(map[string]Body{keyRaw: body})
	default:
		return json.Marshal(map[string]Body{string(body.Type()): body})
	}
}

// UnmarshalJSON implements json.Unmarshaler.
func (b bodyJSON) UnmarshalJSON(text []byte) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil {
		return err
	}
	*b.at = nil
	for key, value := range object {
		if len(object) > 1 {
			return fmt.Errorf("a body has %d types", len(object))
		}
		body, err := bodyOf(key, value)
		*b.at = body
		return err
	}
	return nil
}

func bodyOf(key string, value json.RawMessage) (Body, error) {
	switch key {
	case string(TypeText):
		return into[TextBody](value)
	case string(TypeImage):
		return into[ImageBody](value)
	case string(TypeVoice):
		return into[VoiceBody](value)
	case string(TypeVideo):
		return into[VideoBody](value)
	case string(TypeFile):
		return into[FileBody](value)
	case string(TypeLocation):
		return into[LocationBody](value)
	case string(TypeCommand):
		return into[CommandBody](value)
	case string(TypeCustom):
		return into[CustomBody](value)
	case keyCombine:
		return into[CombineBody](value)
	case keyRaw:
		return into[RawBody](value)
	}
	return nil, fmt.Errorf("%.40q is not a type of body", key)
}

func into[B Body](value json.RawMessage) (Body, error) {
	var body B
	err := decode(value, &body)
	return body, err
}

// decode keeps numbers in free data as json.Number, so that long ids survive.
func decode(text []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	return dec.Decode(v)
}

func viewRecord(r *Record) any {
	return &struct {
		*plainRecord
		Body bodyJSON `json:"body,omitzero"`
	}{(*plainRecord)(r), bodyJSON{&r.Body}}
}

// MarshalJSON writes all of the record, Raw with the secrets of files in it as well.
func (r Record) MarshalJSON() ([]byte, error) { return json.Marshal(viewRecord(&r)) }

// UnmarshalJSON reads what MarshalJSON writes; [ReadHistory] reads the history.
func (r *Record) UnmarshalJSON(b []byte) error { return decode(b, viewRecord(r)) }

type plainMessage Message

func viewMessage(m *Message) any {
	return &struct {
		*plainMessage
		Body bodyJSON `json:"body,omitzero"`
	}{(*plainMessage)(m), bodyJSON{&m.Body}}
}

// MarshalJSON writes the message for keeping, not as the API takes it.
func (m Message) MarshalJSON() ([]byte, error) { return json.Marshal(viewMessage(&m)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (m *Message) UnmarshalJSON(b []byte) error { return decode(b, viewMessage(m)) }

type plainBroadcast Broadcast

func viewBroadcast(m *Broadcast) any {
	return &struct {
		*plainBroadcast
		Body bodyJSON `json:"body,omitzero"`
	}{(*plainBroadcast)(m), bodyJSON{&m.Body}}
}

// MarshalJSON writes the message for keeping, not as the API takes it.
func (b Broadcast) MarshalJSON() ([]byte, error) { return json.Marshal(viewBroadcast(&b)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (b *Broadcast) UnmarshalJSON(text []byte) error { return decode(text, viewBroadcast(b)) }

type plainImport Import

func viewImport(m *Import) any {
	return &struct {
		*plainImport
		Body bodyJSON `json:"body,omitzero"`
	}{(*plainImport)(m), bodyJSON{&m.Body}}
}

// MarshalJSON writes the message for keeping, not as the API takes it.
func (m Import) MarshalJSON() ([]byte, error) { return json.Marshal(viewImport(&m)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (m *Import) UnmarshalJSON(b []byte) error { return decode(b, viewImport(m)) }

type plainUpdate MessageUpdate

func viewUpdate(u *MessageUpdate) any {
	return &struct {
		*plainUpdate
		Body bodyJSON `json:"body,omitzero"`
	}{(*plainUpdate)(u), bodyJSON{&u.Body}}
}

// MarshalJSON writes the update for keeping, not as the API takes it.
func (u MessageUpdate) MarshalJSON() ([]byte, error) { return json.Marshal(viewUpdate(&u)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (u *MessageUpdate) UnmarshalJSON(b []byte) error { return decode(b, viewUpdate(u)) }
