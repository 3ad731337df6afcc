package outbound

import "time"

// The documented ban: so many failures in such a time stop all callbacks after delivery.
const (
	banFailures = 90
	banWindow   = 30 * time.Second
	banLength   = 5 * time.Minute
	banMemory   = 24 * time.Hour // in which bans grow
	banGrowth   = 5              // times the length at most
)

// Ban is a time without callbacks.
type Ban struct{ From, Until time.Time }

// bans counts the failures of an app. The sender's lock guards it.
type bans struct {
	grow     bool // the newer documents: 5 minutes times the number of bans within 24 hours
	failures []time.Time
	list     []Ban
}

// banned is the ban that holds now.
func (b *bans) banned(now time.Time) (Ban, bool) {
	if len(b.list) == 0 {
		return Ban{}, false
	}
	last := b.list[len(b.list)-1]
	return last, now.Before(last.Until)
}

// fail counts a failure, and begins a ban if it is one too many.
func (b *bans) fail(now time.Time) {
	fresh := b.failures[:0]
	for _, at := range b.failures {
		if now.Sub(at) < banWindow {
			fresh = append(fresh, at)
		}
	}
	b.failures = append(fresh, now)
	if _, on := b.banned(now); on || len(b.failures) < banFailures {
		return
	}
	b.failures = nil
	b.list = append(b.list, Ban{now, now.Add(b.length(now))})
}

// length is that of the ban that begins.
func (b *bans) length(now time.Time) time.Duration {
	n := 1
	for _, earlier := range b.list {
		if b.grow && now.Sub(earlier.From) < banMemory {
			n++
		}
	}
	return time.Duration(min(n, banGrowth)) * banLength
}
