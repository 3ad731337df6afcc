package api

import (
	"context"
	"encoding/json"

	"github.com/imrest/im-go/batch"
)

// Found is one thing of a list, or nothing where the list has a text instead: which of
// the things that were asked for such a text speaks of is not documented.
type Found[T any] struct{ Value *T }

// UnmarshalJSON implements json.Unmarshaler.
func (f *Found[T]) UnmarshalJSON(b []byte) error {
	if b[0] != '{' {
		return nil
	}
	f.Value = new(T)
	return json.Unmarshal(b, f.Value)
}

// LookUp carries out a call that returns several things by id, in any order. One that
// the response leaves out failed with missing.
func LookUp[W, T any](ctx context.Context, s Caller, c *Call, thing func(*W) (id string, value T), missing error) (batch.Results[T], error) {
	var out Payload[Many[Found[W]]]
	c.Items, c.Out = len(c.List), &out
	if err := s.Call(ctx, c); err != nil {
		return nil, err
	}
	said := Reported[T]{Exact: true}
	for _, id := range c.List {
		said.Failed(id, missing)
	}
	for _, found := range out.Value {
		if found.Value != nil {
			said.Done(thing(found.Value))
		}
	}
	return said.Results(c.List)
}

// One returns the one item of a batch, and its error as that of the call.
func One[T any](r batch.Results[T], err error) (*T, error) {
	if len(r) == 1 {
		err = r[0].Err
	}
	if err != nil {
		return nil, err
	}
	return &r[0].Value, nil
}
