package api

import (
	"encoding/json"
	"errors"
	"sync"
)

// ErrNoEntity is returned when a response of success lacks what it is about.
var ErrNoEntity = errors.New("the response lacks what it is about")

// Needed rejects a response that lacks the text that it is about, such as the id of what
// was made.
func Needed(text Text) error {
	if text == "" {
		return ErrNoEntity
	}
	return nil
}

// Entities is a response whose payload sits in entities.
type Entities[T any] struct {
	Entities Many[T] `json:"entities"`
	Cursor   Text    `json:"cursor"` // has been seen as a number
}

// Entity is a response about one thing, which sits in entities. A response without
// it does not decode.
type Entity[T any] struct {
	Value T
	URI   string // of the request, without query
}

// UnmarshalJSON implements json.Unmarshaler.
func (e *Entity[T]) UnmarshalJSON(b []byte) error {
	var wire struct {
		Entities Many[T] `json:"entities"`
		URI      string  `json:"uri"`
	}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	if len(wire.Entities) == 0 {
		return ErrNoEntity
	}
	e.Value, e.URI = wire.Entities[0], wire.URI
	return nil
}

// Data is a response whose payload sits in data.
type Data[T any] struct {
	Data   T    `json:"data"`
	Cursor Text `json:"cursor"` // has been seen as a number
}

// Only is a response whose data is a map with one entry. The key is not looked at:
// the server writes names in lower case.
type Only[T any] struct{ Value T }

// UnmarshalJSON implements json.Unmarshaler.
func (o *Only[T]) UnmarshalJSON(b []byte) error {
	var wire Data[map[string]T]
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	if len(wire.Data) != 1 {
		return ErrNoEntity
	}
	for _, o.Value = range wire.Data {
	}
	return nil
}

// Payload is a response about one thing, which sits in data or, where there is no
// envelope, in result. A response without it does not decode.
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

// Convert turns wire values into public ones, with one allocation.
func Convert[W, T any](wire []W, convert func(*W) T) []T {
	out := make([]T, len(wire))
	for i := range wire {
		out[i] = convert(&wire[i])
	}
	return out
}

// Scratch lends the memory that a long list is decoded into before Convert
// copies it: a page of a thousand users would otherwise be allocated twice,
// with every doubling in between.
type Scratch[W any] struct{ pool sync.Pool }

// Get lends an empty slice, Put takes it back.
func (s *Scratch[W]) Get() []W {
	if p, ok := s.pool.Get().(*[]W); ok {
		return (*p)[:0]
	}
	return nil
}

// Put clears what was lent, so that no response lives on in the pool.
func (s *Scratch[W]) Put(w []W) {
	if cap(w) == 0 {
		return
	}
	w = w[:cap(w)]
	clear(w)
	s.pool.Put(&w)
}
