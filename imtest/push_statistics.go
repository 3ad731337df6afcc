package imtest

import (
	"slices"
	"strings"
	"time"
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

// countsOf returns the counts of a day and a platform, to write.
func (p *pushState) countsOf(day, platform string) *PushCounts {
	if p.counts == nil {
		p.counts = map[string]map[string]*PushCounts{}
	}
	if p.counts[day] == nil {
		p.counts[day] = map[string]*PushCounts{}
	}
	if p.counts[day][platform] == nil {
		p.counts[day][platform] = new(PushCounts)
	}
	return p.counts[day][platform]
}

// pushStatistics leaves out days and platforms without a push. An absent
// platform is all of them.
func (s *state) pushStatistics(c *call) (*response, *apiError) {
	from, err1 := time.Parse(time.DateOnly, c.value("startTime"))
	to, err2 := time.Parse(time.DateOnly, c.value("endTime"))
	wanted := c.query.Get("platform")
	all := wanted == "" || wanted == "ALL"
	if err1 != nil || err2 != nil || to.Before(from) || !all && !slices.Contains(platforms, wanted) {
		return nil, errInvalidRequest()
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	days := map[string]map[string]PushCounts{}
	for day, byPlatform := range s.push.counts {
		if day < c.value("startTime") || day > c.value("endTime") {
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
	return plain(map[string]any{"status": "OK", "data": days}), nil
}
