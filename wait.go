package im

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// backoff is the wait before the try after tries: it doubles from base, and lies
// anywhere in the upper half of that, so that callers do not return in step.
func backoff(tries int, base, most time.Duration) time.Duration {
	d := base
	for ; tries > 1 && d < most; tries-- {
		d *= 2
	}
	d = min(d, most)
	return d/2 + rand.N(d/2+1) //nolint:gosec // jitter needs no secret
}

// sleep waits under the context. A wait that would outlast the deadline is not
// begun.
func sleep(ctx context.Context, d time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		if err := ctx.Err(); err != nil {
			return err
		}
		if d > 0 {
			return context.DeadlineExceeded
		}
	}
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// retryAfter reads a Retry-After header: seconds or a date.
func retryAfter(header string) time.Duration {
	if header == "" {
		return 0
	}
	if seconds, err := strconv.ParseInt(header, 10, 64); err == nil {
		return max(0, time.Duration(min(seconds, 1<<31))*time.Second)
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
