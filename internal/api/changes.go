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

// ChangeOutcomes says which of the changes that were sent the server says that it
// has made. One that the response does not name counts as not made.
func ChangeOutcomes(response map[string]json.RawMessage, changes ...Change) batch.Result {
	var result batch.Result
	for _, c := range changes {
		if !c.Sent {
			continue
		}
		outcome := batch.Outcome{ID: c.Field, Err: NotReported}
		for _, key := range c.Keys {
			switch raw := response[key]; {
			case raw == nil || string(raw) == "null":
				continue
			case Taken(raw, c.Text):
				outcome.Err = nil
			default:
				outcome.Err = Refused("not changed")
			}
			break
		}
		result = append(result, outcome)
	}
	return result
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
