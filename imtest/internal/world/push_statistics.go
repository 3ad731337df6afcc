package world

import (
	"slices"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// platforms are what pushes are counted by.
var platforms = []string{
	"APNS", "ANDROID", "XIAOMIPUSH", "HUAWEIPUSH", "MEIZUPUSH", "OPPOPUSH", "VIVOPUSH", "HONOR",
}

// platformOf guesses the platform of a certificate by its name.
func platformOf(notifier string) string {
	for _, platform := range platforms {
		if strings.Contains(strings.ToUpper(notifier), strings.TrimSuffix(platform, "PUSH")) {
			return platform
		}
	}
	return "ANDROID"
}

// systemOf guesses the system of a device by the name of its certificate. Send
// calls name it so.
func systemOf(notifier string) string {
	switch {
	case platformOf(notifier) == "APNS":
		return "ios"
	case strings.Contains(strings.ToUpper(notifier), "HARMONY"):
		return "harmonyos"
	}
	return "android"
}

// PushCounts are the pushes of one day to one platform.
type PushCounts struct {
	Success int `json:"successCount"`
	Fail    int `json:"failCount,omitempty"`
	Arrive  int `json:"arriveCount,omitempty"`
}

// CountsOf returns the counts of a day and a platform, to write.
func (p *pushState) CountsOf(day, platform string) *PushCounts {
	if p.Counts == nil {
		p.Counts = map[string]map[string]*PushCounts{}
	}
	if p.Counts[day] == nil {
		p.Counts[day] = map[string]*PushCounts{}
	}
	if p.Counts[day][platform] == nil {
		p.Counts[day][platform] = new(PushCounts)
	}
	return p.Counts[day][platform]
}

// pushStatistics leaves out days and platforms without a push. An absent
// platform is all of them.
func (w *World) pushStatistics(c *wire.Call) (*wire.Response, *wire.Error) {
	from, err1 := time.Parse(time.DateOnly, c.Value("startTime"))
	to, err2 := time.Parse(time.DateOnly, c.Value("endTime"))
	wanted := c.Query.Get("platform")
	all := wanted == "" || wanted == "ALL"
	if err1 != nil || err2 != nil || to.Before(from) || !all && !slices.Contains(platforms, wanted) {
		return nil, wire.ErrInvalidRequest()
	}
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	days := map[string]map[string]PushCounts{}
	for day, byPlatform := range w.Push.Counts {
		if day < c.Value("startTime") || day > c.Value("endTime") {
			continue
		}
		for platform, counts := range byPlatform {
			if !all && platform != wanted {
				continue
			}
			if days[day] == nil {
				days[day] = map[string]PushCounts{}
			}
			days[day][platform] = *counts
		}
	}
	return wire.Plain(map[string]any{"status": "OK", "data": days}), nil
}
