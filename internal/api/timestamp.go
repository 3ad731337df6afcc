package api

import (
	"encoding/json"
	"fmt"
	"time"
)

// Timestamp is a time in milliseconds or, unlike most others, as text: with a zone
// ("2024-04-02T08:00:00.123456Z", "2025-02-28T08:50:24.888+0000") or without one, which is
// UTC.
type Timestamp time.Time

// UnmarshalJSON implements json.Unmarshaler.
func (t *Timestamp) UnmarshalJSON(b []byte) error {
	var millis Millis
	if millis.UnmarshalJSON(b) == nil {
		*t = Timestamp(millis.Time())
		return nil
	}
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05"} { // all take fractions
		if parsed, err := time.Parse(layout, text); err == nil {
			*t = Timestamp(parsed.Local()) // as all other times of this module
			return nil
		}
	}
	return fmt.Errorf("%.40q is not a time", text)
}

// Time is the moment meant.
func (t Timestamp) Time() time.Time { return time.Time(t) }
