package app

import (
	"strings"
	"time"

	"github.com/imrest/im-go/messages"
)

// Zone reads the zone in which a cluster names its hours; empty: that of the host.
func (a *App) Zone(text string) (messages.HistoryOptions, error) {
	switch strings.ToLower(text) {
	case "":
		return messages.HistoryOptions{}, nil
	case "utc":
		return messages.HistoryOptions{Zone: time.UTC}, nil
	case "+08:00":
		return messages.HistoryOptions{Zone: messages.ChinaTime}, nil
	}
	return messages.HistoryOptions{}, Usage("%s", a.T("--zone is %q, must be utc or +08:00", text))
}

// HourWithZone reads "2026-11-26T09+08:00", or a whole time with a zone.
func HourWithZone(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15Z07:00"} {
		if hour, err := time.Parse(layout, text); err == nil {
			return hour, true
		}
	}
	return time.Time{}, false
}

// Hour reads an hour with a zone of its own, or "2026-11-26T09" in the zone of the cluster.
func (a *App) Hour(text, zone string) (time.Time, messages.HistoryOptions, error) {
	o, err := a.Zone(zone)
	if err != nil {
		return time.Time{}, o, err
	}
	if hour, ok := HourWithZone(text); ok {
		return hour, o, nil
	}
	if o.Zone != nil {
		if hour, err := time.ParseInLocation("2006-01-02T15", text, o.Zone); err == nil {
			return hour, o, nil
		}
	}
	return time.Time{}, o, Usage("%s", a.T("HOUR is %q, must be as 2026-11-26T09+08:00, or as 2026-11-26T09 with --zone", text))
}
