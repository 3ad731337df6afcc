package app

import (
	"strconv"
	"time"

	im "github.com/imrest/im-go"
)

// QuotasText is the quotas of a pool as people write them.
func (a *App) QuotasText(windows []im.WindowStatus) string {
	parts := make([]string, len(windows))
	for i, w := range windows {
		parts[i] = QuotaText(w.Quota)
	}
	return a.List(parts)
}

// QuotaText is one quota: "100/s", "20 targets/s", "5/min per user".
func QuotaText(q im.Quota) string {
	text := strconv.Itoa(q.N)
	if q.Items {
		text += " targets"
	}
	text += "/" + perText(q.Per)
	if q.PerUser {
		text += " per user"
	}
	return text
}

func perText(d time.Duration) string {
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}} {
		if n := d / unit.length; n > 0 && d%unit.length == 0 {
			if n == 1 {
				return unit.name
			}
			return strconv.Itoa(int(n)) + unit.name
		}
	}
	return d.String()
}
