package main

import (
	"errors"
	"strings"
)

// notRepeated lists endpoints whose text begins like a yes and which must not
// be repeated all the same.
var notRepeated = map[string]string{
	"messages.clear_roaming_all": "it deletes up to the moment of the call, so a repeat also takes newer messages",
}

// idempotent reads whether a call may be sent again when nobody knows what
// became of it. The catalogue has true, false, or a sentence:
//
//   - "true: ..." and "true in effect ..." are yes: the state is the same;
//   - "safe to repeat ..." and "safe, makes another file" are yes: nothing
//     that a user sees changes;
//   - all others are no, the harmless as well ("false, but harmless" is a
//     second copy of a file that somebody pays for).
func idempotent(id, text string) (bool, error) {
	if text == "" {
		return false, errors.New("idempotent is missing")
	}
	if notRepeated[id] != "" {
		return false, nil
	}
	return strings.HasPrefix(text, "true") || strings.HasPrefix(text, "safe"), nil
}
