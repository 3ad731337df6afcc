package callbacks

import (
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// plainName takes the user, group or room and the device out of a full name,
// {app key}_{name}@easemob.com/{device}. A plain name stays as it is, and so does one that
// has nothing but the app key.
func plainName(full, appKey string) (name, device string) {
	name = full
	for _, domain := range []string{"@easemob.com", "@conference.easemob.com"} {
		if before, after, ok := strings.Cut(full, domain); ok {
			name, device = before, strings.TrimPrefix(after, "/")
			break
		}
	}
	if before, after, ok := strings.Cut(name, "/"); ok && device == "" && strings.Contains(before, "#") {
		name, device = before, after
	}
	if rest, ok := strings.CutPrefix(name, appKey+"_"); ok && appKey != "" && rest != "" {
		return rest, device
	}
	if _, rest, ok := strings.Cut(name, "#"); ok {
		if _, rest, ok = strings.Cut(rest, "_"); ok && rest != "" {
			return rest, device
		}
	}
	return name, device
}

// moment is a time that JSON can hold: one outside of the years 0 to 9999 is the zero time.
func moment(m api.Millis) time.Time {
	at := m.Time().UTC()
	if at.Year() < 0 || at.Year() > 9998 { // in any time zone
		return time.Time{}
	}
	return m.Time()
}
