package push

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// QuietHours is a daily window without notifications, by the clock: times since
// midnight, in whole minutes. The zero value means no window. A From after To runs
// into the next day; From = To is the whole day, and so is 0 to 24 hours. The
// time zone is not documented.
//
//	push.QuietHours{From: 22 * time.Hour, To: 7*time.Hour + 15*time.Minute}
type QuietHours struct {
	From time.Duration // start of the window, 0 to 24 hours after midnight
	To   time.Duration // its end, likewise
}

const day = 24 * time.Hour

func (q QuietHours) check(field string) error {
	for _, d := range []time.Duration{q.From, q.To} {
		if d < 0 || d > day || d%time.Minute != 0 {
			return api.Invalid(field, "has the time %s, must be whole minutes from 0 to 24 hours", d)
		}
	}
	return nil
}

// String returns the form "22:00-07:15"; empty for no window.
func (q QuietHours) String() string {
	if q == (QuietHours{}) {
		return ""
	}
	return clock(q.From) + "-" + clock(q.To)
}

func clock(d time.Duration) string {
	d %= day
	return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60)
}

// MarshalJSON writes the form of String.
func (q QuietHours) MarshalJSON() ([]byte, error) { return json.Marshal(q.String()) }

// UnmarshalJSON reads the form of String.
func (q *QuietHours) UnmarshalJSON(b []byte) error {
	*q = QuietHours{}
	var text string
	if err := json.Unmarshal(b, &text); err != nil || strings.TrimSpace(text) == "" {
		return err
	}
	var fromHour, fromMinute, toHour, toMinute int
	if _, err := fmt.Sscanf(text, "%d:%d-%d:%d", &fromHour, &fromMinute, &toHour, &toMinute); err != nil {
		return fmt.Errorf("%.40q is not a daily window: %w", text, err)
	}
	q.From = time.Duration(60*fromHour+fromMinute) * time.Minute
	q.To = time.Duration(60*toHour+toMinute) * time.Minute
	if *q == (QuietHours{}) {
		q.To = day
	}
	return q.check("the time")
}
