package app

import (
	"strings"
	"time"

	"github.com/imrest/im-go/messages"
)

// Hour reads "2026-11-26T09", in the zone of the cluster, or a time with a zone of its own.
func (a *App) Hour(text, zone string) (time.Time, messages.HistoryOptions, error) {
	var o messages.HistoryOptions
	in := time.UTC
	switch strings.ToLower(zone) {
	case "":
	case "utc":
		o.Zone = time.UTC
	case "+08:00":
		o.Zone, in = messages.ChinaTime, messages.ChinaTime
	default:
		return time.Time{}, o, Usage("%s", a.T("--zone is %q, must be utc or +08:00", zone))
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15Z07:00"} {
		if hour, err := time.Parse(layout, text); err == nil {
			return hour, o, nil
		}
	}
	hour, err := time.ParseInLocation("2006-01-02T15", text, in)
	if err != nil || zone == "" {
		return hour, o, Usage("%s", a.T("HOUR is %q, must be as 2026-11-26T09+08:00, or as 2026-11-26T09 with --zone", text))
	}
	return hour, o, nil
}
