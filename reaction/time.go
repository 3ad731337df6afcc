package reaction

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// timestamp takes the times of reactions, which are text ("2024-04-02T08:00:00.123456Z")
// unlike all others, and milliseconds as well.
type timestamp time.Time

// UnmarshalJSON implements json.Unmarshaler.
func (t *timestamp) UnmarshalJSON(b []byte) error {
	var millis api.Millis
	if millis.UnmarshalJSON(b) == nil {
		*t = timestamp(millis.Time())
		return nil
	}
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} { // both take fractions; without a zone it is UTC
		if parsed, err := time.Parse(layout, text); err == nil {
			*t = timestamp(parsed.Local()) // as all other times of this module
			return nil
		}
	}
	return fmt.Errorf("%.40q is not a time", text)
}

// or returns t, or the other if the response has no t.
func (t timestamp) or(other timestamp) time.Time {
	if time.Time(t).IsZero() {
		return time.Time(other)
	}
	return time.Time(t)
}
