package app

import (
	"strconv"
	"strings"
	"time"

	im "github.com/imrest/im-go"
)

// QuotaText is the quotas of a pool as people write them: "100/s", "20 targets/s", "5/min per user".
func QuotaText(windows []im.WindowStatus) string {
	parts := make([]string, len(windows))
	for i, w := range windows {
		parts[i] = strconv.Itoa(w.N)
		if w.Items {
			parts[i] += " targets"
		}
		parts[i] += "/" + perText(w.Per)
		if w.PerUser {
			parts[i] += " per user"
		}
	}
	return strings.Join(parts, ", ")
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
