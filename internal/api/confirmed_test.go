package api

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestConfirmed(t *testing.T) {
	for response, want := range map[string]error{
		`{"data":{"result":true}}`:       nil,
		`{"data":{"result":"success"}}`:  nil,
		`{"data":[{"result":true}]}`:     nil,
		`{"data":{"result":false}}`:      ErrForbidden,
		`{"data":{"result":"failure"}}`:  ErrForbidden,
		`{"data":{"result":null}}`:       ErrForbidden,
		`{"data":{"result":{"a":true}}}`: ErrForbidden,
		`{"data":{}}`:                    ErrNoEntity,
		`{"data":null}`:                  ErrNoEntity,
		`{"data":[]}`:                    ErrNoEntity,
		`{}`:                             ErrNoEntity,
		`{"data":[{"result":true},{}]}`:  ErrNoEntity,
		`{"data":{"result":false,"reason":"user bob doesn't exist."}}`: ErrNotFound,
	} {
		assert.ErrorIs(t, json.Unmarshal([]byte(response), &Confirmed{Field: "result", Want: true}), want, response)
	}
	off := &Confirmed{Field: "mute"}
	assert.NoError(t, json.Unmarshal([]byte(`{"data":{"mute":false}}`), off))
	assert.ErrorIs(t, json.Unmarshal([]byte(`{"data":{"mute":true}}`), off), ErrForbidden)
	assert.ErrorIs(t, json.Unmarshal([]byte(`{"data":{"mute":"perhaps"}}`), off), ErrForbidden)
}

func TestChecked(t *testing.T) {
	odd := errors.New("odd")
	c := Checked[Data[int]]{Check: func(d *Data[int]) error {
		if d.Data%2 != 0 {
			return odd
		}
		return nil
	}}
	assert.NoError(t, json.Unmarshal([]byte(`{"data":2}`), &c))
	assert.Equal(t, 2, c.Value.Data)
	assert.ErrorIs(t, json.Unmarshal([]byte(`{"data":3}`), &c), odd)
	assert.Error(t, json.Unmarshal([]byte(`{"data":"x"}`), &c))
}
