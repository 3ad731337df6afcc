package api

import (
	"encoding/json"
	"strings"

	"github.com/imrest/im-go/batch"
)

// Change is a setting of a group or chat room that a call asks to be changed.
type Change struct {
	Field string   // of the request, in the outcome
	Keys  []string // under one of which the response speaks of it
	Sent  bool
	Text  string // the value; "true" for a flag
}

// Changed returns nil if the response confirms all changes that were sent, else a
// [batch.Error] that names the others. One that the response does not name is not
// confirmed.
func Changed(response map[string]json.RawMessage, changes ...Change) error {
	var said Reported[batch.None]
	var sent []string
	for _, c := range changes {
		if !c.Sent {
			continue
		}
		sent = append(sent, c.Field)
		for _, key := range c.Keys {
			raw := response[key]
			if raw == nil || string(raw) == "null" {
				continue
			}
			if Taken(raw, c.Text) {
				said.Done(c.Field, batch.None{})
			} else {
				said.Refused(c.Field, "not changed")
			}
			break
		}
	}
	_, err := said.Results(sent)
	return err
}

// Deref returns what p points to; the zero value for nil.
func Deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// Taken reports whether a field of a response says that a value was taken: true, or
// the value itself, as some documents have it.
func Taken(raw json.RawMessage, value string) bool {
	var text Text
	if string(raw) != "false" && json.Unmarshal(raw, &text) == nil && strings.EqualFold(string(text), value) {
		return true
	}
	var yes Bool
	return json.Unmarshal(raw, &yes) == nil && bool(yes)
}
