package api

import "encoding/json"

// Payload is an answer about one thing, which sits in data or, where there is no
// envelope, in result. An answer without it does not decode.
type Payload[T any] struct{ Value T }

// UnmarshalJSON implements json.Unmarshaler.
func (p *Payload[T]) UnmarshalJSON(b []byte) error {
	var wire struct {
		Data   *T `json:"data"`
		Result *T `json:"result"`
	}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	switch {
	case wire.Data != nil:
		p.Value = *wire.Data
	case wire.Result != nil:
		p.Value = *wire.Result
	default:
		return ErrNoEntity
	}
	return nil
}

// OK is a field that says that the call was carried out: true, "ok", "OK". Any
// other text is the reason why it was not, under the status of a success; such
// an answer does not decode.
type OK struct{}

// UnmarshalJSON implements json.Unmarshaler.
func (*OK) UnmarshalJSON(b []byte) error {
	text, err := scalar(b)
	if err != nil {
		return err
	}
	var yes Bool
	switch known := yes.UnmarshalJSON(b) == nil; {
	case bool(yes):
		return nil
	case known:
		text = "" // a bare no
	}
	return Refused(text)
}
